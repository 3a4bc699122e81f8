// Names of Buffer encodings. Must not require anything.

const NAMES = {
  __proto__: null,
  utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', ascii: 'ascii',
  latin1: 'latin1', binary: 'latin1', ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le',
};

/** The canonical name, 'utf8' when nothing is given, undefined when unknown. */
function normalizeEncoding(encoding) {
  if (encoding === undefined || encoding === null || encoding === '' || encoding === 'utf8') return 'utf8';
  return NAMES[encoding] ?? NAMES[String(encoding).toLowerCase()];
}

module.exports = { normalizeEncoding };
