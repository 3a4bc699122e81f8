const assert = require('node:assert');
const oxc = require('oxc-transform');

module.exports = {
  'strips types'() {
    const { code, errors } = (oxc.transformSync ?? oxc.transform)('a.ts', 'export const a: number = 1;');
    assert.deepStrictEqual([code.trim(), errors], ['export const a = 1;', []]);
  },
};
