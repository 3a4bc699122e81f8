// LevelDB: iterators, batches, snapshots; an environment hook closes what is open.
const assert = require('node:assert');
const { scratch } = require('../scratch.cjs');
const { ClassicLevel } = require('classic-level');

module.exports = {
  async 'reads ranges back'() {
    const db = new ClassicLevel(scratch());
    await db.batch(['a', 'b', 'c', 'd'].map((key, value) => ({ type: 'put', key, value: String(value) })));
    assert.deepStrictEqual(await db.iterator({ gt: 'a', lte: 'c' }).all(), [['b', '1'], ['c', '2']]);
    const keys = [];
    for await (const key of db.keys({ reverse: true })) keys.push(key);
    assert.deepStrictEqual(keys, ['d', 'c', 'b', 'a']);
    await db.close();
  },
  async 'keeps buffers and what a snapshot saw'() {
    const db = new ClassicLevel(scratch(), { valueEncoding: 'buffer' });
    await db.put('a', Buffer.from([1, 2, 3]));
    const snapshot = db.snapshot();
    await db.del('a');
    assert.deepStrictEqual([...(await db.get('a', { snapshot }))], [1, 2, 3]);
    assert.strictEqual(await db.get('a'), undefined);
    await snapshot.close();
    await db.close();
  },
  async 'refuses a second owner'() {
    const folder = scratch();
    const db = new ClassicLevel(folder);
    await db.open();
    await assert.rejects(new ClassicLevel(folder).open(), { code: 'LEVEL_DATABASE_NOT_OPEN' });
    await db.close();
  },
  async leave() {
    const db = new ClassicLevel(scratch());
    await db.put('left', 'open');
    const iterator = db.iterator();
    await iterator.next();
    return [db, iterator];
  },
};
