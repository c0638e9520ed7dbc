//! The laws of proposals, for whatever three documents: small alphabets, so that lines meet.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};
use serde_json::{Map, Value, json};

use super::again::{Became, became, known_again, own_again};
use super::change::{Change, offers};
use super::rebase::{Chosen, Fit, Names, apply, fit};
use crate::lineage::{Difference, Document, Found, Place, differences, of_a_model, offered, undone};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![(0..3_u8).prop_map(Value::from), Just(json!("a")), Just(json!([1, 2]))]
}

fn line() -> impl Strategy<Value = Map<String, Value>> {
    let product = prop_oneof![Just("oil"), Just("cake"), Just("own-1"), Just("own-2")];
    let source = prop_oneof![Just(""), Just("example")];
    (value(), any::<bool>(), product, source, 0..2_u8).prop_map(|(price, is_of_one, product, source, label)| {
        let mut line = Map::from_iter([("price".to_owned(), price), ("label".to_owned(), json!({ "fr": label }))]);
        line.insert("source".to_owned(), json!(source));
        if is_of_one {
            line.insert("product".to_owned(), json!(product));
        }
        line
    })
}

/// Lines with codes of these; a code of one's own is one line's of the whole plan, as pages make them.
fn lines(codes: &'static [&'static str]) -> impl Strategy<Value = Vec<Value>> {
    collection::btree_map(proptest::sample::select(codes), line(), 0..4).prop_map(|lines| {
        let with_code = |(code, mut line): (&str, Map<String, Value>)| {
            line.insert("code".to_owned(), code.into());
            Value::Object(line)
        };
        lines.into_iter().map(with_code).collect()
    })
}

fn document() -> impl Strategy<Value = Document> {
    (value(), lines(&["oil", "cake", "own-1", "own-3"]), lines(&["rent", "cake", "own-2", "own-4"])).prop_map(
        |(years, products, costs)| Document::of(&json!({ "years": years, "products": products, "costs": costs })),
    )
}

/// A model has no line of somebody's own, and no cost of one.
fn model() -> impl Strategy<Value = Document> {
    document().prop_map(|document| {
        let mut model = of_a_model(document);
        for product in model.lines.values_mut().filter_map(|fields| fields.get_mut("product")) {
            if product.as_str().is_some_and(|code| code.starts_with("own-")) {
                *product = json!("oil");
            }
        }
        model
    })
}

/// A plan that was taken from a model, and changed only in what can be proposed.
fn adapted() -> impl Strategy<Value = (Document, Document)> {
    (model(), document(), any::<bool>()).prop_map(|(base, other, removes)| {
        let mut mine = base.clone();
        for difference in differences(&base, &base, &of_a_model(other.clone())) {
            match &difference.place {
                Place::LineField(_, _, field) if field == "label" || field == "source" => {}
                Place::Line(..) if difference.theirs.is_some() || !removes => {}
                place => mine.take(place, &other),
            }
        }
        let mine = mine.with_those_of(&other, |code| code.starts_with("own-"));
        (base, mine)
    })
}

fn none() -> Names {
    Names::new()
}

fn all(changes: &[Change]) -> BTreeSet<String> {
    changes.iter().map(|change| change.place.clone()).collect()
}

/// What the model becomes with some of a proposal, and the lines of the plan's own that it has then.
fn taken(model: &Document, changes: &[Change], places: &BTreeSet<String>, names: &Names) -> (Document, Vec<Became>) {
    let chosen = Chosen { number: 7, changes, places, names };
    (apply(model, &chosen), became(&chosen.noted(model)))
}

/// The plan's comparison with a model that may have lines of its own.
fn compared(base: &Document, mine: &Document, theirs: &Document, known: &[Became]) -> (Document, Vec<Difference>) {
    let (mut base, mut mine) = (base.clone(), mine.clone());
    known_again(&mut base, &mut mine, theirs, known);
    let found = differences(&base, &mine, theirs);
    (mine, found)
}

proptest! {
    #[test]
    fn a_proposal_taken_whole_and_merged_by_its_own_plan_leaves_no_difference((base, mine) in adapted()) {
        let changes = offers(&differences(&base, &mine, &base));
        let (theirs, known) = taken(&base, &changes, &all(&changes), &none());
        let (mine, found) = compared(&base, &mine, &theirs, &known);
        prop_assert!(found.iter().all(|one| matches!(one.found, Found::Offered | Found::Same)), "{found:?}");
        let merged = crate::lineage::apply(&mine, &theirs, &found, &offered(&found));
        prop_assert_eq!(differences(&theirs, &merged, &theirs), Vec::new());
    }

    #[test]
    fn what_a_model_took_whole_is_no_difference_at_any_place_wherever_the_model_stood(
        base in model(), mine in document(), now in model(),
    ) {
        let changes = offers(&differences(&base, &mine, &now));
        let (theirs, known) = taken(&now, &changes, &all(&changes), &none());
        let (mine, found) = compared(&base, &mine, &theirs, &known);
        let yes = found.iter().map(|one| one.place.clone()).collect();
        let merged = crate::lineage::apply(&mine, &theirs, &found, &yes);
        let left = differences(&theirs, &merged, &theirs);
        let proposed = all(&changes);
        for apart in left {
            let is_own = matches!(&apart.place, Place::Line(_, code) if code.starts_with("own-"));
            prop_assert!(!proposed.contains(&apart.place.name()) || is_own, "{apart:?}");
        }
    }

    #[test]
    fn taking_none_changes_nothing(base in model(), mine in document()) {
        let changes = offers(&differences(&base, &mine, &base));
        let (theirs, known) = taken(&base, &changes, &BTreeSet::new(), &none());
        prop_assert_eq!(&theirs, &base);
        prop_assert_eq!(known, Vec::new());
    }

    #[test]
    fn what_fits_stands_in_the_model_then_and_what_does_not_changes_nothing(
        base in model(), mine in document(), now in model(),
    ) {
        let changes = offers(&differences(&base, &mine, &base));
        for change in changes.iter().filter(|change| change.new_line().is_none()) {
            let place = change.at().unwrap();
            let (theirs, _) = taken(&now, &changes, &BTreeSet::from([change.place.clone()]), &none());
            match fit(change, &now) {
                Fit::Fits | Fit::Moved => prop_assert_eq!(theirs.at(&place), change.to()),
                Fit::Already | Fit::Gone => prop_assert_eq!(&theirs, &now),
            }
        }
    }

    #[test]
    fn only_what_is_chosen_changes_and_where_a_figure_changes_its_source(
        (base, mine) in adapted(), chosen in collection::btree_set(0..12_usize, 0..6),
    ) {
        let changes = offers(&differences(&base, &mine, &base));
        let places: BTreeSet<String> =
            changes.iter().enumerate().filter(|(at, _)| chosen.contains(at)).map(|(_, one)| one.place.clone()).collect();
        let (theirs, _) = taken(&base, &changes, &places, &none());
        for apart in differences(&base, &theirs, &base) {
            let is_source = matches!(&apart.place, Place::LineField(_, _, field) if field == "source");
            let is_new = matches!(&apart.place, Place::Line(_, code) if code.starts_with("proposal-7-"));
            prop_assert!(places.contains(&apart.place.name()) || is_source || is_new, "{apart:?}");
        }
    }

    #[test]
    fn a_name_that_a_trainer_added_is_offered_and_nothing_else_of_the_line((base, mine) in adapted()) {
        let changes = offers(&differences(&base, &mine, &base));
        let names = changes.iter().filter(|change| change.new_line().is_some());
        let names: Names = names
            .map(|change| (change.place.clone(), BTreeMap::from([(tiwizi_sdk::Language::Arabic, "اسم".to_owned())])))
            .collect();
        let (theirs, known) = taken(&base, &changes, &all(&changes), &names);
        let (_, found) = compared(&base, &mine, &theirs, &known);
        for one in found.iter().filter(|one| matches!(&one.place, Place::LineField(_, code, _) if code.starts_with("proposal-"))) {
            let is_word = matches!(&one.place, Place::LineField(_, _, field) if field == "label" || field == "source");
            prop_assert!(is_word && one.found == Found::Offered, "{one:?}");
        }
    }

    #[test]
    fn a_merge_with_lines_of_one_s_own_is_undone_whole((base, mine) in adapted(), yes in any::<bool>()) {
        let changes = offers(&differences(&base, &mine, &base));
        let (theirs, known) = taken(&base, &changes, &all(&changes), &none());
        let (renamed, found) = compared(&base, &mine, &theirs, &known);
        let yes = if yes { offered(&found) } else { BTreeSet::new() };
        let merged = crate::lineage::apply(&renamed, &theirs, &found, &yes);
        let mut back = undone(mine.clone(), &merged);
        own_again(&mut back, &mine, [&base, &theirs], &known);
        prop_assert!(back.says_the_same(&mine), "{back:?} {mine:?}");
    }
}
