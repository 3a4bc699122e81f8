// Brand checks: what kind of built-in object a value is, without trusting its prototype or tags where possible.
//
// binding('util'):
//   getPromiseDetails(value) -> [state, result] (state 0 pending, 1 fulfilled, 2 rejected), or undefined where the engine
//       does not tell; then a promise is recognised by its prototype
//   getProxyDetails(value)   -> undefined when value is no proxy, [target, handler] (both null once revoked)
//   isArrayBuffer(value)     -> boolean; also for shared ones
//   isExternal(value)        -> boolean; optional (absent means: nothing is external)

const native = binding('util');

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const toStringOf = Function.prototype.call.bind(Object.prototype.toString);
const { isView } = ArrayBuffer;
const uncurry = (fn) => Function.prototype.call.bind(fn);
const getter = (object, key) => uncurry(getOwnPropertyDescriptor(object, key).get);

const typedArrayTag = getter(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

/** A brand check out of an operation that throws on anything but its own kind. */
function brand(operation) {
  return (value) => {
    if (value === null || typeof value !== 'object') return false;
    try {
      operation(value);
      return true;
    } catch {
      return false;
    }
  };
}

const PromiseClass = Promise;
const weakProbe = {};
const weakMapHas = uncurry(WeakMap.prototype.has);
const weakSetHas = uncurry(WeakSet.prototype.has);

const isMap = brand(getter(Map.prototype, 'size'));
const isSet = brand(getter(Set.prototype, 'size'));
const isWeakMap = brand((value) => weakMapHas(value, weakProbe));
const isWeakSet = brand((value) => weakSetHas(value, weakProbe));
const isDate = brand(uncurry(Date.prototype.getTime));
const isNumberObject = brand(uncurry(Number.prototype.valueOf));
const isStringObject = brand(uncurry(String.prototype.valueOf));
const isBooleanObject = brand(uncurry(Boolean.prototype.valueOf));
const isBigIntObject = brand(uncurry(BigInt.prototype.valueOf));
const isSymbolObject = brand(uncurry(Symbol.prototype.valueOf));
const isEngineBuffer = brand(getter(ArrayBuffer.prototype, 'byteLength'));

/** Set by `web/shared_array_buffer`; without it there are none of that class. */
let isOurShared = () => false;

const isArrayBuffer = (value) => isEngineBuffer(value) && !isOurShared(value);

/** Ours, and the engine's own, which only shared WebAssembly memory has. */
function isSharedArrayBuffer(value) {
  if (value === null || typeof value !== 'object') return false;
  return isOurShared(value) || (!isEngineBuffer(value) && native.isArrayBuffer(value));
}

const regExpGlobal = getter(RegExp.prototype, 'global');
const isRegExpBrand = brand(regExpGlobal);
// The getter also accepts the prototype itself, which is an ordinary object.
const isRegExp = (value) => isRegExpBrand(value) && value !== RegExp.prototype;

const isObject = (value) => value !== null && typeof value === 'object';
const tagIs = (tag) => (value) => isObject(value) && toStringOf(value) === tag;

const isMapIterator = tagIs('[object Map Iterator]');
const isSetIterator = tagIs('[object Set Iterator]');
const isGeneratorTag = /^\[object (?:Async)?Generator\]$/;

function isArgumentsObject(value) {
  return isObject(value) && toStringOf(value) === '[object Arguments]' && !(Symbol.toStringTag in value);
}

const isErrorBrand = Error.isError;

function isNativeError(value) {
  if (!isObject(value)) return false;
  if (isErrorBrand !== undefined) return isErrorBrand(value);
  return toStringOf(value) === '[object Error]' && !(Symbol.toStringTag in value);
}

function isPromise(value) {
  return isObject(value) && (value instanceof PromiseClass || native.getPromiseDetails(value) !== undefined) &&
    value !== PromiseClass.prototype;
}

function isProxy(value) {
  return (isObject(value) || typeof value === 'function') && native.getProxyDetails(value) !== undefined;
}

function isModuleNamespaceObject(value) {
  if (!isObject(value) || getPrototypeOf(value) !== null) return false;
  const tag = getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return tag !== undefined && tag.value === 'Module' && tag.writable === false && tag.enumerable === false;
}

const AsyncFunctionPrototype = getPrototypeOf(async function () {});
const GeneratorFunctionPrototype = getPrototypeOf(function* () {});
const AsyncGeneratorFunctionPrototype = getPrototypeOf(async function* () {});

const functionText = uncurry(Function.prototype.toString);
const ASYNC_SOURCE = /^async(?![\w$])/;
const GENERATOR_SOURCE = /^(?:async(?![\w$])\s*)?(?:function\s*\*|\*)/;

// The prototype decides in nearly all cases; the text only when someone replaced the prototype.
function isAsyncFunction(value) {
  if (typeof value !== 'function') return false;
  const proto = getPrototypeOf(value);
  if (proto === Function.prototype) return false;
  if (proto === AsyncFunctionPrototype || proto === AsyncGeneratorFunctionPrototype) return true;
  return ASYNC_SOURCE.test(functionText(value));
}

function isGeneratorFunction(value) {
  if (typeof value !== 'function') return false;
  const proto = getPrototypeOf(value);
  if (proto === Function.prototype) return false;
  if (proto === GeneratorFunctionPrototype || proto === AsyncGeneratorFunctionPrototype) return true;
  return GENERATOR_SOURCE.test(functionText(value));
}

function isBoxedPrimitive(value) {
  return isObject(value) && (isNumberObject(value) || isStringObject(value) || isBooleanObject(value) ||
    isBigIntObject(value) || isSymbolObject(value));
}

const types = {
  isExternal: (value) => isObject(value) && native.isExternal !== undefined && native.isExternal(value),
  isDate,
  isArgumentsObject,
  isBigIntObject,
  isBooleanObject,
  isNumberObject,
  isStringObject,
  isSymbolObject,
  isBoxedPrimitive,
  isNativeError,
  isRegExp,
  isAsyncFunction,
  isGeneratorFunction,
  isGeneratorObject: (value) => isObject(value) && isGeneratorTag.test(toStringOf(value)),
  isPromise,
  isMap,
  isSet,
  isMapIterator,
  isSetIterator,
  isWeakMap,
  isWeakSet,
  isArrayBuffer,
  isDataView: (value) => isView(value) && typedArrayTag(value) === undefined,
  isSharedArrayBuffer,
  isProxy,
  isModuleNamespaceObject,
  isAnyArrayBuffer: (value) => isArrayBuffer(value) || isSharedArrayBuffer(value),
  isCryptoKey: () => false,
  isKeyObject: () => false,
  isArrayBufferView: isView,
  isTypedArray: (value) => isView(value) && typedArrayTag(value) !== undefined,
};

const TYPED_ARRAYS = [
  'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array', 'Int32Array',
  'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
];
for (const name of TYPED_ARRAYS) types[`is${name}`] = (value) => isView(value) && typedArrayTag(value) === name;

// What inspect needs beyond util.types; kept off the public object.
module.exports = {
  ...types,
  isError: (value) => isNativeError(value) || value instanceof Error,
  types,
  setSharedBrand(test) { isOurShared = test; },
  typedArrayTag: (value) => (isView(value) ? typedArrayTag(value) : undefined),
  getPromiseDetails: native.getPromiseDetails,
  getProxyDetails: native.getProxyDetails,
};
