const assert = require('node:assert');
const snappy = require('snappy');

module.exports = {
  async 'compresses and back'() {
    const text = 'hello '.repeat(100);
    const small = await snappy.compress(text);
    assert.ok(small.length < text.length / 2);
    assert.strictEqual(await snappy.uncompress(small, { asBuffer: false }), text);
    assert.strictEqual(String(snappy.uncompressSync(snappy.compressSync(text))), text);
  },
};
