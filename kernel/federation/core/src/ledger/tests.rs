//! The ledger says what the gate let through and what was acknowledged of it, no more and no less.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::agreement::{Rule, Scope};
use crate::gate::Before;
use crate::sample::{self, active, document, document_with, id, kinds, node, person, plane, terms};
use crate::wire::Entry;

use super::*;

fn scope(document: crate::agreement::Document) -> Scope {
    let life = active(document);
    life.document().scope(life.drafted_by(), &plane("members"), &kinds()).unwrap()
}

fn account(scope: &Scope) -> Account {
    let under = Under { agreement: scope.agreement(), version: scope.version() };
    Account { peer: *scope.receiver(), under, log: scope.log().clone(), epoch: 1 }
}

fn rows(entries: &[Entry]) -> Vec<Row<'_>> {
    entries.iter().map(|entry| Row { entry, before: Before::First }).collect()
}

#[test]
fn it_names_the_fields_that_went_out_and_were_acknowledged() {
    let scope = scope(document());
    let account = account(&scope);
    let entries = [person(0, 1, "09.541"), person(1, 2, "01.051"), person(2, 3, "09.541")];
    let mut ledger = Ledger::default();
    ledger.acknowledge(account.clone(), 0..2);
    let scopes = BTreeMap::from([((account.under, account.log.clone()), scope)]);
    let told = ledger.told(id(7), &rows(&entries), &scopes).unwrap();
    let fields: BTreeSet<String> = ["cooperative", "birth_date.year", "province"].map(str::to_owned).into();
    let kind = "registry/person".to_owned();
    let expected = Told { peer: account.peer, under: account.under, seq: 0, kind, id: id(7), fields };
    assert_eq!(told, [expected], "the second row was outside the filter, the third is not acknowledged");
    assert_eq!(ledger.told(id(8), &rows(&entries), &scopes).unwrap(), [], "another person");
    let gap = ledger.told(id(7), &rows(&entries), &BTreeMap::new());
    assert!(matches!(gap, Err(LedgerError::Scope { .. })), "an answer with a gap is no answer");
}

#[test]
fn each_version_tells_what_it_gave() {
    let old = scope(document());
    let mut wide = document_with(terms(&[("name", Rule::Clear)], &[]));
    wide.version = 2;
    wide.before = Some(document().hash());
    let new = scope(wide);
    let (first, second) = (account(&old), account(&new));
    let mut ledger = Ledger::default();
    ledger.acknowledge(first.clone(), 0..1);
    ledger.acknowledge(second.clone(), 1..2);
    let scopes = BTreeMap::from([((first.under, first.log.clone()), old), ((second.under, second.log.clone()), new)]);
    let entries = [person(0, 1, "09.541"), person(1, 2, "09.541")];
    let told = ledger.told(id(7), &rows(&entries), &scopes).unwrap();
    let versions: Vec<(u32, bool)> =
        told.iter().map(|told| (told.under.version, told.fields.contains("name"))).collect();
    assert_eq!(versions, [(1, false), (2, true)]);
}

#[test]
fn too_many_ranges_say_too_much_and_not_too_little() {
    let account = account(&scope(document()));
    let mut ledger = Ledger::default();
    let count = u64::try_from(limits::FED_LEDGER_RANGES_MAX).unwrap() + 50;
    for number in 0..count {
        ledger.acknowledge(account.clone(), number * 3..number * 3 + 1);
    }
    let (_, ranges) = ledger.accounts().next().unwrap();
    assert_eq!(ranges.len(), limits::FED_LEDGER_RANGES_MAX);
    assert!((0..count).all(|number| ledger.holds(&account, number * 3)));
    assert!(!ledger.holds(&Account { peer: node(9), ..account.clone() }, 0));
    assert!(!ledger.holds(&account, count * 3));
    assert_eq!(sample::plane("members"), account.log.plane);
}

proptest! {
    #[test]
    fn what_was_acknowledged_is_held_in_whatever_order(ranges in proptest::collection::vec((0_u64..60, 0_u64..10), 0..20)) {
        let account = account(&scope(document()));
        let mut ledger = Ledger::default();
        for (start, length) in &ranges {
            ledger.acknowledge(account.clone(), *start..start + length);
        }
        for seq in 0..80 {
            let held = ranges.iter().any(|(start, length)| (*start..start + length).contains(&seq));
            prop_assert_eq!(ledger.holds(&account, seq), held);
        }
        for (_, ranges) in ledger.accounts() {
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
