// node-addon-api: workers with callbacks and promises.
const assert = require('node:assert');
const bcrypt = require('bcrypt');

module.exports = {
  'hashes and compares at once'() {
    const salt = bcrypt.genSaltSync(4);
    const hash = bcrypt.hashSync('secret', salt);
    assert.ok(hash.startsWith(salt));
    assert.strictEqual(bcrypt.compareSync('secret', hash), true);
    assert.strictEqual(bcrypt.compareSync('other', hash), false);
    assert.strictEqual(bcrypt.getRounds(hash), 4);
  },
  async 'hashes and compares on other threads'() {
    const hash = await bcrypt.hash('secret', 4);
    assert.deepStrictEqual(await Promise.all(['secret', 'other'].map((word) => bcrypt.compare(word, hash))), [true, false]);
  },
  async 'calls back'() {
    const hash = await new Promise((resolve, reject) => {
      bcrypt.hash('secret', 4, (error, result) => (error ? reject(error) : resolve(result)));
    });
    assert.strictEqual(hash.length, 60);
    await assert.rejects(bcrypt.hash('secret', 'no salt'), /Invalid salt/);
  },
  leave: () => bcrypt.hash('left', 8),
};
