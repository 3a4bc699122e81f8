//! Characters that neither of the two writers encodes as readers need it.
//!
//! A line end or tab in an attribute reads back as a space unless it is written `&#10;` or `&#9;`, and both writers escape
//! the `&` of whoever tries. So they travel as the two characters that no [`Clean`] text holds, and become references in
//! the finished document.

use std::io;

use super::sanitise::Clean;

const LINE_END: char = '\u{fffe}';
const TAB: char = '\u{ffff}';

/// For an attribute.
pub(super) fn attribute(text: &Clean) -> String {
    text.as_str().replace('\n', "\u{fffe}").replace('\t', "\u{ffff}")
}

/// For text of the rich writer, which drops tabs.
pub(super) fn text(text: &Clean) -> String {
    text.as_str().replace('\t', "\u{ffff}")
}

/// For text of the plain writer, which opens a section that only `]]>` ends.
pub(super) fn section(text: &str) -> String {
    text.replace("]]>", "]]]]><![CDATA[>")
}

/// The document with all references in place.
pub(super) fn finish(written: Vec<u8>) -> io::Result<String> {
    let written = String::from_utf8(written).map_err(io::Error::other)?;
    Ok(written.replace(LINE_END, "&#10;").replace(TAB, "&#9;"))
}

/// A moment as RFC 3339 has it, in UTC with milliseconds.
pub(super) fn timestamp(epoch_ms: u64) -> String {
    let at = moment(epoch_ms);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// A moment as the plain writer takes it. One that no calendar has is the epoch.
pub(super) fn moment(epoch_ms: u64) -> junit_report::OffsetDateTime {
    let nanos = i128::from(epoch_ms) * 1_000_000;
    junit_report::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(junit_report::OffsetDateTime::UNIX_EPOCH)
}
