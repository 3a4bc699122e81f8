// fs.Dir: a directory that is read entry by entry. Its list is taken when it is opened.

const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { validateFunction, validateUint32 } = require('internal/validators');
const ops = require('internal/fs/operations');
const { pathText, toOptions, toPath } = require('internal/fs/arguments');

class Dir {
  #path;
  #entries;
  #at = 0;
  #closed = false;

  constructor(path, entries) {
    this.#path = path;
    this.#entries = entries;
  }

  get path() {
    return this.#path;
  }

  #next() {
    if (this.#closed) throw new codes.ERR_DIR_CLOSED();
    return this.#at < this.#entries.length ? this.#entries[this.#at++] : null;
  }

  #end() {
    if (this.#closed) throw new codes.ERR_DIR_CLOSED();
    this.#closed = true;
  }

  readSync() {
    return this.#next();
  }

  closeSync() {
    this.#end();
  }

  read(callback) {
    return this.#settle(() => this.#next(), callback);
  }

  close(callback) {
    return this.#settle(() => this.#end(), callback);
  }

  /** A promise without a callback. */
  #settle(work, callback) {
    if (callback === undefined) {
      return new Promise((resolve) => { resolve(work()); });
    }
    validateFunction(callback, 'callback');
    let value;
    try {
      value = work();
    } catch (error) {
      nextTick(callback, error);
      return undefined;
    }
    if (value === undefined) nextTick(callback, null);
    else nextTick(callback, null, value);
    return undefined;
  }

  async* entries() {
    try {
      for (;;) {
        const entry = await this.read();
        if (entry === null) return;
        yield entry;
      }
    } finally {
      if (!this.#closed) this.#closed = true;
    }
  }

  async [Symbol.asyncDispose]() {
    this.#closed = true;
  }

  [Symbol.dispose]() {
    this.#closed = true;
  }
}

Object.defineProperty(Dir.prototype, Symbol.asyncIterator, { value: Dir.prototype.entries, writable: true, configurable: true });

function* opendir(path, options) {
  const { encoding, bufferSize, recursive } = toOptions(options);
  if (bufferSize !== undefined) validateUint32(bufferSize, 'options.bufferSize', true);
  path = toPath(path);
  try {
    return new Dir(pathText(path), yield* ops.readdir(path, { encoding, recursive, withFileTypes: true }));
  } catch (error) {
    if (error.syscall !== 'scandir') throw error;
    error.message = error.message.replace(', scandir', ', opendir');
    error.syscall = 'opendir';
    throw error;
  }
}

module.exports = { Dir, opendir };
