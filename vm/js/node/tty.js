// node:tty: nothing in a test is a terminal.

const { codes, notImplemented } = require('internal/errors');
const { OutputStream, InputStream } = require('internal/std_streams');

function isatty() {
  return false;
}

class ReadStream extends InputStream {
  constructor(fd) {
    if (!(fd >= 0)) throw new codes.ERR_INVALID_FD(fd);
    throw notImplemented('tty.ReadStream');
  }
}

class WriteStream extends OutputStream {
  constructor(fd) {
    if (!(fd >= 0)) throw new codes.ERR_INVALID_FD(fd);
    throw notImplemented('tty.WriteStream');
  }
}

module.exports = { isatty, ReadStream, WriteStream };
