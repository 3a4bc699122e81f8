const assert = require('node:assert');
const { sign, signSync, verify } = require('@node-rs/jsonwebtoken');

module.exports = {
  async 'signs and verifies'() {
    const claims = { data: { id: 1 }, exp: Math.floor(Date.now() / 1000) + 60 };
    const token = await sign(claims, 'key');
    assert.deepStrictEqual((await verify(token, 'key')).data, { id: 1 });
    assert.strictEqual(signSync(claims, 'key'), token);
    await assert.rejects(verify(token, 'other'), /InvalidSignature/);
  },
};
