//! C's texts.

use std::ffi::CStr;

/// The bytes from `address` up to the first NUL.
///
/// # Safety
/// There is a NUL-terminated text at `address`, which nobody writes or frees while the result is used.
pub(super) unsafe fn text_at<'a>(address: u64) -> &'a [u8] {
    let start = std::ptr::with_exposed_provenance(usize::try_from(address).unwrap_or(0));
    // SAFETY: by this function's contract.
    unsafe { CStr::from_ptr(start) }.to_bytes()
}
