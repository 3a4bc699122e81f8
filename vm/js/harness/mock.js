// Mock functions and spies of all API flavours.
//
// Owns the record of calls, the implementation queue and what a spy has replaced. Module mocks and fake timers are not
// here. The flavours differ in what a reset leaves behind: Jest's mocks return undefined, vitest's go back to what they
// were made with.

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const { apply, construct, ownKeys } = Reflect;
const functionSource = Function.prototype.toString;

const STATE = Symbol('mock state');
const all = new Set();
/** Restore functions of `replaceProperty`. */
const replaced = new Set();
let callOrder = 0;

/** `mock.mock`: what the calls were. */
class MockRecord {
  constructor() {
    this.calls = [];
    this.contexts = [];
    this.instances = [];
    this.invocationCallOrder = [];
    this.results = [];
    this.settledResults = [];
  }

  get lastCall() {
    return this.calls[this.calls.length - 1];
  }
}

/** Everything a mock keeps besides its record. */
class MockState {
  constructor(flavour, initial) {
    this.flavour = flavour;
    this.initial = initial;
    this.implementation = initial;
    this.once = [];
    this.name = undefined;
    this.record = new MockRecord();
    /** Puts the original back; undefined for a mock that replaces nothing. */
    this.restore = undefined;
    /** What a spy stands in for. */
    this.original = undefined;
  }
}

function createMock(flavour, implementation, { length, original } = {}) {
  const mock = function (...args) {
    return record(mock, mock[STATE], this, args, new.target);
  };
  const state = new MockState(flavour, implementation);
  state.original = original;
  defineProperty(mock, STATE, { value: state });
  defineProperty(mock, 'length', { value: length ?? (implementation === undefined ? 0 : implementation.length), configurable: true });
  const name = implementation === undefined || implementation.name === '' ? 'mockConstructor' : implementation.name;
  defineProperty(mock, 'name', { value: name, configurable: true });
  setPrototypeOf(mock, mockMethods);
  const model = original ?? implementation;
  if (model !== undefined && isObject(model.prototype)) mock.prototype = model.prototype;
  if (original !== undefined) copyStatics(original, mock);
  all.add(mock);
  return mock;
}

function isObject(value) {
  return value !== null && typeof value === 'object';
}

const NOT_COPIED = new Set(['length', 'name', 'prototype', 'arguments', 'caller', STATE]);

function copyStatics(from, to) {
  for (const key of ownKeys(from)) {
    if (!NOT_COPIED.has(key) && !(key in mockMethods)) defineProperty(to, key, getOwnPropertyDescriptor(from, key));
  }
}

/** One call: recorded before, completed after. */
function record(mock, state, self, args, newTarget) {
  const log = state.record;
  const at = log.calls.length;
  log.calls.push(args);
  log.contexts.push(self);
  log.instances.push(self);
  callOrder += 1;
  log.invocationCallOrder.push(callOrder);
  const result = { type: 'incomplete', value: undefined };
  log.results.push(result);
  log.settledResults.push({ type: 'incomplete', value: undefined });
  const implementation = state.once.length > 0 ? state.once.shift() : state.implementation;
  let value;
  try {
    value = newTarget === undefined ? callPlain(implementation, self, args) : callNew(mock, state, implementation, self, args, newTarget);
  } catch (error) {
    result.type = 'throw';
    result.value = error;
    log.settledResults[at] = { type: 'rejected', value: error };
    throw error;
  }
  result.type = 'return';
  result.value = value;
  if (newTarget !== undefined && isObject(value)) {
    log.instances[at] = value;
    log.contexts[at] = value;
  }
  trackSettling(log, at, value);
  return value;
}

function callPlain(implementation, self, args) {
  return implementation === undefined ? undefined : apply(implementation, self, args);
}

/** `new mock()`: a class is constructed, anything else is called on the new object. */
function callNew(mock, state, implementation, self, args, newTarget) {
  if (implementation === undefined) return self;
  if (isClass(implementation) || implementation === state.original) {
    return construct(implementation, args, newTarget === mock ? implementation : newTarget);
  }
  const returned = apply(implementation, self, args);
  return isObject(returned) || typeof returned === 'function' ? returned : self;
}

function isClass(fn) {
  if (fn[STATE] !== undefined) return true;
  const text = functionSource.call(fn);
  return /^class\b/.test(text) || (text.includes('[native code]') && isObject(fn.prototype));
}

function trackSettling(log, at, value) {
  const slot = log.settledResults[at];
  if (!isObject(value) || typeof value.then !== 'function') {
    slot.type = 'fulfilled';
    slot.value = value;
    return;
  }
  if (!(value instanceof Promise)) return;
  value.then(
    (settled) => {
      slot.type = 'fulfilled';
      slot.value = settled;
    },
    (reason) => {
      slot.type = 'rejected';
      slot.value = reason;
    },
  );
}

/** The methods of every mock: the prototype of mock functions, between them and `Function.prototype`. */
const mockMethods = setPrototypeOf(
  {
    _isMockFunction: true,

    get mock() {
      return this[STATE].record;
    },

    getMockName() {
      const { name, flavour } = this[STATE];
      return name ?? (flavour === 'vitest' ? 'vi.fn()' : 'jest.fn()');
    },

    mockName(name) {
      this[STATE].name = name;
      return this;
    },

    getMockImplementation() {
      const { once, implementation } = this[STATE];
      return once.length > 0 && this[STATE].flavour === 'vitest' ? once[0] : implementation;
    },

    mockImplementation(fn) {
      this[STATE].implementation = needFunction(fn, 'mockImplementation');
      return this;
    },

    mockImplementationOnce(fn) {
      this[STATE].once.push(needFunction(fn, 'mockImplementationOnce'));
      return this;
    },

    mockReturnValue(value) {
      return this.mockImplementation(() => value);
    },

    mockReturnValueOnce(value) {
      return this.mockImplementationOnce(() => value);
    },

    mockResolvedValue(value) {
      return this.mockImplementation(() => Promise.resolve(value));
    },

    mockResolvedValueOnce(value) {
      return this.mockImplementationOnce(() => Promise.resolve(value));
    },

    mockRejectedValue(reason) {
      return this.mockImplementation(() => Promise.reject(reason));
    },

    mockRejectedValueOnce(reason) {
      return this.mockImplementationOnce(() => Promise.reject(reason));
    },

    mockThrow(error) {
      return this.mockImplementation(() => {
        throw error;
      });
    },

    mockThrowOnce(error) {
      return this.mockImplementationOnce(() => {
        throw error;
      });
    },

    mockReturnThis() {
      return this.mockImplementation(function () {
        return this;
      });
    },

    mockClear() {
      this[STATE].record = new MockRecord();
      return this;
    },

    mockReset() {
      const state = this[STATE];
      state.record = new MockRecord();
      state.once = [];
      state.name = undefined;
      state.implementation = state.flavour === 'vitest' ? state.initial : undefined;
      return this;
    },

    mockRestore() {
      const state = this[STATE];
      this.mockReset();
      if (state.restore !== undefined) {
        state.restore();
        state.restore = undefined;
      }
      return this[STATE].flavour === 'vitest' ? this : undefined;
    },

    withImplementation(fn, callback) {
      const state = this[STATE];
      const { implementation, once } = state;
      state.implementation = needFunction(fn, 'withImplementation');
      state.once = [];
      const undo = () => {
        state.implementation = implementation;
        state.once = once;
      };
      let returned;
      try {
        returned = callback();
      } catch (error) {
        undo();
        throw error;
      }
      if (isObject(returned) && typeof returned.then === 'function') {
        return returned.then(
          () => {
            undo();
            return this;
          },
          (error) => {
            undo();
            throw error;
          },
        );
      }
      undo();
      return this;
    },
  },
  Function.prototype,
);
if (typeof Symbol.dispose === 'symbol') {
  mockMethods[Symbol.dispose] = function () {
    this.mockRestore();
  };
}

function needFunction(fn, method) {
  if (fn === undefined || typeof fn === 'function') return fn;
  throw new TypeError(`${method}() needs a function, not ${fn === null ? 'null' : `a ${typeof fn}`}`);
}

/** `jest.fn()`, `vi.fn()`, `mock()`. */
function fn(flavour, implementation) {
  return createMock(flavour, needFunction(implementation, flavour === 'vitest' ? 'vi.fn' : 'jest.fn'));
}

function isMockFunction(value) {
  return typeof value === 'function' && value._isMockFunction === true;
}

// Spies ------------------------------------------------------------------------------------------------------------

/** The property wherever it is on the prototype chain: `{ owner, descriptor }`. */
function findProperty(object, key) {
  for (let owner = object; owner !== null && owner !== undefined; owner = getPrototypeOf(owner)) {
    const descriptor = getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return { owner, descriptor };
  }
  return undefined;
}

/** Replaces a method (or, with `accessType`, a getter or setter) by a mock that goes on to the original. */
function spyOn(flavour, object, key, accessType) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
    throw new TypeError(`spyOn() cannot use ${object === null ? 'null' : `a value of type ${typeof object}`}: it needs an object`);
  }
  if (key === undefined || key === null) throw new TypeError('spyOn() needs the name of a property');
  const found = findProperty(object, key);
  if (found === undefined) throw new Error(`spyOn(): the property "${String(key)}" does not exist in the object`);
  if (accessType === 'get' || accessType === 'set') return spyOnAccessor(flavour, object, key, accessType, found);
  if (accessType !== undefined) throw new TypeError('the access type of spyOn() must be "get" or "set"');
  return spyOnMethod(flavour, object, key, found);
}

function spyOnMethod(flavour, object, key, { owner, descriptor }) {
  const original = object[key];
  if (isMockFunction(original) && owner === object) return original;
  if (typeof original !== 'function') {
    throw new TypeError(`spyOn() cannot spy on the property "${String(key)}" because it is not a function but ${original === null ? 'null' : typeof original}`);
  }
  const mock = createMock(flavour, original, { original });
  const viaGetter = descriptor.get !== undefined;
  const replacement = viaGetter
    ? { get: () => mock, set: descriptor.set, enumerable: descriptor.enumerable, configurable: true }
    : { value: mock, enumerable: descriptor.enumerable, configurable: true, writable: true };
  mock[STATE].restore = replace(object, key, owner === object ? descriptor : undefined, replacement);
  return mock;
}

function spyOnAccessor(flavour, object, key, accessType, { owner, descriptor }) {
  const original = descriptor[accessType];
  if (original === undefined) {
    // vitest lets a plain property be watched through accessors.
    if (!('value' in descriptor) || flavour !== 'vitest') {
      throw new Error(`spyOn(): the property "${String(key)}" has no ${accessType === 'get' ? 'getter' : 'setter'}`);
    }
    return spyOnPlain(flavour, object, key, accessType, owner === object ? descriptor : undefined, descriptor);
  }
  if (isMockFunction(original)) return original;
  const mock = createMock(flavour, original, { original });
  const replacement = { get: descriptor.get, set: descriptor.set, enumerable: descriptor.enumerable, configurable: true };
  replacement[accessType] = mock;
  mock[STATE].restore = replace(object, key, owner === object ? descriptor : undefined, replacement);
  return mock;
}

function spyOnPlain(flavour, object, key, accessType, ownDescriptor, descriptor) {
  let { value } = descriptor;
  const accessors = {
    get: () => value,
    set: (next) => {
      value = next;
    },
  };
  const mock = createMock(flavour, accessors[accessType]);
  accessors[accessType] = mock;
  mock[STATE].restore = replace(object, key, ownDescriptor, { ...accessors, enumerable: descriptor.enumerable, configurable: true });
  return mock;
}

/** Defines the replacement; returns what undoes it. `ownDescriptor` is undefined if the property was inherited. */
function replace(object, key, ownDescriptor, replacement) {
  if (ownDescriptor !== undefined && ownDescriptor.configurable === false) {
    if (!ownDescriptor.writable || !('value' in replacement)) {
      throw new TypeError(`spyOn() cannot replace the property "${String(key)}": it is not configurable (an export of an ES module, or frozen)`);
    }
    const { value } = ownDescriptor;
    object[key] = replacement.value;
    return () => {
      object[key] = value;
    };
  }
  defineProperty(object, key, replacement);
  return () => {
    if (ownDescriptor === undefined) delete object[key];
    else defineProperty(object, key, ownDescriptor);
  };
}

/** `jest.replaceProperty`. */
function replaceProperty(object, key, value) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) throw new TypeError('replaceProperty() needs an object');
  const found = findProperty(object, key);
  if (found === undefined) throw new Error(`replaceProperty(): the property "${String(key)}" does not exist in the object`);
  const { owner, descriptor } = found;
  if (descriptor.get !== undefined || descriptor.set !== undefined) {
    throw new Error(`replaceProperty() cannot replace the accessor "${String(key)}"; use spyOn() with an access type`);
  }
  if (typeof descriptor.value === 'function') throw new Error(`replaceProperty() cannot replace the method "${String(key)}"; use spyOn()`);
  const undo = replace(object, key, owner === object ? descriptor : undefined, { value, enumerable: descriptor.enumerable, configurable: true, writable: true });
  const handle = {
    replaceValue(next) {
      object[key] = next;
      return handle;
    },
    restore() {
      if (replaced.delete(undo)) undo();
    },
  };
  replaced.add(undo);
  return handle;
}

// All of them ------------------------------------------------------------------------------------------------------

function clearAllMocks() {
  for (const mock of all) mock.mockClear();
}

function resetAllMocks() {
  for (const mock of all) mock.mockReset();
}

/** Puts back what spies have replaced; mocks that replace nothing are left alone. */
function restoreAllMocks() {
  const spies = Array.from(all).reverse();
  for (const spy of spies) if (spy[STATE].restore !== undefined) spy.mockRestore();
  for (const undo of Array.from(replaced).reverse()) undo();
  replaced.clear();
}

module.exports = { fn, spyOn, replaceProperty, isMockFunction, clearAllMocks, resetAllMocks, restoreAllMocks };
