// Errors of the network, made of what native code tells: { code, message, errno, syscall, address, port }.

const { errnoException, exceptionWithHostPort } = require('internal/errors');

/** Node's error. */
function networkError(plain) {
  if (plain instanceof Error) return plain;
  const { code, message, errno, syscall, address, port } = plain;
  if (syscall === 'getaddrinfo') return lookupError(code, address);
  if (errno !== 0 && address !== undefined) return exceptionWithHostPort(errno, syscall, address, port);
  if (errno !== 0) return errnoException(errno, syscall);
  const error = new Error(message);
  error.code = code;
  return error;
}

function lookupError(code, hostname) {
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  error.errno = code === 'EAI_AGAIN' ? -3001 : -3008;
  error.code = code;
  error.syscall = 'getaddrinfo';
  error.hostname = hostname;
  return error;
}

/** A native call with a callback, as a promise. */
function promised(native, ...args) {
  return new Promise((resolve, reject) => {
    native(...args, (error, value) => (error ? reject(networkError(error)) : resolve(value)));
  });
}

module.exports = { networkError, promised };
