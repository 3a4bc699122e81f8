// Percent-encoding of bytes.

/** The bytes that a text of a URL stands for. */
function decode(text) {
  const { Buffer } = require('node/buffer');
  const bytes = Buffer.from(text, 'utf8');
  let to = 0;
  for (let from = 0; from < bytes.length; from += 1, to += 1) {
    const hex = bytes[from] === 0x25 ? bytes.toString('latin1', from + 1, from + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes[to] = Number.parseInt(hex, 16);
      from += 2;
    } else {
      bytes[to] = bytes[from];
    }
  }
  return bytes.subarray(0, to);
}

module.exports = { decode };
