//! Descriptors in tokio's epoll set.

use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A descriptor of ours that tells when it can be read.
pub struct Readable(AsyncFd<OwnedFd>);

impl Readable {
    /// Watches `fd`. Call it in tokio's context.
    ///
    /// # Errors
    /// The kernel does not watch such a descriptor.
    pub fn new(fd: OwnedFd) -> io::Result<Self> {
        // SAFETY: the descriptor is owned by the `AsyncFd` from here on: it stays open, and is the same file, for as long as it is watched.
        Ok(Self(unsafe {
            AsyncFd::register_with_interest(fd, Interest::READABLE)
        }?))
    }

    /// Ready once something has arrived since it was last asked.
    pub fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self.0.poll_read_ready(cx) {
            Poll::Ready(Ok(mut guard)) => {
                guard.clear_ready();
                Poll::Ready(())
            }
            // An error is the runtime's end: nobody waits any more.
            Poll::Ready(Err(_)) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    }
}
