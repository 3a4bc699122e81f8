const assert = require('node:assert');

module.exports = {
  async 'bundles with a plugin'() {
    const { rolldown } = await import('rolldown');
    const files = { main: 'import { a } from "dep"; export default a + 1;', dep: 'export const a = 1; export const unused = 2;' };
    const plugin = { name: 'files', resolveId: (id) => (files[id] ? id : null), load: (id) => files[id] };
    const bundle = await rolldown({ input: 'main', plugins: [plugin] });
    const { output } = await bundle.generate({ format: 'esm' });
    assert.ok(!output[0].code.includes('unused'), output[0].code);
    await bundle.close();
  },
};
