//! Headers between JavaScript's text and the wire: names and values in turn, one per line, each character one byte.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::error::{NetError, NetResult};

/// Bytes as text, one character each.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Text as bytes, one for each character.
pub(super) fn to_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// For JavaScript.
pub(super) fn flatten(headers: &HeaderMap) -> String {
    let mut flat = String::new();
    for (name, value) in headers {
        if !flat.is_empty() {
            flat.push('\n');
        }
        flat.push_str(name.as_str());
        flat.push('\n');
        flat.extend(value.as_bytes().iter().map(|byte| char::from(*byte)));
    }
    flat
}

/// From JavaScript.
///
/// # Errors
/// A name or value that HTTP does not allow; JavaScript checks first, so that its messages are Node's.
pub(super) fn parse(flat: &str) -> NetResult<HeaderMap> {
    let mut headers = HeaderMap::new();
    if flat.is_empty() {
        return Ok(headers);
    }
    let mut lines = flat.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        let invalid = || {
            NetError::new(
                "ERR_INVALID_CHAR",
                format!("Invalid character in header content [\"{name}\"]"),
            )
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let bytes = to_latin1(value).ok_or_else(invalid)?;
        headers.append(key, HeaderValue::from_bytes(&bytes).map_err(|_| invalid())?);
    }
    Ok(headers)
}
