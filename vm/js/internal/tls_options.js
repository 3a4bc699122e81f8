// TLS options as native code takes them: texts in PEM.

function pem(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value.pem !== undefined) return pem(value.pem);
  if (value instanceof require('web/blob').Blob) throw new TypeError('Certificates and keys must be strings or Buffers');
  return require('node/buffer').Buffer.from(value.buffer ?? value, value.byteOffset, value.byteLength).toString('latin1');
}

const list = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** Of a client; `undefined` where nothing was said. */
function clientTls(options = {}) {
  const { env } = require('internal/process_object').process;
  const ca = list(options.ca).map(pem);
  if (env.NODE_EXTRA_CA_CERTS) ca.push(require('node/fs').readFileSync(env.NODE_EXTRA_CA_CERTS, 'latin1'));
  return {
    ...common(options),
    ca,
    rejectUnauthorized: options.rejectUnauthorized ?? env.NODE_TLS_REJECT_UNAUTHORIZED !== '0',
    servername: options.servername || undefined,
  };
}

function serverTls(options) {
  return {
    ...common(options),
    ca: list(options.ca).map(pem),
    requestCert: options.requestCert === true,
    rejectUnauthorized: options.rejectUnauthorized !== false,
  };
}

function common(options) {
  const protocols = options.ALPNProtocols;
  return {
    cert: list(options.cert).map(pem).join('\n') || undefined,
    key: pem(list(options.key)[0]),
    passphrase: options.passphrase ?? list(options.key)[0]?.passphrase,
    alpn: Array.isArray(protocols) ? protocols.map(String) : [],
    minVersion: options.minVersion,
    maxVersion: options.maxVersion,
  };
}

module.exports = { clientTls, serverTls };
