const assert = require('node:assert');
const swc = require('@swc/core');

module.exports = {
  async 'transpiles and parses'() {
    const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, swcrc: false };
    assert.match(swc.transformSync('const a: number = 1', options).code, /const a = 1/);
    assert.match((await swc.transform('let b: string', options)).code, /let b/);
    assert.strictEqual((await swc.parse('a + b')).body.length, 1);
    assert.throws(() => swc.transformSync('let let = ', options));
  },
};
