// Images: buffers of foreign memory, work on the thread pool, streams.
const assert = require('node:assert');
const sharp = require('sharp');

const picture = () => sharp({ create: { width: 8, height: 4, channels: 3, background: { r: 200, g: 100, b: 50 } } });

module.exports = {
  async 'resizes and says what it made'() {
    const { data, info } = await picture().resize(4, 2).raw().toBuffer({ resolveWithObject: true });
    assert.deepStrictEqual([info.width, info.height, info.channels, data.length], [4, 2, 3, 24]);
    for (let i = 0; i < data.length; i += 3) assert.deepStrictEqual([...data.subarray(i, i + 3)], [200, 100, 50]);
  },
  async 'encodes and reads back'() {
    const png = await picture().png().toBuffer();
    assert.deepStrictEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')]);
    const { format, width, height, hasAlpha } = await sharp(png).metadata();
    assert.deepStrictEqual({ format, width, height, hasAlpha }, { format: 'png', width: 8, height: 4, hasAlpha: false });
  },
  async 'reads pixels it was given and changes them'() {
    const pixels = new Uint8Array([255, 0, 0, 0, 255, 0]);
    const raw = { width: 2, height: 1, channels: 3 };
    const turned = await sharp(pixels, { raw }).flop().raw().toBuffer();
    assert.deepStrictEqual([...turned], [0, 255, 0, 255, 0, 0]);
    const { channels } = await sharp(pixels, { raw }).stats();
    assert.deepStrictEqual(channels.map((channel) => channel.max), [255, 255, 0]);
  },
  async 'takes streams and refuses what is no image'() {
    const stream = sharp().rotate(90).raw();
    stream.end(await picture().png().toBuffer());
    assert.strictEqual((await stream.toBuffer()).length, 8 * 4 * 3);
    await assert.rejects(sharp(Buffer.from('no image')).toBuffer(), /unsupported image format/);
  },
  leave: () => picture().resize(400, 400).png().toBuffer(),
};
