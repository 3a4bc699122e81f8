// node:perf_hooks: the performance object and its classes, histograms, the constants of collections.

const { codes, notImplemented } = require('internal/errors');
const { validateInteger, validateNumber, validateObject } = require('internal/validators');
const web = require('web/performance');

const kCreate = Symbol('create');

/** Recorded integers with exact counts: percentiles are exact, memory grows with the number of distinct values. */
class RecordableHistogram {
  #counts = new Map();
  #sorted;
  #count = 0;
  #exceeds = 0;
  #last;
  #limits;

  constructor(token, limits) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#limits = limits;
  }

  record(value) {
    if (typeof value !== 'bigint') validateInteger(value, 'val', 1);
    const number = Number(value);
    if (number > this.#limits.highest) {
      this.#exceeds += 1;
      return;
    }
    this.#counts.set(number, (this.#counts.get(number) ?? 0) + 1);
    this.#count += 1;
    this.#sorted = undefined;
  }

  recordDelta() {
    const time = web.performance.now();
    if (this.#last !== undefined) this.record(Math.max(1, Math.round((time - this.#last) * 1e6)));
    this.#last = time;
  }

  add(other) {
    if (!(other instanceof RecordableHistogram)) {
      throw new codes.ERR_INVALID_ARG_TYPE('other', 'RecordableHistogram', other);
    }
    for (const [value, count] of other.#counts) this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
    this.#count += other.#count;
    this.#exceeds += other.#exceeds;
    this.#sorted = undefined;
  }

  reset() {
    this.#counts.clear();
    this.#count = 0;
    this.#exceeds = 0;
    this.#sorted = undefined;
  }

  #values() {
    return (this.#sorted ??= [...this.#counts].sort((a, b) => a[0] - b[0]));
  }

  get count() { return this.#count; }
  get countBigInt() { return BigInt(this.#count); }
  get exceeds() { return this.#exceeds; }
  get exceedsBigInt() { return BigInt(this.#exceeds); }
  get min() { return this.#values()[0]?.[0] ?? 9223372036854776000; }
  get max() { return this.#values().at(-1)?.[0] ?? 0; }
  get minBigInt() { return BigInt(this.min); }
  get maxBigInt() { return BigInt(this.max); }

  get mean() {
    let sum = 0;
    for (const [value, count] of this.#counts) sum += value * count;
    return this.#count === 0 ? NaN : sum / this.#count;
  }

  get stddev() {
    const { mean } = this;
    let sum = 0;
    for (const [value, count] of this.#counts) sum += (value - mean) ** 2 * count;
    return this.#count === 0 ? NaN : Math.sqrt(sum / this.#count);
  }

  percentile(percentile) {
    validateNumber(percentile, 'percentile');
    if (!(percentile > 0 && percentile <= 100)) {
      throw new codes.ERR_OUT_OF_RANGE('percentile', '> 0 && <= 100', percentile);
    }
    const rank = Math.max(1, Math.ceil((percentile / 100) * this.#count));
    let seen = 0;
    for (const [value, count] of this.#values()) {
      seen += count;
      if (seen >= rank) return value;
    }
    return 0;
  }

  percentileBigInt(percentile) {
    return BigInt(this.percentile(percentile));
  }

  get percentiles() {
    return new Map([0, 25, 50, 75, 90, 99, 100].map((p) => [p, p === 0 ? this.min : this.percentile(p)]));
  }

  toJSON() {
    const { count, min, max, mean, exceeds, stddev } = this;
    return { count, min, max, mean, exceeds, stddev, percentiles: Object.fromEntries(this.percentiles) };
  }
}

function createHistogram(options = {}) {
  validateObject(options, 'options');
  const { lowest = 1, highest = Number.MAX_SAFE_INTEGER, figures = 3 } = options;
  if (typeof lowest !== 'bigint') validateInteger(lowest, 'options.lowest', 1);
  if (typeof highest !== 'bigint') validateInteger(highest, 'options.highest', 2 * Number(lowest));
  validateInteger(figures, 'options.figures', 1, 5);
  return new RecordableHistogram(kCreate, { lowest: Number(lowest), highest: Number(highest) });
}

module.exports = {
  Performance: web.Performance,
  PerformanceEntry: web.PerformanceEntry,
  PerformanceMark: web.PerformanceMark,
  PerformanceMeasure: web.PerformanceMeasure,
  PerformanceObserver: web.PerformanceObserver,
  PerformanceObserverEntryList: web.PerformanceObserverEntryList,
  constants: {
    NODE_PERFORMANCE_GC_MAJOR: 4,
    NODE_PERFORMANCE_GC_MINOR: 1,
    NODE_PERFORMANCE_GC_INCREMENTAL: 8,
    NODE_PERFORMANCE_GC_WEAKCB: 16,
    NODE_PERFORMANCE_GC_FLAGS_NO: 0,
    NODE_PERFORMANCE_GC_FLAGS_CONSTRUCT_RETAINED: 2,
    NODE_PERFORMANCE_GC_FLAGS_FORCED: 4,
    NODE_PERFORMANCE_GC_FLAGS_SYNCHRONOUS_PHANTOM_PROCESSING: 8,
    NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE: 16,
    NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY: 32,
    NODE_PERFORMANCE_GC_FLAGS_SCHEDULE_IDLE: 64,
  },
  createHistogram,
  eventLoopUtilization: web.eventLoopUtilization,
  monitorEventLoopDelay() {
    throw notImplemented('perf_hooks.monitorEventLoopDelay');
  },
  performance: web.performance,
  timerify: web.timerify,
};
