//! What belongs to the process and not to a realm, and still must not leak from one file into the next: working directory, file mode
//! mask, environment (the time zone with it), title.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::env;
use std::ffi::{CString, OsString};
use std::path::PathBuf;

use nix::sys::prctl;
use nix::sys::stat::{Mode, umask};

use crate::engine::Ctx;
use crate::handles::Site;
use crate::harness::observer::{Leak, LeakKind};
use crate::os;

/// What `process.title` is until a file sets it.
const TITLE: &str = "trun";
/// Changes beyond this number keep no site.
const MAX_SITES: usize = 64;

/// One thing of the process that JavaScript can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `process.chdir`
    Cwd,
    /// `process.umask`
    Umask,
    /// `process.title`
    Title,
    /// A property of `process.env`.
    EnvVar(OsString),
}

/// What the running file has changed of the process, and where. Files that change nothing cost nothing at the swap.
#[derive(Default)]
pub struct Touched {
    sites: RefCell<BTreeMap<Part, Site>>,
    is_dirty: Cell<bool>,
    /// What the running file found, if that is not what every realm starts with: preload modules or, in a shared realm, earlier files
    /// have changed it.
    baseline: RefCell<Option<ProcessState>>,
    /// Native code is loaded that can change everything without a word.
    is_opaque: Cell<bool>,
    title: RefCell<Option<String>>,
}

impl Touched {
    /// JavaScript is about to change `part`. Keeps where it first did.
    pub fn note(&self, cx: Ctx<'_>, part: Part) {
        self.is_dirty.set(true);
        let is_new = {
            let sites = self.sites.borrow();
            sites.len() < MAX_SITES && !sites.contains_key(&part)
        };
        if is_new {
            self.sites.borrow_mut().insert(part, Site::here(cx));
        }
    }

    /// From now on nothing that is changed is sure to be noted: a native addon was loaded.
    pub fn be_suspicious(&self) {
        self.is_opaque.set(true);
    }

    /// `process.title`
    #[must_use]
    pub fn title(&self) -> String {
        self.title.borrow().clone().unwrap_or_else(|| TITLE.to_owned())
    }

    /// Sets it, and the name by which the system lists the process (its first 15 bytes).
    pub fn set_title(&self, title: String) {
        set_process_name(&title);
        self.title.replace(Some(title));
    }

    /// What was changed until now is no change of the file that begins; it is still undone with the realm.
    pub fn take_baseline(&self) {
        if self.may_differ() {
            self.baseline.replace(Some(ProcessState::capture(self)));
            self.sites.borrow_mut().clear();
            self.is_dirty.set(false);
        }
    }

    /// Whether something may have changed since the baseline.
    fn may_differ(&self) -> bool {
        self.is_dirty.get() || self.is_opaque.get()
    }

    fn forget(&self) {
        self.baseline.replace(None);
        self.sites.borrow_mut().clear();
        self.is_dirty.set(false);
        self.title.replace(None);
    }

    fn site_of(&self, part: &Part) -> Site {
        self.sites.borrow().get(part).cloned().unwrap_or_default()
    }
}

fn set_process_name(name: &str) {
    let bytes: Vec<u8> = name.bytes().take_while(|byte| *byte != 0).take(15).collect();
    if let Ok(name) = CString::new(bytes) {
        // Not being listed by it is no reason to fail.
        let _ = prctl::set_name(&name);
    }
}

/// The state every realm starts with.
#[derive(Debug, Clone)]
pub struct ProcessState {
    cwd: Option<PathBuf>,
    env_vars: BTreeMap<OsString, OsString>,
    umask: Mode,
    title: String,
    /// What the system lists the process as.
    name: Option<CString>,
}

impl ProcessState {
    /// Remembers the present state.
    #[must_use]
    pub fn capture(touched: &Touched) -> Self {
        Self {
            cwd: env::current_dir().ok(),
            env_vars: env::vars_os().collect(),
            umask: os::current_umask(),
            title: touched.title(),
            name: prctl::get_name().ok(),
        }
    }

    /// What the file that has just ended left changed. Values of env vars are nobody's business: only names are told.
    #[must_use]
    pub fn changes(&self, touched: &Touched) -> Vec<Leak> {
        if !touched.may_differ() {
            return Vec::new();
        }
        let now = Self::capture(touched);
        let baseline = touched.baseline.borrow();
        let before = baseline.as_ref().unwrap_or(self);
        let mut changes = Vec::new();
        let mut tell = |part: Part, what: String| {
            changes.push(Leak {
                kind: LeakKind::ProcessState,
                what,
                stack: touched.site_of(&part).frames(),
            });
        };
        if now.cwd != before.cwd {
            let place = now
                .cwd
                .as_ref()
                .map_or_else(|| "a removed folder".to_owned(), |cwd| cwd.display().to_string());
            tell(Part::Cwd, format!("another working directory ({place})"));
        }
        if now.umask != before.umask {
            tell(Part::Umask, format!("another umask ({:04o})", now.umask.bits()));
        }
        if now.title != before.title {
            tell(Part::Title, "another process.title".to_owned());
        }
        for (name, change) in changed_env_vars(&before.env_vars, &now.env_vars) {
            let text = match name.to_str() {
                Some("TZ") => format!("the time zone (env var TZ, {change})"),
                _ => format!("the env var {} ({change})", name.display()),
            };
            tell(Part::EnvVar(name), text);
        }
        changes
    }

    /// Brings it back. The engine looks at the time zone again at its next entry.
    pub fn restore(&self, touched: &Touched) {
        if touched.may_differ() || touched.baseline.borrow().is_some() {
            self.restore_from(&Self::capture(touched));
        }
        touched.forget();
    }

    fn restore_from(&self, now: &Self) {
        if let Some(cwd) = self.cwd.as_ref().filter(|_| now.cwd != self.cwd) {
            // The directory may have been removed by the test: then there is nothing to go back to.
            let _ = env::set_current_dir(cwd);
        }
        umask(self.umask);
        if let Some(name) = self.name.as_ref().filter(|_| now.name != self.name) {
            let _ = prctl::set_name(name);
        }
        for (name, _) in changed_env_vars(&self.env_vars, &now.env_vars) {
            match self.env_vars.get(&name) {
                Some(value) => os::set_env_var(&name, value),
                None => os::remove_env_var(&name),
            }
        }
    }
}

/// The names that differ, with what happened to each.
fn changed_env_vars(
    before: &BTreeMap<OsString, OsString>,
    now: &BTreeMap<OsString, OsString>,
) -> Vec<(OsString, &'static str)> {
    let added_or_changed = now.iter().filter_map(|(name, value)| match before.get(name) {
        None => Some((name.clone(), "added")),
        Some(old) if old != value => Some((name.clone(), "changed")),
        Some(_) => None,
    });
    let removed = before.keys().filter(|name| !now.contains_key(*name));
    added_or_changed
        .chain(removed.map(|name| (name.clone(), "removed")))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn env_vars_differ_by_name_and_never_tell_values() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let before = map(&[("KEPT", "1"), ("CHANGED", "1"), ("REMOVED", "1")]);
        let now = map(&[("KEPT", "1"), ("CHANGED", "2"), ("ADDED", "1")]);
        let changes = changed_env_vars(&before, &now);
        let names: Vec<_> = changes.iter().map(|(n, c)| (n.to_str().unwrap_or("?"), *c)).collect();
        assert_eq!(
            names,
            [("ADDED", "added"), ("CHANGED", "changed"), ("REMOVED", "removed")]
        );
    }

    #[test]
    fn other_threads_never_create_files_under_another_mask_while_it_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let before = umask(Mode::from_bits_truncate(0o077));
        let is_over = AtomicBool::new(false);
        let widest = std::thread::scope(|scope| {
            let creator = scope.spawn(|| {
                let mut widest = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let path = folder.path().join("file");
                    let file = File::create(&path).expect("a file");
                    widest |= file.metadata().expect("its mode").permissions().mode() & 0o077;
                    fs::remove_file(&path).expect("it is removed");
                }
                widest
            });
            for _ in 0..2_000 {
                let state = ProcessState::capture(&Touched::default());
                assert_eq!(state.umask.bits(), 0o077);
            }
            is_over.store(true, Ordering::Relaxed);
            creator.join().expect("it ends")
        });
        umask(before);
        assert_eq!(widest, 0, "a file was created without the mask");
    }
}
