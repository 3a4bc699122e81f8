//! Reports made from literal lists of events: what people see, what tools read, and that both count the same.

mod counts;
mod documents;
mod dots;
mod github;
mod json;
mod json_extras;
mod junit;
mod junit_results;
mod junit_text;
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
mod xml;
