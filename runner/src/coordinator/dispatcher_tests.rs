//! The dispatcher against scripted events.

use trun_reporters::model::{CaseId, TestCase};

use super::*;

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

    fn send(&mut self, slot: Slot, message: &ToWorker) {
        self.events.push(match message {
            ToWorker::Run { file, .. } => format!("{slot}: run {}", file.0),
            ToWorker::Shutdown => format!("{slot}: shutdown"),
        });
    }

    fn emit(&mut self, event: RunEvent) {
        self.events.push(match event.kind {
            EventKind::CaseFinished { file, result } => {
                format!("case {}.{} {:?}", file.0, result.case.0, result.outcome)
            }
            EventKind::FileError { file, failure } => format!("file error {} {:?}", file.0, failure.kind),
            EventKind::FileFinished { file, outcome, .. } => format!("file {} {outcome:?}", file.0),
            EventKind::RunFinished { end } => format!("end {end:?}"),
            EventKind::RunError { message } => format!("run error {message}"),
            _ => return,
        });
    }
}

fn run(files: usize, workers: usize, on_crash: OnCrash) -> Dispatcher<Script> {
    let plan = RunPlan {
        root: "/r".into(),
        files: (0..files).map(|i| format!("/r/{i}.test.js")).collect(),
        workers,
        on_crash,
        worker_memory: Some(1000),
    };
    let mut dispatcher = Dispatcher::new(plan, Script::default(), 0);
    let _ = dispatcher.begin();
    dispatcher
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
        let _ = d.say(1, FromWorker::FileDone { file: FileId(file) });
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
            "file 1 NotRun(\"another worker crashed\")",
            "file 2 NotRun(\"another worker crashed\")",
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
