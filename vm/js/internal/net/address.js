// What an address is: `net.isIP` and the forms `listen` and `connect` are called in.

const { codes } = require('internal/errors');

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function isIPv4(text) {
  return V4.test(`${text}`);
}

function isIPv6(text) {
  const [address, zone] = `${text}`.split('%');
  return address.includes(':') && zone !== '' && URL.canParse(`http://[${address}]/`);
}

function isIP(text) {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0;
}

function checkPort(name, value) {
  const port = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535) throw new codes.ERR_SOCKET_BAD_PORT(name, value);
  return port;
}

/** `(options, callback)`, `(port, host, …, callback)` or `(path, callback)` as options and callback. */
function normalize(args) {
  const list = [...args];
  const callback = typeof list.at(-1) === 'function' ? list.pop() : undefined;
  const [first, second, third] = list;
  if (first !== null && typeof first === 'object') return [first, callback];
  if (typeof first === 'string' && !/^\d+$/.test(first)) return [{ path: first }, callback];
  const options = { port: first };
  if (typeof second === 'string') options.host = second;
  else if (typeof second === 'number') options.backlog = second;
  if (typeof third === 'number') options.backlog = third;
  return [options, callback];
}

module.exports = { checkPort, isIP, isIPv4, isIPv6, normalize };
