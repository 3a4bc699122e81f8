//! What follows when JavaScript was stopped by force: whose it was, what it left half done, to whom it is charged.

use crate::engine::Ctx;
use crate::harness::limits::announce_limit;
use crate::harness::observer::ProblemKind;
use crate::harness::problem;
use crate::harness::session::{PhaseEnd, Session, open};
use crate::harness::steps::optional_text;

/// An endless loop that a test or hook left to a callback. Follows its name.
const STOPPED_AFTER_END: &str = "had ended, but callbacks it left behind ran on without end and were stopped";

impl Session<'_> {
    /// Code ran past the deadline and was stopped. The phase may have settled before: then nothing of it can fail any more, and the file
    /// has to.
    pub(super) fn overdue(&self, stack: Option<String>) -> PhaseEnd {
        if !self.host.phases.is_settled() {
            return PhaseEnd::Overdue { stack };
        }
        let cleared = self.ask(|cx, realm| {
            let owner = open(cx, &realm.entries().clear_ticks)?.call(cx, &[])?;
            optional_text(cx, owner)
        });
        let owner = cleared
            .as_ref()
            .ok()
            .and_then(Option::as_deref)
            .unwrap_or("a test or hook");
        self.tell_stopped(owner, stack);
        self.tell(cleared.map(|_| ()));
        PhaseEnd::Settled
    }

    /// Puts right what a stop by force has left half done. Whose code it was, if that has ended and what runs is not to blame.
    pub(super) fn stray_owner(&self) -> Option<String> {
        if let Some(owner) = self.stray.take() {
            return owner;
        }
        let owner = self.ask(|cx, realm| {
            let owner = open(cx, &realm.entries().after_stop)?.call(cx, &[])?;
            optional_text(cx, owner)
        });
        owner.unwrap_or_else(|problem| {
            self.file_error(*problem);
            None
        })
    }

    /// Code that `owner` left behind took the time of the phase that runs: that one has its time anew.
    pub(super) fn blame(&self, owner: &str, stack: Option<String>) {
        self.tell_stopped(owner, stack);
        announce_limit(self.host.phases.limit());
    }

    fn tell_stopped(&self, owner: &str, stack: Option<String>) {
        let mut problem = problem::plain(ProblemKind::Timeout, format!("{owner} {STOPPED_AFTER_END}"));
        problem::place(&mut problem, stack);
        self.file_error(problem);
    }

    /// Code was stopped by force inside of this entry. Whose it was is to be asked now: microtasks of others run when it is left.
    pub(super) fn note_stopped(&self, cx: Ctx<'_>) {
        // Takes the pending termination away.
        let _ = cx.eval("0", "trun:absorb");
        let owner = open(cx, &self.realm.entries().after_stop).and_then(|ask| optional_text(cx, ask.call(cx, &[])?));
        self.stray.replace(owner.ok());
    }
}
