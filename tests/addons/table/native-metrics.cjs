const assert = require('node:assert');

module.exports = {
  'measures'() {
    const metrics = require('@datadog/native-metrics');
    metrics.start();
    assert.ok(metrics.stats().cpu.user >= 0);
    metrics.stop();
  },
};
