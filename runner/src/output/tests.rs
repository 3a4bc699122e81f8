use std::{
    fs::{self, File},
    io::{Read, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::{sys::stat::Mode, unistd::mkfifo};
use tempfile::TempDir;
use trun_reporters::{Kind, ReporterOptions, Style};

use super::{Github, OutputError, Outputs, open, queue::Queue};
use crate::cli::ReporterSpec;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A sink for a JSON report at `path`, and the writer that the reporter would have.
fn report(path: &Path) -> Result<(Outputs, Box<dyn Write + Send>), OutputError> {
    let mut outputs = Outputs::default();
    let out = outputs.open_file(Kind::Json, path)?;
    Ok((outputs, out))
}

/// Writes `text` as a report to `path` and finishes it; the answer is what was said on stderr.
fn write(path: &Path, text: &str) -> String {
    let (outputs, mut out) = report(path).unwrap();
    out.write_all(text.as_bytes()).unwrap();
    finish(outputs, path.parent().unwrap())
}

fn finish(outputs: Outputs, root: &Path) -> String {
    let mut said = Vec::new();
    let errors = outputs.finish(root, &mut said);
    assert!(errors.is_empty(), "{errors:?}");
    String::from_utf8(said).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn spec(kind: Kind, file: Option<PathBuf>) -> ReporterSpec {
    ReporterSpec { kind, file }
}

#[test]
fn a_report_appears_when_it_is_whole() {
    let folder = folder();
    let path = folder.path().join("r.json");
    fs::write(&path, "old").unwrap();
    let (outputs, mut out) = report(&path).unwrap();
    out.write_all(b"new").unwrap();
    out.flush().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(finish(outputs, folder.path()), "Test results written to: r.json\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(names(folder.path()), ["r.json"]);
}

#[test]
fn folders_above_are_made() {
    let folder = folder();
    let path = folder.path().join("a/b/r.json");
    write(&path, "x");
    assert_eq!(fs::read_to_string(path).unwrap(), "x");
}

#[test]
fn an_unfinished_report_is_taken_away() {
    let folder = folder();
    let path = folder.path().join("r.json");
    fs::write(&path, "old").unwrap();
    let (outputs, mut out) = report(&path).unwrap();
    out.write_all(b"half").unwrap();
    drop(outputs);
    drop(out);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(folder.path()), ["r.json"]);
}

#[test]
fn permissions_stay() {
    let folder = folder();
    let path = folder.path().join("r.json");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    write(&path, "new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_link_is_written_through() {
    let folder = folder();
    let (path, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    fs::write(&path, "old and longer").unwrap();
    symlink("real.json", &link).unwrap();
    write(&link, "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
}

#[test]
fn a_link_to_nothing_yet_is_written_through() {
    let folder = folder();
    let link = folder.path().join("link.json");
    symlink("real.json", &link).unwrap();
    write(&link, "new");
    assert_eq!(fs::read_to_string(folder.path().join("real.json")).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_device_is_written_through() {
    write(Path::new("/dev/null"), "x");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_pipe_is_written_through() {
    let folder = folder();
    let path = folder.path().join("pipe");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    let reader = {
        let path = path.clone();
        thread::spawn(move || fs::read_to_string(path).unwrap())
    };
    let text = "x".repeat(1 << 20);
    write(&path, &text);
    assert_eq!(reader.join().unwrap(), text);
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = folder();
    let error = report(folder.path()).err().unwrap();
    assert_eq!(error.exit_code().code(), 4);
    assert_eq!(
        error.to_string(),
        format!(
            "failed to write the report file {}: it is a folder",
            folder.path().display()
        )
    );
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(report(&folder.path().join("file/r.json")).is_err());
}

#[test]
fn a_full_disk_is_an_error_at_the_end() {
    let (outputs, mut out) = report(Path::new("/dev/full")).unwrap();
    out.write_all(b"x").unwrap();
    let errors = outputs.finish(Path::new("/"), &mut Vec::new());
    assert!(errors[0].to_string().contains("/dev/full"), "{errors:?}");
}

#[test]
fn reporters_are_made_with_their_sinks() {
    let folder = folder();
    let path = folder.path().join("r.json");
    let specs = [spec(Kind::None, None), spec(Kind::Json, Some(path.clone()))];
    let (listeners, outputs) = open(&specs, Style::plain(), ReporterOptions::default(), &Github::default()).unwrap();
    assert!(format!("{listeners:?}").contains("json:"));
    assert!(!outputs.is_stdout_closed());
    assert!(outputs.watch_stdout().is_none());
    let _ = finish(outputs, folder.path());
    assert!(path.exists());
}

#[test]
fn opening_is_all_or_nothing() {
    let folder = folder();
    let specs = [
        spec(Kind::Json, Some(folder.path().join("r.json"))),
        spec(Kind::Default, Some(folder.path().to_path_buf())),
    ];
    assert!(open(&specs, Style::plain(), ReporterOptions::default(), &Github::default()).is_err());
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_queue_takes_all_without_a_reader_and_writes_it_in_order() {
    let (reader, writer) = std::io::pipe().unwrap();
    let queue = Queue::start("test", File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
    let mut out = queue.writer();
    let mut expected = String::new();
    // Far more than a pipe holds: a blocking writer would never get to the reader below.
    for line in 0..50_000 {
        let line = format!("line {line}\n");
        out.write_all(line.as_bytes()).unwrap();
        expected.push_str(&line);
    }
    let reader = thread::spawn(move || {
        let mut text = String::new();
        let mut reader = reader;
        reader.read_to_string(&mut text).unwrap();
        text
    });
    queue.finish().unwrap();
    assert!(reader.join().unwrap() == expected);
    assert!(out.write_all(b"late").is_err());
}

#[test]
fn a_queue_without_reader_is_closed() {
    let (reader, writer) = std::io::pipe().unwrap();
    let queue = Queue::start("test", File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
    let watch = queue.watch();
    drop(reader);
    let mut out = queue.writer();
    let deadline = Instant::now() + Duration::from_secs(10);
    while out.write_all(b"x").is_ok() {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(watch.is_closed());
    assert!(OutputError::Stdout(queue.finish().unwrap_err()).is_broken_pipe());
}

#[test]
fn a_queue_is_idle_once_all_is_written() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let queue = Queue::start("test", File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
    let watch = queue.watch();
    assert!(watch.is_idle());
    // More than a pipe holds: it cannot be written before somebody reads.
    let text = vec![b'x'; 1 << 20];
    queue.writer().write_all(&text).unwrap();
    assert!(!watch.is_idle());
    let mut read = vec![0; text.len()];
    reader.read_exact(&mut read).unwrap();
    queue.finish().unwrap();
    assert!(watch.is_idle());
}
