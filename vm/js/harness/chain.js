// The callable, chainable `test` and `describe`: `test.only.each(table)(title, fn)`, `describe.skipIf(ci)(title, fn)`.
//
// Owns the modifiers' grammar. What a declaration means is registry.js's business, tables are table.js's.

const registry = require('harness/registry');

const { create, setPrototypeOf } = Object;
const { get: reflectGet, set: reflectSet } = Reflect;

const FLAGS = Symbol('flags');

/** Flags of a plain `test` or `describe`. */
const PLAIN = { mode: 'run', failing: false, shuffle: undefined };

function withMode(flags, mode) {
  // `.only.skip` and `.skip.only` are both skips: what must not run wins over what is looked at alone.
  if (mode === 'only' && (flags.mode === 'skip' || flags.mode === 'todo')) return flags;
  return { ...flags, mode };
}

function makeCallable(kind, flavour, flags) {
  const declare = kind === 'test' ? registry.declareCase : registry.declareSuite;
  const callable = function (title, second, third) {
    declare(flavour, flags, title, second, third, undefined);
  };
  Object.defineProperty(callable, 'name', { value: kind, configurable: true });
  callable[FLAGS] = { kind, flavour, flags };
  return setPrototypeOf(callable, kind === 'test' ? testModifiers : suiteModifiers);
}

function derive(callable, change) {
  const { kind, flavour, flags } = callable[FLAGS];
  return makeCallable(kind, flavour, change(flags));
}

/** A property that is made on first use and kept, so that `test.skip === test.skip`; it stays assignable. */
function lazyProperty(target, name, make) {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make(this);
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}

function modifier(target, name, change) {
  lazyProperty(target, name, (callable) => derive(callable, change));
}

function condition(target, name, change) {
  target[name] = function (holds) {
    return derive(this, (flags) => change(flags, Boolean(holds)));
  };
}

function addCommon(target) {
  const same = (flags) => flags;
  modifier(target, 'only', (flags) => withMode(flags, 'only'));
  modifier(target, 'skip', (flags) => withMode(flags, 'skip'));
  modifier(target, 'todo', (flags) => withMode(flags, 'todo'));
  // Cases of one file run one after the other, whatever they ask for: the results are the same.
  for (const name of ['concurrent', 'sequential', 'serial']) modifier(target, name, same);
  condition(target, 'if', (flags, holds) => (holds ? flags : withMode(flags, 'skip')));
  condition(target, 'runIf', (flags, holds) => (holds ? flags : withMode(flags, 'skip')));
  condition(target, 'skipIf', (flags, holds) => (holds ? withMode(flags, 'skip') : flags));
  condition(target, 'todoIf', (flags, holds) => (holds ? withMode(flags, 'todo') : flags));
  condition(target, 'concurrentIf', same);
  condition(target, 'serialIf', same);
  target.each = function (table, ...values) {
    return declareTable(this, table, values, false);
  };
  target.for = function (table, ...values) {
    return declareTable(this, table, values, true);
  };
}

function declareTable(callable, table, values, isFor) {
  const { kind, flavour, flags } = callable[FLAGS];
  const declare = kind === 'test' ? registry.declareCase : registry.declareSuite;
  const rows = require('harness/table').rowsOf(table, values, flavour, isFor, kind);
  return function (title, second, third) {
    const { titleOfRow } = require('harness/table');
    for (let i = 0; i < rows.length; i += 1) {
      declare(flavour, flags, titleOfRow(title, rows[i], i), second, third, { args: rows[i].args, isFor });
    }
  };
}

const failing = (flags) => ({ ...flags, failing: true });

function addTestModifiers(target) {
  addCommon(target);
  modifier(target, 'failing', failing);
  modifier(target, 'fails', failing);
  condition(target, 'failingIf', (flags, holds) => (holds ? failing(flags) : flags));
  target.extend = function () {
    throw new Error('test.extend is not supported yet by trun');
  };
}

function addSuiteModifiers(target) {
  addCommon(target);
  modifier(target, 'shuffle', (flags) => ({ ...flags, shuffle: true }));
}

/** A prototype that gets its properties when one is first asked for: most files need none. */
function lazyPrototype(add) {
  const fill = () => {
    setPrototypeOf(prototype, Function.prototype);
    add(prototype);
  };
  const above = new Proxy(Function.prototype, {
    get(target, name, receiver) {
      if (!(name in target)) fill();
      return reflectGet(name in target ? target : prototype, name, receiver);
    },
    has(target, name) {
      if (!(name in target)) fill();
      return name in prototype;
    },
    set(target, name, value, receiver) {
      fill();
      return reflectSet(prototype, name, value, receiver);
    },
  });
  const prototype = create(above);
  return prototype;
}

const testModifiers = lazyPrototype(addTestModifiers);
const suiteModifiers = lazyPrototype(addSuiteModifiers);

/** The declaring functions of one API flavour, cached: `{ test, describe, beforeAll, … }`. */
const byFlavour = { __proto__: null };

function api(flavour) {
  let made = byFlavour[flavour];
  if (made === undefined) {
    made = {
      test: makeCallable('test', flavour, PLAIN),
      describe: makeCallable('describe', flavour, PLAIN),
    };
    for (const kind of ['beforeAll', 'beforeEach', 'afterEach', 'afterAll']) {
      made[kind] = { [kind]: (first, second, third) => registry.declareHook(flavour, kind, first, second, third) }[kind];
    }
    byFlavour[flavour] = made;
  }
  return made;
}

module.exports = { api };
