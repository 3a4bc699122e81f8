// Buffer's numbers: every `read*` and `write*` method. Installed once on the prototype by node/buffer.
//
// Whole numbers are put together by arithmetic, which the engine compiles well; floats go through one shared cell.

const { codes } = require('internal/errors');
const { validateNumber } = require('internal/validators');

const float32 = new Float32Array(1);
const bytes32 = new Uint8Array(float32.buffer);
const float64 = new Float64Array(1);
const bytes64 = new Uint8Array(float64.buffer);

function outOfBounds(value, last, type) {
  if (Math.floor(value) !== value) {
    validateNumber(value, type);
    throw new codes.ERR_OUT_OF_RANGE(type || 'offset', 'an integer', value);
  }
  if (last < 0) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
  throw new codes.ERR_OUT_OF_RANGE(type || 'offset', `>= ${type ? 1 : 0} and <= ${last}`, value);
}

/** The first byte, after both ends were seen to exist. */
function firstByte(buffer, offset, size) {
  validateNumber(offset, 'offset');
  const first = buffer[offset];
  if (first === undefined || buffer[offset + size - 1] === undefined) outOfBounds(offset, buffer.length - size);
  return first;
}

function rangeText(min, max, size) {
  const n = typeof min === 'bigint' ? 'n' : '';
  if (size <= 4) return `>= ${min}${n} and <= ${max}${n}`;
  // eslint-disable-next-line eqeqeq
  if (min == 0) return `>= 0${n} and < 2${n} ** ${size * 8}${n}`;
  return `>= -(2${n} ** ${size * 8 - 1}${n}) and < 2${n} ** ${size * 8 - 1}${n}`;
}

function checkValue(value, min, max, size) {
  if (value > max || value < min) throw new codes.ERR_OUT_OF_RANGE('value', rangeText(min, max, size), value);
}

function checkSize(size) {
  if (size === undefined) throw new codes.ERR_INVALID_ARG_TYPE('byteLength', 'number', size);
  if (!(size >= 1 && size <= 6 && Math.floor(size) === size)) outOfBounds(size, 6, 'byteLength');
}

function checkOffset(offset) {
  if (offset === undefined) throw new codes.ERR_INVALID_ARG_TYPE('offset', 'number', offset);
}

// ---- whole numbers of any size ----

function readLE(buffer, offset, size) {
  let value = firstByte(buffer, offset, size);
  let factor = 1;
  for (let i = 1; i < size; i++) value += buffer[offset + i] * (factor *= 256);
  return value;
}

function readBE(buffer, offset, size) {
  let value = firstByte(buffer, offset, size);
  for (let i = 1; i < size; i++) value = value * 256 + buffer[offset + i];
  return value;
}

function signed(value, size) {
  return value >= 2 ** (size * 8 - 1) ? value - 2 ** (size * 8) : value;
}

function writeLE(buffer, number, offset, size, min, max) {
  let value = +number;
  checkValue(value, min, max, size);
  firstByte(buffer, offset, size);
  // Negative numbers as their two's complement; NaN as zero.
  value = Math.trunc(value) || 0;
  if (value < 0) value += 2 ** (size * 8);
  for (let i = 0; i < size; i++) {
    buffer[offset + i] = value % 256;
    value = Math.floor(value / 256);
  }
  return offset + size;
}

function writeBE(buffer, number, offset, size, min, max) {
  let value = +number;
  checkValue(value, min, max, size);
  firstByte(buffer, offset, size);
  value = Math.trunc(value) || 0;
  if (value < 0) value += 2 ** (size * 8);
  for (let i = size - 1; i >= 0; i--) {
    buffer[offset + i] = value % 256;
    value = Math.floor(value / 256);
  }
  return offset + size;
}

function readBigLE(buffer, offset) {
  const low = readLE(buffer, offset, 4);
  firstByte(buffer, offset, 8);
  return (BigInt(readLE(buffer, offset + 4, 4)) << 32n) + BigInt(low);
}

function readBigBE(buffer, offset) {
  firstByte(buffer, offset, 8);
  return (BigInt(readBE(buffer, offset, 4)) << 32n) + BigInt(readBE(buffer, offset + 4, 4));
}

function checkBig(buffer, value, offset, min, max) {
  if (typeof value !== 'bigint') throw new codes.ERR_INVALID_ARG_TYPE('value', 'bigint', value);
  checkValue(value, min, max, 8);
  firstByte(buffer, offset, 8);
}

function writeBigLE(buffer, value, offset, min, max) {
  checkBig(buffer, value, offset, min, max);
  let rest = BigInt.asUintN(64, value);
  for (let i = 0; i < 8; i++, rest >>= 8n) buffer[offset + i] = Number(rest & 0xffn);
  return offset + 8;
}

function writeBigBE(buffer, value, offset, min, max) {
  checkBig(buffer, value, offset, min, max);
  let rest = BigInt.asUintN(64, value);
  for (let i = 7; i >= 0; i--, rest >>= 8n) buffer[offset + i] = Number(rest & 0xffn);
  return offset + 8;
}

function readFloat(buffer, offset, cell, bytes, reverse) {
  const size = bytes.length;
  firstByte(buffer, offset, size);
  for (let i = 0; i < size; i++) bytes[reverse ? size - 1 - i : i] = buffer[offset + i];
  return cell[0];
}

function writeFloat(buffer, value, offset, cell, bytes, reverse) {
  const size = bytes.length;
  cell[0] = +value;
  firstByte(buffer, offset, size);
  for (let i = 0; i < size; i++) buffer[offset + i] = bytes[reverse ? size - 1 - i : i];
  return offset + size;
}

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;
const U64_MAX = 2n ** 64n - 1n;

// The sizes that everyone uses are written out: one check, no loop.
const methods = {
  readUInt8(offset = 0) {
    return firstByte(this, offset, 1);
  },
  readInt8(offset = 0) {
    return (firstByte(this, offset, 1) << 24) >> 24;
  },
  readUInt16LE(offset = 0) {
    return firstByte(this, offset, 2) + this[offset + 1] * 256;
  },
  readUInt16BE(offset = 0) {
    return firstByte(this, offset, 2) * 256 + this[offset + 1];
  },
  readInt16LE(offset = 0) {
    return ((firstByte(this, offset, 2) | (this[offset + 1] << 8)) << 16) >> 16;
  },
  readInt16BE(offset = 0) {
    return (((firstByte(this, offset, 2) << 8) | this[offset + 1]) << 16) >> 16;
  },
  readUInt32LE(offset = 0) {
    const first = firstByte(this, offset, 4);
    return (first | (this[offset + 1] << 8) | (this[offset + 2] << 16) | (this[offset + 3] << 24)) >>> 0;
  },
  readUInt32BE(offset = 0) {
    const first = firstByte(this, offset, 4);
    return ((first << 24) | (this[offset + 1] << 16) | (this[offset + 2] << 8) | this[offset + 3]) >>> 0;
  },
  readInt32LE(offset = 0) {
    const first = firstByte(this, offset, 4);
    return first | (this[offset + 1] << 8) | (this[offset + 2] << 16) | (this[offset + 3] << 24);
  },
  readInt32BE(offset = 0) {
    const first = firstByte(this, offset, 4);
    return (first << 24) | (this[offset + 1] << 16) | (this[offset + 2] << 8) | this[offset + 3];
  },
  readUIntLE(offset, byteLength) {
    checkOffset(offset);
    checkSize(byteLength);
    return readLE(this, offset, byteLength);
  },
  readUIntBE(offset, byteLength) {
    checkOffset(offset);
    checkSize(byteLength);
    return readBE(this, offset, byteLength);
  },
  readIntLE(offset, byteLength) {
    checkOffset(offset);
    checkSize(byteLength);
    return signed(readLE(this, offset, byteLength), byteLength);
  },
  readIntBE(offset, byteLength) {
    checkOffset(offset);
    checkSize(byteLength);
    return signed(readBE(this, offset, byteLength), byteLength);
  },
  readBigUInt64LE(offset = 0) {
    firstByte(this, offset, 8);
    return readBigLE(this, offset);
  },
  readBigUInt64BE(offset = 0) {
    return readBigBE(this, offset);
  },
  readBigInt64LE(offset = 0) {
    firstByte(this, offset, 8);
    return BigInt.asIntN(64, readBigLE(this, offset));
  },
  readBigInt64BE(offset = 0) {
    return BigInt.asIntN(64, readBigBE(this, offset));
  },
  readFloatLE(offset = 0) {
    return readFloat(this, offset, float32, bytes32, false);
  },
  readFloatBE(offset = 0) {
    return readFloat(this, offset, float32, bytes32, true);
  },
  readDoubleLE(offset = 0) {
    return readFloat(this, offset, float64, bytes64, false);
  },
  readDoubleBE(offset = 0) {
    return readFloat(this, offset, float64, bytes64, true);
  },

  writeUInt8(value, offset = 0) {
    return writeLE(this, value, offset, 1, 0, 0xff);
  },
  writeInt8(value, offset = 0) {
    return writeLE(this, value, offset, 1, -0x80, 0x7f);
  },
  writeUInt16LE(value, offset = 0) {
    return writeLE(this, value, offset, 2, 0, 0xffff);
  },
  writeUInt16BE(value, offset = 0) {
    return writeBE(this, value, offset, 2, 0, 0xffff);
  },
  writeInt16LE(value, offset = 0) {
    return writeLE(this, value, offset, 2, -0x8000, 0x7fff);
  },
  writeInt16BE(value, offset = 0) {
    return writeBE(this, value, offset, 2, -0x8000, 0x7fff);
  },
  writeUInt32LE(value, offset = 0) {
    return writeLE(this, value, offset, 4, 0, 0xffffffff);
  },
  writeUInt32BE(value, offset = 0) {
    return writeBE(this, value, offset, 4, 0, 0xffffffff);
  },
  writeInt32LE(value, offset = 0) {
    return writeLE(this, value, offset, 4, -0x80000000, 0x7fffffff);
  },
  writeInt32BE(value, offset = 0) {
    return writeBE(this, value, offset, 4, -0x80000000, 0x7fffffff);
  },
  writeUIntLE(value, offset, byteLength) {
    checkSize(byteLength);
    return writeLE(this, value, offset, byteLength, 0, 2 ** (8 * byteLength) - 1);
  },
  writeUIntBE(value, offset, byteLength) {
    checkSize(byteLength);
    return writeBE(this, value, offset, byteLength, 0, 2 ** (8 * byteLength) - 1);
  },
  writeIntLE(value, offset, byteLength) {
    checkSize(byteLength);
    const half = 2 ** (8 * byteLength - 1);
    return writeLE(this, value, offset, byteLength, -half, half - 1);
  },
  writeIntBE(value, offset, byteLength) {
    checkSize(byteLength);
    const half = 2 ** (8 * byteLength - 1);
    return writeBE(this, value, offset, byteLength, -half, half - 1);
  },
  writeBigUInt64LE(value, offset = 0) {
    return writeBigLE(this, value, offset, 0n, U64_MAX);
  },
  writeBigUInt64BE(value, offset = 0) {
    return writeBigBE(this, value, offset, 0n, U64_MAX);
  },
  writeBigInt64LE(value, offset = 0) {
    return writeBigLE(this, value, offset, I64_MIN, I64_MAX);
  },
  writeBigInt64BE(value, offset = 0) {
    return writeBigBE(this, value, offset, I64_MIN, I64_MAX);
  },
  writeFloatLE(value, offset = 0) {
    return writeFloat(this, value, offset, float32, bytes32, false);
  },
  writeFloatBE(value, offset = 0) {
    return writeFloat(this, value, offset, float32, bytes32, true);
  },
  writeDoubleLE(value, offset = 0) {
    return writeFloat(this, value, offset, float64, bytes64, false);
  },
  writeDoubleBE(value, offset = 0) {
    return writeFloat(this, value, offset, float64, bytes64, true);
  },
};

/** Adds all methods, and the spelling `Uint` of those with `UInt`. */
function install(prototype) {
  for (const name of Object.keys(methods)) {
    prototype[name] = methods[name];
    if (name.includes('UInt')) prototype[name.replace('UInt', 'Uint')] = methods[name];
  }
}

module.exports = { install };
