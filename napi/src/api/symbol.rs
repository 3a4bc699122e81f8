//! Symbols.

use std::ffi::c_char;

use super::text::utf8;
use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::api;
use crate::kit::Tool;

api! {
    /// A symbol, maybe with a description.
    Plain fn napi_create_symbol(call, description: napi_value, result: *mut napi_value) {
        let result = call.out(result)?;
        let description = match call.optional_value(description) {
            Some(_) => Some(call.string(description, Status::StringExpected)?.to_js_string(call.cx)?),
            None => None,
        };
        call.give(result, call.cx.symbol(description.as_ref()))
    }

    /// `Symbol.for(description)`
    Plain fn node_api_symbol_for(call, text: *const c_char, length: usize, result: *mut napi_value) {
        let result = call.out(result)?;
        let description = utf8(call, text, length)?;
        call.give(result, call.instance().tool(call.cx, Tool::SymbolFor, &[description])?)
    }
}
