//! Signals sent to the coordinator, as readable bytes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

/// What ends a run.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// The signals that end a run. The first of each is an event; if it comes again, the process ends at once.
pub struct Signals {
    wake: UnixStream,
    seen: [(i32, Arc<AtomicBool>); 4],
}

impl Signals {
    /// Takes the signals over. After the zygote's fork: it must not inherit the handlers.
    ///
    /// # Errors
    /// The system refuses.
    pub fn install() -> io::Result<Self> {
        let (wake, ring) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        // A report that outgrows the limit of file sizes is an error of that report; by default the signal would end this process.
        flag::register(SIGXFSZ, Arc::default())?;
        let seen = ENDING.map(|signal| (signal, Arc::new(AtomicBool::new(false))));
        for (signal, seen) in &seen {
            // In this order: the first signal finds the flag unset, sets it, and wakes the loop.
            flag::register_conditional_shutdown(*signal, 128 + signal, Arc::clone(seen))?;
            flag::register(*signal, Arc::clone(seen))?;
            low_level::pipe::register(*signal, ring.try_clone()?)?;
        }
        Ok(Self { wake, seen })
    }

    /// Those that were sent.
    pub fn pending(&self) -> impl Iterator<Item = i32> + '_ {
        let mut bytes = [0; 64];
        while io::Read::read(&mut &self.wake, &mut bytes).is_ok_and(|count| count > 0) {}
        self.seen
            .iter()
            .filter(|(_, seen)| seen.load(Ordering::Relaxed))
            .map(|(signal, _)| *signal)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
