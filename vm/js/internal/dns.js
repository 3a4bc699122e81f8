// Names to addresses, by the system's resolver.

const { codes } = require('internal/errors');
const { networkError } = require('internal/net_errors');
const { isIP } = require('internal/net/address');
const { nextTick } = require('internal/task_queues');
const asyncContext = require('internal/async_context');

const native = binding('net');

function familyOf(value) {
  if (value === undefined || value === 0 || value === null) return 0;
  if (value === 4 || value === 'IPv4') return 4;
  if (value === 6 || value === 'IPv6') return 6;
  throw new codes.ERR_INVALID_ARG_VALUE('family', value, 'must be one of: 0, 4, 6');
}

/** `done(error, [{ address, family }, …])` */
function lookupAll(hostname, options, done) {
  const family = familyOf(typeof options === 'number' ? options : options?.family);
  const kind = isIP(hostname);
  if (kind !== 0) {
    nextTick(done, null, [{ address: hostname, family: kind }]);
    return;
  }
  native.lookup(hostname, family, asyncContext.bind((error, flat) => {
    if (error) {
      done(networkError(error));
      return;
    }
    const list = [];
    for (let i = 0; i < flat.length; i += 2) list.push({ address: flat[i], family: flat[i + 1] });
    if (options?.order === 'ipv6first') list.sort((a, b) => b.family - a.family);
    done(null, list);
  }));
}

module.exports = { lookupAll };
