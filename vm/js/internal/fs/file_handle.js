// FileHandle: what fs.promises.open gives.

const EventEmitter = require('node/events');
const { notImplemented } = require('internal/errors');
const { runPromise } = require('internal/fs/driver');
const ops = require('internal/fs/operations');

class FileHandle extends EventEmitter {
  #fd;
  #closing;

  constructor(fd) {
    super();
    this.#fd = fd;
  }

  get fd() {
    return this.#fd;
  }

  getAsyncId() {
    return this.#fd;
  }

  async #run(name, operation, ...args) {
    if (this.#fd === -1) {
      const error = new Error('file closed');
      error.code = 'EBADF';
      error.syscall = name;
      throw error;
    }
    return runPromise(operation(this.#fd, ...args));
  }

  appendFile(data, options) { return this.#run('fsCall', ops.appendFile, data, options); }
  chmod(mode) { return this.#run('fchmod', ops.fchmod, mode); }
  chown(uid, gid) { return this.#run('fchown', ops.fchown, uid, gid); }
  datasync() { return this.#run('fdatasync', ops.fdatasync); }
  readFile(options) { return this.#run('readFile', ops.readFile, options); }
  stat(options) { return this.#run('fstat', ops.fstat, options); }
  sync() { return this.#run('fsync', ops.fsync); }
  truncate(length) { return this.#run('ftruncate', ops.ftruncate, length); }
  utimes(atime, mtime) { return this.#run('futimes', ops.futimes, atime, mtime); }
  writeFile(data, options) { return this.#run('writeFile', ops.writeFile, data, options); }

  async read(buffer, offset, length, position) {
    if (!ArrayBuffer.isView(buffer)) {
      // `read({ buffer, … })`, or all of it left to us.
      ({ buffer = undefined, offset, length, position } = buffer ?? {});
      buffer ??= require('node/buffer').Buffer.alloc(16384);
    }
    const bytesRead = await this.#run('read', ops.read, buffer, offset, length, position);
    return { __proto__: null, bytesRead, buffer };
  }

  async readv(buffers, position) {
    return { __proto__: null, bytesRead: await this.#run('readv', ops.readv, buffers, position), buffers };
  }

  async write(data, offset, length, position) {
    return { __proto__: null, bytesWritten: await this.#run('write', ops.write, data, offset, length, position), buffer: data };
  }

  async writev(buffers, position) {
    return { __proto__: null, bytesWritten: await this.#run('writev', ops.writev, buffers, position), buffers };
  }

  async* readLines(options) {
    const text = await this.readFile({ encoding: 'utf8', ...options });
    const lines = text.split(/\r\n|\n|\r/);
    if (lines[lines.length - 1] === '') lines.pop();
    yield* lines;
    await this.close();
  }

  createReadStream(options) { return new (require('internal/fs/streams').ReadStream)(undefined, { ...options, fd: this }); }
  createWriteStream(options) { return new (require('internal/fs/streams').WriteStream)(undefined, { ...options, fd: this }); }
  readableWebStream() { throw notImplemented('FileHandle.readableWebStream'); }

  close() {
    if (this.#fd === -1) return this.#closing ?? Promise.resolve();
    const fd = this.#fd;
    this.#fd = -1;
    this.#closing = runPromise(ops.close(fd)).then(() => { this.emit('close'); });
    return this.#closing;
  }

  async [Symbol.asyncDispose]() {
    return this.close();
  }
}

/** The operation behind fs.promises.open. */
function* openHandle(path, flags, mode) {
  return new FileHandle(yield* ops.open(path, flags, mode));
}


module.exports = { FileHandle, openHandle };
