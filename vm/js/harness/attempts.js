// The run of one case: its each-hooks, body and callbacks in order, again for every attempt and repetition, to its outcome.
//
// An *attempt* is one way through the case. A failed one is followed by another as long as a retry is left; a passed one by the
// next repetition, if the case runs more than once. Owns these and what failed in each. Each attempt starts from nothing: errors,
// assertion counts, the test's context and `this` are new. Must not measure time (native code does, told by 'attempt' steps).

const registry = require('harness/registry');
const phases = require('harness/phases');
const { fullName } = require('harness/selection');
const { isSkipSignal, limit, contextOf } = phases;
const { state } = registry;
const { create } = Object;

const NO_HOOKS = [];
const FAILING_PASSED = 'the test is marked as failing but it passed; remove `.failing` if that is right';

/** What holds for every case of the run, by `configure`. */
let rules = { retry: 0, repeatEach: 1 };
/** The attempt that runs, or null between two cases. */
let current = null;

class Attempt {
  constructor(testCase, number, repetition, earlier) {
    this.testCase = testCase;
    /** 1-based in its repetition. */
    this.number = number;
    /** 0-based. */
    this.repetition = repetition;
    /** Attempts of the case that failed before, first first, or null. */
    this.earlier = earlier;
    this.errors = [];
    this.timedOut = false;
    this.skip = null;
    this.bodyFailed = false;
    this.stage = 'before';
    this.queue = NO_HOOKS;
    this.at = 0;
    this.cleanups = null;
    this.finished = null;
    this.failedCallbacks = null;
    this.context = null;
    this.testContext = null;
    /** The rule by which another attempt follows, once that is decided. */
    this.again = null;
    this.frame = { testCase: testCase.index, attempt: this, suite: undefined, hook: undefined };
  }
}

function configure(given) {
  rules = given;
}

/** What runs belongs to another file and means nothing any more. */
function reset() {
  current = null;
}

function begin(testCase) {
  start(new Attempt(testCase, 1, 0, null));
}

function start(own) {
  current = own;
  enqueue(own, eachHooks(own.testCase.suite, 'beforeEach'));
  registry.resetExpectState(fullName(own.testCase));
  state.running = own.testCase;
}

function enqueue(own, hooks) {
  own.queue = hooks;
  own.at = 0;
}

/** Hooks of a suite and those around it in the order they run; kept, because nothing is declared any more. */
function eachHooks(suite, kind) {
  const kept = kind === 'beforeEach' ? 'allBeforeEach' : 'allAfterEach';
  if (suite[kept] === undefined) {
    const around = suite.parent === null ? NO_HOOKS : eachHooks(suite.parent, kind);
    suite[kept] = kind === 'beforeEach' ? joined(around, suite[kind]) : joined(suite[kind], around);
  }
  return suite[kept];
}

function joined(first, second) {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  const all = [];
  for (let i = 0; i < first.length; i += 1) all[i] = first[i];
  for (let i = 0; i < second.length; i += 1) all[first.length + i] = second[i];
  return all;
}

/** The next step of the case: a phase, `{ kind: 'attempt' }`, `{ kind: 'report' }`, or null when it moved on without one. */
function advance() {
  const own = current;
  if (own.at < own.queue.length) {
    own.at += 1;
    return eachHookPhase(own, own.queue[own.at - 1]);
  }
  switch (own.stage) {
    case 'before':
      own.stage = 'body';
      return own.errors.length > 0 || own.skip !== null ? null : bodyPhase(own);
    case 'body':
      own.stage = 'after';
      enqueue(own, joined(eachHooks(own.testCase.suite, 'afterEach'), own.cleanups ?? NO_HOOKS));
      return null;
    case 'after':
      checkAssertionCount(own);
      own.stage = 'finished';
      enqueue(own, finishedHooks(own));
      return null;
    case 'finished':
      own.stage = 'decided';
      return decide(own);
    case 'decided':
      return conclude(own);
    case 'pausing':
      own.stage = 'paused';
      return pausePhase(own);
    default:
      start(new Attempt(own.testCase, own.number + 1, own.repetition, joined(own.earlier ?? NO_HOOKS, [own])));
      return null;
  }
}

function bodyPhase(own) {
  const { testCase } = own;
  return casePhase(own, {
    fn: testCase.fn,
    receives: testCase.receives,
    args: testCase.args,
    timeout: limit(testCase.timeout, inherited(testCase.suite, 'timeout'), state.testTimeout),
    location: testCase.location,
    onSettled(ok, error, timedOut) {
      if (!ok) recordFailure(own, error, undefined, timedOut);
    },
  });
}

function eachHookPhase(own, hook) {
  return casePhase(own, {
    hook: hook.kind,
    fn: hook.fn,
    receives: hook.receives,
    timeout: limit(hook.timeout, undefined, state.hookTimeout),
    location: hook.location ?? own.testCase.location,
    onSettled(ok, error, timedOut, value) {
      if (!ok) {
        recordFailure(own, error, hook.kind, timedOut);
        if (hook.kind === 'beforeEach') enqueue(own, NO_HOOKS);
      } else if (hook.kind === 'beforeEach' && hook.flavour === 'vitest' && typeof value === 'function') {
        own.cleanups = joined([{ ...hook, kind: 'afterEach', fn: value }], own.cleanups ?? NO_HOOKS);
      }
    },
  });
}

/** A phase of the case; `what` has what differs between them. */
function casePhase(own, { kind, hook, fn, receives, args, timeout, location, onSettled }) {
  own.context ??= create(contextOf(own.testCase.suite));
  return phases.make({
    kind: kind ?? 'case',
    caseIndex: own.testCase.index,
    hook,
    fn,
    receives,
    args,
    timeout,
    context: own.context,
    location,
    frame: own.frame,
    argument: testContextOf,
    onSettled,
  });
}

function testContextOf({ frame }) {
  const own = frame.attempt;
  own.testContext ??= require('harness/context').create(own, { SkipSignal: phases.SkipSignal, fullName });
  return own.testContext;
}

/** What the innermost suite around that says anything says. */
function inherited(innermost, option) {
  for (let suite = innermost; suite !== null; suite = suite.parent) if (suite[option] !== undefined) return suite[option];
  return undefined;
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
  addError(own, error, hook);
}

function addError(own, error, hook) {
  own.errors[own.errors.length] = { error, hook };
}

function checkAssertionCount(own) {
  const counts = state.expect;
  const soft = counts.softErrors;
  if (soft !== null) for (let i = 0; i < soft.length; i += 1) recordFailure(own, soft[i], undefined, false);
  if (own.errors.length > 0 || own.bodyFailed || own.skip !== null) return;
  const wrong = counts.expectedAssertionsNumber !== null && counts.expectedAssertionsNumber !== counts.assertionCalls;
  const none = counts.isExpectingAssertions && counts.assertionCalls === 0;
  if (wrong || none) recordFailure(own, require('harness/assertion_count').errorFor(counts, wrong), undefined, false);
}

/** `onTestFinished` callbacks, last registered first, then those of `onTestFailed`. */
function finishedHooks(own) {
  let callbacks = NO_HOOKS;
  if (own.finished !== null) for (let i = 0; i < own.finished.length; i += 1) callbacks = joined([own.finished[i]], callbacks);
  return own.errors.length > 0 && own.failedCallbacks !== null ? joined(callbacks, own.failedCallbacks) : callbacks;
}

// What follows an attempt ------------------------------------------------------------------------------------------

/** Decides whether another attempt follows; a phase if the user's condition has to be asked. */
function decide(own) {
  const { testCase } = own;
  // A body that fails as it should is no failure, so it is not tried again; one that passes is as any other failure.
  if (testCase.failing && !own.bodyFailed && own.errors.length === 0 && own.skip === null) {
    addError(own, new Error(FAILING_PASSED), undefined);
  }
  if (own.errors.length === 0) return null;
  const rule = testCase.retry ?? inherited(testCase.suite, 'retry') ?? state.retry ?? rules.retry;
  const plain = typeof rule === 'number';
  if (own.number > (plain ? rule : rule.count)) return null;
  if (!plain && rule.condition !== undefined) return conditionPhase(own, rule);
  own.again = rule;
  return null;
}

/** The condition of a retry is user code, so it is a phase; one that throws or takes too long is a failure as well. */
function conditionPhase(own, rule) {
  const last = own.errors[own.errors.length - 1].error;
  return casePhase(own, {
    hook: 'retry condition',
    fn: () => require('harness/retries').allows(rule.condition, last),
    receives: 'nothing',
    timeout: limit(undefined, undefined, state.hookTimeout),
    onSettled(ok, error, timedOut, value) {
      if (!ok) addError(own, error, 'retry condition');
      else if (value) own.again = rule;
    },
  });
}

/** Ends an attempt: another one, another repetition, or the report. */
function conclude(own) {
  const { testCase, again } = own;
  if (again !== null) {
    own.stage = again.delay > 0 ? 'pausing' : 'paused';
    return { kind: 'attempt', failed: true };
  }
  const passed = own.errors.length === 0 && own.skip === null;
  if (passed && own.repetition + 1 < repetitionsOf(testCase)) {
    start(new Attempt(testCase, 1, own.repetition + 1, own.earlier));
    return { kind: 'attempt', failed: false };
  }
  current = null;
  state.running = null;
  return { kind: 'report', result: resultOf(own) };
}

function pausePhase(own) {
  const { delay } = own.again;
  const timers = require('internal/timers');
  let timer;
  return casePhase(own, {
    kind: 'pause',
    fn(done) {
      timer = timers.setTimeout(done, delay);
    },
    receives: 'done',
    timeout: require('harness/retries').limitOfPause(delay),
    // It may have been given up: the timer is ours and must not look like one that the test left.
    onSettled: () => timers.clearTimeout(timer),
  });
}

function repetitionsOf(testCase) {
  return rules.repeatEach + (testCase.repeats ?? inherited(testCase.suite, 'repeats') ?? 0);
}

function resultOf(own) {
  const { testCase, errors, skip } = own;
  const counts = state.expect;
  let outcome = 'passed';
  if (errors.length > 0) outcome = own.timedOut ? 'timedOut' : 'failed';
  else if (skip !== null) outcome = 'skipped';
  return {
    caseIndex: testCase.index,
    outcome,
    errors,
    assertions: counts.assertionCalls - counts.failedAssertions,
    note: outcome === 'skipped' ? skip.note : undefined,
    earlier: own.earlier,
    repetition: repetitionName(own),
  };
}

/** Which repetition an attempt belongs to, if the case has more than one. */
function repetitionName({ testCase, repetition }) {
  const all = repetitionsOf(testCase);
  return all > 1 ? `repetition ${repetition + 1} of ${all}` : undefined;
}

/**
 * An uncaught error that belongs to `own`. Its phase fails at once if it runs; false if the case has ended. What comes late from a
 * failed attempt of the running case belongs to that attempt, the pause after it included; a repetition that passed can fail no more,
 * so the running one does.
 */
function attribute(error, own) {
  if (current === null || own.testCase !== current.testCase) return false;
  const phase = phases.open();
  if (own === current && phase !== null && phase.kind !== 'pause') phases.settle(phase, false, error, false, undefined);
  else if (own.again !== null) addError(own, error, undefined);
  else recordFailure(current, error, undefined, false);
  return true;
}

/** The running attempt, for the callbacks it may register. */
function attemptFor(what) {
  if (current === null || phases.open() === null) throw new Error(`${what}() can only be called inside a test`);
  return current;
}

function callbackHook(kind, fn, timeout) {
  if (typeof fn !== 'function') throw new TypeError(`${kind}() needs a function`);
  return { kind, fn, flavour: 'globals', timeout, receives: fn.length > 0 ? 'context' : 'nothing' };
}

function onTestFinished(fn, timeout) {
  const own = attemptFor('onTestFinished');
  own.finished = joined(own.finished ?? NO_HOOKS, [callbackHook('onTestFinished', fn, timeout)]);
}

function onTestFailed(fn, timeout) {
  const own = attemptFor('onTestFailed');
  own.failedCallbacks = joined(own.failedCallbacks ?? NO_HOOKS, [callbackHook('onTestFailed', fn, timeout)]);
}

module.exports = { configure, reset, begin, advance, running: () => current, attribute, repetitionName, onTestFinished, onTestFailed };
