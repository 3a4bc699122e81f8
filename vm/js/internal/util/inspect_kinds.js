// The kinds of objects that inspect knows: for each its prefix, braces, entries and keys.
//
// `describe` gives either the finished text (nothing to open) or a plan:
//   { base, braces, keys, type, entries(ctx, value, depth) -> parts }
// Walking properties and nesting belong to internal/util/inspect.
//
// binding('util'): previewIterator(value) -> [items, isPairs]: what a Map or Set iterator has left, pairs as [key, value]
// arrays; or undefined. Optional: without it an iterator's items are not shown.

const types = require('internal/util/types');
const { formatProperty, formatValue, listedKeys, nonIndexKeys, plain, prefixOf } = require('internal/util/inspect');
const { formatBigInt, formatNumber, formatPrimitive, kArrayExtras, kArrayItem, kObject } =
  require('internal/util/inspect_layout');
const { formatError } = require('internal/util/inspect_error');

const native = binding('util');
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
const uncurry = (fn) => Function.prototype.call.bind(fn);
const sizeOfMap = uncurry(getOwnPropertyDescriptor(Map.prototype, 'size').get);
const sizeOfSet = uncurry(getOwnPropertyDescriptor(Set.prototype, 'size').get);
const mapForEach = uncurry(Map.prototype.forEach);
const setForEach = uncurry(Set.prototype.forEach);
const functionText = uncurry(Function.prototype.toString);
const lengthOfTyped = uncurry(getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), 'length').get);

function plan(braces, keys, entries, type = kObject, base = '') {
  return { base, braces, keys, type, entries };
}

/** See the head of the file. */
function describe(input) {
  const { value, constructor } = input;
  if (typeof value === 'object') {
    const fast = constructor === 'Object' && input.tag === '' && value[Symbol.iterator] === undefined;
    if (!fast && (value[Symbol.iterator] || constructor === null)) {
      const iterable = describeIterable(input);
      if (iterable !== undefined) return iterable;
    }
    if (fast && !types.isArgumentsObject(value) && !types.isNativeError(value)) return describeOther(input);
  }
  return describePlain(input);
}

// ---- what can be iterated ----

function describeIterable(input) {
  const { ctx, value, constructor, tag, extra } = input;
  if (Array.isArray(value)) {
    const keys = nonIndexKeys(value, ctx.showHidden);
    const prefix = constructor !== 'Array' || tag !== '' ? prefixOf(constructor, tag, 'Array', `(${value.length})`) : '';
    if (value.length === 0 && keys.length === 0 && extra === undefined) return `${prefix}[]`;
    return plan([`${prefix}[`, ']'], keys, arrayEntries, kArrayExtras);
  }
  if (types.isSet(value)) return describeCollection(input, 'Set', sizeOfSet(value), setEntries);
  if (types.isMap(value)) return describeCollection(input, 'Map', sizeOfMap(value), mapEntries);
  const typed = types.typedArrayTag(value);
  if (typed !== undefined) return describeTyped(input, typed);
  if (types.isMapIterator(value)) return describeIterator(input, 'Map');
  if (types.isSetIterator(value)) return describeIterator(input, 'Set');
  return undefined;
}

function describeCollection({ ctx, value, constructor, tag, extra }, name, size, entries) {
  const keys = listedKeys(value, ctx.showHidden);
  const prefix = prefixOf(constructor, tag, name, `(${size})`);
  if (size === 0 && keys.length === 0 && extra === undefined) return `${prefix}{}`;
  return plan([`${prefix}{`, '}'], keys, entries);
}

function describeTyped({ ctx, value, constructor, tag }, fallback) {
  const size = lengthOfTyped(value);
  const keys = nonIndexKeys(value, ctx.showHidden);
  const prefix = prefixOf(constructor, tag, fallback, `(${size})`);
  if (size === 0 && keys.length === 0 && !ctx.showHidden) return `${prefix}[]`;
  return plan([`${prefix}[`, ']'], keys, typedEntries, kArrayExtras);
}

function describeIterator({ ctx, value, tag }, name) {
  const keys = listedKeys(value, ctx.showHidden);
  const full = tag === `${name} Iterator` || tag === '' ? `${name} Iterator` : `${name} Iterator] [${tag}`;
  const left = native.previewIterator?.(value);
  if (left === undefined) return plan([`[${full}] {`, '}'], keys, () => [ctx.stylize('<items unknown>', 'special')]);
  const [items, isPairs] = left;
  const shown = isPairs ? full.replace(' Iterator', ' Entries') : full;
  return plan([`[${shown}] {`, '}'], keys, (context, _, depth) => listEntries(context, items, depth), kArrayExtras);
}

// ---- everything else ----

function describePlain(input) {
  const { ctx, value, constructor, tag, extra } = input;
  if (typeof value === 'function') {
    const keys = listedKeys(value, ctx.showHidden);
    const base = functionBase(value, constructor, tag, ctx);
    if (keys.length === 0 && extra === undefined) return ctx.stylize(base, 'special');
    return plan(['{', '}'], keys, undefined, kObject, base);
  }
  if (types.isArgumentsObject(value)) {
    const keys = nonIndexKeys(value, ctx.showHidden);
    if (value.length === 0 && keys.length === 0) return '[Arguments] {}';
    return plan(['[Arguments] {', '}'], listedKeys(value, ctx.showHidden), undefined);
  }
  if (constructor === 'Object' && tag === '' && !types.isError(value)) return describeBranded(input) ?? describeOther(input);
  if (types.isRegExp(value)) return describeRegExp(input);
  if (types.isDate(value)) return describeDate(input);
  if (types.isError(value)) {
    const keys = listedKeys(value, ctx.showHidden);
    const base = formatError(value, constructor, tag, ctx, keys);
    if (keys.length === 0 && extra === undefined) return base;
    return plan(['{', '}'], keys, undefined, kObject, base);
  }
  return describeBranded(input) ?? describeOther(input);
}

function describeBranded(input) {
  const { ctx, value, constructor, tag, extra } = input;
  const withKeys = (fallback, entries) =>
    plan([`${prefixOf(constructor, tag, fallback)}{`, '}'], listedKeys(value, ctx.showHidden), entries);
  if (types.isAnyArrayBuffer(value)) return describeArrayBuffer(input);
  if (types.isDataView(value)) {
    const view = withKeys('DataView');
    view.keys.unshift('byteLength', 'byteOffset', 'buffer');
    return view;
  }
  if (types.isPromise(value)) return withKeys('Promise', promiseEntries);
  if (types.isWeakSet(value)) return withKeys('WeakSet', unknownEntries);
  if (types.isWeakMap(value)) return withKeys('WeakMap', unknownEntries);
  if (types.isModuleNamespaceObject(value)) return describeNamespace(input);
  if (types.isBoxedPrimitive(value)) {
    const keys = listedKeys(value, ctx.showHidden);
    const base = boxedBase(value, ctx, keys, constructor, tag);
    return keys.length === 0 && extra === undefined ? base : plan(['{', '}'], keys, undefined, kObject, base);
  }
  return undefined;
}

function describeOther({ ctx, value, constructor, tag, extra }) {
  const keys = listedKeys(value, ctx.showHidden);
  const isPlain = constructor === 'Object' && tag === '';
  const prefix = isPlain ? '' : prefixOf(constructor, tag, 'Object');
  if (keys.length === 0 && extra === undefined) {
    return types.types.isExternal(value) ? ctx.stylize('[External]', 'special') : `${prefix}{}`;
  }
  return plan([`${prefix}{`, '}'], keys, undefined);
}

function describeRegExp({ ctx, value, depth, constructor, tag, extra }) {
  const keys = listedKeys(value, ctx.showHidden);
  const text = RegExp.prototype.toString.call(constructor === null ? new RegExp(value) : value);
  const prefix = prefixOf(constructor, tag, 'RegExp');
  const base = prefix === 'RegExp ' ? text : `${prefix}${text}`;
  if ((keys.length === 0 && extra === undefined) || (ctx.depth !== null && depth > ctx.depth)) {
    return ctx.stylize(base, 'regexp');
  }
  return plan(['{', '}'], keys, undefined, kObject, base);
}

function describeDate({ ctx, value, constructor, tag, extra }) {
  const keys = listedKeys(value, ctx.showHidden);
  const time = Date.prototype.getTime.call(value);
  const text = time !== time ? Date.prototype.toString.call(value) : Date.prototype.toISOString.call(value);
  const prefix = prefixOf(constructor, tag, 'Date');
  const base = prefix === 'Date ' ? text : `${prefix}${text}`;
  if (keys.length === 0 && extra === undefined) return ctx.stylize(base, 'date');
  return plan(['{', '}'], keys, undefined, kObject, base);
}

function describeArrayBuffer({ ctx, value, constructor, tag, extra, typedArray }) {
  const keys = listedKeys(value, ctx.showHidden);
  const prefix = prefixOf(constructor, tag, types.isArrayBuffer(value) ? 'ArrayBuffer' : 'SharedArrayBuffer');
  // Below its own typed array the bytes have been shown already.
  if (typedArray && keys.length === 0 && extra === undefined) {
    return `${prefix}{ byteLength: ${formatNumber(ctx.stylize, value.byteLength, false)} }`;
  }
  keys.unshift('byteLength');
  return plan([`${prefix}{`, '}'], keys, typedArray ? undefined : arrayBufferEntries);
}

function describeNamespace({ ctx, value, constructor, tag }) {
  const keys = listedKeys(value, ctx.showHidden);
  return plan([`${prefixOf(constructor, tag, 'Module')}{`, '}'], [], (context, _, depth) =>
    keys.map((key) => namespaceEntry(context, value, depth, key)));
}

function namespaceEntry(ctx, value, depth, key) {
  try {
    return formatProperty(ctx, value, depth, key, kObject);
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // The binding exists but its module has not run that far.
    const text = formatProperty(ctx, { [key]: '' }, depth, key, kObject);
    return text.slice(0, text.lastIndexOf(' ') + 1) + ctx.stylize('<uninitialized>', 'special');
  }
}

// ---- entries ----

function more(count, noun = 'item') {
  return `... ${count} more ${noun}${count > 1 ? 's' : ''}`;
}

function arrayEntries(ctx, value, depth) {
  const shown = Math.min(Math.max(0, ctx.maxArrayLength), value.length);
  const parts = [];
  let index = 0;
  let hidden = value.length - shown;
  while (index < value.length && parts.length < shown) {
    if (hasOwn(value, index)) {
      parts.push(formatProperty(ctx, value, depth, index, kArrayItem));
      index++;
      continue;
    }
    const next = nextIndex(value, index);
    const empty = next - index;
    parts.push(ctx.stylize(`<${empty} empty item${empty > 1 ? 's' : ''}>`, 'undefined'));
    index = next;
  }
  hidden = value.length - index;
  if (hidden > 0) parts.push(more(hidden));
  return parts;
}

/** The index of the next item that exists, or the length: without walking millions of holes. */
function nextIndex(value, index) {
  if (value.length - index < 1000) {
    let next = index + 1;
    while (next < value.length && !hasOwn(value, next)) next++;
    return next;
  }
  for (const key of Object.keys(value)) {
    const number = +key;
    if (!(number >= 0 && number < 4294967295 && Number.isInteger(number))) break;
    if (number > index) return number;
  }
  return value.length;
}

function typedEntries(ctx, value, depth) {
  const length = lengthOfTyped(value);
  const shown = Math.min(Math.max(0, ctx.maxArrayLength), length);
  const parts = new Array(shown);
  const formatElement = length > 0 && typeof value[0] === 'bigint' ? formatBigInt : formatNumber;
  for (let i = 0; i < shown; i++) parts[i] = formatElement(ctx.stylize, value[i], ctx.numericSeparator);
  if (length > shown) parts.push(more(length - shown));
  if (ctx.showHidden) {
    // Getters of the prototype that one looks for in a typed array.
    ctx.indentation += 2;
    const { prototype } = globalThis[types.typedArrayTag(value)];
    for (const key of ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer']) {
      parts.push(`[${key}]: ${formatValue(ctx, Reflect.get(prototype, key, value), depth, true)}`);
    }
    ctx.indentation -= 2;
  }
  return parts;
}

function collectUpTo(limit, size, each) {
  const parts = [];
  const shown = Math.min(Math.max(0, limit), size);
  each((part) => {
    if (parts.length < shown) parts.push(part());
  });
  if (size > shown) parts.push(more(size - shown));
  return parts;
}

function setEntries(ctx, value, depth) {
  ctx.indentation += 2;
  const parts = collectUpTo(ctx.maxArrayLength, sizeOfSet(value), (add) =>
    setForEach(value, (item) => add(() => formatValue(ctx, item, depth))));
  ctx.indentation -= 2;
  return parts;
}

function mapEntries(ctx, value, depth) {
  ctx.indentation += 2;
  const parts = collectUpTo(ctx.maxArrayLength, sizeOfMap(value), (add) =>
    mapForEach(value, (item, key) => add(() => `${formatValue(ctx, key, depth)} => ${formatValue(ctx, item, depth)}`)));
  ctx.indentation -= 2;
  return parts;
}

function listEntries(ctx, list, depth) {
  ctx.indentation += 2;
  const parts = collectUpTo(ctx.maxArrayLength, list.length, (add) =>
    list.forEach((item) => add(() => formatValue(ctx, item, depth))));
  ctx.indentation -= 2;
  return parts;
}

function arrayBufferEntries(ctx, value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return [ctx.stylize('(detached)', 'special')];
  }
  const shown = Math.min(Math.max(0, ctx.maxArrayLength), bytes.length);
  const hex = [];
  for (let i = 0; i < shown; i++) hex.push((bytes[i] < 16 ? '0' : '') + bytes[i].toString(16));
  const rest = bytes.length > shown ? ` ${more(bytes.length - shown, 'byte')}` : '';
  return [`${ctx.stylize('[Uint8Contents]', 'special')}: <${hex.join(' ')}${rest}>`];
}

function promiseEntries(ctx, value, depth) {
  const details = types.getPromiseDetails(value);
  // Better no state than a wrong one.
  if (details === undefined) return [ctx.stylize('<state unknown>', 'special')];
  const [state, result] = details;
  if (state === 0) return [ctx.stylize('<pending>', 'special')];
  ctx.indentation += 2;
  const text = formatValue(ctx, result, depth);
  ctx.indentation -= 2;
  return [state === 2 ? `${ctx.stylize('<rejected>', 'special')} ${text}` : text];
}

function unknownEntries(ctx) {
  return [ctx.stylize('<items unknown>', 'special')];
}

// ---- functions and boxed primitives ----

const COMMENTS = /\/\/.*?\n|\/\*[\s\S]*?\*\//g;
const CLASS_HEAD = /^\s+[^(]*?\s*\{/;

function isClassText(text) {
  if (!text.startsWith('class') || !text.endsWith('}')) return false;
  const rest = text.slice(5, -1);
  const brace = rest.indexOf('{');
  if (brace === -1) return false;
  // A parenthesis before the brace belongs to a method named class, unless it is within a comment.
  return !rest.slice(0, brace).includes('(') || CLASS_HEAD.test(rest.replace(COMMENTS, ''));
}

function functionBase(value, constructor, tag, ctx) {
  const text = functionText(value);
  if (isClassText(text)) return classBase(value, constructor, tag);
  const generator = types.isGeneratorFunction(value) ? 'Generator' : '';
  const type = `${types.isAsyncFunction(value) ? 'Async' : ''}${generator}Function`;
  let base = `[${type}`;
  if (constructor === null) base += ' (null prototype)';
  if (value.name === '') base += ' (anonymous)';
  else base += `: ${typeof value.name === 'string' ? value.name : formatValue(ctx, value.name, 0)}`;
  base += ']';
  if (constructor !== type && constructor !== null) base += ` ${constructor}`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  return base;
}

function classBase(value, constructor, tag) {
  let base = `class ${hasOwn(value, 'name') && value.name ? value.name : '(anonymous)'}`;
  if (constructor !== 'Function' && constructor !== null) base += ` [${constructor}]`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  if (constructor === null) {
    base += ' extends null';
  } else {
    const parent = getPrototypeOf(value).name;
    if (parent) base += ` extends ${parent}`;
  }
  return `[${base}]`;
}

const BOXED = [
  [types.isNumberObject, 'Number', Number.prototype.valueOf],
  [types.isStringObject, 'String', String.prototype.valueOf],
  [types.isBooleanObject, 'Boolean', Boolean.prototype.valueOf],
  [types.isBigIntObject, 'BigInt', BigInt.prototype.valueOf],
  [types.isSymbolObject, 'Symbol', Symbol.prototype.valueOf],
];

function boxedBase(value, ctx, keys, constructor, tag) {
  const [, type, valueOf] = BOXED.find(([test]) => test(value));
  const primitive = valueOf.call(value);
  // The characters of a boxed string are own properties; they are in the text already.
  if (type === 'String') keys.splice(0, primitive.length);
  let base = `[${type}`;
  if (type !== constructor) base += constructor === null ? ' (null prototype)' : ` (${constructor})`;
  base += `: ${formatPrimitive(plain, primitive, ctx)}]`;
  if (tag !== '' && tag !== constructor) base += ` [${tag}]`;
  return keys.length !== 0 || ctx.stylize === plain ? base : ctx.stylize(base, type.toLowerCase());
}

module.exports = { describe };
