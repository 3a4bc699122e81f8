//! `binding('messaging')`: ports and envelopes as JavaScript sees them.
//!
//! The parts of an envelope are `bytes, length, text, buffers, ports, shared`: a `Uint8Array` and how much of it, the strings one after the other, the
//! transferred array buffers, the numbers of the transferred ports, the array buffers over
//! shared memory. The last three are undefined where there are none.

use std::sync::Arc;

use crate::engine::{Args, BindingTable, Ctx, JsResult, JsString, Object, Value, host as native};

use super::envelope::{Body, Envelope, Text};
use super::port::Port;
use super::ports::{self, Posted};

pub(super) static MESSAGING: BindingTable = BindingTable {
    name: "messaging",
    entries: &[
        native(c"channel", channel),
        native(c"broadcast", broadcast),
        native(c"setDeliver", set_deliver),
        native(c"post", post),
        native(c"receive", receive),
        native(c"take", take),
        native(c"close", close),
        native(c"setRef", set_ref),
        native(c"move", move_port),
        native(c"firstProxy", first_proxy),
    ],
};

/// `channel()`: the numbers of both ends.
fn channel<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let (one, two) = Port::pair();
    let numbers = [ports::adopt(one), ports::adopt(two)];
    cx.array_of(numbers, |number| Ok(cx.number(number))).map(Into::into)
}

/// `broadcast(name)`: the number of a port that speaks to all others of that name, and hears them.
fn broadcast<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(ports::join(args.text(cx, 0)?)))
}

/// `setDeliver(deliver)`: `deliver(number, parts)` is called for every message, with undefined when there will be no more.
fn set_deliver<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    ports::set_deliver(args.function(cx, 0, "deliver")?);
    Ok(cx.undefined())
}

/// `post(number, …parts)`: 0 sent or nobody listens, 1 the port was sent to itself, and the channel is lost.
fn post<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 0)?;
    let envelope = read_parts(cx, args, 1)?;
    Ok(cx.number(match ports::post(number, envelope) {
        Posted::Sent => 0,
        Posted::Nowhere(envelope) => {
            drop(envelope);
            0
        }
        Posted::ToItself(envelope) => {
            drop(envelope);
            1
        }
    }))
}

/// `receive(number, isReceiving)`
fn receive<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    ports::receive(args.u32(cx, 0)?, args.bool(cx, 1));
    Ok(cx.undefined())
}

/// `take(number)`: the parts of the next message, or undefined.
fn take<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    match ports::take(args.u32(cx, 0)?) {
        Some(envelope) => parts_of(cx, envelope).map(Into::into),
        None => Ok(cx.undefined()),
    }
}

/// `close(number)`
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    ports::close(args.u32(cx, 0)?);
    Ok(cx.undefined())
}

/// `setRef(number, isRef)`
fn set_ref<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    ports::set_ref(cx, args.u32(cx, 0)?, args.bool(cx, 1));
    Ok(cx.undefined())
}

/// `move(number)`: the port under a new number, as one that was transferred; undefined if it is closed.
fn move_port<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let port = ports::release(args.u32(cx, 0)?);
    Ok(port.map_or_else(|| cx.undefined(), |port| cx.number(ports::adopt(port))))
}

/// `firstProxy(objects)`: the index of the first one that is a proxy.
fn first_proxy<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let objects = args.object(cx, 0, "the objects")?;
    for index in 0..objects.length(cx)? {
        let object = objects.get_index(cx, index)?.as_object(cx);
        if object.is_some_and(|object| object.proxy_target().is_some()) {
            return Ok(cx.number(index));
        }
    }
    Ok(cx.undefined())
}

/// The parts that begin at argument `first`. Transferred ports leave this thread.
fn read_parts<'r>(cx: Ctx<'r>, args: Args<'r, '_>, first: usize) -> JsResult<'r, Envelope> {
    let length = args.u32(cx, first + 1)? as usize;
    let bytes = args
        .get(cx, first)
        .with_bytes(cx, |bytes| bytes[..length].to_vec())?
        .ok_or_else(|| cx.type_error("bug in trun: an envelope without bytes"))?;
    let text = read_text(&args.get(cx, first + 2).to_js_string(cx)?);
    let buffers = items(cx, args.get(cx, first + 3), |item| {
        item.to_bytes(cx, "a transferred buffer")
    })?;
    let numbers = items(cx, args.get(cx, first + 4), |item| item.to_number(cx))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "they are numbers that `attach` made"
    )]
    let ports = numbers.into_iter().filter_map(|number| ports::release(number as u32));
    let shared = items(cx, args.get(cx, first + 5), |item| {
        item.shared_block(cx)?
            .ok_or_else(|| cx.type_error("bug in trun: shared memory of somebody else"))
    })?;
    Ok(Envelope {
        body: Arc::new(Body { bytes, text, shared }),
        buffers,
        ports: ports.collect(),
    })
}

fn items<'r, T>(cx: Ctx<'r>, array: Value<'r>, read: impl Fn(Value<'r>) -> JsResult<'r, T>) -> JsResult<'r, Vec<T>> {
    let Some(array) = array.as_object(cx) else {
        return Ok(Vec::new());
    };
    (0..array.length(cx)?)
        .map(|index| read(array.get_index(cx, index)?))
        .collect()
}

fn read_text(string: &JsString) -> Text {
    let mut ascii = vec![0; string.length() + 1];
    match string.ascii_into(&mut ascii) {
        Some(length) => {
            ascii.truncate(length);
            Text::Ascii(ascii)
        }
        None => Text::Wide(string.units().to_vec()),
    }
}

/// The parts of an envelope that has arrived, as an array. Its ports are this realm's from now on.
pub(super) fn parts_of<'r>(cx: Ctx<'r>, envelope: Envelope) -> JsResult<'r, Object<'r>> {
    let parts = cx.array();
    let Body { bytes, text, shared } = Arc::try_unwrap(envelope.body).unwrap_or_else(|body| Body::clone(&body));
    parts.set_index(cx, 0, cx.uint8_array(bytes)?)?;
    parts.set_index(cx, 1, text_value(cx, &text))?;
    if !envelope.buffers.is_empty() {
        let buffers = cx.array_of(envelope.buffers, |bytes| cx.array_buffer(bytes).map(Into::into))?;
        parts.set_index(cx, 2, buffers)?;
    }
    if !envelope.ports.is_empty() {
        let numbers = cx.array_of(envelope.ports, |port| Ok(cx.number(ports::adopt(port))))?;
        parts.set_index(cx, 3, numbers)?;
    }
    if !shared.is_empty() {
        let buffers = cx.array_of(shared, |block| cx.shared_buffer(&block).map(Into::into))?;
        parts.set_index(cx, 4, buffers)?;
    }
    Ok(parts)
}

fn text_value<'r>(cx: Ctx<'r>, text: &Text) -> Value<'r> {
    match text {
        Text::Ascii(bytes) => cx.string(std::str::from_utf8(bytes).unwrap_or_default()),
        Text::Wide(units) => cx.string_utf16(units),
    }
}
