//! The JavaScript that Node-API needs: what the engine's C interface lacks.
//!
//! The *kit* is evaluated once per VM in the parking realm, so that its intrinsics are as the engine made them whatever a test patches, and a
//! realm pays nothing for it. The *factory* makes the functions addons create; they must be functions of the file's realm, so each realm that
//! has one evaluates its text once. It is all syntax and no intrinsics.

use std::cell::Cell;

use trun_vm::engine::native::RealmHandle;
use trun_vm::engine::{Ctx, JsResult, Object, Thrown, Value};

use crate::callback::invoke;
use crate::instance::Instance;

const KIT: &str = include_str!("kit.js");
const FACTORY: &str = include_str!("factory.js");

/// A function of the kit, by its place in the array that `kit.js` returns.
#[derive(Clone, Copy)]
pub(crate) enum Tool {
    /// `(function, this, ...arguments)`
    Call,
    /// `(object, key, value, attributes)`: whether it was defined.
    DefineValue,
    /// `(object, key, getter, setter, attributes)`: whether it was defined.
    DefineAccessor,
    /// `(object, key)`
    HasOwn,
    Freeze,
    Seal,
    /// `(object, own, filter, toStrings)`: an array of keys.
    Keys,
    /// `(bigint)`: its digits to the base of 16.
    BigintDigits,
    /// `(bigint)`: the negative of it.
    Negate,
    IsError,
    /// `(object)`: whether it is an `ArrayBuffer` that was detached.
    IsDetached,
    Detach,
    IsDataView,
    IsShared,
    IsFloat16,
    /// `(text)`: the registered symbol.
    SymbolFor,
    /// `(date)`: its time.
    DateValue,
    /// `(prototype, arrayOfKeys, arrayOfValues)`: a new object.
    ObjectOf,
    /// The factory's helper for long argument lists.
    Forward,
}

/// Number of [`Tool`]s.
const TOOLS: usize = Tool::Forward as usize + 1;

/// Root slots of what was evaluated.
#[derive(Default)]
pub(crate) struct Kit {
    tools: Cell<Option<[u32; TOOLS]>>,
    /// Of the current realm and of the parking realm.
    factories: [Cell<Option<u32>>; 2],
}

impl Instance {
    /// Calls a function of the kit.
    ///
    /// # Errors
    /// What it threw, with errors of the parking realm.
    pub(crate) fn tool<'r>(&self, cx: Ctx<'r>, tool: Tool, args: &[Value<'r>]) -> JsResult<'r> {
        self.tool_function(cx, tool)?.call(cx, args)
    }

    pub(crate) fn tool_function<'r>(&self, cx: Ctx<'r>, tool: Tool) -> JsResult<'r, Object<'r>> {
        let tools = match self.kit().tools.get() {
            Some(tools) => tools,
            None => self.make_kit(cx)?,
        };
        let raw = self.roots().slot(tools[tool as usize]);
        // SAFETY: the slot keeps it.
        unsafe { raw.value(cx) }.expect_object(cx, "bug in trun: a function of the kit")
    }

    fn make_kit<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, [u32; TOOLS]> {
        // SAFETY: the parking realm lives as long as the VM, whose thread this is.
        let made = unsafe { self.parking().enter(|parking| self.evaluate_kit(parking)) };
        let tools = made.map_err(|message| cx.type_error(&format!("bug in trun: the kit of Node-API: {message}")))?;
        self.kit().tools.set(Some(tools));
        Ok(tools)
    }

    fn evaluate_kit<'r>(&self, parking: Ctx<'r>) -> Result<[u32; TOOLS], String> {
        let text = |thrown: Thrown<'r>| thrown.0.to_text(parking).unwrap_or_default();
        let list = parking
            .eval(KIT, "trun:napi/kit")
            .and_then(|kit| kit.expect_object(parking, "the kit"))
            .map_err(text)?;
        let mut tools = [0; TOOLS];
        for (index, slot) in (0..).zip(&mut tools) {
            *slot = self
                .roots()
                .keep(list.get_index(parking, index).map_err(text)?.to_raw());
        }
        Ok(tools)
    }

    /// The function that makes functions for the realm of `cx`, which is `realm`.
    pub(crate) fn factory<'r>(&self, cx: Ctx<'r>, realm: RealmHandle) -> JsResult<'r, Object<'r>> {
        let place = &self.kit().factories[usize::from(realm == self.parking())];
        if let Some(slot) = place.get() {
            // SAFETY: the slot keeps it.
            return unsafe { self.roots().slot(slot).value(cx) }.expect_object(cx, "the factory");
        }
        let forward = self.tool_function(cx, Tool::Forward)?;
        let native = cx.function("native", invoke);
        let make = cx
            .eval(FACTORY, "trun:napi/factory")?
            .expect_object(cx, "the factory")?;
        let factory = make
            .call(cx, &[native.into(), forward.into()])?
            .expect_object(cx, "the factory")?;
        place.set(Some(self.roots().keep(factory.to_raw())));
        Ok(factory)
    }

    /// The current realm goes: its factory with it.
    pub(crate) fn forget_factory(&self) {
        if let Some(slot) = self.kit().factories[0].take() {
            self.roots().release_slot(slot);
        }
    }
}
