// node:worker_threads, seen from the main thread: the questions are answered, threads are not there yet.

const { notImplemented } = require('internal/errors');
const { BroadcastChannel } = require('web/broadcast_channel');
const { MessageChannel, MessagePort, moveMessagePortToContext, receiveMessageOnPort } = require('web/message_channel');
const { isMarkedAsUntransferable, markAsUncloneable, markAsUntransferable } = require('internal/clone/transfer');

class Worker {
  constructor() {
    throw notImplemented('worker_threads.Worker');
  }
}

const environmentData = new Map();

module.exports = {
  BroadcastChannel,
  getEnvironmentData: (key) => environmentData.get(key),
  isInternalThread: false,
  isMainThread: true,
  isMarkedAsUntransferable,
  markAsUncloneable,
  markAsUntransferable,
  MessageChannel,
  MessagePort,
  moveMessagePortToContext,
  parentPort: null,
  postMessageToThread() { throw notImplemented('worker_threads.postMessageToThread'); },
  receiveMessageOnPort,
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
