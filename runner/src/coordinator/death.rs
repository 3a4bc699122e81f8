//! How a worker's end is told: in words, and whether it stops the run.

use nix::sys::signal::Signal;
use trun_reporters::model::{Failure, FailureKind};

use super::slot::KillReason;
use crate::zygote::ProcessEnd;

/// A fault of the program itself: the run's other files cannot be trusted to be unaffected (a broken addon, a broken engine).
const FATAL: [Signal; 7] = [
    Signal::SIGILL,
    Signal::SIGTRAP,
    Signal::SIGABRT,
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGSEGV,
    Signal::SIGSYS,
];

/// Why a file's worker is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// Short: `SIGSEGV`, `exit code 0`, `timeout`.
    pub cause: String,
    /// What the failure of the running test says.
    pub failure: Failure,
    /// The test counts as timed out.
    pub timed_out: bool,
    /// It crashed by a fault of its own, which ends the run.
    pub fatal: bool,
}

impl Death {
    /// Judges the end of a process. `when` says what went on, with the native code that ran: "while this was running".
    #[must_use]
    pub fn of(end: ProcessEnd, killed: Option<&KillReason>, when: &str) -> Self {
        match (killed, end) {
            (Some(reason), _) => Self::killed(reason, when),
            (None, ProcessEnd::Code(code)) => Self::plain(
                format!("exit code {code}"),
                format!("the worker process exited with code {code} {when} (a call of process.exit({code})?)"),
            ),
            (None, ProcessEnd::Signal(number)) => {
                let name =
                    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |s| s.as_str().to_owned());
                let fatal = Signal::try_from(number).is_ok_and(|s| FATAL.contains(&s));
                let verb = if fatal { "crashed with" } else { "was killed by" };
                Self {
                    fatal,
                    ..Self::plain(name.clone(), format!("the worker process {verb} {name} {when}"))
                }
            }
        }
    }

    /// trun's own code panicked. The run ends for that, with words of its own.
    #[must_use]
    pub fn by_bug(message: &str, when: &str) -> Self {
        Self::plain(
            "bug in trun".to_owned(),
            format!("trun's own code panicked in the worker {when}: {message}"),
        )
    }

    fn killed(reason: &KillReason, when: &str) -> Self {
        match reason {
            KillReason::Overdue { limit_ms } => Self {
                timed_out: true,
                failure: Failure::plain(
                    FailureKind::Timeout,
                    format!(
                        "did not finish within {limit_ms} ms and could not be stopped from inside; the worker process was killed {when}"
                    ),
                ),
                ..Self::plain("timeout".to_owned(), String::new())
            },
            KillReason::Memory { used, limit } => Self::plain(
                format!("{} MiB over the memory limit", used.saturating_sub(*limit) >> 20),
                format!(
                    "the worker process used {} MiB of memory {when}, its limit is {} MiB (--worker-memory)",
                    used >> 20,
                    limit >> 20
                ),
            ),
            KillReason::Corrupt => Self::plain(
                "corrupt channel".to_owned(),
                format!(
                    "the channel to the worker is corrupt: a test, or a process it started, wrote to a descriptor it does not own or closed it, {when} or before"
                ),
            ),
            KillReason::RunEnded => Self::plain("the run ended".to_owned(), format!("the run ended {when}")),
        }
    }

    fn plain(cause: String, message: String) -> Self {
        Self {
            cause,
            failure: Failure::plain(FailureKind::Worker, message),
            timed_out: false,
            fatal: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_are_fatal() {
        for (signal, fatal) in [(11, true), (6, true), (4, true), (9, false), (15, false)] {
            assert_eq!(
                Death::of(ProcessEnd::Signal(signal), None, "").fatal,
                fatal,
                "signal {signal}"
            );
        }
        assert!(!Death::of(ProcessEnd::Code(0), None, "").fatal);
        assert_eq!(Death::of(ProcessEnd::Code(0), None, "").cause, "exit code 0");
        assert!(Death::of(ProcessEnd::Signal(9), Some(&KillReason::Overdue { limit_ms: 5 }), "",).timed_out);
    }
}
