//! Whatever a run does, its reports count the same: random event streams through all of them.

use serde_json::Value;
use trun_reporters::{EventKind, Failure, FailureKind, FileOutcome, Kind, Outcome, RunEnd, RunEvent, RunStats, Style};

use crate::support::{Run, document, failure, report, thrown};

/// A small random number generator (xorshift): the streams are the same on every machine, and a seed names one.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(sides)).expect("less than the sides")
    }
}

/// A run that obeys the rules of `event.rs` and is otherwise wild.
fn wild_run(dice: &mut Dice) -> Vec<RunEvent> {
    let names: Vec<String> = (0..=dice.roll(6))
        .map(|number| format!("tests/f{number}.test.ts"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut run = Run::of(&names);
    let mut reached = names.len();
    for index in 0..names.len() {
        if dice.roll(8) == 0 {
            reached = index;
            break;
        }
        run = run.file(index, |file| wild_file(dice, file));
        if dice.roll(12) == 0 {
            run = run.event(EventKind::RunError {
                message: "something outside".to_owned(),
            });
        }
    }
    for index in reached..names.len() {
        if dice.roll(3) > 0 {
            run = run.never(u32::try_from(index).expect("few"), "bailed out");
        }
    }
    let end = if reached < names.len() {
        RunEnd::Interrupted("SIGINT".to_owned())
    } else {
        RunEnd::Completed
    };
    interleave(dice, run.end(end).events)
}

fn wild_file(dice: &mut Dice, mut file: crate::support::File) -> crate::support::File {
    if dice.roll(6) == 0 {
        return file.error(failure(FailureKind::Load, "SyntaxError", "3 passed"));
    }
    let count = dice.roll(6);
    let titles: Vec<String> = (0..count)
        .map(|number| format!("suite > {} passed", number * 7))
        .collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    file = file.cases(&titles);
    let until = if dice.roll(4) == 0 { dice.roll(count + 1) } else { count };
    for case in 0..until {
        file = match dice.roll(7) {
            0 => file.skip(case),
            1 => file.todo(case),
            2 => file.fail(case, thrown("no")),
            3 => file.finish(case, Outcome::TimedOut, Vec::new()),
            _ => file.pass(case),
        };
        if dice.roll(9) == 0 {
            file = file.error(thrown("between tests"));
        }
    }
    match (until < count, dice.roll(3)) {
        (true, 0) => file.cut_short("interrupted"),
        (true, 1) => file.crashed("SIGKILL"),
        (true, _) => file
            .error(Failure::plain(FailureKind::Aborted, "aborted: another worker crashed"))
            .cut_short("aborted"),
        (false, 0) if dice.roll(5) == 0 => file.crashed("exit code 0"),
        (false, _) => file,
    }
}

/// Lets files of several workers overlap: neighbours of different files swap places at random, order in a file stays.
fn interleave(dice: &mut Dice, mut events: Vec<RunEvent>) -> Vec<RunEvent> {
    for _ in 0..events.len() * 4 {
        let at = dice.roll(u32::try_from(events.len()).expect("few") - 1) as usize;
        if let (Some(one), Some(other)) = (file_of(&events[at]), file_of(&events[at + 1]))
            && one != other
        {
            events.swap(at, at + 1);
        }
    }
    events
}

fn file_of(event: &RunEvent) -> Option<u32> {
    match &event.kind {
        EventKind::FileStarted { file, .. }
        | EventKind::FileCollected { file, .. }
        | EventKind::Output { file, .. }
        | EventKind::CaseFinished { file, .. }
        | EventKind::FileError { file, .. }
        | EventKind::FileFinished { file, .. } => Some(file.0),
        _ => None,
    }
}

fn stats(events: &[RunEvent]) -> RunStats {
    let mut stats = RunStats::default();
    events.iter().for_each(|event| stats.fold(event));
    stats
}

/// What one report says: files passed and failed, tests passed, failed, skipped, todo, file errors, files and tests not run.
type Numbers = [usize; 9];

fn by_stats(stats: &RunStats) -> Numbers {
    [
        stats.files_passed,
        stats.files_failed,
        stats.tests_passed,
        stats.tests_failed,
        stats.tests_skipped,
        stats.tests_todo,
        stats.file_errors,
        stats.files_not_run,
        stats.tests_not_run,
    ]
}

fn by_terminal(text: &str) -> Numbers {
    let end = text.rfind("\nFiles  ").expect("there are totals");
    let totals = text[..end].rfind("\n\n").map_or(text, |from| &text[from..]);
    let number = |label: &str, word: &str| {
        let line = totals.lines().find(|line| line.starts_with(label)).unwrap_or_default();
        line.trim_start_matches(label)
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .windows(2)
            .find(|pair| pair[1].trim_end_matches('s') == word.trim_end_matches('s'))
            .map_or(0, |pair| pair[0].parse().expect("a number"))
    };
    [
        number("Files", "passed"),
        number("Files", "failed"),
        number("Tests", "passed"),
        number("Tests", "failed"),
        number("Tests", "skipped"),
        number("Tests", "todo"),
        number("Errors", "file"),
        number("Not run", "files"),
        number("Not run", "tests"),
    ]
}

/// The document's own totals.
fn by_totals(document: &Value) -> Numbers {
    let number = |key: &str| {
        document
            .pointer(key)
            .and_then(Value::as_u64)
            .map(|value| value as usize)
            .expect("a number")
    };
    [
        number("/numPassedTestSuites"),
        number("/numFailedTestSuites"),
        number("/numPassedTests"),
        number("/numFailedTests"),
        number("/numPendingTests"),
        number("/numTodoTests"),
        number("/x/numFileErrors"),
        number("/numPendingTestSuites"),
        number("/x/numNotRunTests"),
    ]
}

/// The same, counted from the entries.
fn by_entries(document: &Value) -> Numbers {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let files = list(&document["testResults"]);
    let tests: Vec<Value> = files.iter().flat_map(|file| list(&file["assertionResults"])).collect();
    let of = |items: &[Value], status: &str| items.iter().filter(|item| item["status"] == status).count();
    [
        of(&files, "passed"),
        of(&files, "failed"),
        of(&tests, "passed"),
        of(&tests, "failed"),
        of(&tests, "pending"),
        of(&tests, "todo"),
        files.iter().map(|file| list(&file["x"]["errors"]).len()).sum(),
        list(&document["x"]["notRun"]).len(),
        list(&document["x"]["notRunTests"]).len(),
    ]
}

#[test]
fn reports_agree_on_every_run() {
    for seed in 1..=500_u64 {
        let events = wild_run(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let stats = stats(&events);
        let text = report(Kind::Default, Style::plain(), &events);
        let document = document(&events);
        let expected = by_stats(&stats);
        assert_eq!(by_terminal(&text), expected, "terminal, seed {seed}:\n{text}");
        assert_eq!(by_totals(&document), expected, "totals, seed {seed}");
        assert_eq!(by_entries(&document), expected, "entries, seed {seed}:\n{document:#}");
        assert_eq!(
            stats.files_passed + stats.files_failed + stats.files_not_run,
            stats.files_total,
            "seed {seed}"
        );
        assert_eq!(document["success"], !stats.is_failed(), "seed {seed}");
        assert_eq!(document["numTotalTests"], stats.tests_total(), "seed {seed}");
        assert_eq!(
            document["numRuntimeErrorTestSuites"], stats.files_with_errors,
            "seed {seed}"
        );
        let last = text.rfind(" passed").expect("there are totals");
        assert!(
            text[..last].ends_with(&format!("\nTests  {}", stats.tests_passed)),
            "seed {seed}:\n{text}"
        );
    }
}

#[test]
fn a_file_passes_only_if_nothing_is_missing() {
    let table: [(&str, FileOutcome, u32, bool); 4] = [
        ("all ran", FileOutcome::Finished, 2, false),
        ("a result is missing", FileOutcome::Finished, 1, true),
        (
            "crashed after all tests",
            FileOutcome::Crashed("SIGSEGV".to_owned()),
            2,
            true,
        ),
        ("cut short", FileOutcome::NotRun("interrupted".to_owned()), 1, true),
    ];
    for (comment, outcome, results, is_failed) in table {
        let run = Run::of(&["a.test.ts"]).file(0, |mut file| {
            file = file.cases(&["one", "two"]);
            file = (0..results).fold(file, |file, case| file.pass(case));
            match &outcome {
                FileOutcome::Finished => file,
                FileOutcome::Crashed(how) => file.crashed(how),
                FileOutcome::NotRun(why) => file.cut_short(why),
            }
        });
        let stats = stats(&run.end(RunEnd::Completed).events);
        assert_eq!(stats.is_failed(), is_failed, "{comment}: {stats:?}");
    }
}

#[test]
fn skipped_tests_are_no_failure() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one", "two"]).skip(0).todo(1));
    let stats = stats(&run.end(RunEnd::Completed).events);
    assert!(!stats.is_failed());
    assert_eq!((stats.files_passed, stats.tests_skipped, stats.tests_todo), (1, 1, 1));
}
