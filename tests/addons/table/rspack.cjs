const assert = require('node:assert');
const binding = require('@rspack/binding');

module.exports = {
  async 'transforms'() {
    assert.strictEqual(typeof binding.JsCompiler, 'function');
    const { code } = await binding.transform('const a: number = 1', JSON.stringify({ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }));
    assert.match(code, /const a = 1/);
  },
};
