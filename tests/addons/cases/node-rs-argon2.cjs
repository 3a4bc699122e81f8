// Work on the thread pool as promises and as buffers.
const assert = require('node:assert');
const argon2 = require('@node-rs/argon2');

const cheap = { memoryCost: 1024, timeCost: 1, parallelism: 1 };

module.exports = {
  'hashes and verifies at once'() {
    const hash = argon2.hashSync('secret', cheap);
    assert.match(hash, /^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
    assert.strictEqual(argon2.verifySync(hash, 'secret'), true);
    assert.strictEqual(argon2.verifySync(hash, 'other'), false);
  },
  async 'hashes and verifies on other threads'() {
    const hashes = await Promise.all(['a', 'b', 'c'].map((word) => argon2.hash(word, cheap)));
    assert.deepStrictEqual(await Promise.all(hashes.map((hash) => argon2.verify(hash, 'b'))), [false, true, false]);
  },
  async 'gives the bare bytes'() {
    const options = { ...cheap, salt: Buffer.alloc(16, 1), outputLen: 24 };
    const raw = await argon2.hashRaw('secret', options);
    assert.ok(Buffer.isBuffer(raw));
    assert.strictEqual(raw.length, 24);
    assert.deepStrictEqual(raw, argon2.hashRawSync('secret', options));
  },
  async 'may be stopped by an abort signal'() {
    const controller = new AbortController();
    const earlier = Array.from({ length: 8 }, () => argon2.hash('earlier', cheap));
    const last = argon2.hash('secret', cheap, controller.signal).catch((error) => error.message);
    controller.abort();
    // Or a thread had begun it before.
    assert.match(await last, /^\$argon2id|abort/i);
    assert.strictEqual((await Promise.all(earlier)).length, 8);
  },
  leave: () => argon2.hash('left', cheap),
};
