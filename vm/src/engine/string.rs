//! Strings on their way in and out of the engine.

use std::ffi::{CStr, CString};

use super::sys;

/// Texts up to this need no memory of their own on their way in.
const SHORT: usize = 256;

/// A string the engine holds outside its heap: reference-counted, immutable, not tied to a realm.
pub struct JsString {
    raw: sys::JSStringRef,
}

impl JsString {
    /// Copies `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        // ASCII text becomes an 8-bit string, which the engine parses and hashes at half the memory.
        if text.is_ascii()
            && let Some(string) = Self::from_ascii(text.as_bytes())
        {
            return string;
        }
        let units: Vec<u16> = text.encode_utf16().collect();
        Self::from_utf16(&units)
    }

    /// Copies ASCII; none if there is a NUL in it. Short texts are ended by a NUL on the stack, which saves an allocation.
    fn from_ascii(bytes: &[u8]) -> Option<Self> {
        let mut short = [0_u8; SHORT];
        let long;
        let text = if bytes.len() < SHORT {
            short[..bytes.len()].copy_from_slice(bytes);
            CStr::from_bytes_with_nul(&short[..=bytes.len()]).ok()?
        } else {
            long = CString::new(bytes).ok()?;
            &long
        };
        // SAFETY: the text ends with a NUL and outlives the call, which copies it.
        let raw = unsafe { sys::JSStringCreateWithUTF8CString(text.as_ptr()) };
        Some(Self { raw })
    }

    /// Writes it into `buffer` and returns its length, if it is all ASCII and fits with room for one byte more. Saves the engine from widening it,
    /// which [`JsString::units`] demands.
    pub fn ascii_into(&self, buffer: &mut [u8]) -> Option<usize> {
        let length = self.length();
        if length >= buffer.len() {
            return None;
        }
        // SAFETY: `self` holds a reference, so the string is live; the call writes at most the length of the buffer, the NUL at the end included.
        let written = unsafe { sys::JSStringGetUTF8CString(self.raw, buffer.as_mut_ptr().cast(), buffer.len()) };
        // As many bytes as units, and not because longer text was cut where the buffer ends.
        (written == length + 1 && buffer[..length].is_ascii()).then_some(length)
    }

    /// Copies UTF-16 code units, lone surrogates included.
    #[must_use]
    pub fn from_utf16(units: &[u16]) -> Self {
        // SAFETY: pointer and length come from one slice; the call copies.
        let raw = unsafe { sys::JSStringCreateWithCharacters(units.as_ptr(), units.len()) };
        Self { raw }
    }

    /// Takes over one reference.
    ///
    /// # Safety
    /// `raw` is a live string whose reference the caller gives away.
    pub(super) unsafe fn from_raw(raw: sys::JSStringRef) -> Self {
        Self { raw }
    }

    pub(super) fn raw(&self) -> sys::JSStringRef {
        self.raw
    }

    /// How many UTF-16 code units it has.
    #[must_use]
    pub fn length(&self) -> usize {
        // SAFETY: `self` holds a reference, so the string is live.
        unsafe { sys::JSStringGetLength(self.raw) }
    }

    /// Its UTF-16 code units.
    #[must_use]
    pub fn units(&self) -> &[u16] {
        let len = self.length();
        if len == 0 {
            return &[];
        }
        // SAFETY: `self` holds a reference, so the string is live; the characters live as long as the string, which `&self` keeps.
        unsafe { std::slice::from_raw_parts(sys::JSStringGetCharactersPtr(self.raw), len) }
    }

    /// As Rust text; lone surrogates become U+FFFD.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::from_utf16_lossy(self.units())
    }
}

impl Clone for JsString {
    fn clone(&self) -> Self {
        // SAFETY: `self.raw` is live; the new reference belongs to the clone.
        let raw = unsafe { sys::JSStringRetain(self.raw) };
        Self { raw }
    }
}

impl Drop for JsString {
    fn drop(&mut self) {
        // SAFETY: the one reference this value owns.
        unsafe { sys::JSStringRelease(self.raw) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_only_fits_when_it_is_cut_is_no_ascii() {
        for (text, room) in [
            ("a\u{fc}bcd", 6),
            ("abc\u{20ac}", 5),
            ("abc\u{20ac}", 6),
            ("\u{fc}\u{fc}", 4),
        ] {
            let mut buffer = vec![0; room];
            assert_eq!(JsString::new(text).ascii_into(&mut buffer), None, "{text}");
        }
        let mut buffer = [0; 4];
        assert_eq!(JsString::new("abc").ascii_into(&mut buffer), Some(3));
        assert_eq!(&buffer, b"abc\0");
        assert_eq!(JsString::new("abcd").ascii_into(&mut buffer), None);
    }
}
