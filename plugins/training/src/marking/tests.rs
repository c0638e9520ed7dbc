//! Marking, by its laws and by examples.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

const CODES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn question(kind: QuestionKind, choices: &[&str]) -> Question {
    let choice = |code: &&str| Choice { code: (*code).to_owned(), text: format!("choice {code}"), picture: None };
    Question {
        code: "q1".to_owned(),
        kind,
        text: "?".to_owned(),
        choices: choices.iter().map(choice).collect(),
        unit: None,
        explain: String::new(),
    }
}

fn of_choices(choices: &[String]) -> Right {
    Right { choices: choices.to_vec(), ..Right::default() }
}

fn kilograms() -> Right {
    let unit = |names: &[&str], factor: &str| Unit { names: codes(names), factor: factor.to_owned() };
    Right {
        number: Some("12.5".to_owned()),
        tolerance: Some("0.1".to_owned()),
        units: vec![unit(&["kg", "كلغ", "ⴽⴳ"], "1"), unit(&["g", "غ"], "0.001"), unit(&["quintal"], "100")],
        ..Right::default()
    }
}

proptest! {
    #[test]
    fn points_never_leave_their_bounds(
        right in subsequence(&CODES[..], 0..=5), given in vec(prop::sample::select(&CODES[..]), 0..8),
    ) {
        for kind in [QuestionKind::Single, QuestionKind::Multiple, QuestionKind::Order, QuestionKind::Picture] {
            prop_assert!(mark(kind, &of_choices(&codes(&right)), &codes(&given)) <= POINTS);
        }
    }

    #[test]
    fn exactly_what_is_right_has_all_points_and_nothing_else_has(
        right in subsequence(&CODES[..], 1..=5), given in subsequence(&CODES[..], 1..=5),
    ) {
        let points = mark(QuestionKind::Multiple, &of_choices(&codes(&right)), &codes(&given));
        prop_assert_eq!(points == POINTS, right == given);
    }

    #[test]
    fn one_more_wrong_choice_never_helps_and_choosing_all_of_half_gives_nothing(
        right in subsequence(&CODES[..], 1..=4), given in subsequence(&CODES[..], 0..=4),
    ) {
        let right = codes(&right);
        let before = mark(QuestionKind::Multiple, &of_choices(&right), &codes(&given));
        for wrong in CODES.iter().filter(|code| !right.contains(&(**code).to_owned())) {
            let mut more = codes(&given);
            more.push((*wrong).to_owned());
            prop_assert!(mark(QuestionKind::Multiple, &of_choices(&right), &more) <= before);
        }
        if right.len() <= 2 {
            prop_assert_eq!(mark(QuestionKind::Multiple, &of_choices(&right), &codes(&CODES)), 0);
        }
    }

    #[test]
    fn the_order_of_what_is_sent_does_not_matter_for_several_choices(
        right in subsequence(&CODES[..], 1..=5), given in subsequence(&CODES[..], 1..=5).prop_shuffle(),
    ) {
        let mut sorted = given.clone();
        sorted.sort_unstable();
        let right = of_choices(&codes(&right));
        let points = |given: &[&str]| mark(QuestionKind::Multiple, &right, &codes(given));
        prop_assert_eq!(points(&given), points(&sorted));
    }

    #[test]
    fn an_order_has_all_points_only_when_it_is_the_right_one(given in Just(CODES.to_vec()).prop_shuffle()) {
        let points = mark(QuestionKind::Order, &of_choices(&codes(&CODES)), &codes(&given));
        prop_assert_eq!(points == POINTS, given == CODES);
        let at_place = given.iter().zip(CODES).filter(|(one, other)| *one == other).count();
        prop_assert_eq!(points as usize, at_place * 20);
    }

    #[test]
    fn a_number_is_right_within_its_tolerance_and_not_beyond(grams in 0_u32..30_000) {
        let is_near = (12_400..=12_600).contains(&grams);
        let right = kilograms();
        for typed in [format!("{grams} g"), format!("{},{:03} kg", grams / 1000, grams % 1000)] {
            // "1,500 kg" may mean fifteen hundred, and is right when either is.
            let points = mark(QuestionKind::Number, &right, std::slice::from_ref(&typed));
            prop_assert_eq!(points == POINTS, is_near, "{}", typed);
        }
    }

    #[test]
    fn whatever_is_sent_marking_answers(typed in "\\PC{0,60}") {
        for kind in [QuestionKind::Number, QuestionKind::Text] {
            let right = Right { texts: codes(&["couscous"]), ..kilograms() };
            prop_assert!(mark(kind, &right, std::slice::from_ref(&typed)) <= POINTS);
            let _ = answer_of(&question(kind, &[]), &[&typed], |_| None);
        }
    }
}

#[test]
fn numbers_are_marked_in_every_script_and_unit() {
    for (typed, points) in [
        ("12,5", 100),
        ("١٢٫٥", 100),
        ("١٢٫٥ كلغ", 100),
        ("12.6 KG", 100),
        ("12 500 g", 100),
        ("0,125 quintal", 100),
        ("12,7 kg", 0),
        ("12,5 g", 0),
        ("12,5 litres", 0),
        ("douze", 0),
    ] {
        assert_eq!(mark(QuestionKind::Number, &kilograms(), &[typed.to_owned()]), points, "{typed}");
    }
    let percent = Right {
        number: Some("20".to_owned()),
        units: vec![Unit { names: codes(&["%", "٪"]), factor: "1".to_owned() }],
        ..Right::default()
    };
    for typed in ["20 %", "٢٠٪", "20"] {
        assert_eq!(mark(QuestionKind::Number, &percent, &[typed.to_owned()]), 100, "{typed}");
    }
}

#[test]
fn a_text_is_right_in_every_script_that_is_accepted() {
    let right = Right { texts: codes(&["assemblée", "الجمع العام", "ⴰⴳⵔⴰⵡ"]), ..Right::default() };
    for (typed, points) in
        [("ASSEMBLEE", 100), ("الجَمْع العامّ", 100), ("agraw", 100), ("ⴰⴳⵔⴰⵡ", 100), ("assemblage", 0), ("الجمع", 0)]
    {
        assert_eq!(mark(QuestionKind::Text, &right, &[typed.to_owned()]), points, "{typed}");
    }
}

#[test]
fn an_order_is_an_answer_only_when_every_place_is_taken_once() {
    let question = question(QuestionKind::Order, &["a", "b", "c"]);
    let answer = |places: [&'static str; 3]| {
        answer_of(&question, &[], move |code| match code {
            "a" => Some(places[0]),
            "b" => Some(places[1]),
            _ => Some(places[2]),
        })
    };
    assert_eq!(answer(["2", "3", "1"]), Some(codes(&["c", "a", "b"])));
    for places in [["1", "1", "2"], ["0", "1", "2"], ["1", "2", "4"], ["1", "", "2"]] {
        assert_eq!(answer(places), None, "{places:?}");
    }
}

#[test]
fn a_question_without_its_right_answer_is_found() {
    use QuestionKind::{Multiple, Number, Order, Picture, Single, Text};
    let two = ["a", "b"];
    let choices = |right: &[&str]| Right { choices: codes(right), ..Right::default() };
    let number = |number: &str| Right { number: Some(number.to_owned()), ..Right::default() };
    for (kind, shown, right, found) in [
        (Single, &two[..], Some(choices(&["a"])), None),
        (Single, &two, None, Some(Fault::NoRight)),
        (Single, &two, Some(choices(&["c"])), Some(Fault::NoRight)),
        (Single, &two, Some(choices(&two)), Some(Fault::NoRight)),
        (Single, &["a"], Some(choices(&["a"])), Some(Fault::Choices)),
        (Single, &["a", "a"], Some(choices(&["a"])), Some(Fault::Choices)),
        (Multiple, &two, Some(choices(&[])), Some(Fault::NoRight)),
        (Multiple, &two, Some(choices(&two)), None),
        (Order, &two, Some(choices(&["b", "a"])), None),
        (Order, &two, Some(choices(&two)), Some(Fault::Order)),
        (Order, &two, Some(choices(&["b"])), Some(Fault::Order)),
        (Order, &two, Some(choices(&["b", "b"])), Some(Fault::Order)),
        (Number, &[], Some(number("12.5")), None),
        (Number, &[], Some(number("12,5")), Some(Fault::Number)),
        (Number, &[], Some(Right::default()), Some(Fault::NoRight)),
        (Number, &[], Some(Right { tolerance: Some("-1".to_owned()), ..number("1") }), Some(Fault::Number)),
        (Text, &[], Some(Right { texts: codes(&["!"]), ..Right::default() }), Some(Fault::NoRight)),
        (Text, &[], Some(Right { texts: codes(&["miel"]), ..Right::default() }), None),
        (Picture, &two, Some(choices(&["a"])), Some(Fault::NoPicture)),
    ] {
        assert_eq!(fault(&question(kind, shown), right.as_ref()), found, "{kind:?} {shown:?} {right:?}");
    }
}
