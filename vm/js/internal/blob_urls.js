// `blob:` URLs: names for blobs that other threads of the process know too.
//
// The bytes are kept by native code until the URL is revoked or the test file is over.

const { codes } = require('internal/errors');
const { storeBlob, revokeBlob, blob: findBlob } = binding('workers');

function create(blob) {
  const { Blob, bytesOf } = require('web/blob');
  if (!(blob instanceof Blob)) throw new codes.ERR_INVALID_ARG_TYPE('obj', 'Blob', blob);
  const url = `blob:nodedata:${require('node/crypto').randomUUID()}`;
  storeBlob(url, bytesOf(blob), blob.type);
  return url;
}

function revoke(url) {
  revokeBlob(url);
}

/** The blob of a URL, as a new one; undefined if it is not known. */
function resolve(url) {
  const found = findBlob(url);
  return found === undefined ? undefined : new (require('web/blob').Blob)([found[0]], { type: found[1] });
}

module.exports = { create, resolve, revoke };
