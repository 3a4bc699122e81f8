//! Every environment variable that the coordinator looks at, and nothing else's job.
//!
//! Read through the lookup that [`crate::cli::parse`] is given, so that tests state their environment. What the tests
//! see in `process.env` is the worker's business.

/// `TRUN_GC_STRESS=N` makes the engine collect garbage every N slow allocations, and fully at every swap. For finding
/// values that are not kept alive as they should be; slow. Unset, empty or 0: off.
pub const TRUN_GC_STRESS: &str = "TRUN_GC_STRESS";

/// `NO_COLOR` with any text but none turns colours off (<https://no-color.org>).
pub const NO_COLOR: &str = "NO_COLOR";

/// `FORCE_COLOR` turns colours on where no terminal is seen, and wins over [`NO_COLOR`]. `0` and `false` turn them off.
pub const FORCE_COLOR: &str = "FORCE_COLOR";

/// `TERM=dumb` says that the terminal shows no colours.
pub const TERM: &str = "TERM";

/// `CI` with any text but none, `0` and `false` says that nobody watches: no progress view.
pub const CI: &str = "CI";

/// `COLUMNS` is how wide a page is where the output is no terminal.
pub const COLUMNS: &str = "COLUMNS";

/// What decides the character set, the first that is set: `LC_ALL`, `LC_CTYPE`, `LANG`.
pub const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// `GITHUB_ACTIONS=true` says that a workflow of GitHub runs us: what people read on stdout is followed by annotations.
pub const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";

/// `GITHUB_WORKSPACE` is the checkout that annotations are relative to.
pub const GITHUB_WORKSPACE: &str = "GITHUB_WORKSPACE";

/// `GITHUB_STEP_SUMMARY` names the file that becomes the page of a workflow's step.
pub const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
