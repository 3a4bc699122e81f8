//! What runs, asked in the middle of a run (SIGUSR1, the key `t`).
//!
//! Pages tell what every worker does; where its JavaScript is a worker has to tell itself. It is asked again and again, because it only
//! notices while compiled JavaScript runs, and for a bounded time: what is said then is that it does not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use trun_reporters::event::{Answer, Doing, EventKind, Inquired, Work};
use trun_reporters::model::{FileId, Frame};

use super::watch::SECOND;
use super::{Control, Dispatcher};
use crate::coordinator::event::{Slot, SlotView};
use crate::coordinator::slot::Session;
use crate::os::Running;

/// How long workers may take to answer.
pub(super) const PATIENCE: u64 = 2 * SECOND;

/// A question that has not been answered by everyone.
#[derive(Debug)]
pub(super) struct Inquiry {
    until: u64,
    answers: BTreeMap<(Slot, FileId), Answer>,
}

impl<C: Control> Dispatcher<C> {
    /// Somebody wants to know what runs. Who asks twice gets one answer.
    pub(super) fn inquire(&mut self) {
        let until = self.now + PATIENCE;
        self.inquiry.get_or_insert_with(|| Inquiry {
            until,
            answers: BTreeMap::new(),
        });
        self.pursue_inquiry();
    }

    /// A worker says where its JavaScript is.
    pub(super) fn hear_stack(&mut self, slot: Slot, stack: Vec<Frame>) {
        let Some(file) = self.place(slot).session().map(|session| session.file) else {
            return;
        };
        if let Some(inquiry) = &mut self.inquiry {
            inquiry.answers.entry((slot, file)).or_insert(Answer::Stack(stack));
            self.pursue_inquiry();
        }
    }

    /// Asks who has not answered. Tells the reporters once everybody has, or had the time to.
    pub(super) fn pursue_inquiry(&mut self) {
        let Some(mut inquiry) = self.inquiry.take() else { return };
        let mut is_complete = true;
        for slot in self.slots() {
            let index = slot as usize - 1;
            let Some(file) = self.places[index].session().map(|session| session.file) else {
                continue;
            };
            if self.views[index].waits {
                inquiry.answers.entry((slot, file)).or_insert(Answer::Waits);
            } else if !inquiry.answers.contains_key(&(slot, file)) {
                self.control.ask(slot);
                is_complete = false;
            }
        }
        if is_complete || self.now >= inquiry.until {
            self.tell(inquiry);
        } else {
            self.inquiry = Some(inquiry);
        }
    }

    fn tell(&mut self, mut inquiry: Inquiry) {
        let mut running = Vec::new();
        for slot in self.slots() {
            let native = self.native_code(slot);
            let place = &self.places[slot as usize - 1];
            let Some(session) = place.session() else { continue };
            let view = self.views[slot as usize - 1];
            running.push(Doing {
                file: session.file,
                work: work(session, view),
                age: self.age(session, view),
                slot,
                process: place.pid,
                native,
                answer: inquiry.answers.remove(&(slot, session.file)).unwrap_or(Answer::None),
            });
        }
        running.sort_by_key(|doing| std::cmp::Reverse(doing.age));
        let waiting = self.queue.len();
        self.emit(EventKind::Inquired(Inquired { running, waiting }));
    }

    /// Since when it does what it does: the phase, or else the file.
    fn age(&self, session: &Session, view: SlotView) -> Duration {
        let since = match view.running {
            Running::Nothing => session.started,
            _ => view.since.max(session.started),
        };
        self.now_since(since)
    }
}

fn work(session: &Session, view: SlotView) -> Work {
    match view.running {
        Running::Case(_) => session.open_case(view.running).map_or(Work::Between, Work::Case),
        Running::Loading => Work::Loading,
        Running::SuiteHook => Work::SuiteHook,
        Running::Swapping => Work::Swapping,
        Running::Nothing => Work::Between,
    }
}
