// node:worker_threads, seen from the main thread: the questions are answered, threads are not there yet.

const { notImplemented } = require('internal/errors');

class Worker {
  constructor() {
    throw notImplemented('worker_threads.Worker');
  }
}

class MessagePort {
  constructor() {
    throw notImplemented('worker_threads.MessagePort');
  }
}

class MessageChannel {
  constructor() {
    throw notImplemented('worker_threads.MessageChannel');
  }
}

class BroadcastChannel {
  constructor() {
    throw notImplemented('worker_threads.BroadcastChannel');
  }
}

const environmentData = new Map();
const untransferable = new WeakSet();

module.exports = {
  BroadcastChannel,
  getEnvironmentData: (key) => environmentData.get(key),
  isInternalThread: false,
  isMainThread: true,
  isMarkedAsUntransferable: (object) => untransferable.has(object),
  markAsUncloneable() {},
  markAsUntransferable(object) { if (object !== null && typeof object === 'object') untransferable.add(object); },
  MessageChannel,
  MessagePort,
  moveMessagePortToContext() { throw notImplemented('worker_threads.moveMessagePortToContext'); },
  parentPort: null,
  postMessageToThread() { throw notImplemented('worker_threads.postMessageToThread'); },
  receiveMessageOnPort() { throw notImplemented('worker_threads.receiveMessageOnPort'); },
  resourceLimits: {},
  setEnvironmentData(key, value) {
    if (value === undefined) environmentData.delete(key);
    else environmentData.set(key, value);
  },
  SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
  threadId: 0,
  Worker,
  workerData: null,
};
