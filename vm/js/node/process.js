// node:process.

module.exports = require('internal/process_object').process;
