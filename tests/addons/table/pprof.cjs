const assert = require('node:assert');

module.exports = {
  'profiles'() {
    assert.strictEqual(typeof require('@datadog/pprof').time.start, 'function');
  },
};
