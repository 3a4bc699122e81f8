// `request` and `get` of node:http and node:https, and the agents they use.

const { Agent, SecureAgent } = require('internal/http/agent');
const { ClientRequest, optionsOf } = require('internal/http/client');

const agents = {
  plain: new Agent({ keepAlive: true, timeout: 5000, scheduling: 'lifo' }),
  secure: new SecureAgent({ keepAlive: true, timeout: 5000, scheduling: 'lifo' }),
};

/** The pair for one protocol; `agent()` is the module's present global agent. */
function makeRequest(agent) {
  function request(...args) {
    const [options, callback] = optionsOf(...args);
    return new ClientRequest({ ...options, _defaultAgent: agent() }, callback);
  }
  function get(...args) {
    const made = request(...args);
    made.end();
    return made;
  }
  return { get, request };
}

module.exports = { agents, makeRequest };
