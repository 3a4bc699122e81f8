//! Listing properties.

use std::ffi::c_uint;

use trun_vm::engine::Object;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Outcome, api, require};
use crate::kit::Tool;

const OWN_ONLY: c_uint = 1;
const ENUMERABLE: c_uint = 1 << 1;
const SKIP_SYMBOLS: c_uint = 1 << 4;
const NUMBERS_TO_STRINGS: c_uint = 1;

/// The keys as an array of the env's realm.
fn keys<'r>(
    call: Call<'r>,
    object: Object<'r>,
    mode: c_uint,
    filter: c_uint,
    conversion: c_uint,
) -> Outcome<'r, Object<'r>> {
    let cx = call.cx;
    let args = [
        object.into(),
        cx.boolean(mode == OWN_ONLY),
        cx.number(filter),
        cx.boolean(conversion == NUMBERS_TO_STRINGS),
    ];
    let found = call
        .instance()
        .tool(cx, Tool::Keys, &args)?
        .expect_object(cx, "the kit's list")?;
    // The kit's array is one of the parking realm.
    let list = cx.array();
    for index in 0..found.length(cx)? {
        list.set_index(cx, index, found.get_index(cx, index)?)?;
    }
    Ok(list)
}

api! {
    /// Names that `for…in` visits.
    Js fn napi_get_property_names(call, object: napi_value, result: *mut napi_value) {
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        call.give(result, keys(call, object, 0, ENUMERABLE | SKIP_SYMBOLS, NUMBERS_TO_STRINGS)?)
    }

    /// Names by choice.
    Js fn napi_get_all_property_names(
        call, object: napi_value, mode: c_uint, filter: c_uint, conversion: c_uint, result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        require(mode <= OWN_ONLY && conversion <= NUMBERS_TO_STRINGS, Status::InvalidArg)?;
        call.give(result, keys(call, object, mode, filter, conversion)?)
    }
}
