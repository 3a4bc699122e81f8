const assert = require('node:assert');
const Database = require('libsql');

module.exports = {
  'runs SQL'() {
    const db = new Database(':memory:');
    db.exec('create table t(n integer, word text)');
    const insert = db.prepare('insert into t values (?, ?)');
    for (const [i, word] of ['a', 'b', 'c'].entries()) insert.run(i, word);
    assert.deepStrictEqual(db.prepare('select word from t where n > ?').all(0), [{ word: 'b' }, { word: 'c' }]);
    assert.throws(() => db.exec('selec 1'), /syntax error/);
    db.close();
  },
};
