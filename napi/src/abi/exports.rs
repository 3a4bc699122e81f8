//! Every function that addons find in the binary: one table, from which the linker's export list is made (`runner/build.rs` reads this file), which keeps
//! the functions from being dropped, and by which tests look each of them up.
//!
//! A function is listed once it works; there are no stand-ins.

/// An address that may lie in a static.
pub(crate) struct Address(#[expect(dead_code, reason = "it is there for the linker")] pub(crate) *const ());

// SAFETY: addresses of functions, never written to.
unsafe impl Sync for Address {}

macro_rules! exports {
    ($($($module:ident)::+ { $($name:ident),* $(,)? })*) => {
        /// Names and addresses, by module.
        #[used]
        pub(crate) static TABLE: &[&[(&str, Address)]] = &[$({
            use crate::$($module)::+::*;
            &[$((stringify!($name), Address($name as *const ())),)*]
        },)*];
    };
}

exports! {
    api::array {
        napi_create_array,
        napi_create_array_with_length,
        napi_get_array_length,
    }
    api::array_buffer {
        napi_create_arraybuffer,
        napi_create_external_arraybuffer,
        napi_detach_arraybuffer,
        napi_get_arraybuffer_info,
        napi_is_arraybuffer,
        napi_is_detached_arraybuffer,
    }
    api::bigint {
        napi_create_bigint_int64,
        napi_create_bigint_uint64,
        napi_create_bigint_words,
        napi_get_value_bigint_int64,
        napi_get_value_bigint_uint64,
        napi_get_value_bigint_words,
    }
    api::class {
        napi_define_class,
    }
    api::coerce {
        napi_coerce_to_bool,
        napi_coerce_to_number,
        napi_coerce_to_object,
        napi_coerce_to_string,
    }
    api::date {
        napi_create_date,
        napi_get_date_value,
        napi_is_date,
    }
    api::error {
        napi_create_error,
        napi_create_range_error,
        napi_create_type_error,
        napi_get_and_clear_last_exception,
        napi_get_last_error_info,
        napi_is_exception_pending,
        napi_throw,
        napi_throw_error,
        napi_throw_range_error,
        napi_throw_type_error,
        node_api_create_syntax_error,
        node_api_throw_syntax_error,
    }
    api::external {
        napi_create_external,
        napi_get_value_external,
    }
    api::function {
        napi_call_function,
        napi_create_function,
        napi_get_cb_info,
        napi_get_new_target,
        napi_new_instance,
    }
    api::instance_data {
        napi_get_instance_data,
        napi_set_instance_data,
    }
    api::memory {
        napi_adjust_external_memory,
    }
    api::number {
        napi_create_double,
        napi_create_int32,
        napi_create_int64,
        napi_create_uint32,
        napi_get_value_double,
        napi_get_value_int32,
        napi_get_value_int64,
        napi_get_value_uint32,
    }
    api::object {
        napi_create_object,
        napi_object_freeze,
        napi_object_seal,
        node_api_create_object_with_properties,
        node_api_set_prototype,
    }
    api::promise {
        napi_create_promise,
        napi_is_promise,
        napi_reject_deferred,
        napi_resolve_deferred,
    }
    api::property {
        napi_define_properties,
        napi_delete_element,
        napi_delete_property,
        napi_get_element,
        napi_get_named_property,
        napi_get_property,
        napi_has_element,
        napi_has_named_property,
        napi_has_own_property,
        napi_has_property,
        napi_set_element,
        napi_set_named_property,
        napi_set_property,
    }
    api::property_names {
        napi_get_all_property_names,
        napi_get_property_names,
    }
    api::reference {
        napi_create_reference,
        napi_delete_reference,
        napi_get_reference_value,
        napi_get_version,
        napi_reference_ref,
        napi_reference_unref,
        node_api_post_finalizer,
    }
    api::scope {
        napi_close_escapable_handle_scope,
        napi_close_handle_scope,
        napi_escape_handle,
        napi_open_escapable_handle_scope,
        napi_open_handle_scope,
    }
    api::script {
        napi_run_script,
    }
    api::shared_buffer {
        node_api_create_external_sharedarraybuffer,
        node_api_create_sharedarraybuffer,
        node_api_is_sharedarraybuffer,
    }
    api::string {
        napi_create_string_latin1,
        napi_create_string_utf16,
        napi_create_string_utf8,
        node_api_create_external_string_latin1,
        node_api_create_external_string_utf16,
        node_api_create_property_key_latin1,
        node_api_create_property_key_utf16,
        node_api_create_property_key_utf8,
    }
    api::string_value {
        napi_get_value_string_latin1,
        napi_get_value_string_utf16,
        napi_get_value_string_utf8,
    }
    api::symbol {
        napi_create_symbol,
        node_api_symbol_for,
    }
    api::type_tag {
        napi_check_object_type_tag,
        napi_type_tag_object,
    }
    api::typed_array {
        napi_create_dataview,
        napi_create_typedarray,
        napi_get_dataview_info,
        napi_get_typedarray_info,
        napi_is_dataview,
        napi_is_typedarray,
    }
    api::value {
        napi_get_boolean,
        napi_get_global,
        napi_get_null,
        napi_get_prototype,
        napi_get_undefined,
        napi_get_value_bool,
        napi_instanceof,
        napi_is_array,
        napi_is_error,
        napi_strict_equals,
        napi_typeof,
    }
    api::wrap {
        napi_add_finalizer,
        napi_remove_wrap,
        napi_unwrap,
        napi_wrap,
    }
    loader {
        napi_module_register,
    }
    node::async_context {
        napi_async_destroy,
        napi_async_init,
        napi_close_callback_scope,
        napi_make_callback,
        napi_open_callback_scope,
    }
    node::async_work {
        napi_cancel_async_work,
        napi_create_async_work,
        napi_delete_async_work,
        napi_queue_async_work,
    }
    node::buffer {
        napi_create_buffer,
        napi_create_buffer_copy,
        napi_create_external_buffer,
        napi_get_buffer_info,
        napi_is_buffer,
        node_api_create_buffer_from_arraybuffer,
    }
    node::cleanup_hook {
        napi_add_async_cleanup_hook,
        napi_add_env_cleanup_hook,
        napi_remove_async_cleanup_hook,
        napi_remove_env_cleanup_hook,
    }
    node::fatal {
        napi_fatal_error,
        napi_fatal_exception,
    }
    node::module {
        node_api_get_module_file_name,
    }
    node::threadsafe_function {
        napi_acquire_threadsafe_function,
        napi_call_threadsafe_function,
        napi_create_threadsafe_function,
        napi_get_threadsafe_function_context,
        napi_ref_threadsafe_function,
        napi_release_threadsafe_function,
        napi_unref_threadsafe_function,
    }
    node::version {
        napi_get_node_version,
        napi_get_uv_event_loop,
    }
    uv::exports {
        uv_async_init,
        uv_check_init,
        uv_check_start,
        uv_close,
        uv_default_loop,
        uv_fs_event_init,
        uv_fs_event_start,
        uv_fs_poll_init,
        uv_fs_poll_start,
        uv_getaddrinfo,
        uv_getnameinfo,
        uv_idle_init,
        uv_idle_start,
        uv_library_shutdown,
        uv_loop_close,
        uv_pipe_init,
        uv_poll_init,
        uv_poll_init_socket,
        uv_poll_start,
        uv_poll_stop,
        uv_prepare_init,
        uv_prepare_start,
        uv_queue_work,
        uv_random,
        uv_run,
        uv_signal_init,
        uv_signal_start,
        uv_signal_start_oneshot,
        uv_spawn,
        uv_tcp_init,
        uv_tcp_init_ex,
        uv_timer_init,
        uv_timer_start,
        uv_tty_init,
        uv_udp_init,
        uv_udp_init_ex,
    }
    uv::fs_exports {
        uv_fs_access,
        uv_fs_chmod,
        uv_fs_chown,
        uv_fs_close,
        uv_fs_closedir,
        uv_fs_copyfile,
        uv_fs_fchmod,
        uv_fs_fchown,
        uv_fs_fdatasync,
        uv_fs_fstat,
        uv_fs_fsync,
        uv_fs_ftruncate,
        uv_fs_futime,
        uv_fs_lchown,
        uv_fs_link,
        uv_fs_lstat,
        uv_fs_lutime,
        uv_fs_mkdir,
        uv_fs_mkdtemp,
        uv_fs_mkstemp,
        uv_fs_open,
        uv_fs_opendir,
        uv_fs_read,
        uv_fs_readdir,
        uv_fs_readlink,
        uv_fs_realpath,
        uv_fs_rename,
        uv_fs_rmdir,
        uv_fs_scandir,
        uv_fs_sendfile,
        uv_fs_stat,
        uv_fs_statfs,
        uv_fs_symlink,
        uv_fs_unlink,
        uv_fs_utime,
        uv_fs_write,
    }
}
