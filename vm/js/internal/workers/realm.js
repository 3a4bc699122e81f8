// The realm of a worker thread: its entry, what it knows of its parent, and its end.
//
// Required by the bootstrap of worker realms only. The functions given to `setEntries` are what the thread calls (vm/src/workers/thread.rs);
// those of `entries` stand for the bootstrap's, of which a worker needs the two about errors.

const asyncContext = require('internal/async_context');

const native = binding('workers');
const loader = require('internal/modules/loader');

/** The parts of `run`'s arguments that other modules ask for. */
const own = {
  isWeb: false,
  name: '',
  spec: undefined,
  data: undefined,
  environment: undefined,
  parentPort: undefined,
  rest: 0,
  filename: undefined,
};

/** The modules that were loaded, for what only matters if they were. */
let loaded;

function start() {
  native.setEntries(run, isAlive, beforeExit, exit);
}

function run(specText, messages, rest) {
  const spec = JSON.parse(specText);
  // First of all: an error is told there.
  own.rest = rest;
  const wire = require('internal/workers/wire');
  const { data, environment } = wire.receiveNow(rest);
  Object.assign(own, {
    spec, data, environment, isWeb: spec.isWeb, name: spec.name, filename: spec.entry.file,
    parentPort: require('internal/ports').adopt(messages),
  });
  require.mainFile = spec.entry.file;
  wire.onValue(rest, ([kind, value]) => { if (kind === 'stdin') require('internal/workers/process').input(value); });
  if (spec.isWeb) require('web/worker_scope').install(own);
  wire.send(rest, ['online']);
  asyncContext.enter(undefined);
  const pending = evaluate(spec);
  if (pending !== undefined && typeof pending.then === 'function') {
    // Not a rejection that somebody may still handle.
    pending.then(undefined, (error) => { if (uncaught(error) !== undefined) throw error; });
  }
}

function evaluate({ entry, preload }) {
  for (const name of preload ?? []) loader.importPreload(name);
  if (entry.missing !== undefined) {
    const error = new Error(entry.missing);
    error.code = 'MODULE_NOT_FOUND';
    throw error;
  }
  return entry.code === undefined ? loader.importEntry(entry.file) : loader.importText(entry.code, entry.file);
}

function module_(id) {
  return loaded(id);
}

/** Reasons to go on that native code does not see. */
function isAlive() {
  return module_('internal/timers')?.hasRef() ?? false;
}

function process() {
  return module_('internal/process_object')?.process;
}

function beforeExit() {
  const known = process();
  known?.emit('beforeExit', known.exitCode ?? 0);
}

/** Everything is done: the exit code. */
function exit() {
  const known = process();
  if (known === undefined) return 0;
  if (!known._exiting) {
    known._exiting = true;
    known.emit('exit', known.exitCode ?? 0);
  }
  return known.exitCode ?? 0;
}

/** JavaScript of this worker ends it, now. */
function leaveNow(code) {
  native.leave(code);
  native.die();
  for (;;);
}

/** An error that nobody caught ends the worker, unless it has handlers for that. */
function uncaught(error, origin = 'uncaughtException') {
  const known = module_('internal/process_object');
  if (known?.captureUncaught(error)) return undefined;
  if (known !== undefined && known.process.listenerCount('uncaughtException') > 0) {
    known.process.emit('uncaughtException', error, origin);
    return undefined;
  }
  if (own.isWeb && require('web/worker_scope').isHandled(error)) return undefined;
  require('internal/workers/errors').sendError(own.rest, error);
  if (known !== undefined && !known.process._exiting) {
    known.process._exiting = true;
    known.process.exitCode = 1;
    known.process.emit('exit', 1);
    native.leave(known.process.exitCode ?? 1);
  } else {
    native.leave(1);
  }
  return undefined;
}

function unhandledRejection(promise, reason) {
  const known = process();
  if (known !== undefined && known.listenerCount('unhandledRejection') > 0) {
    known.emit('unhandledRejection', reason, promise);
    return undefined;
  }
  return uncaught(reason, 'unhandledRejection');
}

/** The bootstrap's entry points, for a realm without tests. `find(id)` gives the exports of a built-in that is loaded. */
function entries(find) {
  loaded = find;
  const nothing = () => undefined;
  return {
    load: start,
    takeLoadFailure: nothing,
    cases: nothing,
    start: nothing,
    next: nothing,
    leaveOut: nothing,
    invoke: nothing,
    abandon: nothing,
    afterStop: nothing,
    clearTicks: () => { module_('internal/task_queues')?.clearTicks(); },
    afterStop: nothing,
    listLeftovers: nothing,
    endFile: nothing,
    uncaught,
    unhandledRejection,
  };
}

module.exports = { entries, leaveNow, own };
