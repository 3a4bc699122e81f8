//! The threads on which async work runs: as many as `UV_THREADPOOL_SIZE` says, 4 if it says nothing, for the whole process.
//!
//! Work that never returns would take its thread from every later file: [`Pool::replace`] puts another one in its place.

use std::env;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

/// Something to run.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// As libuv has it.
const DEFAULT_THREADS: usize = 4;
const MOST_THREADS: usize = 1024;

/// The pool.
pub(crate) struct Pool {
    sender: Sender<Job>,
    jobs: Receiver<Job>,
    /// How many threads are to end after what they run.
    surplus: AtomicUsize,
}

impl Pool {
    /// The pool of this process, with its threads from the first use on.
    pub(crate) fn get() -> &'static Self {
        static POOL: OnceLock<&'static Pool> = OnceLock::new();
        POOL.get_or_init(|| {
            let pool = Self::new();
            pool.grow(size(env::var("UV_THREADPOOL_SIZE").ok().as_deref()));
            pool
        })
    }

    fn new() -> &'static Self {
        let (sender, jobs) = unbounded();
        Box::leak(Box::new(Self {
            sender,
            jobs,
            surplus: AtomicUsize::new(0),
        }))
    }

    /// Runs `job` as soon as a thread is free; jobs begin in the order they came.
    pub(crate) fn submit(&self, job: Job) {
        // The receiving end lives as long as the pool.
        let _ = self.sender.send(job);
    }

    /// `count` threads are stuck: as many others take their place. Those that come back after all end.
    pub(crate) fn replace(&'static self, count: usize) {
        self.surplus.fetch_add(count, Ordering::Relaxed);
        self.grow(count);
    }

    fn grow(&'static self, count: usize) {
        for _ in 0..count {
            // Where the system gives no further thread, those that are there do the work.
            let _ = thread::Builder::new()
                .name("trun-addon-pool".to_owned())
                .spawn(|| self.work());
        }
    }

    fn work(&self) {
        while let Ok(job) = self.jobs.recv() {
            job();
            let ends = |surplus: usize| surplus.checked_sub(1);
            if self
                .surplus
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, ends)
                .is_ok()
            {
                return;
            }
        }
    }
}

/// How many threads the variable asks for. What is no number counts as one thread, as with `atoi`.
fn size(variable: Option<&str>) -> usize {
    let Some(text) = variable else { return DEFAULT_THREADS };
    let asked = text.trim().parse().ok().and_then(NonZeroUsize::new);
    asked.map_or(1, NonZeroUsize::get).min(MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_says_how_many_threads() {
        for (variable, threads) in [
            (None, 4),
            (Some("8"), 8),
            (Some("0"), 1),
            (Some("x"), 1),
            (Some("99999"), 1024),
        ] {
            assert_eq!(size(variable), threads, "{variable:?}");
        }
    }

    #[test]
    fn a_thread_that_is_stuck_is_replaced() {
        let pool = Pool::new();
        pool.grow(1);
        let (started, has_started) = unbounded();
        let (release, released) = unbounded::<()>();
        pool.submit(Box::new(move || {
            started.send(()).expect("the test waits");
            let _ = released.recv();
        }));
        has_started.recv().expect("the first job starts");
        let (done, is_done) = unbounded();
        pool.submit(Box::new(move || done.send(()).expect("the test waits")));
        pool.replace(1);
        is_done.recv().expect("the second job runs though the first is stuck");
        drop(release);
    }
}
