// node:worker_threads. Ports and channels are web/message_channel's, the life of a thread internal/workers/thread's; here is Node's face of it.

const EventEmitter = require('node/events');
const { codes } = require('internal/errors');
const { validateObject, validateArray } = require('internal/validators');
const { environmentData } = require('internal/workers/thread');
const { BroadcastChannel } = require('web/broadcast_channel');
const { MessageChannel, MessagePort, moveMessagePortToContext, receiveMessageOnPort } = require('web/message_channel');
const { isMarkedAsUntransferable, markAsUncloneable, markAsUntransferable } = require('internal/clone/transfer');

const native = binding('workers');
const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');
const threadId = native.threadId();
const isMainThread = threadId === 0;
const { own } = isMainThread ? { own: undefined } : require('internal/workers/realm');

/** Megabytes where Node has them; of these the engine knows the stack's alone. */
const DEFAULT_LIMITS = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 2096, codeRangeSizeMb: 0, stackSizeMb: 4 };
/** What Node's threads keep of their stack for native code. */
const STACK_RESERVE_MIB = 4;

function readLimits(limits) {
  if (limits === undefined || limits === null) return {};
  validateObject(limits, 'options.resourceLimits');
  const read = {};
  for (const name of Object.keys(DEFAULT_LIMITS)) {
    if (typeof limits[name] === 'number') read[name] = limits[name];
  }
  return read;
}

function readEnv(env, envEntries) {
  const { process } = require('internal/process_object');
  if (env === SHARE_ENV) {
    if (!isMainThread && own.spec.env !== null) {
      throw new codes.ERR_INVALID_ARG_VALUE('options.env', env, 'a worker whose environment is a copy cannot share it');
    }
    void process.env;
    require('internal/env_proxy').share();
    native.shareEnv();
    return null;
  }
  if (env !== undefined && env !== null && typeof env !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.env', ['object', 'undefined', 'null', 'worker_threads.SHARE_ENV'], env);
  }
  return envEntries(env ?? process.env);
}

function readOptions(filename, options) {
  const { envEntries } = require('internal/workers/thread');
  const { process } = require('internal/process_object');
  if (options.execArgv !== undefined) validateArray(options.execArgv, 'options.execArgv');
  if (options.argv !== undefined) validateArray(options.argv, 'options.argv');
  const found = require('internal/workers/entry').nodeEntry(filename, Boolean(options.eval));
  const limits = readLimits(options.resourceLimits);
  const spec = {
    isWeb: false,
    entry: found.entry,
    name: options.name === undefined ? '' : `${options.name}`,
    argv: Array.from(options.argv ?? [], String),
    execArgv: Array.from(options.execArgv ?? process.execArgv, String),
    env: readEnv(options.env, envEntries),
    stdin: Boolean(options.stdin),
    resourceLimits: limits,
  };
  const stackMiB = limits.stackSizeMb === undefined ? 0 : limits.stackSizeMb + STACK_RESERVE_MIB;
  const data = { workerData: options.workerData };
  return { spec, start: { name: spec.name, entry: found.label, stackMiB, data, transfer: options.transferList } };
}

class Worker extends EventEmitter {
  #thread;
  #streams = { 1: undefined, 2: undefined };
  #isCaptured;

  constructor(filename, options = {}) {
    super();
    if (options === null || typeof options !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('options', 'object', options);
    const { Thread } = require('internal/workers/thread');
    const { spec, start } = readOptions(filename, options);
    this.#isCaptured = { 1: Boolean(options.stdout), 2: Boolean(options.stderr) };
    this.resourceLimits = { ...DEFAULT_LIMITS, ...spec.resourceLimits };
    this.#thread = new Thread(spec, start, {
      online: () => this.emit('online'),
      output: (fd, text) => this.#hearOutput(fd, text),
      error: (error) => this.#fail(error),
      exit: (code) => this.#end(code),
    });
    this.stdin = spec.stdin ? this.#makeStdin() : null;
    const { port } = this.#thread;
    port.on('message', (message) => this.emit('message', message));
    port.on('messageerror', (error) => this.emit('messageerror', error));
    port.unref();
    this.performance = { eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }) };
  }

  get threadId() { return this.#thread.id; }
  get stdout() { return this.#stream(1); }
  get stderr() { return this.#stream(2); }

  #makeStdin() {
    const { Writable } = require('node/stream');
    const thread = this.#thread;
    return new Writable({
      write(chunk, encoding, done) { thread.writeInput(new Uint8Array(chunk)); done(); },
      final(done) { thread.writeInput(null); done(); },
    });
  }

  #stream(fd) {
    if (this.#streams[fd] === undefined) {
      const { Readable } = require('node/stream');
      this.#streams[fd] = new Readable({ read() {} });
      if (this.#thread.isOver) this.#streams[fd].push(null);
    }
    return this.#streams[fd];
  }

  #hearOutput(fd, text) {
    if (this.#isCaptured[fd] || this.#streams[fd] !== undefined) this.#stream(fd).push(text);
    return this.#isCaptured[fd];
  }

  #fail(error) {
    const isTold = error instanceof Error || this.listenerCount('error') > 0;
    this.emit('error', isTold ? error : this.#thread.unhandled(error));
  }

  #end(code) {
    this.#thread.port.close();
    for (const fd of [1, 2]) this.#streams[fd]?.push(null);
    this.resourceLimits = {};
    this.emit('exit', code);
  }

  postMessage(message, transfer) {
    if (this.#thread.isOver) return;
    this.#thread.port.postMessage(message, transfer);
  }

  terminate() {
    if (this.#thread.isOver) return Promise.resolve();
    this.#thread.setRef(true);
    const { promise, resolve } = Promise.withResolvers();
    this.once('exit', resolve);
    this.#thread.terminate();
    return promise;
  }

  ref() { this.#thread.setRef(true); }
  unref() { this.#thread.setRef(false); }

  getHeapSnapshot() {
    return Promise.reject(require('internal/errors').notImplemented('worker.getHeapSnapshot'));
  }

  async [Symbol.asyncDispose]() {
    await this.terminate();
  }
}

/** Environment data as this thread has it: in a worker its parent's, as it was when it started. */
const ownEnvironment = environmentData;
if (!isMainThread) for (const [key, value] of own.environment) ownEnvironment.set(key, value);

module.exports = {
  BroadcastChannel,
  getEnvironmentData: (key) => ownEnvironment.get(key),
  isInternalThread: false,
  isMainThread,
  isMarkedAsUntransferable,
  markAsUncloneable,
  markAsUntransferable,
  MessageChannel,
  MessagePort,
  moveMessagePortToContext,
  parentPort: isMainThread ? null : own.parentPort,
  postMessageToThread() { throw require('internal/errors').notImplemented('worker_threads.postMessageToThread'); },
  receiveMessageOnPort,
  resourceLimits: isMainThread ? {} : { ...DEFAULT_LIMITS, ...own.spec.resourceLimits },
  setEnvironmentData(key, value) {
    if (value === undefined) ownEnvironment.delete(key);
    else ownEnvironment.set(key, value);
  },
  SHARE_ENV,
  threadId,
  Worker,
  workerData: isMainThread ? null : own.data.workerData,
};
