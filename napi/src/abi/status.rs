//! `napi_status` and the text of each.

use std::ffi::CStr;

/// What every function of the interface returns. The numbers are the header's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
#[allow(dead_code, reason = "the header's whole list; who returns each is elsewhere")]
pub(crate) enum Status {
    Ok,
    InvalidArg,
    ObjectExpected,
    StringExpected,
    NameExpected,
    FunctionExpected,
    NumberExpected,
    BooleanExpected,
    ArrayExpected,
    GenericFailure,
    PendingException,
    Cancelled,
    EscapeCalledTwice,
    HandleScopeMismatch,
    CallbackScopeMismatch,
    QueueFull,
    Closing,
    BigintExpected,
    DateExpected,
    ArraybufferExpected,
    DetachableArraybufferExpected,
    WouldDeadlock,
    NoExternalBuffersAllowed,
    CannotRunJs,
}

/// Texts by number. None for success.
const MESSAGES: [Option<&CStr>; 24] = [
    None,
    Some(c"Invalid argument"),
    Some(c"An object was expected"),
    Some(c"A string was expected"),
    Some(c"A string or symbol was expected"),
    Some(c"A function was expected"),
    Some(c"A number was expected"),
    Some(c"A boolean was expected"),
    Some(c"An array was expected"),
    Some(c"Unknown failure"),
    Some(c"An exception is pending"),
    Some(c"The async work item was cancelled"),
    Some(c"napi_escape_handle already called on scope"),
    Some(c"Invalid handle scope usage"),
    Some(c"Invalid callback scope usage"),
    Some(c"Thread-safe function queue is full"),
    Some(c"Thread-safe function handle is closing"),
    Some(c"A bigint was expected"),
    Some(c"A date was expected"),
    Some(c"An arraybuffer was expected"),
    Some(c"A detachable arraybuffer was expected"),
    Some(c"Main thread would deadlock"),
    Some(c"External buffers are not allowed"),
    Some(c"Cannot run JavaScript"),
];

const _: () = assert!(Status::CannotRunJs as usize + 1 == MESSAGES.len() && size_of::<Status>() == 4);

impl Status {
    /// What `napi_get_last_error_info` says of it.
    pub(crate) fn message(self) -> Option<&'static CStr> {
        MESSAGES[self as usize]
    }
}
