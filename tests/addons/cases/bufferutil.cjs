// A constructor that registers, and buffers changed in place.
const assert = require('node:assert');
const bufferutil = require('bufferutil');

module.exports = {
  'is the native one'() {
    assert.ok(!String(bufferutil.mask).includes('source[i]'));
  },
  'masks into another buffer'() {
    const source = Buffer.from('0123456789');
    const output = Buffer.alloc(12);
    bufferutil.mask(source, Buffer.from([1, 2, 3, 4]), output, 2, source.length);
    assert.deepStrictEqual([...output.subarray(2)], [...source].map((byte, i) => byte ^ ((i & 3) + 1)));
  },
  'unmasks where the bytes are'() {
    const bytes = Buffer.from([...Buffer.from('hello')].map((byte, i) => byte ^ ((i & 3) + 1)));
    bufferutil.unmask(bytes, Buffer.from([1, 2, 3, 4]));
    assert.strictEqual(String(bytes), 'hello');
  },
};
