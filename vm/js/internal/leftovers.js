// What a file leaves behind in its realm: timers, listeners, new globals, changed intrinsics. Asked once, when its last hook has ended.
//
// Owns the notes about what the realm was like before. Made at the start of every realm, so it must do next to nothing then: the
// thorough comparison of all intrinsics (`watchIntrinsics`) is for runs that fail on leaks. Runs no code of the user's.

const { getOwnPropertyDescriptor, keys } = Object;
const { apply, ownKeys } = Reflect;
const { has, add } = Set.prototype;

/** Kinds; vm/src/realm/leaks.rs has the same list. */
const TIMER = 0;
const LISTENER = 1;
const GLOBAL = 2;
const NAMES = 3;

/** Where things are added that every object then has. */
const PROTOTYPES = ['Object', 'Array', 'String', 'Function', 'Number', 'Promise', 'Date', 'RegExp', 'Map', 'Set', 'Error'];
const prototypes = PROTOTYPES.map((name) => [`${name}.prototype`, globalThis[name].prototype]);

/** What is replaced most: name, holder, key, value. */
const replaced = [
  ['Date', globalThis, 'Date'],
  ['Date.now', Date, 'now'],
  ['Math.random', Math, 'random'],
  ['Promise', globalThis, 'Promise'],
  ['JSON.parse', JSON, 'parse'],
  ['JSON.stringify', JSON, 'stringify'],
].map((entry) => [...entry, entry[1][entry[2]]]);

/** Every property of every intrinsic, if that is watched: name, holder, key, value or getter. */
let watched;

/** What was told of this realm already: with one realm for all files, each thing is the first one's. */
const told = new Set();

/** Notes all intrinsics as they are now. */
function watchIntrinsics() {
  watched = [];
  for (const name of ownKeys(globalThis)) {
    const global = getOwnPropertyDescriptor(globalThis, name).value;
    if (typeof name !== 'string' || global === null || !isHolder(global) || global === globalThis) continue;
    watch(name, global);
    if (typeof global === 'function' && isHolder(global.prototype)) watch(`${name}.prototype`, global.prototype);
  }
}

function isHolder(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function watch(name, holder) {
  const before = ownKeys(holder).map((key) => [key, valueOf(holder, key)]);
  watched.push([name, holder, new Map(before)]);
}

function valueOf(holder, key) {
  const descriptor = getOwnPropertyDescriptor(holder, key);
  return descriptor.get ?? descriptor.value;
}

function pathOf(name, key) {
  return typeof key === 'symbol' ? `${name}[${String(key)}]` : `${name}.${key}`;
}

function listWatched(tell) {
  for (let i = 0; i < watched.length; i++) {
    const [name, holder, before] = watched[i];
    const now = ownKeys(holder);
    for (let k = 0; k < now.length; k++) {
      if (!before.has(now[k])) tell(pathOf(name, now[k]));
      else if (!Object.is(before.get(now[k]), valueOf(holder, now[k]))) tell(`${pathOf(name, now[k])} (replaced)`);
    }
    for (const key of before.keys()) if (getOwnPropertyDescriptor(holder, key) === undefined) tell(`${pathOf(name, key)} (removed)`);
  }
}

function listUsual(tell) {
  for (let i = 0; i < prototypes.length; i++) {
    const added = keys(prototypes[i][1]);
    for (let k = 0; k < added.length; k++) tell(pathOf(prototypes[i][0], added[k]));
  }
  for (let i = 0; i < replaced.length; i++) {
    const [name, holder, key, value] = replaced[i];
    if (holder[key] !== value) tell(`${name} (replaced)`);
  }
}

/**
 * Flat: kind, what, engine stack (or '') for each thing that is left. `timers` and `processObject` are the exports of those modules,
 * undefined if the file never touched them. With another number of globals than `knownGlobals`, their names come last as one text.
 */
function list(knownGlobals, timers, processObject) {
  const found = [];
  const telling = (kind) => (what, stack = '') => {
    found[found.length] = kind;
    found[found.length] = what;
    found[found.length] = stack;
  };
  const once = (kind) => {
    const tell = telling(kind);
    return (what, stack) => {
      if (!apply(has, told, [what])) tell(what, stack);
      apply(add, told, [what]);
    };
  };
  timers?.listOpen(telling(TIMER));
  processObject?.listListeners(once(LISTENER));
  const tellChanged = once(GLOBAL);
  if (watched === undefined) listUsual((name) => tellChanged(`the changed intrinsic ${name}`));
  else listWatched((name) => tellChanged(`the changed intrinsic ${name}`));
  const names = ownKeys(globalThis);
  if (names.length !== knownGlobals) telling(NAMES)(namesOf(names));
  return found.length === 0 ? undefined : found;
}

function namesOf(keys_) {
  let text = '';
  for (let i = 0; i < keys_.length; i++) text += `${String(keys_[i])}\n`;
  return text;
}

/** Names of all globals, one a line. */
const globalNames = () => namesOf(ownKeys(globalThis));

module.exports = { globalNames, list, watchIntrinsics };
