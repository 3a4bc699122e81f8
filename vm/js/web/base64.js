// atob and btoa. binding('buffer'): see node/buffer.

const { encode, decode } = binding('buffer');
const LATIN1 = 2;
const BASE64 = 4;

// eslint-disable-next-line no-control-regex
const WIDE = /[^\x00-\xff]/;
const SPACE = /[\t\n\f\r ]+/g;
const WELL_FORMED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function invalid(message) {
  const { DOMException } = require('web/dom_exception');
  return new DOMException(message, 'InvalidCharacterError');
}

function needArgument(count) {
  if (count > 0) return;
  const { codes } = require('internal/errors');
  throw new codes.ERR_MISSING_ARGS('input');
}

function btoa(input) {
  needArgument(arguments.length);
  const text = `${input}`;
  if (WIDE.test(text)) throw invalid('Invalid character');
  const bytes = encode(text, LATIN1);
  return decode(bytes, 0, bytes.length, BASE64);
}

function atob(input) {
  needArgument(arguments.length);
  const text = `${input}`.replace(SPACE, '');
  if (!WELL_FORMED.test(text)) throw invalid('The string to be decoded is not correctly encoded.');
  const bytes = encode(text, BASE64);
  return decode(bytes, 0, bytes.length, LATIN1);
}

module.exports = { atob, btoa };
