//! The laws of the merge, for whatever three documents: small alphabets, so that lines meet.

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};
use serde_json::{Map, Value, json};

use super::{Document, Found, apply, differences, offered};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![(0..3_u8).prop_map(Value::from), Just(json!("a")), Just(json!([1, 2])), Just(json!([]))]
}

fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![Just("price"), Just("quantity"), Just("label")].prop_map(str::to_owned);
    collection::btree_map(name, value(), 0..3).prop_map(|fields| fields.into_iter().collect())
}

fn lines() -> impl Strategy<Value = Vec<Value>> {
    let code = prop_oneof![Just("oil"), Just("cake"), Just("soap")];
    let lines = collection::btree_map(code, fields(), 0..4);
    (lines, any::<bool>()).prop_map(|(lines, turned)| {
        let mut lines: Vec<Value> = lines
            .into_iter()
            .map(|(code, mut fields)| {
                fields.insert("code".to_owned(), code.into());
                Value::Object(fields)
            })
            .collect();
        if turned {
            lines.reverse();
        }
        lines
    })
}

fn document() -> impl Strategy<Value = Value> {
    (fields(), lines(), lines()).prop_map(|(mut fields, products, costs)| {
        fields.insert("products".to_owned(), products.into());
        fields.insert("costs".to_owned(), costs.into());
        Value::Object(fields)
    })
}

fn all(differences: &[super::Difference]) -> BTreeSet<super::Place> {
    differences.iter().map(|difference| difference.place.clone()).collect()
}

proptest! {
    #[test]
    fn a_document_taken_apart_and_put_together_is_itself(value in document()) {
        prop_assert_eq!(Document::of(&value).to_value(), value);
    }

    #[test]
    fn unchanged_mine_with_all_accepted_is_theirs(base in document(), theirs in document()) {
        let (base, theirs) = (Document::of(&base), Document::of(&theirs));
        let found = differences(&base, &base, &theirs);
        prop_assert!(apply(&base, &theirs, &found, &offered(&found)).says_the_same(&theirs));
    }

    #[test]
    fn unchanged_theirs_leaves_mine_whatever_is_said(base in document(), mine in document()) {
        let (base, mine) = (Document::of(&base), Document::of(&mine));
        let found = differences(&base, &mine, &base);
        prop_assert_eq!(apply(&mine, &base, &found, &all(&found)), mine);
    }

    #[test]
    fn saying_no_leaves_mine(base in document(), mine in document(), theirs in document()) {
        let [base, mine, theirs] = [base, mine, theirs].map(|value| Document::of(&value));
        let found = differences(&base, &mine, &theirs);
        prop_assert_eq!(apply(&mine, &theirs, &found, &BTreeSet::new()), mine);
    }

    #[test]
    fn the_order_of_lines_makes_no_difference(base in document(), mine in document(), theirs in document()) {
        let turned = |value: &Value| {
            let mut value = value.clone();
            for list in value.as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_array_mut) {
                if list.iter().all(Value::is_object) {
                    list.reverse();
                }
            }
            Document::of(&value)
        };
        let straight = differences(&Document::of(&base), &Document::of(&mine), &Document::of(&theirs));
        prop_assert_eq!(straight, differences(&turned(&base), &turned(&mine), &turned(&theirs)));
    }

    #[test]
    fn nothing_is_lost(base in document(), mine in document(), theirs in document()) {
        let [base, mine, theirs] = [base, mine, theirs].map(|value| Document::of(&value));
        let found = differences(&base, &mine, &theirs);
        let merged = apply(&mine, &theirs, &found, &offered(&found));
        for difference in &found {
            let expected = match difference.found {
                Found::Offered => &difference.theirs,
                Found::Kept | Found::Same | Found::Asked => &difference.mine,
            };
            prop_assert_eq!(&merged.at(&difference.place), expected);
        }
        // With every question answered for the model, nothing but what the owners alone changed sets the two apart.
        let taken = apply(&mine, &theirs, &found, &all(&found));
        for apart in differences(&theirs, &taken, &theirs) {
            prop_assert!(found.iter().any(|one| one.found == Found::Kept && one.place == apart.place));
        }
    }

    #[test]
    fn what_was_refused_is_mine_against_the_new_base(base in document(), mine in document(), theirs in document()) {
        let [base, mine, theirs] = [base, mine, theirs].map(|value| Document::of(&value));
        let found = differences(&base, &mine, &theirs);
        let merged = apply(&mine, &theirs, &found, &offered(&found));
        for difference in differences(&theirs, &merged, &theirs) {
            prop_assert_eq!(difference.found, Found::Kept, "the same question is not asked twice");
        }
    }
}
