// Calling one user function - a test, a hook, a callback - and noticing its end: return, promise, `done`, generator.
//
// Owns no state: who the call belongs to and what its end means is plan.js's.

const { apply } = Reflect;
const { defineProperty } = Object;
const NativePromise = Promise;
const NativeError = Error;
const resolvePromise = Promise.resolve;
const promiseThen = Promise.prototype.then;
const objectToString = Object.prototype.toString;
const NO_ARGS = [];

/**
 * Calls the user's function of the phase `own`. `settle(phase, ok, error, timedOut, value)` is called now or later, maybe
 * more than once: only the first call counts.
 */
function callUser(own, settle) {
  let returned;
  try {
    returned = apply(own.fn, own.context, argumentsOf(own, settle));
  } catch (error) {
    settle(own, false, error, false, undefined);
    return;
  }
  const waitsForDone = own.receives === 'done';
  if (returned !== null && typeof returned === 'object') {
    if (typeof returned.then === 'function') {
      awaitReturned(own, returned, waitsForDone, settle);
      return;
    }
    if (isGenerator(returned)) {
      awaitReturned(own, drive(returned), waitsForDone, settle);
      return;
    }
  }
  if (!waitsForDone) settle(own, true, undefined, false, returned);
}

/** Those of the row, then what the function receives. */
function argumentsOf(own, settle) {
  const { args, receives } = own;
  if (receives === 'nothing') return args ?? NO_ARGS;
  const all = [];
  if (args !== undefined) for (let i = 0; i < args.length; i += 1) all[i] = args[i];
  all[all.length] = receives === 'done' ? doneCallback(own, settle) : own.argument(own);
  return all;
}

function awaitReturned(own, returned, waitsForDone, settle) {
  const promise = returned instanceof NativePromise ? returned : apply(resolvePromise, NativePromise, [returned]);
  const onFulfilled = (value) => {
    if (!waitsForDone) settle(own, true, undefined, false, value);
  };
  apply(promiseThen, promise, [onFulfilled, (error) => settle(own, false, error, false, undefined)]);
}

function isGenerator(value) {
  return apply(objectToString, value, NO_ARGS) === '[object Generator]';
}

/** A generator function as a test: every yielded promise is awaited, as Jest does. */
async function drive(generator) {
  let step = generator.next();
  while (!step.done) {
    let value;
    try {
      value = await step.value;
    } catch (error) {
      step = generator.throw(error);
      continue;
    }
    step = generator.next(value);
  }
  return step.value;
}

function doneCallback(own, settle) {
  const done = (error) => {
    if (error === undefined || error === null) settle(own, true, undefined, false, undefined);
    else settle(own, false, asError(error), false, undefined);
  };
  done.fail = (reason) => settle(own, false, reason === undefined ? new NativeError('done.fail() was called') : asError(reason), false, undefined);
  return done;
}

function asError(reason) {
  return typeof reason === 'string' ? new NativeError(reason) : reason;
}

/**
 * The failure of a phase that ran out of time. `stack` is the engine's stack of what was running, if it was stopped;
 * where nothing ran, the place to show is the test's own.
 */
function timeoutError({ hook, timeout, location }, stack) {
  const error = new NativeError(`${hook === undefined ? 'the test' : `the ${hook} hook`} did not finish within ${timeout} ms`);
  error.name = 'TimeoutError';
  error.stack = stack ?? '';
  if (stack === undefined && location !== undefined) {
    defineProperty(error, 'sourceFile', { value: location.file });
    defineProperty(error, 'sourcePosition', { value: { line: location.line, column: location.column } });
  }
  return error;
}

module.exports = { callUser, timeoutError };
