// The socket that `upgrade` listeners of a server are given.
//
// They write the head of a response to it as bytes. It is read by HTTP's own parser: 101 makes the connection theirs, anything else is an
// ordinary response, after which the connection ends.

const { Socket } = require('internal/net/socket');
const { Buffer } = require('node/buffer');

const native = binding('server');

class UpgradeSocket extends Socket {
  #exchange;
  #head = [];

  constructor(exchange, addresses) {
    super({});
    this._attach(0, addresses);
    this.#exchange = exchange;
  }

  get readyState() { return this.destroyed ? 'closed' : 'open'; }

  _write(chunk, encoding, callback) {
    if (this._id !== 0) {
      super._write(chunk, encoding, callback);
      return;
    }
    this.#head.push(chunk);
    const bytes = Buffer.concat(this.#head);
    const head = native.parseHead(bytes);
    if (head === null) callback();
    else if (head === undefined) callback(new Error('what was written is no response head'));
    else this.#answer(head, bytes.subarray(head[0]), callback);
  }

  #answer([, status, reason, flat], rest, callback) {
    this.#head = [];
    if (status !== 101) {
      this.#refuse(status, reason, flat, rest, callback);
      return;
    }
    const id = native.upgrade(this.#exchange, flat);
    this.#exchange = 0;
    if (id === undefined) {
      callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return;
    }
    this._attach(id, this._addresses);
    this._startReading();
    if (rest.length > 0) super._write(rest, 'buffer', callback);
    else callback();
  }

  /** The body may come in later writes; what is announced is waited for. */
  #refuse(status, reason, flat, rest, callback) {
    const lines = flat.split('\n');
    const kept = [];
    for (let i = 0; i < lines.length; i += 2) {
      if (lines[i] !== 'connection' && lines[i] !== 'content-length' && lines[i] !== 'transfer-encoding') kept.push(lines[i], lines[i + 1]);
    }
    kept.push('connection', 'close');
    native.respond(this.#exchange, status, reason, kept.join('\n'), rest, false);
    this.#exchange = 0;
    callback();
  }

  _final(callback) {
    if (this._id !== 0) super._final(callback);
    else {
      if (this.#exchange !== 0) native.drop(this.#exchange);
      this.#exchange = 0;
      callback();
    }
  }

  _destroy(error, callback) {
    if (this.#exchange !== 0) native.drop(this.#exchange);
    this.#exchange = 0;
    super._destroy(error, callback);
  }
}

module.exports = { UpgradeSocket };
