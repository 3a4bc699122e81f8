const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { scratch } = require('../scratch.cjs');
const native = require('fs-native-extensions');

module.exports = {
  async 'locks'() {
    const file = path.join(scratch(), 'lock');
    const [one, two] = [fs.openSync(file, 'w+'), fs.openSync(file, 'w+')];
    assert.strictEqual(native.tryLock(one), true);
    assert.strictEqual(native.tryLock(two), false);
    const waits = native.waitForLock(two);
    native.unlock(one);
    await waits;
    native.unlock(two);
    fs.closeSync(one);
    fs.closeSync(two);
  },
};
