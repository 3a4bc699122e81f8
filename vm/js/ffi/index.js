// `trun:ffi`, also `bun:ffi`: native functions from tests.

const { FFIType } = require('ffi/types');
const { CFunction, cc, dlopen, linkSymbols } = require('ffi/functions');
const { JSCallback } = require('ffi/callback');
const { CString, ptr, read, toArrayBuffer, toBuffer } = require('ffi/pointer');

/** What the names of shared libraries end with here. */
const suffix = 'so';

module.exports = { CFunction, CString, FFIType, JSCallback, cc, dlopen, linkSymbols, ptr, read, suffix, toArrayBuffer, toBuffer };
