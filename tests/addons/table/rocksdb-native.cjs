const assert = require('node:assert');
const path = require('node:path');
const { scratch } = require('../scratch.cjs');
const RocksDB = require('rocksdb-native');

module.exports = {
  async 'writes and reads'() {
    const db = new RocksDB(path.join(scratch(), 'db'));
    await db.ready();
    const batch = db.write();
    const written = batch.put('a', 'one');
    await batch.flush();
    await written;
    const read = db.read();
    const value = read.get('a');
    read.tryFlush();
    assert.strictEqual(String(await value), 'one');
    await db.close();
  },
};
