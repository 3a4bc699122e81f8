const assert = require('node:assert');
const { Transformer } = require('@napi-rs/image');

module.exports = {
  async 'encodes pixels'() {
    const png = await Transformer.fromRgbaPixels(new Uint8Array(16).fill(255), 2, 2).png();
    const { width, height } = await new Transformer(png).metadata();
    assert.deepStrictEqual([width, height], [2, 2]);
  },
};
