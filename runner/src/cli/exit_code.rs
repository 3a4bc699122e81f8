//! What trun's exit status means. A part of its public contract: scripts branch on it.

/// How a run of trun ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Everything that ran passed. A run in which all tests are skipped is one of these.
    Passed,
    /// A test or a file failed, a worker crashed, the run was cut short.
    Failed,
    /// The command line or the configuration is wrong; nothing ran.
    Usage,
    /// No tests were found, or none matched.
    NoTests,
    /// trun could not do its job: no worker starts, a report cannot be written, a bug.
    Broken,
    /// A signal with this number ended the run.
    Signal(u8),
}

impl ExitCode {
    /// The code of a run that was ended by the signal with this number: 128 + n, as shells have it.
    ///
    /// Numbers that are no signal's become [`ExitCode::Broken`].
    #[must_use]
    pub fn signal(number: i32) -> Self {
        match u8::try_from(number) {
            Ok(number @ 1..=127) => Self::Signal(number),
            _ => Self::Broken,
        }
    }

    /// The number that the process exits with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NoTests => 3,
            Self::Broken => 4,
            Self::Signal(number) => 128 + number,
        }
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> Self {
        code.code()
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn codes_are_the_documented_ones() {
        let codes = [
            ExitCode::Passed,
            ExitCode::Failed,
            ExitCode::Usage,
            ExitCode::NoTests,
            ExitCode::Broken,
            ExitCode::signal(2),
            ExitCode::signal(15),
        ];
        assert_eq!(codes.map(ExitCode::code), [0, 1, 2, 3, 4, 130, 143]);
    }

    #[test]
    fn what_is_no_signal_is_our_failure() {
        assert_eq!([0, -1, 128, 300].map(ExitCode::signal), [ExitCode::Broken; 4]);
    }
}
