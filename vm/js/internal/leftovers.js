// What a file leaves behind in its realm: timers, listeners, new globals, changed intrinsics. Asked once, when its last hook has ended.
//
// It is part of every realm, so it does next to nothing unless there is something to tell: it looks at what is enumerable, which is
// what an assignment makes and what no realm has by itself. Even reading an intrinsic costs: the engine makes most of them when they are first
// touched. Comparing all of them with what they were (`watchIntrinsics`) is for runs that fail on leaks.

const { getOwnPropertyDescriptor, hasOwn, is } = Object;
const { apply, ownKeys } = Reflect;
const { has, add } = Set.prototype;

/** Kinds; vm/src/realm/leaks.rs has the same list. */
const TIMER = 0;
const LISTENER = 1;
const GLOBAL = 2;

/** Where things are added that every object then has; those that the runtime itself has touched. */
const prototypes = [
  'Object', Object.prototype, 'Array', Array.prototype, 'String', String.prototype, 'Function', Function.prototype,
  'Promise', Promise.prototype, 'Map', Map.prototype, 'Set', Set.prototype, 'Error', Error.prototype,
];

/** Name, object, values by key of everything that is watched; undefined if nothing is. */
let watched;

/** Globals and changes that are known: told already (with one realm for all files, each is the first one's) or a preload module's. */
const told = new Set();

/** Notes all globals and intrinsics as they are now. */
function watchIntrinsics() {
  watched = [];
  watch('', globalThis);
  for (const name of ownKeys(globalThis)) {
    const { value } = getOwnPropertyDescriptor(globalThis, name);
    if (typeof name !== 'string' || !isHolder(value) || value === globalThis) continue;
    watch(`${name}.`, value);
    if (typeof value === 'function' && isHolder(value.prototype)) watch(`${name}.prototype.`, value.prototype);
  }
}

function isHolder(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function watch(name, holder) {
  watched.push({ name, holder, before: snapshot(holder, () => false) });
}

function snapshot(holder, isLeftOut) {
  const keys = ownKeys(holder).filter((key) => !isLeftOut(key));
  return new Map(keys.map((key) => [key, valueOf(holder, key)]));
}

const globalText = (name) => `the global ${name}`;
const changeText = (name) => `the changed intrinsic ${name}`;

/** A global of the runtime's that becomes an ordinary value when it is first read. */
const LAZY = Symbol('lazy');

function valueOf(holder, key) {
  const { get, set, value } = getOwnPropertyDescriptor(holder, key);
  const accessor = get ?? set;
  if (accessor === undefined) return value;
  return holder === globalThis ? LAZY : accessor;
}

/**
 * Preload modules have been evaluated: what they made is nobody's leak. Their globals are known by name, for what they keep in them is
 * theirs to change; what they have changed of the rest is the state to compare with.
 */
function takeBaseline(timers, processObject) {
  timers?.takeBaseline();
  processObject?.takeBaseline();
  const know = (text) => apply(add, told, [text]);
  const ignore = () => {};
  if (watched === undefined) {
    listEnumerable((name) => know(globalText(name)), (name) => know(changeText(name)));
    return;
  }
  listWatched((name) => know(globalText(name)), ignore);
  for (const one of watched) {
    const isKnownByName = (key) => one.holder === globalThis && !one.before.has(key);
    one.before = snapshot(one.holder, isKnownByName);
  }
}

/** A new key without a value is what saving and restoring a property that was not there leaves behind. */
const isSet = (holder, key) => hasOwn(holder, key) && valueOf(holder, key) !== undefined;

function listWatched(tellGlobal, tellChange) {
  for (const { name, holder, before } of watched) {
    const tellNew = holder === globalThis ? tellGlobal : tellChange;
    for (const key of ownKeys(holder)) {
      if (!before.has(key)) {
        if (isSet(holder, key)) tellNew(`${name}${String(key)}`);
      } else if (before.get(key) !== LAZY && !is(before.get(key), valueOf(holder, key))) {
        tellChange(`${name}${String(key)} (replaced)`);
      }
    }
    for (const key of before.keys()) if (!hasOwn(holder, key)) tellChange(`${name}${String(key)} (removed)`);
  }
}

function listEnumerable(tellGlobal, tellChange) {
  for (const key in globalThis) if (isSet(globalThis, key)) tellGlobal(key);
  for (let i = 0; i < prototypes.length; i += 2) {
    for (const key in prototypes[i + 1]) if (isSet(prototypes[i + 1], key)) tellChange(`${prototypes[i]}.prototype.${key}`);
  }
}

/**
 * Flat: kind, what, engine stack (or '') for each thing that is left; undefined if nothing is. `timers` and `processObject` are the exports of
 * those modules, undefined if the file never touched them.
 */
function list(timers, processObject) {
  let found;
  const tell = (kind, what, stack) => {
    found ??= [];
    found[found.length] = kind;
    found[found.length] = what;
    found[found.length] = stack;
  };
  const once = (kind, what, stack) => {
    if (apply(has, told, [what])) return;
    apply(add, told, [what]);
    tell(kind, what, stack);
  };
  if (timers !== undefined) timers.listOpen((what, stack) => tell(TIMER, what, stack));
  if (processObject !== undefined) processObject.listListeners((what, stack) => tell(LISTENER, what, stack));
  const tellGlobal = (name) => once(GLOBAL, globalText(name), '');
  const tellChange = (name) => once(GLOBAL, changeText(name), '');
  if (watched === undefined) listEnumerable(tellGlobal, tellChange);
  else listWatched(tellGlobal, tellChange);
  return found;
}

module.exports = { list, takeBaseline, watchIntrinsics };
