//! How a file is loaded, by its name and import attributes, and the contents of `data:` URLs.

use std::path::Path;

use super::diagnostic::Diagnostic;
use super::graph::Fallible;
use super::record::{Kind, RequestKind};

/// How a file is loaded, by import attribute and extension.
pub(super) fn kind_of(path: &Path, attribute: &str, kind: RequestKind, importer: Option<&Path>) -> Fallible<Kind> {
    let text = path.to_string_lossy();
    if let Some(rest) = text.strip_prefix("data:") {
        return kind_of_data_url(rest, attribute);
    }
    match attribute {
        "" => {}
        "json" => return Ok(Kind::Json),
        "text" => return Ok(Kind::Text),
        other => {
            return Err(fault(
                path,
                importer,
                "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED",
                &format!("Import attribute \"type\" with value \"{other}\" is not supported"),
                "supported values are \"json\" and \"text\"",
            ));
        }
    }
    match path.extension().and_then(|ext| ext.to_str()) {
        None | Some("js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx") => Ok(Kind::Script),
        Some("json") => Ok(Kind::Json),
        Some("node") => Ok(Kind::Addon),
        Some("wasm") => Ok(Kind::Wasm),
        Some("txt") => Ok(Kind::Text),
        Some(_) if kind == RequestKind::Require || importer.is_none() => Ok(Kind::Script),
        Some(other) => Err(fault(
            path,
            importer,
            "ERR_UNKNOWN_FILE_EXTENSION",
            &format!("Unknown file extension \".{other}\" for {text}"),
            "import it with { type: 'text' } to get its text",
        )),
    }
}

fn kind_of_data_url(rest: &str, attribute: &str) -> Fallible<Kind> {
    let media = rest.split([',', ';']).next().unwrap_or("");
    match media {
        "text/javascript" | "application/javascript" | "text/ecmascript" => Ok(Kind::Script),
        "application/json" => Ok(Kind::Json),
        _ if attribute == "text" || media.starts_with("text/") => Ok(Kind::Text),
        _ => Err(Box::new(Diagnostic::new(
            "TypeError",
            Some("ERR_UNKNOWN_MODULE_FORMAT"),
            format!("Unknown module format: {media} in a data: URL"),
        ))),
    }
}

fn fault(path: &Path, importer: Option<&Path>, code: &'static str, message: &str, help: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new("TypeError", Some(code), message)
            .in_file(importer.unwrap_or(path))
            .with_help(help),
    )
}

pub(super) fn decode_data_url(url: &str) -> Fallible<String> {
    let invalid = || {
        Box::new(Diagnostic::new(
            "TypeError",
            Some("ERR_INVALID_URL"),
            "Invalid data: URL",
        ))
    };
    let (head, body) = url.split_once(',').ok_or_else(invalid)?;
    let bytes = percent_decode(body);
    if !head.ends_with(";base64") {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let decoded = data_encoding::BASE64
        .decode(&bytes)
        .or_else(|_| data_encoding::BASE64_NOPAD.decode(&bytes));
    decoded
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|_| invalid())
}

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}
