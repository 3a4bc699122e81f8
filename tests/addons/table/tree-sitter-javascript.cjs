const assert = require('node:assert');

module.exports = {
  'is a language'() {
    const language = require('tree-sitter-javascript');
    assert.strictEqual(typeof language.language, 'object');
    assert.ok(language.nodeTypeInfo.length > 0);
  },
};
