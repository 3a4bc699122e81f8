// Runs what registry.js collected, one phase at a time, driven from outside.
//
// A *phase* is one user function: a hook, a test body, a callback of onTestFinished. Native code asks for the `next`
// thing to do, lets `invoke` run it under its watchdog, and waits until it has settled or the time is over
// (`abandon`). No loop of the harness is ever below user code on the stack, so stopping user code by force cannot stop
// the plan: all state lives in variables of this file, attempts.js and phases.js, and `next` runs no user code at all.
//
// Owns: the order of cases, entering and leaving suites with their hooks. What happens inside a case is attempts.js's, what a
// phase is phases.js's. Must not measure time nor print.

const registry = require('harness/registry');
const phases = require('harness/phases');
const attempts = require('harness/attempts');
const { select } = require('harness/selection');

const { state, root } = registry;
const { isSkipSignal, limit, contextOf } = phases;

/** Every case in the order of declaration: a case's number is its place here. */
let cases = [];
/** By number: 'run', 'skip', 'todo' or 'filtered'. */
let modes = [];
/** The cases in the order they run in; `cases` itself unless something is shuffled. */
let order = cases;
/** Place in `order` of the case that comes next. */
let cursor = 0;
/** Suites whose beforeAll hooks have begun, outermost first. */
const entered = [];
/** Errors of afterAll hooks, first first, and how many of them `next` has told. */
const fileErrors = [];
let told = 0;

/** A suite between its first beforeAll and its last afterAll hook. */
class Entered {
  constructor(suite) {
    this.suite = suite;
    this.errors = [];
    this.skip = null;
    this.pending = suite.beforeAll;
    this.at = 0;
    this.leaving = false;
    /** Functions that vitest's beforeAll hooks returned, to run after the afterAll hooks: last returned first. */
    this.cleanups = [];
  }
}

/** Ends the declarations and lists the cases in order; a promise of the list if a describe callback is async. */
function collect() {
  const waiting = registry.finishDeclarations();
  return waiting === undefined ? list() : waiting.then(list);
}

/** Every case: `{ ancestors, title, location, … }`. */
function list() {
  state.stage = 'running';
  cases = [];
  walk(root, []);
  return cases;
}

function walk(suite, ancestors) {
  for (let i = 0; i < suite.children.length; i += 1) {
    const child = suite.children[i];
    if (child.children !== undefined) {
      walk(child, extended(ancestors, child.title));
    } else {
      child.index = cases.length;
      child.ancestors = ancestors;
      cases[cases.length] = child;
    }
  }
}

function extended(list, last) {
  const longer = [];
  for (let i = 0; i < list.length; i += 1) longer[i] = list[i];
  longer[list.length] = last;
  return longer;
}

/**
 * Fixes what will run and in which order. `namePattern`: a RegExp source, undefined or null; `defaultTimeout`: in milliseconds; `retry`,
 * `repeatEach`: of cases that say nothing themselves; `shuffle`: whether the order is random; `orderKey`: the number it comes from.
 */
function start({ namePattern, defaultTimeout, retry, repeatEach, shuffle, orderKey }) {
  phases.setDefaultTimeout(defaultTimeout);
  attempts.configure({ retry, repeatEach });
  order = shuffle || state.shuffles ? require('harness/order').shuffled(root, orderKey, shuffle) : cases;
  modes = select(root, order, (namePattern ?? null) === null ? null : new RegExp(namePattern));
  cursor = 0;
}

const END = { kind: 'end' };

/**
 * The next thing to do: a phase to invoke (`phase` is its number), `{ kind: 'attempt' }` (one has ended and another follows),
 * `{ kind: 'report' }`, `{ kind: 'fileError' }`, or null at the end.
 */
function next() {
  const open = phases.open();
  if (open !== null) return open;
  for (;;) {
    if (told < fileErrors.length) {
      told += 1;
      return fileErrors[told - 1];
    }
    const step = attempts.running() !== null ? attempts.advance() : advanceFile();
    if (step === END) return null;
    if (step !== null) return step;
  }
}

/** Leaves out the cases that come: what is entered is left by its hooks, and that is the end. */
function leaveOut() {
  cursor = order.length;
}

/** Between two cases: leaves and enters suites. Returns a step, END, or null when state moved on without one. */
function advanceFile() {
  const top = entered.length > 0 ? entered[entered.length - 1] : null;
  if (top !== null && top.at < top.pending.length) {
    top.at += 1;
    return suiteHookPhase(top, top.pending[top.at - 1]);
  }
  if (top !== null && top.suite.lastPlace < cursor) return leaveSuite(top);
  if (cursor >= order.length) return END;
  const testCase = order[cursor];
  const mode = modes[testCase.index];
  if (mode !== 'run') {
    cursor += 1;
    return unrun(testCase, mode === 'todo' ? 'todo' : 'skipped', [], undefined);
  }
  const broken = brokenSuite();
  const missing = broken === null ? suiteToEnter(testCase.suite) : null;
  if (missing !== null) {
    entered[entered.length] = new Entered(missing);
    return null;
  }
  cursor += 1;
  if (broken === null) {
    attempts.begin(testCase);
    return null;
  }
  return broken.errors.length > 0 ? unrun(testCase, 'failed', broken.errors, undefined) : unrun(testCase, 'skipped', [], broken.skip.note);
}

/** The report of a case of which nothing ran. */
function unrun(testCase, outcome, errors, note) {
  const result = { caseIndex: testCase.index, outcome, errors, assertions: 0, note, earlier: null, repetition: undefined };
  return { kind: 'report', result };
}

/** The outermost suite whose beforeAll hooks failed or skipped it, or null. */
function brokenSuite() {
  for (let i = 0; i < entered.length; i += 1) if (entered[i].errors.length > 0 || entered[i].skip !== null) return entered[i];
  return null;
}

/** The outermost suite around `suite` that has not been entered, or null. */
function suiteToEnter(suite) {
  const above = entered.length === 0 ? null : entered[entered.length - 1].suite;
  let missing = null;
  for (let at = suite; at !== above; at = at.parent) missing = at;
  return missing;
}

function leaveSuite(entry) {
  if (!entry.leaving) {
    entry.leaving = true;
    entry.at = 0;
    entry.pending = entry.suite.afterAll;
    for (let i = entry.cleanups.length - 1; i >= 0; i -= 1) entry.pending = extended(entry.pending, entry.cleanups[i]);
    return null;
  }
  entered.length -= 1;
  return null;
}

function suiteHookPhase(entry, hook) {
  const { suite } = entry;
  return phases.make({
    kind: 'suiteHook',
    caseIndex: -1,
    hook: hook.kind,
    fn: hook.fn,
    receives: hook.receives,
    args: undefined,
    timeout: limit(hook.timeout, suite.timeout, state.hookTimeout),
    context: contextOf(suite),
    suite,
    argument: suiteViewOf,
    location: hook.location,
    onSettled(ok, error, timedOut, value) {
      if (!ok) suiteHookFailed(entry, hook, error);
      else if (hook.flavour === 'vitest' && hook.kind === 'beforeAll' && typeof value === 'function') {
        entry.cleanups[entry.cleanups.length] = { ...hook, kind: 'afterAll', fn: value };
      }
    },
  });
}

function suiteHookFailed(entry, { kind }, error) {
  if (isSkipSignal(error)) entry.skip = error;
  else if (kind === 'beforeAll') entry.errors[entry.errors.length] = { error, hook: kind };
  else fileErrors[fileErrors.length] = { kind: 'fileError', error, hook: kind };
  // What follows a hook that failed would run on a state it was not written for.
  if (kind === 'beforeAll') entry.at = entry.pending.length;
}

function suiteViewOf({ suite }) {
  return require('harness/context').suiteView(suite);
}

/**
 * An uncaught error or unhandled rejection; `frame` is the async context it comes from, undefined if that is not known. If what
 * it belongs to still runs, that fails; false means that it is the file's.
 */
function attribute(error, frame) {
  // A frame that names nothing was made outside of any test: by an AsyncLocalStorage, say.
  const owner = frame?.testCase;
  const attempt = owner === undefined ? attempts.running() : frame.attempt;
  if (attempt !== undefined && attempt !== null) return attempts.attribute(error, attempt);
  const phase = phases.open();
  if (phase === null || owner === undefined || phase.frame.testCase !== owner) return false;
  phases.settle(phase, false, error, false, undefined);
  return true;
}

/** What the frame of an error that came too late belonged to: `the test "a > b"`, or undefined. */
function ownerOf(frame) {
  if (frame?.testCase === undefined) return undefined;
  if (frame.attempt !== undefined) return `the test "${pathOf(frame.attempt.testCase)}"`;
  if (frame.hook === undefined) return undefined;
  return `the ${frame.hook} hook of ${frame.suite.parent === null ? 'the file' : `"${pathOf(frame.suite)}"`}`;
}

/** As `ownerOf`, if what the frame belongs to has ended and something else runs. */
function strayOwner(frame) {
  if (frame?.testCase === undefined) return undefined;
  const attempt = attempts.running();
  const runs = attempt === null ? phases.open()?.frame.testCase : attempt.testCase.index;
  return frame.testCase === runs ? undefined : ownerOf(frame);
}

function pathOf(node) {
  let path = node.title;
  for (let at = node.parent ?? node.suite; at.parent !== null; at = at.parent) path = `${at.title} > ${path}`;
  return path;
}

/** Another file begins in this realm (`--no-isolate`). Numbers of phases go on: late ends of old ones must mean nothing. */
function reset() {
  cases = [];
  modes = [];
  order = cases;
  cursor = 0;
  entered.length = 0;
  fileErrors.length = 0;
  told = 0;
  phases.reset();
  attempts.reset();
}

/** How `start` has decided: for each case in order of declaration 'run', 'skip', 'todo' or 'filtered'. */
const caseModes = () => modes;

const { invoke, abandon, SkipSignal } = phases;
const { onTestFinished, onTestFailed, repetitionName } = attempts;
module.exports = {
  collect, start, reset, caseModes, next, leaveOut, invoke, abandon, attribute, ownerOf, strayOwner, repetitionName, onTestFinished, onTestFailed, SkipSignal,
};
