// A database in C++ with handles as tagged externals, bigints and instance data.
const assert = require('node:assert');
const duckdb = require('@duckdb/node-bindings');

async function connect() {
  const db = await duckdb.open(':memory:');
  return { db, connection: await duckdb.connect(db) };
}

module.exports = {
  async 'runs SQL'() {
    const { connection } = await connect();
    await duckdb.query(connection, 'create table t(n integer, word varchar)');
    await duckdb.query(connection, "insert into t values (1, 'one'), (2, 'two'), (3, 'three')");
    const result = await duckdb.query(connection, 'select sum(n)::integer, max(word) from t');
    assert.strictEqual(duckdb.column_count(result), 2);
    const chunk = await duckdb.fetch_chunk(result);
    assert.strictEqual(duckdb.data_chunk_get_size(chunk), 1);
    const vector = duckdb.data_chunk_get_vector(chunk, 0);
    const data = duckdb.vector_get_data(vector, 4);
    assert.strictEqual(new DataView(data.buffer, data.byteOffset, 4).getInt32(0, true), 6);
  },
  async 'binds values of prepared statements'() {
    const { connection } = await connect();
    const statement = await duckdb.prepare(connection, 'select ? + ?');
    assert.strictEqual(duckdb.nparams(statement), 2);
    duckdb.bind_int32(statement, 1, 40);
    duckdb.bind_int64(statement, 2, 2n);
    const chunk = await duckdb.fetch_chunk(await duckdb.execute_prepared(statement));
    const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, 0), 8);
    assert.strictEqual(new DataView(data.buffer, data.byteOffset, 8).getBigInt64(0, true), 42n);
  },
  async 'rejects what is no SQL'() {
    const { connection } = await connect();
    await assert.rejects(duckdb.query(connection, 'selec 1'), /syntax error/);
    assert.throws(() => duckdb.connect({}), /./);
  },
  leave: connect,
};
