// node:vm, as far as it goes without contexts of its own: scripts of the running realm.

const { codes, notImplemented } = require('internal/errors');
const { validateArray, validateObject, validateString, validateStringArray } = require('internal/validators');

const { run, check } = binding('vm');

function nameFrom(options) {
  if (typeof options === 'string') return options;
  if (options === undefined) return 'evalmachine.<anonymous>';
  validateObject(options, 'options');
  const { filename = 'evalmachine.<anonymous>' } = options;
  validateString(filename, 'options.filename');
  return filename;
}

class Script {
  #code;
  #name;

  constructor(code, options) {
    this.#code = `${code}`;
    this.#name = nameFrom(options);
    this.cachedDataRejected = undefined;
    this.sourceMapURL = undefined;
    check(this.#code, this.#name);
  }

  runInThisContext() { return run(this.#code, this.#name); }
  runInContext() { throw notImplemented('vm.Script.runInContext'); }
  runInNewContext() { throw notImplemented('vm.Script.runInNewContext'); }
  createCachedData() { return require('node/buffer').Buffer.alloc(0); }
}

function compileFunction(code, params = [], options = undefined) {
  validateString(code, 'code');
  validateArray(params, 'params');
  validateStringArray(params, 'params');
  if (options?.parsingContext !== undefined) throw notImplemented('vm.compileFunction with a parsingContext');
  // On one line with the text, so that the lines of errors are its own.
  return run(`(function (${params.join(', ')}) {${code}\n})`, nameFrom(options));
}

function unavailable(name) {
  return { [name]() { throw notImplemented(`vm.${name}`); } }[name];
}

module.exports = {
  Script,
  compileFunction,
  constants: Object.freeze({ __proto__: null, USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol('vm_dynamic_import_main_context_default') }),
  createContext: unavailable('createContext'),
  createScript: (code, options) => new Script(code, options),
  isContext(object) {
    if (object === null || typeof object !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('object', 'Object', object);
    return false;
  },
  measureMemory: unavailable('measureMemory'),
  runInContext: unavailable('runInContext'),
  runInNewContext: unavailable('runInNewContext'),
  runInThisContext: (code, options) => run(`${code}`, nameFrom(options)),
};
