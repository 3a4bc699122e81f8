//! What belongs to the process and not to a realm, and still must not leak from one file into the next.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use nix::sys::stat::{Mode, umask};

use crate::os;

/// The state every file starts with.
#[derive(Debug, Clone)]
pub struct ProcessState {
    cwd: Option<PathBuf>,
    env_vars: BTreeMap<OsString, OsString>,
    umask: Mode,
}

impl ProcessState {
    /// Remembers the present state.
    #[must_use]
    pub fn capture() -> Self {
        // Reading the mask means setting it; there is one thread that creates files, this one.
        let mask = umask(Mode::empty());
        umask(mask);
        Self {
            cwd: env::current_dir().ok(),
            env_vars: env::vars_os().collect(),
            umask: mask,
        }
    }

    /// Brings it back.
    pub fn restore(&self) {
        if let Some(cwd) = &self.cwd
            && env::current_dir().ok().as_ref() != Some(cwd)
        {
            // The directory may have been removed by the test: then there is nothing to go back to.
            let _ = env::set_current_dir(cwd);
        }
        umask(self.umask);
        let now: BTreeMap<OsString, OsString> = env::vars_os().collect();
        if now == self.env_vars {
            return;
        }
        for name in now.keys().filter(|name| !self.env_vars.contains_key(*name)) {
            os::remove_env_var(name);
        }
        for (name, value) in &self.env_vars {
            if now.get(name) != Some(value) {
                os::set_env_var(name, value);
            }
        }
    }
}
