// Strings made in batches for a reader of MessagePack; and msgpackr, which uses it.
const assert = require('node:assert');
const extract = require('msgpackr-extract');

const words = ['one of the strings that are long enough', 'another one that is long enough', 'ünïcödé and quite some length'];

/** MessagePack's form of a list of strings of up to 255 bytes. */
const packed = (strings) => Buffer.concat([
  Buffer.from([0xdc, 0, strings.length]),
  ...strings.map((text) => Buffer.concat([Buffer.from([0xd9, Buffer.byteLength(text)]), Buffer.from(text)])),
]);

module.exports = {
  'finds the strings of a message'() {
    const message = Uint8Array.from(packed(words));
    // From after the head of the list. Neighbours that are plain ASCII come as one, with the bytes between them.
    const found = extract.extractStrings(3, message.length, message.buffer);
    assert.deepStrictEqual(found, [`${words[0]}\xd9${String.fromCharCode(words[1].length)}${words[1]}`, words[2]]);
  },
};
