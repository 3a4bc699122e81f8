// The global `Worker`: a worker thread behind the events of the web.
//
// Beside the standard: `{ ref: false }`, `ref`, `unref`, `threadId`, the events `open` and `close`, a promise from `terminate()`, and `env`, `argv`,
// `execArgv`, `preload` as node:worker_threads has them.

const { EventTarget, Event, defineHandler, listenersOfTarget } = require('web/event_target');
const { ErrorEvent, CloseEvent, MessageEvent, kReceived } = require('web/message_events');
const { codes } = require('internal/errors');

/** What messages it could not read are told as is a `messageerror`, what it fails with an `error`. */
class Worker extends EventTarget {
  #thread;
  #exit;

  constructor(specifier, options = undefined) {
    super();
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('scriptURL');
    const { Thread, envEntries } = require('internal/workers/thread');
    const { own, entry, spec } = readOptions(specifier, options ?? {}, envEntries);
    this.#exit = Promise.withResolvers();
    const start = { name: own.name, entry: entry.label, data: { workerData: own.workerData }, transfer: own.transferList };
    this.#thread = new Thread(spec, start, {
      online: () => this.dispatchEvent(new Event('open')),
      output: () => false,
      error: (error, place) => this.#fail(error, place),
      exit: (code) => this.#end(code),
    });
    const { port } = this.#thread;
    port.onmessage = ({ data, ports }) => this.dispatchEvent(new MessageEvent('message', { data, ports, [kReceived]: true }));
    port.onmessageerror = ({ data }) => this.dispatchEvent(new MessageEvent('messageerror', { data }));
    port.unref?.();
    if (own.ref === false) this.unref();
  }

  get threadId() { return this.#thread.id; }

  postMessage(message, transfer = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('message');
    this.#thread.port.postMessage(message, transfer);
  }

  /** Resolves with the exit code. */
  terminate() {
    if (this.#thread.isOver) return Promise.resolve();
    this.#thread.setRef(true);
    this.#thread.terminate();
    return this.#exit.promise;
  }

  ref() { this.#thread.setRef(true); }
  unref() { this.#thread.setRef(false); }

  #fail(error, place) {
    const { eventOf, isObject } = require('internal/workers/errors');
    if (listenersOfTarget(this, 'error').length === 0) throw isObject(error) ? error : this.#thread.unhandled(error);
    this.dispatchEvent(new ErrorEvent('error', eventOf(error, place)));
  }

  #end(code) {
    this.#thread.port.close();
    this.#exit.resolve(code);
    this.dispatchEvent(new CloseEvent('close', { code, wasClean: code === 0 }));
  }
}

for (const type of ['message', 'messageerror', 'error', 'open', 'close']) defineHandler(Worker.prototype, type);
Object.defineProperty(Worker.prototype, Symbol.toStringTag, { value: 'Worker', configurable: true });

function readOptions(specifier, options, envEntries) {
  const { type, name = '', env, argv = [], execArgv, preload = [], ref, workerData, transferList } = options;
  if (type !== undefined && type !== 'module' && type !== 'classic') {
    throw new TypeError(`The type of a Worker is "module" or "classic", not ${String(type)}`);
  }
  const process = require('internal/process_object').process;
  const entry = require('internal/workers/entry').webEntry(specifier);
  const spec = {
    isWeb: true,
    entry: entry.entry,
    type: type ?? 'classic',
    name: `${name}`,
    argv: Array.from(argv, String),
    execArgv: execArgv === undefined ? process.execArgv : Array.from(execArgv, String),
    env: envEntries(env ?? process.env),
    stdin: false,
    preload: typeof preload === 'string' ? [preload] : Array.from(preload, String),
    resourceLimits: {},
  };
  return { own: { name: spec.name, ref, workerData, transferList }, entry, spec };
}

module.exports = { Worker };
