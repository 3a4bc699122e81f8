const assert = require('node:assert');
const argon2 = require('argon2');

module.exports = {
  async 'hashes and verifies'() {
    const hash = await argon2.hash('secret', { memoryCost: 1024, timeCost: 2, parallelism: 1 });
    assert.strictEqual(await argon2.verify(hash, 'secret'), true);
    assert.strictEqual(await argon2.verify(hash, 'other'), false);
  },
};
