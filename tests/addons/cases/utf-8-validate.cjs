// An addon whose exports are a function.
const assert = require('node:assert');
const isValid = require('utf-8-validate');

module.exports = {
  'tells text from bytes'() {
    assert.strictEqual(isValid(Buffer.from('héllo wörld \u{1f600}')), true);
    assert.strictEqual(isValid(Buffer.from([0xc0, 0x80])), false);
    assert.strictEqual(isValid(Buffer.from([0xed, 0xa0, 0x80])), false);
  },
};
