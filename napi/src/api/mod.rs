//! The functions of `js_native_api.h`, one file per chapter.
//!
//! Each body is a function's own checks in Node's order, then its work. Everything else is [`crate::entry`]'s.

pub(crate) mod array;
pub(crate) mod array_buffer;
pub(crate) mod bigint;
pub(crate) mod class;
pub(crate) mod coerce;
pub(crate) mod date;
pub(crate) mod error;
pub(crate) mod external;
pub(crate) mod function;
pub(crate) mod instance_data;
pub(crate) mod memory;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod promise;
pub(crate) mod property;
pub(crate) mod property_names;
pub(crate) mod reference;
pub(crate) mod scope;
pub(crate) mod script;
pub(crate) mod shared_buffer;
pub(crate) mod string;
pub(crate) mod string_value;
pub(crate) mod symbol;
pub(crate) mod text;
pub(crate) mod type_tag;
pub(crate) mod typed_array;
pub(crate) mod value;
pub(crate) mod wrap;
