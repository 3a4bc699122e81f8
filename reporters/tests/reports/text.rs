//! Escapes, widths, paths, durations.

use std::time::Duration;

use trun_reporters::{duration, relative, seconds, strip_ansi, visible, visible_lines};

#[test]
fn escape_sequences_are_stripped_and_text_is_kept() {
    let table = [
        ("plain", "plain"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[?25lhidden", "hidden"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b(Bset", "set"),
        ("\x1bcreset", "reset"),
        ("\u{9b}31mc1", "c1"),
        ("cut \x1b[31", "cut 31"),
        ("cut \x1b]0;never ended\nnext", "cut 0;never ended\nnext"),
        ("\x1bPdata\x1b\\after", "after"),
        ("\x1b日本", "日本"),
        ("\x1b[日本", "日本"),
        ("\x1b", ""),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u{8}\u{0}\u{7f}\tb", "a\tb"),
    ];
    for (text, expected) in table {
        assert_eq!(strip_ansi(text), expected, "{text:?}");
    }
}

#[test]
fn control_characters_become_visible() {
    assert_eq!(
        visible("a\tb\nc\x1b[2J\u{9b}\u{202e}\0"),
        "a\\tb\\nc\\x1b[2J\\x9b\\u{202e}\\x00"
    );
    assert_eq!(visible("family 👨‍👩‍👧 日本 é"), "family 👨‍👩‍👧 日本 é");
    assert_eq!(visible_lines("a\r\nb\tc\rd\x1b"), "a\nb\tc\\rd\\x1b");
}

#[test]
fn durations_are_short_and_honest() {
    let table = [
        (0, "0.0 ms", "0.00 s"),
        (449, "0.4 ms", "0.00 s"),
        (9_949, "9.9 ms", "0.01 s"),
        (9_950, "10 ms", "0.01 s"),
        (12_400, "12 ms", "0.01 s"),
        (999_499, "999 ms", "1.00 s"),
        (999_500, "1.00 s", "1.00 s"),
        (1_234_000, "1.23 s", "1.23 s"),
        (59_994_999, "59.99 s", "59.99 s"),
        (59_995_000, "1 m 00 s", "60.00 s"),
        (125_000_000, "2 m 05 s", "125.00 s"),
    ];
    for (micros, short, long) in table {
        let time = Duration::from_micros(micros);
        assert_eq!(
            (duration(time).as_str(), seconds(time).as_str()),
            (short, long),
            "{micros}"
        );
    }
}

#[test]
fn paths_are_relative_where_that_helps() {
    let table = [
        ("/a/b", "/a/b/c/d.ts", "c/d.ts"),
        ("/a/b/", "/a/b/d.ts", "d.ts"),
        ("/a/b", "/a/bc/d.ts", "../bc/d.ts"),
        ("/a/b/c", "/a/x.ts", "../../x.ts"),
        ("/a/b", "/x/y.ts", "/x/y.ts"),
        ("/", "/x/y.ts", "x/y.ts"),
        ("/a/b", "/a/b", "/a/b"),
        ("/a/b", "node:fs", "node:fs"),
        ("", "/a/b", "/a/b"),
    ];
    for (root, path, expected) in table {
        assert_eq!(relative(root, path), expected, "{path} from {root}");
    }
}
