//! `cc`: C source made into a shared library by the system's compiler, once per source.
//!
//! The library is kept in the cache folder under a name made of what the preprocessor gives (so a changed header counts) and of how it is compiled.
//! Runs of several processes share the folder: a library appears there whole.

use std::env;
use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a compiler may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How often a running compiler is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// What is shown of a compiler's complaint.
const MOST_WORDS: usize = 8000;

/// What is compiled, and how.
pub(super) struct Source {
    /// C files.
    pub(super) files: Vec<String>,
    /// Everything else for the compiler's command line.
    pub(super) options: Vec<String>,
    /// Libraries, which come after the files that need them.
    pub(super) libraries: Vec<String>,
}

/// The path of the compiled library.
///
/// # Errors
/// A text for the user: there is no compiler, it complains, or the folder cannot be written.
pub(super) fn compile(source: &Source, root: &Path) -> Result<PathBuf, String> {
    let compiler = find_compiler()?;
    let expanded = run(preprocess(&compiler, source), "preprocessing")?;
    let folder = cache_folder(root);
    let library = folder.join(format!("{:016x}.so", key(&compiler, source, &expanded)));
    if library.exists() {
        return Ok(library);
    }
    let unwritable = |error: std::io::Error| format!("cc: {} cannot be written: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(unwritable)?;
    // Under a name of this process's own, then in its place: nobody ever loads half a library.
    let beside = library.with_extension(format!("{}.tmp", std::process::id()));
    let compiled = run(link(&compiler, source, &beside), "compiling");
    let placed = compiled.and_then(|_| fs::rename(&beside, &library).map_err(unwritable));
    if placed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    placed.map(|()| library)
}

/// `$CC`, or the first of the usual names that is on the path.
fn find_compiler() -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let find = |name: &str| {
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(|file| file.is_file());
        }
        env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    };
    if let Ok(wanted) = env::var("CC")
        && !wanted.is_empty()
    {
        return find(&wanted).ok_or_else(|| format!("cc: the C compiler that CC names was not found: {wanted}"));
    }
    ["cc", "gcc", "clang"].into_iter().find_map(find).ok_or_else(|| {
        "cc: no C compiler was found: neither cc, gcc nor clang is on the PATH (on Debian: apt-get install gcc libc6-dev), and CC names none"
            .to_owned()
    })
}

fn preprocess(compiler: &Path, source: &Source) -> Command {
    let mut command = Command::new(compiler);
    // Without line markers: where the source lies makes no difference.
    command.args(["-E", "-P"]).args(&source.options).args(&source.files);
    command
}

fn link(compiler: &Path, source: &Source, output: &Path) -> Command {
    let mut command = Command::new(compiler);
    command
        .args(["-shared", "-fPIC", "-O2"])
        .args(&source.options)
        .args(&source.files)
        .args(&source.libraries)
        .arg("-o")
        .arg(output);
    command
}

/// Runs the compiler to its end and gives what it printed.
fn run(mut command: Command, step: &str) -> Result<Vec<u8>, String> {
    // In a group of its own: a compiler is a driver of several programs.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .spawn()
        .map_err(|error| format!("cc: {name} cannot be started: {error}"))?;
    let (output, words) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let succeeded = wait(&mut child, &name)?;
    let (output, words) = (output.join().unwrap_or_default(), words.join().unwrap_or_default());
    if succeeded {
        return Ok(output);
    }
    let mut words = String::from_utf8_lossy(&words).trim_end().to_owned();
    if words.len() > MOST_WORDS {
        let cut = (0..=MOST_WORDS)
            .rev()
            .find(|at| words.is_char_boundary(*at))
            .unwrap_or(0);
        words.truncate(cut);
        words.push_str("\n[cut]");
    }
    Err(format!("cc: {step} failed ({name}):\n{words}"))
}

/// Reads a pipe beside the wait, or a compiler with much to say would wait for us.
fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::Builder::new()
        .name("trun-cc".to_owned())
        .spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                // What was read until an error is what there is to show.
                let _ = pipe.read_to_end(&mut bytes);
            }
            bytes
        })
        .expect("a thread can be started")
}

fn wait(child: &mut Child, name: &str) -> Result<bool, String> {
    let end = Instant::now() + LIMIT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if Instant::now() < end => thread::sleep(LOOK),
            Ok(None) => {
                if let Ok(group) = i32::try_from(child.id()) {
                    // Gone already is what is wanted.
                    let _ = crate::os::kill(-group, libc::SIGKILL);
                }
                let _ = child.wait();
                return Err(format!("cc: {name} did not end within {} s", LIMIT.as_secs()));
            }
            Err(error) => return Err(format!("cc: {name} cannot be waited for: {error}")),
        }
    }
}

/// Where compiled libraries are kept: `TRUN_CACHE_DIR`, the project's own cache folder if it has packages, else the user's.
fn cache_folder(root: &Path) -> PathBuf {
    let from = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = from("TRUN_CACHE_DIR").unwrap_or_else(|| {
        let packages = root.join("node_modules");
        if packages.is_dir() {
            return packages.join(".cache/trun");
        }
        let user = from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
        user.unwrap_or_else(env::temp_dir).join("trun")
    });
    folder.join("cc")
}

/// FNV-1a over everything that makes the library what it is.
fn key(compiler: &Path, source: &Source, expanded: &[u8]) -> u64 {
    let stamp = fs::metadata(compiler)
        .and_then(|data| data.modified())
        .map(|time| format!("{time:?}"))
        .unwrap_or_default();
    let parts = [compiler.to_string_lossy().into_owned(), stamp];
    let words = parts.iter().chain(&source.options).chain(&source.libraries);
    let bytes = words
        .flat_map(|word| word.bytes().chain([0]))
        .chain(expanded.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(folder: &Path, text: &str) -> Source {
        let file = folder.join("a.c");
        fs::write(&file, text).expect("a file");
        Source {
            files: vec![file.to_string_lossy().into_owned()],
            options: vec![format!("-I{}", folder.display())],
            libraries: Vec::new(),
        }
    }

    #[test]
    fn a_source_is_compiled_once_and_again_when_a_header_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("node_modules")).expect("a folder");
        fs::write(folder.path().join("a.h"), "#define ANSWER 42\n").expect("a file");
        let source = source(folder.path(), "#include \"a.h\"\nint answer(void) { return ANSWER; }\n");
        let first = compile(&source, folder.path()).expect("it compiles");
        let made = fs::metadata(&first).and_then(|data| data.modified()).expect("a time");

        let again = compile(&source, folder.path()).expect("it compiles");
        assert_eq!(again, first);
        assert_eq!(
            fs::metadata(&again).and_then(|data| data.modified()).expect("a time"),
            made
        );

        fs::write(folder.path().join("a.h"), "#define ANSWER 43\n").expect("a file");
        assert_ne!(compile(&source, folder.path()).expect("it compiles"), first);
    }

    #[test]
    fn a_complaint_of_the_compiler_is_the_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = compile(
            &source(folder.path(), "int f(void) { return nowhere; }\n"),
            folder.path(),
        )
        .expect_err("it does not compile");
        assert!(text.contains("nowhere") && text.contains("compiling failed"), "{text}");
    }
}
