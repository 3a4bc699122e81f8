// process.nextTick and queueMicrotask.
//
// A shared byte tells native code that ticks wait, so that the usual case, none, costs no call. Native code calls `runTicks`
// before the microtasks of an entry and again while the byte is set.

const { flags: sharedFlags, uncaught } = binding('task');
const asyncContext = require('internal/async_context');
const { codes } = require('internal/errors');

const flags = new Uint8Array(sharedFlags());
const TICKS = 0;
const apply = Reflect.apply;
const nativeThen = Promise.prototype.then;
const settled = Promise.resolve();

/** Flat: callback, arguments (or undefined), frame. */
let queue = [];
let head = 0;

function nextTick(callback, ...args) {
  if (typeof callback !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'function', callback);
  queue.push(callback, args.length === 0 ? undefined : args, asyncContext.current());
  flags[TICKS] = 1;
}

function callTick(callback, args) {
  if (args === undefined) callback();
  else apply(callback, undefined, args);
}

/** Runs what waits, also what is added meanwhile. After a throw the rest waits and the byte stays set. */
function runTicks() {
  while (head < queue.length) {
    const callback = queue[head];
    const args = queue[head + 1];
    const frame = queue[head + 2];
    head += 3;
    if (head > 1024 && head * 2 > queue.length) {
      queue = queue.slice(head);
      head = 0;
    }
    if (head === queue.length) {
      // Now, so that a throw of the last one leaves no flag behind.
      queue = [];
      head = 0;
      flags[TICKS] = 0;
    }
    asyncContext.run(frame, callTick, callback, args);
  }
  flags[TICKS] = 0;
}

/** Forgets what waits: it belongs to code that was stopped because it never ended. */
function clearTicks() {
  queue = [];
  head = 0;
  flags[TICKS] = 0;
}

function queueMicrotask(callback) {
  if (typeof callback !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'function', callback);
  const run = asyncContext.bind(callback);
  apply(nativeThen, settled, [() => {
    try {
      run();
    } catch (error) {
      uncaught(error);
    }
  }]);
}

module.exports = { clearTicks, nextTick, queueMicrotask, runTicks };
