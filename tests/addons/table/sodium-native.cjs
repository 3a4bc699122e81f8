const assert = require('node:assert');
const sodium = require('sodium-native');

module.exports = {
  async 'hashes and seals'() {
    const out = Buffer.alloc(32);
    sodium.crypto_generichash(out, Buffer.from('hello'));
    assert.strictEqual(out.toString('hex').slice(0, 8), '324dcf02');
    const secret = sodium.sodium_malloc(32);
    sodium.randombytes_buf(secret);
    const hash = Buffer.alloc(sodium.crypto_pwhash_STRBYTES);
    await new Promise((resolve, reject) => {
      sodium.crypto_pwhash_str_async(hash, Buffer.from('pw'), 1, sodium.crypto_pwhash_MEMLIMIT_MIN, (error) => (error ? reject(error) : resolve()));
    });
    assert.strictEqual(sodium.crypto_pwhash_str_verify(hash, Buffer.from('pw')), true);
  },
};
