// Work on the thread pool as promises.
const assert = require('node:assert');
const bcrypt = require('@node-rs/bcrypt');

// Version 1 takes a number.
const costs = (cost) => (bcrypt.parseOptions ? { cost } : cost);
const cheap = costs(4);

module.exports = {
  'hashes and verifies at once'() {
    const hash = bcrypt.hashSync('secret', cheap);
    assert.match(hash, /^\$2[aby]\$04\$.{53}$/);
    assert.strictEqual(bcrypt.verifySync('secret', hash), true);
    assert.strictEqual(bcrypt.verifySync('other', hash), false);
  },
  async 'hashes and verifies on other threads'() {
    const hashes = await Promise.all(['a', 'b', 'c', 'd'].map((word) => bcrypt.hash(word, cheap)));
    assert.deepStrictEqual(await Promise.all(hashes.map((hash) => bcrypt.verify('c', hash))), [false, false, true, false]);
  },
  leave: () => bcrypt.hash('left', costs(8)),
};
