//! What must be said to the engine before a process makes its first VM.

use std::ffi::CStr;

use super::sys;

/// Process-wide switches of the engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct EngineOptions {
    /// Collect at every N-th slow allocation (`TRUN_GC_STRESS`).
    pub gc_stress: Option<u32>,
}

/// Sets the engine's options. Call once per process, before the first VM and before threads.
///
/// Every mistake here is silent in the engine, so nothing is reported: an option the installed version lacks is one it does not need.
pub fn configure(options: EngineOptions) {
    let flags: [(&CStr, bool); 6] = [
        // `() => expect(1).toBe(2)` is a tail call: its frame, the only one of the test, would be missing from the stack.
        (c"useTailCalls", false),
        // Loops look for a stop themselves. Traps by signal never reach an empty loop once it is compiled: it could not be stopped a
        // second time.
        (c"usePollingTraps", true),
        // One JS thread and one collector thread: less memory per worker, and a process that can be forked.
        (c"useConcurrentJIT", true),
        (c"useConcurrentGC", false),
        (c"useSharedArrayBuffer", true),
        // The code cache keeps the bytecode of functions that no realm will call again, those of test files that are over: memory would
        // grow by some 35 KB a file. With this, what seven full collections have not seen in use goes.
        (c"useUnlinkedCodeBlockJettisoning", true),
    ];
    // SAFETY: the names are C strings; the calls only write the engine's option table.
    unsafe {
        for (name, value) in flags {
            sys::jsc_options_set_boolean(name.as_ptr(), i32::from(value));
        }
        sys::jsc_options_set_uint(c"numberOfGCMarkers".as_ptr(), 1);
        if let Some(every) = options.gc_stress {
            sys::jsc_options_set_uint(c"slowPathAllocsBetweenGCs".as_ptr(), every);
        }
    }
    let Ok(private) = sys::try_private() else { return };
    // SAFETY: both are allowed before the first VM only, which is when this runs. SIGRTMIN+5 leaves SIGUSR1 to the tests.
    unsafe {
        (private.JSConfigureSignalForGC)(libc::SIGRTMIN() + 5);
        (private.JSDisableGCTimer)();
    }
}

/// The engine's name and version as installed.
#[must_use]
pub fn engine_version() -> String {
    // SAFETY: the calls read constants.
    let (major, minor, micro) = unsafe {
        (
            sys::jsc_get_major_version(),
            sys::jsc_get_minor_version(),
            sys::jsc_get_micro_version(),
        )
    };
    format!("JavaScriptCore {major}.{minor}.{micro}")
}
