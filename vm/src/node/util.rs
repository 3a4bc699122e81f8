//! `binding('util')`: what JavaScript cannot find out about a value by itself.

use crate::engine::{Args, BindingTable, Ctx, JsResult, Object, host as native};
use crate::host::host;

pub(crate) static UTIL: BindingTable = BindingTable {
    name: "util",
    entries: &[
        native(c"getPromiseDetails", promise_details),
        native(c"getProxyDetails", proxy_details),
        native(c"isExternal", is_external),
        native(c"isArrayBuffer", is_array_buffer),
    ],
};

/// The proxy's target, if it is one that was not revoked.
fn target<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> Option<Object<'r>> {
    args.get(cx, 0).as_object(cx).and_then(Object::proxy_target)
}

/// `getProxyDetails(value)`: the target and, as the engine does not show it, an empty handler; nothing if it is no proxy.
fn proxy_details<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let Some(target) = target(cx, args) else {
        return Ok(cx.undefined());
    };
    let pair = cx.array();
    pair.set_index(cx, 0, target)?;
    pair.set_index(cx, 1, cx.object())?;
    Ok(pair.into())
}

/// `getPromiseDetails(value)`: the engine shows no state of a promise: always nothing.
fn promise_details<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.undefined())
}

/// `isExternal(value)`: what addons pass pointers around by.
fn is_external<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.boolean(host().addons.is_external(cx, args.get(cx, 0))))
}

/// `isArrayBuffer(value)`: whether it is an array buffer of any kind, shared or not.
fn is_array_buffer<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.boolean(args.get(cx, 0).is_any_array_buffer(cx)))
}
