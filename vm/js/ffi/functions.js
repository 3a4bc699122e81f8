// Native functions as JavaScript functions: `dlopen`, `linkSymbols`, `CFunction`, `cc`.

const natives = binding('ffi');
const { FFIType, declarations, signatureOf } = require('ffi/types');
const { call } = natives;
const { defineProperty } = Object;
const { isArray } = Array;
const NAPI_ENV = FFIType.napi_env;

function wrongCount(name, wanted, got) {
  return new TypeError(`${name} takes ${wanted} argument${wanted === 1 ? '' : 's'}, but was called with ${got}`);
}

/**
 * The function that calls native function `number`. One shape per number of arguments, because spreading them costs more than the call;
 * the native side checks the count again.
 */
function caller(number, name, count) {
  switch (count) {
    case 0:
      return function () {
        if (arguments.length !== 0) throw wrongCount(name, 0, arguments.length);
        return call(number);
      };
    case 1:
      return function (a) {
        if (arguments.length !== 1) throw wrongCount(name, 1, arguments.length);
        return call(number, a);
      };
    case 2:
      return function (a, b) {
        if (arguments.length !== 2) throw wrongCount(name, 2, arguments.length);
        return call(number, a, b);
      };
    case 3:
      return function (a, b, c) {
        if (arguments.length !== 3) throw wrongCount(name, 3, arguments.length);
        return call(number, a, b, c);
      };
    case 4:
      return function (a, b, c, d) {
        if (arguments.length !== 4) throw wrongCount(name, 4, arguments.length);
        return call(number, a, b, c, d);
      };
    default:
      return function (...args) {
        if (args.length !== count) throw wrongCount(name, count, args.length);
        return call(number, ...args);
      };
  }
}

/** The places at which native code wants its env. */
const envPlaces = (args) => args.flatMap((type, i) => (type === NAPI_ENV ? [i] : []));

/** A function with envs among its arguments: callers leave them all out, or hold each place with any value. */
function callerWithEnv(number, name, count, places) {
  return function (...args) {
    if (args.length === count - places.length) for (const place of places) args.splice(place, 0, undefined);
    if (args.length !== count) throw wrongCount(name, count - places.length, args.length);
    return call(number, ...args);
  };
}

function makeFunction(number, name, args, ptr) {
  const places = envPlaces(args);
  const count = args.length;
  const made = places.length > 0 ? callerWithEnv(number, name, count, places) : caller(number, name, count);
  defineProperty(made, 'name', { value: name, configurable: true });
  defineProperty(made, 'length', { value: count, configurable: true });
  defineProperty(made, 'ptr', { value: ptr, configurable: true });
  defineProperty(made, 'native', { value: made, configurable: true });
  return made;
}

function bindSymbol(library, name, declaration) {
  if (declaration.ptr !== undefined && declaration.ptr !== null) return bindAddress(name, declaration);
  const { args, returns } = signatureOf(declaration, name);
  const [number, ptr] = natives.bindSymbol(library, name, args, returns);
  return makeFunction(number, name, args, ptr);
}

/** The address in a declaration: a number, a bigint, or something with one (a JSCallback, another function). */
function addressOf(declaration, name) {
  let { ptr } = declaration;
  if (ptr !== null && (typeof ptr === 'object' || typeof ptr === 'function')) ({ ptr } = ptr);
  if (typeof ptr === 'bigint') ptr = Number(ptr);
  if (typeof ptr === 'number' && ptr > 0) return ptr;
  throw new TypeError(`${name}: ptr must be the address of a native function, not ${String(ptr)}`);
}

function bindAddress(name, declaration) {
  const ptr = addressOf(declaration, name);
  const { args, returns } = signatureOf(declaration, name);
  const number = natives.bindAddress(name, ptr, args, returns);
  const made = makeFunction(number, name, args, ptr);
  defineProperty(made, 'close', { value: () => natives.unbind(number), configurable: true });
  return made;
}

/** The result of `dlopen` and its like. */
function opened(symbols, close) {
  const library = { symbols, close };
  defineProperty(library, Symbol.dispose, { value: close, configurable: true });
  return library;
}

function pathOf(path, who) {
  if (path === null || typeof path === 'string') return path;
  if (path instanceof URL) return require('node/url').fileURLToPath(path);
  throw new TypeError(`${who}: the path must be a string, a URL or null, not ${typeof path}`);
}

/** Opens a library and binds `symbols` of it. `null` is the process itself. */
function dlopen(path, symbols) {
  return openLibrary(pathOf(path, 'dlopen'), declarations(symbols, 'dlopen'));
}

function openLibrary(path, list) {
  const number = natives.open(path);
  const bound = {};
  try {
    for (const [name, declaration] of list) bound[name] = bindSymbol(number, name, declaration);
  } catch (error) {
    natives.close(number);
    throw error;
  }
  return opened(bound, function close() {
    natives.close(number);
  });
}

/** Binds functions whose addresses are known. */
function linkSymbols(symbols) {
  const bound = {};
  for (const [name, declaration] of declarations(symbols, 'linkSymbols')) bound[name] = bindAddress(name, declaration);
  const functions = Object.values(bound);
  return opened(bound, function close() {
    for (const made of functions) made.close();
  });
}

/** A function at a known address. */
function CFunction(declaration) {
  if (declaration === null || typeof declaration !== 'object') {
    throw new TypeError('CFunction: the declaration must be an object, { ptr, args, returns }');
  }
  return bindAddress(declaration.name ?? 'CFunction', declaration);
}

const listOf = (value) => (value === undefined || value === null ? [] : isArray(value) ? value : [value]);

/** A library by name (`m`) or by path, for the compiler. */
const libraryFlag = (library) => (library.includes('/') || /\.(so|a)$/.test(library) ? library : `-l${library}`);

/** What one of `cc`'s options adds to the compiler's command line. */
function compilerOptions({ define, include, flags }) {
  const options = [];
  for (const name in define ?? {}) options.push(define[name] === true || define[name] === '' ? `-D${name}` : `-D${name}=${define[name]}`);
  for (const folder of listOf(include)) options.push(`-I${pathOf(folder, 'cc')}`);
  for (const flag of listOf(flags)) options.push(...String(flag).split(/\s+/).filter(Boolean));
  return options;
}

/** Compiles C source with the system's compiler (once: the result is cached) and opens the result. */
function cc(options) {
  if (options === null || typeof options !== 'object') throw new TypeError('cc: the options must be an object, { source, symbols }');
  const files = listOf(options.source).map((file) => pathOf(file, 'cc'));
  if (files.length === 0 || files.includes(null)) throw new TypeError('cc: source must be the path of a C file, or several');
  const list = declarations(options.symbols, 'cc');
  return openLibrary(natives.compile(files, compilerOptions(options), listOf(options.library).map(libraryFlag)), list);
}

module.exports = { CFunction, cc, dlopen, linkSymbols };
