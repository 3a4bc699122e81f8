//! Settings of a command line on an imagined machine.

use std::{ffi::OsString, path::Path};

use super::super::{
    Settings, UsageError,
    args::Typed,
    env_vars::{self, Environment},
    flags::Flag,
    layer::{Given, Layer, Place, Word, word},
    resolve::{LowArgs, Surroundings},
};

/// The seed that nobody foresees.
pub(super) const FRESH_SEED: u32 = 4711;

/// What is imagined about the machine: `/root` on 4 cores with 1000 MB, and these files and folders.
#[derive(Default)]
pub(super) struct Machine {
    pub(super) env: Vec<(&'static str, &'static str)>,
    pub(super) config: Vec<(Flag, &'static str)>,
    pub(super) files: Vec<&'static str>,
    pub(super) folders: Vec<&'static str>,
}

impl Machine {
    pub(super) fn resolve(&self, words: &[&str]) -> Result<(Settings, Vec<String>), UsageError> {
        let env: Environment = self.env.iter().copied().collect();
        let typed = Typed::read(["trun"].iter().chain(words).map(OsString::from))?;
        let (variables, mut warnings) = env_vars::read(&env)?;
        let low = LowArgs::new(typed, variables.over(self.layer()));
        let has = |paths: &[&str], path: &Path| paths.iter().any(|known| Path::new(known) == path);
        let surroundings = Surroundings {
            root: "/root".into(),
            cores: 4,
            memory: Some(1_000_000_000),
            env: &env,
            fresh_seed: FRESH_SEED,
            is_file: &|path| has(&self.files, path),
            is_dir: &|path| has(&self.folders, path),
        };
        let settings = Settings::resolve(&low, &surroundings, &mut warnings)?;
        Ok((settings, warnings))
    }

    pub(super) fn settings(&self, words: &[&str]) -> Settings {
        let resolved = self.resolve(words);
        resolved.unwrap_or_else(|error| panic!("{words:?}: {error}")).0
    }

    pub(super) fn refusal(&self, words: &[&str]) -> String {
        match self.resolve(words) {
            Ok((settings, _)) => panic!("{words:?} was taken: {settings:?}"),
            Err(error) => {
                assert_eq!(error.exit_code().code(), 2);
                error.to_string()
            }
        }
    }

    fn layer(&self) -> Layer {
        let mut layer = Layer::default();
        for (line, (flag, text)) in self.config.iter().enumerate() {
            let name = "trun.toml".to_owned();
            layer.add(Given {
                flag: *flag,
                word: word(*flag, text).unwrap_or_else(|_| Word::Text((*text).to_owned())),
                place: Place::File { name, line: line + 1 },
            });
        }
        layer
    }
}

pub(super) fn settings(words: &[&str]) -> Settings {
    Machine::default().settings(words)
}

pub(super) fn refusal(words: &[&str]) -> String {
    Machine::default().refusal(words)
}

pub(super) fn with_env(env: &[(&'static str, &'static str)]) -> Machine {
    Machine {
        env: env.to_vec(),
        ..Machine::default()
    }
}

pub(super) fn with_config(config: &[(Flag, &'static str)]) -> Machine {
    Machine {
        config: config.to_vec(),
        ..Machine::default()
    }
}
