//! `binding('timers')`: due times of timeouts and the queue of immediates. Callbacks are JavaScript's.

use std::time::{Duration, Instant};

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::host::host;

pub(crate) static TIMERS: BindingTable = BindingTable {
    name: "timers",
    entries: &[
        native(c"set", set),
        native(c"clear", clear),
        native(c"immediate", immediate),
    ],
};

/// `set(id, ms)`: timer `id` is due `ms` from now; sets or moves it.
fn set<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let delay = Duration::from_millis(u64::from(args.u32(cx, 1)?));
    host()
        .event_loop
        .timers()
        .borrow_mut()
        .set(args.u32(cx, 0)?, Instant::now(), delay);
    Ok(cx.undefined())
}

/// `clear(id)`
fn clear<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    host().event_loop.timers().borrow_mut().clear(args.u32(cx, 0)?);
    Ok(cx.undefined())
}

/// `immediate(id)`: immediate `id` is due in the next turn's last phase.
fn immediate<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    host().event_loop.add_immediate(args.u32(cx, 0)?);
    Ok(cx.undefined())
}
