// node:https.

const { SecureAgent } = require('internal/http/agent');
const { agents, makeRequest } = require('internal/http/request');
const { Server: PlainServer } = require('internal/http/server');
const { serverTls } = require('internal/tls_options');

function Server(options, listener) {
  if (!(this instanceof Server)) return new Server(options, listener);
  PlainServer.call(this, options, listener);
}
Object.setPrototypeOf(Server.prototype, PlainServer.prototype);
Object.setPrototypeOf(Server, PlainServer);
Server.prototype._tls = function tls() { return serverTls(this._settings); };
Server.prototype.setSecureContext = function setSecureContext(options) { Object.assign(this._settings, options); };

const https = {
  Agent: SecureAgent,
  Server,
  createServer: (options, listener) => new Server(options, listener),
  globalAgent: agents.secure,
};
Object.assign(https, makeRequest(() => https.globalAgent));

module.exports = https;
