#![no_main]
#![doc = "libFuzzer's driver of [`trun_fuzz::config`]."]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trun_fuzz::config::check(data));
