//! Any text: read, checked, lowered, highlighted, carried out for a bounded time.
#![no_main]

#[path = "../script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| script::try_text(&String::from_utf8_lossy(bytes)));
