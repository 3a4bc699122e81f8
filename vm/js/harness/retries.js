// What a file may say about retries besides a plain number: `retry: { count, delay, condition }` and `jest.retryTimes`.
//
// Owns these two forms. Loaded only by files that use one of them.

/** Timers hold no more. */
const LONGEST = 2 ** 31 - 1;
/** How much later than due a pause may end; then the next attempt begins anyhow. */
const LATENESS = 1000;
const JEST_OPTIONS = ['logErrorsBeforeRetry', 'waitBeforeRetry', 'retryImmediately'];
const OPTIONS = ['count', 'delay', 'condition'];

function countOf(value, what) {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`${what} must be a whole number that is not negative`);
}

function delayOf(value, what) {
  if (value === undefined) return 0;
  if (typeof value === 'number' && value >= 0 && value <= LONGEST) return value;
  throw new RangeError(`${what} must be a number of milliseconds between 0 and ${LONGEST}`);
}

function refuseUnknown(options, known, what) {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${what} has no option "${name}"; there are ${known.join(', ')}`);
  }
}

/** The rule of `retry: { count, delay, condition }`. */
function fromOption(option) {
  refuseUnknown(option, OPTIONS, '"retry"');
  const { count = 0, delay, condition } = option;
  if (condition !== undefined && typeof condition !== 'function' && !(condition instanceof RegExp)) {
    throw new TypeError('the option "retry.condition" must be a function or a regular expression');
  }
  return { count: countOf(count, 'the option "retry.count"'), delay: delayOf(delay, 'the option "retry.delay"'), condition };
}

/**
 * The rule of `jest.retryTimes(count, options)`. Reports show the errors of every attempt and a test is tried again at once, so
 * that `logErrorsBeforeRetry` and `retryImmediately` change nothing.
 */
function fromJest(count, options = {}) {
  countOf(count, 'the first argument of jest.retryTimes()');
  if (options === null || typeof options !== 'object') throw new TypeError('the second argument of jest.retryTimes() must be an object');
  refuseUnknown(options, JEST_OPTIONS, 'jest.retryTimes()');
  return { count, delay: delayOf(options.waitBeforeRetry, 'the option "waitBeforeRetry" of jest.retryTimes()'), condition: undefined };
}

/** Whether a condition wants another attempt after `error`; runs user code. */
function allows(condition, error) {
  if (typeof condition === 'function') return condition(error);
  const message = typeof error === 'object' && error !== null ? error.message : error;
  return new RegExp(condition.source, condition.flags).test(String(message));
}

/** The limit of the phase that waits for `delay` milliseconds. */
const limitOfPause = (delay) => delay + LATENESS;

module.exports = { fromOption, fromJest, allows, limitOfPause };
