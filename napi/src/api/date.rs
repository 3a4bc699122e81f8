//! Dates.

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{api, require};
use crate::kit::Tool;

api! {
    /// `new Date(time)`
    Js fn napi_create_date(call, time: f64, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.date(time)?)
    }

    /// Whether it is a date, of whatever realm.
    Plain fn napi_is_date(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.is_date(call.cx));
        Ok(())
    }

    /// Its time, in milliseconds since 1970.
    Js fn napi_get_date_value(call, value: napi_value, result: *mut f64) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        require(value.is_date(call.cx), Status::DateExpected)?;
        result.set(call.instance().tool(call.cx, Tool::DateValue, &[value])?.to_number(call.cx)?);
        Ok(())
    }
}
