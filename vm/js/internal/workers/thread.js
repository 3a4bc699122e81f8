// A worker seen from its parent: what `Worker` of node:worker_threads and the global `Worker` have in common.
//
// Owns the start, the ports, and whom news go to. Native code tells news in the order in which the worker made them, its messages among them,
// so when the end is told everything else has been. Afterwards nothing is.

const { adopt } = require('internal/ports');
const asyncContext = require('internal/async_context');
const { onValue, send } = require('internal/workers/wire');
const { receiveError, unhandledError } = require('internal/workers/errors');

const native = binding('workers');
const messaging = binding('messaging');

/** Kinds of news; vm/src/workers/family.rs has the same list. */
const OUTPUT = 0;

const environmentData = new Map();

class Thread {
  #id;
  #rest;
  #isOver = false;
  #label;

  /**
   * `spec` is for internal/workers/realm.js; `start` is { name, entry, stackMiB, data, transfer }; `on` has `online()`,
   * `error(error, place)`, `exit(code)`, and `output(fd, text)`, which returns whether it wants the text for itself.
   */
  constructor(spec, start, on) {
    const news = asyncContext.bind((kind, ...rest) => {
      if (kind === OUTPUT) this.#hearOutput(on, ...rest);
      else this.#hearExit(on, ...rest);
    });
    const [messages, theirMessages] = messaging.channel();
    const [rest, theirRest] = messaging.channel();
    try {
      // Before its thread exists, which reads this first and does not wait for it.
      send(rest, { data: start.data, environment: environmentData }, start.transfer);
      this.#id = native.start(JSON.stringify(spec), start.name, start.entry, start.stackMiB ?? 0, news, theirMessages, theirRest);
    } catch (error) {
      for (const number of [messages, theirMessages, rest, theirRest]) messaging.close(number);
      throw error;
    }
    this.#rest = rest;
    this.#label = `in the worker ${start.name === '' ? this.#id : start.name} (${start.entry})`;
    this.port = adopt(messages);
    onValue(rest, asyncContext.bind((value) => this.#hear(on, value)));
  }

  get id() { return this.#isOver ? -1 : this.#id; }
  get isOver() { return this.#isOver; }

  #hear(on, [kind, value]) {
    if (this.#isOver) return;
    if (kind === 'online') on.online();
    else on.error(receiveError(value, this.#label), value.place);
  }

  #hearOutput(on, fd, text, label) {
    if (!on.output(fd, text)) native.forward(fd, text, label);
  }

  #hearExit(on, code, failure) {
    if (failure !== undefined && failure !== null) {
      const error = new Error(failure);
      error.code = 'ERR_WORKER_INIT_FAILED';
      on.error(error);
    }
    this.#isOver = true;
    messaging.close(this.#rest);
    on.exit(code);
  }

  /** An error that stands for `value`, of which nobody wants to hear. */
  unhandled(value) { return unhandledError(value, this.#label); }

  writeInput(chunk) {
    if (!this.#isOver) send(this.#rest, ['stdin', chunk]);
  }

  setRef(isRef) {
    if (!this.#isOver) native.setRef(this.#id, isRef);
  }

  terminate() {
    if (!this.#isOver) native.terminate(this.#id);
  }
}

/** What a worker's `process.env` starts as: flat names and values. */
function envEntries(env) {
  const flat = [];
  for (const name of Object.keys(env)) {
    if (env[name] !== undefined) flat.push(name, `${env[name]}`);
  }
  return flat;
}

module.exports = { Thread, envEntries, environmentData };
