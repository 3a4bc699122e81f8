const assert = require('node:assert');
const { pack, unpack, isNativeAccelerationEnabled } = require('msgpackr');

module.exports = {
  'packs and unpacks with the extractor'() {
    const data = { list: Array.from({ length: 50 }, (_, i) => ({ name: `some quite long string ${i}`, i })), when: new Date(1) };
    assert.deepStrictEqual(unpack(pack(data)), data);
    assert.strictEqual(isNativeAccelerationEnabled, true);
  },
};
