// Runs what registry.js collected, one phase at a time, driven from outside.
//
// A *phase* is one user function: a hook, a test body, a callback of onTestFinished. Native code asks for the `next`
// thing to do, lets `invoke` run it under its watchdog, and waits until `settled` was called or the time is over
// (`abandon`). No loop of the harness is ever below user code on the stack, so stopping user code by force cannot stop
// the plan: all state lives in this file's variables, and `next` runs no user code at all.
//
// Owns: order of hooks and cases, outcome of a case, retries, assertion counts. Must not measure time nor print.

const asyncContext = require('internal/async_context');
const registry = require('harness/registry');
const { select, fullName } = require('harness/selection');
const { callUser, timeoutError } = require('harness/invocation');

const { settled: tellSettled, setPhaseTimeout } = binding('harness');
const { state, root } = registry;

/** Signals that were made, so that telling them from what else is thrown runs no code of what was thrown. */
const skipSignals = new WeakSet();
const isSkipSignal = WeakSet.prototype.has.bind(skipSignals);

/** Thrown by `skip()` inside a test or hook. */
class SkipSignal extends Error {
  constructor(note) {
    super('the test was skipped while it ran');
    this.name = 'SkipSignal';
    this.note = note;
    skipSignals.add(this);
  }
}

let cases = [];
let modes = [];
let options = { namePattern: undefined, defaultTimeout: 5000 };

let cursor = 0;
/** Suites whose beforeAll hooks have begun, outermost first: `{ suite, errors, skip, pending }`. */
const entered = [];
/** Index of the last case of a suite that will run; the suite is left after it. */
let lastCaseOf = new Map();
/** The run of the current case, or null. */
let run = null;
/** The phase that was handed out last, or null. */
let phase = null;
let phaseCount = 0;
const outbox = [];

/** Ends the declarations and lists the cases in order; a promise of the list if a describe callback is async. */
function collect() {
  const waiting = registry.finishDeclarations();
  return waiting === undefined ? list() : waiting.then(list);
}

function list() {
  state.stage = 'running';
  cases = [];
  walk(root, []);
  return cases.map((testCase) => ({
    ancestors: testCase.ancestors,
    title: testCase.title,
    location: testCase.location,
    mode: testCase.mode,
  }));
}

function walk(suite, ancestors) {
  for (let i = 0; i < suite.children.length; i += 1) {
    const child = suite.children[i];
    if (child.children !== undefined) {
      walk(child, ancestors.concat(child.title));
    } else {
      child.index = cases.length;
      child.ancestors = ancestors;
      cases.push(child);
    }
  }
}

/** Fixes what will run. `namePattern` is a RegExp source, `defaultTimeout` is in milliseconds. */
function start(settings) {
  options = { ...options, ...settings };
  const pattern = options.namePattern === undefined || options.namePattern === null ? null : new RegExp(options.namePattern);
  ({ modes, lastCaseOf } = select(root, cases.length, pattern));
  cursor = 0;
}

/** The next thing to do: a phase to invoke (`phase` is its number), `{ kind: 'report' }`, `{ kind: 'fileError' }`, or null at the end. */
function next() {
  if (phase !== null && !phase.settled) return phase;
  phase = null;
  for (;;) {
    if (outbox.length > 0) return outbox.shift();
    const step = run !== null ? advanceCase() : advanceFile();
    if (step === END) return null;
    if (step !== null) {
      phase = step;
      return step;
    }
  }
}

const END = Symbol('end');

/** Between two cases: leaves and enters suites. Returns a phase, END, or null when state moved on without one. */
function advanceFile() {
  const top = entered[entered.length - 1];
  if (top !== undefined && top.pending.length > 0) return suiteHookPhase(top, top.pending.shift());
  if (top !== undefined && lastCaseOf.get(top.suite) < cursor) return leaveSuite(top);
  if (cursor >= cases.length) return END;
  const testCase = cases[cursor];
  const mode = modes[cursor];
  if (mode !== 'run') {
    cursor += 1;
    report(testCase.index, mode === 'todo' ? 'todo' : 'skipped', [], 0, undefined);
    return null;
  }
  const missing = suiteToEnter(testCase.suite);
  if (missing !== null && !entered.some((entry) => entry.errors.length > 0 || entry.skip !== null)) {
    enterSuite(missing);
    return null;
  }
  cursor += 1;
  beginCase(testCase);
  return null;
}

/** The outermost suite around `suite` that has not been entered. */
function suiteToEnter(suite) {
  const chain = [];
  for (let at = suite; at !== null; at = at.parent) chain.push(at);
  const outermost = chain.length - 1 - entered.length;
  return outermost >= 0 ? chain[outermost] : null;
}

function enterSuite(suite) {
  entered.push({ suite, errors: [], skip: null, pending: suite.beforeAll.slice(), leaving: false, cleanups: [] });
}

function leaveSuite(entry) {
  if (!entry.leaving) {
    entry.leaving = true;
    entry.pending = entry.suite.afterAll.concat(entry.cleanups);
    return null;
  }
  entered.pop();
  return null;
}

function suiteHookPhase(entry, hook) {
  const { suite } = entry;
  return makePhase({
    kind: 'suiteHook',
    caseIndex: -1,
    hook: hook.kind,
    fn: hook.fn,
    receives: hook.receives,
    args: undefined,
    timeout: limit(hook.timeout, suite.timeout, state.hookTimeout),
    context: contextOf(suite),
    argument: suite,
    location: suite.location,
    onSettled(ok, error, timedOut, value) {
      if (ok) {
        if (hook.flavour === 'vitest' && hook.kind === 'beforeAll' && typeof value === 'function') {
          entry.cleanups.unshift({ ...hook, kind: 'afterAll', fn: value });
        }
        return;
      }
      if (isSkipSignal(error)) entry.skip = error;
      else if (hook.kind === 'beforeAll') entry.errors.push({ error, hook: hook.kind });
      else outbox.push({ kind: 'fileError', error, hook: hook.kind, ancestors: pathOf(suite) });
      // What follows a hook that failed would run on a state it was not written for.
      if (hook.kind === 'beforeAll') entry.pending = [];
    },
  });
}

function pathOf(suite) {
  const titles = [];
  for (let at = suite; at.parent !== null; at = at.parent) titles.unshift(at.title);
  return titles;
}

/** `this` of hooks and tests: inherits from the suite around, as Mocha and Jest have it. */
function contextOf(suite) {
  suite.context ??= Object.create(suite.parent === null ? mochaContext : contextOf(suite.parent));
  return suite.context;
}

const mochaContext = {
  timeout(ms) {
    if (phase !== null && ms !== undefined && setPhaseTimeout !== undefined) setPhaseTimeout(phase.phase, finiteLimit(ms));
    return this;
  },
  slow() {
    return this;
  },
  skip() {
    throw new SkipSignal(undefined);
  },
};

// The case ---------------------------------------------------------------------------------------------------------

function beginCase(testCase) {
  const failedSuite = entered.find((entry) => entry.errors.length > 0 || entry.skip !== null);
  if (failedSuite !== undefined) {
    if (failedSuite.errors.length > 0) report(testCase.index, 'failed', failedSuite.errors.slice(), 0, undefined);
    else report(testCase.index, 'skipped', [], 0, failedSuite.skip.note);
    return;
  }
  run = { testCase, attempt: 1, repetition: 0, timeout: limit(testCase.timeout, suiteTimeout(testCase.suite), state.testTimeout) };
  beginAttempt();
}

function suiteTimeout(suite) {
  for (let at = suite; at !== null; at = at.parent) if (at.timeout !== undefined) return at.timeout;
  return undefined;
}

function beginAttempt() {
  const { testCase } = run;
  run.errors = [];
  run.timedOut = false;
  run.skip = null;
  run.bodyFailed = false;
  run.stage = 'before';
  run.queue = eachHooks(testCase.suite, 'beforeEach');
  run.cleanups = null;
  run.finished = null;
  run.failedCallbacks = null;
  run.context = null;
  run.testContext = null;
  run.frame = { testCase: testCase.index };
  registry.resetExpectState(fullName(testCase));
  state.running = testCase;
}

const NO_HOOKS = [];

function eachHooks(suite, kind) {
  let hooks = NO_HOOKS;
  for (let at = suite; at !== null; at = at.parent) {
    if (at[kind].length > 0) hooks = kind === 'beforeEach' ? at[kind].concat(hooks) : hooks.concat(at[kind]);
  }
  return hooks === NO_HOOKS ? [] : hooks;
}

/** The next phase of the current case, or null when it moved on without one. */
function advanceCase() {
  if (run.queue.length > 0) return eachHookPhase(run.queue.shift());
  switch (run.stage) {
    case 'before':
      run.stage = 'body';
      return run.errors.length > 0 || run.skip !== null ? null : bodyPhase();
    case 'body':
      run.stage = 'after';
      run.queue = eachHooks(run.testCase.suite, 'afterEach').concat(run.cleanups ?? NO_HOOKS);
      return null;
    case 'after':
      checkAssertionCount();
      run.stage = 'finished';
      run.queue = finishedHooks();
      return null;
    default:
      return finishAttempt();
  }
}

function bodyPhase() {
  const { testCase } = run;
  const own = run;
  return makePhase({
    kind: 'case',
    caseIndex: testCase.index,
    hook: undefined,
    fn: testCase.fn,
    receives: testCase.receives,
    args: testCase.args,
    timeout: run.timeout,
    context: caseContext(),
    argument: undefined,
    location: testCase.location,
    onSettled(ok, error, timedOut) {
      if (!ok) recordFailure(own, error, undefined, timedOut);
    },
  });
}

function eachHookPhase(hook) {
  const own = run;
  return makePhase({
    kind: 'case',
    caseIndex: run.testCase.index,
    hook: hook.kind,
    fn: hook.fn,
    receives: hook.receives,
    args: undefined,
    timeout: limit(hook.timeout, undefined, state.hookTimeout),
    context: caseContext(),
    argument: undefined,
    location: undefined,
    onSettled(ok, error, timedOut, value) {
      if (!ok) {
        recordFailure(own, error, hook.kind, timedOut);
        if (hook.kind === 'beforeEach') own.queue = [];
      } else if (hook.kind === 'beforeEach' && hook.flavour === 'vitest' && typeof value === 'function') {
        (own.cleanups ??= []).unshift({ ...hook, kind: 'afterEach', fn: value });
      }
    },
  });
}

function caseContext() {
  run.context ??= Object.create(contextOf(run.testCase.suite));
  return run.context;
}

function recordFailure(own, error, hook, timedOut) {
  if (isSkipSignal(error)) {
    own.skip = error;
    return;
  }
  // `.failing` is about the body: a broken hook is broken anyhow.
  if (own.testCase.failing && hook === undefined) {
    own.bodyFailed = true;
    return;
  }
  if (timedOut) own.timedOut = true;
  own.errors.push({ error, hook });
}

function checkAssertionCount() {
  const counts = state.expect;
  if (counts.softErrors !== null) for (const error of counts.softErrors) recordFailure(run, error, undefined, false);
  if (run.errors.length > 0 || run.bodyFailed || run.skip !== null) return;
  const wrong = counts.expectedAssertionsNumber !== null && counts.expectedAssertionsNumber !== counts.assertionCalls;
  const none = counts.isExpectingAssertions && counts.assertionCalls === 0;
  if (wrong || none) recordFailure(run, require('harness/assertion_count').errorFor(counts, wrong), undefined, false);
}

function finishedHooks() {
  const failed = run.errors.length > 0;
  const callbacks = (run.finished ?? NO_HOOKS).slice().reverse();
  if (failed && run.failedCallbacks !== null) callbacks.push(...run.failedCallbacks);
  return callbacks;
}

/** Ends an attempt: another one, another repetition, or the report. */
function finishAttempt() {
  const { testCase } = run;
  if (testCase.failing && !run.bodyFailed && run.errors.length === 0 && run.skip === null) {
    run.errors.push({ error: new Error('the test is marked as failing but it passed; remove `.failing` if that is right'), hook: undefined });
  }
  const failed = run.errors.length > 0;
  const retries = testCase.retry ?? suiteRetry(testCase.suite) ?? state.retry;
  if (failed && run.attempt <= retries) {
    run.attempt += 1;
    beginAttempt();
    return null;
  }
  if (!failed && run.skip === null && run.repetition < testCase.repeats) {
    run.repetition += 1;
    run.attempt = 1;
    beginAttempt();
    return null;
  }
  const counts = state.expect;
  let outcome = 'passed';
  if (failed) outcome = run.timedOut ? 'timedOut' : 'failed';
  else if (run.skip !== null) outcome = 'skipped';
  report(testCase.index, outcome, run.errors, counts.assertionCalls - counts.failedAssertions, noteOf(run, failed));
  run = null;
  state.running = null;
  return null;
}

function suiteRetry(suite) {
  for (let at = suite; at !== null; at = at.parent) if (at.retry !== undefined) return at.retry;
  return undefined;
}

function noteOf({ skip, attempt }, failed) {
  if (skip !== null && !failed) return skip.note;
  if (attempt === 1) return undefined;
  return failed ? `failed ${attempt} times` : `passed on attempt ${attempt}`;
}

function report(caseIndex, outcome, errors, assertions, note) {
  outbox.push({ kind: 'report', result: { caseIndex, outcome, errors, assertions, note } });
}

// Phases -----------------------------------------------------------------------------------------------------------

function makePhase(fields) {
  phaseCount += 1;
  fields.phase = phaseCount;
  fields.started = false;
  fields.settled = false;
  fields.frame = fields.kind === 'case' ? run.frame : { testCase: -1 - fields.phase };
  return fields;
}

function limit(own, suite, file) {
  return finiteLimit(own ?? suite ?? file ?? options.defaultTimeout);
}

/** 0 means no limit, for native code as for users; what no timer can hold is no limit either. */
function finiteLimit(ms) {
  return ms > 0 && ms < 2 ** 31 ? ms : 0;
}

/** Runs the user's function of the phase. Returns at once; `settled` is called now or later, exactly once. */
function invoke(phaseId) {
  if (phase === null || phase.phase !== phaseId || phase.started || phase.settled) return;
  phase.started = true;
  asyncContext.run(phase.frame, callUser, phase, settle, contextArgument);
}

function contextArgument(own) {
  if (own.kind === 'suiteHook') return require('harness/context').suiteView(own.argument);
  run.testContext ??= require('harness/context').create(run, { SkipSignal, fullName });
  return run.testContext;
}

/** Records the end of a phase; whatever comes after the first end is late and means nothing. */
function settle(own, ok, error, timedOut, value) {
  if (own.settled) return;
  own.settled = true;
  own.onSettled(ok, error, timedOut, value);
  tellSettled(own.phase, ok, error);
}

/**
 * The phase ran out of time or was stopped by force: it failed. `reason` is 'timeout' unless told; `stack` is the
 * engine's stack of what was stopped.
 */
function abandon(phaseId, error, reason, stack) {
  if (phase === null || phase.phase !== phaseId || phase.settled) return;
  const timedOut = reason === undefined || reason === 'timeout';
  phase.settled = true;
  const cause = error ?? (timedOut ? timeoutError(phase, stack) : new Error('the test was stopped'));
  if (run !== null && run.testContext !== null) run.testContext.abort(cause);
  phase.onSettled(false, cause, timedOut, undefined);
}

/**
 * An uncaught error or unhandled rejection whose async context names `owner` (the frame's `testCase`). If that is what
 * runs now, its phase fails at once; false means that it belongs to nothing that runs, and is the file's.
 */
function attribute(error, owner) {
  if (phase === null || phase.settled || phase.frame.testCase !== owner) return attributeBetween(error, owner);
  settle(phase, false, error, false, undefined);
  return true;
}

/** The case is still open (its hooks go on) though no phase of it runs at this moment. */
function attributeBetween(error, owner) {
  if (run === null || run.testCase.index !== owner) return false;
  recordFailure(run, error, undefined, false);
  return true;
}

/** The run of the current case, for the callbacks it may register (`onTestFinished`, `onTestFailed`). */
function currentRun(what) {
  if (run === null || phase === null || phase.kind !== 'case') throw new Error(`${what}() can only be called inside a test`);
  return run;
}

function callbackHook(kind, fn, timeout) {
  if (typeof fn !== 'function') throw new TypeError(`${kind}() needs a function`);
  return { kind, fn, flavour: 'globals', timeout, receives: fn.length > 0 ? 'context' : 'nothing' };
}

function onTestFinished(fn, timeout) {
  const own = currentRun('onTestFinished');
  (own.finished ??= []).push(callbackHook('onTestFinished', fn, timeout));
}

function onTestFailed(fn, timeout) {
  const own = currentRun('onTestFailed');
  (own.failedCallbacks ??= []).push(callbackHook('onTestFailed', fn, timeout));
}

/** Another file begins in this realm (`--no-isolate`). Numbers of phases go on: late ends of old ones must mean nothing. */
function reset() {
  cases = [];
  modes = [];
  options = { namePattern: undefined, defaultTimeout: 5000 };
  cursor = 0;
  entered.length = 0;
  lastCaseOf = new Map();
  run = null;
  phase = null;
  outbox.length = 0;
}

/** How `start` has decided: for each case in order 'run', 'skip', 'todo' or 'filtered'. */
const caseModes = () => modes;

module.exports = { collect, start, reset, caseModes, next, invoke, abandon, attribute, onTestFinished, onTestFailed, SkipSignal };
