const assert = require('node:assert');
const { createCanvas } = require('@napi-rs/canvas');

module.exports = {
  async 'draws and encodes'() {
    const canvas = createCanvas(4, 4);
    const context = canvas.getContext('2d');
    context.fillStyle = 'red';
    context.fillRect(0, 0, 2, 4);
    assert.deepStrictEqual([...context.getImageData(0, 0, 1, 1).data], [255, 0, 0, 255]);
    assert.deepStrictEqual([...(await canvas.encode('png')).subarray(1, 4)], [...Buffer.from('PNG')]);
  },
};
