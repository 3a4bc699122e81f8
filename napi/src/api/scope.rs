//! Handle scopes.

use crate::abi::status::Status;
use crate::abi::types::{napi_escapable_handle_scope, napi_handle_scope, napi_value};
use crate::entry::{Call, Outcome, api, require};
use crate::handle_scope::EscapeError;

fn open(call: Call<'_>, escapable: bool) -> usize {
    let count = call.env.open_scopes();
    count.set(count.get() + 1);
    call.instance().open_scope(escapable)
}

fn close<'r>(call: Call<'r>, scope: usize) -> Outcome<'r> {
    require(scope != 0, Status::InvalidArg)?;
    let count = call.env.open_scopes();
    require(
        count.get() > 0 && call.instance().close_scope(scope),
        Status::HandleScopeMismatch,
    )?;
    count.set(count.get() - 1);
    Ok(())
}

api! {
    /// Opens a scope.
    Plain fn napi_open_handle_scope(call, result: *mut napi_handle_scope) {
        let result = call.out(result)?;
        result.set(napi_handle_scope(open(call, false)));
        Ok(())
    }

    /// Ends a scope.
    Plain fn napi_close_handle_scope(call, scope: napi_handle_scope) {
        close(call, scope.0)
    }

    /// Opens a scope that one value can leave.
    Plain fn napi_open_escapable_handle_scope(call, result: *mut napi_escapable_handle_scope) {
        let result = call.out(result)?;
        result.set(napi_escapable_handle_scope(open(call, true)));
        Ok(())
    }

    /// Ends such a scope.
    Plain fn napi_close_escapable_handle_scope(call, scope: napi_escapable_handle_scope) {
        close(call, scope.0)
    }

    /// Hands a value to the scope around.
    Plain fn napi_escape_handle(call, scope: napi_escapable_handle_scope, escapee: napi_value, result: *mut napi_value) {
        require(scope.0 != 0, Status::InvalidArg)?;
        let value = call.value(escapee)?;
        let result = call.out(result)?;
        call.instance().escape(scope.0, value.to_raw()).map_err(|error| match error {
            EscapeError::NoScope => Status::HandleScopeMismatch,
            EscapeError::Twice => Status::EscapeCalledTwice,
        })?;
        result.set(escapee);
        Ok(())
    }
}
