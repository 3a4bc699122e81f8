// process.env: an object whose changes reach the environment of the process.
//
// The target of the proxy mirrors the environment, so reading costs no native call and the usual object operations just work.

const { envEntries, envSet, envDelete } = binding('process');
const { envGet } = binding('workers');

const { defineProperty, get, getOwnPropertyDescriptor } = Reflect;

function text(value) {
  if (typeof value === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
  return String(value);
}

function isName(key) {
  return key.length > 0 && !key.includes('=') && !key.includes('\0');
}

/** What a proxy does with its target; `store(name, value)` and `forget(name)` are told of changes. */
function handlerOf(store, forget) {
  return {
    __proto__: null,

    set(target, key, value) {
      if (typeof key === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
      const string = text(value);
      if (!isName(key)) return true;
      store(key, string);
      return defineProperty(target, key, { value: string, writable: true, enumerable: true, configurable: true });
    },

    defineProperty(target, key, descriptor) {
      if ('value' in descriptor) {
        if (!descriptor.configurable || !descriptor.writable || !descriptor.enumerable) {
          throw invalidDefinition("'process.env' only accepts a configurable, writable, and enumerable data descriptor");
        }
        return this.set(target, key, descriptor.value);
      }
      if ('get' in descriptor || 'set' in descriptor) {
        throw invalidDefinition("'process.env' does not accept an accessor(getter/setter) descriptor");
      }
      throw invalidDefinition("'process.env' only accepts a configurable, writable, and enumerable data descriptor");
    },

    deleteProperty(target, key) {
      if (typeof key === 'string' && getOwnPropertyDescriptor(target, key) !== undefined) {
        forget(key);
        delete target[key];
      }
      return true;
    },

    get(target, key) {
      if (isShared && typeof key === 'string') refreshOne(target, key);
      return get(target, key);
    },
  };
}

/** Other threads may change the environment too (`SHARE_ENV`): the mirror is made anew wherever it is looked at. */
let isShared = false;

function refreshOne(target, key) {
  const value = isName(key) ? envGet(key) : undefined;
  if (value !== undefined) define(target, key, value);
  else if (getOwnPropertyDescriptor(target, key) !== undefined) delete target[key];
}

function refresh(target) {
  for (const key of Object.keys(target)) delete target[key];
  fill(target, envEntries());
}

const sharedTraps = {
  has: (target, key) => { refresh(target); return Reflect.has(target, key); },
  ownKeys: (target) => { refresh(target); return Reflect.ownKeys(target); },
  getOwnPropertyDescriptor: (target, key) => {
    if (typeof key === 'string') refreshOne(target, key);
    return getOwnPropertyDescriptor(target, key);
  },
};

function invalidDefinition(message) {
  const error = new TypeError(message);
  error.code = 'ERR_INVALID_OBJECT_DEFINE_PROPERTY';
  return error;
}

function define(target, name, value) {
  defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function fill(target, entries) {
  for (let i = 0; i < entries.length; i += 2) define(target, entries[i], entries[i + 1]);
  return target;
}

/** The handler of the process's own environment in this realm. */
const handler = handlerOf(envSet, envDelete);

/** The environment of the process. */
function createEnv() {
  return new Proxy(fill({}, envEntries()), handler);
}

/** From now on other threads may change it. */
function share() {
  isShared = true;
  Object.assign(handler, sharedTraps);
}

/** The environment of the process, in a worker that shares it. */
function createSharedEnv() {
  share();
  return createEnv();
}

/** An environment that is a worker's alone; `entries` are flat names and values. */
function createOwnEnv(entries) {
  const nothing = () => {};
  return new Proxy(fill({}, entries), handlerOf(nothing, nothing));
}

module.exports = { createEnv, createOwnEnv, createSharedEnv, share };
