//! Coordinator and zygote: small messages over a packet socket, descriptors beside them.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, Shutdown, SockFlag, SockType, recvmsg, sendmsg,
    shutdown, socketpair,
};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

pub use crate::os::ProcessEnd;
use crate::os::{kill_descendants, wait_for};

/// To the zygote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToZygote {
    /// Fork a worker; three descriptors come along: socket, stdout, stderr.
    Spawn {
        /// For this slot.
        slot: u32,
    },
    /// Kill the worker of a slot with everything in its process group.
    Kill {
        /// Which.
        slot: u32,
    },
    /// Ask the worker of a slot what runs. It may not notice: ask again until it answers.
    Ask {
        /// Which.
        slot: u32,
    },
    /// Stop all workers with everything in their process groups.
    Stop,
    /// Let them go on.
    Continue,
}

/// From the zygote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromZygote {
    /// The worker exists.
    Forked {
        /// Its slot.
        slot: u32,
        /// Its process.
        pid: i32,
    },
    /// There is no worker.
    NotForked {
        /// The slot.
        slot: u32,
        /// Why.
        error: String,
    },
    /// The worker has ended.
    Exited {
        /// Its slot.
        slot: u32,
        /// How.
        end: ProcessEnd,
    },
}

/// What the zygote may take to kill everything below it and end.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than any message needs.
const PACKET: usize = 4096;

pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// One packet; `None` when the other side has closed.
pub(super) fn receive<T: for<'de> Deserialize<'de>>(
    socket: BorrowedFd<'_>,
    flags: MsgFlags,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut bytes = [0; PACKET];
    let mut space = cmsg_space!([RawFd; 3]);
    let (length, fds) = loop {
        let mut parts = [IoSliceMut::new(&mut bytes)];
        match recvmsg::<()>(
            socket.as_raw_fd(),
            &mut parts,
            Some(&mut space),
            flags | MsgFlags::MSG_CMSG_CLOEXEC,
        ) {
            Ok(message) => {
                let mut fds = Vec::new();
                for control in message.cmsgs()? {
                    if let ControlMessageOwned::ScmRights(raw) = control {
                        fds.extend(raw.into_iter().map(crate::os::own_fd));
                    }
                }
                break (message.bytes, fds);
            }
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    };
    if length == 0 {
        return Ok(None);
    }
    serde_json::from_slice(&bytes[..length])
        .map(|message| Some((message, fds)))
        .map_err(io::Error::other)
}

pub(super) fn send<T: Serialize>(socket: BorrowedFd<'_>, message: &T, fds: &[RawFd]) -> io::Result<()> {
    let bytes = serde_json::to_vec(message).map_err(io::Error::other)?;
    let control = [ControlMessage::ScmRights(fds)];
    let control = if fds.is_empty() { &[][..] } else { &control[..] };
    loop {
        match sendmsg::<()>(
            socket.as_raw_fd(),
            &[IoSlice::new(&bytes)],
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Ok(_) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The coordinator's end. Dropping it ends the zygote and, with it, every process below: when that returns, none is left.
pub struct Link {
    socket: OwnedFd,
    zygote: Pid,
}

/// What the coordinator can ask for. A trait, so that the dispatcher is tested without processes.
pub trait Commands {
    /// Asks for a worker.
    ///
    /// # Errors
    /// The zygote is gone.
    fn spawn(&self, slot: u32, fds: [BorrowedFd<'_>; 3]) -> io::Result<()>;
    /// Asks for a worker's end.
    ///
    /// # Errors
    /// The zygote is gone.
    fn kill(&self, slot: u32) -> io::Result<()>;
    /// Asks a worker what runs.
    ///
    /// # Errors
    /// The zygote is gone.
    fn ask(&self, slot: u32) -> io::Result<()>;
    /// Stops all workers, or lets them go on.
    ///
    /// # Errors
    /// The zygote is gone.
    fn suspend(&self, stop: bool) -> io::Result<()>;
}

impl Link {
    pub(super) fn new(socket: OwnedFd, zygote: Pid) -> Self {
        Self { socket, zygote }
    }

    /// A test may have stopped the zygote, which would then obey nobody.
    fn command(&self, message: &ToZygote, fds: &[RawFd]) -> io::Result<()> {
        let sent = send(self.socket.as_fd(), message, fds);
        self.wake();
        sent
    }

    /// Lets the zygote go on, should a test have stopped it. It is a child of this process that only this process reaps, so the number is its own.
    pub fn wake(&self) {
        let _ = kill(self.zygote, Signal::SIGCONT);
    }

    /// The socket, to be polled.
    #[must_use]
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// A message that is there: `Ok(None)` if there is none now.
    ///
    /// # Errors
    /// The zygote is gone.
    pub fn receive(&self) -> io::Result<Option<FromZygote>> {
        match receive(self.socket.as_fd(), MsgFlags::MSG_DONTWAIT) {
            Ok(Some((message, _))) => Ok(Some(message)),
            Ok(None) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Commands for Link {
    fn spawn(&self, slot: u32, fds: [BorrowedFd<'_>; 3]) -> io::Result<()> {
        self.command(&ToZygote::Spawn { slot }, &fds.map(|fd| fd.as_raw_fd()))
    }

    fn kill(&self, slot: u32) -> io::Result<()> {
        self.command(&ToZygote::Kill { slot }, &[])
    }

    fn ask(&self, slot: u32) -> io::Result<()> {
        self.command(&ToZygote::Ask { slot }, &[])
    }

    fn suspend(&self, stop: bool) -> io::Result<()> {
        self.command(if stop { &ToZygote::Stop } else { &ToZygote::Continue }, &[])
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // For the zygote the end of the socket is the order to kill everything and leave.
        let _ = shutdown(self.socket.as_raw_fd(), Shutdown::Both);
        self.wake();
        wait_for(self.zygote, PATIENCE);
        // Nothing, unless somebody killed the zygote: then what it guarded has come to this process.
        kill_descendants(PATIENCE);
    }
}
