// URLSearchParams: a list of pairs, live beside a URL.
//
// The list is flat: name, value, name, value. A URL hands in a function that is told of every change.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/validators');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const ENCODE_MORE = /[!'()~]|%20/g;
const MORE = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '~': '%7E', '%20': '+' };

function encodePart(text) {
  return encodeURIComponent(text).replace(ENCODE_MORE, (found) => MORE[found]);
}

function decodePart(text) {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeBytes(spaced);
  }
}

/** For what decodeURIComponent refuses: stray percent signs stay, broken UTF-8 is replaced. */
function decodeBytes(text) {
  const { Buffer } = require('node/buffer');
  const bytes = Buffer.from(text, 'utf8');
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const digits = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1], bytes[i + 2]) : '';
    if (digits.length === 2 && /^[0-9A-Fa-f]{2}$/.test(digits)) {
      bytes[length++] = parseInt(digits, 16);
      i += 2;
    } else {
      bytes[length++] = bytes[i];
    }
  }
  return bytes.toString('utf8', 0, length);
}

function parseList(query) {
  const list = [];
  if (query.length === 0) return list;
  for (const pair of query.split('&')) {
    if (pair.length === 0) continue;
    const at = pair.indexOf('=');
    if (at === -1) list.push(decodePart(pair), '');
    else list.push(decodePart(pair.slice(0, at)), decodePart(pair.slice(at + 1)));
  }
  return list;
}

const toText = (value) => `${value}`.toWellFormed();

function listFromPairs(pairs) {
  if (typeof pairs[Symbol.iterator] !== 'function') throw new codes.ERR_ARG_NOT_ITERABLE('Query pairs');
  const list = [];
  for (const pair of pairs) {
    if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function') ||
        typeof pair[Symbol.iterator] !== 'function') {
      throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
    }
    const items = [...pair];
    if (items.length !== 2) throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
    list.push(toText(items[0]), toText(items[1]));
  }
  return list;
}

function listFromRecord(record) {
  const list = [];
  const places = new Map();
  for (const key of Reflect.ownKeys(record)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(record, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    const name = toText(key);
    const value = toText(record[key]);
    // Two keys may become one name when broken characters are replaced: the last value counts.
    const at = places.get(name);
    if (at !== undefined) list[at] = value;
    else places.set(name, list.push(name, value) - 1);
  }
  return list;
}

function listFrom(init) {
  if (init === undefined || init === null) return [];
  if (typeof init === 'object' || typeof init === 'function') {
    const method = init[Symbol.iterator];
    if (method !== undefined && method !== null) return listFromPairs(init);
    return listFromRecord(init);
  }
  const text = toText(init);
  return parseList(text[0] === '?' ? text.slice(1) : text);
}

class URLSearchParams {
  #list;
  #changed;

  constructor(init = undefined) {
    this.#list = listFrom(init);
  }

  static #of(value) {
    if (value === null || typeof value !== 'object' || !(#list in value)) throw new codes.ERR_INVALID_THIS('URLSearchParams');
    return value.#list;
  }

  /** For URL: params over a query, and a way to replace the list without telling the URL. */
  static connect(query, changed) {
    const params = new URLSearchParams();
    params.#list = parseList(query);
    params.#changed = changed;
    return { params, replace: (next) => { params.#list = parseList(next); } };
  }

  #update() {
    if (this.#changed !== undefined) this.#changed(this.toString());
  }

  get size() {
    return URLSearchParams.#of(this).length / 2;
  }

  append(name, value) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('name', 'value');
    list.push(toText(name), toText(value));
    this.#update();
  }

  delete(name, value = undefined) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    const key = toText(name);
    const only = value === undefined ? undefined : toText(value);
    for (let i = list.length - 2; i >= 0; i -= 2) {
      if (list[i] === key && (only === undefined || list[i + 1] === only)) list.splice(i, 2);
    }
    this.#update();
  }

  get(name) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    const key = toText(name);
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) return list[i + 1];
    return null;
  }

  getAll(name) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    const key = toText(name);
    const values = [];
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) values.push(list[i + 1]);
    return values;
  }

  has(name, value = undefined) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    const key = toText(name);
    const only = value === undefined ? undefined : toText(value);
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === key && (only === undefined || list[i + 1] === only)) return true;
    }
    return false;
  }

  set(name, value) {
    const list = URLSearchParams.#of(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('name', 'value');
    const key = toText(name);
    const text = toText(value);
    let first = -1;
    for (let i = 0; i < list.length;) {
      if (list[i] !== key) {
        i += 2;
      } else if (first === -1) {
        first = i;
        list[i + 1] = text;
        i += 2;
      } else {
        list.splice(i, 2);
      }
    }
    if (first === -1) list.push(key, text);
    this.#update();
  }

  sort() {
    const list = URLSearchParams.#of(this);
    const pairs = [];
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
    // By code units, equal names in their order.
    pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    pairs.forEach((pair, i) => { [list[2 * i], list[2 * i + 1]] = pair; });
    this.#update();
  }

  forEach(callback, thisArg = undefined) {
    URLSearchParams.#of(this);
    validateFunction(callback, 'callback');
    for (let i = 0; i < this.#list.length; i += 2) callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
  }

  entries() {
    URLSearchParams.#of(this);
    return makeIterator(() => this.#list, (name, value) => [name, value]);
  }

  keys() {
    URLSearchParams.#of(this);
    return makeIterator(() => this.#list, (name) => name);
  }

  values() {
    URLSearchParams.#of(this);
    return makeIterator(() => this.#list, (name, value) => value);
  }

  toString() {
    const list = URLSearchParams.#of(this);
    let text = '';
    for (let i = 0; i < list.length; i += 2) {
      text += `${i === 0 ? '' : '&'}${encodePart(list[i])}=${encodePart(list[i + 1])}`;
    }
    return text;
  }

  [kInspect](depth, options, inspect) {
    const list = URLSearchParams.#of(this);
    if (typeof depth === 'number' && depth < 0) return options.stylize('[Object]', 'special');
    const parts = [];
    for (let i = 0; i < list.length; i += 2) parts.push(`${inspect(list[i], options)} => ${inspect(list[i + 1], options)}`);
    return wrap(this.constructor.name, parts, options);
  }
}

function wrap(name, parts, options) {
  if (parts.length === 0) return `${name} {}`;
  const length = parts.reduce((sum, part) => sum + part.length + 2, -2);
  if (length > options.breakLength) return `${name} {\n  ${parts.join(',\n  ')} }`;
  return `${name} { ${parts.join(', ')} }`;
}

// ---- iterators ----

const states = new WeakMap();

const iteratorPrototype = {
  __proto__: Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  next() {
    const state = states.get(this);
    if (state === undefined) throw new codes.ERR_INVALID_THIS('URLSearchParamsIterator');
    const list = state.list();
    if (state.index >= list.length) return { value: undefined, done: true };
    const value = state.pick(list[state.index], list[state.index + 1]);
    state.index += 2;
    return { value, done: false };
  },
  [kInspect](depth, options, inspect) {
    const state = states.get(this);
    if (state === undefined) throw new codes.ERR_INVALID_THIS('URLSearchParamsIterator');
    if (typeof depth === 'number' && depth < 0) return options.stylize('[Object]', 'special');
    const list = state.list();
    const parts = [];
    for (let i = state.index; i < list.length; i += 2) parts.push(inspect(state.pick(list[i], list[i + 1]), options));
    return wrap('URLSearchParams Iterator', parts, options);
  },
};

Object.defineProperty(iteratorPrototype, Symbol.toStringTag, {
  __proto__: null, value: 'URLSearchParams Iterator', configurable: true,
});

function makeIterator(list, pick) {
  const iterator = Object.create(iteratorPrototype);
  states.set(iterator, { list, pick, index: 0 });
  return iterator;
}

const connect = URLSearchParams.connect;
delete URLSearchParams.connect;

for (const name of ['size', 'append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'forEach', 'entries', 'keys',
  'values', 'toString']) {
  Object.defineProperty(URLSearchParams.prototype, name, { __proto__: null, enumerable: true });
}
Object.defineProperties(URLSearchParams.prototype, {
  [Symbol.toStringTag]: { __proto__: null, value: 'URLSearchParams', configurable: true },
  [Symbol.iterator]: {
    __proto__: null, value: URLSearchParams.prototype.entries, configurable: true, writable: true,
  },
});

module.exports = { URLSearchParams, connect };
