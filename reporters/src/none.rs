//! The `none` reporter: says nothing. The exit code is the whole report.

use std::io;

use crate::{event::RunEvent, reporter::Reporter};

/// Ignores every event.
#[derive(Debug, Default)]
pub struct NoneReporter;

impl Reporter for NoneReporter {
    fn handle(&mut self, _event: &RunEvent) -> io::Result<()> {
        Ok(())
    }
}
