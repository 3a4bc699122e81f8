// Runs a file system operation in one of three ways.
//
// An operation is a generator function: it checks its arguments, yields requests and returns the result. A request is
// `[syscall, path, dest, native, ...arguments]`; the driver makes the call, here or on the pool, gives the result back or throws
// Node's error into the operation, whose `finally` blocks then clean up. A promise may be yielded too, where the driver can
// wait for it. So each operation is written once for `fs.xSync`, `fs.x` and `fs.promises.x`.

const { codes, uvException } = require('internal/errors');
const asyncContext = require('internal/async_context');
const { nextTick } = require('internal/task_queues');

const apply = Reflect.apply;

function failure(request, errno) {
  const [syscall, path, dest] = request;
  return uvException({ errno, syscall, path, dest });
}

function isFailure(result) {
  return typeof result === 'number' && result < 0;
}

function runSync(operation) {
  let step = operation.next();
  while (!step.done) {
    const request = step.value;
    if (!Array.isArray(request)) throw new codes.ERR_INVALID_RETURN_VALUE('boolean', 'filter', request);
    const result = apply(request[3], undefined, request.slice(4));
    step = isFailure(result) ? operation.throw(failure(request, result)) : operation.next(result);
  }
  return step.value;
}

/** Runs to the end; `settle(error, value)` is called once, never before this returns. */
function runAsync(operation, settle) {
  // What is wrong with the arguments is thrown at the caller: this first step is outside of any catching.
  proceed(operation.next());

  function proceed(step) {
    if (step.done) return nextTick(settle, null, step.value);
    return start(step.value);
  }

  function start(request) {
    if (!Array.isArray(request)) {
      request.then((value) => resume('next', value), (error) => resume('throw', error));
      return;
    }
    const answered = asyncContext.bind((error, result) => {
      if (error) resume('throw', error);
      else if (isFailure(result)) resume('throw', failure(request, result));
      else resume('next', result);
    });
    apply(request[3], undefined, [...request.slice(4), answered]);
  }

  function resume(method, value) {
    let step;
    try {
      step = operation[method](value);
    } catch (error) {
      settle(error);
      return;
    }
    if (step.done) settle(null, step.value);
    else start(step.value);
  }
}

function runPromise(operation) {
  return new Promise((resolve, reject) => {
    runAsync(operation, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

function checkCallback(callback) {
  if (typeof callback !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('cb', 'function', callback);
  return callback;
}

/** Runs for `callback(error, value)`; nothing but `null` is passed where there is no value. */
function runCallback(operation, callback) {
  const bound = asyncContext.bind(callback);
  runAsync(operation, (error, value) => {
    if (error) bound(error);
    else if (value === undefined) bound(null);
    else bound(null, value);
  });
}

/** `fs.nameSync` of an operation. */
function sync(name, operation) {
  return { [name](...args) { return runSync(apply(operation, undefined, args)); } }[name];
}

/** `fs.name`: the last argument is the callback. */
function callback(name, operation) {
  return {
    [name](...args) {
      while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
      // The path alone is no callback: then it is missing.
      const last = checkCallback(args.length > 1 || typeof args[0] === 'function' ? args.pop() : undefined);
      runCallback(apply(operation, undefined, args), last);
    },
  }[name];
}

/** `fs.promises.name`: also what is wrong with the arguments rejects. */
function promise(name, operation) {
  return { async [name](...args) { return runPromise(apply(operation, undefined, args)); } }[name];
}

module.exports = { callback, checkCallback, promise, runCallback, runPromise, runSync, sync };
