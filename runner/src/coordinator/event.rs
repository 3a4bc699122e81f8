//! What can happen to a run, as the dispatcher is told, and what it answers.

use trun_napi::NativeCode;
use trun_reporters::model::Stream;

use crate::os::Running;
use crate::protocol::message::FromWorker;
use crate::zygote::FromZygote;

/// 1-based number of a worker's place.
pub type Slot = u32;

/// Something happened. The reactor makes these, the dispatcher handles them one after the other.
#[derive(Debug)]
pub enum InternalEvent {
    /// The zygote said something.
    Zygote(FromZygote),
    /// The zygote is gone.
    ZygoteGone,
    /// A worker said something.
    Message(Slot, FromWorker),
    /// What came from a worker's channel is no message.
    Corrupt(Slot),
    /// A worker's channel has closed.
    Closed(Slot),
    /// A worker, or a process below it, wrote this to its standard output or error while this was running.
    Written(Slot, Stream, String, Running),
    /// This process was sent a signal.
    Signal(i32),
    /// Somebody wants to know what runs.
    Inquiry,
    /// Nobody reads standard output any more.
    OutputClosed,
    /// Time has passed.
    Tick(Tick),
}

impl InternalEvent {
    /// The slot whose worker's descriptors it was read from, if it was.
    #[must_use]
    pub fn wire(&self) -> Option<Slot> {
        match self {
            Self::Message(slot, _) | Self::Corrupt(slot) | Self::Closed(slot) | Self::Written(slot, ..) => Some(*slot),
            _ => None,
        }
    }
}

/// A look at the clock and at the workers' pages.
#[derive(Debug, Clone)]
pub struct Tick {
    /// Monotonic, in nanoseconds.
    pub now: u64,
    /// Per slot: what runs, since when, until when it may.
    pub slots: Vec<SlotView>,
    /// Per slot: resident memory in bytes, sampled at some ticks.
    pub memory: Option<Vec<Option<u64>>>,
}

/// What a worker's page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotView {
    /// What runs.
    pub running: Running,
    /// Since when.
    pub since: u64,
    /// Until when it may.
    pub deadline: Option<u64>,
    /// The native code that runs.
    pub native: Option<NativeCode>,
    /// How long its thread was ready to run and got no core, since it began: nanoseconds.
    pub starved: u64,
    /// Whether it waits for something to happen.
    pub waits: bool,
}

/// What the loop does after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Response {
    /// Wait for the next one.
    Continue,
    /// The run is over.
    Finished,
}
