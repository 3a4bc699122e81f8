const assert = require('node:assert');

module.exports = {
  'parses'() {
    const Parser = require('tree-sitter');
    const parser = new Parser();
    parser.setLanguage(require('tree-sitter-javascript'));
    assert.strictEqual(parser.parse('a + b').rootNode.type, 'program');
  },
};
