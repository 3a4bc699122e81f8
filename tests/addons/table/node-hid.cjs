const assert = require('node:assert');

module.exports = {
  'lists devices'() {
    assert.ok(Array.isArray(require('node-hid').devices()));
  },
};
