//! `binding('vm')`: text evaluated as a script of the running realm.

use crate::engine::{Args, BindingTable, Ctx, ErrorClass, JsResult, Script, host as native};
use crate::host::host;

pub(crate) static VM: BindingTable = BindingTable {
    name: "vm",
    entries: &[native(c"run", run), native(c"check", check)],
};

/// `run(text, name)`: the value of the script's last statement. Its declarations are the realm's.
fn run<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    cx.eval(&args.text(cx, 0)?, &args.text(cx, 1)?)
}

/// `check(text, name)`: throws the `SyntaxError` that running it would.
fn check<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (text, name) = (args.text(cx, 0)?, args.text(cx, 1)?);
    match Script::parse(&host().vm, &name, &text) {
        Ok(_) => Ok(cx.undefined()),
        Err(error) => Err(cx.error(ErrorClass::SyntaxError, &error.message)),
    }
}
