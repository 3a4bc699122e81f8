const assert = require('node:assert');
const { rollup } = require('rollup');

module.exports = {
  async 'bundles with a plugin'() {
    const files = { main: 'import { a } from "dep"; export default a + 1;', dep: 'export const a = 1; export const unused = 2;' };
    const plugin = { name: 'files', resolveId: (id) => id, load: (id) => files[id] };
    const bundle = await rollup({ input: 'main', plugins: [plugin] });
    const { output } = await bundle.generate({ format: 'es' });
    assert.match(output[0].code, /const a = 1/);
    assert.ok(!output[0].code.includes('unused'));
    await bundle.close();
  },
};
