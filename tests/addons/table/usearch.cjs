const assert = require('node:assert');
const { Index } = require('usearch');

module.exports = {
  'searches'() {
    const index = new Index({ metric: 'l2sq', dimensions: 2, connectivity: 4 });
    index.add(1n, new Float32Array([1, 2]));
    index.add(2n, new Float32Array([9, 9]));
    assert.strictEqual(index.size(), 2);
    assert.strictEqual(index.search(new Float32Array([8, 8]), 1).keys[0], 2n);
  },
};
