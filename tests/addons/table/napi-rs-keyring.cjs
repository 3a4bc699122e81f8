const assert = require('node:assert');
const { Entry } = require('@napi-rs/keyring');

module.exports = {
  'asks the system, which may have no keyring'() {
    const entry = new Entry('service', 'user');
    try {
      assert.strictEqual(entry.getPassword(), null);
    } catch (error) {
      assert.ok(error instanceof Error && error.message.length > 0);
    }
  },
};
