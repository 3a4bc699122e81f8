// Atomics.wait, notify and waitAsync: the engine's cannot be interrupted and see one thread only. All other operations stay the engine's.

const native = binding('atomics');
const types = require('internal/util/types');

const { asUintN } = BigInt;
const PlainPromise = Promise;
const { trunc, max } = Math;
const TEXTS = ['ok', 'not-equal', 'timed-out'];
const STOPPED = 3;

/** How promises are settled, by their number. */
const waiting = new Map();

native.setWaker((id) => settle(id, 'ok'));

function settle(id, text) {
  const entry = waiting.get(id);
  if (entry === undefined) return;
  waiting.delete(id);
  if (entry.timer !== undefined) require('internal/timers').clearTimeout(entry.timer);
  entry.resolve(text);
}

/** Where a word is: its buffer, the byte offset in it and whether it is wide. */
function place(array, index, needsShared) {
  const tag = types.typedArrayTag(array);
  if (tag !== 'Int32Array' && tag !== 'BigInt64Array') throw new TypeError('[object Array] is not an int32 or BigInt64 typed array.');
  const isShared = require('web/shared_array_buffer').isOurs(array.buffer);
  if (needsShared && !isShared) throw new TypeError(whyNot(array.buffer));
  const at = trunc(Number(index)) || 0;
  if (at < 0 || at >= array.length) throw new RangeError('Invalid atomic access index');
  const isWide = tag === 'BigInt64Array';
  return { buffer: array.buffer, offset: array.byteOffset + at * (isWide ? 8 : 4), isWide, isShared };
}

function whyNot(buffer) {
  return types.isSharedArrayBuffer(buffer)
    ? 'Atomics.wait on WebAssembly memory is not supported by trun: threads cannot share it, so nobody could notify it'
    : '[object Int32Array] is not a shared typed array.';
}

function halves(value, isWide) {
  if (!isWide) return [value | 0, 0];
  return [Number(asUintN(32, value)) | 0, Number(asUintN(32, value >> 32n))];
}

function toValue(value, isWide) {
  if (!isWide) return Number(value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean' || typeof value === 'string') return BigInt(value);
  throw new TypeError(`Cannot convert ${String(value)} to a BigInt`);
}

function toMilliseconds(timeout) {
  const ms = timeout === undefined ? NaN : Number(timeout);
  return ms !== ms ? Infinity : max(ms, 0);
}

/** A call of a native function on a word, with the value it is compared with. */
function words(array, index, value) {
  const { buffer, offset, isWide } = place(array, index, true);
  const [low, high] = halves(toValue(value, isWide), isWide);
  return [buffer, offset, isWide, low, high];
}

function wait(typedArray, index, value, timeout) {
  const word = words(typedArray, index, value);
  const result = native.wait(word[0], word[1], word[2], word[3], word[4], toMilliseconds(timeout));
  // The thread's time is over: the engine stops this loop at once.
  if (result === STOPPED) for (;;);
  return TEXTS[result];
}

function waitAsync(typedArray, index, value, timeout) {
  const word = words(typedArray, index, value);
  const ms = toMilliseconds(timeout);
  const id = native.waitAsync(word[0], word[1], word[2], word[3], word[4]);
  if (id === undefined) return { async: false, value: 'not-equal' };
  if (ms === 0 && native.leave(id)) return { async: false, value: 'timed-out' };
  const promise = new PlainPromise((resolve) => {
    const entry = { resolve, timer: undefined };
    waiting.set(id, entry);
    if (ms !== Infinity) {
      entry.timer = require('internal/timers').setTimeout(() => {
        // Notified meanwhile: its letter is on the way.
        if (native.leave(id)) settle(id, 'timed-out');
      }, ms);
    }
  });
  return { async: true, value: promise };
}

function notify(typedArray, index, count) {
  const { buffer, offset, isWide, isShared } = place(typedArray, index, false);
  const most = count === undefined ? Infinity : max(trunc(Number(count)) || 0, 0);
  return isShared ? native.notify(buffer, offset, isWide, most) : 0;
}

/** The engine's object with these three in it. */
function completed(atomics) {
  const own = { wait, notify, waitAsync };
  for (const name in own) {
    Object.defineProperty(atomics, name, { __proto__: null, value: own[name], writable: true, configurable: true, enumerable: false });
  }
  return atomics;
}

module.exports = { completed };
