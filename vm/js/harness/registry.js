// What a test file declares: the tree of suites, cases and hooks, and the file-wide settings of the harness.
//
// Owns: the tree, the suite a declaration belongs to, timeouts set by the file. Must not run a test or a hook (plan.js
// does) nor load `expect`, mocks or formatting: a realm's first `describe` should cost next to nothing.
//
// A declaration knows which API it came through (its *flavour*: `globals`, `jest`, `bun`, `vitest`), because the APIs
// disagree on what a test function receives and on the order of after-hooks.

const asyncContext = require('internal/async_context');

const { callSite } = binding('harness');
const { apply } = Reflect;
const { assign } = Object;
const { isInteger } = Number;
const functionSource = Function.prototype.toString;
const testRegExp = RegExp.prototype.test;
const NativePromise = Promise;
const resolvePromise = Promise.resolve;
const promiseThen = Promise.prototype.then;
const DESTRUCTURED_FIRST = /^(?:async\s*)?(?:function\b[^(]*|\*)?\s*\(\s*\{/;

/** A `describe` block; the root is the file itself. */
class Suite {
  constructor(parent, title, mode, timeout) {
    this.parent = parent;
    this.title = title;
    this.mode = mode;
    this.timeout = timeout;
    this.retry = undefined;
    this.repeats = undefined;
    /** Whether its children run in a random order; undefined: as around it. */
    this.shuffle = undefined;
    this.children = [];
    this.beforeAll = [];
    this.beforeEach = [];
    this.afterEach = [];
    this.afterAll = [];
    this.location = undefined;
    this.body = undefined;
    this.context = undefined;
    /** Set by selection.js, and by attempts.js when first asked for. */
    this.lastPlace = -1;
    this.allBeforeEach = undefined;
    this.allAfterEach = undefined;
  }
}

/** One `test`. `index` is its place in declaration order, known once the file is collected. */
class Case {
  constructor(suite, title, fn, mode, flavour) {
    this.suite = suite;
    this.title = title;
    this.fn = fn;
    this.mode = mode;
    this.flavour = flavour;
    this.args = undefined;
    this.receives = 'nothing';
    this.failing = false;
    this.timeout = undefined;
    this.retry = undefined;
    this.repeats = undefined;
    this.location = undefined;
    this.index = -1;
    this.ancestors = undefined;
  }
}

const root = new Suite(null, '', 'run', undefined);

const state = {
  root,
  /** 'collecting' until plan.js has taken the tree, then 'running'. */
  stage: 'collecting',
  /** The case that runs now, or null; plan.js sets it. */
  running: null,
  /** Settings a file may change for the rest of its run. */
  testTimeout: undefined,
  hookTimeout: undefined,
  /** A number or a rule of retries.js; undefined: what the run says. */
  retry: undefined,
  /** Whether a suite asked for an order of its own. */
  shuffles: false,
  /** What expect.getState() shows; reset for every attempt of a case. */
  expect: freshExpectState(),
};

let current = root;
/** Suites whose body is run by `collect` (vitest declares them so), innermost list last. */
let deferred = [];
/** Promises of async describe callbacks that were called at once. */
const pendingBodies = [];
let pendingCount = 0;

function freshExpectState() {
  return {
    assertionCalls: 0,
    failedAssertions: 0,
    expectedAssertionsNumber: null,
    expectedAssertionsError: undefined,
    isExpectingAssertions: false,
    isExpectingAssertionsError: undefined,
    currentTestName: undefined,
    testPath: undefined,
    suppressedErrors: [],
    numPassingAsserts: 0,
    softErrors: null,
  };
}

/** Starts counting assertions for a new attempt of a case. */
function resetExpectState(currentTestName) {
  const fresh = freshExpectState();
  fresh.currentTestName = currentTestName;
  fresh.testPath = state.expect.testPath;
  assign(state.expect, fresh);
}

/** The suite a declaration made now belongs to. */
function currentSuite() {
  if (current !== root || pendingCount === 0) return current;
  const frame = asyncContext.current();
  return (frame && frame.testSuite) || current;
}

function assertCollecting(what) {
  if (state.stage === 'collecting') return;
  const where = state.running === null ? 'after the tests have started' : `inside the test "${state.running.title}"`;
  throw new Error(`${what}() cannot be called ${where}; declare it at the top of the file or in a describe block`);
}

function titleOf(title, what) {
  if (typeof title === 'string') return title;
  if (typeof title === 'function') return `${title.name}`;
  if (typeof title === 'number' || typeof title === 'bigint') return String(title);
  throw new TypeError(`the first argument of ${what}() must be a title (a string, a number, a function or a class)`);
}

/** Sorts out `(fn, timeout | options)` and `(options, fn)`. */
function splitArguments(second, third, what) {
  let fn = second;
  let options = third;
  if (typeof second !== 'function' && typeof third === 'function') {
    fn = third;
    options = second;
  } else if (second !== null && typeof second === 'object' && third === undefined) {
    fn = undefined;
    options = second;
  }
  if (fn !== undefined && typeof fn !== 'function') {
    throw new TypeError(`${what}() needs a function as its second argument, not ${fn === null ? 'null' : `a ${typeof fn}`}`);
  }
  if (typeof options === 'number') return { fn, options: { timeout: options } };
  if (options === undefined || options === null) return { fn, options: undefined };
  if (typeof options === 'object') return { fn, options };
  throw new TypeError(`the options of ${what}() must be a timeout in milliseconds or an object`);
}

function countOption(value, name) {
  if (value === undefined) return undefined;
  if (isInteger(value) && value >= 0) return value;
  throw new RangeError(`the option "${name}" must be a whole number that is not negative`);
}

/** A number, or a rule of retries.js. */
function retryOption(value) {
  return typeof value === 'object' && value !== null ? require('harness/retries').fromOption(value) : countOption(value, 'retry');
}

function timeoutOption(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new TypeError(`a timeout must be a number of milliseconds, not ${String(value)}`);
}

function modeFromOptions(mode, options) {
  if (options.skip) return 'skip';
  if (options.todo) return 'todo';
  if (options.only && mode === 'run') return 'only';
  return mode;
}

/** What the test function takes: the Jest family's `done`, vitest's context, or nothing. */
function receivesWhat(fn, flavour, argCount, isFor) {
  if (flavour === 'vitest') return argCount === 0 || isFor ? 'context' : 'nothing';
  if (isFor) return fn.length > 1 ? 'context' : 'nothing';
  if (fn.length <= argCount) return 'nothing';
  // `({ expect }) => …` cannot want `done`: a project with vitest's globals turned on.
  if (argCount === 0 && apply(testRegExp, DESTRUCTURED_FIRST, [apply(functionSource, fn, [])])) return 'context';
  return 'done';
}

/**
 * Declares a case. `row` is `{ args, isFor }` when it comes from a table; the location is looked up by the caller's
 * frame, so tables pass theirs.
 */
function declareCase(flavour, flags, rawTitle, second, third, row) {
  assertCollecting('test');
  const title = titleOf(rawTitle, 'test');
  const { fn, options } = splitArguments(second, third, 'test');
  let mode = flags.mode;
  if (options !== undefined) mode = modeFromOptions(mode, options);
  if (fn === undefined && mode !== 'todo' && mode !== 'skip') {
    if (flavour === 'jest') throw new TypeError('test() needs a function as its second argument; use test.todo() for one that is still to be written');
    mode = 'todo';
  }
  const suite = currentSuite();
  const testCase = new Case(suite, title, fn, mode, flavour);
  testCase.failing = flags.failing;
  testCase.location = callSite();
  if (row !== undefined) testCase.args = row.args;
  if (fn !== undefined) {
    testCase.receives = receivesWhat(fn, flavour, row === undefined ? 0 : row.args.length, row !== undefined && row.isFor);
  }
  if (options !== undefined) {
    testCase.timeout = timeoutOption(options.timeout);
    testCase.retry = retryOption(options.retry);
    testCase.repeats = countOption(options.repeats, 'repeats');
    if (options.fails || options.failing) testCase.failing = true;
  }
  append(suite.children, testCase);
}

/** Declares a suite and runs its body: at once, or (vitest) when the file has been evaluated. */
function declareSuite(flavour, flags, rawTitle, second, third, row) {
  assertCollecting('describe');
  const title = titleOf(rawTitle, 'describe');
  const { fn, options } = splitArguments(second, third, 'describe');
  const parent = currentSuite();
  let mode = flags.mode;
  if (options !== undefined) mode = modeFromOptions(mode, options);
  if (fn === undefined && mode === 'run') mode = 'todo';
  const suite = new Suite(parent, title, mode, options === undefined ? undefined : timeoutOption(options.timeout));
  if (options !== undefined) {
    suite.retry = retryOption(options.retry);
    suite.repeats = countOption(options.repeats, 'repeats');
  }
  suite.shuffle = options?.shuffle ?? flags.shuffle;
  if (suite.shuffle !== undefined) state.shuffles = true;
  suite.location = callSite();
  append(parent.children, suite);
  if (fn === undefined) return;
  // vitest hands the suite its own `test`.
  const plainArgs = flavour === 'vitest' ? [require('harness/chain').api(flavour).test] : [];
  const args = row === undefined ? plainArgs : row.args;
  suite.body = () => apply(fn, undefined, args);
  if (flavour === 'vitest') {
    append(deferred, suite);
    return;
  }
  const returned = runBody(suite);
  if (returned !== undefined) append(pendingBodies, returned);
}

/** Calls the suite's body; the promise of an async one, else undefined. */
function runBody(suite) {
  const outer = current;
  current = suite;
  let returned;
  try {
    returned = asyncContext.run({ ...asyncContext.current(), testCase: -1, testSuite: suite }, suite.body);
  } finally {
    current = outer;
    suite.body = undefined;
  }
  if (returned === null || typeof returned !== 'object' || typeof returned.then !== 'function') return undefined;
  pendingCount += 1;
  const body = apply(resolvePromise, NativePromise, [returned]);
  const ended = () => {
    pendingCount -= 1;
  };
  // Its failure is `collect`'s to tell: nobody else should call it unhandled before.
  apply(promiseThen, body, [ended, ended]);
  return body;
}

/** Runs the bodies that were put off, in order, depth first; a promise only if one of them is async. */
function runDeferred() {
  while (deferred.length > 0) {
    const suites = deferred;
    deferred = [];
    for (let i = 0; i < suites.length; i += 1) {
      const returned = runBody(suites[i]);
      if (returned !== undefined) {
        const proceed = () => {
          deferLater(suites, i + 1);
          return runDeferred();
        };
        return apply(promiseThen, returned, [proceed]);
      }
      if (deferred.length > 0) {
        deferLater(suites, i + 1);
        break;
      }
    }
  }
  return undefined;
}

/** What `suites` has from `from` on comes after all that is deferred now. */
function deferLater(suites, from) {
  for (let i = from; i < suites.length; i += 1) append(deferred, suites[i]);
}

/** Lets every body finish; undefined if all of them are synchronous. */
function finishDeclarations() {
  const waiting = runDeferred();
  if (waiting === undefined && pendingBodies.length === 0) return undefined;
  return drainBodies(waiting);
}

async function drainBodies(waiting) {
  await waiting;
  let awaited = 0;
  while (awaited < pendingBodies.length || deferred.length > 0) {
    if (awaited < pendingBodies.length) await pendingBodies[awaited++];
    await runDeferred();
  }
}

/** Declares `beforeAll`, `beforeEach`, `afterEach` or `afterAll`. */
function declareHook(flavour, kind, first, second, third) {
  // Mocha lets a hook have a title.
  const titled = typeof first === 'string' && typeof second === 'function';
  const fn = titled ? second : first;
  const options = titled ? third : second;
  assertCollecting(kind);
  if (typeof fn !== 'function') {
    throw new TypeError(`${kind}() needs a function as its first argument, not ${fn === null ? 'null' : `a ${typeof fn}`}`);
  }
  const timeout = timeoutOption(typeof options === 'object' && options !== null ? options.timeout : options);
  const hook = { kind, fn, flavour, timeout, receives: receivesWhat(fn, flavour, 0, false), location: callSite() };
  const list = currentSuite()[kind];
  // vitest runs after-hooks as a stack, the Jest family in the order of their declaration.
  append(list, hook);
  if (flavour !== 'vitest' || kind === 'beforeAll' || kind === 'beforeEach') return;
  for (let i = list.length - 1; i > 0; i -= 1) list[i] = list[i - 1];
  list[0] = hook;
}

function append(list, last) {
  list[list.length] = last;
}

/** What holds for every file of a realm: the hooks and settings that preload modules have made. */
let kept;

/** Preload modules have been evaluated: what they declared is kept by `reset`. */
function keepDeclarations() {
  kept = {
    root: hooksOf(root),
    state: { testTimeout: state.testTimeout, hookTimeout: state.hookTimeout, retry: state.retry },
  };
}

function hooksOf({ beforeAll, beforeEach, afterEach, afterAll }) {
  return { beforeAll: copy(beforeAll), beforeEach: copy(beforeEach), afterEach: copy(afterEach), afterAll: copy(afterAll) };
}

function copy(list) {
  const other = [];
  for (let i = 0; i < list.length; i += 1) other[i] = list[i];
  return other;
}

/** Another file begins in this realm (`--no-isolate`): forgets what the last one declared. */
function reset() {
  assign(root, new Suite(null, '', 'run', undefined), kept === undefined ? undefined : hooksOf(kept.root));
  assign(state, { stage: 'collecting', running: null, testTimeout: undefined, hookTimeout: undefined, retry: undefined, shuffles: false }, kept?.state);
  assign(state.expect, freshExpectState());
  current = root;
  deferred = [];
  pendingBodies.length = 0;
  pendingCount = 0;
}

module.exports = {
  state, root, keepDeclarations, reset, Suite, Case, declareCase, declareSuite, declareHook, finishDeclarations, resetExpectState, retryOption,
  timeoutOption,
};
