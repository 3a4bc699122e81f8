//! Values that are nothing but a native pointer.

use std::ffi::c_void;

use crate::abi::status::Status;
use crate::abi::types::{napi_finalize, napi_value};
use crate::entry::api;
use crate::finalizer::Finalizer;
use crate::instance::External;
use crate::reference::{NewReference, Owner};

api! {
    /// A value that carries a pointer.
    Js fn napi_create_external(
        call, data: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void, result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let object = call.instance().external().wrap(call.cx, External(data));
        object.set_prototype(call.cx, call.cx.null());
        if callback.is_some() {
            let new = NewReference {
                env: call.env,
                value: object.to_raw(),
                can_be_weak: true,
                count: 0,
                owner: Owner::Runtime,
                finalizer: Some(Finalizer { callback, data, hint }),
            };
            call.instance().references().borrow_mut().create(call.instance().roots(), &new);
        }
        call.give(result, object)
    }

    /// The pointer.
    Plain fn napi_get_value_external(call, value: napi_value, result: *mut *mut c_void) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(call.instance().external().get(call.cx, value).ok_or(Status::InvalidArg)?.0);
        Ok(())
    }
}
