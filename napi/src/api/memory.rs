//! What an addon tells the collector.

use crate::entry::api;

api! {
    /// Says that the addon holds more or fewer bytes on behalf of objects; returns the sum.
    Plain fn napi_adjust_external_memory(call, change: i64, result: *mut i64) {
        let result = call.out(result)?;
        let sum = call.env.external_memory().get().saturating_add(change);
        call.env.external_memory().set(sum);
        // The engine is told of growth only; it knows no way back.
        if let Ok(growth @ 1..) = usize::try_from(change) {
            call.cx.report_extra_memory(growth);
        }
        result.set(sum);
        Ok(())
    }
}
