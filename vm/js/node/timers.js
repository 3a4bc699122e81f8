// node:timers: the timer functions, with their promise forms behind util.promisify.

const timers = require('internal/timers');
const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, Timeout, Immediate } = timers;

const customPromisify = Symbol.for('nodejs.util.promisify.custom');

function definePromise(fn, name) {
  Object.defineProperty(fn, customPromisify, {
    enumerable: true,
    configurable: true,
    get: () => require('node/timers/promises')[name],
  });
}

definePromise(setTimeout, 'setTimeout');
definePromise(setImmediate, 'setImmediate');

module.exports = {
  setTimeout,
  clearTimeout,
  setImmediate,
  clearImmediate,
  setInterval,
  clearInterval,
  Timeout,
  Immediate,
};

Object.defineProperty(module.exports, 'promises', {
  enumerable: true,
  configurable: true,
  get: () => require('node/timers/promises'),
});
