// The global scope of a web worker: `self`, `postMessage`, `onmessage` and the rest, as properties of the realm's global object.
//
// The global is an EventTarget in all but its prototype chain. Its port receives from the first listener for messages on, and then keeps the worker
// alive.

const { EventTarget, defineHandler, initTarget, kListenerAdded, listenersOfTarget } = require('web/event_target');
const { ErrorEvent, MessageEvent, kReceived } = require('web/message_events');
const { codes } = require('internal/errors');

const { defineProperty } = Object;

class WorkerGlobalScope {
  constructor() { throw new TypeError('Illegal constructor'); }
}
class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}
for (const Class of [WorkerGlobalScope, DedicatedWorkerGlobalScope]) {
  defineProperty(Class, Symbol.hasInstance, { value: (value) => value === globalThis });
}

function hide(name, value) {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Makes the global a worker's scope. `own` is what the realm knows of itself. */
function install(own) {
  const { parentPort: port } = own;
  initTarget(globalThis);
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
    const method = EventTarget.prototype[name];
    hide(name, (...args) => Reflect.apply(method, globalThis, args));
  }
  // What the methods call on their target.
  for (const key of Object.getOwnPropertySymbols(EventTarget.prototype)) {
    if (key !== Symbol.toStringTag) hide(key, EventTarget.prototype[key]);
  }
  let receives = false;
  defineProperty(globalThis, kListenerAdded, {
    configurable: true,
    value: (type) => {
      if (receives || type !== 'message') return;
      receives = true;
      port.onmessage = ({ data, ports }) => globalThis.dispatchEvent(new MessageEvent('message', { data, ports, [kReceived]: true }));
      port.ref?.();
    },
  });
  port.onmessageerror = ({ data }) => globalThis.dispatchEvent(new MessageEvent('messageerror', { data }));
  for (const type of ['message', 'messageerror', 'error']) defineHandler(globalThis, type);
  hide('self', globalThis);
  hide('name', own.name);
  hide('WorkerGlobalScope', WorkerGlobalScope);
  hide('DedicatedWorkerGlobalScope', DedicatedWorkerGlobalScope);
  hide('postMessage', function postMessage(message, transfer = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('message');
    port.postMessage(message, transfer);
  });
  hide('close', function close() { require('internal/process_object').process.exit(0); });
  hide('importScripts', (...files) => importScripts(own, files));
}

/** Runs scripts one after the other; not in a module. */
function importScripts({ spec, filename }, files) {
  if (spec.type === 'module') throw new TypeError('importScripts is not there in a module worker: import the file');
  const path = require('node/path');
  const { runInThisContext } = require('node/vm');
  for (const name of files) {
    const file = path.resolve(path.dirname(filename), `${name}`.replace(/^file:\/\//, ''));
    runInThisContext(require('node/fs').readFileSync(file, 'utf8'), { filename: file });
  }
}

/** An error nobody caught goes to the scope first; whether a listener has called `preventDefault`. */
function isHandled(error) {
  if (listenersOfTarget(globalThis, 'error').length === 0) return false;
  const { eventOf } = require('internal/workers/errors');
  return !globalThis.dispatchEvent(new ErrorEvent('error', eventOf(error)));
}

module.exports = { install, isHandled };
