// node:dns: lookups by the system's resolver. Queries to name servers (`resolve*`) are not there.

const { codes, notImplemented } = require('internal/errors');
const { lookupAll } = require('internal/dns');

function lookup(hostname, options, callback) {
  const [settings, done] = typeof options === 'function' ? [{}, options] : [options ?? {}, callback];
  if (typeof done !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', done);
  if (hostname !== undefined && hostname !== null && hostname !== '' && typeof hostname !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('hostname', 'string', hostname);
  lookupAll(hostname || 'localhost', settings, (error, list) => {
    if (error) done(error);
    else if (settings.all) done(null, list);
    else done(null, list[0].address, list[0].family);
  });
}
Object.defineProperty(lookup, Symbol.for('nodejs.util.promisify.custom'), {
  value: (hostname, options) => module.exports.promises.lookup(hostname, options),
});

const dns = {
  lookup,
  ADDRCONFIG: 32,
  V4MAPPED: 8,
  ALL: 16,
  NOTFOUND: 'ENOTFOUND',
  NODATA: 'ENODATA',
  getServers: () => [],
  getDefaultResultOrder: () => 'verbatim',
  setDefaultResultOrder() {},
};
for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCname', 'resolveMx', 'resolveNs', 'resolveSrv', 'resolveTxt', 'reverse', 'lookupService', 'setServers']) {
  dns[name] = { [name]() { throw notImplemented(`dns.${name}`); } }[name];
}
Object.defineProperty(dns, 'promises', { enumerable: true, get: () => require('node/dns/promises') });

module.exports = dns;
