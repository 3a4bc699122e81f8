// Addresses as numbers: `ptr`, `read`, and native memory as buffers and texts.

const natives = binding('ffi');
const { FFIType } = require('ffi/types');

/** The address of a buffer's or view's byte. The engine keeps the bytes in place from then on. */
function ptr(bytes, byteOffset) {
  return natives.ptr(bytes, byteOffset);
}

const reader = (type) => {
  const read = natives.read;
  return (address, byteOffset) => read(address, byteOffset, type);
};

const readPointer = reader(FFIType.ptr);
const readSigned = reader(FFIType.i64_fast);

const read = {
  u8: reader(FFIType.u8),
  u16: reader(FFIType.u16),
  u32: reader(FFIType.u32),
  ptr: (address, byteOffset) => readPointer(address, byteOffset) ?? 0,
  i8: reader(FFIType.i8),
  i16: reader(FFIType.i16),
  i32: reader(FFIType.i32),
  i64: reader(FFIType.i64),
  u64: reader(FFIType.u64),
  intptr: (address, byteOffset) => Number(readSigned(address, byteOffset)),
  f32: reader(FFIType.f32),
  f64: reader(FFIType.f64),
};

/** The memory at an address as a buffer over it; without a length, up to the first NUL. */
function toArrayBuffer(address, byteOffset, byteLength, deallocatorContext, deallocator) {
  return natives.toArrayBuffer(address, byteOffset, byteLength, deallocatorContext, deallocator);
}

/** The same as a `Buffer`. */
function toBuffer(address, byteOffset, byteLength, deallocatorContext, deallocator) {
  return require('node/buffer').Buffer.from(
    natives.toArrayBuffer(address, byteOffset, byteLength, deallocatorContext, deallocator),
  );
}

/** The text at an address: copied, so it stays when the memory goes. Null is an empty text. */
class CString extends String {
  constructor(address, byteOffset, byteLength) {
    super(address ? natives.text(address, byteOffset, byteLength) : '');
    this.ptr = typeof address === 'number' ? address : Number(address ?? 0);
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
  }

  /** The bytes of the text, where they are. */
  get arrayBuffer() {
    if (!this.ptr) return new ArrayBuffer(0);
    return natives.toArrayBuffer(this.ptr, this.byteOffset, this.byteLength);
  }
}

module.exports = { CString, ptr, read, toArrayBuffer, toBuffer };
