//! `binding('performance')`: the monotonic clock since the VM's start.

use std::cell::OnceCell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::host::host;

pub(crate) static PERFORMANCE: BindingTable = BindingTable {
    name: "performance",
    entries: &[native(c"now", now), native(c"timeOrigin", time_origin)],
};

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// `now()`: milliseconds since the origin.
fn now<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(millis(host().started.elapsed())))
}

/// `timeOrigin()`: the origin in milliseconds since 1970, the same at every call.
fn time_origin<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    thread_local! {
        static ORIGIN: OnceCell<f64> = const { OnceCell::new() };
    }
    let origin = ORIGIN.with(|origin| {
        *origin.get_or_init(|| {
            let since_start = Instant::now().duration_since(host().started);
            millis(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default()
                    .saturating_sub(since_start),
            )
        })
    });
    Ok(cx.number(origin))
}
