//! Where a reporter writes, and what one that draws may ask about it.

use std::{
    fmt,
    io::{self, Write},
};

/// What a reporter that draws asks of its terminal. Every answer comes at once.
pub trait Gauge: Send {
    /// Whether everything written so far has reached the terminal. While it has not, nothing is drawn that is gone with the
    /// next frame anyway: a terminal that is slow gets fewer frames, and all results.
    fn is_idle(&self) -> bool;

    /// Its columns and rows at this moment, as far as they are known.
    fn size(&self) -> Option<(usize, usize)>;
}

/// A writer, with a gauge if it leads to a terminal.
pub struct Outlet {
    out: Box<dyn Write + Send>,
    gauge: Option<Box<dyn Gauge>>,
}

impl Outlet {
    /// A terminal that can be asked.
    #[must_use]
    pub fn gauged(out: Box<dyn Write + Send>, gauge: Box<dyn Gauge>) -> Self {
        Self {
            out,
            gauge: Some(gauge),
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.gauge.as_ref().is_none_or(|gauge| gauge.is_idle())
    }

    pub(crate) fn size(&self) -> Option<(usize, usize)> {
        self.gauge.as_ref()?.size()
    }

    /// Writes all of it in one piece, unless there is nothing.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

impl<W: Write + Send + ?Sized + 'static> From<Box<W>> for Outlet {
    fn from(out: Box<W>) -> Self {
        Self {
            out: Box::new(out),
            gauge: None,
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl fmt::Debug for Outlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Outlet").finish_non_exhaustive()
    }
}
