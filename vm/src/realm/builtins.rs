//! The runtime's own JavaScript: embedded text, parsed once per VM, instantiated in a realm when it is first required.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::engine::{Args, BindingTable, Ctx, ErrorClass, JsResult, Script, Vm, host as native};
use crate::harness::bindings as harness;
use crate::harness::stack::INTERNAL_SCHEME;
use crate::host::host;

/// Path below `vm/js` without `.js`, and text.
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtins.rs"));

/// Natives that are not Node's, by area.
static TABLES: &[&BindingTable] = &[
    &harness::HARNESS,
    &harness::CONSOLE,
    &harness::ERRORS,
    &harness::ASYNC,
    &harness::TASK,
    &super::module_natives::MODULES,
    &crate::ffi::FFI,
];

/// Parsed built-ins of one VM.
#[derive(Default)]
pub struct Builtins {
    scripts: RefCell<HashMap<&'static str, Rc<Script>>>,
}

impl Builtins {
    /// Evaluates the built-in `id` in the realm of `cx`: the function that makes it, or `undefined` if there is none.
    fn instantiate<'r>(&self, cx: Ctx<'r>, vm: &Vm, id: &str) -> JsResult<'r> {
        let Some((id, text)) = source_of(id) else {
            return Ok(cx.undefined());
        };
        // On the first line of the text, so that line numbers in stacks are the file's own.
        let wrap = || format!("(function (exports, require, module, binding) {{ 'use strict'; {text}\n}})");
        self.parsed(cx, vm, id, wrap)?.evaluate(cx)
    }

    /// Evaluates the bootstrap to its function.
    pub(super) fn bootstrap<'r>(&self, cx: Ctx<'r>, vm: &Vm) -> JsResult<'r> {
        let (id, text) = source_of("internal/bootstrap").expect("the bootstrap is embedded");
        self.parsed(cx, vm, id, || text.to_owned())?.evaluate(cx)
    }

    /// The script of a built-in, parsed when it is first asked for. No borrow is held when it is evaluated.
    fn parsed<'r>(
        &self,
        cx: Ctx<'r>,
        vm: &Vm,
        id: &'static str,
        text: impl FnOnce() -> String,
    ) -> JsResult<'r, Rc<Script>> {
        if let Some(script) = self.scripts.borrow().get(id) {
            return Ok(Rc::clone(script));
        }
        let script = Rc::new(parse(cx, vm, id, &text())?);
        self.scripts.borrow_mut().insert(id, Rc::clone(&script));
        Ok(script)
    }
}

fn source_of(id: &str) -> Option<(&'static str, &'static str)> {
    let index = SOURCES.binary_search_by(|(known, _)| (*known).cmp(id)).ok()?;
    Some(SOURCES[index])
}

fn parse<'r>(cx: Ctx<'r>, vm: &Vm, id: &str, text: &str) -> JsResult<'r, Script> {
    Script::parse(vm, &format!("{INTERNAL_SCHEME}{id}"), text).map_err(|e| {
        cx.error(
            ErrorClass::SyntaxError,
            &format!("bug in trun: {id}:{}: {}", e.line, e.message),
        )
    })
}

/// `source(id)`: what the bootstrap loads built-ins with.
pub(super) fn source<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let host = host();
    host.builtins.instantiate(cx, &host.vm, &args.text(cx, 0)?)
}

/// `tables(name)`: the natives of one area.
pub(super) fn tables<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = args.text(cx, 0)?;
    let table = TABLES
        .iter()
        .chain(crate::node::TABLES)
        .chain(crate::net::TABLES)
        .chain(crate::messaging::TABLES)
        .chain(crate::workers::TABLES)
        .find(|table| table.name == name);
    match table {
        Some(table) => Ok(table.instantiate(cx).into()),
        None => Err(cx.error(
            ErrorClass::Error,
            &format!("bug in trun: there are no natives called {name}"),
        )),
    }
}

/// The parking realm's side of unhandled rejections: `makeHandler(native, realm)` makes the handler of one realm. It is a function of
/// the parking realm because the engine holds it strongly.
pub(super) const MAKE_REJECTION_HANDLER: &str =
    "(native, realm) => (promise, reason) => native(realm, promise, reason)";

/// The native behind it.
pub(super) fn rejected<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let host = host();
    let realm = args.u32(cx, 0)?;
    if let Some(current) = host.open_realm().filter(|open| open.global().id() == realm) {
        let (promise, reason) = (args.get(cx, 1), args.get(cx, 2));
        current
            .global()
            .enter(|own| crate::harness::uncaught::report_rejection(own, own.adopt(promise), own.adopt(reason)));
    }
    Ok(cx.undefined())
}

/// `native` for [`MAKE_REJECTION_HANDLER`].
pub(super) static PARKING: BindingTable = BindingTable {
    name: "parking",
    entries: &[native(c"rejected", rejected)],
};
