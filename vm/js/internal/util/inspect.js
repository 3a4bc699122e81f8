// util.inspect: options, the walk over values and properties, circular references.
//
// The kinds of built-in objects live in inspect_kinds, text layout in inspect_layout. The state of one call is a
// context object (`ctx`): the options plus `seen` (the path from the root), `indentation`, `currentDepth`, `circular`
// (numbers of referenced objects) and `budget` (characters made so far, to stop runaway output).
//
// binding('util'): see internal/util/types.

const types = require('internal/util/types');
const layout = require('internal/util/inspect_layout');
const { validateObject } = require('internal/validators');
const { colors: sgrColors, stringWidth } = require('internal/util/text_width');
const { kObject, kArrayItem, kArrayExtras, escapeText, formatPrimitive, joinParts, quote } = layout;
const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, keys: ownKeys } = Object;
const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
const isEnumerable = Function.prototype.call.bind(Object.prototype.propertyIsEnumerable);

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const MAX_OUTPUT = 2 ** 27;

const inspectDefaultOptions = Object.seal({
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
});

// Constructors whose objects explain themselves: used to tell the language's prototypes from the user's.
const builtInNames = new Set([
  'AggregateError', 'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array',
  'Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'FinalizationRegistry', 'Float16Array', 'Float32Array',
  'Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'Intl', 'Iterator', 'JSON', 'Map',
  'Math', 'NaN', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set',
  'SharedArrayBuffer', 'String', 'Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array',
  'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet', 'WebAssembly',
]);

let kinds;

function plain(text) {
  return text;
}

function withColor(text, style) {
  const name = inspect.styles[style];
  if (name === undefined) return text;
  const color = inspect.colors[name];
  return color === undefined ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
}

/** Shows any value as text for people. */
function inspect(value, opts, ...legacy) {
  const ctx = {
    budget: {},
    indentation: 0,
    seen: [],
    currentDepth: 0,
    stylize: plain,
    userOptions: undefined,
    circular: undefined,
    ...inspectDefaultOptions,
  };
  if (legacy.length > 0) {
    // The old form: inspect(value, showHidden, depth, colors).
    if (legacy[0] !== undefined) ctx.depth = legacy[0];
    if (legacy.length > 1 && legacy[1] !== undefined) ctx.colors = legacy[1];
  }
  if (typeof opts === 'boolean') ctx.showHidden = opts;
  else if (opts) applyOptions(ctx, opts);
  if (ctx.colors) ctx.stylize = withColor;
  if (ctx.maxArrayLength === null) ctx.maxArrayLength = Infinity;
  if (ctx.maxStringLength === null) ctx.maxStringLength = Infinity;
  return formatValue(ctx, value, 0);
}

function applyOptions(ctx, opts) {
  const names = ownKeys(opts);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (hasOwn(inspectDefaultOptions, name) || name === 'stylize') ctx[name] = opts[name];
    // Options that are not ours are handed on to custom inspect functions.
    else if (ctx.userOptions === undefined) ctx.userOptions = opts;
  }
}

inspect.custom = customInspect;

Object.defineProperty(inspect, 'defaultOptions', {
  get: () => inspectDefaultOptions,
  set(options) {
    validateObject(options, 'options');
    return Object.assign(inspectDefaultOptions, options);
  },
});

inspect.colors = Object.assign({ __proto__: null }, sgrColors);
for (const name of getOwnPropertyNames(sgrColors)) {
  if (!isEnumerable(sgrColors, name)) {
    Object.defineProperty(inspect.colors, name, getOwnPropertyDescriptor(sgrColors, name));
  }
}

inspect.styles = {
  __proto__: null,
  special: 'cyan',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  undefined: 'grey',
  null: 'bold',
  string: 'green',
  symbol: 'green',
  date: 'magenta',
  regexp: 'red',
  module: 'underline',
};

// ---- values ----

function formatValue(ctx, value, depth, typedArray) {
  if (typeof value !== 'object' && typeof value !== 'function') return formatPrimitive(ctx.stylize, value, ctx);
  if (value === null) return ctx.stylize('null', 'null');

  const original = value;
  const proxy = types.getProxyDetails(value);
  if (proxy !== undefined) {
    if (proxy[0] === null) return ctx.stylize('<Revoked Proxy>', 'special');
    if (ctx.showProxy) return formatProxy(ctx, proxy, depth);
    value = proxy[0];
    // A proxy of a proxy: down to the object that holds the properties.
    for (let inner = types.getProxyDetails(value); inner !== undefined; inner = types.getProxyDetails(value)) {
      if (inner[0] === null) return ctx.stylize('<Revoked Proxy>', 'special');
      value = inner[0];
    }
  }
  if (ctx.customInspect) {
    const custom = formatCustom(ctx, original, value, depth, proxy !== undefined);
    if (custom !== undefined) return custom;
  }
  if (ctx.seen.includes(value)) return circularReference(ctx, value);
  return formatObject(ctx, value, depth, typedArray);
}

function formatProxy(ctx, proxy, depth) {
  if (ctx.depth !== null && depth > ctx.depth) return ctx.stylize('Proxy [Array]', 'special');
  ctx.indentation += 2;
  const parts = [formatValue(ctx, proxy[0], depth + 1), formatValue(ctx, proxy[1], depth + 1)];
  ctx.indentation -= 2;
  return joinParts(ctx, parts, '', ['Proxy [', ']'], kArrayExtras, depth + 1);
}

/** The text of an object's own inspect function, or undefined when it has none. */
function formatCustom(ctx, original, value, depth, isProxy) {
  const custom = value[customInspect];
  if (typeof custom !== 'function' || custom === inspect) return undefined;
  // A prototype is no instance: its inspect function would look for fields that are not there.
  const descriptor = getOwnPropertyDescriptor(value, 'constructor');
  if (descriptor !== undefined && descriptor.value?.prototype === value) return undefined;
  const left = ctx.depth === null ? null : ctx.depth - depth;
  const result = custom.call(original, left, optionsForCustom(ctx, isProxy || !(original instanceof Object)), inspect);
  if (result === original) return undefined;
  if (typeof result !== 'object') return `${result}`.replaceAll('\n', `\n${' '.repeat(ctx.indentation)}`);
  return formatValue(ctx, result, depth);
}

function optionsForCustom(ctx, isForeign) {
  const options = { stylize: ctx.stylize };
  for (const name of Object.keys(inspectDefaultOptions)) options[name] = ctx[name];
  Object.assign(options, ctx.userOptions);
  if (isForeign) {
    // What comes from another realm must not reach this one through the options' prototypes.
    const { stylize } = ctx;
    Object.setPrototypeOf(options, null);
    options.stylize = (text, style) => `${stylize(`${text}`, style)}`;
  }
  return options;
}

function circularReference(ctx, value) {
  if (ctx.circular === undefined) ctx.circular = new Map();
  let index = ctx.circular.get(value);
  if (index === undefined) {
    index = ctx.circular.size + 1;
    ctx.circular.set(value, index);
  }
  return ctx.stylize(`[Circular *${index}]`, 'special');
}

// ---- names ----

function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/** The name of the constructor, null for a null prototype. Collects inherited properties into `inherited`. */
function constructorName(value, ctx, depth, inherited) {
  let first;
  for (let object = value; object !== null;) {
    const descriptor = getOwnPropertyDescriptor(object, 'constructor');
    const fn = descriptor?.value;
    if (typeof fn === 'function' && fn.name !== '' && isInstance(value, fn)) {
      if (inherited !== undefined && (first !== object || !builtInNames.has(fn.name))) {
        collectInherited(ctx, value, first || value, depth, inherited);
      }
      return String(fn.name);
    }
    object = getPrototypeOf(object);
    if (first === undefined) first = object;
  }
  if (first === null) return null;
  const name = classNameOf(value);
  if (ctx.depth !== null && depth > ctx.depth) return `${name} <Complex prototype>`;
  const parent = constructorName(first, ctx, depth + 1, inherited);
  if (parent === null) {
    const shown = inspect(first, { ...contextOptions(ctx), customInspect: false, depth: -1 });
    return `${name} <${shown}>`;
  }
  return `${name} <${parent}>`;
}

function contextOptions(ctx) {
  const options = {};
  for (const name of Object.keys(inspectDefaultOptions)) options[name] = ctx[name];
  return options;
}

function classNameOf(value) {
  if (typeof value === 'function') return 'Function';
  if (Array.isArray(value)) return 'Array';
  if (types.isNativeError(value)) return 'Error';
  const tag = types.typedArrayTag(value);
  if (tag !== undefined) return tag;
  for (const name of ['Map', 'Set', 'Date', 'RegExp', 'Promise', 'ArrayBuffer', 'WeakMap', 'WeakSet']) {
    if (types[`is${name}`](value)) return name;
  }
  return 'Object';
}

/** With showHidden, properties of up to three user prototypes are listed beside the own ones. */
function collectInherited(ctx, main, start, depth, output) {
  let level = 0;
  let object = start;
  let keys;
  const shadowed = new Set();
  do {
    if (level !== 0 || main === object) {
      object = getPrototypeOf(object);
      if (object === null) break;
      const fn = getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (typeof fn === 'function' && builtInNames.has(fn.name)) break;
    }
    if (level > 0) keys.forEach((key) => shadowed.add(key));
    keys = Reflect.ownKeys(object);
    ctx.seen.push(main);
    for (const key of keys) {
      if (key === 'constructor' || hasOwn(main, key) || shadowed.has(key)) continue;
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (typeof descriptor.value === 'function') continue;
      const text = formatProperty(ctx, object, depth, key, kObject, descriptor, main);
      output.push(ctx.colors ? `\u001b[2m${text}\u001b[22m` : text);
    }
    ctx.seen.pop();
  } while (++level !== 3);
}

/** `Name `, `Name(size) `, `Name [tag] `, `[Fallback: null prototype] `: what stands before the brace. */
function prefixOf(constructor, tag, fallback, size = '') {
  if (constructor === null) {
    const name = `[${fallback}${size}: null prototype] `;
    return tag !== '' && fallback !== tag ? `${name}[${tag}] ` : name;
  }
  return tag !== '' && constructor !== tag ? `${constructor}${size} [${tag}] ` : `${constructor}${size} `;
}

// The tag is left out where it would be printed as a property as well.
function tagOf(ctx, value) {
  const tag = value[Symbol.toStringTag];
  if (typeof tag !== 'string' || tag === '') return '';
  const listed = ctx.showHidden ? hasOwn(value, Symbol.toStringTag) : isEnumerable(value, Symbol.toStringTag);
  return listed ? '' : tag;
}

// ---- properties ----

/** Own keys to list, symbols last; only enumerable ones unless `showHidden`. */
function listedKeys(value, showHidden) {
  const symbols = getOwnPropertySymbols(value);
  if (showHidden) {
    const names = getOwnPropertyNames(value);
    return symbols.length === 0 ? names : names.concat(symbols);
  }
  let names;
  try {
    names = ownKeys(value);
  } catch {
    // A module namespace with bindings that are not initialised yet.
    names = getOwnPropertyNames(value);
  }
  for (let i = 0; i < symbols.length; i++) if (isEnumerable(value, symbols[i])) names.push(symbols[i]);
  return names;
}

const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** As listedKeys without the array indices. */
function nonIndexKeys(value, showHidden) {
  const length = value.length;
  const names = listedKeys(value, showHidden);
  // Dense arrays list their indices first, so that in the common case nothing is left after them.
  if (names.length === length && (length === 0 || names[length - 1] === `${length - 1}`)) return [];
  return names.filter((key) => typeof key === 'symbol' || !ARRAY_INDEX.test(key) || +key > 4294967294);
}

function formatProperty(ctx, value, depth, key, kind, descriptor, original = value) {
  const desc = descriptor ?? getOwnPropertyDescriptor(value, key) ??
    { value: value[key], configurable: true, enumerable: true };
  let text;
  let gap = ' ';
  if (desc.value !== undefined) {
    const diff = ctx.compact !== true || kind !== kObject ? 2 : 3;
    ctx.indentation += diff;
    text = formatValue(ctx, desc.value, depth);
    if (diff === 3 && ctx.breakLength < stringWidth(text, ctx.colors)) gap = `\n${' '.repeat(ctx.indentation)}`;
    ctx.indentation -= diff;
  } else if (desc.get !== undefined) {
    text = formatGetter(ctx, desc, depth, original);
  } else {
    text = desc.set !== undefined ? ctx.stylize('[Setter]', 'special') : ctx.stylize('undefined', 'undefined');
  }
  if (kind === kArrayItem) return text;
  return `${formatKey(ctx, key, desc)}:${gap}${text}`;
}

function formatKey(ctx, key, desc) {
  if (typeof key === 'symbol') return `[${ctx.stylize(escapeText(Symbol.prototype.toString.call(key)), 'symbol')}]`;
  if (key === '__proto__') return "['__proto__']";
  if (desc.enumerable === false) return `[${escapeText(String(key))}]`;
  return IDENTIFIER.test(key) ? ctx.stylize(key, 'name') : ctx.stylize(quote(String(key)), 'string');
}

function formatGetter(ctx, desc, depth, original) {
  const { stylize } = ctx;
  const label = desc.set === undefined ? 'Getter' : 'Getter/Setter';
  const { getters } = ctx;
  const wanted = getters && (getters === true || (getters === 'get' && desc.set === undefined) ||
    (getters === 'set' && desc.set !== undefined));
  if (!wanted) return stylize(`[${label}]`, 'special');
  const wrap = (text) => `${stylize(`[${label}:`, 'special')} ${text}${stylize(']', 'special')}`;
  ctx.indentation += 2;
  try {
    const result = desc.get.call(original);
    if (result === null) return wrap(stylize('null', 'null'));
    if (typeof result === 'object') return `${stylize(`[${label}]`, 'special')} ${formatValue(ctx, result, depth)}`;
    return wrap(typeof result === 'function' ? formatValue(ctx, result, depth) : formatPrimitive(stylize, result, ctx));
  } catch (error) {
    return wrap(`<Inspection threw (${error.message})>`);
  } finally {
    ctx.indentation -= 2;
  }
}

// ---- objects ----

function formatObject(ctx, value, depth, typedArray) {
  const inherited = ctx.showHidden && (ctx.depth === null || depth <= ctx.depth) ? [] : undefined;
  const constructor = constructorName(value, ctx, depth, inherited);
  // The list counts as extra properties only when something was found.
  const extra = inherited !== undefined && inherited.length > 0 ? inherited : undefined;
  const tag = tagOf(ctx, value);
  kinds ??= require('internal/util/inspect_kinds');
  const kind = kinds.describe({ ctx, value, depth, constructor, tag, extra, typedArray });
  if (typeof kind === 'string') return kind;
  if (ctx.depth !== null && depth > ctx.depth) {
    const name = prefixOf(constructor, tag, constructor === null ? classNameOf(value) : 'Object').slice(0, -1);
    return ctx.stylize(constructor === null ? name : `[${name}]`, 'special');
  }
  return formatParts(ctx, value, depth + 1, kind, extra);
}

function formatParts(ctx, value, depth, kind, extra) {
  ctx.seen.push(value);
  ctx.currentDepth = depth;
  let parts;
  try {
    parts = kind.entries === undefined ? [] : kind.entries(ctx, value, depth);
    for (let i = 0; i < kind.keys.length; i++) {
      parts.push(formatProperty(ctx, value, depth, kind.keys[i], kind.type));
    }
    if (extra !== undefined) parts.push(...extra);
  } catch (error) {
    // Deep nesting ends in a note, not in an exception of the one who only wanted to look.
    if (!isStackOverflow(error)) throw error;
    ctx.seen.length = Math.min(ctx.seen.length, depth);
    ctx.indentation = 0;
    const name = (constructorName(value, { ...ctx, depth: -1 }, 0) ?? 'Object');
    return ctx.stylize(`[${name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`, 'special');
  }
  markReferenced(ctx, value, kind);
  ctx.seen.pop();
  if (ctx.sorted) sortParts(ctx, parts, kind);
  const text = joinParts(ctx, parts, kind.base, kind.braces, kind.type, depth, value);
  const made = (ctx.budget[ctx.indentation] || 0) + text.length;
  ctx.budget[ctx.indentation] = made;
  // Too much output: show no further levels.
  if (made > MAX_OUTPUT) ctx.depth = -1;
  return text;
}

function isStackOverflow(error) {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

function markReferenced(ctx, value, kind) {
  const index = ctx.circular?.get(value);
  if (index === undefined) return;
  const reference = ctx.stylize(`<ref *${index}>`, 'special');
  if (ctx.compact === true) kind.braces[0] = `${reference} ${kind.braces[0]}`;
  else kind.base = kind.base === '' ? reference : `${reference} ${kind.base}`;
}

function sortParts(ctx, parts, kind) {
  const compare = ctx.sorted === true ? undefined : ctx.sorted;
  if (kind.type === kObject) {
    parts.sort(compare);
  } else if (kind.keys.length > 1) {
    const at = parts.length - kind.keys.length;
    const sorted = parts.slice(at).sort(compare);
    parts.splice(at, kind.keys.length, ...sorted);
  }
}

/** The inspect function's own property checks; also used by format for `%s`. */
function hasBuiltInToString(value) {
  const proxy = types.getProxyDetails(value);
  if (proxy !== undefined) {
    if (proxy[0] === null) return true;
    value = proxy[0];
  }
  if (typeof value.toString !== 'function') return true;
  if (hasOwn(value, 'toString')) return false;
  let owner = value;
  do owner = getPrototypeOf(owner); while (!hasOwn(owner, 'toString'));
  const fn = getOwnPropertyDescriptor(owner, 'constructor')?.value;
  return typeof fn === 'function' && builtInNames.has(fn.name);
}

module.exports = {
  customInspect,
  formatProperty,
  formatValue,
  hasBuiltInToString,
  inspect,
  inspectDefaultOptions,
  listedKeys,
  nonIndexKeys,
  plain,
  prefixOf,
};
