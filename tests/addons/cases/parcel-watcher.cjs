// A thread of the addon's own that calls JavaScript.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { scratch } = require('../scratch.cjs');
const watcher = require('@parcel/watcher');

/** The first event about `file` in `folder` after `change`. */
async function seen(folder, file, change) {
  let found;
  const first = new Promise((resolve, reject) => {
    found = (error, events) => {
      if (error) reject(error);
      const event = (events ?? []).find((one) => path.basename(one.path) === file);
      if (event) resolve(event.type);
    };
  });
  const subscription = await watcher.subscribe(folder, found);
  change();
  const type = await first;
  await subscription.unsubscribe();
  return type;
}

module.exports = {
  async 'sees a file come, change and go'() {
    const folder = scratch();
    const file = path.join(folder, 'a.txt');
    assert.strictEqual(await seen(folder, 'a.txt', () => fs.writeFileSync(file, 'one')), 'create');
    assert.strictEqual(await seen(folder, 'a.txt', () => fs.writeFileSync(file, 'two')), 'update');
    assert.strictEqual(await seen(folder, 'a.txt', () => fs.unlinkSync(file)), 'delete');
  },
  async 'tells what changed since a snapshot'() {
    const folder = scratch();
    const snapshot = path.join(scratch(), 'snapshot');
    await watcher.writeSnapshot(folder, snapshot);
    fs.writeFileSync(path.join(folder, 'new.txt'), '');
    const events = await watcher.getEventsSince(folder, snapshot);
    assert.deepStrictEqual(events.map(({ type, path: file }) => [type, path.basename(file)]), [['create', 'new.txt']]);
  },
  async 'rejects where there is nothing to watch'() {
    await assert.rejects(watcher.subscribe(path.join(scratch(), 'missing'), () => {}));
  },
  leave: () => watcher.subscribe(scratch(), () => {}),
};
