// Classes that wrap native state, and bigints of 64 and 128 bits.
const assert = require('node:assert');
const { xxh3, xxh32, xxh64, Xxh32, Xxh64 } = require('@node-rs/xxhash');

module.exports = {
  'hashes to numbers and bigints'() {
    assert.strictEqual(xxh32(''), 0x02cc5d05);
    assert.strictEqual(xxh64(''), 0xef46db3751d8e999n);
    assert.strictEqual(xxh3.xxh64(''), 0x2d06800538d394c2n);
    assert.strictEqual(xxh3.xxh128(''), 0x99aa06d3014798d86001c324468d497fn);
  },
  'keeps state between updates'() {
    const state = new Xxh64(7n);
    assert.strictEqual(state.update('he').update(Buffer.from('llo')).digest(), xxh64('hello', 7n));
    state.reset();
    assert.strictEqual(new Xxh32(0).update('hello').digest(), xxh32('hello'));
  },
  'frees many objects'() {
    for (let i = 0; i < 200; i++) new Xxh64(BigInt(i)).update('x').digest();
    if (globalThis.gc) globalThis.gc();
  },
  leave: () => [new Xxh64(1n).update('left'), xxh3.Xxh3.withSeed(2n)],
};
