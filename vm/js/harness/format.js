// Values as text, in the layout of the ecosystem's `pretty-format`: what messages, diffs and snapshots show.
//
// Owns the layout and its limits: output is cut where a value is too large to be read, so that a failed comparison of
// huge objects costs milliseconds, not seconds. Must not throw because of what a getter of the user's throws.

const { getOwnPropertySymbols } = Object;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const toStringTag = Object.prototype.toString;
const dateToISOString = Date.prototype.toISOString;
const regExpToString = RegExp.prototype.toString;
const symbolToString = Symbol.prototype.toString;
const errorToString = Error.prototype.toString;

const ASYMMETRIC = Symbol.for('jest.asymmetricMatcher');
const DEFAULTS = {
  min: false,
  maxDepth: 200,
  maxWidth: Infinity,
  /** Values printed in one call; the rest is `…`. */
  maxValues: 50_000,
  indent: 2,
  escapeString: true,
  escapeRegex: false,
  printBasicPrototype: true,
  printFunctionName: true,
  callToJSON: true,
  compareKeys: undefined,
  plugins: [],
};

const LISTS = new Set(
  ['Array', 'ArrayBuffer', 'DataView', 'Float32Array', 'Float64Array', 'Float16Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array',
    'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'].map((name) => `[object ${name}]`),
);

/** The text of any value. */
function format(value, options) {
  const printer = new Printer(options === undefined ? DEFAULTS : { ...DEFAULTS, ...options });
  return printer.print(value, '', 0, [], false);
}

class Printer {
  constructor(settings) {
    this.settings = settings;
    this.step = settings.min ? '' : ' '.repeat(settings.indent);
    this.inner = settings.min ? ' ' : '\n';
    this.outer = settings.min ? '' : '\n';
    this.left = settings.maxValues;
  }

  print(value, indentation, depth, refs, fromToJSON) {
    this.left -= 1;
    if (this.left < 0) return '…';
    const plugin = this.pluginFor(value);
    if (plugin !== undefined) return this.printWithPlugin(plugin, value, indentation, depth, refs);
    const basic = this.basic(value);
    return basic === null ? this.complex(value, indentation, depth, refs, fromToJSON) : basic;
  }

  pluginFor(value) {
    const { plugins } = this.settings;
    for (let i = 0; i < plugins.length; i += 1) if (plugins[i].test(value)) return plugins[i];
    return undefined;
  }

  /** Both generations of serializer plugins: `serialize(value, config, …)` and the older `print(value, print, …)`. */
  printWithPlugin(plugin, value, indentation, depth, refs) {
    const { settings } = this;
    const child = (inner, _config, at, innerDepth, innerRefs) => this.print(inner, at, innerDepth, innerRefs, false);
    if (typeof plugin.serialize === 'function') {
      const config = { ...settings, spacingInner: this.inner, spacingOuter: this.outer, indent: this.step };
      return plugin.serialize(value, config, indentation, depth, refs, child);
    }
    const indent = (text) => indentation + this.step + text.replaceAll('\n', `\n${indentation + this.step}`);
    const edge = { edgeSpacing: this.outer, min: settings.min, spacing: this.inner };
    return plugin.print(value, (inner) => this.print(inner, indentation, depth, refs, false), indent, edge, {});
  }

  /** The text of a value without parts, else null. */
  basic(value) {
    switch (typeof value) {
      case 'string':
        return this.settings.escapeString ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'bigint':
        return `${value}n`;
      case 'function':
        return this.functionText(value);
      case 'object':
        return value === null ? 'null' : this.basicObject(value);
      case 'symbol':
        return symbolToString.call(value);
      default:
        return String(value);
    }
  }

  functionText(fn) {
    if (isMock(fn)) return `[MockFunction${fn.getMockName() === 'mock' || fn.getMockName() === 'jest.fn()' ? '' : ` ${fn.getMockName()}`}]`;
    return this.settings.printFunctionName ? `[Function ${fn.name || 'anonymous'}]` : '[Function]';
  }

  basicObject(value) {
    const tag = toStringTag.call(value);
    switch (tag) {
      case '[object WeakMap]':
        return 'WeakMap {}';
      case '[object WeakSet]':
        return 'WeakSet {}';
      case '[object Promise]':
        return 'Promise {}';
      case '[object Date]':
        return dateText(value);
      case '[object Error]':
        return `[${errorText(value)}]`;
      case '[object RegExp]': {
        const text = attempt(() => regExpToString.call(value), '/(?:)/');
        return this.settings.escapeRegex ? text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&') : text;
      }
      case '[object Symbol]':
        return attempt(() => symbolToString.call(value), 'Symbol()');
      default:
        return value instanceof Error ? `[${errorText(value)}]` : null;
    }
  }

  complex(value, indentation, depth, refs, fromToJSON) {
    if (refs.includes(value)) return '[Circular]';
    const path = refs.concat([value]);
    const { settings } = this;
    const tooDeep = depth + 1 > settings.maxDepth;
    if (value.$$typeof === ASYMMETRIC) return this.asymmetric(value, indentation, depth + 1, path, tooDeep);
    if (settings.callToJSON && !tooDeep && !fromToJSON && typeof get(value, 'toJSON') === 'function') {
      return this.print(attempt(() => value.toJSON(), '[toJSON threw]'), indentation, depth + 1, path, true);
    }
    const tag = toStringTag.call(value);
    if (tag === '[object Arguments]') return tooDeep ? '[Arguments]' : `${settings.min ? '' : 'Arguments '}[${this.items(value, indentation, depth + 1, path)}]`;
    if (LISTS.has(tag)) return this.list(value, tag, indentation, depth + 1, path, tooDeep);
    if (tag === '[object Map]') return tooDeep ? '[Map]' : `Map {${this.entries(value.entries(), ' => ', indentation, depth + 1, path)}}`;
    if (tag === '[object Set]') return tooDeep ? '[Set]' : `Set {${this.values(value.values(), indentation, depth + 1, path)}}`;
    const name = constructorName(value);
    if (tooDeep) return `[${name}]`;
    const prefix = settings.min || (!settings.printBasicPrototype && name === 'Object') ? '' : `${name} `;
    return `${prefix}{${this.properties(value, indentation, depth + 1, path)}}`;
  }

  list(value, tag, indentation, depth, refs, tooDeep) {
    const name = constructorName(value);
    if (tooDeep) return `[${name}]`;
    const prefix = this.settings.min || (!this.settings.printBasicPrototype && name === 'Array') ? '' : `${name} `;
    let elements = value;
    if (tag === '[object ArrayBuffer]') elements = attempt(() => new Uint8Array(value), []);
    else if (tag === '[object DataView]') elements = attempt(() => new Uint8Array(value.buffer, value.byteOffset, value.byteLength), []);
    return `${prefix}[${this.items(elements, indentation, depth, refs)}]`;
  }

  asymmetric(value, indentation, depth, refs, tooDeep) {
    const name = value.toString();
    if (name === 'ArrayContaining' || name === 'ArrayNotContaining' || name === 'ArrayOf') {
      return tooDeep ? `[${name}]` : `${name} [${this.items([].concat(value.sample), indentation, depth, refs)}]`;
    }
    if (name === 'ObjectContaining' || name === 'ObjectNotContaining') {
      return tooDeep ? `[${name}]` : `${name} {${this.properties(value.sample, indentation, depth, refs)}}`;
    }
    if (name.startsWith('String')) return `${name} ${this.print(value.sample, indentation, depth, refs, false)}`;
    if (typeof value.toAsymmetricMatcher === 'function') return value.toAsymmetricMatcher();
    return name;
  }

  /** Joins the texts that `write(i)` gives for `count` parts, one per line unless `min`. */
  parts(count, indentation, write, maxWidth = this.settings.maxWidth) {
    if (count === 0) return '';
    const within = indentation + this.step;
    let text = this.outer;
    for (let i = 0; i < count; i += 1) {
      text += within;
      if (i === maxWidth || this.left <= 0) {
        text += '…';
        break;
      }
      text += write(i, within);
      if (i < count - 1) text += `,${this.inner}`;
      else if (!this.settings.min) text += ',';
    }
    return text + this.outer + indentation;
  }

  items(list, indentation, depth, refs) {
    return this.parts(list.length, indentation, (i, within) => (i in list ? this.print(list[i], within, depth, refs, false) : ''));
  }

  values(iterator, indentation, depth, refs) {
    const list = this.take(iterator);
    return this.parts(list.length, indentation, (i, within) => this.print(list[i], within, depth, refs, false));
  }

  entries(iterator, separator, indentation, depth, refs) {
    const list = this.take(iterator);
    return this.parts(list.length, indentation, (i, within) => {
      const key = this.print(list[i][0], within, depth, refs, false);
      return key + separator + this.print(list[i][1], within, depth, refs, false);
    });
  }

  /** No more of an iterator than can be printed. */
  take(iterator) {
    const list = [];
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      list.push(step.value);
      if (list.length > this.left) break;
    }
    return list;
  }

  properties(object, indentation, depth, refs) {
    const keys = this.keysOf(object);
    return this.parts(keys.length, indentation, (i, within) => {
      const name = this.print(keys[i], within, depth, refs, false);
      return `${name}: ${this.print(get(object, keys[i]), within, depth, refs, false)}`;
    }, Infinity);
  }

  keysOf(object) {
    const { compareKeys } = this.settings;
    const keys = Object.keys(object);
    if (compareKeys !== null) keys.sort(compareKeys);
    const symbols = getOwnPropertySymbols(object);
    for (let i = 0; i < symbols.length; i += 1) if (isEnumerable.call(object, symbols[i])) keys.push(symbols[i]);
    return keys;
  }
}

function isMock(fn) {
  return fn._isMockFunction === true && typeof fn.getMockName === 'function';
}

function attempt(read, fallback) {
  try {
    return read();
  } catch {
    return fallback;
  }
}

function get(object, key) {
  try {
    return object[key];
  } catch (error) {
    return `[getter threw: ${attempt(() => String(error), 'an error')}]`;
  }
}

function dateText(date) {
  return attempt(() => (Number.isNaN(+date) ? 'Date { NaN }' : dateToISOString.call(date)), 'Date {}');
}

function errorText(error) {
  return attempt(() => errorToString.call(error), 'Error');
}

function constructorName(value) {
  const constructor = get(value, 'constructor');
  return (typeof constructor === 'function' && constructor.name) || 'Object';
}

const TEXT_LIMIT = 10_000;

/** One line, cut short by depth and then by width until it is readable: values inside messages. */
function formatInline(value) {
  let maxDepth = 10;
  let maxWidth = 10;
  for (;;) {
    const text = format(value, { min: true, maxDepth, maxWidth });
    if (text.length < TEXT_LIMIT) return text;
    if (maxDepth > 1) maxDepth = Math.floor(maxDepth / 2);
    else if (maxWidth > 1) maxWidth = Math.floor(maxWidth / 2);
    else return text;
  }
}

module.exports = { format, formatInline, ASYMMETRIC };
