//! Signals sent to the coordinator, as readable bytes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGXFSZ};
use signal_hook::{flag, low_level};

use crate::os::is_ignored;

/// What ends a run.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
/// Of those, what stays ignored if whoever started this process had it ignored: `nohup`, and `&` in a script.
const MAY_BE_IGNORED: [i32; 3] = [SIGINT, SIGHUP, SIGQUIT];

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// The end of the run, by this signal.
    End(i32),
    /// To say what runs (SIGUSR1).
    Tell,
    /// To stop until told to go on (SIGTSTP: Ctrl-Z).
    Stop,
    /// Nothing: this process was stopped and goes on (SIGCONT).
    Continued,
}

/// The signals that mean something to a run. The first of each that ends it is an event; if it comes again, the process ends at once.
pub struct Signals {
    wake: UnixStream,
    ending: Vec<(i32, Arc<AtomicBool>)>,
    others: [(Request, Arc<AtomicBool>); 3],
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
        let wanted = |signal: &i32| !(MAY_BE_IGNORED.contains(signal) && is_ignored(*signal));
        let mut ending = Vec::new();
        for signal in ENDING.into_iter().filter(wanted) {
            let seen = Arc::new(AtomicBool::new(false));
            // In this order: the first signal finds the flag unset, sets it, and wakes the loop.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&seen))?;
            register(signal, &seen, &ring)?;
            ending.push((signal, seen));
        }
        let others = [Request::Tell, Request::Stop, Request::Continued].map(|request| (request, Arc::default()));
        for (signal, (_, seen)) in [SIGUSR1, SIGTSTP, SIGCONT].into_iter().zip(&others) {
            register(signal, seen, &ring)?;
        }
        Ok(Self { wake, ending, others })
    }

    /// What was asked for since the last call. What ends a run is said again and again.
    pub fn pending(&self) -> Vec<Request> {
        let mut bytes = [0; 64];
        while io::Read::read(&mut &self.wake, &mut bytes).is_ok_and(|count| count > 0) {}
        let ending = self.ending.iter().filter(|(_, seen)| seen.load(Ordering::Relaxed));
        let others = self
            .others
            .iter()
            .filter(|(_, seen)| seen.swap(false, Ordering::Relaxed));
        let ending = ending.map(|(signal, _)| Request::End(*signal));
        ending.chain(others.map(|(request, _)| *request)).collect()
    }
}

fn register(signal: i32, seen: &Arc<AtomicBool>, ring: &UnixStream) -> io::Result<()> {
    flag::register(signal, Arc::clone(seen))?;
    low_level::pipe::register(signal, ring.try_clone()?)?;
    Ok(())
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
