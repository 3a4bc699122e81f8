//! The dispatcher against scripted events.

use trun_reporters::model::{CaseId, CaseMode, CaseResult, FileId, Outcome, TestCase};

use super::watch::{GRACE, HALF_GONE_LIMIT, LEAVE_LIMIT, START_LIMIT, SWAP_LIMIT};
use super::*;
use crate::coordinator::event::Tick;
use crate::os::ProcessEnd;

#[derive(Default)]
struct Script {
    events: Vec<String>,
    spawned: Vec<Slot>,
    killed: Vec<Slot>,
}

impl Control for Script {
    fn spawn(&mut self, slot: Slot) -> io::Result<()> {
        self.spawned.push(slot);
        Ok(())
    }

    fn kill(&mut self, slot: Slot) {
        self.killed.push(slot);
    }

    fn rouse(&mut self) {}

    fn send(&mut self, slot: Slot, message: &ToWorker) {
        self.events.push(match message {
            ToWorker::Run { file, .. } => format!("{slot}: run {}", file.0),
            ToWorker::Shutdown => format!("{slot}: shutdown"),
        });
    }

    fn ask_to_stop(&mut self, slot: Slot) {
        self.events.push(format!("{slot}: stop"));
    }

    fn count_judged(&mut self, _: Slot) {}

    fn ask(&mut self, slot: Slot) {
        self.events.push(format!("{slot}: ask"));
    }

    fn emit(&mut self, event: RunEvent) {
        self.events.push(match event.kind {
            EventKind::CaseFinished { file, result } => {
                format!("case {}.{} {:?}", file.0, result.case.0, result.outcome)
            }
            EventKind::FileError { file, failure } => format!("file error {} {:?}", file.0, failure.kind),
            EventKind::FileFinished { file, outcome, .. } => format!("file {} {outcome:?}", file.0),
            EventKind::RunFinished { end } => format!("end {end:?}"),
            EventKind::Output { file, case, text, .. } => {
                format!("output {} {:?} {} bytes", file.0, case.map(|c| c.0), text.len())
            }
            EventKind::Inquired(told) => format!("inquired {}, {} wait", told.running.len(), told.waiting),
            EventKind::Leaked { file, leaks } => format!("leaked {} {}", file.0, leaks.len()),
            EventKind::RunError { message } => format!("run error {message}"),
            _ => return,
        });
    }
}

/// What the plan of [`run`] says.
const SCALE_UP_AFTER: u64 = 5_000_000;

fn run(files: usize, workers: usize, on_crash: OnCrash) -> Dispatcher<Script> {
    begin(plan(files, workers, on_crash))
}

fn begin(plan: RunPlan) -> Dispatcher<Script> {
    let mut dispatcher = Dispatcher::new(plan, Script::default(), 0);
    let _ = dispatcher.begin();
    dispatcher
}

fn plan(files: usize, workers: usize, on_crash: OnCrash) -> RunPlan {
    RunPlan {
        root: "/r".into(),
        files: (0..files).map(|i| format!("/r/{i}.test.js")).collect(),
        order: (0..u32::try_from(files).unwrap()).map(FileId).collect(),
        expected: None,
        workers,
        on_crash,
        worker_memory: Some(1000),
        recycle_above: None,
        addon_teardown: Duration::ZERO,
        bail: None,
        seed: None,
        fail_on_leak: false,
        scale_up_after: Duration::from_nanos(SCALE_UP_AFTER),
        rerun: vec![],
        errors: vec![],
        filtered: false,
        if_nothing_ran: None,
    }
}

impl Dispatcher<Script> {
    fn say(&mut self, slot: Slot, message: FromWorker) -> Response {
        self.handle(InternalEvent::Message(slot, message), 1)
    }

    fn collect(&mut self, slot: Slot, file: u32, cases: usize) {
        let case = TestCase {
            ancestors: vec![],
            title: "t".into(),
            location: None,
            mode: CaseMode::Run,
        };
        let _ = self.say(
            slot,
            FromWorker::Collected {
                file: FileId(file),
                cases: vec![case; cases],
            },
        );
    }

    fn pass(&mut self, slot: Slot, file: u32, case: u32) {
        let result = CaseResult {
            case: CaseId(case),
            outcome: Outcome::Passed,
            duration: Duration::ZERO,
            failures: vec![],
            earlier_attempts: vec![],
            assertions: 0,
            note: None,
        };
        let _ = self.say(
            slot,
            FromWorker::CaseFinished {
                file: FileId(file),
                result,
            },
        );
    }

    fn running(&mut self, slot: Slot, running: Running, deadline: Option<u64>, now: u64) {
        let mut slots = self.views.clone();
        slots[slot as usize - 1] = SlotView {
            running,
            since: 0,
            deadline,
            native: None,
            starved: 0,
            waits: false,
        };
        let _ = self.handle(
            InternalEvent::Tick(Tick {
                now,
                slots,
                memory: None,
            }),
            now,
        );
    }

    fn die(&mut self, slot: Slot, end: ProcessEnd) -> Response {
        let _ = self.handle(InternalEvent::Zygote(FromZygote::Exited { slot, end }), 2);
        self.handle(InternalEvent::Closed(slot), 2)
    }
}

#[test]
fn files_go_to_the_worker_in_order_and_the_run_ends() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    for file in 0..2 {
        d.collect(1, file, 1);
        d.pass(1, file, 0);
        let _ = d.say(
            1,
            FromWorker::FileDone {
                file: FileId(file),
                resident: 0,
            },
        );
    }
    assert_eq!(d.die(1, ProcessEnd::Code(0)), Response::Finished);
    assert_eq!(
        d.control.events,
        [
            "1: run 0",
            "case 0.0 Passed",
            "file 0 Finished",
            "1: run 1",
            "case 1.0 Passed",
            "file 1 Finished",
            "1: shutdown",
            "end Completed"
        ]
    );
}

#[test]
fn a_crash_is_charged_to_the_running_test_and_ends_the_run() {
    let mut d = run(3, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 3);
    d.pass(1, 0, 0);
    d.running(1, Running::Case(1), None, 1);
    assert_eq!(d.die(1, ProcessEnd::Signal(11)), Response::Finished);
    assert_eq!(
        d.control.events[1..],
        [
            "case 0.0 Passed",
            "case 0.1 Failed",
            "file 0 Crashed(\"SIGSEGV\")",
            "file 1 NotRun(\"aborted: a worker crashed\")",
            "file 2 NotRun(\"aborted: a worker crashed\")",
            "end Aborted(\"a test worker process crashed with SIGSEGV while running 0.test.js\")"
        ]
    );
}

#[test]
fn an_exit_is_a_failure_and_the_run_goes_on_in_a_new_worker() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    d.running(1, Running::Case(0), None, 1);
    assert_eq!(d.die(1, ProcessEnd::Code(0)), Response::Continue);
    assert_eq!(d.control.spawned, [1, 1]);
    let _ = d.say(1, FromWorker::Ready);
    assert_eq!(
        d.control.events[1..],
        ["case 0.0 Failed", "file 0 Crashed(\"exit code 0\")", "1: run 1"]
    );
}

#[test]
fn a_death_outside_of_tests_is_a_file_error() {
    let mut d = run(1, 1, OnCrash::Continue);
    let _ = d.say(1, FromWorker::Ready);
    d.running(1, Running::Loading, None, 1);
    assert_eq!(d.die(1, ProcessEnd::Signal(11)), Response::Finished);
    assert_eq!(
        d.control.events[1..],
        ["file error 0 Worker", "file 0 Crashed(\"SIGSEGV\")", "end Completed"]
    );
}

#[test]
fn both_the_exit_and_the_end_of_the_channel_are_waited_for() {
    let mut d = run(1, 1, OnCrash::Continue);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    let _ = d.handle(
        InternalEvent::Zygote(FromZygote::Exited {
            slot: 1,
            end: ProcessEnd::Signal(9),
        }),
        2,
    );
    d.pass(1, 0, 0);
    let _ = d.handle(InternalEvent::Closed(1), 2);
    assert_eq!(
        d.control.events[1..],
        [
            "case 0.0 Passed",
            "file error 0 Worker",
            "file 0 Crashed(\"SIGKILL\")",
            "end Completed"
        ]
    );
}

#[test]
fn an_overdue_test_is_killed_after_the_grace_period_only() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    d.running(1, Running::Case(0), Some(100), 100 + GRACE);
    assert!(d.control.killed.is_empty());
    d.running(1, Running::Case(0), Some(100), 101 + GRACE);
    assert_eq!(d.control.killed, [1]);
    let _ = d.die(1, ProcessEnd::Signal(9));
    assert_eq!(
        d.control.events[1..],
        ["case 0.0 TimedOut", "file 0 Crashed(\"timeout\")", "end Completed"]
    );
}

#[test]
fn memory_over_the_limit_kills() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    let slots = d.views.clone();
    let _ = d.handle(
        InternalEvent::Tick(Tick {
            now: 1,
            slots,
            memory: Some(vec![Some(1001)]),
        }),
        1,
    );
    assert_eq!(d.control.killed, [1]);
}

#[test]
fn more_workers_start_only_when_all_are_busy_for_a_while() {
    let mut d = run(4, 3, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.running(1, Running::Loading, None, 1 + SCALE_UP_AFTER - 1);
    assert_eq!(d.control.spawned, [1]);
    d.running(1, Running::Loading, None, 1 + SCALE_UP_AFTER);
    assert_eq!(d.control.spawned, [1, 2, 3]);
}

#[test]
fn an_interrupt_ends_the_run_with_every_file_told_of() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    let _ = d.handle(InternalEvent::Signal(2), 2);
    assert_eq!(d.control.killed, [1]);
    assert_eq!(d.die(1, ProcessEnd::Signal(9)), Response::Finished);
    assert_eq!(
        d.control.events[1..],
        [
            "file 1 NotRun(\"interrupted by SIGINT\")",
            "file 0 NotRun(\"interrupted by SIGINT\")",
            "end Interrupted(\"SIGINT\")"
        ]
    );
}

#[test]
fn without_a_zygote_the_run_breaks_at_once() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    assert_eq!(d.handle(InternalEvent::ZygoteGone, 2), Response::Finished);
    assert!(d.control.events.last().is_some_and(|e| e.starts_with("end Broken")));
}

#[test]
fn workers_that_never_get_ready_end_the_run() {
    let mut d = run(1, 1, OnCrash::Abort);
    assert_eq!(d.die(1, ProcessEnd::Code(1)), Response::Continue);
    assert_eq!(d.die(1, ProcessEnd::Code(1)), Response::Finished);
    assert_eq!(d.control.spawned, [1, 1]);
}

#[test]
fn a_worker_that_is_being_killed_takes_no_other_file() {
    let mut d = run(2, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    d.running(1, Running::Case(0), Some(1), 2 + GRACE);
    assert_eq!(d.control.killed, [1]);
    // The test ended at the last moment: the kill is under way all the same.
    d.pass(1, 0, 0);
    let _ = d.say(
        1,
        FromWorker::FileDone {
            file: FileId(0),
            resident: 0,
        },
    );
    let _ = d.die(1, ProcessEnd::Signal(9));
    let _ = d.say(1, FromWorker::Ready);
    assert_eq!(
        d.control.events[1..],
        ["case 0.0 Passed", "file 0 Finished", "1: run 1"]
    );
}

#[test]
fn nothing_a_worker_does_is_without_bound() {
    type Bound = (&'static str, Running, u64, fn(&mut Dispatcher<Script>));
    let bounds: [Bound; 4] = [
        ("start", Running::Nothing, START_LIMIT, |_| ()),
        ("begin", Running::Nothing, START_LIMIT, |d| {
            let _ = d.say(1, FromWorker::Ready);
        }),
        ("swap", Running::Swapping, SWAP_LIMIT, |d| {
            let _ = d.say(1, FromWorker::Ready);
        }),
        ("leave", Running::Nothing, LEAVE_LIMIT, |d| {
            let _ = d.say(1, FromWorker::Ready);
            let _ = d.say(
                1,
                FromWorker::FileDone {
                    file: FileId(0),
                    resident: 0,
                },
            );
        }),
    ];
    for (name, running, limit, prepare) in bounds {
        let mut d = run(1, 1, OnCrash::Abort);
        prepare(&mut d);
        d.running(1, running, None, limit);
        assert!(d.control.killed.is_empty(), "{name} too early");
        d.running(1, running, None, limit + 2);
        assert_eq!(d.control.killed, [1], "{name} too late");
    }
}

#[test]
fn a_test_without_a_limit_has_none() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    d.running(1, Running::Case(0), None, 1000 * START_LIMIT);
    assert!(d.control.killed.is_empty());
}

#[test]
fn a_channel_that_outlives_its_process_is_not_waited_for() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.handle(
        InternalEvent::Zygote(FromZygote::Exited {
            slot: 1,
            end: ProcessEnd::Signal(9),
        }),
        2,
    );
    d.running(1, Running::Loading, None, 1 + HALF_GONE_LIMIT);
    assert_eq!(d.control.events, ["1: run 0"]);
    d.running(1, Running::Loading, None, 2 + HALF_GONE_LIMIT);
    assert_eq!(
        d.control.events[1..],
        ["file error 0 Worker", "file 0 Crashed(\"SIGKILL\")", "end Completed"]
    );
}

#[test]
fn a_process_that_outlives_its_channel_is_killed() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.handle(InternalEvent::Closed(1), 2);
    d.running(1, Running::Loading, None, 2 + HALF_GONE_LIMIT);
    assert_eq!(d.control.killed, [1]);
}

#[test]
fn raw_output_belongs_to_the_test_that_was_running() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 2);
    for running in [Running::Loading, Running::Case(1), Running::Swapping] {
        let _ = d.handle(InternalEvent::Written(1, Stream::Stdout, "text".into(), running), 2);
    }
    assert_eq!(
        d.control.events[1..],
        [
            "output 0 None 4 bytes",
            "output 0 Some(1) 4 bytes",
            "output 0 None 4 bytes"
        ]
    );
}

#[test]
fn output_without_end_is_cut_and_says_so() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    for _ in 0..20 {
        let text = "x".repeat(1 << 20);
        let _ = d.handle(InternalEvent::Written(1, Stream::Stdout, text, Running::Loading), 2);
    }
    assert_eq!(d.control.events.len(), 1 + 8);
    assert!(
        d.control
            .events
            .last()
            .is_some_and(|event| event > &format!("output 0 None {} bytes", 1 << 20))
    );
}

#[test]
fn raw_output_without_a_file_is_the_last_files_or_the_next_ones() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.handle(
        InternalEvent::Written(1, Stream::Stderr, "early".into(), Running::Nothing),
        2,
    );
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.say(
        1,
        FromWorker::FileDone {
            file: FileId(0),
            resident: 0,
        },
    );
    let _ = d.handle(
        InternalEvent::Written(1, Stream::Stderr, "late".into(), Running::Nothing),
        2,
    );
    let _ = d.die(1, ProcessEnd::Code(0));
    assert_eq!(
        d.control.events,
        [
            "output 0 None 5 bytes",
            "1: run 0",
            "file 0 Finished",
            "1: shutdown",
            "output 0 None 4 bytes",
            "end Completed"
        ]
    );
}

#[test]
fn a_worker_that_leaves_badly_fails_the_run() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.say(1, FromWorker::Ready);
    let _ = d.say(
        1,
        FromWorker::FileDone {
            file: FileId(0),
            resident: 0,
        },
    );
    let _ = d.die(1, ProcessEnd::Signal(11));
    let message = "a worker ended badly after its last file: the worker process crashed with SIGSEGV without a file";
    assert_eq!(
        d.control.events[3..],
        [format!("run error {message}"), "end Completed".to_owned()]
    );
}

#[test]
fn a_worker_that_cannot_start_says_why() {
    let mut d = run(1, 1, OnCrash::Abort);
    let _ = d.die(1, ProcessEnd::Code(1));
    let _ = d.handle(
        InternalEvent::Written(1, Stream::Stderr, "no memory\n".into(), Running::Nothing),
        2,
    );
    let _ = d.die(1, ProcessEnd::Code(1));
    assert_eq!(
        d.control.events.last().map(String::as_str),
        Some("end Broken(\"worker processes end before they are ready: exit code 1\\nno memory\")")
    );
}

#[test]
fn a_panic_in_a_worker_is_a_bug_of_ours() {
    let mut d = run(2, 1, OnCrash::Continue);
    let _ = d.say(1, FromWorker::Ready);
    d.collect(1, 0, 1);
    d.running(1, Running::Case(0), None, 1);
    let _ = d.say(1, FromWorker::Bug("index out of bounds".into()));
    assert_eq!(d.die(1, ProcessEnd::Signal(6)), Response::Finished);
    assert_eq!(
        d.control.events[1..],
        [
            "case 0.0 Failed",
            "file 0 Crashed(\"bug in trun\")",
            "file 1 NotRun(\"bug in trun: a worker panicked: index out of bounds\")",
            "end Broken(\"bug in trun: a worker panicked: index out of bounds\")"
        ]
    );
}

#[path = "dispatcher_policy_tests.rs"]
mod policies;
