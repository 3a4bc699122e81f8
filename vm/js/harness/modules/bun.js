// `bun`: as much of Bun's own module as suites need to serve HTTP.

const { serve } = require('harness/modules/trun');

module.exports = { serve, fetch: (...args) => globalThis.fetch(...args) };
module.exports.default = module.exports;
