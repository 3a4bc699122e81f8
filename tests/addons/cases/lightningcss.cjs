// A compiler that calls JavaScript back, on this thread and from others.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { scratch } = require('../scratch.cjs');
const css = require('lightningcss');

const transform = (code, options) => String(css.transform({ filename: 'a.css', code: Buffer.from(code), minify: true, ...options }).code);

module.exports = {
  minifies() {
    assert.strictEqual(transform('a { color: #ff0000; margin: 0px 0px }'), 'a{color:red;margin:0}');
  },
  'calls a visitor'() {
    const visitor = { Color: () => ({ type: 'rgb', r: 0, g: 0, b: 255, alpha: 1 }) };
    assert.strictEqual(transform('a { color: red }', { visitor }), 'a{color:#00f}');
  },
  'hands on what a visitor throws'() {
    const visitor = { Rule() { throw new Error('mine'); } };
    assert.throws(() => transform('a { color: red }', { visitor }), /mine/);
  },
  'says where the text is wrong'() {
    assert.throws(() => transform('a { color: red } }'), { name: 'SyntaxError' });
  },
  async 'asks a resolver from its own threads'() {
    const folder = scratch();
    fs.writeFileSync(path.join(folder, 'a.css'), '@import "b.css"; a { color: red }');
    fs.writeFileSync(path.join(folder, 'b.css'), 'b { color: blue }');
    const asked = [];
    const { code } = await css.bundleAsync({
      filename: path.join(folder, 'a.css'),
      minify: true,
      resolver: {
        read(file) { asked.push(path.basename(file)); return fs.readFileSync(file, 'utf8'); },
        async resolve(specifier, from) { return path.resolve(path.dirname(from), specifier); },
      },
    });
    assert.strictEqual(String(code), 'b{color:#00f}a{color:red}');
    assert.deepStrictEqual(asked.sort(), ['a.css', 'b.css']);
  },
};
