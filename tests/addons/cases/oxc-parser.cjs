// A parser in Rust: syntax trees as text, bytes of foreign memory, work on the thread pool.
const assert = require('node:assert');
const { parse, parseSync } = require('oxc-parser');

module.exports = {
  'parses TypeScript'() {
    const { program, errors, comments } = parseSync('a.ts', 'export const a: number = 1; // one');
    assert.deepStrictEqual(errors, []);
    assert.strictEqual(program.body[0].declaration.declarations[0].id.typeAnnotation.typeAnnotation.type, 'TSNumberKeyword');
    assert.deepStrictEqual(comments.map(({ type, value }) => [type, value]), [['Line', ' one']]);
  },
  'knows imports and exports'() {
    const { module: found } = parseSync('a.mjs', 'import a, { b as c } from "d"; export { c }');
    assert.strictEqual(found.hasModuleSyntax, true);
    assert.strictEqual(found.staticImports[0].moduleRequest.value, 'd');
    assert.strictEqual(found.staticImports[0].entries.length, 2);
  },
  async 'parses on other threads and says what is wrong'() {
    const results = await Promise.all(['let a', 'let = = 1', 'a => a'].map((text) => parse('a.js', text)));
    assert.deepStrictEqual(results.map(({ errors }) => errors.length > 0), [false, true, false]);
  },
  leave: () => parse('a.js', 'let left = 1;'.repeat(2000)),
};
