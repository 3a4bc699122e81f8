const assert = require('node:assert');

module.exports = {
  'loads'() {
    assert.strictEqual(typeof require('uiohook-napi').uIOhook.start, 'function');
  },
};
