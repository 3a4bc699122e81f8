//! The dispatcher's policies: bail, recycling, leaks, the number of workers, starvation.

use trun_reporters::model::LeakKind;

use super::*;

impl Dispatcher<Script> {
    fn finish(&mut self, slot: Slot, case: Outcome) -> Response {
        let file = self.place(slot).session().expect("a file runs").file;
        self.collect(slot, file.0, if case == Outcome::Skipped { 2 } else { 1 });
        let result = CaseResult {
            case: CaseId(0),
            outcome: case,
            duration: Duration::ZERO,
            failures: vec![],
            earlier_attempts: vec![],
            assertions: 0,
            note: None,
        };
        let _ = self.say(slot, FromWorker::CaseFinished { file, result });
        self.say(slot, FromWorker::FileDone { file, resident: 900 })
    }
}

#[test]
fn enough_failures_let_no_further_file_start() {
    let mut d = begin(RunPlan {
        bail: Some(2),
        scale_up_after: Duration::ZERO,
        ..plan(9, 2, OnCrash::Abort)
    });
    for slot in [1, 2] {
        let _ = d.say(slot, FromWorker::Ready);
    }
    let _ = d.finish(1, Outcome::Failed);
    d.control.events.clear();
    let _ = d.finish(1, Outcome::TimedOut);
    assert_eq!(
        d.control.events,
        [
            "case 1.0 TimedOut",
            "file 2 NotRun(\"bailed out after 2 failures\")",
            "file 3 NotRun(\"bailed out after 2 failures\")",
            "file 4 NotRun(\"bailed out after 2 failures\")",
            "file 6 NotRun(\"bailed out after 2 failures\")",
            "file 7 NotRun(\"bailed out after 2 failures\")",
            "file 8 NotRun(\"bailed out after 2 failures\")",
            "1: stop",
            "2: stop",
            "file 1 Finished",
            "1: shutdown",
        ]
    );
    // The file that runs elsewhere goes on to the end of its test.
    let _ = d.finish(2, Outcome::Skipped);
    let _ = d.die(1, ProcessEnd::Code(0));
    assert_eq!(d.die(2, ProcessEnd::Code(0)), Response::Finished);
    assert!(d.control.killed.is_empty());
    assert_eq!(
        d.control.events[11..],
        [
            "case 5.0 Skipped",
            "file 5 NotRun(\"bailed out after 2 failures\")",
            "2: shutdown",
            "end Bailed(2)"
        ]
    );
}

#[test]
fn a_crash_after_bailing_out_is_charged_all_the_same() {
    let mut d = begin(RunPlan {
        bail: Some(1),
        scale_up_after: Duration::ZERO,
        ..plan(2, 2, OnCrash::Continue)
    });
    for slot in [1, 2] {
        let _ = d.say(slot, FromWorker::Ready);
    }
    let _ = d.finish(1, Outcome::Failed);
    let _ = d.die(1, ProcessEnd::Code(0));
    assert_eq!(d.die(2, ProcessEnd::Signal(11)), Response::Finished);
    let tail = d.control.events.len() - 3;
    assert_eq!(
        d.control.events[tail..],
        ["file error 1 Worker", "file 1 Crashed(\"SIGSEGV\")", "end Bailed(1)"]
    );
}

#[test]
fn a_worker_that_has_grown_is_replaced_between_two_files() {
    let mut d = begin(RunPlan {
        recycle_above: Some(800),
        ..plan(2, 1, OnCrash::Abort)
    });
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.finish(1, Outcome::Passed);
    assert_eq!(d.die(1, ProcessEnd::Code(0)), Response::Continue);
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.finish(1, Outcome::Passed);
    assert_eq!(d.die(1, ProcessEnd::Code(0)), Response::Finished);
    assert_eq!(d.control.spawned, [1, 1]);
    let told: Vec<&String> = d
        .control
        .events
        .iter()
        .filter(|event| event.starts_with("1:"))
        .collect();
    assert_eq!(told, ["1: run 0", "1: shutdown", "1: run 1", "1: shutdown"]);
}

#[test]
fn a_leak_fails_its_file_when_asked_for() {
    for (fail_on_leak, expected) in [
        (false, &["leaked 0 1"][..]),
        (true, &["leaked 0 1", "file error 0 Leak"]),
    ] {
        let mut d = begin(RunPlan {
            fail_on_leak,
            ..plan(1, 1, OnCrash::Abort)
        });
        let _ = d.say(1, FromWorker::Ready);
        let leaks = vec![Leak {
            kind: LeakKind::Timer,
            what: "a timer".into(),
            stack: vec![],
        }];
        let _ = d.say(1, FromWorker::Leaked { file: FileId(0), leaks });
        assert_eq!(&d.control.events[1..], expected);
    }
}

#[test]
fn known_work_decides_how_many_workers_start() {
    for (ms, workers) in [(0, 1), (4, 1), (10, 2), (500, 3)] {
        let d = begin(RunPlan {
            expected: Some(vec![Duration::from_millis(ms); 4]),
            ..plan(4, 3, OnCrash::Abort)
        });
        assert_eq!(d.control.spawned.len(), workers, "four files of {ms} ms");
    }
}

#[test]
fn a_worker_that_gets_no_core_is_not_killed_for_it() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    let mut tick = |now: u64, starved: u64| {
        let view = SlotView {
            running: Running::Case(0),
            since: 10,
            deadline: Some(100),
            starved,
            native: None,
            waits: false,
        };
        let tick = Tick {
            now,
            slots: vec![view],
            memory: None,
        };
        let _ = d.handle(InternalEvent::Tick(tick), now);
        d.control.killed.clone()
    };
    // What it had to wait for before this test began is not this test's.
    assert!(tick(20, 5000).is_empty());
    assert!(tick(101 + GRACE, 5300).is_empty());
    assert!(tick(400 + GRACE, 5300).is_empty());
    assert_eq!(tick(401 + GRACE, 5300), [1]);
}

#[test]
fn who_asks_hears_of_every_worker_once_all_have_answered() {
    let mut d = run(3, 2, OnCrash::Abort);
    for slot in [1, 2] {
        if slot == 2 {
            let _ = d.handle(InternalEvent::Tick(idle_tick(2 * SCALE_UP_AFTER)), 2 * SCALE_UP_AFTER);
        }
        let _ = d.say(slot, FromWorker::Ready);
    }
    let _ = d.handle(InternalEvent::Inquiry, 10);
    let _ = d.say(1, FromWorker::Runs { stack: vec![] });
    assert!(
        !d.control.events.iter().any(|event| event.starts_with("inquired")),
        "{:?}",
        d.control.events
    );
    let _ = d.say(2, FromWorker::Runs { stack: vec![] });
    assert_eq!(d.control.events.last().map(String::as_str), Some("inquired 2, 1 wait"));
}

#[test]
fn a_worker_that_does_not_answer_is_not_waited_for() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.handle(InternalEvent::Inquiry, 10);
    let asked = |d: &Dispatcher<Script>| d.control.events.iter().filter(|event| *event == "1: ask").count();
    assert_eq!(asked(&d), 1);
    let _ = d.handle(InternalEvent::Tick(idle_tick(20)), 20);
    assert_eq!(asked(&d), 2);
    let late = 10 + super::inquiry::PATIENCE;
    let _ = d.handle(InternalEvent::Tick(idle_tick(late)), late);
    assert_eq!(d.control.events.last().map(String::as_str), Some("inquired 1, 0 wait"));
}

/// A look at workers that do nothing.
fn idle_tick(now: u64) -> Tick {
    let view = SlotView {
        running: Running::Nothing,
        since: 0,
        deadline: None,
        native: None,
        starved: 0,
        waits: false,
    };
    Tick {
        now,
        slots: vec![view; 2],
        memory: None,
    }
}

/// What kills a worker between two files is not the next one's doing: that runs in another worker, once, and the run has failed.
#[test]
fn a_file_that_was_not_begun_is_given_to_another_worker() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    finish(&mut d, 0);
    let _ = d.die(1, ProcessEnd::Signal(9));
    let _ = d.say(1, FromWorker::Ready);
    finish(&mut d, 1);
    assert_eq!(d.die(1, ProcessEnd::Code(0)), Response::Finished);
    let said = "run error a worker ended badly after 0.test.js: the worker process was killed by SIGKILL before the file began";
    assert_eq!(
        d.control.events,
        [
            "1: run 0",
            "file 0 Finished",
            "1: run 1",
            said,
            "1: run 1",
            "file 1 Finished",
            "1: shutdown",
            "end Completed"
        ]
    );
    assert!(d.stats().is_failed());
}

#[test]
fn a_fault_between_two_files_ends_the_run_in_the_name_of_the_former() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    finish(&mut d, 0);
    assert_eq!(d.die(1, ProcessEnd::Signal(11)), Response::Finished);
    assert_eq!(
        d.control.events[4..],
        [
            "file 1 NotRun(\"aborted: a worker crashed\")",
            "end Aborted(\"a test worker process crashed with SIGSEGV after running 0.test.js\")"
        ]
    );
}

fn finish(d: &mut Dispatcher<Script>, file: u32) {
    let _ = d.say(
        1,
        FromWorker::FileDone {
            file: FileId(file),
            resident: 0,
        },
    );
}
