// An EventTarget with the methods of an EventEmitter: message ports and workers.
//
// A listener added with `on` gets what a message carries and not its event; the others get the event.

const { Event, EventTarget, eventNamesOf, listenersOfTarget, maxListeners } = require('web/event_target');

const DEFAULT_MAX_LISTENERS = 10;
const { apply } = Reflect;

class NodeEventTarget extends EventTarget {
  /** What `on` made of each listener, by type. */
  #wrapped = new Map();

  static defaultMaxListeners = DEFAULT_MAX_LISTENERS;

  #add(type, listener, isOnce) {
    const name = `${type}`;
    let known = this.#wrapped.get(name);
    if (known === undefined) this.#wrapped.set(name, (known = new Map()));
    if (known.has(listener)) return this;
    const wrapper = (event) => {
      if (isOnce) this.off(name, listener);
      return apply(listener, this, [emitted.has(event) ? emitted.get(event) : valueOf(event)]);
    };
    known.set(listener, wrapper);
    this.addEventListener(name, wrapper);
    return this;
  }

  on(type, listener) { return this.#add(type, listener, false); }

  addListener(type, listener) { return this.on(type, listener); }

  once(type, listener) { return this.#add(type, listener, true); }

  off(type, listener) {
    const known = this.#wrapped.get(`${type}`);
    const wrapper = known?.get(listener);
    known?.delete(listener);
    this.removeEventListener(type, wrapper ?? listener);
    return this;
  }

  removeListener(type, listener) { return this.off(type, listener); }

  removeAllListeners(type = undefined) {
    const types = type === undefined ? this.eventNames() : [type];
    for (const name of types) {
      for (const listener of listenersOfTarget(this, name)) {
        this.removeEventListener(name, listener);
        this.removeEventListener(name, listener, true);
      }
      this.#wrapped.delete(`${name}`);
    }
    return this;
  }

  emit(type, value) {
    const { MessageEvent } = require('web/message_events');
    const isMessage = type === 'message' || type === 'messageerror';
    const event = isMessage ? new MessageEvent(type, { data: value }) : new Event(type);
    const hadListeners = this.listenerCount(type) > 0;
    emitted.set(event, value);
    this.dispatchEvent(event);
    return hadListeners;
  }

  eventNames() { return eventNamesOf(this); }

  listenerCount(type) { return listenersOfTarget(this, type).length; }

  setMaxListeners(count) { maxListeners.set(this, count); }

  getMaxListeners() { return maxListeners.get(this) ?? DEFAULT_MAX_LISTENERS; }
}

/** What `emit` was given. */
const emitted = new WeakMap();

function valueOf(event) {
  return event.type === 'message' || event.type === 'messageerror' ? event.data : event;
}

module.exports = { NodeEventTarget };
