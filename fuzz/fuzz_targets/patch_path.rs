#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| scim_fuzz::patch_path::check(input));
