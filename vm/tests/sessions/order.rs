//! Random order from a seed.

use trun_vm::harness::observer::{CaseMode, CaseOutcome};

use crate::driver::{Heard, Session};

const FILE: &str = "
    for (const name of 'abcdef') test(name, () => {});
    describe('one', () => {
      beforeAll(() => console.log('enter one'));
      afterAll(() => console.log('leave one'));
      for (const name of 'uvwxyz') test(name, () => console.log(name));
      describe('inner', () => {
        for (const name of '123') test(name, () => console.log(name));
        afterAll(() => console.log('leave inner'));
      });
    });
    describe('two', () => { for (const name of 'klm') test(name, () => {}); });";

fn ids(heard: &Heard) -> Vec<u32> {
    heard.ends.iter().map(|end| end.case).collect()
}

#[test]
fn a_seed_gives_one_order_for_ever() {
    let first = Session::new().seed(1).run(FILE).passed();
    let second = Session::new().seed(1).run(FILE).passed();
    assert_eq!(ids(&first), ids(&second));
    // Also in another process, and in the next version.
    assert_eq!(
        ids(&first),
        [2, 15, 17, 16, 11, 10, 8, 9, 6, 14, 13, 12, 7, 5, 4, 1, 0, 3]
    );
}

#[test]
fn seeds_give_different_orders_and_none_gives_that_of_the_file() {
    let plain = Session::new().run(FILE).passed();
    let orders: Vec<_> = (0..4)
        .map(|seed| ids(&Session::new().seed(seed).run(FILE).passed()))
        .collect();
    assert_eq!(ids(&plain), (0..18).collect::<Vec<_>>());
    for (at, order) in orders.iter().enumerate() {
        assert_ne!(*order, ids(&plain));
        assert!(!orders[..at].contains(order), "{orders:?}");
    }
}

#[test]
fn cases_keep_their_numbers_and_all_run_once() {
    let plain = Session::new().run(FILE);
    let heard = Session::new().seed(3).run(FILE).passed();
    assert_eq!(heard.cases.len(), plain.cases.len());
    for (shuffled, declared) in heard.cases.iter().zip(&plain.cases) {
        assert_eq!(
            (&shuffled.ancestors, &shuffled.title),
            (&declared.ancestors, &declared.title)
        );
    }
    let mut sorted = ids(&heard);
    sorted.sort_unstable();
    assert_eq!(sorted, (0..18).collect::<Vec<_>>());
}

#[test]
fn suites_stay_in_one_piece_between_their_hooks() {
    for seed in 0..8 {
        let heard = Session::new().seed(seed).run(FILE).passed();
        let lines = heard.lines();
        assert_eq!(
            (lines.first(), lines.last()),
            (Some(&"enter one"), Some(&"leave one")),
            "{lines:?}"
        );
        let at = |wanted: &str| lines.iter().position(|line| *line == wanted).expect("it was printed");
        let inner = ["1", "2", "3"].map(at);
        let last = inner.iter().max().expect("three");
        let first = inner.iter().min().expect("three");
        assert_eq!(last - first, 2, "{lines:?}");
        assert_eq!(at("leave inner"), last + 1, "{lines:?}");
    }
}

#[test]
fn a_name_pattern_takes_cases_away_and_changes_no_order() {
    let whole = Session::new().seed(5).run(FILE).passed();
    let part = Session::new().seed(5).only_named("^one").run(FILE);
    let ran = |heard: &Heard| -> Vec<u32> {
        let passed = heard.ends.iter().filter(|end| end.outcome == CaseOutcome::Passed);
        passed.map(|end| end.case).collect()
    };
    let of_one = |case: &u32| {
        whole.cases[*case as usize]
            .ancestors
            .first()
            .is_some_and(|title| title == "one")
    };
    assert_eq!(ran(&part), ran(&whole).into_iter().filter(of_one).collect::<Vec<_>>());
    assert_eq!(ran(&part).len(), 9);
    assert_eq!(part.cases[0].mode, CaseMode::Filtered);
}

#[test]
fn another_suite_has_no_say_in_the_order_within_one() {
    let order_in = |text: &str| {
        let heard = Session::new().seed(9).run(text).passed();
        let names = heard.order().into_iter();
        names.filter(|name| name.starts_with("two")).collect::<Vec<_>>()
    };
    let more = FILE.replace("'klm'", "'klmnopq'").replace("'uvwxyz'", "'uvwxyz7'");
    let fewer = FILE.replace("'klm'", "'klmnopq'").replace("'123'", "'1'");
    assert_eq!(order_in(&more), order_in(&fewer));
    assert_eq!(order_in(&more).len(), 7);
}

#[test]
fn a_suite_can_ask_for_a_random_order_or_for_its_own() {
    let text = "import { describe, test } from 'vitest';
        describe.shuffle('mixed', () => { for (const name of 'abcdefgh') test(name, () => {}); });
        describe('plain', () => { for (const name of 'abcdefgh') test(name, () => {}); });
        describe('kept', { shuffle: false }, () => { for (const name of 'abcdefgh') test(name, () => {}); });";
    let order_in = |heard: &Heard, suite: &str| -> String {
        let of_suite = heard
            .ends
            .iter()
            .filter(|end| heard.cases[end.case as usize].ancestors == [suite]);
        of_suite
            .map(|end| heard.cases[end.case as usize].title.as_str())
            .collect()
    };
    let plain = Session::new().run(text).passed();
    assert_ne!(order_in(&plain, "mixed"), "abcdefgh");
    assert_eq!(order_in(&plain, "plain"), "abcdefgh");
    assert_eq!(order_in(&plain, "kept"), "abcdefgh");
    let random = Session::new().seed(2).run(text).passed();
    assert_ne!(order_in(&random, "plain"), "abcdefgh");
    assert_eq!(order_in(&random, "kept"), "abcdefgh");
    assert_ne!(order_in(&random, "mixed"), order_in(&plain, "mixed"));
}
