//! The natives of the harness and of what sits right beside it: output, stacks, the async context, `gc()`.

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::harness::diff::line_diff;
use crate::harness::limits;
use crate::harness::observer::{FrameOwner, OutputStream};
use crate::harness::session;
use crate::harness::stack::{mapped_frames, user_frames};
use crate::harness::uncaught::report_uncaught;
use crate::host::host;

/// `binding('harness')`
pub(crate) static HARNESS: BindingTable = BindingTable {
    name: "harness",
    entries: &[
        native(c"settled", settled),
        native(c"callSite", call_site),
        native(c"diff", diff),
        native(c"setPhaseTimeout", set_phase_timeout),
        native(c"takeBaseline", take_baseline),
    ],
};

/// `binding('console')`
pub(crate) static CONSOLE: BindingTable = BindingTable {
    name: "console",
    entries: &[native(c"write", write)],
};

/// `binding('errors')`
pub(crate) static ERRORS: BindingTable = BindingTable {
    name: "errors",
    entries: &[native(c"frames", frames)],
};

/// `binding('async')`
pub(crate) static ASYNC: BindingTable = BindingTable {
    name: "async",
    entries: &[native(c"isDue", is_due)],
};

/// `binding('task')`
pub(crate) static TASK: BindingTable = BindingTable {
    name: "task",
    entries: &[
        native(c"flags", flags),
        native(c"uncaught", uncaught),
        native(c"collect", collect),
    ],
};

/// `settled(phase)`: the user function of `phase` has ended.
fn settled<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    host().phases.settle(args.u32(cx, 0)?);
    Ok(cx.undefined())
}

/// `setPhaseTimeout(phase, ms)`: another limit for the running phase; 0 is none.
fn set_phase_timeout<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let limit = limits::limit_from(args.number(cx, 1)?);
    if host().phases.set_limit(args.u32(cx, 0)?, limit) {
        limits::announce_limit(limit);
    }
    Ok(cx.undefined())
}

/// `takeBaseline()`: what is open and changed by now is no leak of the test file.
fn take_baseline<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let host = host();
    host.handles.take_baseline();
    host.touched.take_baseline();
    Ok(cx.undefined())
}

/// `callSite()`: { file, line, column } of the innermost user code on the stack.
fn call_site<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let stack = session::capture_stack(cx)?;
    let frame = user_frames(&stack).into_iter().find(|f| f.owner == FrameOwner::User);
    let Some(location) = frame.and_then(|f| f.location) else {
        return Ok(cx.undefined());
    };
    let site = cx.object();
    site.set(cx, "file", cx.string(&location.file))?;
    site.set(cx, "line", cx.number(location.line))?;
    site.set(cx, "column", cx.number(location.column))?;
    Ok(site.into())
}

/// `diff(expected, received)`: lines with `- `, `+ ` or two spaces before them.
fn diff<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&line_diff(&args.text(cx, 0)?, &args.text(cx, 1)?)))
}

/// `write(1 | 2, text)`: what the test prints.
fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let stream = if args.u32(cx, 0)? == 2 {
        OutputStream::Stderr
    } else {
        OutputStream::Stdout
    };
    let text = args.text(cx, 1)?;
    let host = host();
    host.observer.borrow_mut().output(host.phases.case(), stream, &text);
    Ok(cx.undefined())
}

/// `frames(stack)`: flat [function, file, line, column, owner] per frame of an engine stack; owner is 0 user, 1 dependency,
/// 2 internal, and native frames have no file.
fn frames<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let flat = cx.array();
    let mut index = 0;
    let mut push = |value| -> JsResult<'r, ()> {
        flat.set_index(cx, index, value)?;
        index += 1;
        Ok(())
    };
    for frame in mapped_frames(&args.text(cx, 0)?) {
        let owner = match frame.owner {
            FrameOwner::User => 0,
            FrameOwner::Dependency => 1,
            FrameOwner::Internal => 2,
        };
        push(cx.string(frame.function.as_deref().unwrap_or("")))?;
        push(cx.optional_string(frame.location.as_ref().map(|l| l.file.as_str())))?;
        push(cx.number(frame.location.as_ref().map_or(0, |l| l.line)))?;
        push(cx.number(frame.location.as_ref().map_or(0, |l| l.column)))?;
        push(cx.number(owner))?;
    }
    Ok(flat.into())
}

/// `isDue()`: the running phase is past its deadline.
fn is_due<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.boolean(limits::is_due()))
}

/// `flags()`: the bytes of the shared flags as an `ArrayBuffer`.
fn flags<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    cx.shared_bytes(host().flags()).map(Into::into)
}

/// `uncaught(error)`: reports an error that nobody caught.
fn uncaught<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    report_uncaught(cx, args.get(cx, 0));
    Ok(cx.undefined())
}

/// `collect()`: a full collection, now.
fn collect<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    cx.collect();
    Ok(cx.undefined())
}
