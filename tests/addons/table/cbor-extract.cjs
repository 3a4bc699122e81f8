const assert = require('node:assert');
const { encode, decode } = require('cbor-x');

module.exports = {
  'encodes and decodes'() {
    assert.strictEqual(typeof require('cbor-extract').extractStrings, 'function');
    const data = Array.from({ length: 50 }, (_, i) => ({ name: `some quite long string ${i}`, i }));
    assert.deepStrictEqual(decode(encode(data)), data);
  },
};
