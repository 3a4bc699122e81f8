#![no_main]
#![doc = "libFuzzer's driver of [`trun_fuzz::frames`]."]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trun_fuzz::frames::check(data));
