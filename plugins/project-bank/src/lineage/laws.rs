//! The laws of the merge, for whatever three documents: small alphabets, so that lines meet.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};
use serde_json::{Map, Value, json};

use super::document::{Fields, LineKey};
use super::{Document, Found, apply, differences, of_a_model, offered, undone};
use crate::plan::own::is_own;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![(0..3_u8).prop_map(Value::from), Just(json!("a")), Just(json!([1, 2])), Just(json!([]))]
}

fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![Just("price"), Just("quantity"), Just("label")].prop_map(str::to_owned);
    collection::btree_map(name, value(), 0..3).prop_map(|fields| fields.into_iter().collect())
}

fn lines() -> impl Strategy<Value = Vec<Value>> {
    let code = prop_oneof![Just("oil"), Just("cake"), Just("own-1"), Just("own-2")];
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

/// What owners do with their plan, and models with theirs.
#[derive(Debug, Clone)]
enum Doing {
    /// A line of one's own is there, with these fields.
    Write(&'static str, Map<String, Value>),
    Remove(&'static str),
    /// The model is corrected, and everything or nothing that differs is taken over.
    Merge(Value, bool),
    /// The last merge is undone.
    Undo,
}

fn doing() -> impl Strategy<Value = Doing> {
    let code = || prop_oneof![Just("own-1"), Just("own-2"), Just("own-3")];
    prop_oneof![
        (code(), fields()).prop_map(|(code, fields)| Doing::Write(code, fields)),
        code().prop_map(Doing::Remove),
        (document(), any::<bool>()).prop_map(|(theirs, yes)| Doing::Merge(theirs, yes)),
        Just(Doing::Undo),
    ]
}

/// A plan, as its record keeps it: what it is, what it was compared with last, what stood there before the last merge.
struct Kept {
    base: Document,
    mine: Document,
    before: Option<(Document, Document)>,
}

impl Kept {
    fn does(&mut self, doing: Doing) {
        match doing {
            Doing::Write(code, fields) => {
                let key = ("costs".to_owned(), code.to_owned());
                self.mine.lines.insert(key, fields.into_iter().collect());
                self.mine = Document::of(&self.mine.to_value());
            }
            Doing::Remove(code) => {
                self.mine.lines.remove(&("costs".to_owned(), code.to_owned()));
                self.mine = Document::of(&self.mine.to_value());
            }
            Doing::Merge(theirs, yes) => {
                let theirs = of_a_model(Document::of(&theirs));
                let found = differences(&self.base, &self.mine, &theirs);
                let taken = if yes { all(&found) } else { BTreeSet::new() };
                let merged = apply(&self.mine, &theirs, &found, &taken);
                self.before = Some((self.base.clone(), std::mem::replace(&mut self.mine, merged)));
                self.base = theirs;
            }
            Doing::Undo => {
                if let Some((base, before)) = self.before.take() {
                    self.mine = undone(before, &self.mine);
                    self.base = base;
                }
            }
        }
    }
}

fn own_lines(document: &Document) -> BTreeMap<LineKey, Fields> {
    let own = document.lines.iter().filter(|((_, code), _)| is_own(code));
    own.map(|(key, fields)| (key.clone(), fields.clone())).collect()
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
    fn a_line_of_one_s_own_is_never_lost_nor_changed_by_a_merge(
        base in document(), mine in document(), theirs in document(), yes in any::<bool>(),
    ) {
        let [base, theirs] = [base, theirs].map(|value| of_a_model(Document::of(&value)));
        let mine = Document::of(&mine);
        let found = differences(&base, &mine, &theirs);
        let taken = if yes { all(&found) } else { offered(&found) };
        prop_assert_eq!(own_lines(&apply(&mine, &theirs, &found, &taken)), own_lines(&mine));
        for difference in found.iter().filter(|one| matches!(&one.place, super::Place::Line(_, code) if is_own(code))) {
            prop_assert_eq!(difference.found, Found::Kept, "nobody is asked about a line of their own");
        }
    }

    #[test]
    fn whatever_is_merged_and_undone_the_lines_of_one_s_own_are_what_was_made_of_them(
        base in document(), doings in collection::vec(doing(), 0..12),
    ) {
        let base = of_a_model(Document::of(&base));
        let mut kept = Kept { mine: base.clone(), base, before: None };
        let mut expected = BTreeMap::new();
        for doing in doings {
            match &doing {
                Doing::Write(code, fields) => {
                    expected.insert(("costs".to_owned(), (*code).to_owned()), Fields::from_iter(fields.clone()));
                }
                Doing::Remove(code) => drop(expected.remove(&("costs".to_owned(), (*code).to_owned()))),
                Doing::Merge(..) | Doing::Undo => {}
            }
            kept.does(doing);
            prop_assert_eq!(&own_lines(&kept.mine), &expected);
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
