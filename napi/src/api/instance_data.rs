//! One pointer per env, for what would be a static variable otherwise.

use std::ffi::c_void;

use crate::abi::types::napi_finalize;
use crate::entry::{basic_api, out};
use crate::finalizer::Finalizer;

basic_api! {
    /// Sets the pointer; what it was before is forgotten, unfinalized.
    fn napi_set_instance_data(env, data: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void) {
        env.instance_data().set(Some(Finalizer { callback, data, hint }));
        Ok(())
    }

    /// The pointer, null if none was set.
    fn napi_get_instance_data(env, data: *mut *mut c_void) {
        out(data)?.set(env.instance_data_pointer());
        Ok(())
    }
}
