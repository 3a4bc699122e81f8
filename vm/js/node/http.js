// node:http.

const { METHODS, STATUS_CODES } = require('internal/http/constants');
const { Agent } = require('internal/http/agent');
const { agents, makeRequest } = require('internal/http/request');
const { ClientRequest } = require('internal/http/client');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage } = require('internal/http/outgoing');
const { Server } = require('internal/http/server');
const { ServerResponse } = require('internal/http/server_response');
const { validateHeaderName, validateHeaderValue } = require('internal/http/fields');

const http = {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  createServer: (options, listener) => new Server(options, listener),
  globalAgent: agents.plain,
  maxHeaderSize: 16384,
  setMaxIdleHTTPParsers() {},
  validateHeaderName,
  validateHeaderValue,
};
Object.assign(http, makeRequest(() => http.globalAgent));

module.exports = http;
