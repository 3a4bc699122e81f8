const assert = require('node:assert');
const { Resvg, renderAsync } = require('@resvg/resvg-js');

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="4" height="2" fill="#00f"/></svg>';

module.exports = {
  async 'renders'() {
    const image = new Resvg(svg).render();
    assert.deepStrictEqual([image.width, image.height, ...image.pixels.subarray(0, 4)], [4, 2, 0, 0, 255, 255]);
    assert.strictEqual((await renderAsync(svg)).width, 4);
    assert.throws(() => new Resvg('no svg'));
  },
};
