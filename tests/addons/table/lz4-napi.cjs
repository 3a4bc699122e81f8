const assert = require('node:assert');
const lz4 = require('lz4-napi');

module.exports = {
  async 'compresses and back'() {
    const text = Buffer.from('hello '.repeat(100));
    assert.deepStrictEqual(await lz4.uncompress(await lz4.compress(text)), text);
    assert.deepStrictEqual(lz4.uncompressSync(lz4.compressSync(text)), text);
  },
};
