// The async context: which frame the running code belongs to, carried through timers, promises and `await`.
//
// A frame is an immutable plain object (or undefined outside of any): the harness puts the running test in it,
// AsyncLocalStorage its stores. It decides which test a late error belongs to.
//
// `await` cannot be observed in this engine, so the transpiler rewrites `await e` to `resume(frame(), await e)`, and
// `then` is wrapped below. The same two places count resumptions: a chain of microtasks that never ends is invisible to
// the engine's time limit, so every 1024th resumption looks at the clock, and past the deadline spins until the limit
// stops it. A report shows the stack of that moment, so it is put off until somebody's code is on it: a reaction that is about
// to run is not yet, but will be when it calls `then` for the next one.

const { isDue } = binding('async');
const apply = Reflect.apply;

let frame;
/** The frame in which code ran last, whatever came after it: an error that escapes or a promise that is rejected is of that one. */
let lastFrame;
let resumptions = 0;
/** How often in a row the clock was looked at past the deadline with nobody's code on the stack. */
let anonymous = 0;
/** A chain in which nobody's code is ever seen is stopped all the same. */
const MOST_ANONYMOUS = 16;

function countResumption() {
  if ((++resumptions & 1023) === 0) lookAtClock();
}

function lookAtClock() {
  if (!isDue()) {
    anonymous = 0;
  } else if (anonymous < MOST_ANONYMOUS && binding('harness').callSite() === undefined) {
    anonymous += 1;
    // The next one looks too.
    resumptions = -1;
  } else {
    anonymous = 0;
    for (;;);
  }
}

/** The current frame. */
function current() {
  return frame;
}

/** What `await` becomes: restores the frame it was started in and hands the value on. */
function resume(saved, value) {
  frame = saved;
  lastFrame = saved;
  countResumption();
  return value;
}

/** Calls `fn` inside `inner`. */
function run(inner, fn, ...args) {
  const outer = frame;
  frame = inner;
  try {
    return apply(fn, undefined, args);
  } finally {
    frame = outer;
    lastFrame = inner;
  }
}

/** A function that runs `fn` in the frame that is current now. */
function bind(fn) {
  const saved = frame;
  countResumption();
  return function bound(...args) {
    const outer = frame;
    frame = saved;
    countResumption();
    try {
      return apply(fn, this, args);
    } finally {
      frame = outer;
      lastFrame = saved;
    }
  };
}

/** The frame of the test or hook that runs. */
let running;

/** A test or hook begins: its frame is the current one until it returns. */
function begin(next) {
  running = next;
  enter(next);
}

/** The current frame if it belongs to a test or hook that does not run any more, else undefined. */
function stray() {
  return frame?.testCase !== undefined && running !== undefined && frame.testCase !== running.testCase ? frame : undefined;
}

/** Makes `next` the frame until the current entry ends: `AsyncLocalStorage.enterWith`. */
function enter(next) {
  frame = next;
  if (next !== undefined) lastFrame = next;
}

/** A function that runs others in the frame that is current now. */
function snapshot() {
  const saved = frame;
  return (fn, ...args) => run(saved, fn, ...args);
}

/** Whose an error is that nobody caught. */
function blamed() {
  return lastFrame;
}

/** Makes `then` carry the frame. `await` of a native promise does not call it; everything else does. */
function patchThen() {
  const nativeThen = Promise.prototype.then;
  const reaction = (saved, handler) => (value) => {
    const outer = frame;
    frame = saved;
    countResumption();
    try {
      return handler(value);
    } finally {
      frame = outer;
      lastFrame = saved;
    }
  };
  const { then } = {
    then(onFulfilled, onRejected) {
      const saved = frame;
      countResumption();
      return apply(nativeThen, this, [
        typeof onFulfilled === 'function' ? reaction(saved, onFulfilled) : onFulfilled,
        typeof onRejected === 'function' ? reaction(saved, onRejected) : onRejected,
      ]);
    },
  };
  Object.defineProperty(Promise.prototype, 'then', { value: then, writable: true, configurable: true });
}

module.exports = { begin, current, stray, resume, run, bind, enter, snapshot, blamed, patchThen };
