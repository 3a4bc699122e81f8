//! Errors that nobody caught and rejections that nobody handled: to whom they go.

use crate::engine::{Ctx, JsResult, Value};
use crate::harness::observer::ProblemKind;
use crate::harness::problem;
use crate::harness::session::open;
use crate::host::host;

/// Errors that belong to no test are listed up to this number per file: a callback that fails for ever would fill any report.
const MAX_STRAY_ERRORS: u32 = 100;

/// An error that nobody caught: goes to the file's own handlers, to the test it belongs to, or becomes a file error.
pub fn report_uncaught<'r>(cx: Ctx<'r>, error: Value<'r>) {
    if is_told_to_end() {
        return;
    }
    let realm = host().realm();
    let described = open(cx, &realm.entries().uncaught).and_then(|uncaught| uncaught.call(cx, &[error]));
    report_described(cx, described);
}

/// A rejection that nobody handled: as [`report_uncaught`].
pub fn report_rejection<'r>(cx: Ctx<'r>, promise: Value<'r>, reason: Value<'r>) {
    if is_told_to_end() {
        return;
    }
    let realm = host().realm();
    let described =
        open(cx, &realm.entries().unhandled_rejection).and_then(|report| report.call(cx, &[promise, reason]));
    report_described(cx, described);
}

/// Whether this is a worker thread that was told to end: what its code throws from then on is the doing of that.
fn is_told_to_end() -> bool {
    host().thread.as_ref().is_some_and(|thread| thread.is_asked_to_end())
}

fn report_described<'r>(cx: Ctx<'r>, described: JsResult<'r>) {
    let host = host();
    let problem = match described {
        Ok(described) if described.is_undefined(cx) => return,
        Ok(described) => problem::read(cx, described, None, None),
        // The file's own handler threw: that error is the report.
        Err(thrown) => Err(thrown),
    };
    let seen = host.stray_errors.replace(host.stray_errors.get() + 1);
    if seen > MAX_STRAY_ERRORS {
        return;
    }
    if seen == MAX_STRAY_ERRORS {
        let text = "more errors that belong to no test came after these; they are not listed";
        return host
            .observer
            .borrow_mut()
            .file_error(problem::plain(ProblemKind::Thrown, text));
    }
    let problem =
        problem.unwrap_or_else(|thrown| problem::plain(ProblemKind::Thrown, thrown.0.to_text(cx).unwrap_or_default()));
    host.observer.borrow_mut().file_error(problem);
}
