//! Where a test file's time goes (`--trace-time`).
//!
//! Owns one clock per thread: at any moment at most one [`Part`] runs, and entering one inside another stops the outer one's, so that the
//! parts of a file never count a moment twice. Nothing here may cost anything while it is off: [`span`] is then one look at a flag.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// What a file's time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A realm with the runtime in it is made.
    Realm,
    /// Files are found.
    Resolve,
    /// Files are read and transpiled.
    Transpile,
    /// Modules are linked, packed and parsed.
    Link,
    /// Modules run, the declaration of tests included.
    Evaluate,
    /// Tests and hooks run.
    Tests,
    /// The realm is taken down.
    Swap,
    /// Garbage is collected.
    Collect,
    /// The coordinator is told.
    Messages,
}

/// Every part, in the order a file goes through them, with the word for it.
pub const PARTS: [(Part, &str); 9] = [
    (Part::Realm, "realm"),
    (Part::Resolve, "resolve"),
    (Part::Transpile, "transpile"),
    (Part::Link, "link"),
    (Part::Evaluate, "evaluate"),
    (Part::Tests, "tests"),
    (Part::Swap, "swap"),
    (Part::Collect, "collect"),
    (Part::Messages, "messages"),
];

/// How long each part took, in the order of [`PARTS`].
pub type Times = [Duration; PARTS.len()];

thread_local! {
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    static CLOCK: RefCell<Clock> = const { RefCell::new(Clock { times: [Duration::ZERO; PARTS.len()], running: None }) };
}

struct Clock {
    times: Times,
    running: Option<(Part, Instant)>,
}

impl Clock {
    /// Charges what has passed to the part that runs, and lets `next` run.
    fn pass_to(&mut self, next: Option<Part>) -> Option<Part> {
        let now = Instant::now();
        let before = self.running.take();
        if let Some((part, since)) = before {
            self.times[part as usize] += now - since;
        }
        self.running = next.map(|part| (part, now));
        before.map(|(part, _)| part)
    }
}

/// Measures on this thread from now on.
pub fn turn_on() {
    IS_ON.set(true);
}

/// Whether this thread measures.
#[must_use]
pub fn is_on() -> bool {
    IS_ON.get()
}

/// `part` runs until the value is dropped; then what ran before goes on.
#[must_use]
pub fn span(part: Part) -> Span {
    if !IS_ON.get() {
        return Span { before: None };
    }
    Span {
        before: Some(CLOCK.with_borrow_mut(|clock| clock.pass_to(Some(part)))),
    }
}

/// What was measured since the last call.
#[must_use]
pub fn take() -> Times {
    CLOCK.with_borrow_mut(|clock| std::mem::take(&mut clock.times))
}

/// A part that runs.
pub struct Span {
    /// What ran before, if anything is measured.
    before: Option<Option<Part>>,
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            CLOCK.with_borrow_mut(|clock| clock.pass_to(before));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_part_stops_the_clock_of_the_outer_one() {
        turn_on();
        let begin = Instant::now();
        {
            let _outer = span(Part::Evaluate);
            let _inner = span(Part::Resolve);
            std::thread::sleep(Duration::from_millis(2));
        }
        let whole = begin.elapsed();
        let times = take();
        let (outer, inner) = (times[Part::Evaluate as usize], times[Part::Resolve as usize]);
        assert!(inner >= Duration::from_millis(2), "{inner:?}");
        assert!(outer + inner <= whole, "{outer:?} and {inner:?} in {whole:?}");
        assert_eq!(take(), [Duration::ZERO; PARTS.len()]);
    }

    #[test]
    fn parts_are_listed_in_their_order() {
        for (at, (part, _)) in PARTS.iter().enumerate() {
            assert_eq!(*part as usize, at);
        }
    }
}
