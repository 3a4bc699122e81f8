// `FFIType`: the types of native functions by name, and what a declaration is made into.

const natives = binding('ffi');
const { isArray } = Array;
const { hasOwn } = Object;

/** Numbers up to this one are keys of `FFIType`, too. */
const LAST_NUMBER_KEY = 17;

const FFIType = {};
for (let number = 0; number <= LAST_NUMBER_KEY; number += 1) FFIType[number] = number;
/** A copy that no test can change. */
const numbers = new Map();
const names = natives.types();
for (let i = 0; i < names.length; i += 2) {
  FFIType[names[i]] = names[i + 1];
  numbers.set(names[i], names[i + 1]);
}
const LAST = Math.max(...numbers.values());

/** The number of a type that is given by name or number. */
function typeNumber(type, where) {
  const number = typeof type === 'string' ? (numbers.get(type) ?? Number(type || NaN)) : type;
  if (typeof number === 'number' && number >= 0 && number <= LAST && Number.isInteger(number)) return number;
  throw new TypeError(`${where}: ${typeof type === 'string' ? `'${type}'` : String(type)} is no FFIType`);
}

/** `{ args, returns }` of a declaration as numbers. */
function signatureOf(declaration, name) {
  const { args, returns } = declaration;
  if (args !== undefined && args !== null && !isArray(args)) throw new TypeError(`${name}: args must be an array of types`);
  const argTypes = (args ?? []).map((type, i) => typeNumber(type, `${name}: argument ${i + 1}`));
  return { args: argTypes, returns: typeNumber(returns ?? 'void', `${name}: returns`) };
}

/** The entries of an object of declarations. */
function declarations(symbols, who) {
  if (symbols === null || typeof symbols !== 'object') {
    throw new TypeError(`${who}: the symbols must be an object of declarations, { name: { args, returns } }`);
  }
  const list = [];
  for (const name in symbols) {
    if (!hasOwn(symbols, name)) continue;
    const declaration = symbols[name];
    if (declaration === null || typeof declaration !== 'object') {
      throw new TypeError(`${who}: ${name} must be declared by an object, { args, returns }`);
    }
    list.push([name, declaration]);
  }
  if (list.length === 0) throw new TypeError(`${who}: at least one symbol must be declared`);
  return list;
}

module.exports = { FFIType, declarations, signatureOf };
