// process.env: an object whose changes reach the environment of the process.
//
// The target of the proxy mirrors the environment, so reading costs no native call and the usual object operations just work.

const { envEntries, envSet, envDelete } = binding('process');

const { defineProperty, get, getOwnPropertyDescriptor } = Reflect;

function text(value) {
  if (typeof value === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
  return String(value);
}

function isName(key) {
  return key.length > 0 && !key.includes('=') && !key.includes('\0');
}

const handler = {
  __proto__: null,

  set(target, key, value) {
    if (typeof key === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
    const string = text(value);
    if (!isName(key)) return true;
    envSet(key, string);
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
      envDelete(key);
      delete target[key];
    }
    return true;
  },

  get(target, key) {
    return get(target, key);
  },
};

function invalidDefinition(message) {
  const error = new TypeError(message);
  error.code = 'ERR_INVALID_OBJECT_DEFINE_PROPERTY';
  return error;
}

function createEnv() {
  const target = {};
  const entries = envEntries();
  for (let i = 0; i < entries.length; i += 2) {
    defineProperty(target, entries[i], { value: entries[i + 1], writable: true, enumerable: true, configurable: true });
  }
  return new Proxy(target, handler);
}

module.exports = { createEnv };
