//! One request and its response.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio::sync::oneshot;

use crate::engine::{Args, Ctx, JsResult};
use crate::host::host;
use crate::net::outgoing::{Outgoing, Unfinished};
use crate::net::{headers, ids, incoming, sockets, values};

use super::Server;
use super::connection::Connection;

/// Headers of a head that JavaScript writes as bytes.
const MAX_FIELDS: usize = 100;

type Answer = Response<Outgoing<Guard>>;

/// Counts a request as pending from here to its drop: the response was sent, or the connection is gone.
pub(in crate::net) struct Guard {
    server: Rc<Server>,
    connection: Rc<Connection>,
    request: u32,
    /// Whether JavaScript wants to hear of the end.
    tells: bool,
}

impl Guard {
    fn new(server: &Rc<Server>, connection: &Rc<Connection>, request: u32) -> Self {
        server.pending.set(server.pending.get() + 1);
        connection.begin();
        Self {
            server: Rc::clone(server),
            connection: Rc::clone(connection),
            request,
            tells: true,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.connection.finish();
        if self.server.is_stopped() {
            Rc::clone(&self.connection).linger();
        }
        if self.tells {
            self.server.tell_number(f64::from(self.request));
        }
        self.server.count_down();
    }
}

/// A request that JavaScript has not answered yet.
struct Waiting {
    answer: oneshot::Sender<Answer>,
    guard: Guard,
    upgrade: Option<OnUpgrade>,
    body: u32,
}

thread_local! {
    static WAITING: RefCell<HashMap<u32, Waiting>> = RefCell::default();
}

pub(super) fn close_all() {
    // Out of the table before they are dropped: their guards look at it.
    let waiting = WAITING.take();
    drop(waiting);
}

/// What is answered without JavaScript; the connection ends with it.
fn plain(status: StatusCode) -> Answer {
    let mut response = Response::new(Outgoing::whole("", None));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Whether the announced body is longer than allowed. (Messages with two ways of telling their length, by which requests are smuggled, are
/// hyper's: chunks win, and the connection ends.)
fn is_too_long(head: &HeaderMap, limit: u64) -> bool {
    let announced: Option<u64> = head.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    announced.is_some_and(|length| length > limit)
}

/// Takes the exchange out of the table if the connection ends before the answer.
struct Unanswered(u32);

impl Drop for Unanswered {
    fn drop(&mut self) {
        let waiting = WAITING.with_borrow_mut(|waiting| waiting.remove(&self.0));
        if let Some(waiting) = waiting {
            incoming::forget(waiting.body);
        }
    }
}

/// Answers one request.
pub(super) async fn serve(
    server: Rc<Server>,
    connection: Rc<Connection>,
    mut request: Request<Incoming>,
) -> Result<Answer, Unfinished> {
    // First of all, before anything is counted or kept.
    if !server.wrapper_lives() {
        return Ok(plain(StatusCode::SERVICE_UNAVAILABLE));
    }
    let limit = server.limit.get();
    if is_too_long(request.headers(), limit) {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let id = ids::next();
    let upgrade = request
        .headers()
        .contains_key(UPGRADE)
        .then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let (answer, answered) = oneshot::channel();
    let waiting = Waiting {
        answer,
        guard: Guard::new(&server, &connection, id),
        upgrade,
        body: incoming::keep(body, None, limit),
    };
    tell_request(server, &connection, id, &head, &waiting);
    WAITING.with_borrow_mut(|all| all.insert(id, waiting));
    let _unanswered = Unanswered(id);
    // Dropped without an answer: the connection is cut.
    answered.await.map_err(|_| Unfinished)
}

/// What of a request goes to JavaScript.
struct Told {
    method: String,
    target: String,
    headers: String,
    minor: u8,
    body: u32,
    upgrades: bool,
}

fn tell_request(
    server: Rc<Server>,
    connection: &Rc<Connection>,
    id: u32,
    head: &http::request::Parts,
    waiting: &Waiting,
) {
    let told = Told {
        method: head.method.as_str().to_owned(),
        target: head.uri.to_string(),
        headers: headers::flatten(&head.headers),
        minor: u8::from(head.version != http::Version::HTTP_10),
        body: waiting.body,
        upgrades: waiting.upgrade.is_some(),
    };
    let connection = Rc::clone(connection);
    host().event_loop.complete(Box::new(move |cx| {
        let is_waiting = WAITING.with_borrow(|waiting| waiting.contains_key(&id));
        let Some(callback) = server.on_event.open(cx).filter(|_| is_waiting) else {
            return Ok(());
        };
        // Collected since it was asked: as if it had been gone then.
        if !server.wrapper_lives() {
            refuse_exchange(id);
            return Ok(());
        }
        let list = cx.array();
        list.set_index(cx, 0, cx.number(id))?;
        list.set_index(cx, 1, cx.string(&told.method))?;
        list.set_index(cx, 2, cx.string(&told.target))?;
        list.set_index(cx, 3, cx.string(&told.headers))?;
        list.set_index(cx, 4, cx.number(told.minor))?;
        list.set_index(cx, 5, cx.number(told.body))?;
        list.set_index(cx, 6, cx.boolean(told.upgrades))?;
        list.set_index(cx, 7, cx.number(connection.id))?;
        list.set_index(cx, 8, values::addresses_value(cx, &connection.addresses)?)?;
        list.set_index(cx, 9, values::session_value(cx, connection.session.as_ref())?)?;
        callback.call(cx, &[list.into()]).map(|_| ())
    }));
}

fn take(id: u32) -> Option<Waiting> {
    WAITING.with_borrow_mut(|waiting| waiting.remove(&id))
}

/// `respond(request, status, reason, headers, body, tells)`: the number of a body that is still to be written, else zero; undefined when
/// nobody waits for the answer any longer. With `tells`, the end is told.
pub(super) fn respond<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let status = u16::try_from(args.u32(cx, 1)?).ok();
    let (reason, flat) = (args.text(cx, 2)?, args.text(cx, 3)?);
    let fields = headers::parse(&flat).map_err(|error| error.thrown(cx))?;
    let status = status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| cx.type_error("invalid status code"))?;
    let Some(mut waiting) = take(args.u32(cx, 0)?) else {
        return Ok(cx.undefined());
    };
    waiting.guard.tells = args.bool(cx, 5);
    let (body, writer) = Outgoing::read(cx, args.get(cx, 4), Some(waiting.guard))?;
    let response = response(status, &reason, fields, body);
    // The connection is gone: the body's guard says so.
    let _: Result<(), Answer> = waiting.answer.send(response);
    Ok(cx.number(writer))
}

fn response(status: StatusCode, reason: &str, fields: HeaderMap, body: Outgoing<Guard>) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = fields;
    if !reason.is_empty()
        && status.canonical_reason() != Some(reason)
        && let Some(bytes) = headers::to_latin1(reason)
        && let Ok(phrase) = hyper::ext::ReasonPhrase::try_from(bytes)
    {
        response.extensions_mut().insert(phrase);
    }
    response
}

/// `parseHead(bytes)`: `[length, status, reason, headers]` of a response's head, null if it is not complete, undefined if it is none.
pub(super) fn parse_head<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let bytes = args.get(cx, 0).to_bytes(cx, "bytes")?;
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let length = match head.parse(&bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(cx.null()),
        Err(_) => return Ok(cx.undefined()),
    };
    let flat: Vec<String> = head
        .headers
        .iter()
        .flat_map(|field| [field.name.to_ascii_lowercase(), headers::latin1(field.value)])
        .collect();
    let list = cx.array();
    list.set_index(cx, 0, cx.number_from_u64(length as u64))?;
    list.set_index(cx, 1, cx.number(head.code.unwrap_or(0)))?;
    list.set_index(cx, 2, cx.string(head.reason.unwrap_or("")))?;
    list.set_index(cx, 3, cx.string(&flat.join("\n")))?;
    Ok(list.into())
}

/// `refuse(request)`: 503, and the connection ends.
pub(super) fn refuse<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    refuse_exchange(args.u32(cx, 0)?);
    Ok(cx.undefined())
}

fn refuse_exchange(id: u32) {
    if let Some(mut waiting) = take(id) {
        waiting.guard.tells = false;
        incoming::forget(waiting.body);
        let _: Result<(), Answer> = waiting.answer.send(plain(StatusCode::SERVICE_UNAVAILABLE));
    }
}

/// `drop(request)`: no answer; the connection is cut.
pub(super) fn abandon<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    if let Some(waiting) = take(args.u32(cx, 0)?) {
        incoming::forget(waiting.body);
    }
    Ok(cx.undefined())
}

/// Answers 101; what the connection becomes, or nothing when it is gone or the client asked for no such thing.
pub(in crate::net) fn switch_protocols(id: u32, fields: HeaderMap) -> Option<OnUpgrade> {
    let mut waiting = take(id)?;
    let upgrade = waiting.upgrade.take()?;
    waiting.guard.tells = false;
    let body = Outgoing::whole("", Some(waiting.guard));
    let response = response(StatusCode::SWITCHING_PROTOCOLS, "", fields, body);
    waiting.answer.send(response).ok().map(|()| upgrade)
}

/// `upgrade(request, headers)`: 101; the number of the socket that the connection has become, undefined when it is gone.
pub(super) fn upgrade<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fields = headers::parse(&args.text(cx, 1)?).map_err(|error| error.thrown(cx))?;
    let upgrade = switch_protocols(args.u32(cx, 0)?, fields);
    Ok(upgrade.map_or_else(|| cx.undefined(), |upgrade| cx.number(sockets::upgraded(upgrade))))
}
