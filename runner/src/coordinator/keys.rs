//! Keys typed in the terminal the run was started in: `t` asks what runs.
//!
//! While it listens, the terminal hands keys over one by one and does not print them. Everything else stays as it is: Ctrl-C, Ctrl-Z and
//! Ctrl-\ are the terminal's. It listens only in the foreground and only if standard output is that terminal too: a pager behind a pipe
//! reads keys itself. The terminal gets its settings back before this process stops, when the run is about to end, and at the latest when
//! this is dropped.

use std::io::{self, IsTerminal, Stdin};
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::{SigSet, Signal};
use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, read, tcgetpgrp};

/// The keyboard.
pub struct Keys {
    stdin: Stdin,
    /// The terminal's settings while they are changed.
    own: Option<Termios>,
    is_usable: bool,
}

impl Keys {
    /// Begins to listen, if there is a terminal to listen to.
    #[must_use]
    pub fn listen() -> Self {
        let stdin = io::stdin();
        let is_usable = stdin.is_terminal() && io::stdout().is_terminal();
        let mut keys = Self {
            stdin,
            own: None,
            is_usable,
        };
        keys.begin();
        keys
    }

    /// Begins again, after this process was stopped or came to the foreground.
    pub fn begin(&mut self) {
        if !self.is_usable || !self.is_in_front() {
            return;
        }
        let Ok(now) = tcgetattr(&self.stdin) else { return };
        let mut listening = now.clone();
        listening.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        listening.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        listening.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        if tcsetattr(&self.stdin, SetArg::TCSANOW, &listening).is_ok() {
            // A shell that lets the run go on may have put these settings back itself.
            self.own = self.own.take().or(Some(now));
        }
    }

    /// Gives the terminal its own settings back. In the background it has them already: the shell's.
    pub fn end(&mut self) {
        if let Some(own) = self.own.take()
            && self.is_in_front()
        {
            let _ = tcsetattr(&self.stdin, SetArg::TCSANOW, &own);
        }
    }

    /// What is to be polled, while it listens.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.own.as_ref().map(|_| self.stdin.as_fd())
    }

    /// Whether the key was typed that asks what runs. Call it when there is something to read.
    pub fn asks(&mut self) -> bool {
        if self.own.is_none() {
            return false;
        }
        let mut typed = [0; 64];
        let count = if self.is_in_front() { self.read(&mut typed) } else { 0 };
        if count == 0 {
            // The terminal is gone, or somebody else's by now.
            self.own = None;
        }
        typed[..count].iter().any(|key| key.eq_ignore_ascii_case(&b't'))
    }

    /// A process that was put into the background just now must not be stopped for it: the signal is blocked meanwhile, which makes an
    /// error of it.
    fn read(&self, typed: &mut [u8]) -> usize {
        let mut stop = SigSet::empty();
        stop.add(Signal::SIGTTIN);
        let _ = stop.thread_block();
        let count = read(self.stdin.as_fd(), typed).unwrap_or(0);
        let _ = stop.thread_unblock();
        count
    }

    fn is_in_front(&self) -> bool {
        tcgetpgrp(&self.stdin).is_ok_and(|group| group == getpgrp())
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.end();
    }
}
