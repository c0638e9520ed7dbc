//! How conditions are judged.

use super::*;

fn codes(about: About, one_of: &[&str], none_of: &[&str]) -> Condition {
    let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    Condition { one_of: list(one_of), none_of: list(none_of), ..Condition::numbers(about, None, None) }
}

fn held(condition: Condition, said: Option<Said>) -> Held {
    let mut facts = Facts::default();
    if let Some(said) = said {
        facts.note(condition.about, said, From::Typed);
    }
    judge(&[condition], &facts)[0].held
}

#[test]
fn numbers_are_held_against_both_bounds() {
    let months = || Condition::numbers(About::MonthsRegistered, Some(12), Some(60));
    for (number, expected) in [(11, Held::Low), (12, Held::Met), (60, Held::Met), (61, Held::High)] {
        assert_eq!(held(months(), Some(Said::Number(number))), expected, "{number}");
    }
    assert_eq!(held(months(), None), Held::Unknown);
}

#[test]
fn a_sector_covers_its_branches_and_a_branch_that_is_left_out_is_asked_for() {
    let sector = |code: &str| Some(Said::Code(code.to_owned()));
    let without = || codes(About::Sector, &[], &["fishing.deep-sea"]);
    assert_eq!(held(without(), sector("food")), Held::Met);
    assert_eq!(held(without(), sector("fishing.deep-sea")), Held::Other);
    assert_eq!(held(without(), sector("fishing.coastal")), Held::Met);
    assert_eq!(held(without(), sector("fishing")), Held::Unknown, "which fishing it is nobody has said");
    let only = || codes(About::Sector, &["food", "crafts"], &[]);
    assert_eq!(held(only(), sector("crafts.pottery")), Held::Met);
    assert_eq!(held(only(), sector("craftsmanship")), Held::Other);
}

#[test]
fn a_condition_that_makes_no_sense_is_refused() {
    for (condition, wrong) in [
        (Condition::numbers(About::Age, None, None), WrongCondition::Empty),
        (Condition::numbers(About::Age, Some(40), Some(18)), WrongCondition::LeastAboveMost),
        (Condition::numbers(About::Age, Some(-1), None), WrongCondition::TooLarge),
        (Condition::numbers(About::WomenShare, None, Some(50)), WrongCondition::Bound),
        (Condition::numbers(About::Sector, Some(1), None), WrongCondition::Bound),
        (codes(About::Capital, &["x"], &[]), WrongCondition::Bound),
    ] {
        assert_eq!(condition.check(), Err(wrong), "{condition:?}");
    }
}

#[test]
fn a_summary_says_what_is_missing_before_what_is_not_known() {
    let conditions = [
        Condition::numbers(About::Age, Some(18), None),
        Condition::numbers(About::Capital, Some(100_000), None),
        Condition::numbers(About::WomenShare, Some(50), None),
    ];
    let mut facts = Facts::default();
    assert_eq!(Summary::of(&judge(&conditions, &facts)).word(), "ask");
    facts.number(About::Age, 20, From::Typed);
    facts.number(About::Capital, 50_000, From::Register);
    let summary = Summary::of(&judge(&conditions, &facts));
    assert_eq!((summary, summary.word()), (Summary { met: 1, not_met: 1, not_known: 1 }, "missing"));
    assert_eq!(Summary::default().word(), "open");
}

#[test]
fn what_is_typed_takes_the_place_of_what_the_register_says() {
    let mut facts = Facts::default();
    facts.number(About::Capital, 1, From::Register);
    facts.number(About::Capital, 2, From::Typed);
    assert_eq!(facts.about(About::Capital), Some(&Fact { said: Said::Number(2), from: From::Typed }));
}
