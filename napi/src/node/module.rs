//! What an addon can ask about itself.

use std::ffi::c_char;

use crate::entry::{basic_api, out};

basic_api! {
    /// The URL of the addon's file. The text lives as long as the env.
    fn node_api_get_module_file_name(env, result: *mut *const c_char) {
        out(result)?.set(env.url().as_ptr());
        Ok(())
    }
}
