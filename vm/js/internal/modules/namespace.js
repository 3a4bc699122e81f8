// Namespace objects: what `import * as x` gives.
//
// An ES module's exports object is its namespace: without prototype, tagged, with keys in order. It can be written to, so
// that spies work on it. CommonJS and built-ins get one made from their exports, which reads through to them.

const { create, defineProperty, getPrototypeOf, keys } = Object;
const toStringTag = Symbol.toStringTag;
const TAG = { [toStringTag]: { value: 'Module' } };

function createNamespace() {
  return create(null, TAG);
}

/** Whether a value is a namespace that this file made. */
function isNamespace(value) {
  return typeof value === 'object' && value !== null && getPrototypeOf(value) === null && value[toStringTag] === 'Module';
}

function defineGetter(target, name, get) {
  defineProperty(target, name, { get, enumerable: true, configurable: true });
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Adds the names of an object as properties that read and write through to it. */
function forward(namespace, source) {
  const names = keys(source).sort();
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name === 'default') continue;
    defineProperty(namespace, name, {
      get: () => source[name],
      set(value) {
        source[name] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
}

const strictNamespaces = new WeakMap();
const looseNamespaces = new WeakMap();

/** `default` of a CommonJS module: what compilers to CommonJS meant by it, except for Node's own ES modules. */
function defaultExport(exported, strict) {
  return !strict && isObject(exported) && exported.__esModule && 'default' in exported ? exported.default : exported;
}

/** The namespace of a CommonJS module. */
function namespaceOf(commonModule, strict) {
  const cache = strict ? strictNamespaces : looseNamespaces;
  let namespace = cache.get(commonModule);
  if (namespace !== undefined) return namespace;
  namespace = createNamespace();
  defineGetter(namespace, 'default', () => defaultExport(commonModule.exports, strict));
  if (isObject(commonModule.exports)) forward(namespace, commonModule.exports);
  // While it is still running, its exports are not complete.
  if (commonModule.loaded) cache.set(commonModule, namespace);
  return namespace;
}

/** For importers that only want `default`. */
function defaultOf(commonModule, strict) {
  if (!commonModule.loaded) return namespaceOf(commonModule, strict);
  return { default: defaultExport(commonModule.exports, strict) };
}

const builtins = { __proto__: null };

/** The namespace of a built-in module. */
function builtinNamespace(id, exported) {
  let namespace = builtins[id];
  if (namespace !== undefined) return namespace;
  namespace = createNamespace();
  defineGetter(namespace, 'default', () => defaultExport(exported, false));
  if (isObject(exported)) forward(namespace, exported);
  return (builtins[id] = namespace);
}

/** JSON: the value as `default`, and the keys of an object by name. */
function jsonNamespace(value, named) {
  const namespace = createNamespace();
  namespace.default = value;
  if (!named || typeof value !== 'object' || value === null || Array.isArray(value)) return namespace;
  const names = keys(value).sort();
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 'default') namespace[names[i]] = value[names[i]];
  }
  return namespace;
}

module.exports = { builtinNamespace, createNamespace, defaultOf, defineGetter, isNamespace, jsonNamespace, namespaceOf };
