//! Reading, writing and defining properties.

use std::ffi::c_char;

use trun_vm::engine::{JsString, Object, Value, ValueKind};

use super::text::{c_text, units, utf8_string};
use crate::abi::status::Status;
use crate::abi::types::{AUTO_LENGTH, attribute, napi_callback, napi_property_descriptor, napi_value};
use crate::callback::{NativeFunction, make_function};
use crate::entry::{Call, Outcome, api, input, require};
use crate::kit::Tool;

/// A value that must be a string or symbol.
pub(crate) fn name<'r>(call: Call<'r>, raw: napi_value) -> Outcome<'r, Value<'r>> {
    let name = call.value(raw)?;
    require(
        matches!(call.kind(name), ValueKind::String | ValueKind::Symbol),
        Status::NameExpected,
    )?;
    Ok(name)
}

/// A property's name that the addon passed as text.
fn named<'r>(text: *const c_char) -> Outcome<'r, JsString> {
    require(!text.is_null(), Status::InvalidArg)?;
    Ok(utf8_string(units(text.cast::<u8>(), AUTO_LENGTH)?))
}

/// The name of a descriptor.
pub(crate) fn name_of<'r>(call: Call<'r>, descriptor: &napi_property_descriptor) -> Outcome<'r, Value<'r>> {
    if descriptor.utf8name.is_null() {
        name(call, descriptor.name)
    } else {
        Ok(c_text(call, descriptor.utf8name))
    }
}

/// What a property's function is called: symbols give their description in brackets, as the factory's language does by itself.
fn function_of<'r>(
    call: Call<'r>,
    name: Value<'r>,
    callback: Option<napi_callback>,
    descriptor: &napi_property_descriptor,
) -> Outcome<'r, Value<'r>> {
    let Some(callback) = callback else {
        return Ok(call.cx.undefined());
    };
    let function = NativeFunction {
        env: call.env,
        callback,
        data: descriptor.data,
    };
    Ok(make_function(call.cx, name, function)?.into())
}

/// Defines one property. Where the object refuses, so does this.
pub(crate) fn define<'r>(call: Call<'r>, object: Object<'r>, descriptor: &napi_property_descriptor) -> Outcome<'r> {
    let name = name_of(call, descriptor)?;
    let attributes = call
        .cx
        .number(descriptor.attributes & (attribute::WRITABLE | attribute::ENUMERABLE | attribute::CONFIGURABLE));
    let defined = if descriptor.getter.is_some() || descriptor.setter.is_some() {
        let getter = function_of(call, name, descriptor.getter, descriptor)?;
        let setter = function_of(call, name, descriptor.setter, descriptor)?;
        call.instance().tool(
            call.cx,
            Tool::DefineAccessor,
            &[object.into(), name, getter, setter, attributes],
        )?
    } else {
        let value = match descriptor.method {
            Some(_) => function_of(call, name, descriptor.method, descriptor)?,
            None => call.value(descriptor.value)?,
        };
        call.instance()
            .tool(call.cx, Tool::DefineValue, &[object.into(), name, value, attributes])?
    };
    require(defined.to_bool(call.cx), Status::InvalidArg)
}

/// The descriptors that the addon passed.
pub(crate) fn descriptors<'a, 'r>(
    count: usize,
    list: *const napi_property_descriptor,
) -> Outcome<'r, &'a [napi_property_descriptor]> {
    if count == 0 {
        return Ok(&[]);
    }
    input(list)?;
    // SAFETY: the interface demands `count` descriptors.
    Ok(unsafe { std::slice::from_raw_parts(list, count) })
}

api! {
    /// `object[key] = value`
    Js fn napi_set_property(call, object: napi_value, key: napi_value, value: napi_value) {
        let (key, value) = (call.value(key)?, call.value(value)?);
        let object = call.to_object(object)?;
        Ok(object.set_key(call.cx, key, value)?)
    }

    /// `key in object`
    Js fn napi_has_property(call, object: napi_value, key: napi_value, result: *mut bool) {
        let result = call.out(result)?;
        let key = call.value(key)?;
        let object = call.to_object(object)?;
        result.set(object.has_key(call.cx, key)?);
        Ok(())
    }

    /// `object[key]`
    Js fn napi_get_property(call, object: napi_value, key: napi_value, result: *mut napi_value) {
        let key = call.value(key)?;
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        call.give(result, object.get_key(call.cx, key)?)
    }

    /// `delete object[key]`
    Js fn napi_delete_property(call, object: napi_value, key: napi_value, result: *mut bool) {
        let key = call.value(key)?;
        let object = call.to_object(object)?;
        let deleted = object.delete_key(call.cx, key)?;
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(deleted);
        }
        Ok(())
    }

    /// Whether the object itself has it.
    Js fn napi_has_own_property(call, object: napi_value, key: napi_value, result: *mut bool) {
        call.value(key)?;
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        let key = name(call, key)?;
        let has = call.instance().tool(call.cx, Tool::HasOwn, &[object.into(), key])?;
        result.set(has.to_bool(call.cx));
        Ok(())
    }

    /// `object[name] = value`
    Js fn napi_set_named_property(call, object: napi_value, text: *const c_char, value: napi_value) {
        let value = call.value(value)?;
        let object = call.to_object(object)?;
        let key = named(text)?;
        Ok(object.set_named(call.cx, &key, value)?)
    }

    /// `name in object`
    Js fn napi_has_named_property(call, object: napi_value, text: *const c_char, result: *mut bool) {
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        let key = named(text)?;
        result.set(object.has_key(call.cx, call.cx.js_string(&key))?);
        Ok(())
    }

    /// `object[name]`
    Js fn napi_get_named_property(call, object: napi_value, text: *const c_char, result: *mut napi_value) {
        let result = call.out(result)?;
        let key = named(text)?;
        let object = call.to_object(object)?;
        call.give(result, object.get_named(call.cx, &key)?)
    }

    /// `object[index] = value`
    Js fn napi_set_element(call, object: napi_value, index: u32, value: napi_value) {
        let value = call.value(value)?;
        let object = call.to_object(object)?;
        Ok(object.set_index(call.cx, index, value)?)
    }

    /// `index in object`
    Js fn napi_has_element(call, object: napi_value, index: u32, result: *mut bool) {
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        result.set(object.has_key(call.cx, call.cx.number(index))?);
        Ok(())
    }

    /// `object[index]`
    Js fn napi_get_element(call, object: napi_value, index: u32, result: *mut napi_value) {
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        call.give(result, object.get_index(call.cx, index)?)
    }

    /// `delete object[index]`
    Js fn napi_delete_element(call, object: napi_value, index: u32, result: *mut bool) {
        let object = call.to_object(object)?;
        let deleted = object.delete_key(call.cx, call.cx.number(index))?;
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(deleted);
        }
        Ok(())
    }

    /// Defines properties, values and functions.
    Js fn napi_define_properties(call, object: napi_value, count: usize, list: *const napi_property_descriptor) {
        let list = descriptors(count, list)?;
        let object = call.to_object(object)?;
        for descriptor in list {
            define(call, object, descriptor)?;
        }
        Ok(())
    }
}
