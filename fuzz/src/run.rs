//! A whole run as its coordinator sees it: workers that say anything, die at any time, and a user who interrupts.
//!
//! The dispatcher and the reporters are the real ones; processes and descriptors are played by [`Stage`], which lets happen only what the
//! system lets happen: a worker says nothing before it was started, nor after its channel has closed, and ends once.

use std::io;
use std::time::Duration;

use arbitrary::Unstructured;
use trun::cli::OnCrash;
use trun::coordinator::dispatcher::{Control, Dispatcher, RunPlan};
use trun::coordinator::event::{InternalEvent, Response, Slot, Tick};
use trun::protocol::message::{FromWorker, ToWorker};
use trun::zygote::{FromZygote, ProcessEnd};
use trun_reporters::{FileId, RunEvent};

use crate::reports::Reports;
use crate::steps::{Step, Told};

const FILES: u32 = 4;
const WORKERS: Slot = 3;
/// Deaths after which every file must have been given up: each takes a file or is one of two starts in a row.
const ENOUGH_DEATHS: usize = 100;

/// Plays the steps that the bytes stand for, then lets every worker die until the run is over, and looks at what was reported.
pub fn check(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(options) = bytes.arbitrary::<[u8; 2]>() else {
        return;
    };
    let mut play = Play::begin(plan(options));
    while !bytes.is_empty()
        && !play.is_over
        && let Ok(step) = bytes.arbitrary()
    {
        play.step(step);
    }
    play.finish();
}

fn plan([switches, bail]: [u8; 2]) -> RunPlan {
    RunPlan {
        root: "/r".to_owned(),
        files: (0..FILES).map(|number| format!("/r/{number}.test.js")).collect(),
        order: (0..FILES).map(FileId).collect(),
        expected: None,
        workers: WORKERS as usize,
        on_crash: if switches & 1 == 0 {
            OnCrash::Abort
        } else {
            OnCrash::Continue
        },
        worker_memory: Some(1 << 30),
        recycle_above: (switches & 2 != 0).then_some(1 << 20),
        bail: (switches & 4 != 0).then_some(u32::from(bail % 4)),
        seed: None,
        addon_teardown: Duration::ZERO,
        fail_on_leak: switches & 8 != 0,
        scale_up_after: Duration::ZERO,
        rerun: Vec::new(),
        errors: Vec::new(),
        filtered: switches & 16 != 0,
        if_nothing_ran: Some("no tests".to_owned()),
    }
}

/// A worker's process, as far as the system knows it.
#[derive(Debug, Clone, Copy, Default)]
struct Process {
    lives: bool,
    talks: bool,
}

/// The hands of the dispatcher.
struct Stage {
    processes: [Process; WORKERS as usize],
    reports: Reports,
}

impl Control for Stage {
    fn spawn(&mut self, slot: Slot) -> io::Result<()> {
        let process = &mut self.processes[slot as usize - 1];
        // Its channel may be open: a process that the test forked holds it, and it is given up.
        assert!(!process.lives, "slot {slot} is taken");
        *process = Process {
            lives: true,
            talks: true,
        };
        Ok(())
    }

    fn kill(&mut self, _: Slot) {}

    fn rouse(&mut self) {}

    fn send(&mut self, _: Slot, _: &ToWorker) {}

    fn ask_to_stop(&mut self, _: Slot) {}

    fn count_judged(&mut self, _: Slot) {}

    fn ask(&mut self, _: Slot) {}

    fn emit(&mut self, event: RunEvent) {
        self.reports.take(&event);
    }
}

struct Play {
    dispatcher: Dispatcher<Stage>,
    now: u64,
    is_over: bool,
}

impl Play {
    fn begin(plan: RunPlan) -> Self {
        let stage = Stage {
            processes: Default::default(),
            reports: Reports::new(FILES as usize),
        };
        let mut dispatcher = Dispatcher::new(plan, stage, 0);
        let is_over = dispatcher.begin() == Response::Finished;
        Self {
            dispatcher,
            now: 0,
            is_over,
        }
    }

    fn process(&mut self, slot: Slot) -> &mut Process {
        &mut self.dispatcher.control().processes[slot as usize - 1]
    }

    fn happens(&mut self, event: InternalEvent) {
        if !self.is_over {
            self.is_over = self.dispatcher.handle(event, self.now) == Response::Finished;
        }
    }

    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Worker { slot, told } => self.hear(Slot::from(slot) % WORKERS + 1, told),
            Step::Signal(number) => self.happens(InternalEvent::Signal(i32::from(number % 32) + 1)),
            Step::Inquiry => self.happens(InternalEvent::Inquiry),
            Step::OutputClosed => self.happens(InternalEvent::OutputClosed),
            Step::ZygoteGone => self.happens(InternalEvent::ZygoteGone),
            Step::Tick {
                after_ms,
                views,
                memory,
            } => {
                self.now += u64::from(after_ms) * 1_000_000;
                let tick = Tick {
                    now: self.now,
                    slots: views.iter().map(|view| view.view(self.now)).collect(),
                    memory: memory.map(|used| vec![Some(u64::from(used)); WORKERS as usize]),
                };
                self.happens(InternalEvent::Tick(tick));
            }
        }
    }

    fn hear(&mut self, slot: Slot, told: Told<'_>) {
        let process = *self.process(slot);
        match told {
            Told::Forked(pid) if process.lives => {
                let pid = i32::from(pid);
                self.happens(InternalEvent::Zygote(FromZygote::Forked { slot, pid }));
            }
            Told::Ended(code) if process.lives => self.end(slot, ProcessEnd::Code(i32::from(code))),
            Told::Killed(signal) if process.lives => self.end(slot, ProcessEnd::Signal(i32::from(signal % 65))),
            Told::Closed if process.talks => self.close(slot),
            Told::Said(message) if process.talks => self.happens(InternalEvent::Message(slot, message.message())),
            Told::Bytes(bytes) if process.talks => match serde_json::from_slice::<FromWorker>(bytes) {
                Ok(message) => self.happens(InternalEvent::Message(slot, message)),
                Err(_) => {
                    self.happens(InternalEvent::Corrupt(slot));
                    self.close(slot);
                }
            },
            Told::Wrote {
                is_error,
                text,
                running,
            } if process.talks => {
                let event = InternalEvent::Written(slot, is_error.into(), text.to_owned(), running.running());
                self.happens(event);
            }
            _ => {}
        }
    }

    fn end(&mut self, slot: Slot, end: ProcessEnd) {
        self.process(slot).lives = false;
        self.happens(InternalEvent::Zygote(FromZygote::Exited { slot, end }));
    }

    fn close(&mut self, slot: Slot) {
        self.process(slot).talks = false;
        self.happens(InternalEvent::Closed(slot));
    }

    fn finish(mut self) {
        for _ in 0..ENOUGH_DEATHS {
            for slot in 1..=WORKERS {
                if self.process(slot).talks {
                    self.close(slot);
                }
                if self.process(slot).lives && !self.is_over {
                    self.end(slot, ProcessEnd::Signal(9));
                }
            }
        }
        assert!(self.is_over, "a run whose workers all die ends");
        let stats = self.dispatcher.stats().clone();
        self.dispatcher.into_control().reports.judge(&stats);
    }
}
