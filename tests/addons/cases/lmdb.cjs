// A memory-mapped database: transactions, ranges, its own writer thread.
const assert = require('node:assert');
const { scratch } = require('../scratch.cjs');
const { open } = require('lmdb');

module.exports = {
  async 'writes and reads'() {
    const db = open({ path: scratch() });
    await db.put('a', { n: 1, list: [1, 2, 3], when: new Date(5) });
    assert.deepStrictEqual(db.get('a'), { n: 1, list: [1, 2, 3], when: new Date(5) });
    assert.strictEqual(db.get('b'), undefined);
    assert.strictEqual(await db.remove('a'), true);
    assert.strictEqual(db.doesExist('a'), false);
    await db.close();
  },
  async 'commits a transaction whole or not at all'() {
    const db = open({ path: scratch() });
    await db.transaction(() => { db.put('x', 1); db.put('y', 2); });
    assert.strictEqual(db.get('x') + db.get('y'), 3);
    db.transactionSync(() => db.put('x', 10));
    assert.throws(() => db.transactionSync(() => { db.put('x', 11); throw new Error('mine'); }), /mine/);
    assert.strictEqual(db.get('x'), 10);
    await db.close();
  },
  async 'reads ranges in order'() {
    const db = open({ path: scratch(), encoding: 'binary' });
    for (let i = 0; i < 100; i++) db.put(i, Buffer.from(`value ${i}`));
    await db.flushed;
    const found = Array.from(db.getRange({ start: 10, end: 15 }), ({ key, value }) => `${key}=${value}`);
    assert.deepStrictEqual(found, [10, 11, 12, 13, 14].map((i) => `${i}=value ${i}`));
    assert.deepStrictEqual([...db.getKeys({ reverse: true, limit: 3 })], [99, 98, 97]);
    await db.close();
  },
  leave() {
    const db = open({ path: scratch() });
    return [db, db.put('left', 'open')];
  },
};
