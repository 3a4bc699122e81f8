//! The ports of one JS thread, by the numbers JavaScript knows them under.
//!
//! A number is never used twice, so what comes late for a port that was closed or has moved finds nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::engine::{Ctx, JsResult, Object, Persistent};
use crate::event_loop::Poster;
use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::LeakKind;
use crate::host::{current_host, host};
use crate::realm::leaks;

use super::bindings::parts_of;
use super::envelope::Envelope;
use super::hub::{Hub, Member};
use super::port::{Bell, Next, Port};

/// A port that JavaScript of this thread reads.
struct Attached {
    port: Port,
    /// The broadcast channel that it is the listening side of.
    member: Option<Member>,
    listed: Option<Listed>,
}

thread_local! {
    static PORTS: RefCell<HashMap<u32, Attached>> = RefCell::default();
    static LAST: Cell<u32> = const { Cell::new(0) };
    static HUB: RefCell<Option<Arc<Hub>>> = const { RefCell::new(None) };
    /// The realm's function that messages are handed to.
    static DELIVER: RefCell<Option<Persistent>> = const { RefCell::new(None) };
}

/// Makes this thread's current realm the reader of `port`: the number by which `require('internal/ports').adopt(number)` makes a
/// `MessagePort` of it.
///
/// # Panics
/// On a thread without an open realm.
#[must_use]
pub fn adopt(port: Port) -> u32 {
    attach(port, None)
}

/// The broadcast channels of the current file. A worker thread has those of the thread that started it ([`set_hub`]).
#[must_use]
pub fn hub() -> Arc<Hub> {
    HUB.with_borrow_mut(|hub| Arc::clone(hub.get_or_insert_default()))
}

/// Makes the broadcast channels of the thread that started this one its own. Before its first JavaScript.
pub fn set_hub(hub: Arc<Hub>) {
    HUB.set(Some(hub));
}

pub(super) fn attach(port: Port, member: Option<Member>) -> u32 {
    let number = LAST.get().wrapping_add(1).max(1);
    LAST.set(number);
    port.attach(Bell {
        poster: poster(),
        number,
    });
    let attached = Attached {
        port,
        member,
        listed: None,
    };
    PORTS.with_borrow_mut(|ports| ports.insert(number, attached));
    number
}

/// Opens a broadcast channel: the number of its port.
pub(super) fn join(name: String) -> u32 {
    let (member, listener) = hub().join(name);
    attach(listener, Some(member))
}

/// Messages of this realm are handed to `deliver` from now on.
pub(super) fn set_deliver(deliver: Object<'_>) {
    let deliver = host().persist(deliver, leaks::RUNTIME);
    DELIVER.set(Some(deliver));
}

/// The port leaves this thread; `None` if it has no such port.
#[must_use]
pub fn release(number: u32) -> Option<Port> {
    let attached = PORTS.with_borrow_mut(|ports| ports.remove(&number))?;
    attached.port.detach();
    Some(attached.port)
}

/// Ends a port: both ends hear of it.
pub(super) fn close(number: u32) {
    let attached = PORTS.with_borrow_mut(|ports| ports.remove(&number));
    // Not under the borrow: the other end may be on this thread.
    if attached.is_some() {
        poster().post(Box::new(move |cx| tell(cx, number, None)));
    }
}

/// To the realm that is current.
fn poster() -> Poster {
    let host = host();
    host.event_loop.mailbox().poster(host.realm().global().id())
}

/// Sends to the other end. False if the port is not there any more.
pub(super) fn post(number: u32, envelope: Envelope) -> Posted {
    PORTS.with_borrow(|ports| {
        let Some(Attached { port, member, .. }) = ports.get(&number) else {
            return Posted::Nowhere(envelope);
        };
        if envelope.ports.iter().any(|moved| port.is_entangled_with(moved)) {
            return Posted::ToItself(envelope);
        }
        match member {
            Some(member) => member.post(&envelope),
            None => port.post(envelope),
        }
        Posted::Sent
    })
}

/// What became of an envelope. One that is given back is to be dropped where no port is borrowed.
pub(super) enum Posted {
    Sent,
    /// The port is closed.
    Nowhere(Envelope),
    /// The other end is in the envelope.
    ToItself(Envelope),
}

/// Begins or stops to receive.
pub(super) fn receive(number: u32, is_receiving: bool) {
    PORTS.with_borrow(|ports| {
        if let Some(attached) = ports.get(&number) {
            attached.port.receive(is_receiving);
        }
    });
}

/// The next message that waits.
pub(super) fn take(number: u32) -> Option<Envelope> {
    PORTS.with_borrow(|ports| ports.get(&number)?.port.take())
}

/// Whether the port is something open that keeps its thread alive.
pub(super) fn set_ref(cx: Ctx<'_>, number: u32, is_ref: bool) {
    let is_open = PORTS.with_borrow(|ports| ports.get(&number).map(|attached| attached.listed.is_some()));
    // The site is found by calling JavaScript: no borrow is held.
    let (Some(was_ref), what) = (is_open, what(number)) else {
        return;
    };
    let listed = match (was_ref, is_ref) {
        (false, true) => Some(Listed::new(cx, what)),
        (true, false) => None,
        _ => return,
    };
    PORTS.with_borrow_mut(|ports| {
        if let Some(attached) = ports.get_mut(&number) {
            attached.listed = listed;
        }
    });
}

fn what(number: u32) -> &'static str {
    let is_broadcast = PORTS.with_borrow(|ports| ports.get(&number).is_some_and(|attached| attached.member.is_some()));
    if is_broadcast {
        "a BroadcastChannel that listens"
    } else {
        "a MessagePort that listens"
    }
}

/// A letter for a port: its reader gets one message, or hears that there will be no more.
pub(super) fn deliver<'r>(cx: Ctx<'r>, number: u32) -> JsResult<'r, ()> {
    let next = PORTS.with_borrow(|ports| ports.get(&number).map(|attached| attached.port.next()));
    match next {
        Some(Next::Message(envelope)) => tell(cx, number, Some(envelope)),
        Some(Next::Closed) => {
            drop(PORTS.with_borrow_mut(|ports| ports.remove(&number)));
            tell(cx, number, None)
        }
        Some(Next::Nothing) | None => Ok(()),
    }
}

fn tell<'r>(cx: Ctx<'r>, number: u32, envelope: Option<Envelope>) -> JsResult<'r, ()> {
    let deliver = DELIVER.with_borrow(|deliver| deliver.as_ref().and_then(|deliver| deliver.open(cx)));
    let Some(deliver) = deliver else { return Ok(()) };
    let parts = match envelope {
        Some(envelope) => parts_of(cx, envelope)?.into(),
        None => cx.undefined(),
    };
    deliver.call(cx, &[cx.number(number), parts]).map(|_| ())
}

/// Closes everything that this thread has open, silently.
pub(super) fn close_all() {
    drop(PORTS.take());
    // A worker thread keeps its parent's to its end, which is before that of the parent's realm.
    drop(HUB.take());
}

/// An entry in the list of open handles, for as long as this lives.
struct Listed(HandleId);

struct Listener(&'static str);

impl Listed {
    fn new(cx: Ctx<'_>, what: &'static str) -> Self {
        Self(host().handles.add(Rc::new(Listener(what)), Site::here(cx)))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        // The thread's tables may go after its host.
        if let Some(host) = current_host() {
            host.handles.remove(self.0);
        }
    }
}

impl OpenHandle for Listener {
    fn kind(&self) -> LeakKind {
        LeakKind::MessagePort
    }

    fn left_behind(&self) -> Option<String> {
        Some(self.0.to_owned())
    }

    /// [`close_all`] closes them.
    fn stop(&self) {}
}
