// `error.stack` in V8's form, with positions of the files the user wrote.
//
// The engine writes stacks as `fn@url:line:column` of transpiled chunks. The error constructors are wrapped so that `stack`
// is computed when it is first read; errors the engine throws by itself keep its form, which everything of ours that prints errors
// (`rawStackOf`) understands as well.

const { frames } = binding('errors');
const { stray: strayFrame } = require('internal/async_context');
const { construct, apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const NativeError = Error;
const nativeCapture = Error.captureStackTrace;
/** For whoever describes what was thrown, loaded when a test may have put anything in their places. */
const natives = {
  NativeError,
  NativeAggregateError: AggregateError,
  isArray: Array.isArray,
  symbolToString: Symbol.prototype.toString,
  objectToString: Object.prototype.toString,
  apply,
};

/** Engine stacks of errors whose `stack` is ours. */
const raw = new WeakMap();
const INTERNAL = 2;

/** One frame, as `Error.prepareStackTrace` gets it. */
class CallSite {
  #name;
  #file;
  #line;
  #column;
  constructor(name, file, line, column) {
    this.#name = name;
    this.#file = file;
    this.#line = line;
    this.#column = column;
  }
  getThis() { return undefined; }
  getTypeName() { return null; }
  getFunction() { return undefined; }
  getFunctionName() { return this.#name || null; }
  getMethodName() { return null; }
  getFileName() { return this.#file ?? null; }
  getLineNumber() { return this.#line || null; }
  getColumnNumber() { return this.#column || null; }
  getEvalOrigin() { return undefined; }
  getScriptNameOrSourceURL() { return this.#file ?? null; }
  getEnclosingLineNumber() { return this.#line || null; }
  getEnclosingColumnNumber() { return this.#column || null; }
  getPosition() { return 0; }
  getPromiseIndex() { return null; }
  getScriptHash() { return ''; }
  isToplevel() { return true; }
  isEval() { return false; }
  isNative() { return this.#file === undefined; }
  isConstructor() { return false; }
  isAsync() { return false; }
  isPromiseAll() { return false; }
  toString() {
    const place = this.#file === undefined ? '<anonymous>' : `${this.#file}:${this.#line}:${this.#column}`;
    return this.#name ? `${this.#name} (${place})` : place;
  }
}

/** The frames of an engine stack that are the user's to see. */
function callSites(stack) {
  const flat = frames(stack);
  const sites = [];
  for (let i = 0; i < flat.length; i += 5) {
    if (flat[i + 4] !== INTERNAL || flat[i + 1] === undefined) sites.push(new CallSite(flat[i], flat[i + 1], flat[i + 2], flat[i + 3]));
  }
  // What is left of the runtime below the outermost user frame are native helpers that called it.
  while (sites.length > 0 && sites[sites.length - 1].isNative()) sites.pop();
  return sites;
}

function headline(error) {
  try {
    const text = apply(NativeError.prototype.toString, error, []);
    // Errors of the runtime carry their code in the headline, as Node's do.
    const { code, name } = error;
    const isOurs = typeof code === 'string' && error[require('internal/errors').kIsNodeError];
    return isOurs && text.startsWith(`${name}:`) ? `${name} [${code}]${text.slice(name.length)}` : text;
  } catch {
    return 'Error';
  }
}

function format(error, stack) {
  const sites = callSites(stack);
  const prepare = globalThis.Error?.prepareStackTrace;
  if (typeof prepare === 'function') return prepare(error, sites);
  let text = headline(error);
  for (let i = 0; i < sites.length; i++) text += `\n    at ${sites[i]}`;
  return text;
}

function define(object, value) {
  defineProperty(object, 'stack', { value, writable: true, configurable: true, enumerable: false });
}

/** Replaces the engine's `stack` of `object` by one that is formatted when it is first read. */
function makeLazy(object, stack) {
  raw.set(object, stack);
  defineProperty(object, 'stack', {
    configurable: true,
    enumerable: false,
    get() {
      const text = format(object, stack);
      define(object, text);
      return text;
    },
    set(value) {
      raw.delete(object);
      define(this, value);
    },
  });
}

/** Async context of errors that were made on behalf of a test or hook after it had ended. */
const strays = new WeakMap();

/**
 * The frame of an error that was made after what it belongs to had ended. Nobody is told whose a rejected promise is, and by the time it
 * is known that nobody handles it other code has run.
 */
function strayFrameOf(error) {
  return typeof error === 'object' && error !== null ? strays.get(error) : undefined;
}

function wrap(Native) {
  // The engine shows the name of the function that was bound.
  const { [Native.name]: Wrapped } = {
    [Native.name]: function (...args) {
      const error = construct(Native, args, new.target ?? Wrapped);
      const own = getOwnPropertyDescriptor(error, 'stack');
      if (own !== undefined && typeof own.value === 'string') makeLazy(error, own.value);
      const frame = strayFrame();
      if (frame !== undefined) strays.set(error, frame);
      return error;
    },
  };
  defineProperty(Wrapped, 'prototype', { value: Native.prototype, writable: false });
  // Bound, so that its source reads as native code; `new.target` and `instanceof` see through it.
  const Bound = Wrapped.bind(undefined);
  defineProperty(Bound, 'name', { value: Native.name, configurable: true });
  defineProperty(Bound, 'length', { value: Native.length, configurable: true });
  defineProperty(Bound, 'prototype', { value: Native.prototype, writable: false });
  defineProperty(Native.prototype, 'constructor', { value: Bound, writable: true, configurable: true });
  defineProperty(globalThis, Native.name, { value: Bound, writable: true, configurable: true });
  return Bound;
}

function captureStackTrace(target, above) {
  nativeCapture(target, above);
  const own = getOwnPropertyDescriptor(target, 'stack');
  if (own !== undefined && typeof own.value === 'string') makeLazy(target, own.value);
}

/** Wraps the realm's error constructors. */
function install() {
  const WrappedError = wrap(NativeError);
  for (const Native of [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError]) {
    Object.setPrototypeOf(wrap(Native), WrappedError);
  }
  defineProperty(WrappedError, 'captureStackTrace', { value: captureStackTrace, writable: true, configurable: true });
  // The engine reads the limit from the constructor it made.
  defineProperty(WrappedError, 'stackTraceLimit', {
    get: () => NativeError.stackTraceLimit,
    set: (limit) => { NativeError.stackTraceLimit = limit; },
    configurable: true,
    enumerable: true,
  });
  if (NativeError.isError) defineProperty(WrappedError, 'isError', { value: NativeError.isError, writable: true, configurable: true });
}

/** Makes `text` the stack of an error that was made here and stands for one of another realm. */
function setStack(error, text) {
  raw.delete(error);
  define(error, text);
}

/** The engine's stack of an error, or whatever text its `stack` holds; '' if it has none. */
function rawStackOf(error) {
  const kept = raw.get(error);
  if (kept !== undefined) return kept;
  try {
    const { stack } = error;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

/** `stack` as text in V8's form, whichever form it is kept in. */
function stackOf(error) {
  const own = getOwnPropertyDescriptor(error, 'stack');
  if (own === undefined || typeof own.value !== 'string' || /^\s+at /m.test(own.value)) return typeof error.stack === 'string' ? error.stack : '';
  return format(error, own.value);
}

/** The engine's stack here. */
function captureRaw() {
  return new NativeError().stack;
}

/** Frames a site keeps: the runtime's own two or three, and enough callers to leave a helper library. */
const SITE_FRAMES = 16;

/**
 * Marks the place of this call for a report that is rarely made. The engine walks the stack now and makes text of it only when
 * `siteStack` asks, which is what costs.
 */
function captureSite() {
  const limit = NativeError.stackTraceLimit;
  NativeError.stackTraceLimit = SITE_FRAMES;
  const site = new NativeError();
  NativeError.stackTraceLimit = limit;
  return site;
}

/** The engine's stack of a site. */
function siteStack(site) {
  const own = getOwnPropertyDescriptor(site, 'stack');
  return typeof own?.value === 'string' ? own.value : '';
}

module.exports = { install, strayFrameOf, rawStackOf, setStack, stackOf, captureRaw, captureSite, siteStack, natives };
