// What stands for the connection of a message of node:http. Its bytes are HTTP's: nobody reads or writes them here.

const { Duplex } = require('node/stream');

class HttpConnection extends Duplex {
  constructor(addresses, session, close) {
    super({ autoDestroy: true, allowHalfOpen: true });
    const hidden = { _addresses: addresses ?? [], _close: close, _timer: undefined };
    for (const name in hidden) Object.defineProperty(this, name, { value: hidden[name], writable: true, configurable: true });
    this.connecting = false;
    this.timeout = 0;
    if (session !== undefined) {
      this.encrypted = true;
      this.authorized = session.unauthorized === undefined;
      this.authorizationError = session.unauthorized ?? null;
      this.alpnProtocol = session.alpn ?? false;
      this.servername = session.servername;
      this.getPeerCertificate = () => (session.peer === undefined ? {} : JSON.parse(session.peer));
      this.getCipher = () => ({ name: session.cipher, standardName: session.cipher, version: session.protocol });
      this.getProtocol = () => session.protocol;
    }
  }

  _read() {}
  _write(chunk, encoding, callback) { callback(); }

  _destroy(error, callback) {
    this.setTimeout(0);
    this._close?.();
    callback(error);
  }

  destroySoon() { this.destroy(); }

  setTimeout(ms, callback) {
    const { setTimeout, clearTimeout } = require('node/timers');
    if (this._timer !== undefined) clearTimeout(this._timer);
    this._timer = undefined;
    this.timeout = ms;
    if (callback) this.once('timeout', callback);
    if (ms > 0) this._timer = setTimeout(() => this.emit('timeout'), ms);
    return this;
  }

  get pending() { return false; }
  get readyState() { return this.destroyed ? 'closed' : 'open'; }
  get bytesRead() { return 0; }
  get bytesWritten() { return 0; }
  get localAddress() { return this._addresses[0]; }
  get localPort() { return this._addresses[1]; }
  get remoteAddress() { return this._addresses[2]; }
  get remotePort() { return this._addresses[3]; }
  get remoteFamily() { return this._addresses[4]; }
  address() { return { address: this.localAddress, port: this.localPort, family: this.remoteFamily }; }
  setNoDelay() { return this; }
  setKeepAlive() { return this; }
  ref() { return this; }
  unref() { return this; }
}

module.exports = { HttpConnection };
