// ChildProcess: a child beside the event loop.

const EventEmitter = require('node/events');
const { AbortError, errnoException } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const asyncContext = require('internal/async_context');
const { PIPE, signalName, toSignal, toSpec, toStdio } = require('internal/child_options');

const native = binding('child_process');

class ChildProcess extends EventEmitter {
  #openStreams = 0;
  #hasExited = false;

  constructor() {
    super();
    this.pid = undefined;
    this.stdin = null;
    this.stdout = null;
    this.stderr = null;
    this.stdio = [];
    this.connected = false;
    this.signalCode = null;
    this.exitCode = null;
    this.killed = false;
    this.spawnfile = null;
    this.spawnargs = [];
  }

  /** Starts it. What goes wrong then is an `error` event, never an exception. */
  spawn(normalized) {
    this.spawnfile = normalized.file;
    this.spawnargs = normalized.args;
    const stdio = toStdio(normalized.stdio);
    const result = native.spawn(toSpec(normalized, stdio), asyncContext.bind((error, status) => {
      if (error) throw error;
      this.#exited(status[0], signalName(status[1]));
    }));
    if (result < 0) {
      this.#failed(result, stdio);
      return;
    }
    this.pid = result;
    this.#makeStreams(stdio);
    nextTick(() => this.emit('spawn'));
  }

  #failed(errno, stdio) {
    const error = errnoException(errno, `spawn ${this.spawnfile}`);
    error.path = this.spawnfile;
    error.spawnargs = this.spawnargs.slice(1);
    this.exitCode = errno;
    this.stdio = stdio.map(() => null);
    this.#hasExited = true;
    nextTick(() => {
      this.emit('error', error);
      this.emit('close', errno, null);
    });
  }

  #makeStreams(stdio) {
    const { ReadableEnd, WritableEnd } = require('internal/child_streams');
    this.stdio = stdio.map((kind, number) => {
      if (kind !== PIPE) return null;
      if (number === 0) return new WritableEnd(this.pid, number);
      const stream = new ReadableEnd(this.pid, number);
      this.#openStreams++;
      stream.once('close', () => {
        this.#openStreams--;
        this.#closeIfDone();
      });
      if (number > 2) addWriting(stream, new WritableEnd(this.pid, number));
      return stream;
    });
    [this.stdin, this.stdout, this.stderr] = this.stdio;
  }

  #exited(code, signal) {
    this.#hasExited = true;
    this.exitCode = signal === null ? code : null;
    this.signalCode = signal;
    this.stdin?.destroy();
    this.emit('exit', this.exitCode, this.signalCode);
    nextTick(() => {
      for (const stream of this.stdio) stream?._drain?.();
      this.#closeIfDone();
    });
  }

  #closeIfDone() {
    if (!this.#hasExited || this.#openStreams > 0 || this.pid === undefined) return;
    this.#openStreams = Infinity;
    this.emit('close', this.exitCode, this.signalCode);
  }

  kill(signal) {
    const number = toSignal(signal, 'signal');
    if (this.pid === undefined || this.#hasExited) return false;
    const result = native.kill(this.pid, number);
    if (result === 0) {
      this.killed = true;
      return true;
    }
    // ESRCH: it has ended, only the news is still on its way.
    if (result === -3) return false;
    const error = errnoException(result, 'kill');
    this.emit('error', error);
    return false;
  }

  ref() {}
  unref() {}
  disconnect() {
    this.emit('error', new (require('internal/errors').codes.ERR_IPC_DISCONNECTED)());
  }

  [Symbol.dispose]() {
    if (!this.killed) this.kill();
  }
}

/** Pipes beyond the standard three go both ways. */
function addWriting(stream, writable) {
  for (const name of ['write', 'end', 'cork', 'uncork']) stream[name] = writable[name].bind(writable);
  writable.on('error', (error) => stream.emit('error', error));
  writable.on('finish', () => stream.emit('finish'));
}

/** Ends the child when `signal` is aborted. */
function killOnAbort(child, signal, killSignal) {
  const abort = () => {
    if (child.kill(killSignal)) child.emit('error', new AbortError(undefined, { cause: signal.reason }));
  };
  if (signal.aborted) {
    nextTick(abort);
    return;
  }
  signal.addEventListener('abort', abort, { once: true });
  child.once('exit', () => signal.removeEventListener('abort', abort));
}

module.exports = { ChildProcess, killOnAbort };
