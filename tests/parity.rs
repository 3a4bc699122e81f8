//! The number of workers changes nothing but the time: counts, exit code and documents of all fixtures together.

use std::fs;

use serde_json::Value;

use crate::support::model::Model;
use crate::support::{Outcome, Project};

/// What differs between two runs of the same tests, and may: times, places in time, who ran it.
const VARYING: [&str; 10] = [
    "startTime",
    "endTime",
    "startAt",
    "duration",
    "worker",
    "workers",
    "perfStats",
    "root",
    "time",
    "timestamp",
];

/// Parts of the names of fixtures whose reports depend on how fast the machine is: at which line endless code is stopped, and whether a
/// timer is due already when an immediate is.
const TIMED: [&str; 3] = ["endless", "without-end", "node-timers"];

/// What comes before the number of a process.
const BEFORE_PID: &str = "a child process (";

/// All fixtures that need no flag, each in a folder of one project.
fn everything() -> Project {
    let project = Project::new();
    let is_fit = |model: &&Model| model.args == ["--parallel=1"] && !TIMED.iter().any(|part| model.name.contains(part));
    for model in Model::all().iter().filter(is_fit) {
        project.add_fixture(&model.name);
    }
    project
}

struct Documents {
    outcome: Outcome,
    json: Value,
    junit: String,
}

fn run(project: &Project, parallel: &str) -> Documents {
    let outcome = project
        .trun(&[
            parallel,
            "--parallel-delay=0",
            "--no-cache",
            "--on-crash=continue",
            "--reporter=default",
            "--reporter=json:report.json",
            "--reporter=junit:report.xml",
        ])
        .run();
    let mut json: Value = serde_json::from_str(&project.read("report.json")).expect("the JSON report");
    redact(&mut json);
    let junit = without_times(&project.read("report.xml"));
    for report in ["report.json", "report.xml"] {
        fs::remove_file(project.path(report)).expect("the report");
    }
    Documents { outcome, json, junit }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !VARYING.contains(&name.as_str()));
            fields.values_mut().for_each(redact);
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

/// Takes the values of the attributes out that tell times.
fn without_times(xml: &str) -> String {
    let mut plain = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((at, name)) = VARYING
        .iter()
        .filter_map(|name| rest.find(&format!(" {name}=\"")).map(|at| (at, name)))
        .min()
    {
        let start = at + name.len() + 3;
        plain.push_str(&rest[..start]);
        let end = rest[start..].find('"').map_or(rest.len(), |end| start + end);
        rest = &rest[end..];
    }
    plain + rest
}

#[test]
fn four_workers_report_what_one_reports() {
    // Two projects, so that neither run sees what the other's tests have written. What tells them apart is taken out.
    let (one, four) = (everything(), everything());
    let (serial, parallel) = rayon::join(|| run(&one, "--parallel=1"), || run(&four, "--parallel=4"));
    assert_eq!(serial.outcome.code(), 1, "{}", serial.outcome.all());
    assert_eq!(parallel.outcome.code(), 1, "{}", parallel.outcome.all());
    assert_eq!(
        parallel.outcome.terminal_counts(),
        serial.outcome.terminal_counts(),
        "{}",
        parallel.outcome.all()
    );
    let path = |project: &Project| project.path("").to_string_lossy().trim_end_matches('/').to_owned();
    let neutral = |text: &str, project: &Project| without_pids(&text.replace(&path(project), "<root>"));
    let text = |json: &Value| serde_json::to_string_pretty(json).expect("JSON");
    same(
        &neutral(&text(&serial.json), &one),
        &neutral(&text(&parallel.json), &four),
    );
    same(&neutral(&serial.junit, &one), &neutral(&parallel.junit, &four));
}

fn without_pids(text: &str) -> String {
    let mut parts = text.split(BEFORE_PID);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + BEFORE_PID + part.trim_start_matches(|char: char| char.is_ascii_digit())
    })
}

/// Shows the first line that differs, and what is around it.
#[track_caller]
fn same(one: &str, other: &str) {
    if one == other {
        return;
    }
    let lines: Vec<&str> = one.lines().collect();
    let at = lines.iter().zip(other.lines()).position(|(a, b)| *a != b).unwrap_or(0);
    let around = |text: &str| {
        let from = at.saturating_sub(12);
        text.lines().skip(from).take(24).collect::<Vec<_>>().join("\n")
    };
    panic!(
        "line {} differs\n--- one\n{}\n--- other\n{}",
        at + 1,
        around(one),
        around(other)
    );
}
