//! Classes of addons.

use std::ffi::{c_char, c_void};

use super::property::{define, descriptors};
use super::text::utf8;
use crate::abi::status::Status;
use crate::abi::types::{attribute, napi_callback, napi_property_descriptor, napi_value};
use crate::callback::{NativeFunction, make_function};
use crate::entry::{api, require};

api! {
    /// A constructor with its static and prototype properties.
    Js fn napi_define_class(
        call, text: *const c_char, length: usize, constructor: Option<napi_callback>, data: *mut c_void, count: usize,
        list: *const napi_property_descriptor, result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let callback = constructor.ok_or(Status::InvalidArg)?;
        let list = descriptors(count, list)?;
        require(!text.is_null(), Status::InvalidArg)?;
        let name = utf8(call, text, length)?;
        let class = make_function(call.cx, name, NativeFunction { env: call.env, callback, data })?;
        let prototype = class.get(call.cx, "prototype")?.expect_object(call.cx, "a prototype")?;
        for descriptor in list {
            let is_static = descriptor.attributes & attribute::STATIC != 0;
            define(call, if is_static { class } else { prototype }, descriptor)?;
        }
        call.give(result, class)
    }
}
