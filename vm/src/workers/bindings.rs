//! `binding('workers')`

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::harness::observer::OutputStream;
use crate::host::host;

use super::family::{self, Order};
use super::registry::Whom;
use super::{PATIENCE, WORKERS, blob_urls, own_id};

/// The stack of a worker's thread: what the main thread usually has.
const STACK: usize = 8 << 20;
/// The least that the engine runs with.
const LEAST_STACK: usize = 2 << 20;

pub(super) static WORKERS_TABLE: &[crate::engine::Binding] = &[
    native(c"start", start),
    native(c"terminate", terminate),
    native(c"setRef", set_ref),
    native(c"forward", forward),
    native(c"threadId", thread_id),
    native(c"setEntries", set_entries),
    native(c"leave", leave),
    native(c"die", die),
    native(c"shareEnv", share_env),
    native(c"envGet", env_get),
    native(c"storeBlob", blob_urls::store),
    native(c"revokeBlob", blob_urls::revoke),
    native(c"blob", blob_urls::find),
];

pub(super) static WORKERS_BINDING: BindingTable = BindingTable {
    name: "workers",
    entries: WORKERS_TABLE,
};

/// `start(spec, name, entry, stackMiB, onNews, messages, rest)`: the worker's number. The ports of these numbers become the worker's, one for messages
/// and one for the rest, with what waits in them.
/// `onNews(0, fd, text, label)` hears its output, `onNews(1, code, failure)` its end.
fn start<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let wished = args.number(cx, 3)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the comparison"
    )]
    let stack = if wished > 0.0 && wished < 1024.0 {
        ((wished * f64::from(1 << 20)) as usize).max(LEAST_STACK)
    } else {
        STACK
    };
    let order = Order {
        spec: args.text(cx, 0)?,
        name: args.text(cx, 1)?,
        entry: args.text(cx, 2)?,
        stack,
    };
    let ports = [args.u32(cx, 5)?, args.u32(cx, 6)?];
    let number = family::start(cx, order, args.function(cx, 4, "onNews")?, ports)?;
    Ok(cx.number(number))
}

/// `terminate(id)`: asks it to end, and asks again until it has. A thread does that: this one has other things to do.
fn terminate<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    if WORKERS.contains(id) {
        let host = host();
        let poster = host.event_loop.mailbox().poster(host.realm().global().id());
        let asking = move || {
            if let Err(left) = WORKERS.end(Whom::One(id), PATIENCE) {
                poster.post(Box::new(move |_| {
                    super::tell_still_there(&crate::host::host(), &left);
                    Ok(())
                }));
            }
        };
        let spawned = std::thread::Builder::new().name("worker end".to_owned()).spawn(asking);
        if spawned.is_err() {
            WORKERS.ask(id);
        }
    }
    Ok(cx.undefined())
}

/// `setRef(id, isRef)`
fn set_ref<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    host().workers.set_ref(args.u32(cx, 0)?, args.bool(cx, 1));
    Ok(cx.undefined())
}

/// `forward(fd, text, label)`: output of a worker that JavaScript does not want for itself.
fn forward<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let stream = if args.u32(cx, 0)? == 2 {
        OutputStream::Stderr
    } else {
        OutputStream::Stdout
    };
    family::forward(&host(), stream, &args.text(cx, 1)?, &args.text(cx, 2)?);
    Ok(cx.undefined())
}

/// `threadId()`: 0 on the main thread.
fn thread_id<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(own_id(&host())))
}

/// `setEntries(run, isAlive, beforeExit, exit)`
fn set_entries<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let host = host();
    if let Some(thread) = &host.thread {
        let entries = [
            args.function(cx, 0, "run")?,
            args.function(cx, 1, "isAlive")?,
            args.function(cx, 2, "beforeExit")?,
            args.function(cx, 3, "exit")?,
        ];
        thread.set_entries(&host, entries);
    }
    Ok(cx.undefined())
}

/// `leave(code)`: this worker ends when the JavaScript that runs is over.
fn leave<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    if let Some(thread) = &host().thread {
        thread.leave(args.i32(cx, 0)?);
    }
    Ok(cx.undefined())
}

/// `die()`: after `leave`, and JavaScript waits for its own end now.
fn die<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    host().vm.watchdog().stop_soon();
    Ok(cx.undefined())
}

/// `shareEnv()`: from now on other threads may change the environment too.
fn share_env<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    host().touched.be_suspicious();
    Ok(cx.undefined())
}

/// `envGet(name)`: as it is now.
fn env_get<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let value = std::env::var_os(args.text(cx, 0)?);
    Ok(cx.optional_string(value.map(|value| value.to_string_lossy().into_owned()).as_deref()))
}
