//! What a worker tells its parent outside of messages: output, problems, its end. Letters of plain data, in the order they were written.

use std::time::Duration;

use crate::event_loop::Poster;
use crate::harness::observer::{Activity, CaseEnd, CollectedCase, Leak, Observer, OutputStream, Problem};

use super::control::Control;
use super::family::{self, News};
use super::registry::WorkerId;
use std::sync::Arc;

/// The way to the parent's thread, for its realm that started the worker.
#[derive(Clone)]
pub(super) struct ToParent {
    pub(super) poster: Poster,
    pub(super) id: WorkerId,
}

impl ToParent {
    pub(super) fn tell(&self, news: News) {
        let id = self.id;
        self.poster.post(Box::new(move |cx| family::hear(cx, id, news)));
    }
}

/// The observer of a worker's VM.
pub(super) struct Relay {
    parent: ToParent,
    control: Arc<Control>,
}

impl Relay {
    pub(super) fn new(parent: ToParent, control: Arc<Control>) -> Self {
        Self { parent, control }
    }
}

impl Observer for Relay {
    fn collected(&mut self, _: &[CollectedCase]) {}

    fn activity(&mut self, _: Activity, _: Option<Duration>) {}

    fn case_finished(&mut self, _: CaseEnd) {}

    /// Something went wrong that no JavaScript of it could be told.
    fn file_error(&mut self, mut problem: Problem) {
        problem
            .message
            .push_str(&format!("\n\nin the worker {}", self.control.label()));
        self.parent.tell(News::Problem(Box::new(problem)));
    }

    fn output(&mut self, _: Option<u32>, stream: OutputStream, text: &str) {
        self.parent.tell(News::Output {
            stream,
            text: text.to_owned(),
            label: self.control.label(),
        });
    }

    fn leaked(&mut self, _: u32, _: Vec<Leak>) {}
}
