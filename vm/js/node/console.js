// node:console: the realm's console.
module.exports = require('internal/console').globalConsole;
