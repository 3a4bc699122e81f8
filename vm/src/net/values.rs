//! What JavaScript is shown of a connection.

use crate::engine::{Ctx, JsResult, Value};

use super::connect::Addresses;
use super::tls;

/// `[local address, local port, remote address, remote port, family]`, without addresses for Unix sockets.
pub(super) fn addresses_value<'r>(cx: Ctx<'r>, addresses: &Addresses) -> JsResult<'r, Value<'r>> {
    let list = cx.array();
    for (index, address) in (0..).step_by(2).zip([addresses.local, addresses.remote]) {
        let text = address.map(|address| address.ip().to_string());
        list.set_index(cx, index, cx.optional_string(text.as_deref()))?;
        list.set_index(
            cx,
            index + 1,
            address.map_or_else(|| cx.undefined(), |a| cx.number(a.port())),
        )?;
    }
    let family = addresses
        .remote
        .or(addresses.local)
        .map(|a| if a.is_ipv6() { "IPv6" } else { "IPv4" });
    list.set_index(cx, 4, cx.optional_string(family))?;
    Ok(list.into())
}

/// A handshake's findings, or undefined without TLS.
pub(super) fn session_value<'r>(cx: Ctx<'r>, session: Option<&tls::Session>) -> JsResult<'r, Value<'r>> {
    let Some(session) = session else {
        return Ok(cx.undefined());
    };
    let object = cx.object();
    object.set(cx, "unauthorized", cx.optional_string(session.unauthorized.as_deref()))?;
    object.set(cx, "protocol", cx.string(&session.protocol))?;
    object.set(cx, "cipher", cx.string(&session.cipher))?;
    object.set(cx, "alpn", cx.optional_string(session.alpn.as_deref()))?;
    object.set(cx, "servername", cx.optional_string(session.servername.as_deref()))?;
    object.set(cx, "peer", cx.optional_string(session.peer.as_deref()))?;
    Ok(object.into())
}
