//! How long the running case and each of its failed attempts took.

use std::time::{Duration, Instant};

/// The times of one case, and of the next one after it.
#[derive(Debug, Default)]
pub(super) struct CaseClock {
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    case: u32,
    started: Instant,
    attempt_started: Option<Instant>,
    failed_attempts: Vec<Duration>,
}

/// What a case took.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CaseTimes {
    /// From its first phase to its report, pauses too.
    pub(super) whole: Duration,
    /// Each failed attempt that was followed by another one, without the pause after it.
    pub(super) failed_attempts: Vec<Duration>,
}

impl CaseClock {
    /// A phase of `case` begins. A pause between two attempts belongs to neither.
    pub(super) fn phase_begins(&mut self, case: u32, is_pause: bool, now: Instant) {
        let running = match &mut self.running {
            Some(running) if running.case == case => running,
            other => other.insert(Running {
                case,
                started: now,
                attempt_started: None,
                failed_attempts: Vec::new(),
            }),
        };
        if !is_pause {
            running.attempt_started.get_or_insert(now);
        }
    }

    /// The attempt that runs has ended and another one follows.
    pub(super) fn attempt_ends(&mut self, failed: bool, now: Instant) {
        let Some(running) = &mut self.running else { return };
        let started = running.attempt_started.take().unwrap_or(now);
        if failed {
            running.failed_attempts.push(now.duration_since(started));
        }
    }

    /// The case is reported. All zero if none of its phases began.
    pub(super) fn case_ends(&mut self, case: u32, now: Instant) -> CaseTimes {
        match self.running.take_if(|running| running.case == case) {
            Some(running) => CaseTimes {
                whole: now.duration_since(running.started),
                failed_attempts: running.failed_attempts,
            },
            None => CaseTimes::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn attempts_are_timed_without_the_pause_between_them() {
        let start = Instant::now();
        let at = |seconds| start + SECOND * seconds;
        let mut clock = CaseClock::default();
        clock.phase_begins(4, false, at(0));
        clock.phase_begins(4, false, at(1));
        clock.attempt_ends(true, at(3));
        clock.phase_begins(4, true, at(3));
        clock.phase_begins(4, false, at(10));
        clock.attempt_ends(true, at(11));
        clock.phase_begins(4, false, at(12));
        let times = clock.case_ends(4, at(20));
        assert_eq!(times.whole, SECOND * 20);
        assert_eq!(times.failed_attempts, [SECOND * 3, SECOND]);
    }

    #[test]
    fn repetitions_that_passed_are_no_failed_attempts() {
        let start = Instant::now();
        let mut clock = CaseClock::default();
        clock.phase_begins(0, false, start);
        clock.attempt_ends(false, start + SECOND);
        clock.phase_begins(0, false, start + SECOND);
        clock.attempt_ends(true, start + SECOND * 3);
        assert_eq!(clock.case_ends(0, start + SECOND * 3).failed_attempts, [SECOND * 2]);
    }

    #[test]
    fn a_case_of_which_nothing_ran_took_no_time() {
        let start = Instant::now();
        let mut clock = CaseClock::default();
        clock.phase_begins(0, false, start);
        assert_eq!(clock.case_ends(1, start + SECOND), CaseTimes::default());
    }
}
