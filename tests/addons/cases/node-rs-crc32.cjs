// Synchronous functions over buffers and strings.
const assert = require('node:assert');
const { crc32, crc32c } = require('@node-rs/crc32');

module.exports = {
  'checks strings and buffers'() {
    assert.strictEqual(crc32('hello'), 0x3610a686);
    assert.strictEqual(crc32c(Buffer.from('hello')), 0x9a71bb4c);
  },
  'goes on from an earlier sum'() {
    assert.strictEqual(crc32('lo', crc32('hel')), crc32('hello'));
  },
};
