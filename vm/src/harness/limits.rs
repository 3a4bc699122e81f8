//! How long the running phase may take, as JavaScript says it and as it asks for it.

use std::time::Duration;

use crate::harness::observer::Activity;
use crate::host::host;

/// The longest a limit can be: what a timer cannot hold is no limit.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// A limit in milliseconds as JavaScript gives it; zero, negative, infinite and very long ones are none.
#[must_use]
pub(super) fn limit_from(ms: f64) -> Option<Duration> {
    (ms > 0.0 && ms < LONGEST.as_secs_f64() * 1000.0).then(|| Duration::from_secs_f64(ms / 1000.0))
}

/// The running phase got another limit, or its time anew: tells the watchdog and the observer.
pub(super) fn announce_limit(limit: Option<Duration>) {
    let host = host();
    host.vm.watchdog().set_deadline(host.phases.deadline());
    host.observer
        .borrow_mut()
        .activity(host.phases.case().map_or(Activity::SuiteHook, Activity::Case), limit);
}

/// Whether the running phase is past its deadline.
#[must_use]
pub(super) fn is_due() -> bool {
    let host = host();
    let watchdog = host.vm.watchdog();
    watchdog.rearm();
    watchdog.is_due()
}
