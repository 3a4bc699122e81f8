//! The JS thread's side of a threadsafe function.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::Receiver;
use trun_vm::engine::native::RawValue;
use trun_vm::engine::{Ctx, JsResult};

use super::gate::{Gate, Item};
use crate::abi::types::{napi_finalize, napi_threadsafe_function_call_js};
use crate::callback::{Activity, call_into};
use crate::env::{Env, State};
use crate::frame::Frame;
use crate::instance::Instance;
use crate::uncaught;

/// What the addon gave, besides what its threads see.
pub(crate) struct Function {
    pub(crate) env: &'static Env,
    pub(crate) gate: Arc<Gate>,
    pub(crate) items: Receiver<Item>,
    /// The JavaScript function, in a root slot.
    pub(crate) callback: Option<u32>,
    pub(crate) call_js: Option<napi_threadsafe_function_call_js>,
    pub(crate) finalize: Option<napi_finalize>,
    pub(crate) finalize_data: *mut c_void,
    /// Not `napi_unref_threadsafe_function`: somebody waits for it.
    pub(crate) referenced: bool,
    pub(crate) frame: Frame,
}

/// All functions of a VM that have not ended, by number.
pub(crate) type Functions = HashMap<u64, Function>;

/// A letter: the next item of function `number`, or its end.
pub(super) fn deliver<'r>(cx: Ctx<'r>, number: u64) -> JsResult<'r, ()> {
    let Some(instance) = Instance::here() else {
        return Ok(());
    };
    let Some((env, gate, item)) = instance.next_item(number) else {
        return Ok(());
    };
    match item {
        Some(item) => {
            // The next one in a letter of its own: a task each, as Node has it.
            gate.ring();
            instance.in_realm_of(cx, env, |cx| instance.call_js(cx, number, &item))
        }
        None if gate.is_closing() || gate.is_abandoned() => instance.end_threadsafe(cx, number),
        None => Ok(()),
    }
}

impl Instance {
    /// The next item of a function that may deliver; none if its queue is empty or is to be handed back.
    fn next_item(&self, number: u64) -> Option<(&'static Env, Arc<Gate>, Option<Item>)> {
        let functions = self.threadsafe().borrow();
        let function = functions.get(&number)?;
        function.gate.heard();
        let item = if function.gate.is_closing() {
            None
        } else {
            function.items.try_recv().ok()
        };
        Some((function.env, Arc::clone(&function.gate), item))
    }

    fn call_js<'r>(&'static self, cx: Ctx<'r>, number: u64, item: &Item) -> JsResult<'r, ()> {
        let (env, call_js, callback, context, mut frame) = {
            let mut functions = self.threadsafe().borrow_mut();
            let Some(function) = functions.get_mut(&number) else {
                return Ok(());
            };
            // Taken out while it runs: the function may end meanwhile.
            let frame = std::mem::take(&mut function.frame);
            (
                function.env,
                function.call_js,
                function.callback,
                function.gate.context(),
                frame,
            )
        };
        let result = frame.run(cx, env, || match call_js {
            Some(call_js) => call_into(env, cx, Activity::ThreadsafeFunction, || {
                let value = callback.map_or(RawValue::NONE, |slot| self.roots().slot(slot));
                if value.is_cell() {
                    self.roots().push_handle(value);
                }
                // SAFETY: the addon gave the function to be called like this on the JS thread.
                unsafe { call_js(env.as_ptr(), value, context, item.0) }
            }),
            None => self.call_plainly(cx, env, callback),
        });
        match self.threadsafe().borrow_mut().get_mut(&number) {
            Some(function) => function.frame = frame,
            None => frame.release(env),
        }
        uncaught::settle(cx, env, result)
    }

    /// Without a function of the addon's own the JavaScript function is called with nothing.
    fn call_plainly<'r>(&self, cx: Ctx<'r>, env: &'static Env, callback: Option<u32>) -> JsResult<'r, ()> {
        let Some(slot) = callback.filter(|_| env.state() == State::Live) else {
            return Ok(());
        };
        // SAFETY: the slot keeps it.
        let function = unsafe { self.roots().slot(slot).value(cx) };
        function
            .expect_object(cx, "the function of a threadsafe function")?
            .call(cx, &[])
            .map(|_| ())
    }

    /// Ends a function: no more calls, what its queue holds is handed back, then it is finalized.
    ///
    /// # Errors
    /// What the finalizer threw.
    pub(crate) fn end_threadsafe<'r>(&'static self, cx: Ctx<'r>, number: u64) -> JsResult<'r, ()> {
        let Some(mut function) = self.threadsafe().borrow_mut().remove(&number) else {
            return Ok(());
        };
        function.gate.close();
        self.hand_back(&function);
        if let Some(slot) = function.callback.take() {
            self.roots().release_slot(slot);
        }
        let env = function.env;
        let result = self.in_realm_of(cx, env, |cx| match function.finalize {
            Some(finalize) => {
                let result = function.frame.run(cx, env, || {
                    call_into(env, cx, Activity::Finalizer, || {
                        // SAFETY: the addon gave the function to be called with its data and context on the JS thread.
                        unsafe { finalize(env.as_ptr(), function.finalize_data, function.gate.context()) }
                    })
                });
                uncaught::settle(cx, env, result)
            }
            None => Ok(()),
        });
        function.frame.release(env);
        function.gate.forget();
        result
    }

    /// Gives the addon what it was told is taken and will not be delivered.
    fn hand_back(&self, function: &Function) {
        let context = function.gate.context();
        loop {
            // Looked at before the queue: who leaves in between has left his item in it.
            let more = function.gate.has_callers_inside();
            while let Ok(item) = function.items.try_recv() {
                if let Some(call_js) = function.call_js {
                    let outer = self.trace().enter(function.env.addon(), Activity::ThreadsafeFunction);
                    // SAFETY: as the interface has it, a null env and function tell the addon to free the item.
                    unsafe { call_js(std::ptr::null_mut(), RawValue::NONE, context, item.0) };
                    self.trace().leave(outer);
                }
            }
            if !more {
                return;
            }
            // They are between two instructions, or wait for the room that was just made.
            thread::yield_now();
        }
    }

    /// Numbers of the functions of `env`, newest first.
    pub(crate) fn threadsafe_of(&self, env: &'static Env) -> Vec<u64> {
        let functions = self.threadsafe().borrow();
        let of_env = functions.iter().filter(|(_, one)| std::ptr::eq(one.env, env));
        let mut numbers: Vec<u64> = of_env.map(|(number, _)| *number).collect();
        numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
        numbers
    }

    /// How many functions of `env` somebody still waits for.
    pub(crate) fn open_threadsafe(&self, env: &'static Env) -> usize {
        let functions = self.threadsafe().borrow();
        let is_open = |one: &&Function| {
            std::ptr::eq(one.env, env) && one.referenced && !one.gate.is_closing() && !one.gate.is_abandoned()
        };
        functions.values().filter(is_open).count()
    }

    /// Refuses all further calls of the functions of `env`; they are ended later.
    pub(crate) fn close_gates(&self, env: &'static Env) {
        let functions = self.threadsafe().borrow();
        for function in functions.values().filter(|one| std::ptr::eq(one.env, env)) {
            function.gate.close();
        }
    }

    /// The realm goes: see [`Instance::release_work_frames`].
    pub(crate) fn release_threadsafe_frames(&self) {
        for function in self.threadsafe().borrow_mut().values_mut() {
            function.frame.release(function.env);
        }
    }
}
