// One user function at a time: a hook, a test body, a callback, a question.
//
// Owns the *phase* that was handed out last: its number, its limit and its one end. Native code lets `invoke` run it under its
// watchdog and waits until it has settled or its time is over (`abandon`). Which phase comes next is not known here (plan.js,
// attempts.js), nor is time measured.
//
// Tests patch what they like. This file and those that drive the plan (plan.js, attempts.js, selection.js, registry.js) call no
// method of an intrinsic that was not taken when the realm was made, so a test that breaks one breaks itself alone.

const asyncContext = require('internal/async_context');
const { callUser, timeoutError } = require('harness/invocation');

const { settled: tellSettled, setPhaseTimeout } = binding('harness');
const { create } = Object;

/** Signals that were made, so that telling them from what else is thrown runs no code of what was thrown. */
const skipSignals = new WeakSet();
const isSkipSignal = WeakSet.prototype.has.bind(skipSignals);
const addSkipSignal = WeakSet.prototype.add.bind(skipSignals);

/** Thrown by `skip()` inside a test or hook. */
class SkipSignal extends Error {
  constructor(note) {
    super('the test was skipped while it ran');
    this.name = 'SkipSignal';
    this.note = note;
    addSkipSignal(this);
  }
}

let defaultTimeout = 5000;
/** The phase that was handed out last, or null. */
let phase = null;
let count = 0;

function setDefaultTimeout(ms) {
  defaultTimeout = ms;
}

/**
 * Hands out a phase. `fields`: `kind` ('suiteHook', 'case', or 'pause' between two attempts), `caseIndex` or -1, `hook` (its kind,
 * for messages), `fn`, `receives`, `args`, `timeout`, `context` (`this`), `location`, `frame` (undefined: one of its own),
 * `argument()` (what a function that takes a context receives) and `onSettled(ok, error, timedOut, value)`.
 */
function make(fields) {
  count += 1;
  fields.phase = count;
  fields.started = false;
  fields.settled = false;
  fields.frame ??= { testCase: -1 - count, attempt: undefined, suite: fields.suite, hook: fields.hook };
  phase = fields;
  return fields;
}

/** What has been handed out belongs to another file and means nothing any more. */
function reset() {
  phase = null;
}

/** The phase that has not settled, or null. */
function open() {
  return phase === null || phase.settled ? null : phase;
}

function limit(own, suite, file) {
  return finiteLimit(own ?? suite ?? file ?? defaultTimeout);
}

/** 0 means no limit, for native code as for users; what no timer can hold is no limit either. */
function finiteLimit(ms) {
  return ms > 0 && ms < 2 ** 31 ? ms : 0;
}

/** Runs the user's function of the phase. Returns at once; it settles now or later, exactly once. */
function invoke(phaseId) {
  if (phase === null || phase.phase !== phaseId || phase.started || phase.settled) return;
  phase.started = true;
  // It catches what is thrown, and nothing is below on the stack whose frame would have to be put back.
  asyncContext.begin(phase.frame);
  callUser(phase, settle);
  asyncContext.enter(undefined);
}

/** Records the end of a phase; whatever comes after the first end is late and means nothing. */
function settle(own, ok, error, timedOut, value) {
  if (own.settled) return;
  own.settled = true;
  own.onSettled(ok, error, timedOut, value);
  tellSettled(own.phase, ok, error);
}

/** The phase ran out of time or was stopped by force: it failed. `stack` is the engine's stack of what was stopped. */
function abandon(phaseId, stack) {
  if (phase === null || phase.phase !== phaseId || phase.settled) return;
  phase.settled = true;
  const cause = timeoutError(phase, stack);
  const testContext = phase.frame.attempt?.testContext ?? null;
  if (testContext !== null) testContext.abort(cause);
  phase.onSettled(false, cause, true, undefined);
}

/** `this` of hooks and tests: inherits from the suite around, as Mocha and Jest have it. */
function contextOf(suite) {
  suite.context ??= create(suite.parent === null ? mochaContext : contextOf(suite.parent));
  return suite.context;
}

const mochaContext = {
  timeout(ms) {
    if (phase !== null && ms !== undefined) setPhaseTimeout(phase.phase, finiteLimit(ms));
    return this;
  },
  slow() {
    return this;
  },
  skip() {
    throw new SkipSignal(undefined);
  },
};

module.exports = { setDefaultTimeout, make, reset, open, limit, invoke, settle, abandon, contextOf, SkipSignal, isSkipSignal };
