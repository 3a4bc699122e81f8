//! What a test file leaves behind, made into the leak report.
//!
//! Judged when the file's last hook has ended, before anything is stopped. Owns the order and the bounds of the report; what is open, changed
//! or waiting is known by its owners: the table of handles, the process state, and the realm's `internal/leftovers.js`.

use std::time::{Duration, Instant};

use crate::addons::AddonLeak;
use crate::engine::{Ctx, JsResult, Value};
use crate::harness::observer::{Leak, LeakKind};
use crate::harness::stack::user_frames;
use crate::host::Host;
use crate::realm::{ProcessState, Realm};

/// Keeper of what the runtime itself holds of a realm: no leak of the file.
pub const RUNTIME: &str = "the runtime";
/// Leaks of one kind that are told one by one.
const MOST_OF_A_KIND: usize = 20;
/// How long looking into the realm may take; a patched prototype could make it endless.
const LIMIT: Duration = Duration::from_secs(1);

/// Everything that the file which has just ended left behind.
#[must_use]
pub fn left_behind(host: &Host, realm: &Realm, state: &ProcessState) -> Vec<Leak> {
    let mut leaks = in_realm(host, realm);
    leaks.extend(host.handles.leaks());
    leaks.extend(state.changes(&host.touched));
    bounded(leaks)
}

/// What was kept when it should not be, by those who kept it.
#[must_use]
pub fn persistents(keepers: Vec<&'static str>) -> Vec<Leak> {
    let told = keepers.into_iter().filter(|keeper| *keeper != RUNTIME);
    let leaks = told.map(|keeper| plain(LeakKind::Persistent, format!("a value kept by {keeper}")));
    bounded(leaks.collect())
}

/// Native code that did not end.
#[must_use]
pub fn addons(leaks: Vec<AddonLeak>) -> Vec<Leak> {
    let leak = |leak: AddonLeak| {
        plain(
            LeakKind::Addon,
            format!("{} of the native addon {}", leak.left, leak.addon),
        )
    };
    bounded(leaks.into_iter().map(leak).collect())
}

fn plain(kind: LeakKind, what: String) -> Leak {
    let stack = Vec::new();
    Leak { kind, what, stack }
}

fn in_realm(host: &Host, realm: &Realm) -> Vec<Leak> {
    let leaks = ask(host, realm, |cx| match realm.entries().list_leftovers.open(cx) {
        Some(list) => read(cx, list.call(cx, &[])?),
        None => Ok(Vec::new()),
    });
    leaks.unwrap_or_default()
}

/// Asks the realm's own JavaScript something it answers at once; `None` if the file has broken it.
fn ask<T>(host: &Host, realm: &Realm, question: impl for<'r> FnOnce(Ctx<'r>) -> JsResult<'r, T>) -> Option<T> {
    let watchdog = host.vm.watchdog();
    watchdog.set_deadline(Some(Instant::now() + LIMIT));
    let answer = realm.global().enter(|cx| question(cx).ok());
    if watchdog.stopped() {
        host.vm.absorb_termination(realm.global());
    }
    watchdog.set_deadline(None);
    answer
}

fn read<'r>(cx: Ctx<'r>, found: Value<'r>) -> JsResult<'r, Vec<Leak>> {
    let mut leaks = Vec::new();
    let Some(found) = found.as_object(cx) else {
        return Ok(leaks);
    };
    for at in (0..found.length(cx)?).step_by(3) {
        let what = found.get_index(cx, at + 1)?.to_text(cx)?;
        let kind = match found.get_index(cx, at)?.as_integer(cx) {
            Some(0) => LeakKind::Timer,
            Some(1) => LeakKind::Listener,
            _ => LeakKind::Global,
        };
        let stack = user_frames(&found.get_index(cx, at + 2)?.to_text(cx)?);
        leaks.push(Leak { kind, what, stack });
    }
    Ok(leaks)
}

/// Equal leaks are told once, with how many there are; beyond a bound a kind is only counted.
fn bounded(leaks: Vec<Leak>) -> Vec<Leak> {
    let mut told: Vec<(Leak, u32)> = Vec::new();
    let mut more: Vec<(LeakKind, u32)> = Vec::new();
    for leak in leaks {
        if let Some((_, count)) = told.iter_mut().find(|(known, _)| *known == leak) {
            *count += 1;
        } else if told.iter().filter(|(known, _)| known.kind == leak.kind).count() < MOST_OF_A_KIND {
            told.push((leak, 1));
        } else if let Some((_, count)) = more.iter_mut().find(|(kind, _)| *kind == leak.kind) {
            *count += 1;
        } else {
            more.push((leak.kind, 1));
        }
    }
    let many = told.into_iter().map(|(leak, count)| match count {
        1 => leak,
        count => Leak {
            what: format!("{}, {count} times", leak.what),
            ..leak
        },
    });
    let rest = more
        .into_iter()
        .map(|(kind, count)| plain(kind, format!("{count} more of the kind")));
    many.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_leaks_are_told_once_and_long_lists_are_cut() {
        let global = |i: u32| plain(LeakKind::Global, format!("the global g{i}"));
        let timer = || plain(LeakKind::Timer, "a timer (setTimeout, 1 ms)".to_owned());
        let told = bounded((0..25).map(global).chain([timer(), timer()]).collect());
        let texts: Vec<&str> = told.iter().map(|leak| leak.what.as_str()).collect();
        assert_eq!(texts.len(), 22);
        assert_eq!(
            texts[20..],
            ["a timer (setTimeout, 1 ms), 2 times", "5 more of the kind"]
        );
        assert_eq!(told[21].kind, LeakKind::Global);
    }

    #[test]
    fn what_the_runtime_keeps_is_no_leak() {
        let leaks = persistents(vec![RUNTIME, "a native addon", RUNTIME]);
        assert_eq!(
            leaks,
            [plain(LeakKind::Persistent, "a value kept by a native addon".to_owned())]
        );
    }
}
