//! The reading end of a worker's standard output or error.
//!
//! Owns the bytes of a character that was cut by a read. Never waits, and never reads more than a share at a time: a process
//! that writes without end must not keep the coordinator from its deadlines.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::os::unread;

/// What one call takes at most.
const SHARE: usize = 1 << 18;

/// A pipe that raw writes of a worker, and of processes below it, come through.
pub(super) struct Pipe {
    /// `None` once every writer has closed it.
    file: Option<File>,
    /// The start of a character whose rest has not come yet.
    cut: Vec<u8>,
}

impl Pipe {
    /// Reads from `end`.
    pub(super) fn new(end: OwnedFd) -> io::Result<Self> {
        fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self {
            file: Some(File::from(end)),
            cut: Vec::new(),
        })
    }

    /// To be polled, while anyone can write to it.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(AsFd::as_fd)
    }

    /// How many bytes are there now.
    pub(super) fn waiting(&self) -> usize {
        self.file.as_ref().map_or(0, |file| unread(file.as_fd()))
    }

    /// The text of the next `most` bytes, as far as they are there. With none wanted it looks whether anyone can still write.
    pub(super) fn take(&mut self, most: usize) -> Option<String> {
        let file = self.file.as_mut()?;
        if most == 0 && !has_ended(file) {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.cut);
        let end = bytes.len() + most.clamp(1, SHARE);
        let mut chunk = [0; 1 << 14];
        while bytes.len() < end {
            let room = (end - bytes.len()).min(chunk.len());
            match file.read(&mut chunk[..room]) {
                Ok(0) => {
                    self.file = None;
                    break;
                }
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        if self.file.is_some() {
            self.cut = bytes.split_off(whole_characters(&bytes));
        }
        Some(String::from_utf8_lossy(&bytes).into_owned()).filter(|text| !text.is_empty())
    }
}

/// Whether every writer has closed it and nothing is left in it.
fn has_ended(file: &File) -> bool {
    let mut fds = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
    let looked = poll(&mut fds, PollTimeout::ZERO);
    let found = fds[0].revents().unwrap_or(PollFlags::empty());
    looked.is_ok() && found.contains(PollFlags::POLLHUP) && !found.contains(PollFlags::POLLIN)
}

/// How many bytes are left when the beginning of a character at the end is not counted.
fn whole_characters(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        // An unfinished character is what is invalid at the very end and could still become valid.
        Some(last) if is_beginning(last.invalid()) => bytes.len() - last.invalid().len(),
        _ => bytes.len(),
    }
}

fn is_beginning(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    impl Pipe {
        fn drain(&mut self) -> Option<String> {
            self.take(usize::MAX)
        }
    }

    #[test]
    fn no_more_is_taken_than_asked_for() {
        let (mut pipe, mut writer) = pipe();
        writer.write_all(b"one two").expect("open");
        assert_eq!(pipe.waiting(), 7);
        assert_eq!(pipe.take(3).as_deref(), Some("one"));
        assert_eq!((pipe.waiting(), pipe.drain().as_deref()), (4, Some(" two")));
    }

    fn pipe() -> (Pipe, File) {
        let (reading, writing) = nix::unistd::pipe2(OFlag::O_CLOEXEC).expect("a pipe");
        (Pipe::new(reading).expect("a pipe"), File::from(writing))
    }

    #[test]
    fn a_cut_character_waits_for_its_rest() {
        let (mut pipe, mut writer) = pipe();
        let text = "aé😀";
        for byte in text.bytes().take(text.len() - 1) {
            writer.write_all(&[byte]).expect("open");
            let _ = pipe.drain();
        }
        writer.write_all(&text.as_bytes()[text.len() - 1..]).expect("open");
        assert_eq!(pipe.drain().as_deref(), Some("😀"));
    }

    #[test]
    fn what_is_no_text_is_shown_as_such_and_not_kept() {
        let (mut pipe, mut writer) = pipe();
        writer.write_all(b"a\xffb").expect("open");
        assert_eq!(pipe.drain().as_deref(), Some("a\u{fffd}b"));
        writer.write_all(b"\xf0\x9f").expect("open");
        assert_eq!(pipe.drain(), None);
        drop(writer);
        assert_eq!(pipe.drain().as_deref(), Some("\u{fffd}"));
        assert!(pipe.fd().is_none());
    }

    #[test]
    fn nothing_there_is_nothing() {
        let (mut pipe, writer) = pipe();
        assert_eq!(pipe.drain(), None);
        assert!(pipe.fd().is_some());
        drop(writer);
        assert_eq!(pipe.drain(), None);
        assert!(pipe.fd().is_none());
    }
}
