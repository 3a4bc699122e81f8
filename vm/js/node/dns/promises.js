// node:dns/promises.

const { notImplemented } = require('internal/errors');
const { lookupAll } = require('internal/dns');

function lookup(hostname, options = {}) {
  return new Promise((resolve, reject) => {
    lookupAll(hostname || 'localhost', options, (error, list) => {
      if (error) reject(error);
      else resolve(options?.all ? list : list[0]);
    });
  });
}

const promises = { lookup };
for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveMx', 'resolveTxt', 'resolveSrv', 'reverse']) {
  promises[name] = { async [name]() { throw notImplemented(`dns.promises.${name}`); } }[name];
}

module.exports = promises;
