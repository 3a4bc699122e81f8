//! The types of native functions: their names and numbers, and what libffi calls them.
//!
//! The numbers are part of the interface (`FFIType.i32 === 5`); names and numbers are those of `bun:ffi`.

use libffi::raw::{
    ffi_type, ffi_type_double, ffi_type_float, ffi_type_pointer, ffi_type_sint8, ffi_type_sint16, ffi_type_sint32,
    ffi_type_sint64, ffi_type_uint8, ffi_type_uint16, ffi_type_uint32, ffi_type_uint64, ffi_type_void,
};

/// The type of an argument or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NativeType {
    Char,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F64,
    F32,
    Bool,
    Pointer,
    Void,
    /// The address of text that ends with a NUL.
    CString,
    /// As `I64`, a number where it fits exactly.
    I64Fast,
    /// As `U64`, a number where it fits exactly.
    U64Fast,
    Function,
    NapiEnv,
    NapiValue,
    /// The address of a typed array's or `DataView`'s bytes.
    Buffer,
    /// How many bytes a typed array or `DataView` has.
    BufferLength,
}

use NativeType as T;

/// Every type by its number.
const BY_NUMBER: [NativeType; 22] = [
    T::Char,
    T::I8,
    T::U8,
    T::I16,
    T::U16,
    T::I32,
    T::U32,
    T::I64,
    T::U64,
    T::F64,
    T::F32,
    T::Bool,
    T::Pointer,
    T::Void,
    T::CString,
    T::I64Fast,
    T::U64Fast,
    T::Function,
    T::NapiEnv,
    T::NapiValue,
    T::Buffer,
    T::BufferLength,
];

/// Every name with its number, in the order in which `FFIType` lists them.
pub(super) const NAMES: [(&str, u32); 43] = [
    ("bool", 11),
    ("c_int", 5),
    ("c_uint", 6),
    ("char", 0),
    ("char*", 12),
    ("double", 9),
    ("f32", 10),
    ("f64", 9),
    ("float", 10),
    ("i16", 3),
    ("i32", 5),
    ("i64", 7),
    ("i8", 1),
    ("int", 5),
    ("int16_t", 3),
    ("int32_t", 5),
    ("int64_t", 7),
    ("int8_t", 1),
    ("isize", 7),
    ("u16", 4),
    ("u32", 6),
    ("u64", 8),
    ("u8", 2),
    ("uint16_t", 4),
    ("uint32_t", 6),
    ("uint64_t", 8),
    ("uint8_t", 2),
    ("usize", 8),
    ("void*", 12),
    ("ptr", 12),
    ("pointer", 12),
    ("void", 13),
    ("cstring", 14),
    ("i64_fast", 15),
    ("u64_fast", 16),
    ("function", 17),
    ("callback", 17),
    ("fn", 17),
    ("napi_env", 18),
    ("napi_value", 19),
    ("buffer", 20),
    ("buffer_length", 21),
    ("buffer_bytelength", 21),
];

impl NativeType {
    /// The type with this number.
    pub(super) fn from_number(number: u32) -> Option<Self> {
        BY_NUMBER.get(number as usize).copied()
    }

    /// Its number; fits a byte.
    pub(super) fn number(self) -> u8 {
        self as u8
    }

    /// The name messages use.
    pub(super) fn name(self) -> &'static str {
        match self {
            T::Char => "char",
            T::I8 => "i8",
            T::U8 => "u8",
            T::I16 => "i16",
            T::U16 => "u16",
            T::I32 => "i32",
            T::U32 => "u32",
            T::I64 => "i64",
            T::U64 => "u64",
            T::F64 => "f64",
            T::F32 => "f32",
            T::Bool => "bool",
            T::Pointer => "ptr",
            T::Void => "void",
            T::CString => "cstring",
            T::I64Fast => "i64_fast",
            T::U64Fast => "u64_fast",
            T::Function => "function",
            T::NapiEnv => "napi_env",
            T::NapiValue => "napi_value",
            T::Buffer => "buffer",
            T::BufferLength => "buffer_length",
        }
    }

    /// What an argument of this type has to be, for messages.
    pub(super) fn wants(self) -> &'static str {
        match self {
            T::Bool => "a boolean or a number",
            T::Pointer => "an address, null, a JSCallback, an ArrayBuffer, a typed array or a DataView",
            T::CString => "an address, null, or the bytes of a text that ends with a NUL",
            T::Function => "a JSCallback, an address or null",
            T::Buffer | T::BufferLength => "a typed array or a DataView",
            T::Void => "nothing",
            _ => "a number or a bigint",
        }
    }

    /// Whether calls with it need an env.
    pub(super) fn is_of_node_api(self) -> bool {
        matches!(self, T::NapiEnv | T::NapiValue)
    }

    /// Whether it can be what a native function gives back.
    pub(super) fn can_return(self) -> bool {
        !matches!(self, T::Buffer | T::BufferLength)
    }

    /// libffi's description; static memory of the library.
    pub(super) fn ffi(self) -> *mut ffi_type {
        match self {
            // On every platform this runs on, a plain char is one byte; whether it has a sign is the platform's choice.
            T::Char if std::ffi::c_char::MIN == 0 => &raw mut ffi_type_uint8,
            T::Char | T::I8 => &raw mut ffi_type_sint8,
            // C's bool is a byte that is 0 or 1.
            T::U8 | T::Bool => &raw mut ffi_type_uint8,
            T::I16 => &raw mut ffi_type_sint16,
            T::U16 => &raw mut ffi_type_uint16,
            T::I32 => &raw mut ffi_type_sint32,
            T::U32 => &raw mut ffi_type_uint32,
            T::I64 | T::I64Fast => &raw mut ffi_type_sint64,
            T::U64 | T::U64Fast | T::BufferLength => &raw mut ffi_type_uint64,
            T::F64 => &raw mut ffi_type_double,
            T::F32 => &raw mut ffi_type_float,
            T::Void => &raw mut ffi_type_void,
            T::Pointer | T::CString | T::Function | T::NapiEnv | T::NapiValue | T::Buffer => &raw mut ffi_type_pointer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_types() {
        for (number, native) in (0..).zip(BY_NUMBER) {
            assert_eq!(u32::from(native.number()), number);
            assert_eq!(NativeType::from_number(number), Some(native));
        }
        assert_eq!(NativeType::from_number(22), None);
    }

    #[test]
    fn every_type_is_listed_under_the_name_that_messages_use() {
        for native in BY_NUMBER {
            let number = NAMES.iter().find(|(name, _)| *name == native.name()).map(|(_, n)| *n);
            assert_eq!(number, Some(u32::from(native.number())), "{}", native.name());
        }
    }
}
