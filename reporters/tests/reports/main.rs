//! Reports made from literal lists of events: what people see, what tools read, and that both count the same.

mod counts;
mod dots;
mod json;
mod reporter;
mod scenes;
mod screen;
mod support;
mod terminal_caps;
mod terminal_end;
mod terminal_failures;
mod terminal_files;
mod terminal_hostile;
mod terminal_live;
mod terminal_notable;
mod terminal_widths;
mod text;
