//! Workflow commands and the step's page on GitHub.

use trun_reporters::{
    EventKind, FailureKind, FileOutcome, GithubReporter, Kind, Outcome, Reporter, ReporterOptions, RunEnd, RunEvent,
};

use crate::{
    documents::{Story, report_with, run_of, story},
    support::{ROOT, Sink, failure, mismatch, thrown},
};

fn commands(events: &[RunEvent], workspace: Option<&str>) -> Vec<String> {
    let options = ReporterOptions {
        workspace: workspace.map(str::to_owned),
        ..ReporterOptions::default()
    };
    report_with(Kind::Github, options, events)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn page(events: &[RunEvent]) -> String {
    let sink = Sink::default();
    let mut reporter = GithubReporter::page(Box::new(sink.clone()), None);
    for event in events {
        reporter.handle(event).expect("the sink takes everything");
    }
    sink.text()
}

fn completed(stories: Vec<Story>) -> Vec<RunEvent> {
    run_of(stories).end(RunEnd::Completed).events
}

fn mixed() -> Vec<RunEvent> {
    completed(vec![
        story("tests/a.test.ts")
            .passes("passes")
            .fails("math > adds", mismatch())
            .tried("sometimes", vec![thrown("not yet")], Outcome::Passed, Vec::new())
            .tried(
                "never",
                vec![thrown("first")],
                Outcome::TimedOut,
                vec![failure(FailureKind::Timeout, "", "too slow")],
            )
            .leaks("a timer (setTimeout, 60000 ms)"),
        story("tests/b.test.ts").error(failure(FailureKind::Load, "SyntaxError", "Unexpected token")),
    ])
}

#[test]
fn failures_are_errors_and_flaky_tests_and_leaks_warnings() {
    insta::assert_snapshot!(commands(&mixed(), None).join("\n"));
}

#[test]
fn a_run_that_passed_says_nothing() {
    assert!(commands(&completed(vec![story("a.test.ts").passes("one")]), None).is_empty());
}

#[test]
fn nothing_is_said_before_the_end() {
    let events = mixed();
    assert!(commands(&events[..events.len() - 1], None).is_empty());
    assert_eq!(page(&events[..events.len() - 1]), "");
}

#[test]
fn paths_are_relative_to_the_checkout() {
    let events = completed(vec![story("tests/a.test.ts").error(failure(
        FailureKind::Load,
        "",
        "no",
    ))]);
    let of = |workspace| {
        commands(&events, workspace)[0]
            .split(',')
            .next()
            .expect("a file")
            .to_owned()
    };
    assert_eq!(of(None), "::error file=tests/a.test.ts");
    assert_eq!(of(Some("/home/me")), "::error file=project/tests/a.test.ts");
    // In a container the checkout may lie elsewhere than the environment says.
    assert_eq!(of(Some("/mnt/checkout")), "::error file=tests/a.test.ts");
    assert_eq!(of(Some(ROOT)), "::error file=tests/a.test.ts");
}

#[test]
fn a_place_outside_the_checkout_gives_way_to_the_test() {
    let mut elsewhere = thrown("no");
    if let Some(place) = &mut elsewhere.stack[0].location {
        place.file = "/usr/lib/x.js".to_owned();
    }
    let command = &commands(&completed(vec![story("a.test.ts").fails("one", elsewhere)]), None)[0];
    assert!(
        command.starts_with("::error file=a.test.ts,line=10,col=3,"),
        "{command}"
    );
}

#[test]
fn text_cannot_end_its_command() {
    let hostile = "100%, a:b\r\n::error::gotcha\x1b[31m\0";
    let mut error = thrown(hostile);
    error.name = String::new();
    let lines = commands(&completed(vec![story("a,b:c%.test.ts").fails(hostile, error)]), None);
    assert_eq!(
        lines,
        [
            "::error file=src/parse.ts,line=12,col=7,title=100%25%2C a%3Ab\\r\\n%3A%3Aerror%3A%3Agotcha\\x1b[31m\\x00::\
          100%25, a:b%0A::error::gotcha%0A    at parse (src/parse.ts:12:7)"
        ]
    );
}

#[test]
fn what_github_would_not_show_is_named_in_one_notice() {
    let many = |name: &str| (0..12).fold(story(name), |story, n| story.fails(&format!("fails {n}"), mismatch()));
    let lines = commands(
        &completed(vec![many("a.test.ts"), many("b.test.ts").leaks("a server")]),
        None,
    );
    let of = |level: &str| lines.iter().filter(|line| line.starts_with(level)).count();
    assert_eq!((of("::error "), of("::warning "), of("::notice ")), (10, 1, 1));
    let notice = lines.last().expect("a notice");
    assert!(
        notice.starts_with("::notice title=14 more annotations of this run::"),
        "{notice}"
    );
    assert_eq!(notice.matches("%0A").count(), 13);
    assert!(
        notice.contains("b.test.ts: fails 11: AssertionError: expect(received)"),
        "{notice}"
    );
}

#[test]
fn a_long_message_is_cut() {
    let lines = commands(
        &completed(vec![story("a.test.ts").fails("one", thrown(&"ö".repeat(10_000)))]),
        None,
    );
    assert!(lines[0].len() < 4400 && lines[0].ends_with("ö…"), "{}", lines[0].len());
}

#[test]
fn what_ended_the_run_is_an_error_too() {
    let run = || run_of(vec![story("a.test.ts").passes("one")]);
    let ends = [
        (
            run().end(RunEnd::Interrupted("SIGINT".to_owned())),
            "::error title=trun%3A interrupted::the run was",
        ),
        (
            run().end(RunEnd::Aborted("crashed".to_owned())),
            "::error title=trun%3A aborted::crashed",
        ),
        (
            run().end(RunEnd::Broken("no zygote".to_owned())),
            "::error title=trun%3A trun failed::no zygote",
        ),
        (
            run()
                .event(EventKind::RunError {
                    message: "worker 2 is gone".to_owned(),
                })
                .end(RunEnd::Completed),
            "::error title=trun%3A run error::worker 2 is gone",
        ),
    ];
    for (run, expected) in ends {
        let lines = commands(&run.events, None);
        assert!(lines[0].starts_with(expected), "{lines:?}");
    }
}

#[test]
fn the_page_has_totals_failures_flaky_tests_and_leaks() {
    insta::assert_snapshot!(page(&mixed()));
}

#[test]
fn the_page_of_a_good_run_is_its_totals() {
    insta::assert_snapshot!(page(&completed(vec![story("a.test.ts").passes("one")])));
}

#[test]
fn text_is_no_markup_on_the_page() {
    let hostile = "# <b>*x*</b> [a](b) `c` @me\n```\n</details>";
    let mut error = thrown(hostile);
    error.message.push_str("\n````\n");
    let page = page(&completed(vec![
        story("a.test.ts")
            .fails(hostile, error)
            .leaks(hostile)
            .over(FileOutcome::Finished),
    ]));
    // Outside of code blocks no punctuation of the text is left.
    assert!(page.contains("&#35; &#60;b&#62;&#42;x&#42;&#60;/b&#62; &#91;a&#93;&#40;b&#41; &#96;c&#96; &#64;me&#92;n"));
    // The block's fence is longer than any in the text.
    assert_eq!(page.matches("\n`````\n").count(), 2, "{page}");
    assert_eq!(
        page.matches("\n<details>").count(),
        page.matches("\n</details>\n\n").count()
    );
}

#[test]
fn a_page_of_many_failures_stays_below_what_github_takes() {
    let message = "x".repeat(20_000);
    let many = (0..500).fold(story("a.test.ts"), |story, n| {
        story.fails(&format!("{n} {message}"), thrown(&message))
    });
    let page = page(&completed(vec![many]));
    assert!(page.len() < 1024 * 1024, "{} bytes", page.len());
    assert!(page.contains("- and 350 more"));
}
