//! JavaScriptCore's C API, declared once. Nothing else.
//!
//! Functions of the public headers are linked. Exported functions that no public header declares are looked up by name when
//! the process starts ([`private`]), so that an engine without one of them is reported by name instead of failing to load.

#![allow(non_snake_case, reason = "the names are the C library's")]

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::OnceLock;

macro_rules! opaque {
    ($($name:ident),*) => {$(
        #[repr(C)]
        pub(crate) struct $name { _private: [u8; 0] }
    )*};
}
opaque!(
    OpaqueGroup,
    OpaqueContext,
    OpaqueValue,
    OpaqueString,
    OpaqueClass,
    OpaqueNames,
    OpaqueScript,
    OpaqueWeak,
    OpaqueMainContext
);

pub(crate) type JSContextGroupRef = *const OpaqueGroup;
pub(crate) type JSContextRef = *const OpaqueContext;
pub(crate) type JSGlobalContextRef = *mut OpaqueContext;
pub(crate) type JSValueRef = *const OpaqueValue;
pub(crate) type JSObjectRef = *mut OpaqueValue;
pub(crate) type JSStringRef = *mut OpaqueString;
pub(crate) type JSClassRef = *mut OpaqueClass;
pub(crate) type JSPropertyNameArrayRef = *mut OpaqueNames;
pub(crate) type JSScriptRef = *mut OpaqueScript;
pub(crate) type JSWeakRef = *mut OpaqueWeak;
pub(crate) type Exception = *mut JSValueRef;
pub(crate) type GMainContext = *mut OpaqueMainContext;

pub(crate) type CallAsFunction =
    unsafe extern "C" fn(JSContextRef, JSObjectRef, JSObjectRef, usize, *const JSValueRef, Exception) -> JSValueRef;
pub(crate) type Finalize = unsafe extern "C" fn(JSObjectRef);
pub(crate) type BytesDeallocator = unsafe extern "C" fn(*mut c_void, *mut c_void);
pub(crate) type ShouldTerminate = unsafe extern "C" fn(JSContextRef, *mut c_void) -> bool;
pub(crate) type MarkingConstraint = unsafe extern "C" fn(*mut JSMarker, *mut c_void);

/// What a marking constraint is given: two functions of the collector.
#[repr(C)]
pub(crate) struct JSMarker {
    pub(crate) is_marked: unsafe extern "C" fn(*mut JSMarker, JSObjectRef) -> bool,
    pub(crate) mark: unsafe extern "C" fn(*mut JSMarker, JSObjectRef),
}

#[repr(C)]
pub(crate) struct JSStaticFunction {
    pub(crate) name: *const c_char,
    pub(crate) call_as_function: Option<CallAsFunction>,
    pub(crate) attributes: c_uint,
}

#[repr(C)]
pub(crate) struct JSClassDefinition {
    pub(crate) version: c_int,
    pub(crate) attributes: c_uint,
    pub(crate) class_name: *const c_char,
    pub(crate) parent_class: JSClassRef,
    pub(crate) static_values: *const c_void,
    pub(crate) static_functions: *const JSStaticFunction,
    pub(crate) initialize: *const c_void,
    pub(crate) finalize: Option<Finalize>,
    pub(crate) has_property: *const c_void,
    pub(crate) get_property: *const c_void,
    pub(crate) set_property: *const c_void,
    pub(crate) delete_property: *const c_void,
    pub(crate) get_property_names: *const c_void,
    pub(crate) call_as_function: Option<CallAsFunction>,
    pub(crate) call_as_constructor: *const c_void,
    pub(crate) has_instance: *const c_void,
    pub(crate) convert_to_type: *const c_void,
}

pub(crate) const CLASS_NO_AUTOMATIC_PROTOTYPE: c_uint = 1 << 1;
pub(crate) const ATTRIBUTE_DONT_ENUM: c_uint = 1 << 2;

pub(crate) const TYPE_UNDEFINED: c_uint = 0;
pub(crate) const TYPE_NULL: c_uint = 1;
pub(crate) const TYPE_BOOLEAN: c_uint = 2;
pub(crate) const TYPE_NUMBER: c_uint = 3;
pub(crate) const TYPE_STRING: c_uint = 4;
pub(crate) const TYPE_OBJECT: c_uint = 5;
pub(crate) const TYPE_SYMBOL: c_uint = 6;

pub(crate) const TYPED_ARRAY_UINT8: c_uint = 3;
pub(crate) const TYPED_ARRAY_ARRAY_BUFFER: c_uint = 9;
pub(crate) const TYPED_ARRAY_NONE: c_uint = 10;

unsafe extern "C" {
    pub(crate) fn JSContextGroupCreate() -> JSContextGroupRef;
    pub(crate) fn JSContextGroupRelease(group: JSContextGroupRef);
    pub(crate) fn JSGlobalContextCreateInGroup(group: JSContextGroupRef, class: JSClassRef) -> JSGlobalContextRef;
    pub(crate) fn JSGlobalContextRelease(ctx: JSGlobalContextRef);
    pub(crate) fn JSContextGetGlobalContext(ctx: JSContextRef) -> JSGlobalContextRef;
    pub(crate) fn JSContextGetGlobalObject(ctx: JSContextRef) -> JSObjectRef;
    pub(crate) fn JSEvaluateScript(
        ctx: JSContextRef,
        script: JSStringRef,
        this: JSObjectRef,
        url: JSStringRef,
        line: c_int,
        exc: Exception,
    ) -> JSValueRef;

    pub(crate) fn JSStringCreateWithCharacters(chars: *const u16, len: usize) -> JSStringRef;
    pub(crate) fn JSStringCreateWithUTF8CString(string: *const c_char) -> JSStringRef;
    pub(crate) fn JSStringRelease(string: JSStringRef);
    pub(crate) fn JSStringRetain(string: JSStringRef) -> JSStringRef;
    pub(crate) fn JSStringGetLength(string: JSStringRef) -> usize;
    pub(crate) fn JSStringGetCharactersPtr(string: JSStringRef) -> *const u16;

    pub(crate) fn JSValueGetType(ctx: JSContextRef, value: JSValueRef) -> c_uint;
    pub(crate) fn JSValueIsArray(ctx: JSContextRef, value: JSValueRef) -> bool;
    pub(crate) fn JSValueIsStrictEqual(ctx: JSContextRef, a: JSValueRef, b: JSValueRef) -> bool;
    pub(crate) fn JSValueGetTypedArrayType(ctx: JSContextRef, value: JSValueRef, exc: Exception) -> c_uint;
    pub(crate) fn JSValueMakeUndefined(ctx: JSContextRef) -> JSValueRef;
    pub(crate) fn JSValueMakeNull(ctx: JSContextRef) -> JSValueRef;
    pub(crate) fn JSValueMakeBoolean(ctx: JSContextRef, value: bool) -> JSValueRef;
    pub(crate) fn JSValueMakeNumber(ctx: JSContextRef, value: f64) -> JSValueRef;
    pub(crate) fn JSValueMakeString(ctx: JSContextRef, value: JSStringRef) -> JSValueRef;
    pub(crate) fn JSValueMakeFromJSONString(ctx: JSContextRef, json: JSStringRef) -> JSValueRef;
    pub(crate) fn JSValueToBoolean(ctx: JSContextRef, value: JSValueRef) -> bool;
    pub(crate) fn JSValueToNumber(ctx: JSContextRef, value: JSValueRef, exc: Exception) -> f64;
    pub(crate) fn JSValueToStringCopy(ctx: JSContextRef, value: JSValueRef, exc: Exception) -> JSStringRef;
    pub(crate) fn JSValueToObject(ctx: JSContextRef, value: JSValueRef, exc: Exception) -> JSObjectRef;

    pub(crate) fn JSClassCreate(definition: *const JSClassDefinition) -> JSClassRef;
    pub(crate) fn JSClassRelease(class: JSClassRef);
    pub(crate) fn JSObjectMake(ctx: JSContextRef, class: JSClassRef, data: *mut c_void) -> JSObjectRef;
    pub(crate) fn JSObjectMakeFunctionWithCallback(
        ctx: JSContextRef,
        name: JSStringRef,
        call: CallAsFunction,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectMakeArray(
        ctx: JSContextRef,
        argc: usize,
        argv: *const JSValueRef,
        exc: Exception,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectMakeDeferredPromise(
        ctx: JSContextRef,
        resolve: *mut JSObjectRef,
        reject: *mut JSObjectRef,
        exc: Exception,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectGetProperty(
        ctx: JSContextRef,
        object: JSObjectRef,
        name: JSStringRef,
        exc: Exception,
    ) -> JSValueRef;
    pub(crate) fn JSObjectSetProperty(
        ctx: JSContextRef,
        object: JSObjectRef,
        name: JSStringRef,
        value: JSValueRef,
        attributes: c_uint,
        exc: Exception,
    );
    pub(crate) fn JSObjectHasProperty(ctx: JSContextRef, object: JSObjectRef, name: JSStringRef) -> bool;
    pub(crate) fn JSObjectDeleteProperty(
        ctx: JSContextRef,
        object: JSObjectRef,
        name: JSStringRef,
        exc: Exception,
    ) -> bool;
    pub(crate) fn JSObjectGetPropertyAtIndex(
        ctx: JSContextRef,
        object: JSObjectRef,
        index: c_uint,
        exc: Exception,
    ) -> JSValueRef;
    pub(crate) fn JSObjectSetPropertyAtIndex(
        ctx: JSContextRef,
        object: JSObjectRef,
        index: c_uint,
        value: JSValueRef,
        exc: Exception,
    );
    pub(crate) fn JSObjectGetPrivate(object: JSObjectRef) -> *mut c_void;
    pub(crate) fn JSValueIsObjectOfClass(ctx: JSContextRef, value: JSValueRef, class: JSClassRef) -> bool;
    pub(crate) fn JSObjectIsFunction(ctx: JSContextRef, object: JSObjectRef) -> bool;
    pub(crate) fn JSObjectCallAsFunction(
        ctx: JSContextRef,
        object: JSObjectRef,
        this: JSObjectRef,
        argc: usize,
        argv: *const JSValueRef,
        exc: Exception,
    ) -> JSValueRef;
    pub(crate) fn JSObjectCallAsConstructor(
        ctx: JSContextRef,
        object: JSObjectRef,
        argc: usize,
        argv: *const JSValueRef,
        exc: Exception,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectCopyPropertyNames(ctx: JSContextRef, object: JSObjectRef) -> JSPropertyNameArrayRef;
    pub(crate) fn JSPropertyNameArrayGetCount(names: JSPropertyNameArrayRef) -> usize;
    pub(crate) fn JSPropertyNameArrayGetNameAtIndex(names: JSPropertyNameArrayRef, index: usize) -> JSStringRef;
    pub(crate) fn JSPropertyNameArrayRelease(names: JSPropertyNameArrayRef);

    pub(crate) fn JSObjectMakeArrayBufferWithBytesNoCopy(
        ctx: JSContextRef,
        bytes: *mut c_void,
        len: usize,
        free: Option<BytesDeallocator>,
        data: *mut c_void,
        exc: Exception,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectMakeTypedArrayWithBytesNoCopy(
        ctx: JSContextRef,
        kind: c_uint,
        bytes: *mut c_void,
        len: usize,
        free: Option<BytesDeallocator>,
        data: *mut c_void,
        exc: Exception,
    ) -> JSObjectRef;
    pub(crate) fn JSObjectGetArrayBufferBytesPtr(ctx: JSContextRef, object: JSObjectRef, exc: Exception)
    -> *mut c_void;
    pub(crate) fn JSObjectGetArrayBufferByteLength(ctx: JSContextRef, object: JSObjectRef, exc: Exception) -> usize;
    pub(crate) fn JSObjectGetTypedArrayBuffer(ctx: JSContextRef, object: JSObjectRef, exc: Exception) -> JSObjectRef;
    pub(crate) fn JSObjectGetTypedArrayBytesPtr(ctx: JSContextRef, object: JSObjectRef, exc: Exception) -> *mut c_void;
    pub(crate) fn JSObjectGetTypedArrayByteLength(ctx: JSContextRef, object: JSObjectRef, exc: Exception) -> usize;
    pub(crate) fn JSObjectGetTypedArrayByteOffset(ctx: JSContextRef, object: JSObjectRef, exc: Exception) -> usize;

    pub(crate) fn g_main_context_new() -> GMainContext;
    pub(crate) fn g_main_context_unref(context: GMainContext);
    pub(crate) fn g_main_context_push_thread_default(context: GMainContext);
    pub(crate) fn g_main_context_pop_thread_default(context: GMainContext);
    pub(crate) fn g_main_context_iteration(context: GMainContext, may_block: c_int) -> c_int;
    pub(crate) fn g_main_context_acquire(context: GMainContext) -> c_int;
    pub(crate) fn g_main_context_release(context: GMainContext);
    pub(crate) fn g_main_context_prepare(context: GMainContext, priority: *mut c_int) -> c_int;
    pub(crate) fn g_main_context_query(
        context: GMainContext,
        max_priority: c_int,
        timeout: *mut c_int,
        fds: *mut GPollFD,
        n_fds: c_int,
    ) -> c_int;

    pub(crate) fn jsc_get_major_version() -> c_uint;
    pub(crate) fn jsc_get_minor_version() -> c_uint;
    pub(crate) fn jsc_get_micro_version() -> c_uint;
    pub(crate) fn jsc_options_set_boolean(option: *const c_char, value: c_int) -> c_int;
    pub(crate) fn jsc_options_set_uint(option: *const c_char, value: c_uint) -> c_int;
}

/// GLib's description of one descriptor to poll.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct GPollFD {
    pub(crate) fd: c_int,
    pub(crate) events: u16,
    pub(crate) revents: u16,
}

macro_rules! private_functions {
    ($($name:ident: fn($($arg:ty),*) $(-> $ret:ty)?;)*) => {
        /// Exported functions that no public header declares.
        pub(crate) struct Private { $(pub(crate) $name: unsafe extern "C" fn($($arg),*) $(-> $ret)?,)* }

        impl Private {
            fn resolve() -> Result<Self, &'static str> {
                Ok(Self { $($name: {
                    let name = concat!(stringify!($name), "\0");
                    let name = CStr::from_bytes_with_nul(name.as_bytes()).expect("one NUL, at the end");
                    // SAFETY: `name` is a C string; a null result is handled.
                    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
                    if symbol.is_null() { return Err(stringify!($name)); }
                    // SAFETY: the engine exports the symbol with this signature; checked against its source for 2.40 to 2.50.
                    unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($arg),*) $(-> $ret)?>(symbol) }
                },)* })
            }
        }
    };
}

private_functions! {
    JSLock: fn(JSContextRef);
    JSUnlock: fn(JSContextRef);
    JSDisableGCTimer: fn();
    JSConfigureSignalForGC: fn(c_int) -> bool;
    JSScriptCreateFromString: fn(JSContextGroupRef, JSStringRef, c_int, JSStringRef, *mut JSStringRef, *mut c_int) -> JSScriptRef;
    JSScriptEvaluate: fn(JSContextRef, JSScriptRef, JSValueRef, Exception) -> JSValueRef;
    JSScriptRelease: fn(JSScriptRef);
    JSContextGroupAddMarkingConstraint: fn(JSContextGroupRef, MarkingConstraint, *mut c_void);
    JSContextGroupSetExecutionTimeLimit: fn(JSContextGroupRef, f64, ShouldTerminate, *mut c_void);
    JSGlobalContextSetUnhandledRejectionCallback: fn(JSGlobalContextRef, JSObjectRef, Exception);
    JSWeakCreate: fn(JSContextGroupRef, JSObjectRef) -> JSWeakRef;
    JSWeakGetObject: fn(JSWeakRef) -> JSObjectRef;
    JSWeakRelease: fn(JSContextGroupRef, JSWeakRef);
    JSSynchronousGarbageCollectForDebugging: fn(JSContextRef);
    JSGetMemoryUsageStatistics: fn(JSContextRef) -> JSObjectRef;
    JSObjectGetProxyTarget: fn(JSObjectRef) -> JSObjectRef;
    JSReportExtraMemoryCost: fn(JSContextRef, usize);
}

/// The private functions, looked up once per process.
///
/// # Errors
/// The name of the first one that the installed engine does not export.
pub(crate) fn try_private() -> Result<&'static Private, &'static str> {
    static TABLE: OnceLock<Result<Private, &'static str>> = OnceLock::new();
    TABLE.get_or_init(Private::resolve).as_ref().map_err(|name| *name)
}

/// The private functions, once [`try_private`] has succeeded, which creating a VM requires.
pub(crate) fn private() -> &'static Private {
    try_private().unwrap_or_else(|name| panic!("the engine lacks {name}, which creating a VM should have refused"))
}
