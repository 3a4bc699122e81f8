//! Making objects, freezing them, their prototypes.

use trun_vm::engine::Object;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Outcome, api, require};
use crate::kit::Tool;

/// An array of values that the addon passed.
fn array_of<'r>(call: Call<'r>, list: &[napi_value]) -> Outcome<'r, Object<'r>> {
    let array = call.cx.array();
    for (index, raw) in (0..).zip(list) {
        array.set_index(call.cx, index, call.value(*raw)?)?;
    }
    Ok(array)
}

api! {
    /// `{}`
    Plain fn napi_create_object(call, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.object())
    }

    /// An object with a prototype and properties.
    Plain fn node_api_create_object_with_properties(
        call, prototype: napi_value, names: *const napi_value, values: *const napi_value, count: usize,
        result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let prototype = call.optional_value(prototype).unwrap_or_else(|| call.cx.null());
        require(prototype.to_raw().is_null() || prototype.as_object(call.cx).is_some(), Status::ObjectExpected)?;
        let names = call.list(count, names)?;
        let values = call.list(count, values)?;
        for name in names {
            super::property::name(call, *name)?;
        }
        let args = [prototype, array_of(call, names)?.into(), array_of(call, values)?.into()];
        let object = call.instance().tool(call.cx, Tool::ObjectOf, &args)?;
        call.give(result, object)
    }

    /// Gives an object another prototype.
    Js fn node_api_set_prototype(call, object: napi_value, prototype: napi_value) {
        let prototype = call.value(prototype)?;
        let object = call.to_object(object)?;
        require(prototype.to_raw().is_null() || prototype.as_object(call.cx).is_some(), Status::InvalidArg)?;
        object.set_prototype(call.cx, prototype);
        require(object.prototype(call.cx).is_same(call.cx, prototype), Status::GenericFailure)
    }

    /// `Object.freeze`
    Js fn napi_object_freeze(call, object: napi_value) {
        let object = call.to_object(object)?;
        call.instance().tool(call.cx, Tool::Freeze, &[object.into()])?;
        Ok(())
    }

    /// `Object.seal`
    Js fn napi_object_seal(call, object: napi_value) {
        let object = call.to_object(object)?;
        call.instance().tool(call.cx, Tool::Seal, &[object.into()])?;
        Ok(())
    }
}
