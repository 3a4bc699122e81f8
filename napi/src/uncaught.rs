//! Exceptions that an addon lets out of a callback that no JavaScript has called.
//!
//! As Node has it: addons built for version 10 and newer have them treated like any uncaught exception; for older ones, which may throw
//! without meaning it, they are a warning.

use trun_vm::engine::{Ctx, JsResult, Value};

use crate::env::{Env, State};

/// From this version on exceptions count.
const STRICT_SINCE: i32 = 10;

/// Decides what becomes of a callback's exception.
///
/// # Errors
/// It is uncaught.
pub(crate) fn settle<'r>(cx: Ctx<'r>, env: &'static Env, result: JsResult<'r, ()>) -> JsResult<'r, ()> {
    match result {
        Err(_) if env.state() != State::Live => Ok(()),
        Err(thrown) if env.version() < STRICT_SINCE => {
            warn(cx, env, thrown.0);
            Ok(())
        }
        result => result,
    }
}

fn warn<'r>(cx: Ctx<'r>, env: &Env, error: Value<'r>) {
    let text = error
        .to_text(cx)
        .unwrap_or_else(|_| "a value that cannot be printed".to_owned());
    let message = format!(
        "Uncaught exception in a callback of the native addon {}, ignored because the addon was built for Node-API below version 10: {text}",
        env.path().display()
    );
    emit(cx, &message, "DeprecationWarning", "DEP0168");
}

/// What is wrong with the use of an env that has ended, and the way out.
pub(crate) fn ended(env: &Env) -> String {
    format!(
        "the native addon {} has used an env of a test file that has ended, which it keeps in a static variable; --addon-teardown=run lets \
         envs live as long as the run",
        env.path().display()
    )
}

/// Says so, once: what the addon makes of the refusals may not tell what is wrong.
pub(crate) fn warn_of_ended(env: &'static Env) {
    let user = env.instance().running().get();
    let Some((user, _)) = user.filter(|(user, _)| user.is_in_its_realm()) else {
        return;
    };
    if env.tell_ended_once() {
        crate::entry::enter(user, |cx| emit(cx, &ended(env), "Warning", "TRUN_ENV_ENDED"));
    }
}

fn emit(cx: Ctx<'_>, message: &str, class: &str, code: &str) {
    let process = cx
        .global()
        .get(cx, "process")
        .ok()
        .and_then(|value| value.as_object(cx));
    if let Some(process) = process {
        // A test that has replaced `emitWarning` has its own idea of warnings; between two files there is nobody to warn.
        let _ = process.call_method(
            cx,
            "emitWarning",
            &[cx.string(message), cx.string(class), cx.string(code)],
        );
    }
}
