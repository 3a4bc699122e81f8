//! Memory that several VMs of this process look at: what stands behind a `SharedArrayBuffer`.
//!
//! The C API hands no shared buffer of the engine to another VM. So the memory is ours, counted by an `Arc`, and each realm that was given
//! it has an `ArrayBuffer` over it without a copy (`vm/js/web/shared_array_buffer.js` makes that a `SharedArrayBuffer`). The engine's `Atomics`
//! use the processor's atomic instructions on any integer array (test `counting_from_two_threads_loses_nothing`).
//!
//! Invariants:
//! - A block is freed when the last buffer over it is collected and nothing in Rust holds it; it never moves.
//! - Its buffers are pinned when they are made, so none can be detached.
//! - Rust touches its bytes by atomic loads alone.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::ctx::{Ctx, ErrorClass};
use super::object::Object;
use super::value::Value;
use super::{JsResult, sys};

/// Wide enough for every element type.
const ALIGNMENT: usize = 16;

/// Blocks by their address.
static BLOCKS: Mutex<BTreeMap<usize, Weak<SharedBlock>>> = Mutex::new(BTreeMap::new());

fn blocks() -> MutexGuard<'static, BTreeMap<usize, Weak<SharedBlock>>> {
    // Nothing that could panic runs under the lock.
    BLOCKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Zeroed memory for any thread.
#[derive(Debug)]
pub struct SharedBlock {
    start: NonNull<u8>,
    layout: Layout,
    /// Bytes that exist for JavaScript; grows up to `limit`.
    length: AtomicUsize,
    limit: usize,
}

// SAFETY: the memory belongs to the block alone until its drop, and Rust reads it by atomic operations only.
unsafe impl Send for SharedBlock {}
// SAFETY: as above.
unsafe impl Sync for SharedBlock {}

impl SharedBlock {
    /// A block of `length` bytes that can grow to `limit`; none if there is not so much memory.
    #[must_use]
    pub fn new(length: usize, limit: usize) -> Option<Arc<Self>> {
        let layout = Layout::from_size_align(limit.max(1), ALIGNMENT).ok()?;
        // SAFETY: the layout has at least one byte.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        let block = Arc::new(Self {
            start,
            layout,
            length: AtomicUsize::new(length),
            limit,
        });
        blocks().insert(block.address(), Arc::downgrade(&block));
        Some(block)
    }

    fn address(&self) -> usize {
        self.start.as_ptr().addr()
    }

    /// Bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length.load(Ordering::SeqCst)
    }

    /// Bytes it can grow to.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Grows to `length` bytes. False if that is less than it has or more than it may have.
    pub fn grow(&self, length: usize) -> bool {
        let grown = |now| (now <= length && length <= self.limit).then_some(length);
        self.length
            .try_update(Ordering::SeqCst, Ordering::SeqCst, grown)
            .is_ok()
    }
}

impl Drop for SharedBlock {
    fn drop(&mut self) {
        blocks().remove(&self.address());
        // SAFETY: allocated in `new` with this layout; no buffer is over it any more, for each holds a reference.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

/// A word of memory that threads wait for, seen from a realm: its buffer lives as long as the entry.
pub struct SharedWord<'r> {
    address: usize,
    /// Keeps the memory in place.
    _buffer: Object<'r>,
}

impl SharedWord<'_> {
    /// Names it in the whole process, as long as somebody looks at it.
    #[must_use]
    pub fn address(&self) -> usize {
        self.address
    }

    /// Its 32 bits.
    #[must_use]
    pub fn load_i32(&self) -> i32 {
        let word = std::ptr::with_exposed_provenance_mut::<i32>(self.address);
        // SAFETY: aligned and inside the buffer (`shared_word` checked it), which is pinned and kept by the entry's stack.
        unsafe { AtomicI32::from_ptr(word) }.load(Ordering::SeqCst)
    }

    /// Its 64 bits.
    #[must_use]
    pub fn load_i64(&self) -> i64 {
        let word = std::ptr::with_exposed_provenance_mut::<i64>(self.address);
        // SAFETY: as in `load_i32`.
        unsafe { AtomicI64::from_ptr(word) }.load(Ordering::SeqCst)
    }
}

impl<'r> Ctx<'r> {
    /// An `ArrayBuffer` over all that `block` can grow to.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn shared_buffer(self, block: &Arc<SharedBlock>) -> JsResult<'r, Object<'r>> {
        let bytes = block.start.as_ptr();
        bytes.expose_provenance();
        let owner = Arc::into_raw(Arc::clone(block)).cast_mut().cast::<c_void>();
        let raw = self.guard(|exc| {
            // SAFETY: the block lives until `release` takes the reference back, which the engine calls once, also on failure.
            unsafe {
                sys::JSObjectMakeArrayBufferWithBytesNoCopy(
                    self.raw(),
                    bytes.cast(),
                    block.limit,
                    Some(release),
                    owner,
                    exc,
                )
            }
        })?;
        // SAFETY: a live object of this realm.
        let buffer = unsafe { Object::from_raw(raw) };
        // Pinned: nothing detaches it any more.
        buffer.pin_array_buffer(self)?;
        self.report_extra_memory(block.limit);
        Ok(buffer)
    }
}

unsafe extern "C" fn release(_bytes: *mut c_void, owner: *mut c_void) {
    // SAFETY: the reference that `shared_buffer` gave away; the engine calls this once.
    drop(unsafe { Arc::from_raw(owner.cast_const().cast::<SharedBlock>()) });
}

impl<'r> Value<'r> {
    /// The block that it is a buffer over, if it is one.
    ///
    /// # Errors
    /// What the engine threw.
    pub fn shared_block(self, cx: Ctx<'r>) -> JsResult<'r, Option<Arc<SharedBlock>>> {
        let Some(buffer) = self.as_object(cx).filter(|_| self.is_any_array_buffer(cx)) else {
            return Ok(None);
        };
        let start = buffer.pin_array_buffer(cx)?.start.addr();
        Ok(blocks().get(&start).and_then(Weak::upgrade))
    }

    /// The word of `size` bytes at a byte offset of a buffer.
    ///
    /// # Errors
    /// It is no buffer, or there is no such word in it.
    pub fn shared_word(self, cx: Ctx<'r>, offset: usize, size: usize) -> JsResult<'r, SharedWord<'r>> {
        let buffer = self.expect_object(cx, "the buffer")?;
        let bytes = buffer.pin_array_buffer(cx)?;
        let is_inside = offset.checked_add(size).is_some_and(|end| end <= bytes.length);
        let address = bytes.start.expose_provenance().wrapping_add(offset);
        if !is_inside || !address.is_multiple_of(size) {
            return Err(cx.error(ErrorClass::RangeError, "Invalid atomic access index"));
        }
        Ok(SharedWord {
            address,
            _buffer: buffer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::with_vm;

    /// Runs `source` as a function of the block's buffer, in a VM of its own.
    fn run_on(block: &Arc<SharedBlock>, source: &str) -> String {
        let mut result = String::new();
        with_vm(|_, global| {
            result = global.enter(|cx| {
                let run = cx.eval(source, "t").and_then(|v| v.expect_object(cx, "the source"));
                let value = run.and_then(|run| run.call(cx, &[cx.shared_buffer(block)?.into()]));
                match value {
                    Ok(value) => value.to_text(cx).unwrap_or_default(),
                    Err(thrown) => format!("threw {}", thrown.0.to_text(cx).unwrap_or_default()),
                }
            });
        });
        result
    }

    #[test]
    fn what_one_vm_writes_another_one_reads() {
        let block = SharedBlock::new(64, 64).expect("64 bytes");
        let writer = Arc::clone(&block);
        let write = "(buffer) => { new Float64Array(buffer)[3] = 0.5; return buffer.byteLength; }";
        let length = std::thread::spawn(move || run_on(&writer, write)).join();
        assert_eq!(length.expect("no panic"), "64");
        assert_eq!(run_on(&block, "(buffer) => new Float64Array(buffer)[3]"), "0.5");
    }

    /// Enough rounds for the optimizing compilers, whose code for a plain buffer must be atomic too.
    #[test]
    fn counting_from_two_threads_loses_nothing() {
        let count = "(buffer) => {
            const views = [new Int32Array(buffer, 0, 1), new Uint8Array(buffer, 8, 1), new BigInt64Array(buffer, 16, 1)];
            const [words, bytes, wide] = views;
            for (let i = 0; i < 300000; i++) { Atomics.add(words, 0, 1); Atomics.sub(bytes, 0, 1); Atomics.add(wide, 0, 1n); }
            for (let i = 0; i < 100000; i++) {
                for (;;) { const old = Atomics.load(words, 0); if (Atomics.compareExchange(words, 0, old, old + 1) === old) break; }
            }
        }";
        let block = SharedBlock::new(64, 64).expect("64 bytes");
        let threads = [(); 2].map(|()| {
            let block = Arc::clone(&block);
            std::thread::spawn(move || run_on(&block, count))
        });
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), "undefined");
        }
        let read = "(buffer) => [new Int32Array(buffer)[0], new Uint8Array(buffer)[8], new BigInt64Array(buffer)[2]]";
        // 600,000 from 0 downwards in a byte.
        assert_eq!(
            run_on(&block, read),
            "800000,64,600000".replace("64", &(256 - 600_000 % 256).to_string())
        );
    }

    #[test]
    fn a_block_goes_with_its_last_buffer_and_not_before() {
        let block = SharedBlock::new(8, 8).expect("8 bytes");
        let weak = Arc::downgrade(&block);
        with_vm(|vm, global| {
            global.enter(|cx| {
                let buffer = cx.shared_buffer(&block).unwrap_or_else(|_| panic!("out of memory"));
                assert!(cx.global().set(cx, "kept", buffer).is_ok());
                let found = Value::from(buffer).shared_block(cx).ok().flatten().expect("it is one");
                assert!(Arc::ptr_eq(&found, &block));
            });
            drop(block);
            vm.collect(global);
            assert!(weak.upgrade().is_some());
            // Whether the collector sees that it is gone depends on the stack; the end of the VM does not.
            global.enter(|cx| cx.eval("kept = undefined", "t").is_ok());
        });
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn nothing_takes_a_buffer_from_its_block() {
        let block = SharedBlock::new(8, 8).expect("8 bytes");
        let took = run_on(
            &block,
            "(buffer) => { buffer.transfer()[0] = 1; return [buffer.detached, buffer.byteLength]; }",
        );
        assert_eq!(took, "false,8");
    }

    #[test]
    fn blocks_grow_up_to_their_limit_and_never_shrink() {
        let block = SharedBlock::new(8, 16).expect("16 bytes");
        assert!(block.grow(12) && block.grow(12) && block.grow(16));
        assert!(!block.grow(8) && !block.grow(17));
        assert_eq!((block.length(), block.limit()), (16, 16));
        assert!(SharedBlock::new(1 << 60, 1 << 60).is_none());
    }
}
