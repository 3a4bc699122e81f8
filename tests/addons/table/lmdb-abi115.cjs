const path = require('node:path');

module.exports = {
  'is built for V8'() {
    process.dlopen({ exports: {} }, path.join(path.dirname(require.resolve('@lmdb/lmdb-linux-x64/package.json')), 'node.abi115.glibc.node'));
  },
};
