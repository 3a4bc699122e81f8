// Headers.
//
// One ordered list of lower-case names and values; a name may occur more than once only where HTTP cannot join it (set-cookie).

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const stateOf = new WeakMap();

function nameOf(value) {
  const name = `${value}`;
  if (!TOKEN.test(name)) throw new TypeError(`Header name must be a valid HTTP token ["${name}"]`);
  return name.toLowerCase();
}

function valueOf(value, name) {
  const text = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!VALUE.test(text)) throw new TypeError(`Invalid character in header content ["${name}"]`);
  return text;
}

function own(headers) {
  const state = stateOf.get(headers);
  if (state === undefined) throw new TypeError('Value of "this" must be of type Headers');
  return state;
}

function mutable(headers) {
  const state = own(headers);
  if (state.immutable) throw new TypeError('Headers are immutable');
  return state;
}

function append(state, name, value) {
  const known = name === 'set-cookie' ? undefined : state.list.find(([key]) => key === name);
  if (known !== undefined) known[1] = `${known[1]}${name === 'cookie' ? '; ' : ', '}${value}`;
  else state.list.push([name, value]);
}

function fill(headers, init) {
  if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
    throw new TypeError("Failed to construct 'Headers': the provided value is not of type '(record<ByteString, ByteString> or sequence<sequence<ByteString>>)'");
  }
  const iterator = init[Symbol.iterator];
  if (iterator === undefined || iterator === null) {
    for (const name of Reflect.ownKeys(init)) {
      if (!Object.getOwnPropertyDescriptor(init, name)?.enumerable) continue;
      headers.append(name, init[name]);
    }
    return;
  }
  for (const pair of init) {
    const entry = [...pair];
    if (entry.length !== 2) throw new TypeError('Headers constructor: each header must be a name/value pair');
    headers.append(entry[0], entry[1]);
  }
}

/** Sorted by name, as iteration shows them. */
function sorted(state) {
  return state.list.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

class Headers {
  constructor(init = undefined) {
    stateOf.set(this, { list: [], immutable: false });
    if (init !== undefined) fill(this, init);
  }

  append(name, value) {
    const key = nameOf(name);
    append(mutable(this), key, valueOf(value, key));
  }

  delete(name) {
    const key = nameOf(name);
    const state = mutable(this);
    state.list = state.list.filter(([known]) => known !== key);
  }

  get(name) {
    const key = nameOf(name);
    const values = own(this).list.filter(([known]) => known === key).map(([, value]) => value);
    return values.length === 0 ? null : values.join(', ');
  }

  has(name) {
    const key = nameOf(name);
    return own(this).list.some(([known]) => known === key);
  }

  set(name, value) {
    const key = nameOf(name);
    const text = valueOf(value, key);
    const state = mutable(this);
    const known = state.list.find(([other]) => other === key);
    if (known === undefined) {
      state.list.push([key, text]);
      return;
    }
    known[1] = text;
    state.list = state.list.filter((entry) => entry === known || entry[0] !== key);
  }

  getSetCookie() {
    return own(this).list.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
  }

  getAll(name) {
    const key = nameOf(name);
    return own(this).list.filter(([known]) => known === key).map(([, value]) => value);
  }

  get count() { return own(this).list.length; }

  toJSON() {
    const json = {};
    for (const [name, value] of sorted(own(this))) {
      if (name === 'set-cookie') (json[name] ??= []).push(value);
      else json[name] = value;
    }
    return json;
  }

  forEach(callback, thisArg) {
    if (typeof callback !== 'function') throw new TypeError("Failed to execute 'forEach' on 'Headers': parameter 1 is not of type 'Function'");
    for (const [name, value] of sorted(own(this))) Reflect.apply(callback, thisArg, [value, name, this]);
  }

  * entries() { for (const [name, value] of sorted(own(this))) yield [name, value]; }
  * keys() { for (const [name] of sorted(own(this))) yield name; }
  * values() { for (const [, value] of sorted(own(this))) yield value; }

  get [Symbol.toStringTag]() { return 'Headers'; }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `Headers ${inspect(this.toJSON(), options)}`;
  }
}

Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });
for (const key of ['append', 'delete', 'get', 'has', 'set', 'getSetCookie', 'forEach', 'entries', 'keys', 'values']) {
  Object.defineProperty(Headers.prototype, key, { enumerable: true });
}
for (const key of ['count', 'toJSON', 'getAll']) Object.defineProperty(Headers.prototype, key, { enumerable: false });

/** Names and values in turn, one a line, for native code. */
function flat(headers) {
  return own(headers).list.map(([name, value]) => `${name}\n${value}`).join('\n');
}

/** Of what native code tells; checked by it already. */
function fromFlat(text, immutable) {
  const headers = new Headers();
  const state = own(headers);
  if (text !== '') {
    const lines = text.split('\n');
    for (let i = 0; i < lines.length; i += 2) append(state, lines[i], lines[i + 1]);
  }
  state.immutable = immutable;
  return headers;
}

function freeze(headers) {
  own(headers).immutable = true;
  return headers;
}

module.exports = { Headers, flat, freeze, fromFlat };
