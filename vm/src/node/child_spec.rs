//! A child process as JavaScript describes it, made into a command.

use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::engine::{Ctx, JsResult, Object};
use crate::os::{ChildSetup, Placeholders, prepare, with_file};

use super::reply::strings;

/// Characters of a command that a report shows.
const MAX_COMMAND_LINE: usize = 80;

/// What one of the child's descriptors is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// `/dev/null`
    Ignore,
    /// A pipe to this process.
    Pipe,
    /// A descriptor of this process.
    Inherit(RawFd),
}

/// The description.
pub(super) struct ChildSpec {
    file: String,
    args: Vec<String>,
    env_vars: Vec<String>,
    cwd: Option<String>,
    streams: Vec<Stream>,
    own_session: bool,
    user: Option<u32>,
    group: Option<u32>,
}

/// Ready to be started.
pub(super) struct Prepared {
    /// The command.
    pub(super) command: Command,
    /// This side of the pipes beyond the standard three, by the child's number.
    pub(super) extra: Vec<(usize, UnixStream)>,
    /// To be held until the child is started.
    pub(super) placeholders: Placeholders,
}

impl ChildSpec {
    /// Reads `{ file, args, env, cwd, stdio, detached, uid, gid }`; `args[0]` is the name the child is given, `env` a list of
    /// `NAME=value`, `stdio` a list of -1 for nothing, -2 for a pipe or a descriptor.
    pub(super) fn read<'r>(cx: Ctx<'r>, object: Object<'r>) -> JsResult<'r, Self> {
        let list = |name: &str| {
            object
                .get(cx, name)
                .and_then(|v| strings(cx, v.expect_object(cx, name)?))
        };
        let optional = |name: &str| -> JsResult<'r, Option<f64>> {
            let value = object.get(cx, name)?;
            if value.is_nullish(cx) {
                Ok(None)
            } else {
                value.to_number(cx).map(Some)
            }
        };
        let cwd = object.get(cx, "cwd")?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "JavaScript checks the range"
        )]
        let id = |number: f64| number as u32;
        Ok(Self {
            file: object.get(cx, "file")?.to_text(cx)?,
            args: list("args")?,
            env_vars: list("env")?,
            cwd: if cwd.is_nullish(cx) {
                None
            } else {
                Some(cwd.to_text(cx)?)
            },
            streams: list("stdio")?.iter().map(|text| stream(text)).collect(),
            own_session: object.get(cx, "detached")?.to_bool(cx),
            user: optional("uid")?.map(id),
            group: optional("gid")?.map(id),
        })
    }

    /// The command as a report names it, cut if it is long.
    pub(super) fn command_line(&self) -> String {
        let mut line = self.file.clone();
        for arg in self.args.iter().skip(1) {
            line.push(' ');
            line.push_str(arg);
        }
        if line.chars().count() > MAX_COMMAND_LINE {
            line = line.chars().take(MAX_COMMAND_LINE - 1).chain(['…']).collect();
        }
        line
    }

    /// Makes the command and the pipes.
    pub(super) fn prepare(&self) -> io::Result<Prepared> {
        let mut command = Command::new(&self.file);
        command
            .arg0(self.args.first().unwrap_or(&self.file))
            .args(self.args.iter().skip(1));
        command.env_clear().envs(
            self.env_vars
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .filter(|(name, _)| !name.is_empty()),
        );
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        if let Some(user) = self.user {
            command.uid(user);
        }
        if let Some(group) = self.group {
            command.gid(group);
        }
        command
            .stdin(self.standard(0)?)
            .stdout(self.standard(1)?)
            .stderr(self.standard(2)?);
        let mut setup = ChildSetup {
            own_session: self.own_session,
            descriptors: Vec::new(),
        };
        let mut extra = Vec::new();
        for (number, stream) in self.streams.iter().enumerate().skip(3) {
            let theirs = match stream {
                Stream::Ignore => continue,
                Stream::Pipe => {
                    let (ours, theirs) = UnixStream::pair()?;
                    extra.push((number, ours));
                    OwnedFd::from(theirs)
                }
                Stream::Inherit(fd) => duplicate(*fd)?,
            };
            setup
                .descriptors
                .push((theirs, RawFd::try_from(number).unwrap_or(RawFd::MAX)));
        }
        let placeholders = prepare(&mut command, setup)?;
        Ok(Prepared {
            command,
            extra,
            placeholders,
        })
    }

    fn standard(&self, number: usize) -> io::Result<Stdio> {
        Ok(match self.streams.get(number) {
            None | Some(Stream::Ignore) => Stdio::null(),
            Some(Stream::Pipe) => Stdio::piped(),
            Some(Stream::Inherit(fd)) => Stdio::from(duplicate(*fd)?),
        })
    }
}

fn stream(text: &str) -> Stream {
    match text.parse::<RawFd>() {
        Ok(fd) if fd >= 0 => Stream::Inherit(fd),
        Ok(-2) => Stream::Pipe,
        _ => Stream::Ignore,
    }
}

fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    with_file(fd, |file| file.try_clone().map(OwnedFd::from))
}
