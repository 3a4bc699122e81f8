#![no_main]
#![doc = "libFuzzer's driver of [`trun_fuzz::run`]."]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trun_fuzz::run::check(data));
