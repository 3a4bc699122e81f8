const assert = require('node:assert');

module.exports = {
  'profiles'() {
    const profiler = require('@sentry-internal/node-cpu-profiler');
    assert.ok(profiler.CpuProfilerBindings);
  },
};
