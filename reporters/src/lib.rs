//! Events of a test run in, documents out.
//!
//! The coordinator tells every reporter the same stream of [`RunEvent`]s. [`RunStats`] folds it into numbers and owns the
//! rules by which they are counted; the `default` reporter prints blocks for people, `json` and `junit` write one document
//! for programs, `github` annotations. A reporter is a pure function of the events plus its own state: it knows no process, no
//! JavaScript value, no clock and no environment variable, so a literal list of events is all a test needs.
//!
//! Where things are: [`event`] and [`model`] are what goes in, `ledger` remembers it per file, `stats` counts it,
//! `terminal/` and `dots` print it for people, `json/`, `junit/` and `github/` for programs; `outlet` is where a reporter
//! writes and what it may ask its terminal. `problems` is what every document must tell besides its tests, `failure_text`
//! and `captured` are failures and output as documents have them; `text`, `paths` and `duration` are the small change all
//! of them use.

#![forbid(unsafe_code)]

mod captured;
mod dots;
mod duration;
pub mod event;
mod failure_text;
mod github;
mod inquiry;
mod json;
mod junit;
mod ledger;
pub mod model;
mod none;
mod outlet;
mod paths;
mod problems;
mod reporter;
mod stats;
mod style;
mod terminal;
mod text;

pub use dots::DotsReporter;
pub use duration::{duration, seconds};
pub use event::{Answer, Doing, EventKind, Inquired, RunEnd, RunEvent, RunningCase, Work};
pub use github::GithubReporter;
pub use inquiry::InquiryReporter;
pub use json::JsonReporter;
pub use junit::{JunitDialect, JunitReporter};
pub use model::{
    Attempt, CaseId, CaseMode, CaseResult, CodeFrame, Failure, FailureKind, FileId, FileOutcome, Frame, FrameOwner,
    Leak, LeakKind, Location, Outcome, Stream, TestCase,
};
pub use none::NoneReporter;
pub use outlet::{Gauge, Outlet};
pub use paths::relative;
pub use reporter::{Fanout, Kind, Reporter, ReporterFailure, ReporterOptions, UnknownReporter, build};
pub use stats::RunStats;
pub use style::Style;
pub use terminal::TerminalReporter;
pub use text::{strip_ansi, visible, visible_lines};
