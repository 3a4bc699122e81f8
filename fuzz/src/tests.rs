//! A little of what `make fuzz` does, with bytes that proptest makes up and cuts down to the smallest that fail.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{config, frames, run};

proptest! {
    #[test]
    fn frames(data in vec(any::<u8>(), 0..300)) {
        frames::check(&data);
    }

    #[test]
    fn a_run(data in vec(any::<u8>(), 0..600)) {
        run::check(&data);
    }

    #[test]
    fn a_configuration(data in vec(any::<u8>(), 0..200)) {
        config::check(&data);
    }

    #[test]
    fn a_configuration_of_words(format in any::<u8>(), words in vec(prop::sample::select(WORDS), 0..40)) {
        let mut data = vec![format];
        words.iter().for_each(|word| data.extend_from_slice(word.as_bytes()));
        config::check(&data);
    }
}

/// What configurations are made of.
const WORDS: &[&str] = &[
    "timeout",
    "retry",
    "parallel",
    "reporter",
    "bail",
    "preload",
    "output-file",
    "worker-memory",
    "trun",
    "json",
    " ",
    "\n",
    "=",
    "\"",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "#",
    "0",
    "1",
    "-1",
    "1e9",
    "5s",
    "512M",
    "50%",
    "true",
    "false",
    "null",
    "1979-05-27",
    "0x10",
    "é",
];
