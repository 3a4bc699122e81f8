//! Arrays.

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{api, require};

api! {
    /// `[]`
    Plain fn napi_create_array(call, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.array())
    }

    /// `new Array(length)`
    Plain fn napi_create_array_with_length(call, length: usize, result: *mut napi_value) {
        let result = call.out(result)?;
        let array = call.cx.array();
        // As Node: a length beyond what an array can have is that of an empty one.
        if let Ok(length) = i32::try_from(length) {
            array.set(call.cx, "length", call.cx.number(length))?;
        }
        call.give(result, array)
    }

    /// `array.length`
    Plain fn napi_get_array_length(call, value: napi_value, result: *mut u32) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        require(value.is_array(call.cx), Status::ArrayExpected)?;
        let array = call.object(value.to_raw(), Status::ArrayExpected)?;
        result.set(array.length(call.cx)?);
        Ok(())
    }
}
