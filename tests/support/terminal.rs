//! A terminal, and what is on it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::thread;

use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

use super::command::Trun;
use super::process::eventually;

/// The other end of a terminal, read all the time.
#[derive(Clone)]
pub(crate) struct Seen {
    text: Arc<Mutex<String>>,
    master: Arc<File>,
}

impl Seen {
    /// Everything that was printed.
    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// Types.
    pub(crate) fn types(&self, keys: &str) {
        (&*self.master)
            .write_all(keys.as_bytes())
            .expect("the terminal is there");
    }

    /// Whether the terminal edits lines and prints what is typed, as it does for a shell.
    pub(crate) fn is_usual(&self) -> bool {
        let settings = tcgetattr(&*self.master).expect("the terminal is there");
        settings.local_flags.contains(LocalFlags::ICANON | LocalFlags::ECHO)
    }

    /// Demands a text, now or later.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        eventually(
            || self.text().contains(text),
            || format!("{text:?} is not on the terminal: {:?}", self.text()),
        );
    }
}

/// A terminal of 80 columns: the end that a process gets, and the other one.
pub(crate) fn terminal() -> (OwnedFd, Seen) {
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pair = openpty(Some(&size), None).expect("a terminal");
    let master = File::from(pair.master);
    let mut reading = master.try_clone().expect("a descriptor");
    let seen = Seen {
        text: Arc::default(),
        master: Arc::new(master),
    };
    let store = Arc::clone(&seen.text);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reading.read(&mut buffer) {
            store
                .lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    });
    (pair.slave, seen)
}

/// Gives the run a terminal as its stdout.
pub(crate) fn on_terminal(run: Trun<'_>) -> (Trun<'_>, Seen) {
    let (slave, seen) = terminal();
    (run.stdout(slave).env("TERM", "xterm"), seen)
}

/// Gives the run a terminal of its own as stdin and stdout, in which it is in the foreground.
pub(crate) fn in_terminal(run: Trun<'_>) -> (Trun<'_>, Seen) {
    let (slave, seen) = terminal();
    let stdin = slave.try_clone().expect("a descriptor");
    let run = run.stdin(stdin).stdout(slave).env("TERM", "xterm");
    (run.in_session(), seen)
}
