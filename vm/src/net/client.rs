//! Requests that are sent, over connections that are kept for the next request of the same realm.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use http::{HeaderName, Method, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::engine::{Args, Ctx, JsResult, Value};
use crate::host::host;

use super::connect::{Addresses, Connected, Endpoint};
use super::error::{NetError, NetResult};
use super::outgoing::Outgoing;
use super::{headers, ids, incoming, sockets, tls, values};

type Sender = SendRequest<Outgoing>;

thread_local! {
    /// Idle connections by [`Endpoint::key`].
    static POOL: RefCell<HashMap<String, Vec<Rc<Line>>>> = RefCell::default();
    /// Exchanges that have no response yet; dropping the end aborts one.
    static WAITING: RefCell<HashMap<u32, oneshot::Sender<()>>> = RefCell::default();
}

/// One connection to a server.
struct Line {
    sender: RefCell<Option<Sender>>,
    addresses: Addresses,
    tls: Option<tls::Session>,
}

/// Drops all connections and exchanges.
pub(super) fn close_all() {
    POOL.take();
    WAITING.take();
}

/// A request as JavaScript gives it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    endpoint: Endpoint,
    method: String,
    /// The request target.
    target: String,
    /// Flat.
    headers: String,
    /// Whether the connection may come from the pool and go back into it.
    keep: bool,
    /// Whether a coded body is decoded.
    decode: bool,
}

/// `request(spec, body, callback)`: the exchange's number and the body's, as an array. `callback(null, [status, reason, minor version,
/// headers, body, coding, local address, remote address, session, upgraded socket])`.
pub(super) fn request<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let spec: Spec = serde_json::from_str(&args.text(cx, 0)?)
        .map_err(|error| cx.type_error(&format!("bug in trun: not a request: {error}")))?;
    let callback = args.function(cx, 2, "callback")?;
    let (body, writer) = Outgoing::read(cx, args.get(cx, 1), None)?;
    let head = head(&spec).map_err(|error| error.thrown(cx))?;
    let (abort, aborted) = oneshot::channel();
    let id = ids::next();
    WAITING.with_borrow_mut(|waiting| waiting.insert(id, abort));
    let exchange = async move {
        let result = tokio::select! {
            biased;
            _ = aborted => Err(NetError::new("ABORT_ERR", "The request was aborted")),
            result = exchange(&spec, head.map(|()| body)) => result,
        };
        WAITING.with_borrow_mut(|waiting| waiting.remove(&id));
        result
    };
    host().run_async(callback, exchange, |cx, result| match result {
        Ok(answer) => answer.value(cx),
        Err(error) => Err(error.thrown(cx)),
    });
    let numbers = cx.array();
    numbers.set_index(cx, 0, cx.number(id))?;
    numbers.set_index(cx, 1, cx.number(writer))?;
    Ok(numbers.into())
}

/// `abort(id)`: the exchange fails, if it has no response yet.
pub(super) fn abort<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    WAITING.with_borrow_mut(|waiting| waiting.remove(&id));
    Ok(cx.undefined())
}

fn head(spec: &Spec) -> NetResult<Request<()>> {
    let invalid = |what: &str| NetError::new("ERR_INVALID_CHAR", format!("Invalid {what}"));
    let method = Method::from_bytes(spec.method.as_bytes()).map_err(|_| invalid("method"))?;
    let target: Uri = spec
        .target
        .parse()
        .map_err(|_| NetError::new("ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters"))?;
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = target;
    *request.headers_mut() = headers::parse(&spec.headers)?;
    Ok(request)
}

/// A response and the connection it came over.
struct Answer {
    response: Response<Incoming>,
    line: Rc<Line>,
    decode: bool,
}

async fn exchange(spec: &Spec, request: Request<Outgoing>) -> NetResult<Answer> {
    let key = spec.endpoint.key();
    let mut request = request;
    while let Some((line, mut sender)) = spec.keep.then(|| take_idle(&key)).flatten() {
        match sender.try_send_request(request).await {
            Ok(response) => return Ok(answered(spec, key, line, sender, response)),
            // The server has closed it meanwhile and nothing was sent.
            Err(mut failed) => match failed.take_message() {
                Some(unsent) => request = unsent,
                None => return Err(NetError::from_hyper(&failed.into_error())),
            },
        }
    }
    let (line, mut sender) = open(&spec.endpoint).await?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| NetError::from_hyper(&error))?;
    Ok(answered(spec, key, line, sender, response))
}

fn answered(spec: &Spec, key: String, line: Rc<Line>, sender: Sender, response: Response<Incoming>) -> Answer {
    if spec.keep {
        give_back(key, Rc::clone(&line), sender);
    }
    Answer {
        response,
        line,
        decode: spec.decode,
    }
}

fn take_idle(key: &str) -> Option<(Rc<Line>, Sender)> {
    POOL.with_borrow_mut(|pool| {
        let lines = pool.get_mut(key)?;
        while let Some(line) = lines.pop() {
            let sender = line.sender.borrow_mut().take();
            if let Some(sender) = sender.filter(Sender::is_ready) {
                return Some((line, sender));
            }
        }
        None
    })
}

/// Puts the connection back once its response has been read.
fn give_back(key: String, line: Rc<Line>, mut sender: Sender) {
    host().event_loop.spawn(async move {
        if sender.ready().await.is_ok() {
            line.sender.replace(Some(sender));
            POOL.with_borrow_mut(|pool| pool.entry(key).or_default().push(line));
        }
    });
}

async fn open(endpoint: &Endpoint) -> NetResult<(Rc<Line>, Sender)> {
    let Connected { io, addresses, tls } = endpoint.connect().await?;
    let (sender, connection) = http1::Builder::new()
        .title_case_headers(false)
        .handshake(TokioIo::new(io))
        .await
        .map_err(|error| NetError::from_hyper(&error))?;
    host().event_loop.spawn(async move {
        // What goes wrong is told to the exchange that is under way.
        let _ = connection.with_upgrades().await;
    });
    let line = Line {
        sender: RefCell::new(None),
        addresses,
        tls,
    };
    Ok((Rc::new(line), sender))
}

impl Answer {
    fn value<'r>(self, cx: Ctx<'r>) -> JsResult<'r, Value<'r>> {
        let Self { response, line, decode } = self;
        let status = response.status();
        let reason = response.extensions().get::<hyper::ext::ReasonPhrase>().map_or_else(
            || status.canonical_reason().unwrap_or("").to_owned(),
            |reason| headers::latin1(reason.as_bytes()),
        );
        let minor = u8::from(response.version() != http::Version::HTTP_10);
        let flat = headers::flatten(response.headers());
        let coding = decode.then(|| coding_of(response.headers())).flatten();
        let (body, socket) = if status == http::StatusCode::SWITCHING_PROTOCOLS {
            let socket = sockets::upgraded(hyper::upgrade::on(response));
            (0, socket)
        } else {
            (incoming::keep(response.into_body(), coding, u64::MAX), 0)
        };
        let answer = cx.array();
        answer.set_index(cx, 0, cx.number(status.as_u16()))?;
        answer.set_index(cx, 1, cx.string(&reason))?;
        answer.set_index(cx, 2, cx.number(minor))?;
        answer.set_index(cx, 3, cx.string(&flat))?;
        answer.set_index(cx, 4, cx.number(body))?;
        answer.set_index(cx, 5, cx.optional_string(coding))?;
        answer.set_index(cx, 6, values::addresses_value(cx, &line.addresses)?)?;
        answer.set_index(cx, 7, values::session_value(cx, line.tls.as_ref())?)?;
        answer.set_index(cx, 8, cx.number(socket))?;
        Ok(answer.into())
    }
}

/// The coder for a body of one known coding.
fn coding_of(headers: &http::HeaderMap) -> Option<&'static str> {
    const CONTENT_ENCODING: HeaderName = http::header::CONTENT_ENCODING;
    let value = headers
        .get(CONTENT_ENCODING)?
        .to_str()
        .ok()?
        .trim()
        .to_ascii_lowercase();
    match value.as_str() {
        "gzip" | "x-gzip" => Some("gunzip"),
        "deflate" => Some("inflate-any"),
        "br" => Some("unbrotli"),
        _ => None,
    }
}
