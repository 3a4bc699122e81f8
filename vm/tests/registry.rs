//! The registry of live workers under a model checker: every order in which its threads can meet, up to a number of preemptions.
//!
//! The file under test is included with loom's locks in place of the standard library's. Loom's condition variable never times out, so a
//! wake-up that is lost anywhere shows as a deadlock.

#[path = "../src/workers/registry.rs"]
#[allow(dead_code, unreachable_pub, reason = "a part of the file is enough")]
mod registry;

#[allow(unreachable_pub, reason = "what is included names it as its crate does")]
mod sync {
    pub use loom::sync::{Condvar, Mutex, MutexGuard};

    pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().expect("nobody panics")
    }
}

use std::time::Duration;

use loom::sync::Arc;
use loom::thread;
use registry::{Live, MAIN, Registry, Whom, WorkerId};
use sync::{Condvar, Mutex, lock};

const LONG: Duration = Duration::from_secs(3600);

/// A worker that does nothing but wait to be asked.
#[derive(Clone)]
struct Idle {
    id: WorkerId,
    asked: Arc<(Mutex<bool>, Condvar)>,
}

impl Idle {
    fn new(id: WorkerId) -> Self {
        Self {
            id,
            asked: Arc::new((Mutex::new(false), Condvar::new())),
        }
    }

    fn wait(&self) {
        let mut asked = lock(&self.asked.0);
        while !*asked {
            asked = self.asked.1.wait(asked).expect("nobody panics");
        }
    }
}

impl Live for Idle {
    fn ask_to_end(&self) {
        *lock(&self.asked.0) = true;
        self.asked.1.notify_all();
    }

    fn entry(&self) -> String {
        self.id.to_string()
    }
}

type Workers = Arc<Registry<Idle>>;

fn check(preemptions: usize, model: impl Fn(Workers) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || model(Arc::new(Registry::default())));
}

/// A worker that ends when it is asked; whoever waits for it must be gone later than it.
fn start_leaf(workers: &Workers, parent: WorkerId) {
    let leaf = workers.register(parent, Idle::new);
    let workers = Arc::clone(workers);
    thread::spawn(move || {
        leaf.wait();
        assert!(
            parent == MAIN || workers.contains(parent),
            "the parent went before its child"
        );
        workers.unlink(leaf.id);
    });
}

#[test]
fn a_worker_that_goes_by_itself_and_one_that_is_asked() {
    check(3, |workers| {
        start_leaf(&workers, MAIN);
        let natural = workers.register(MAIN, Idle::new);
        let others = Arc::clone(&workers);
        thread::spawn(move || others.unlink(natural.id));
        workers.end(Whom::ChildrenOf(MAIN), LONG).expect("all end");
        assert!(workers.is_empty());
    });
}

#[test]
fn three_levels_end_from_below() {
    check(2, |workers| {
        let middle = workers.register(MAIN, Idle::new);
        let others = Arc::clone(&workers);
        thread::spawn(move || {
            // It may be asked before, while or after it starts its own.
            start_leaf(&others, middle.id);
            middle.wait();
            others.end(Whom::ChildrenOf(middle.id), LONG).expect("the leaf ends");
            others.unlink(middle.id);
        });
        workers.end(Whom::ChildrenOf(MAIN), LONG).expect("all end");
        assert!(workers.is_empty());
    });
}

#[test]
fn one_goes_while_another_comes() {
    // What a count of live workers gets wrong: it is the same before and after.
    check(2, |workers| {
        let first = workers.register(MAIN, Idle::new);
        let others = Arc::clone(&workers);
        thread::spawn(move || {
            start_leaf(&others, MAIN);
            others.unlink(first.id);
        });
        workers.end(Whom::All, LONG).expect("all end");
        assert!(workers.is_empty());
    });
}

#[test]
fn two_wait_at_once_for_different_workers() {
    check(2, |workers| {
        start_leaf(&workers, MAIN);
        start_leaf(&workers, MAIN);
        let others = Arc::clone(&workers);
        let waiting = thread::spawn(move || others.end(Whom::One(1), LONG).expect("the first ends"));
        workers.end(Whom::One(1), LONG).expect("the first ends, whoever asks");
        workers.end(Whom::ChildrenOf(MAIN), LONG).expect("all end");
        waiting.join().expect("no panic");
        assert!(workers.is_empty());
    });
}
