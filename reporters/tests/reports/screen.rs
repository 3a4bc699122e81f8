//! A terminal as small as the tests need it: what was printed, as it can be seen and scrolled back to.

use unicode_width::UnicodeWidthChar;

/// Knows line feeds, returns, moving up, erasing to the end, and colours. Anything else must not be written.
pub(crate) struct Screen {
    columns: usize,
    rows: usize,
    /// All lines since the beginning; the last `rows` of them are visible.
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
        }
    }

    /// What a terminal of this size shows after `text`.
    pub(crate) fn of(text: &str, columns: usize) -> String {
        let mut screen = Self::new(columns, 24);
        screen.write(text);
        screen.text()
    }

    pub(crate) fn write(&mut self, text: &str) {
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            match char {
                '\n' => self.feed(),
                '\r' => self.column = 0,
                '\x1b' => self.obey(&mut chars),
                _ => self.print(char),
            }
        }
    }

    /// Everything that can be seen or scrolled back to, without spaces at the ends of lines.
    pub(crate) fn text(&self) -> String {
        let line = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        self.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn obey(&mut self, chars: &mut std::str::Chars<'_>) {
        assert_eq!(chars.next(), Some('['), "a sequence that is none of a progress view");
        let mut parameter = String::new();
        let command = loop {
            match chars.next().expect("a sequence ends") {
                char if char.is_ascii_digit() || char == ';' => parameter.push(char),
                char => break char,
            }
        };
        match command {
            'm' => {}
            'A' => {
                let top = self.lines.len().saturating_sub(self.rows);
                let up: usize = parameter.parse().expect("how far to go up");
                assert!(self.row >= top + up, "the cursor leaves the top of the screen");
                self.row -= up;
            }
            'J' => {
                assert_eq!((self.column, parameter.as_str()), (0, ""));
                self.lines.truncate(self.row + 1);
                self.lines[self.row].clear();
            }
            other => panic!("the sequence {other:?} is none of a progress view"),
        }
    }

    fn feed(&mut self) {
        self.row += 1;
        self.column = 0;
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn print(&mut self, char: char) {
        let wide = char.width().unwrap_or(0);
        if self.column + wide > self.columns {
            self.feed();
        }
        let line = &mut self.lines[self.row];
        assert!(self.column >= line.len() || line.is_empty(), "something is overwritten");
        line.push(char);
        self.column += wide;
    }
}
