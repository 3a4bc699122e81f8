//! `binding('signals')`: signals that JavaScript listens to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::LeakKind;
use crate::host::host;
use crate::os::{Readable, SignalPipe, SignalWatch};

use super::reply::{failure, unit};

pub(crate) static SIGNALS: BindingTable = BindingTable {
    name: "signals",
    entries: &[
        native(c"watch", watch),
        native(c"unwatch", unwatch),
        native(c"next", next),
    ],
};

thread_local! {
    static WATCHED: RefCell<HashMap<i32, HandleId>> = RefCell::default();
}

/// A signal that JavaScript listens to. Dropping the watch gives it its former disposition back.
struct Watched {
    signal: i32,
    watch: RefCell<Option<SignalWatch>>,
}

impl OpenHandle for Watched {
    fn kind(&self) -> LeakKind {
        LeakKind::Listener
    }

    /// JavaScript tells of its listeners, these among them.
    fn left_behind(&self) -> Option<String> {
        None
    }

    fn stop(&self) {
        WATCHED.with_borrow_mut(|watched| watched.remove(&self.signal));
        self.watch.take();
        if let Ok(pipe) = SignalPipe::get() {
            // What came too late for this file is not the next one's.
            let mut unread = [0; 64];
            while { pipe.reader() }.read(&mut unread).is_ok_and(|n| n > 0) {}
        }
    }
}

/// `watch(signal)`
fn watch<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let signal = args.i32(cx, 0)?;
    let started = SignalWatch::new(signal).map(|watch| {
        let watch = RefCell::new(Some(watch));
        let id = host().handles.add(Rc::new(Watched { signal, watch }), Site::default());
        WATCHED.with_borrow_mut(|watched| watched.insert(signal, id));
    });
    unit(cx, started)
}

/// `unwatch(signal)`
fn unwatch<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let signal = args.i32(cx, 0)?;
    if let Some(id) = WATCHED.with_borrow_mut(|watched| watched.remove(&signal)) {
        host().handles.remove(id);
    }
    Ok(cx.undefined())
}

/// `next(callback)`: `callback(null, signals)` with the numbers that have come; once.
fn next<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let callback = args.function(cx, 0, "callback")?;
    let host = host();
    let pipe = match SignalPipe::get() {
        Ok(pipe) => pipe,
        Err(errno) => return Ok(failure(cx, errno)),
    };
    let arrival = async move {
        let mut reader = pipe.reader();
        let mut bytes = [0; 64];
        // Registered here, in the loop's context, under a number of its own; gone when the realm's operations are dropped.
        let Ok(bell) = reader.try_clone().and_then(|copy| Readable::new(copy.into())) else {
            return Vec::new();
        };
        loop {
            std::future::poll_fn(|cx| bell.poll(cx)).await;
            match reader.read(&mut bytes) {
                Ok(count) => return bytes[..count].to_vec(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return Vec::new(),
            }
        }
    };
    host.run_async(callback, arrival, |cx, signals| {
        cx.array_of(signals, |signal| Ok(cx.number(signal))).map(Into::into)
    });
    Ok(cx.undefined())
}
