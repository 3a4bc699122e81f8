//! What a file costs, counted and not timed: calls into the engine, into the file system and between processes.
//!
//! `fixtures/work/count.c` stands in front of the functions that the binary imports. A project is run with some files and with twice as
//! many, by one worker; the difference is what the files cost, without what a run costs. The counts hang on neither the machine nor
//! its load. A change that makes them grow by more than [`SLACK`] fails here: find out what it calls, or say in the change why a file
//! must cost more now and state the new figure.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Project;

/// By what share a count may be above what is stated, in percent.
const SLACK: u64 = 10;

/// Files of the smaller run.
const FILES: usize = 24;

/// Counted as calls into the file system.
const FILE_CALLS: &[&str] = &[
    "open64",
    "stat64",
    "lstat64",
    "fstatat64",
    "readlink",
    "realpath",
    "opendir",
];

/// Counted as messages.
const MESSAGE_CALLS: &[&str] = &["send", "sendmsg"];

/// Calls per file, by kind.
#[derive(Debug, Clone, Copy)]
struct Calls {
    engine: u64,
    files: u64,
    messages: u64,
}

/// `test('adds', …)` in a `describe`.
const TRIVIAL: Calls = Calls {
    engine: 415,
    files: 8,
    messages: 4,
};

/// One test, 20 modules of the project in TypeScript, one name out of a barrel of 100 modules.
const IMPORTING: Calls = Calls {
    engine: 374,
    files: 8,
    messages: 4,
};

/// The counting library and the functions it counts, in its order.
struct Counter {
    library: PathBuf,
    names: Vec<String>,
    folder: tempfile::TempDir,
}

impl Counter {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut names = engine_functions();
        names.extend(FILE_CALLS.iter().chain(MESSAGE_CALLS).map(|&name| name.to_owned()));
        let list: String = names.iter().map(|name| format!("X({name})\n")).collect();
        std::fs::write(folder.path().join("names.h"), list).expect("the list of names");
        let library = folder.path().join("count.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/work/count.c");
        let output = Command::new("cc")
            .args([
                "-shared",
                "-fPIC",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wl,-z,now",
                "-I",
            ])
            .arg(folder.path())
            .arg("-o")
            .args([&library, &source])
            .output()
            .expect("the system has a C compiler");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { library, names, folder }
    }

    /// Runs the project; all must pass. Returns what was called.
    fn count(&self, project: &Project, files: usize) -> Calls {
        let counts = self.folder.path().join("counts");
        std::fs::write(&counts, vec![0; self.names.len() * 8]).expect("room for the counts");
        project
            .trun(&["--parallel=1", "--no-cache"])
            .env("LD_PRELOAD", &self.library.to_string_lossy())
            .env("COUNT_FILE", &counts.to_string_lossy())
            .run()
            .exits(0)
            .counts(files as u64, 0);
        let bytes = std::fs::read(&counts).expect("the counts");
        let numbers = bytes
            .chunks_exact(8)
            .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight")));
        let mut calls = Calls {
            engine: 0,
            files: 0,
            messages: 0,
        };
        for (name, count) in self.names.iter().zip(numbers) {
            if FILE_CALLS.contains(&name.as_str()) {
                calls.files += count;
            } else if MESSAGE_CALLS.contains(&name.as_str()) {
                calls.messages += count;
            } else {
                calls.engine += count;
            }
        }
        calls
    }
}

/// The engine's functions that the binary imports.
fn engine_functions() -> Vec<String> {
    let output = Command::new("nm")
        .args(["-D", "--undefined-only", env!("CARGO_BIN_EXE_trun")])
        .output();
    let text = String::from_utf8(output.expect("binutils are installed").stdout).expect("names");
    let symbols = text.lines().filter_map(|line| line.split_whitespace().last());
    let names: Vec<String> = symbols
        .filter(|name| name.starts_with("JS"))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 30, "the binary imports the engine: {names:?}");
    names
}

/// What one more file costs, rounded up.
fn per_file(counter: &Counter, make: impl Fn(&Project, usize)) -> Calls {
    let project = Project::new();
    let run = |from: usize, to: usize| {
        (from..to).for_each(|index| make(&project, index));
        counter.count(&project, to)
    };
    let (few, many) = (run(0, FILES), run(FILES, 2 * FILES));
    let share = |many: u64, few: u64| many.saturating_sub(few).div_ceil(FILES as u64);
    Calls {
        engine: share(many.engine, few.engine),
        files: share(many.files, few.files),
        messages: share(many.messages, few.messages),
    }
}

fn check(what: &str, found: Calls, stated: Calls) {
    for (kind, found, stated) in [
        ("calls into the engine", found.engine, stated.engine),
        ("calls into the file system", found.files, stated.files),
        ("messages", found.messages, stated.messages),
    ] {
        assert!(found > 0, "{what}: no {kind} were counted");
        let limit = stated + (stated * SLACK).div_ceil(100);
        assert!(
            found <= limit,
            "{what}: {found} {kind} per file, at most {limit} were expected ({stated} are stated)"
        );
    }
}

fn trivial(project: &Project, index: usize) {
    let text =
        format!("describe('suite', () => {{ test('adds', () => {{ expect({index} + 1).toBe({index} + 1); }}); }});");
    project.write(&format!("t{index:02}.test.js"), &text);
}

/// A file that imports a chain of modules of the project and one name of a package of 100.
fn importing(project: &Project, index: usize) {
    if index == 0 {
        for m in 0..20 {
            let next = if m < 19 {
                format!("import {{ f as g }} from './m{}.ts';", m + 1)
            } else {
                "const g = () => 0;".to_owned()
            };
            project.write(
                &format!("app/m{m}.ts"),
                &format!("{next} export const f = (): number => g() + 1;"),
            );
        }
        project.write(
            "node_modules/many/package.json",
            r#"{ "name": "many", "type": "module", "main": "index.js", "sideEffects": false }"#,
        );
        let barrel: String = (0..100).map(|p| format!("export * from './p{p}.js';\n")).collect();
        project.write("node_modules/many/index.js", &barrel);
        for p in 0..100 {
            project.write(
                &format!("node_modules/many/p{p}.js"),
                &format!("export const v{p} = {p};"),
            );
        }
    }
    let text = "import { f } from './app/m0.ts'; import { v7 } from 'many'; test('all', () => { expect(f() + v7).toBe(27); });";
    project.write(&format!("t{index:02}.test.ts"), text);
}

#[test]
fn a_file_costs_no_more_calls_than_stated() {
    let counter = Counter::new();
    let found = (per_file(&counter, trivial), per_file(&counter, importing));
    check("a trivial file", found.0, TRIVIAL);
    check("a file with imports", found.1, IMPORTING);
}
