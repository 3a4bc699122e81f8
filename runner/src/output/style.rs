//! How printed output looks: what the user said, what the terminal can, what the environment knows.

use std::ffi::OsString;

use console::Term;
use trun_reporters::Style;

use crate::cli::{ColourChoice, env_vars};

/// Columns of a terminal that does not tell.
const USUAL_WIDTH: usize = 80;

/// What stdout is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether it is a terminal at all.
    pub is_terminal: bool,
    /// Whether it shows colours and obeys control sequences.
    pub is_capable: bool,
    /// Its columns, as far as they are known.
    pub width: Option<usize>,
    /// Whether somebody sees it now: a progress view may be drawn and erased again.
    pub is_watched: bool,
    /// Whether it shows characters outside ASCII.
    pub unicode: bool,
}

impl Terminal {
    /// Looks at stdout, and at the environment behind `env`.
    #[must_use]
    pub fn of_stdout(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let term = Term::stdout();
        let is_terminal = term.is_term();
        let measured = is_terminal
            .then(|| term.size_checked().map(|(_, columns)| usize::from(columns)))
            .flatten();
        Self::described(is_terminal, measured, &env)
    }

    fn described(is_terminal: bool, measured: Option<usize>, env: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let told = || env(env_vars::COLUMNS)?.to_str()?.trim().parse().ok();
        let measured = measured.filter(|columns| *columns > 0);
        let is_capable = is_terminal && env(env_vars::TERM).is_none_or(|name| name != "dumb");
        Self {
            is_terminal,
            is_capable,
            // Without its real width a frame could not be erased.
            is_watched: is_capable && measured.is_some() && !is_ci(env),
            width: measured.or_else(told).filter(|columns| *columns > 0),
            unicode: shows_unicode(env),
        }
    }
}

/// The style of stdout.
#[must_use]
pub fn style(choice: ColourChoice, terminal: &Terminal) -> Style {
    let colour = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => terminal.is_capable,
    };
    let fallback = if terminal.is_terminal { USUAL_WIDTH } else { usize::MAX };
    Style {
        colour,
        width: terminal.width.unwrap_or(fallback),
        unicode: terminal.unicode,
        live: terminal.is_watched,
    }
}

/// Some services give their jobs a terminal, which only becomes a log.
fn is_ci(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    env(env_vars::CI).is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Only a locale that names another character set says no. `C` and none at all are what containers have, whose logs are
/// read as UTF-8.
fn shows_unicode(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    let locale = env_vars::LOCALE
        .iter()
        .find_map(|name| env(name).filter(|value| !value.is_empty()));
    let Some(locale) = locale.as_ref().and_then(|value| value.to_str()) else {
        return true;
    };
    let Some((_, charset)) = locale.split_once('.') else {
        return true;
    };
    let charset = charset.to_ascii_lowercase();
    charset.starts_with("utf-8") || charset.starts_with("utf8")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use trun_reporters::Style;

    use super::{Terminal, style};
    use crate::cli::ColourChoice;

    fn look(is_terminal: bool, measured: Option<usize>, env: &[(&str, &str)]) -> Style {
        let lookup = |name: &str| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        };
        style(ColourChoice::Auto, &Terminal::described(is_terminal, measured, &lookup))
    }

    #[test]
    fn a_terminal_has_colours_and_a_width() {
        assert_eq!(look(true, Some(0), &[]), Style::coloured(80));
        for env in [&[][..], &[("COLUMNS", "40")]] {
            let live = Style {
                live: true,
                ..Style::coloured(120)
            };
            assert_eq!(look(true, Some(120), env), live);
        }
        assert!(!look(true, Some(120), &[("TERM", "dumb")]).colour);
    }

    #[test]
    fn a_progress_view_needs_a_terminal_that_obeys_and_somebody_who_looks() {
        for (env, live) in [
            (("TERM", "xterm"), true),
            (("TERM", "dumb"), false),
            (("CI", "true"), false),
            (("CI", "1"), false),
            (("CI", "false"), true),
            (("CI", ""), true),
            (("NO_COLOR", "1"), true),
        ] {
            assert_eq!(look(true, Some(80), &[env]).live, live, "{env:?}");
        }
        assert!(!look(true, None, &[]).live, "its width is not known");
        assert!(!look(false, None, &[("TERM", "xterm")]).live);
    }

    #[test]
    fn a_log_has_neither() {
        assert_eq!(look(false, None, &[]), Style::plain());
        assert_eq!(look(false, None, &[("COLUMNS", "40")]).width, 40);
        assert_eq!(look(false, None, &[("COLUMNS", "wide")]).width, usize::MAX);
    }

    #[test]
    fn the_choice_of_the_user_wins() {
        let log = Terminal::described(false, None, &|_| None);
        let terminal = Terminal::described(true, Some(80), &|_| None);
        assert!(style(ColourChoice::Always, &log).colour);
        assert!(!style(ColourChoice::Never, &terminal).colour);
    }

    #[test]
    fn the_locale_decides_the_characters() {
        for (locale, unicode) in [
            ("en_US.UTF-8", true),
            ("C", true),
            ("de_DE.utf8@euro", true),
            ("de_DE.ISO-8859-1", false),
        ] {
            assert_eq!(look(true, None, &[("LANG", locale)]).unicode, unicode, "{locale}");
        }
        assert!(look(true, None, &[("LC_ALL", "C.UTF-8"), ("LANG", "x.latin1")]).unicode);
    }
}
