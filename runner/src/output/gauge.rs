//! What a progress view may ask about the terminal it is drawn on.

use console::Term;
use trun_reporters::Gauge;

use super::queue::Watch;

/// The terminal behind stdout, and the queue before it.
#[derive(Debug)]
pub(super) struct TerminalGauge {
    queue: Watch,
    terminal: Term,
}

impl TerminalGauge {
    /// Of stdout, which `queue` leads to.
    pub(super) fn of_stdout(queue: Watch) -> Self {
        Self {
            queue,
            terminal: Term::stdout(),
        }
    }
}

impl Gauge for TerminalGauge {
    fn is_idle(&self) -> bool {
        self.queue.is_idle()
    }

    /// Asked for every frame instead of waiting for the signal of a changed window: it is one system call.
    fn size(&self) -> Option<(usize, usize)> {
        let (rows, columns) = self.terminal.size_checked()?;
        (rows > 0 && columns > 0).then_some((usize::from(columns), usize::from(rows)))
    }
}
