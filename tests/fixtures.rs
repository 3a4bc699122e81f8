//! Every fixture does what its model says, and all reports agree on it.

use rayon::prelude::*;

use crate::support::model::Model;

/// `FIXTURE=name` runs those whose name contains it.
#[test]
fn every_fixture_does_what_its_model_says() {
    let wanted = std::env::var("FIXTURE").unwrap_or_default();
    let models: Vec<Model> = Model::all()
        .into_iter()
        .filter(|model| model.name.contains(&wanted))
        .collect();
    assert!(!models.is_empty(), "no fixture is called like {wanted}");
    let check = |model: &Model| {
        std::panic::catch_unwind(|| model.check()).unwrap_or_else(|_| Err(format!("== {}: see above", model.name)))
    };
    let faults: Vec<String> = models.par_iter().filter_map(|model| check(model).err()).collect();
    assert!(
        faults.is_empty(),
        "{} of {} fixtures are not as stated\n\n{}",
        faults.len(),
        models.len(),
        faults.join("\n\n")
    );
}

#[test]
fn models_agree_with_themselves() {
    for model in Model::all() {
        let counts = &model.counts;
        let fails = counts.files_failed + counts.failed + counts.file_errors + counts.files_not_run > 0;
        assert_eq!(model.exit, i32::from(fails), "exit code in the model of {}", model.name);
        assert!(
            model.about.ends_with('.'),
            "the model of {} says what it is about",
            model.name
        );
    }
}
