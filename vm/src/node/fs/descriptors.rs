//! The descriptors that JavaScript has opened and not closed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::rc::Rc;

use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::LeakKind;
use crate::host::host;

thread_local! {
    static OPEN: RefCell<HashMap<RawFd, HandleId>> = RefCell::default();
}

/// Hands `fd` to JavaScript, which is to close it.
pub(super) fn add(fd: OwnedFd, site: Site) -> RawFd {
    let number = fd.as_raw_fd();
    let id = host().handles.add(Rc::new(Descriptor(fd.into_raw_fd())), site);
    // A number that was closed behind our back by native code comes again.
    if let Some(stale) = OPEN.with_borrow_mut(|open| open.insert(number, id)) {
        host().handles.remove(stale);
    }
    number
}

/// JavaScript closes `fd` itself.
pub(super) fn forget(fd: RawFd) {
    if let Some(id) = OPEN.with_borrow_mut(|open| open.remove(&fd)) {
        host().handles.remove(id);
    }
}

/// Not an `OwnedFd`: its number is JavaScript's, which closes it by that.
struct Descriptor(RawFd);

impl OpenHandle for Descriptor {
    fn kind(&self) -> LeakKind {
        LeakKind::FileDescriptor
    }

    fn left_behind(&self) -> Option<String> {
        let target = std::fs::read_link(format!("/proc/self/fd/{}", self.0)).ok()?;
        Some(format!("an open file descriptor ({})", target.display()))
    }

    /// A number is nothing that happens.
    fn keeps_alive(&self) -> bool {
        false
    }

    fn stop(&self) {
        OPEN.with_borrow_mut(|open| open.remove(&self.0));
        // Closed behind our back by native code: nothing is lost.
        let _ = nix::unistd::close(self.0);
    }
}
