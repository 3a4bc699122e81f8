// The helper functions that lowered code calls as `babelHelpers.x`: decorators, `using`, class fields.

const { defineProperty, getOwnPropertyDescriptor } = Object;

// ---- Legacy decorators ----

/** Applies decorators from the last to the first: to a class, or to a member of `target`. */
function decorate(decorators, target, key, descriptor) {
  if (typeof Reflect.decorate === 'function') return Reflect.decorate(decorators, target, key, descriptorFor(target, key, descriptor));
  if (key === undefined) {
    let result = target;
    for (let i = decorators.length - 1; i >= 0; i--) result = decorators[i]?.(result) ?? result;
    return result;
  }
  // `undefined` stands for a field: decorators get no descriptor. `null` asks for the member's own.
  let result = descriptorFor(target, key, descriptor);
  for (let i = decorators.length - 1; i >= 0; i--) {
    const decorator = decorators[i];
    if (typeof decorator !== 'function') continue;
    const replaced = descriptor === undefined ? decorator(target, key) : decorator(target, key, result);
    result = replaced ?? result;
  }
  if (result !== undefined && result !== null) defineProperty(target, key, result);
  return result;
}

function descriptorFor(target, key, descriptor) {
  return descriptor === null ? getOwnPropertyDescriptor(target, key) : descriptor;
}

function decorateParam(index, decorator) {
  return (target, key) => decorator(target, key, index);
}

/** Does something only where a metadata library has been loaded. */
function decorateMetadata(key, value) {
  if (typeof Reflect.metadata === 'function') return Reflect.metadata(key, value);
  return undefined;
}

// ---- using ----

function suppress(error, suppressed) {
  const { SuppressedError } = globalThis;
  if (typeof SuppressedError === 'function') return new SuppressedError(error, suppressed);
  const result = new Error('An error was suppressed during disposal.');
  result.name = 'SuppressedError';
  result.error = error;
  result.suppressed = suppressed;
  return result;
}

function disposerOf(value, isAsync) {
  let isSync = !isAsync;
  let dispose = isAsync ? value[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')] : undefined;
  if (dispose === undefined) {
    dispose = value[Symbol.dispose ?? Symbol.for('Symbol.dispose')];
    isSync = true;
  }
  if (typeof dispose !== 'function') {
    throw new TypeError(isAsync ? 'Property [Symbol.asyncDispose] is not a function.' : 'Property [Symbol.dispose] is not a function.');
  }
  return { dispose, isSync };
}

/** The resources of one block: `u` and `a` add one, `d` disposes of all, last first. */
function usingCtx() {
  const none = {};
  const stack = [];
  function add(isAsync, value) {
    if (value === null || value === undefined) {
      if (isAsync) stack.push({ value: undefined, dispose: undefined, isAsync, isSync: false });
      return value;
    }
    if (Object(value) !== value) throw new TypeError('using declarations can only be used with objects, functions, null, or undefined.');
    stack.push({ value, isAsync, ...disposerOf(value, isAsync) });
    return value;
  }
  return {
    e: none,
    u: (value) => add(false, value),
    a: (value) => add(true, value),
    d() {
      let error = this.e;
      let failed = error !== none;
      const note = (next) => {
        error = failed ? suppress(next, error) : next;
        failed = true;
      };
      function next() {
        let resource;
        while ((resource = stack.pop())) {
          try {
            const result = resource.dispose?.call(resource.value);
            if (resource.isAsync) {
              return Promise.resolve(resource.isSync ? undefined : result).then(next, (caught) => {
                note(caught);
                return next();
              });
            }
          } catch (caught) {
            note(caught);
            if (resource.isAsync) return Promise.resolve().then(next);
          }
        }
        if (failed) throw error;
        return undefined;
      }
      return next();
    },
  };
}

// ---- Class fields that are assigned ----

function toPropertyKey(value) {
  return typeof value === 'symbol' ? value : `${value}`;
}

function definePropertyHelper(target, key, value) {
  const name = toPropertyKey(key);
  if (name in target) defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
  return target;
}

function checkPrivateRedeclaration(target, collection) {
  if (collection.has(target)) throw new TypeError('Cannot initialize the same private elements twice on an object');
}

function assertClassBrand(brand, receiver, value) {
  const has = typeof brand === 'function' ? brand === receiver : brand.has(receiver);
  if (has) return arguments.length < 3 ? receiver : value;
  throw new TypeError('Private element is not present on this object');
}

let privateKeys = 0;

module.exports = {
  decorate,
  decorateParam,
  decorateMetadata,
  usingCtx,
  defineProperty: definePropertyHelper,
  toPropertyKey,
  assertClassBrand,
  checkPrivateRedeclaration,
  classPrivateFieldInitSpec(target, map, value) {
    checkPrivateRedeclaration(target, map);
    map.set(target, value);
  },
  classPrivateMethodInitSpec(target, set) {
    checkPrivateRedeclaration(target, set);
    set.add(target);
  },
  classPrivateFieldGet2: (map, receiver) => map.get(assertClassBrand(map, receiver)),
  classPrivateFieldSet2(map, receiver, value) {
    map.set(assertClassBrand(map, receiver), value);
    return value;
  },
  classPrivateGetter: (brand, receiver, get) => get(assertClassBrand(brand, receiver)),
  classPrivateSetter(brand, set, receiver, value) {
    set(assertClassBrand(brand, receiver), value);
    return value;
  },
  classPrivateFieldLooseKey: (name) => `__private_${privateKeys++}_${name}`,
  classPrivateFieldLooseBase(receiver, key) {
    if (!Object.hasOwn(receiver, key)) throw new TypeError('attempted to use private field on non-instance');
    return receiver;
  },
  checkInRHS(value) {
    if (Object(value) !== value) throw new TypeError(`right-hand side of 'in' should be an object, got ${value === null ? 'null' : typeof value}`);
    return value;
  },
  readOnlyError(name) {
    throw new TypeError(`"${name}" is read-only`);
  },
  writeOnlyError(name) {
    throw new TypeError(`"${name}" is write-only`);
  },
  superPropGet(home, key, receiver, flags) {
    const value = Reflect.get(Object.getPrototypeOf(flags & 1 ? home.prototype : home), key, receiver);
    return flags & 2 && typeof value === 'function' ? (args) => value.apply(receiver, args) : value;
  },
  superPropSet(home, key, value, receiver, isStrict, flags) {
    const done = Reflect.set(Object.getPrototypeOf(flags & 1 ? home.prototype : home), key, value, receiver);
    if (!done && isStrict) throw new TypeError('failed to set property');
    return value;
  },
  objectWithoutProperties(source, excluded) {
    if (source === null || source === undefined) return {};
    const result = { ...source };
    for (let i = 0; i < excluded.length; i++) delete result[excluded[i]];
    return result;
  },
};
