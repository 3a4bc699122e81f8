//! What a shared library wants of its host, compared with what there is: before any of its code calls a function that is not there, which
//! would end the process.
//!
//! Two looks. Before the library is opened, at names that only a host has: those of Node-API, libuv, V8. Afterwards, before its init
//! function runs, at all that must be there; by then the libraries it brings along are loaded too. Weak symbols may be missing; functions
//! that are bound lazily may not, though the system's loader would not notice until they are called.

use std::ffi::CString;
use std::fs::File;
use std::path::Path;

use object::elf::{DT_NEEDED, FileHeader64};
use object::read::ReadCache;
use object::read::elf::{ElfFile, FileHeader};
use object::{Endianness, Object, ObjectSymbol};

use crate::uv;

/// The symbols of a library that matter here.
pub(crate) struct Symbols {
    /// Names it needs.
    needed: Vec<String>,
    /// A name by which addons for V8 register.
    registers_with_v8: bool,
    /// It links a library that is not loaded yet, which may bring some of them.
    brings_libraries: bool,
}

impl Symbols {
    /// Reads a library's tables. None for what is no library, or one for another machine: opening it tells that best.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let cache = ReadCache::new(File::open(path).ok()?);
        let file: ElfFile<'_, FileHeader64<Endianness>, _> = ElfFile::parse(&cache).ok()?;
        let mut symbols = Self {
            needed: Vec::new(),
            registers_with_v8: false,
            brings_libraries: false,
        };
        let mut has_napi_init = false;
        for symbol in file.dynamic_symbols() {
            let Ok(name) = symbol.name() else { continue };
            if symbol.is_undefined() {
                if !symbol.is_weak() && !name.is_empty() {
                    symbols.needed.push(name.to_owned());
                }
            } else {
                symbols.registers_with_v8 |= name.starts_with("node_register_module_v");
                has_napi_init |= name == "napi_register_module_v1";
            }
        }
        symbols.registers_with_v8 &= !has_napi_init;
        let table = file
            .elf_section_table()
            .dynamic_table(file.elf_header().endian().ok()?, &cache)
            .ok()?;
        symbols.brings_libraries = table
            .iter()
            .filter(|entry| entry.tag == DT_NEEDED)
            .any(|entry| table.string(entry).is_ok_and(|name| !is_loaded(name)));
        Some(symbols)
    }

    /// Before the library at `path` is opened.
    ///
    /// # Errors
    /// What it needs and cannot have here, and the way out.
    pub(crate) fn check_before(&self, path: &Path) -> Result<(), String> {
        let path = path.display();
        let of_v8: Vec<&String> = self.needed.iter().filter(|name| is_v8(name) && !exists(name)).collect();
        if self.registers_with_v8 || !of_v8.is_empty() {
            return Err(format!(
                "{path}: this native addon is built on V8's own C++ interface, directly or with NAN ({}). trun runs on JavaScriptCore and hosts \
                 addons that are built on Node-API. Use a version of the package that is built on Node-API, or one in WebAssembly or \
                 JavaScript, or run the tests that need it under Node.",
                match of_v8.split_first() {
                    Some((first, [])) => format!("it needs {}", readable(first)),
                    Some((first, more)) =>
                        format!("it needs {} and {} more symbols of it", readable(first), more.len()),
                    None => "it registers like one".to_owned(),
                }
            ));
        }
        if let Some(name) = self.needed.iter().find(|name| is_uv(name))
            && let Err(why) = uv::is_there()
        {
            return Err(format!("{path}: this native addon calls libuv ({name}), and {why}"));
        }
        let of_host = |name: &&String| is_uv(name) || name.starts_with("napi_") || name.starts_with("node_api_");
        let missing: Vec<&String> = self
            .needed
            .iter()
            .filter(of_host)
            .filter(|name| !exists(name))
            .collect();
        if self.brings_libraries {
            return Ok(());
        }
        complain(&path, &missing)
    }

    /// After the library at `path` was opened under `handle`, before its init function runs.
    ///
    /// # Errors
    /// What it needs and nobody has.
    pub(crate) fn check_after(&self, path: &Path, handle: *mut libc::c_void) -> Result<(), String> {
        let missing: Vec<&String> = self
            .needed
            .iter()
            .filter(|name| !exists(name) && !exists_in(handle, name))
            .collect();
        complain(&path.display(), &missing)
    }
}

fn complain(path: &std::path::Display<'_>, missing: &[&String]) -> Result<(), String> {
    let Some((first, more)) = missing.split_first() else {
        return Ok(());
    };
    let family = if is_uv(first) {
        let version = uv::version().unwrap_or_default();
        &format!("The system's libuv {version} does not have it: it was built for another one")
    } else if first.starts_with("napi_") || first.starts_with("node_api_") {
        "trun has the functions of Node-API up to version 10 and those that are experimental: it was built for a newer one"
    } else {
        "It was built for another host or for another version of a library"
    };
    let more = match more.len() {
        0 => String::new(),
        count => format!(" (and {count} more)"),
    };
    Err(format!(
        "{path}: this native addon needs the symbol {first}{more}, which neither trun nor a library that is loaded has. {family}; use a \
         version of the package that fits."
    ))
}

fn is_uv(name: &str) -> bool {
    name.starts_with("uv_")
}

/// What V8 and the parts of Node that hand it out have: their two C++ namespaces, and the way to register with them.
fn is_v8(name: &str) -> bool {
    let kinds = ["_ZN", "_ZNK", "_ZTVN", "_ZTIN", "_ZTSN", "_ZGVN"];
    let in_namespace = |rest: &str| rest.starts_with("2v8") || rest.starts_with("4node");
    name == "node_module_register"
        || kinds
            .iter()
            .any(|kind| name.strip_prefix(kind).is_some_and(in_namespace))
}

/// `v8::Isolate::GetCurrent` for `_ZN2v87Isolate10GetCurrentEv`; what is more complicated stays as it is.
fn readable(name: &str) -> String {
    let Some(mut rest) = name.strip_prefix("_ZNK").or_else(|| name.strip_prefix("_ZN")) else {
        return name.to_owned();
    };
    let mut parts = Vec::new();
    while !rest.starts_with('E') {
        let digits = rest.len() - rest.trim_start_matches(|char: char| char.is_ascii_digit()).len();
        let part = rest[..digits]
            .parse()
            .ok()
            .and_then(|length: usize| rest[digits..].get(..length));
        match part {
            Some(part) => {
                parts.push(part);
                rest = &rest[digits + part.len()..];
            }
            None => break,
        }
    }
    if parts.len() < 2 {
        name.to_owned()
    } else {
        parts.join("::")
    }
}

/// Whether the process has it for everybody.
fn exists(name: &str) -> bool {
    exists_in(libc::RTLD_DEFAULT, name)
}

/// Whether an open library or those it links have it.
fn exists_in(handle: *mut libc::c_void, name: &str) -> bool {
    let Ok(name) = CString::new(name) else { return false };
    // SAFETY: a handle that is never closed, and a text that ends with a zero.
    !unsafe { libc::dlsym(handle, name.as_ptr()) }.is_null()
}

fn is_loaded(library: &[u8]) -> bool {
    let Ok(name) = CString::new(library) else { return false };
    // SAFETY: nothing is loaded. The library is counted once more, and so never unloaded, which it is not anyway.
    !unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) }.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_v8_are_known_and_read_well() {
        let cases = [
            ("_ZN2v87Isolate10GetCurrentEv", "v8::Isolate::GetCurrent"),
            ("_ZNK2v85Value10IsFunctionEv", "v8::Value::IsFunction"),
            ("_ZN4node6AtExitEPNS_11EnvironmentEPFvPvES2_", "node::AtExit"),
            ("node_module_register", "node_module_register"),
        ];
        for (name, text) in cases {
            assert!(is_v8(name), "{name}");
            assert_eq!(readable(name), text);
        }
        for name in ["_ZN3v8x3fooEv", "_ZNSt6vectorIiE3fooEv", "napi_wrap", "v8", "_ZN"] {
            assert!(!is_v8(name), "{name}");
        }
    }

    #[test]
    fn what_libraries_have_is_found() {
        assert!(exists("malloc") && !exists("trun_no_such_symbol"));
        assert!(is_loaded(b"libc.so.6") && !is_loaded(b"libtrun-no-such.so.1"));
    }

    #[test]
    fn this_program_needs_what_there_is() {
        let path = std::env::current_exe().expect("its path");
        let symbols = Symbols::read(&path).expect("it is an ELF file");
        assert!(
            symbols.needed.iter().any(|name| name == "malloc"),
            "{:?}",
            symbols.needed
        );
        assert!(!symbols.brings_libraries);
        assert_eq!(symbols.check_before(&path), Ok(()));
        assert_eq!(symbols.check_after(&path, libc::RTLD_DEFAULT), Ok(()));
        assert!(Symbols::read(Path::new("/dev/null")).is_none());
    }

    #[test]
    fn the_first_missing_symbol_is_named_with_its_file() {
        let symbols = |needed: &[&str]| Symbols {
            needed: needed.iter().map(|name| (*name).to_owned()).collect(),
            registers_with_v8: false,
            brings_libraries: false,
        };
        let path = Path::new("/x/a.node");
        let before = symbols(&["malloc", "napi_from_the_future", "napi_and_another"]).check_before(path);
        let message = before.expect_err("it is missing");
        assert!(message.starts_with("/x/a.node: "), "{message}");
        assert!(message.contains("napi_from_the_future (and 1 more)"), "{message}");
        assert_eq!(symbols(&["whatever_it_is"]).check_before(path), Ok(()));
        let after = symbols(&["whatever_it_is"]).check_after(path, libc::RTLD_DEFAULT);
        assert!(after.expect_err("it is missing").contains("whatever_it_is,"));
    }
}
