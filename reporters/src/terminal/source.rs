//! The source around a failure, with a mark at the line and a caret at the column.

use super::page::{Page, View};
use crate::{
    model::CodeFrame,
    style::Ink,
    text::{fit_start, skip_columns, visible, width},
};

pub(super) fn code_frame(page: &mut Page, view: View<'_>, frame: &CodeFrame, indent: usize) {
    if frame.lines.is_empty() {
        return;
    }
    let last = frame.first_line as usize + frame.lines.len() - 1;
    let digits = last.to_string().len();
    // "> 12 | "
    let gutter = 2 + digits + 3;
    let room = view.room(indent + gutter).max(20);
    let caret = caret_column(frame);
    let shift = scroll(caret, frame, room);
    for (number, line) in (frame.first_line..).zip(&frame.lines) {
        let text = printable(line);
        let text = fit_start(skip_columns(&text, shift), room, view.style.ellipsis());
        let marked = number == frame.at.line;
        let mark = if marked {
            view.style.shout(Ink::Bad, ">")
        } else {
            " ".to_owned()
        };
        let label = view.paint(Ink::Dim, &format!("{number:>digits$} |"));
        let row = format!("{mark} {label} {text}");
        page.line(indent, row.trim_end());
        if marked && let Some(caret) = caret {
            let label = view.paint(Ink::Dim, &format!("{:>digits$} |", ""));
            let spaces = " ".repeat(caret - shift);
            page.line(indent, format!("  {label} {spaces}{}", view.style.shout(Ink::Bad, "^")));
        }
    }
}

/// Source as it is printed: tabs have no fixed width, so they become two spaces.
fn printable(line: &str) -> String {
    visible(&line.replace('\t', "  ")).into_owned()
}

/// Columns in front of the marked place, as printed. None if the place is not in the frame.
fn caret_column(frame: &CodeFrame) -> Option<usize> {
    let line = frame.lines.get(frame.at.line.checked_sub(frame.first_line)? as usize)?;
    let mut units = (frame.at.column as usize).saturating_sub(1);
    let mut before = 0;
    for char in line.chars() {
        if units < char.len_utf16() {
            break;
        }
        units -= char.len_utf16();
        before += char.len_utf8();
    }
    Some(width(&printable(&line[..before])))
}

/// How many columns to leave out on the left so that the caret can be seen.
fn scroll(caret: Option<usize>, frame: &CodeFrame, room: usize) -> usize {
    let fits = frame.lines.iter().all(|line| width(&printable(line)) <= room);
    match caret {
        Some(caret) if !fits && caret >= room => caret - room / 2,
        _ => 0,
    }
}
