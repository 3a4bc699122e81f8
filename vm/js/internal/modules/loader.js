// The realm's module loader: instantiates and evaluates what the process-wide module graph (vm/src/modules) has
// resolved, transpiled, linked and packed into chunks.
//
// It owns: the realm's exports objects, evaluation order and errors, `require` and its cache, `import.meta`, dynamic
// import. It must not: read files, resolve specifiers or parse by itself; all of that is realm-independent and native.
//
// ## Natives: binding('modules')
//
//   load(file)                     string (absolute path, `file:` URL; may carry `?query`)
//                                  -> id | 'b:<builtin>' | 'e:<json>'
//                                  Loads and links the static graph below an entry.
//   link(specifier, from, kind, type)
//                                  kind: 0 import, 1 require; from: id of the importing module, or the absolute path of a
//                                  file for `createRequire` and friends; type: '' or an import attribute ('json', 'text')
//                                  -> id | 'b:<builtin>' | 'e:<json>'
//   linkPreload(specifier)         as link, for a preload module
//   resolve(specifier, from, kind) as link, but does not load -> 'f:<path>[?query]' | 'b:<builtin>' | 'e:<json>'
//   resolveIn(specifier, json)     `require.resolve(x, { paths })`: json is an array of folders -> as resolve
//   chunkOf(id)                    -> number of the chunk that holds the module
//   chunk(n)                       -> the array that the chunk's text evaluates to in this realm (below); when the engine
//                                  refuses the text: 'e:<json>'
//   text(id)                       -> text of a JSON or text module; throws nothing
//   packageScope(path)             -> JSON text of the nearest package.json's { path, name, type } or ''
//   missing(id, request, name)     -> 'e:<json>': the error of an import whose name run time found missing
//   compile(code, file)            -> as load, for a text that is no file (`module._compile`)
//   builtinModules()               -> the names of Node's built-in modules, joined by ','
//
// `<builtin>` is the id of an internal module ('node/fs', 'harness/modules/vitest'). An `e:` payload is
// { name, code, message, frame?, file?, line?, column? }: the loader makes the error of it. Natives do not throw.
//
// Built-ins come from the internal `require`. The bootstrap calls `setAwaitHooks` before the first module and
// `importPreload(specifier)` and `importEntry(file)` for preload modules and the test file; the rest of the exports is for node:module, node:util and the harness.
//
// ## Chunks
//
// The text of a chunk is one array literal `[f0,[meta0],\nf1,[meta1],\n…]`; URL `trun-chunk:N`, starting line 1. `f` is a
// function expression, or 0 for modules without code. Meta is
//   [id, flags, file, query, deps, imports, exports, stars, cycle[, needs, provided, rest]]
//   deps     requested modules in order: id, or the builtin's id as a string
//   imports  one entry per parameter of `f` after the first two: dep index * 4 + (0 named, 1 default, 2 namespace, 3 the
//            exports object of a sparse module), followed by an array of names when the target is not a linked ES module, else by 0
//   exports  0, or flat triples in sorted order for modules that re-export: name, origin, name at the origin;
//            origin: 0 own, id + 1 copied when linked, -(id + 1) read through, string builtin; origin name 0: namespace
//   stars    0, or dep indices of `export *` whose names are only known after evaluation (CommonJS, built-ins)
//   cycle    0, or the ids of the modules of its import cycle, in evaluation order
//   needs    what is evaluated before the body, in order; without it, deps. An id: run that module; -(id + 1): complete it
//   provided 0, or flat fours: a sparse module's id (as -(id + 1) if it is strict), a name that the body reads from it, origin and
//            name at the origin, as in exports
//   rest     0, or what else is evaluated, as in needs, to complete the module
// Flags are the constants below.
//
// A *sparse* module (vm/src/modules/needs.rs) has on its exports object only what has been asked for, until it is completed.
//
// ## Function parameters
//
//   ES module    (X, M, ...imports)         X exports object, M the module's context: M.meta, M.import(specifier, options),
//                                           M.live(name, getter, …), M.resume(frame, value), M.frame(), M.helpers,
//                                           M.require, M.module, M.exports, M.filename, M.dirname
//                                           plain: function; in a cycle: function* that yields once before its body;
//                                           top-level await: async function, in a cycle async function*
//   CommonJS     (exports, require, module, __filename, __dirname[, resume, frame, import, helpers])

const natives = binding('modules');
const { throwReply } = require('internal/modules/errors');
const { createNamespace, defineGetter, namespaceOf, defaultOf, builtinNamespace, jsonNamespace } =
  require('internal/modules/namespace');

const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;

// Flags; vm/src/modules/chunks.rs has the same list.
const MODULE = 1;
const COMMON_JS = 2;
const JSON_TEXT = 4;
const TEXT = 8;
const ADDON = 16;
const WASM = 32;
const CYCLIC = 64;
const AWAITS = 128;
const ASYNC = 256;
const EXPORTS_BY_NAME = 512;
const STRICT = 1024;
const RUNTIME = 2048;
const SPARSE = 4096;

// Statuses.
const NEW = 0;
const EVALUATING = 1;
const DONE = 2;
const FAILED = 3;

/** All modules that this realm has seen, by id. */
const modules = [];
/** Exports objects of sparse modules that nobody has needed yet, by id. */
const spaces = [];

let common;
/** The CommonJS half, which needs this file and is needed by it. */
function commonJs() {
  return (common ??= require('internal/modules/common'));
}

/**
 * A module in this realm; for ES modules also the context that its function receives as `M`.
 */
class ModuleContext {
  constructor(code, meta) {
    this.id = meta[0];
    this.flags = meta[1];
    this.file = meta[2];
    this.query = meta[3];
    this.code = code;
    this.data = meta;
    this.status = NEW;
    this.namespace = undefined;
    this.error = undefined;
    this.promise = undefined;
    this.generator = undefined;
    this.commonModule = undefined;
    this.importMeta = undefined;
    this.completed = false;
  }

  get meta() {
    return (this.importMeta ??= require('internal/modules/import_meta').createImportMeta(this, module.exports));
  }

  import(specifier, options) {
    return dynamicImport(specifier, this.id, options, (this.flags & STRICT) !== 0);
  }

  live(name, getter) {
    defineGetter(this.namespace, name, getter);
  }

  nameDefault(fn) {
    defineProperty(fn, 'name', { value: 'default', configurable: true });
  }

  get helpers() {
    return require('internal/modules/helpers');
  }

  get module() {
    return (this.commonModule ??= commonJs().moduleFor(this, undefined));
  }

  get exports() {
    return this.module.exports;
  }

  get require() {
    return commonJs().makeRequire(this.module);
  }

  get filename() {
    return this.file;
  }

  get dirname() {
    return require('node/path').dirname(this.file);
  }

  /** The key in `require.cache`. */
  get cacheKey() {
    return this.file + this.query;
  }
}

// Replaced by the bootstrap when it carries an asynchronous context.
ModuleContext.prototype.resume = (frame, value) => value;
ModuleContext.prototype.frame = () => undefined;

/** Sets what `await` calls: `frame()` before it, `resume(frame, value)` after it. */
function setAwaitHooks(frame, resume) {
  ModuleContext.prototype.frame = frame;
  ModuleContext.prototype.resume = resume;
}

function loadChunk(number) {
  const entries = natives.chunk(number);
  if (typeof entries === 'string') throwReply(entries);
  for (let i = 0; i < entries.length; i += 2) {
    const meta = entries[i + 1];
    if (modules[meta[0]] === undefined) modules[meta[0]] = new ModuleContext(entries[i], meta);
  }
}

function get(id) {
  const known = modules[id];
  if (known !== undefined) return known;
  loadChunk(natives.chunkOf(id));
  return modules[id];
}

/** The exports object of an ES module: exists from the moment anything refers to it. */
function exportsOf(mod) {
  return (mod.namespace ??= spaces[mod.id] ?? createNamespace());
}

/** The same by id: of a module that need not be instantiated for it. */
function exportsById(id) {
  const known = modules[id];
  return known === undefined ? (spaces[id] ??= createNamespace()) : exportsOf(known);
}

function isModule(mod) {
  return (mod.flags & MODULE) !== 0;
}

// ---- What an importer receives ----

/** The namespace of any module that has been evaluated (or, in a cycle, is being evaluated). */
function namespaceFor(mod, strict) {
  if (isModule(mod)) return exportsOf(mod);
  if (mod.flags & COMMON_JS) return namespaceOf(commonJs().importCommon(mod), strict);
  return assetNamespace(mod);
}

function assetNamespace(mod) {
  if (mod.namespace !== undefined) return mod.namespace;
  if (mod.flags & ADDON) return (mod.namespace = namespaceOf(commonJs().importCommon(mod), true));
  if (mod.flags & WASM) {
    throw new TypeError(`WebAssembly modules cannot be imported yet: ${mod.file}`);
  }
  const value = mod.flags & TEXT ? natives.text(mod.id) : commonJs().importCommon(mod).exports;
  return (mod.namespace = jsonNamespace(value, (mod.flags & JSON_TEXT) !== 0));
}

function throwMissing(mod, dep, name) {
  throwReply(natives.missing(mod.id, dep, name));
}

/** Checks names that only the evaluated module can have: those of CommonJS and built-ins. */
function checkNames(mod, dep, names, exported) {
  if (names === 0) return;
  for (let i = 0; i < names.length; i++) {
    const present = exported !== null && exported !== undefined && names[i] in Object(exported);
    if (!present) throwMissing(mod, dep, names[i]);
  }
}

/** Named imports read from `module.exports` itself, so that a spy on it is seen; a primitive has no names to read. */
function namedSource(exported, fallback) {
  const type = typeof exported;
  return (type === 'object' && exported !== null) || type === 'function' ? exported : fallback();
}

function argument(mod, dep, role, names) {
  const target = mod.data[4][dep];
  if (role === 3) return exportsById(target);
  const strict = (mod.flags & STRICT) !== 0;
  if (typeof target === 'string') {
    const exported = require(target);
    checkNames(mod, dep, names, exported);
    return role === 0 ? exported : builtinNamespace(target, exported);
  }
  const source = get(target);
  if (isModule(source)) {
    const namespace = exportsOf(source);
    if (source.status === DONE) checkNames(mod, dep, names, namespace);
    return namespace;
  }
  if (source.flags & COMMON_JS) {
    const module_ = commonJs().importCommon(source);
    if (role === 0) {
      if (module_.loaded) checkNames(mod, dep, names, module_.exports);
      return namedSource(module_.exports, createNamespace);
    }
    return role === 1 ? defaultOf(module_, strict) : namespaceOf(module_, strict);
  }
  const namespace = assetNamespace(source);
  checkNames(mod, dep, names, namespace);
  return namespace;
}

function argumentsFor(mod) {
  const imports = mod.data[5];
  const args = [exportsOf(mod), mod];
  for (let i = 0; i < imports.length; i += 2) {
    const code = imports[i];
    args.push(argument(mod, code >> 2, code & 3, imports[i + 1]));
  }
  return args;
}

// ---- Exports that come from elsewhere ----

function originNamespace(origin, mod) {
  if (typeof origin === 'string') return builtinNamespace(origin, require(origin));
  return namespaceFor(get(Math.abs(origin) - 1), (mod.flags & STRICT) !== 0);
}

function originValue(origin, name, mod) {
  if (typeof origin === 'string' && name !== 'default') return require(origin)[name];
  if (typeof origin !== 'string') {
    const source = get(Math.abs(origin) - 1);
    if (source.flags & COMMON_JS && name !== 'default') return commonJs().importCommon(source).exports[name];
  }
  return originNamespace(origin, mod)[name];
}

/** Sets the keys of a module that passes exports of others on, all of them, in the order a namespace has. */
function linkExports(mod) {
  const exports_ = mod.data[6];
  if (exports_ === 0) return;
  const namespace = exportsOf(mod);
  for (let i = 0; i < exports_.length; i += 3) {
    linkExport(namespace, exports_[i], exports_[i + 1], exports_[i + 2], mod);
  }
}

function linkExport(namespace, name, origin, there, mod) {
  const cyclic = (mod.flags & CYCLIC) !== 0;
  if (origin === 0) {
    namespace[name] = undefined;
  } else if (there === 0) {
    if (cyclic) defineGetter(namespace, name, () => originNamespace(origin, mod));
    else namespace[name] = originNamespace(origin, mod);
  } else if (cyclic || origin < 0) {
    defineGetter(namespace, name, () => originValue(origin, there, mod));
  } else if (typeof origin === 'string') {
    linkBuiltinExport(namespace, name, origin, there, mod);
  } else {
    namespace[name] = originValue(origin, there, mod);
  }
}

function linkBuiltinExport(namespace, name, origin, there, mod) {
  defineGetter(namespace, name, () => originValue(origin, there, mod));
}

/** `export *` from what has names only after evaluation. */
function linkStars(mod) {
  const stars = mod.data[7];
  if (stars === 0) return;
  const namespace = exportsOf(mod);
  for (let i = 0; i < stars.length; i++) {
    const target = mod.data[4][stars[i]];
    const source = typeof target === 'string' ? builtinNamespace(target, require(target)) : namespaceFor(get(target), false);
    const keys = Object.keys(source);
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      if (key !== 'default' && !hasOwn(namespace, key)) defineGetter(namespace, key, () => source[key]);
    }
  }
}

/** A file that has `import` statements and assigns to `module.exports`: both count. */
function addExportsByName(mod) {
  const exported = mod.module.exports;
  const namespace = exportsOf(mod);
  const isObject = (typeof exported === 'object' && exported !== null) || typeof exported === 'function';
  const keys = isObject ? Object.keys(exported) : [];
  if (exported === mod.module.initialExports && keys.length === 0) return;
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== 'default' && !hasOwn(namespace, keys[i])) namespace[keys[i]] = exported[keys[i]];
  }
  if (!hasOwn(namespace, 'default')) {
    namespace.default = isObject && exported.__esModule && hasOwn(exported, 'default') ? exported.default : exported;
  }
}

// ---- Sparse modules ----

/** What stands for a sparse module that links an export without being instantiated: `linkExport` asks for no more than flags. */
const LOOSE_MODULE = { flags: MODULE };
const STRICT_MODULE = { flags: MODULE | STRICT };

/** Puts the names that a module reads from sparse modules in their places. */
function provide(list) {
  for (let i = 0; i < list.length; i += 4) {
    const id = list[i];
    const namespace = exportsById(id < 0 ? -id - 1 : id);
    const name = list[i + 1];
    if (!hasOwn(namespace, name)) linkExport(namespace, name, list[i + 2], list[i + 3], id < 0 ? STRICT_MODULE : LOOSE_MODULE);
  }
}

/** Evaluates what a module lists as needed. */
function evaluateSteps(steps) {
  for (let i = 0; i < steps.length; i++) {
    if (steps[i] < 0) complete(get(-steps[i] - 1));
    else evaluate(get(steps[i]));
  }
}

/** Evaluates a module of any kind so that its namespace is whole. */
function complete(mod) {
  evaluate(mod);
  if ((mod.flags & SPARSE) === 0 || mod.completed) return;
  // At once: a body below may ask for it again.
  mod.completed = true;
  try {
    const rest = mod.data[11];
    if (rest !== undefined && rest !== 0) evaluateSteps(rest);
    fillNamespace(mod);
  } catch (error) {
    mod.completed = false;
    throw error;
  }
}

/** Adds the keys that nobody has asked for yet, and puts all of them in the order a namespace has. */
function fillNamespace(mod) {
  const exports_ = mod.data[6];
  const namespace = exportsOf(mod);
  for (let i = 0; i < exports_.length; i += 3) {
    const name = exports_[i];
    const known = getOwnPropertyDescriptor(namespace, name);
    if (known === undefined) {
      linkExport(namespace, name, exports_[i + 1], exports_[i + 2], mod);
    } else {
      delete namespace[name];
      defineProperty(namespace, name, known);
    }
  }
}

// ---- Evaluation ----

/** Publishes the getters of all members of an import cycle, before any of them runs. */
function instantiateCycle(mod) {
  const members = mod.data[8];
  for (let i = 0; i < members.length; i++) {
    const member = get(members[i]);
    if (member.generator === undefined && member.status !== DONE) {
      exportsOf(member);
      linkExports(member);
    }
  }
}

/** The generator of a cyclic module, advanced to its `yield`: its functions can be called from now on. */
function startGenerators(mod) {
  const members = mod.data[8];
  for (let i = 0; i < members.length; i++) {
    const member = get(members[i]);
    if (member.generator !== undefined || member.status === DONE) continue;
    member.generator = apply(member.code, undefined, cyclicArguments(member));
    const started = member.generator.next();
    // An asynchronous generator runs to its `yield` at once as well, but says so by a promise.
    if (member.flags & AWAITS) started.catch(() => {});
  }
}

/**
 * Parameters of a member of a cycle: imports from outside of it are not evaluated yet when its functions are published,
 * so what is not an ES module is passed as an object that looks it up when it is read.
 */
function cyclicArguments(mod) {
  const imports = mod.data[5];
  const deps = mod.data[4];
  const args = [exportsOf(mod), mod];
  for (let i = 0; i < imports.length; i += 2) {
    const dep = imports[i] >> 2;
    const target = deps[dep];
    if ((imports[i] & 3) === 3) args.push(exportsById(target));
    else if (typeof target !== 'string' && isModule(get(target))) args.push(exportsOf(get(target)));
    else args.push(lateArgument(mod, dep, imports[i] & 3, imports[i + 1]));
  }
  return args;
}

function lateArgument(mod, dep, role, names) {
  if (typeof mod.data[4][dep] === 'string') return argument(mod, dep, role, names);
  const resolve = () => argument(mod, dep, role, names);
  return new Proxy(createNamespace(), {
    get: (_, key) => resolve()[key],
    has: (_, key) => key in resolve(),
    ownKeys: () => Reflect.ownKeys(resolve()),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(resolve(), key);
      if (descriptor !== undefined) descriptor.configurable = true;
      return descriptor;
    },
    set: (_, key, value) => Reflect.set(resolve(), key, value),
  });
}

/** Synchronous modules that are being evaluated, outermost first: for `failUnfinished`. */
const unfinished = [];

/** Remembers that `mod` is being evaluated until the same number of `endsEvaluation` is called. */
function beginsEvaluation(mod) {
  unfinished[unfinished.length] = mod;
}

function endsEvaluation() {
  unfinished.length -= 1;
}

/**
 * JavaScript was stopped by force, which runs no `finally`. An ES module that it was evaluating has failed; a CommonJS module is
 * evaluated anew when it is required again, as after a throw.
 */
function failUnfinished() {
  for (let i = 0; i < unfinished.length; i += 1) {
    const mod = unfinished[i];
    if (isModule(mod)) fail(mod, new Error(`${mod.file} took too long: its evaluation was stopped`));
    else delete commonJs().cache[mod.cacheKey];
  }
  unfinished.length = 0;
}

/** Evaluates any kind of module that is not asynchronous. */
function evaluate(mod) {
  if (mod.status === DONE || mod.status === EVALUATING) return;
  if (mod.status === FAILED) throw mod.error;
  if (!isModule(mod)) {
    if (mod.flags & COMMON_JS) commonJs().importCommon(mod);
    else assetNamespace(mod);
    return;
  }
  mod.status = EVALUATING;
  beginsEvaluation(mod);
  try {
    prepareCycle(mod);
    evaluateNeeds(mod);
    beforeBody(mod);
    if (mod.flags & CYCLIC) mod.generator.next();
    else apply(mod.code, undefined, argumentsFor(mod));
    afterBody(mod);
  } catch (error) {
    fail(mod, error);
    throw error;
  } finally {
    endsEvaluation();
  }
}

function evaluateNeeds(mod) {
  const needs = mod.data[9];
  if (needs !== undefined) {
    evaluateSteps(needs);
    return;
  }
  const deps = mod.data[4];
  for (let i = 0; i < deps.length; i++) {
    if (typeof deps[i] === 'number') evaluate(get(deps[i]));
  }
}

function prepareCycle(mod) {
  if ((mod.flags & CYCLIC) === 0 || mod.generator !== undefined) return;
  instantiateCycle(mod);
  startGenerators(mod);
}

function beforeBody(mod) {
  if (mod.flags & CYCLIC) checkLateNames(mod);
  else if ((mod.flags & SPARSE) === 0) linkExports(mod);
  linkStars(mod);
  const provided = mod.data[10];
  if (provided !== undefined && provided !== 0) provide(provided);
}

/** Members of cycles received their CommonJS imports unchecked. */
function checkLateNames(mod) {
  const imports = mod.data[5];
  for (let i = 0; i < imports.length; i += 2) {
    if (imports[i + 1] !== 0) argument(mod, imports[i] >> 2, imports[i] & 3, imports[i + 1]);
  }
}

function afterBody(mod) {
  mod.generator = undefined;
  if (mod.flags & EXPORTS_BY_NAME) addExportsByName(mod);
  if (mod.commonModule !== undefined) mod.commonModule.loaded = true;
  mod.status = DONE;
}

function fail(mod, error) {
  mod.status = FAILED;
  mod.error = error;
}

/** Evaluates a module that has top-level await, or something below it has. */
function evaluateAsync(mod) {
  if (mod.promise === undefined) {
    mod.promise = runAsync(mod);
    // The rejection is reported through whoever imports the module.
    mod.promise.catch(() => {});
  }
  return mod.promise;
}

async function runAsync(mod) {
  if (mod.status === FAILED) throw mod.error;
  mod.status = EVALUATING;
  try {
    prepareCycle(mod);
    const needs = mod.data[9] ?? mod.data[4];
    for (let i = 0; i < needs.length; i++) {
      if (typeof needs[i] !== 'number') continue;
      const dep = get(needs[i] < 0 ? -needs[i] - 1 : needs[i]);
      // What is sparse is not asynchronous.
      if (needs[i] < 0) complete(dep);
      else if ((dep.flags & ASYNC) === 0) evaluate(dep);
      else if (!isWaitingFor(dep, mod)) await evaluateAsync(dep);
    }
    beforeBody(mod);
    if (mod.flags & CYCLIC) await mod.generator.next();
    else if (mod.flags & AWAITS) await apply(mod.code, undefined, argumentsFor(mod));
    else apply(mod.code, undefined, argumentsFor(mod));
    afterBody(mod);
  } catch (error) {
    fail(mod, error);
    throw error;
  }
}

/** Members of one cycle must not wait for each other. */
function isWaitingFor(dep, mod) {
  return dep.status === EVALUATING && mod.data[8] !== 0 && mod.data[8].includes(dep.id);
}

// ---- Doors ----

/** Evaluates a linked module; a promise when it is asynchronous, else undefined. */
function run(mod) {
  if ((mod.flags & ASYNC) === 0) return complete(mod);
  return mod.status === DONE ? undefined : evaluateAsync(mod);
}

/** The test file that was imported last. */
let entry;

/**
 * Imports the test file: evaluates it at once, or returns a promise when it has top-level await.
 * Throws (or rejects) with what cannot be loaded or what the module throws.
 */
function importEntry(file) {
  const reply = natives.load(file);
  if (typeof reply === 'string') throwReply(reply);
  // Another test file of this realm may have imported it: it runs as a test file of its own all the same.
  forget(reply);
  entry = reply;
  return runEntry(get(reply));
}

/** Runs a text that is no file as if it were `file`. As `importEntry`. */
function importText(code, file) {
  const reply = natives.compile(code, file);
  if (typeof reply === 'string') throwReply(reply);
  return runEntry(get(reply));
}

/** Imports a preload module, named as an import of the run's directory would name it. As `importEntry`. */
function importPreload(specifier) {
  const reply = natives.linkPreload(specifier);
  if (typeof reply === 'number') return runEntry(get(reply));
  if (!reply.startsWith('b:')) throwReply(reply);
  require(reply.slice(2));
  return undefined;
}

function runEntry(mod) {
  if (isModule(mod)) return run(mod);
  evaluate(mod);
  return undefined;
}

function forget(id) {
  const known = modules[id];
  if (known === undefined) return;
  delete commonJs().cache[known.cacheKey];
  modules[id] = undefined;
}

/** Lets the test file's module go; what it imported stays for the next file of this realm. */
function forgetEntry() {
  if (entry !== undefined) forget(entry);
  entry = undefined;
}

/** `import(specifier, options)` from a module (its id) or a file (its path). */
function dynamicImport(specifier, from, options, strict) {
  let text;
  let attribute = '';
  try {
    text = `${specifier}`;
    const type = options?.with?.type ?? options?.assert?.type;
    if (type !== undefined) attribute = `${type}`;
  } catch (error) {
    return Promise.reject(error);
  }
  return importLater(text, from, attribute, strict);
}

async function importLater(specifier, from, attribute, strict) {
  // Importers go on before what they import runs, as when a module is fetched.
  await undefined;
  const reply = natives.link(specifier, from, 0, attribute);
  if (typeof reply === 'string') {
    if (!reply.startsWith('b:')) throwReply(reply);
    const id = reply.slice(2);
    return builtinNamespace(id, require(id));
  }
  const mod = get(reply);
  const pending = run(mod);
  if (pending !== undefined) await pending;
  return namespaceFor(mod, strict);
}

module.exports = {
  ASYNC,
  CYCLIC,
  DONE,
  EVALUATING,
  FAILED,
  EXPORTS_BY_NAME,
  JSON_TEXT,
  TEXT,
  ADDON,
  WASM,
  RUNTIME,
  natives,
  beginsEvaluation,
  dynamicImport,
  endsEvaluation,
  complete,
  evaluate,
  exportsOf,
  failUnfinished,
  forgetEntry,
  get,
  importEntry,
  importPreload,
  importText,
  isModule,
  setAwaitHooks,
  ModuleContext,
};
