// `trun`: what the runner offers beside its test API.

const { Server } = require('internal/serve/server');

/** Starts an HTTP server. It is closed at the end of the test file at the latest. */
function serve(options) {
  return new Server(options);
}

module.exports = { serve };
