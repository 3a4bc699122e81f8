// http.Agent: whether connections are kept. Keeping them is the native side's work.

const EventEmitter = require('node/events');

class Agent extends EventEmitter {
  constructor(options = {}) {
    super();
    this.options = { ...options, path: null, noDelay: true };
    this.keepAlive = options.keepAlive ?? false;
    this.keepAliveMsecs = options.keepAliveMsecs ?? 1000;
    this.maxSockets = options.maxSockets ?? Infinity;
    this.maxFreeSockets = options.maxFreeSockets ?? 256;
    this.maxTotalSockets = options.maxTotalSockets ?? Infinity;
    this.scheduling = options.scheduling ?? 'lifo';
    this.sockets = {};
    this.freeSockets = {};
    this.requests = {};
    this.defaultPort = 80;
    this.protocol = 'http:';
  }

  getName({ host = 'localhost', port = '', localAddress = '', family } = {}) {
    return `${host}:${port}:${localAddress}${family === 4 || family === 6 ? `:${family}` : ''}`;
  }

  destroy() {}
}

class SecureAgent extends Agent {
  constructor(options = {}) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
  }
}

/** Both are called without `new`, and as the constructors of old-style subclasses. */
const callable = (Class) => new Proxy(Class, { apply: (target, self, args) => Reflect.construct(target, args) });

module.exports = { Agent: callable(Agent), SecureAgent: callable(SecureAgent) };
