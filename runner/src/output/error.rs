//! A report that could not be written: always trun's failure, never a test's.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::cli::ExitCode;

/// A sink that cannot be opened or written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// A report file.
    #[error("failed to write the report file {}: {error}", .path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// stdout.
    #[error("failed to write to stdout: {0}")]
    Stdout(#[source] io::Error),
}

impl OutputError {
    pub(super) fn write(path: &Path, error: io::Error) -> Self {
        Self::Report {
            path: path.to_path_buf(),
            error,
        }
    }

    /// What trun exits with after this.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::Broken
    }

    /// Whether the reader just went away, as in `trun | head`. Nobody needs to be told about that.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        let (Self::Report { error, .. } | Self::Stdout(error)) = self;
        error.kind() == io::ErrorKind::BrokenPipe
    }
}
