//! What is typed over the environment over a configuration over the default.

use super::super::{flags::Flag, settings::ColourChoice};
use super::support::{FRESH_SEED, Machine, settings, with_config, with_env};

fn all_three(words: &[&str], env: &[(&'static str, &'static str)], config: &[(Flag, &'static str)]) -> u32 {
    let machine = Machine {
        env: env.to_vec(),
        config: config.to_vec(),
        ..Machine::default()
    };
    machine.settings(words).retry
}

#[test]
fn the_strongest_place_wins() {
    let (env, config) = ([("TRUN_RETRY", "2")], [(Flag::Retry, "3")]);
    assert_eq!(all_three(&["--retry=1"], &env, &config), 1);
    assert_eq!(all_three(&[], &env, &config), 2);
    assert_eq!(all_three(&[], &[], &config), 3);
    assert_eq!(all_three(&[], &[], &[]), 0);
}

#[test]
fn what_is_turned_on_below_can_be_turned_off_above() {
    let on = with_config(&[(Flag::FailOnLeak, "true"), (Flag::Bail, "3"), (Flag::Cache, "false")]);
    assert!(on.settings(&[]).fail_on_leak);
    assert!(!on.settings(&["--no-fail-on-leak"]).fail_on_leak);
    assert!(!on.settings(&["--fail-on-leak=false"]).fail_on_leak);
    assert_eq!(on.settings(&["--no-bail"]).bail, None);
    let off = with_env(&[("TRUN_NO_ISOLATE", "1")]);
    assert!(!off.settings(&[]).isolate);
    assert!(off.settings(&["--isolate"]).isolate);
    assert!(with_env(&[("TRUN_NO_ISOLATE", "0")]).settings(&[]).isolate);
    assert!(!with_env(&[("TRUN_ISOLATE", "false")]).settings(&[]).isolate);
}

#[test]
fn an_empty_variable_is_not_set() {
    assert_eq!(all_three(&[], &[("TRUN_RETRY", "")], &[(Flag::Retry, "3")]), 3);
}

#[test]
fn a_wrong_value_is_named_with_its_place() {
    assert_eq!(
        with_env(&[("TRUN_BAIL", "x")]).refusal(&[]),
        "invalid value \"x\" for TRUN_BAIL: a number from 0 on is needed"
    );
    assert_eq!(
        with_config(&[(Flag::Retry, "1"), (Flag::Bail, "x")]).refusal(&[]),
        "trun.toml:2: invalid value \"x\" for bail: a number from 0 on is needed"
    );
    let said = with_env(&[("TRUN_ISOLATE", "maybe")]).refusal(&[]);
    assert_eq!(
        said,
        "invalid value \"maybe\" for TRUN_ISOLATE: true or false is needed"
    );
}

#[test]
fn what_looks_like_a_variable_of_ours_is_warned_about() {
    let machine = with_env(&[("TRUN_PARALEL", "2"), ("TRUN_WORKER_ID", "1"), ("OTHER", "x")]);
    let (_, warnings) = machine.resolve(&[]).unwrap();
    assert_eq!(
        warnings,
        ["unknown environment variable TRUN_PARALEL, did you mean TRUN_PARALLEL?"]
    );
}

#[test]
fn colours() {
    let colour = |env: &[(&'static str, &'static str)], words: &[&str]| with_env(env).settings(words).colour;
    assert_eq!(colour(&[], &["--color"]), ColourChoice::Always);
    assert_eq!(colour(&[], &["--color", "--no-color"]), ColourChoice::Never);
    assert_eq!(colour(&[], &["--no-color", "--colors"]), ColourChoice::Always);
    assert_eq!(colour(&[("NO_COLOR", "1")], &[]), ColourChoice::Never);
    assert_eq!(colour(&[("NO_COLOR", "")], &[]), ColourChoice::Auto);
    assert_eq!(colour(&[("NO_COLOR", "1")], &["--color"]), ColourChoice::Always);
    assert_eq!(
        colour(&[("NO_COLOR", "1"), ("TRUN_COLOR", "1")], &[]),
        ColourChoice::Always
    );
    assert_eq!(
        colour(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], &[]),
        ColourChoice::Always
    );
    assert_eq!(colour(&[("FORCE_COLOR", "0")], &[]), ColourChoice::Never);
    assert_eq!(colour(&[("FORCE_COLOR", "")], &["--no-color"]), ColourChoice::Never);
}

#[test]
fn variables_about_colours_win_over_a_configuration() {
    let machine = |env: &[(&'static str, &'static str)]| Machine {
        env: env.to_vec(),
        ..with_config(&[(Flag::Color, "true")])
    };
    assert_eq!(machine(&[]).settings(&[]).colour, ColourChoice::Always);
    assert_eq!(machine(&[("NO_COLOR", "1")]).settings(&[]).colour, ColourChoice::Never);
}

#[test]
fn a_seed_is_a_random_order() {
    let seed = |words: &[&str]| settings(words).seed;
    assert_eq!(seed(&[]), None);
    assert_eq!(seed(&["--randomize"]), Some(FRESH_SEED));
    assert_eq!(seed(&["--seed=7"]), Some(7));
    assert_eq!(seed(&["--randomize", "--seed", "0"]), Some(0));
    assert_eq!(seed(&["--seed=7", "--no-randomize"]), None);
    assert_eq!(seed(&["--seed=4294967295"]), Some(u32::MAX));
    let configured = with_config(&[(Flag::Seed, "7")]);
    assert_eq!(configured.settings(&[]).seed, Some(7));
    assert_eq!(configured.settings(&["--randomize"]).seed, Some(7));
    assert_eq!(configured.settings(&["--no-randomize"]).seed, None);
    let unwanted = with_config(&[(Flag::Randomize, "false")]);
    assert_eq!(unwanted.settings(&["--seed=7"]).seed, Some(7));
    for wrong in ["-1", "x", "4294967296", "1.5", ""] {
        let said = super::support::refusal(&[&format!("--seed={wrong}")]);
        assert!(said.contains("for --seed: a number from 0 to 4294967295"), "{said}");
    }
}

#[test]
fn paths_of_a_configuration_stand_in_for_typed_ones() {
    let machine = with_config(&[(Flag::Paths, "src"), (Flag::Paths, "tests")]);
    assert_eq!(machine.settings(&[]).paths, ["src", "tests"]);
    assert_eq!(machine.settings(&["a"]).paths, ["a"]);
    let by_pattern = machine.settings(&["--testPathPattern", "a$"]);
    assert_eq!((by_pattern.paths.len(), by_pattern.path_patterns.len()), (0, 1));
}
