const assert = require('node:assert');
const { parse, parseAsync } = require('@ast-grep/napi');

module.exports = {
  async 'finds patterns'() {
    assert.strictEqual(parse('JavaScript', 'log(1); log(2)').root().findAll('log($A)').length, 2);
    assert.strictEqual((await parseAsync('JavaScript', 'f(x)')).root().find('f($A)').getMatch('A').text(), 'x');
  },
};
