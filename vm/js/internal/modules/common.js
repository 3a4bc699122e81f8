// CommonJS: the `Module` class, `require` and its cache.
//
// What users patch (`Module._load`, `Module._resolveFilename`, `Module._extensions`, `require.cache`) is consulted; while it
// is unpatched, a require is one call into the native half.

const loader = require('internal/modules/loader');
const { makeError, throwReply } = require('internal/modules/errors');
const { isNamespace, namespaceOf } = require('internal/modules/namespace');
const { natives } = loader;
const { apply } = Reflect;
const { create, defineProperty, hasOwn } = Object;

/** Modules by file name: `require.cache`. A plain object; deleting an entry makes the next require load anew. */
const cache = create(null);

let path;
function dirname(file) {
  return (path ??= require('node/path')).dirname(file);
}

function Module(id = '', parent) {
  this.id = id;
  this.path = dirname(id);
  this.exports = {};
  setParent(this, parent);
  this.filename = null;
  this.loaded = false;
  this.children = [];
}

function setParent(module_, parent) {
  defineProperty(module_, 'parent', { value: parent, writable: true, enumerable: false, configurable: true });
  if (parent?.children !== undefined && !parent.children.includes(module_)) parent.children.push(module_);
}

function hide(target, key, value) {
  defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}

// Only who asks for the folders pays for the list.
defineProperty(Module.prototype, 'paths', {
  get() {
    const paths = Module._nodeModulePaths(this.path);
    defineProperty(this, 'paths', { value: paths, writable: true, enumerable: true, configurable: true });
    return paths;
  },
  set(value) {
    defineProperty(this, 'paths', { value, writable: true, enumerable: true, configurable: true });
  },
  enumerable: false,
  configurable: true,
});

/** The module object of a file that the native half knows. */
function moduleFor(mod, parent) {
  const module_ = new Module(mod.cacheKey, parent);
  module_.filename = mod.file;
  hide(module_, 'context', mod);
  hide(module_, 'initialExports', module_.exports);
  return module_;
}

/** From where a module's requests are resolved. */
function requester(module_) {
  return module_.context !== undefined && module_.context.file === module_.filename
    ? module_.context.id
    : (module_.filename ?? (path ??= require('node/path')).resolve('[eval]'));
}

// ---- Loading ----

/** A CommonJS, JSON or addon module as an ES module's dependency: loaded once per realm, whatever the cache says later. */
function importCommon(mod) {
  if (mod.commonModule !== undefined) return mod.commonModule;
  if (mod.error !== undefined) throw mod.error.value;
  const known = cache[mod.cacheKey];
  if (known !== undefined) return (mod.commonModule = known);
  try {
    return (mod.commonModule = loadCommon(mod, undefined));
  } catch (error) {
    mod.commonModule = undefined;
    // An ES module that failed stays failed, and so does what it imports.
    mod.error = { value: error };
    throw error;
  }
}

/** Makes, caches and runs a module. */
function loadCommon(mod, parent) {
  const module_ = moduleFor(mod, parent);
  // At once: a cycle back to it must find the unfinished exports.
  cache[mod.cacheKey] = module_;
  let finished = false;
  loader.beginsEvaluation(mod);
  try {
    runCommon(mod, module_);
    finished = true;
  } finally {
    loader.endsEvaluation();
    if (!finished) delete cache[mod.cacheKey];
  }
  module_.loaded = true;
  return module_;
}

function runCommon(mod, module_) {
  const handler = patchedHandler(mod.file);
  if (handler !== undefined) handler(module_, mod.file);
  else if (mod.flags & loader.JSON_TEXT) module_.exports = parseJson(natives.text(mod.id), mod.file);
  else if (mod.flags & loader.TEXT) module_.exports = natives.text(mod.id);
  else if (mod.flags & loader.ADDON) globalThis.process.dlopen(module_, mod.file);
  else if (mod.flags & loader.WASM) throw new TypeError(`WebAssembly modules cannot be required: ${mod.file}`);
  else runFunction(mod, module_);
}

function runFunction(mod, module_) {
  const require_ = makeRequire(module_);
  const exported = module_.exports;
  const args = [exported, require_, module_, mod.file, dirname(mod.file)];
  if (mod.flags & loader.RUNTIME) {
    const importFrom = (specifier, options) => loader.dynamicImport(specifier, mod.id, options, false);
    args.push(mod.resume, mod.frame, importFrom, mod.helpers);
  }
  return apply(mod.code, exported, args);
}

function parseJson(text, file) {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    error.message = `${file}: ${error.message}`;
    throw error;
  }
}

// ---- require ----

/** What `require` of an ES module returns, or throws when it cannot be had without waiting. */
function requireModule(mod, parent) {
  if (mod.flags & loader.ASYNC && mod.status !== loader.DONE) {
    const error = new Error(
      `require() cannot be used on an ES module with top-level await. Use import() instead.\n  From ${parent?.filename ?? '[eval]'}\n  Requiring ${mod.file}`,
    );
    error.code = 'ERR_REQUIRE_ASYNC_MODULE';
    throw error;
  }
  loader.complete(mod);
  const namespace = loader.exportsOf(mod);
  const module_ = mod.module;
  if (mod.status === loader.DONE) module_.loaded = true;
  const exported = requiredValue(mod, namespace);
  module_.exports = exported;
  cache[mod.cacheKey] ??= module_;
  return exported;
}

function requiredValue(mod, namespace) {
  if (hasOwn(namespace, 'module.exports')) return namespace['module.exports'];
  if (mod.flags & loader.EXPORTS_BY_NAME && mod.module.exports !== mod.module.initialExports) return mod.module.exports;
  // The mark by which compiled CommonJS tells a default export from `module.exports`.
  if ('default' in namespace && !hasOwn(namespace, '__esModule')) hide(namespace, '__esModule', true);
  return namespace;
}

function requireById(id, parent) {
  const mod = loader.get(id);
  const known = cache[mod.cacheKey];
  if (known !== undefined) {
    if (parent?.children !== undefined && !parent.children.includes(known)) parent.children.push(known);
    return known.exports;
  }
  if (loader.isModule(mod)) return requireModule(mod, parent);
  return loadCommon(mod, parent).exports;
}

function requireReply(reply, parent) {
  if (typeof reply === 'number') return requireById(reply, parent);
  if (reply.startsWith('b:')) return require(reply.slice(2));
  throw requireError(reply, parent);
}

function requireError(reply, parent) {
  const error = makeError(reply);
  if (error.code === 'MODULE_NOT_FOUND') error.requireStack = requireStack(parent);
  return error;
}

function requireStack(parent) {
  const stack = [];
  for (let at = parent; at != null && stack.length < 100; at = at.parent) stack.push(at.filename ?? at.id);
  return stack;
}

function checkId(id) {
  if (typeof id !== 'string') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('id', 'string', id);
  }
  if (id === '') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_VALUE('id', id, 'must be a non-empty string');
  }
}

Module.prototype.require = function require_(id) {
  checkId(id);
  return Module._load(id, this, false);
};

function makeRequire(module_) {
  function require_(id) {
    return module_.require(id);
  }
  require_.resolve = function resolve(request, options) {
    checkId(request);
    return Module._resolveFilename(request, module_, false, options);
  };
  require_.resolve.paths = (request) => Module._resolveLookupPaths(request, module_);
  require_.main = mainModule;
  require_.extensions = Module._extensions;
  require_.cache = cache;
  return require_;
}

let mainModule;
/** What `require.main` is: the test file's module, once known. */
function setMain(module_) {
  mainModule = module_;
}

Module._load = function load(request, parent, isMain) {
  if (Module._resolveFilename !== originalResolveFilename) {
    const resolved = Module._resolveFilename(request, parent, isMain);
    return requireReply(natives.link(`${resolved}`, parent ? requester(parent) : '/', 1, ''), parent);
  }
  const from = parent ? requester(parent) : `${globalThis.process.cwd()}/[eval]`;
  return requireReply(natives.link(request, from, 1, ''), parent);
};

function originalResolveFilename(request, parent, isMain, options) {
  const paths = options?.paths;
  const from = parent ? requester(parent) : `${globalThis.process.cwd()}/[eval]`;
  const reply = Array.isArray(paths) ? natives.resolveIn(request, JSON.stringify(paths)) : natives.resolve(request, from, 1);
  if (reply.startsWith('f:')) return reply.slice(2);
  if (reply.startsWith('e:')) throw requireError(reply, parent);
  return request;
}
Module._resolveFilename = originalResolveFilename;

Module._resolveLookupPaths = function resolveLookupPaths(request, parent) {
  if (isBuiltin(request)) return null;
  if (/^\.{1,2}(\/|$)/.test(request)) return [parent?.filename ? dirname(parent.filename) : '.'];
  return parent?.paths ? [...parent.paths] : [];
};

Module._nodeModulePaths = function nodeModulePaths(from) {
  const { resolve, join } = (path ??= require('node/path'));
  const paths = [];
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (!folder.endsWith('/node_modules')) paths.push(join(folder, 'node_modules'));
    if (folder === dirname(folder)) return paths;
  }
};

// ---- Extensions ----

const handlers = {
  __proto__: null,
  '.js'(module_, file) {
    compileFile(module_, file);
  },
  '.json'(module_, file) {
    module_.exports = parseJson(require('node/fs').readFileSync(file, 'utf8'), file);
  },
  '.node'(module_, file) {
    globalThis.process.dlopen(module_, file);
  },
};

Module._extensions = { __proto__: null, ...handlers };

function compileFile(module_, file) {
  module_._compile(require('node/fs').readFileSync(file, 'utf8'), file);
}

/** A handler that users have put in place of ours, or added. */
function patchedHandler(file) {
  const extensions = Module._extensions;
  const name = (path ??= require('node/path')).extname(file) || '.js';
  const handler = extensions[name];
  return handler !== undefined && handler !== handlers[name] ? handler : undefined;
}

/** Runs a text as the body of this module. */
Module.prototype._compile = function compile(content, file) {
  const reply = natives.compile(`${content}`, `${file}`);
  if (typeof reply !== 'number') throwReply(reply);
  const mod = loader.get(reply);
  if (loader.isModule(mod)) {
    loader.complete(mod);
    this.exports = requiredValue(mod, loader.exportsOf(mod));
    return undefined;
  }
  return runFunction(mod, this);
};

Module.prototype.load = function load(file) {
  this.filename = file;
  this.path = dirname(file);
  const extension = (path ??= require('node/path')).extname(file);
  (Module._extensions[extension] ?? Module._extensions['.js'])(this, file);
  this.loaded = true;
};

Module.wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
Module.wrap = (script) => Module.wrapper[0] + script + Module.wrapper[1];
Module._cache = cache;
Module._pathCache = create(null);
Module._debug = () => {};
Module._initPaths = () => {};
Module._preloadModules = () => {};
Module.globalPaths = [];
Module.Module = Module;

// ---- node:module ----

let builtinList;
function builtinModules() {
  return (builtinList ??= natives.builtinModules().split(','));
}

function isBuiltin(name) {
  if (typeof name !== 'string') return false;
  const list = builtinModules();
  if (!name.startsWith('node:')) return list.includes(name);
  const bare = name.slice(5);
  return list.includes(bare) || ['sea', 'sqlite', 'test', 'test/reporters'].includes(bare);
}

/** A `require` that resolves as the file would. */
function createRequire(from) {
  let file = from;
  if (typeof from === 'object' && from !== null && typeof from.href === 'string') file = from.href;
  if (typeof file === 'string' && file.startsWith('file:')) file = decodeURIComponent(file.slice(7).replace(/[?#].*$/, ''));
  if (typeof file !== 'string' || !file.startsWith('/')) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_VALUE('filename', from, 'must be a file URL object, file URL string, or absolute path string');
  }
  // A folder stands for any file in it.
  const module_ = new Module(file.endsWith('/') ? `${file}noop.js` : file);
  module_.filename = module_.id;
  return makeRequire(module_);
}

/** The nearest package.json of a file or package. */
function findPackageJSON(specifier, base) {
  let file = `${specifier}`;
  if (base !== undefined) {
    const from = `${base}`.startsWith('file:') ? decodeURIComponent(`${base}`.slice(7)) : `${base}`;
    const reply = natives.resolve(file, from, 0);
    if (!reply.startsWith('f:')) return undefined;
    file = reply.slice(2);
  } else if (file.startsWith('file:')) {
    file = decodeURIComponent(file.slice(7));
  }
  const scope = natives.packageScope(file);
  return scope === '' ? undefined : JSON.parse(scope).path;
}

function unsupported(name) {
  return function notSupported() {
    const error = new Error(`module.${name}() is not supported: trun resolves and transforms modules natively`);
    error.code = 'ERR_METHOD_NOT_IMPLEMENTED';
    throw error;
  };
}

module.exports = {
  Module,
  builtinModules,
  cache,
  createRequire,
  findPackageJSON,
  importCommon,
  isBuiltin,
  isNamespace,
  makeRequire,
  moduleFor,
  namespaceOf,
  setMain,
  unsupported,
};
