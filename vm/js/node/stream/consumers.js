// node:stream/consumers: all of a stream as one value.

const { Buffer } = require('node/buffer');

async function blob(stream) {
  const parts = [];
  for await (const chunk of stream) parts.push(chunk);
  return new (require('web/blob').Blob)(parts);
}

async function buffer(stream) {
  const parts = [];
  for await (const chunk of stream) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset, chunk.byteLength));
  return Buffer.concat(parts);
}

async function arrayBuffer(stream) {
  const { buffer: bytes, byteOffset, byteLength } = await buffer(stream);
  return bytes.slice(byteOffset, byteOffset + byteLength);
}

async function text(stream) {
  const decoder = new (require('web/text_codec').TextDecoder)();
  let whole = '';
  for await (const chunk of stream) whole += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return whole + decoder.decode();
}

async function json(stream) {
  return JSON.parse(await text(stream));
}

module.exports = { arrayBuffer, blob, buffer, json, text };
