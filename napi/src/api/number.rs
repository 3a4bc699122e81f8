//! Numbers.

use trun_vm::engine::Value;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Out, Outcome, api};

/// What each of the getters begins with.
fn number<'r, T>(call: Call<'r>, value: napi_value, result: *mut T) -> Outcome<'r, (f64, Out<T>)> {
    let value: Value<'r> = call.value(value)?;
    let result = call.out(result)?;
    Ok((value.to_raw().number().ok_or(Status::NumberExpected)?, result))
}

/// JavaScript's `ToInt32`: modulo 2^32, not finite is zero.
#[expect(clippy::cast_possible_truncation, reason = "the remainder fits")]
fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    (number.trunc() % 4_294_967_296.0) as i64 as i32
}

api! {
    /// A number.
    Plain fn napi_create_double(call, value: f64, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.number(value))
    }

    /// A number.
    Plain fn napi_create_int32(call, value: i32, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.number(value))
    }

    /// A number.
    Plain fn napi_create_uint32(call, value: u32, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.number(value))
    }

    /// A number; not exact beyond 2^53.
    Plain fn napi_create_int64(call, value: i64, result: *mut napi_value) {
        let result = call.out(result)?;
        #[expect(clippy::cast_precision_loss, reason = "documented")]
        call.give(result, call.cx.number(value as f64))
    }

    /// The number.
    Plain fn napi_get_value_double(call, value: napi_value, result: *mut f64) {
        let (number, result) = number(call, value, result)?;
        result.set(number);
        Ok(())
    }

    /// The number modulo 2^32, as a signed one; zero if it is not finite.
    Plain fn napi_get_value_int32(call, value: napi_value, result: *mut i32) {
        let (number, result) = number(call, value, result)?;
        result.set(to_int32(number));
        Ok(())
    }

    /// The number modulo 2^32; zero if it is not finite.
    Plain fn napi_get_value_uint32(call, value: napi_value, result: *mut u32) {
        let (number, result) = number(call, value, result)?;
        result.set(to_int32(number).cast_unsigned());
        Ok(())
    }

    /// The number cut to the range; zero if it is not finite.
    Plain fn napi_get_value_int64(call, value: napi_value, result: *mut i64) {
        let (number, result) = number(call, value, result)?;
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, as documented")]
        result.set(if number.is_finite() { number as i64 } else { 0 });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::to_int32;

    #[test]
    fn converts_as_the_language_does() {
        let cases = [
            (0.0, 0),
            (1.9, 1),
            (-1.9, -1),
            (2_147_483_648.0, i32::MIN),
            (4_294_967_297.0, 1),
            (-4_294_967_297.0, -1),
            (-2_147_483_649.0, i32::MAX),
            (1e20, 1_661_992_960),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
        ];
        for (number, expected) in cases {
            assert_eq!(to_int32(number), expected, "{number}");
        }
    }
}
