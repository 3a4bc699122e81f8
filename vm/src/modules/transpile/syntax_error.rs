//! oxc's diagnostics as ours.

use std::path::Path;

use oxc_diagnostics::{Diagnostics, OxcDiagnostic, Severity};

use crate::modules::diagnostic::Diagnostic;

/// The first error among `diagnostics`, if there is one.
pub(super) fn first_error(path: &Path, source: &str, diagnostics: &Diagnostics) -> Option<Box<Diagnostic>> {
    let error = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error)?;
    Some(Box::new(convert(path, source, error)))
}

fn convert(path: &Path, source: &str, error: &OxcDiagnostic) -> Diagnostic {
    // The primary label says where the error is; without one it is the first.
    let mut labels: Vec<_> = error.labels.iter().collect();
    labels.sort_by_key(|label| !label.primary());
    let ranges: Vec<_> = labels
        .iter()
        .map(|label| {
            (
                label.offset(),
                label.offset() + label.len(),
                label.label().map(str::to_owned),
            )
        })
        .collect();
    let mut diagnostic = Diagnostic::new("SyntaxError", None, error.message.to_string())
        .in_file(path)
        .mark(source, &ranges);
    diagnostic.help = error.help.as_ref().map(ToString::to_string);
    diagnostic
}

/// A syntax error of our own at a byte range.
pub(super) fn at(path: &Path, source: &str, span: (u32, u32), message: &str, help: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new("SyntaxError", None, message)
            .in_file(path)
            .mark(source, &[(span.0, span.1, None)])
            .with_help(help),
    )
}
