// DOMException with its legacy codes. Must not require anything at load time.

const CODES = {
  __proto__: null,
  IndexSizeError: 1, DOMStringSizeError: 2, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5,
  NoDataAllowedError: 6, NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9,
  InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14,
  InvalidAccessError: 15, ValidationError: 16, TypeMismatchError: 17, SecurityError: 18, NetworkError: 19,
  AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

/** `SyntaxError` -> `SYNTAX_ERR`, the constants' way of writing. */
function constantName(name) {
  if (name === 'DOMStringSizeError') return 'DOMSTRING_SIZE_ERR';
  if (name === 'InUseAttributeError') return 'INUSE_ATTRIBUTE_ERR';
  if (name === 'URLMismatchError') return 'URL_MISMATCH_ERR';
  return name.replace(/Error$/, 'Err').replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

// The class is a function over a real Error object: it must be an error for the engine (stack, Error.isError), but
// its prototype is not Error's class and `name` and `message` are read-only getters.
const states = new WeakMap();

function stateOf(value) {
  const state = states.get(value);
  if (state === undefined) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_THIS('DOMException');
  }
  return state;
}

class DOMException {
  constructor(message = '', options = 'Error') {
    const self = new Error(`${message}`);
    Object.setPrototypeOf(self, new.target.prototype);
    let name = 'Error';
    if (options !== null && typeof options === 'object') {
      if (options.name !== undefined) name = `${options.name}`;
      if ('cause' in options) {
        Object.defineProperty(self, 'cause', {
          __proto__: null, value: options.cause, writable: true, configurable: true, enumerable: false,
        });
      }
    } else {
      name = `${options}`;
    }
    states.set(self, { message: `${message}`, name });
    delete self.message;
    return self;
  }

  get name() {
    return stateOf(this).name;
  }

  get message() {
    return stateOf(this).message;
  }

  get code() {
    return CODES[stateOf(this).name] ?? 0;
  }
}

Object.setPrototypeOf(DOMException.prototype, Error.prototype);
Object.defineProperties(DOMException.prototype, {
  name: { __proto__: null, enumerable: true },
  message: { __proto__: null, enumerable: true },
  code: { __proto__: null, enumerable: true },
  [Symbol.toStringTag]: { __proto__: null, value: 'DOMException', configurable: true },
});
for (const name of Object.keys(CODES)) {
  const constant = { __proto__: null, value: CODES[name], enumerable: true };
  Object.defineProperty(DOMException, constantName(name), constant);
  Object.defineProperty(DOMException.prototype, constantName(name), constant);
}

require('internal/clone/registry').register((value) => states.has(value), (writer, value) => {
  const { message, name } = stateOf(value);
  writer.tag(writer.tags.DOM_EXCEPTION);
  writer.string(message);
  writer.string(name);
  writer.string(`${value.stack}`);
});

module.exports = { DOMException };
