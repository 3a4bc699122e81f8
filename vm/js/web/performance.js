// performance: clock, user timing, observers.
//
// binding('performance'):
//   now() -> milliseconds since the realm's time origin, a float of the monotonic clock
//   timeOrigin() -> milliseconds since the epoch at that origin, a float, the same at every call
//   loopMetrics() -> [idleMs, activeMs] of the event loop; optional (zeros without it)

const { codes } = require('internal/errors');
const { validateFunction, validateObject, validateString } = require('internal/validators');
const { EventTarget } = require('web/event_target');

const native = binding('performance');
const now = native.now;
const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kCreate = Symbol('create');
const ENTRY_TYPES = ['function', 'gc', 'mark', 'measure'];

class PerformanceEntry {
  #fields;

  constructor(token, name, entryType, startTime, duration, detail) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#fields = { name, entryType, startTime, duration, detail };
  }

  get name() { return this.#fields.name; }
  get entryType() { return this.#fields.entryType; }
  get startTime() { return this.#fields.startTime; }
  get duration() { return this.#fields.duration; }

  toJSON() {
    const { name, entryType, startTime, duration, detail } = this.#fields;
    const json = { name, entryType, startTime, duration };
    return entryType === 'mark' || entryType === 'measure' ? { ...json, detail } : json;
  }

  [kInspect](depth, options, inspect) {
    if (depth < 0) return this;
    const left = options.depth == null ? null : options.depth - 1;
    return `${this.constructor.name} ${inspect(this.toJSON(), { ...options, depth: left })}`;
  }

  static detailOf(entry) {
    return entry.#fields.detail;
  }
}

const { detailOf } = PerformanceEntry;
delete PerformanceEntry.detailOf;

function cloneDetail(detail) {
  return detail == null ? null : require('web/structured_clone').structuredClone(detail);
}

class PerformanceMark extends PerformanceEntry {
  constructor(name, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    if (options != null) validateObject(options, 'options');
    const startTime = options?.startTime ?? now();
    if (typeof startTime !== 'number') throw new codes.ERR_INVALID_ARG_TYPE('startTime', 'number', startTime);
    if (startTime < 0) throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(startTime);
    super(kCreate, `${name}`, 'mark', startTime, 0, cloneDetail(options?.detail));
  }

  get detail() {
    return detailOf(this);
  }
}

class PerformanceMeasure extends PerformanceEntry {
  get detail() {
    return detailOf(this);
  }
}

// ---- timeline and observers ----

const timeline = [];
const observers = new Set();

function enqueue(entry) {
  if (entry.entryType === 'mark' || entry.entryType === 'measure') timeline.push(entry);
  notify(entry);
}

function notify(entry) {
  for (const observer of observers) observer[kCreate](entry);
}

function byTime(entries) {
  return entries.sort((a, b) => a.startTime - b.startTime);
}

class PerformanceObserverEntryList {
  #entries;

  constructor(token, entries) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#entries = byTime(entries);
  }

  getEntries() {
    return this.#entries.slice();
  }

  getEntriesByType(type) {
    return this.#entries.filter((entry) => entry.entryType === `${type}`);
  }

  getEntriesByName(name, type = undefined) {
    return this.#entries.filter((entry) =>
      entry.name === `${name}` && (type === undefined || entry.entryType === `${type}`));
  }
}

class PerformanceObserver {
  #callback;
  #types = new Set();
  #buffer = [];
  #pending = false;

  constructor(callback) {
    validateFunction(callback, 'callback');
    this.#callback = callback;
  }

  static get supportedEntryTypes() {
    return ENTRY_TYPES.slice();
  }

  observe(options = {}) {
    validateObject(options, 'options');
    const { entryTypes, type, buffered } = options;
    if (entryTypes === undefined && type === undefined) throw new codes.ERR_MISSING_ARGS('options.entryTypes', 'options.type');
    if (entryTypes !== undefined && !Array.isArray(entryTypes)) {
      throw new codes.ERR_INVALID_ARG_TYPE('options.entryTypes', 'string[]', entryTypes);
    }
    if (entryTypes !== undefined) this.#types.clear();
    for (const each of entryTypes ?? [type]) if (ENTRY_TYPES.includes(each)) this.#types.add(each);
    if (this.#types.size === 0) return;
    observers.add(this);
    if (buffered && type !== undefined) {
      for (const entry of timeline) if (entry.entryType === type) this[kCreate](entry);
    }
  }

  disconnect() {
    observers.delete(this);
    this.#buffer = [];
    this.#types.clear();
  }

  takeRecords() {
    const records = this.#buffer;
    this.#buffer = [];
    return records;
  }

  [kCreate](entry) {
    if (!this.#types.has(entry.entryType)) return;
    this.#buffer.push(entry);
    if (this.#pending) return;
    this.#pending = true;
    require('node/timers').setImmediate(() => {
      this.#pending = false;
      if (this.#buffer.length === 0) return;
      const entries = this.takeRecords();
      this.#callback(new PerformanceObserverEntryList(kCreate, entries), this);
    });
  }
}

// ---- measures ----

const MILESTONES = ['nodeStart', 'v8Start', 'environment', 'loopStart', 'loopExit', 'bootstrapComplete'];

function timeOfMark(name) {
  if (typeof name === 'number') {
    if (name < 0) throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(name);
    return name;
  }
  const text = `${name}`;
  if (MILESTONES.includes(text)) return nodeTiming[text];
  for (let i = timeline.length - 1; i >= 0; i--) {
    if (timeline[i].entryType === 'mark' && timeline[i].name === text) return timeline[i].startTime;
  }
  const { DOMException } = require('web/dom_exception');
  throw new DOMException(`The "${text}" performance mark has not been set`, 'SyntaxError');
}

function measureTimes(startOrOptions, endMark) {
  const options = startOrOptions !== null && typeof startOrOptions === 'object' ? startOrOptions : undefined;
  if (options === undefined) {
    return {
      start: startOrOptions === undefined ? 0 : timeOfMark(startOrOptions),
      end: endMark === undefined ? now() : timeOfMark(endMark),
      detail: undefined,
    };
  }
  const { start, end, duration, detail } = options;
  if (endMark !== undefined) throw new codes.ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS('endMark must not be specified');
  if (start === undefined && end === undefined && (duration !== undefined || detail !== undefined)) {
    throw new codes.ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS('One of options.start or options.end is required');
  }
  if (start !== undefined && end !== undefined && duration !== undefined) {
    throw new codes.ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS(
      'Must not have options.start, options.end, and options.duration specified');
  }
  let from;
  let to;
  if (start !== undefined) from = timeOfMark(start);
  if (end !== undefined) to = timeOfMark(end);
  if (duration !== undefined && from === undefined && to !== undefined) from = to - duration;
  if (duration !== undefined && to === undefined && from !== undefined) to = from + duration;
  return { start: from ?? 0, end: to ?? now(), detail };
}

const nodeTiming = {
  name: 'node', entryType: 'node', startTime: 0,
  get duration() { return now(); },
  nodeStart: 0, v8Start: 0, environment: 0, bootstrapComplete: 0, loopStart: 0, loopExit: -1,
  get idleTime() { return loopMetrics()[0]; },
};

function loopMetrics() {
  return native.loopMetrics === undefined ? [0, 0] : native.loopMetrics();
}

function eventLoopUtilization(first, second) {
  const from = first ?? { idle: 0, active: 0 };
  let to = second;
  if (to === undefined) {
    const [idle, active] = loopMetrics();
    to = { idle, active };
    if (first === undefined) return { idle, active, utilization: ratio(idle, active) };
    return difference(to, from);
  }
  return difference(from, to);
}

function difference(later, earlier) {
  const idle = later.idle - earlier.idle;
  const active = later.active - earlier.active;
  return { idle, active, utilization: ratio(idle, active) };
}

function ratio(idle, active) {
  return idle + active > 0 ? active / (idle + active) : 0;
}

function timerify(fn, options = {}) {
  validateFunction(fn, 'fn');
  validateObject(options, 'options');
  const { histogram } = options;
  function timed(...args) {
    const isConstructor = new.target !== undefined;
    const start = now();
    const finish = () => {
      const duration = now() - start;
      histogram?.record(Math.max(1, Math.ceil(duration * 1e6)));
      const entry = new PerformanceEntry(kCreate, fn.name, 'function', start, duration, args);
      for (let i = 0; i < args.length; i++) entry[i] = args[i];
      notify(entry);
    };
    const result = isConstructor ? Reflect.construct(fn, args, fn) : Reflect.apply(fn, this, args);
    if (!isConstructor && typeof result?.finally === 'function') return result.finally(finish);
    finish();
    return result;
  }
  Object.defineProperties(timed, {
    length: { __proto__: null, configurable: true, value: fn.length },
    name: { __proto__: null, configurable: true, value: `timerified ${fn.name}` },
  });
  return timed;
}

class Performance extends EventTarget {
  constructor(token) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super();
  }

  now() {
    return now();
  }

  get timeOrigin() {
    return native.timeOrigin();
  }

  get nodeTiming() {
    return nodeTiming;
  }

  mark(name, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    const mark = new PerformanceMark(name, options);
    enqueue(mark);
    return mark;
  }

  measure(name, startOrOptions = undefined, endMark = undefined) {
    validateString(name, 'name');
    const { start, end, detail } = measureTimes(startOrOptions, endMark);
    const measure = new PerformanceMeasure(kCreate, name, 'measure', start, end - start, cloneDetail(detail));
    enqueue(measure);
    return measure;
  }

  clearMarks(name = undefined) {
    clear('mark', name);
  }

  clearMeasures(name = undefined) {
    clear('measure', name);
  }

  clearResourceTimings() {}

  setResourceTimingBufferSize() {}

  getEntries() {
    return byTime(timeline.slice());
  }

  getEntriesByName(name, type = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    return byTime(timeline.filter((entry) =>
      entry.name === `${name}` && (type === undefined || entry.entryType === `${type}`)));
  }

  getEntriesByType(type) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    return byTime(timeline.filter((entry) => entry.entryType === `${type}`));
  }

  eventLoopUtilization(first, second) {
    return eventLoopUtilization(first, second);
  }

  timerify(fn, options) {
    return timerify(fn, options);
  }

  toJSON() {
    return { nodeTiming: { ...nodeTiming }, timeOrigin: native.timeOrigin(), eventLoopUtilization: eventLoopUtilization() };
  }

  [kInspect](depth, options, inspect) {
    if (depth < 0) return this;
    return `Performance ${inspect({ nodeTiming, timeOrigin: this.timeOrigin }, { ...options, depth: 1 })}`;
  }
}

function clear(type, name) {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const entry = timeline[i];
    if (entry.entryType === type && (name === undefined || entry.name === `${name}`)) timeline.splice(i, 1);
  }
}

for (const Class of [PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver,
  PerformanceObserverEntryList, Performance]) {
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: Class.name, configurable: true });
}

module.exports = {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver,
  PerformanceObserverEntryList, eventLoopUtilization, performance: new Performance(kCreate), timerify,
};
