const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { scratch } = require('../scratch.cjs');
const { ResolverFactory } = require('unrs-resolver');

module.exports = {
  async 'resolves'() {
    const folder = fs.realpathSync(scratch());
    fs.writeFileSync(path.join(folder, 'a.js'), '');
    const resolver = new ResolverFactory({ extensions: ['.js'] });
    assert.strictEqual(resolver.sync(folder, './a').path, path.join(folder, 'a.js'));
    assert.strictEqual((await resolver.async(folder, './a')).path, path.join(folder, 'a.js'));
    assert.match(resolver.sync(folder, './b').error, /Cannot find/);
  },
};
