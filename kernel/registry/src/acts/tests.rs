//! Acts: what is legal, how a ledger is replayed, and what the door writes.

mod desk;
mod difference;
mod distinct;
mod door;
mod foreign;
mod laws;
mod opening;
mod people;
mod reevaluation;
mod rules;
mod successors;

use serde_json::{Value, json};
use tiwizi_model::{FileHash, Instant, RecordId};
use uuid::Uuid;

use super::*;
use crate::day::Day;
use crate::rule_pack::RulePacks;

pub(super) fn packs() -> &'static RulePacks {
    crate::rule_pack::built_in().unwrap()
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A person, told apart by a number.
pub(super) fn person(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(super) fn hash(number: u8) -> FileHash {
    FileHash([number; 32])
}

/// The codes of all items of the statutes.
pub(super) fn statutes() -> Vec<String> {
    packs().newest().unwrap().statutes.items.iter().map(|item| item.code.clone()).collect()
}

pub(super) fn data(kind: ActKind, data: Value) -> ActData {
    ActData::read(kind, data).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// An act of the cooperative of these tests.
pub(super) fn act(sequence: u32, kind: ActKind, on: &str, value: Value) -> Act {
    Act {
        cooperative: person(1),
        sequence,
        effective_on: day(on),
        entered_at: Instant(1_764_460_800_000),
        author: None,
        documents: if kind == ActKind::YearlyFiling { vec![hash(1), hash(2)] } else { Vec::new() },
        corrects: None,
        data: data(kind, value),
    }
}

pub(super) fn correction(sequence: u32, corrects: u32, stands: Option<(&str, Value)>) -> Act {
    let stands = stands.map(|(on, data)| json!({ "effective_on": on, "data": data }));
    let value = match stands {
        Some(stands) => json!({ "reason": "a slip of the pen", "stands": stands }),
        None => json!({ "reason": "it never happened" }),
    };
    Act { corrects: Some(corrects), ..act(sequence, ActKind::Corrected, "2025-06-01", value) }
}

pub(super) fn request() -> Value {
    json!({ "name_fr": "Tifaouine", "name_ar": "تيفاوين", "category": "a", "sector": "argan", "province": "09.541" })
}

/// Five founders with ten shares of 100 dirhams, of which a half is paid, and a board of three.
pub(super) fn constitution(persons: &[RecordId]) -> Value {
    let founder = |(at, person): (usize, &RecordId)| json!({ "number": format!("{}", at + 1), "person": person.to_string(), "shares": 10, "paid_mad": 500 });
    let founders: Vec<Value> = persons.iter().enumerate().map(founder).collect();
    let roles = ["president", "treasurer", "secretary"];
    let officers: Vec<Value> =
        persons.iter().zip(roles).map(|(person, role)| json!({ "person": person.to_string(), "role": role })).collect();
    json!({ "statutes": statutes(), "form": "board", "share_value_mad": 100, "founders": founders, "officers": officers })
}

pub(super) fn filing(year: u16) -> Value {
    json!({
        "year": year, "assembly_on": format!("{}-03-15", year + 1), "minutes": hash(1).to_string(),
        "accounts": hash(2).to_string(), "turnover_mad": 120_000.5, "surplus_mad": -10, "members": 5, "women": 3
    })
}

/// The acts that lead to registration on the first of March 2024.
pub(super) fn founding() -> Vec<Act> {
    let persons: Vec<RecordId> = (11..16).map(person).collect();
    vec![
        act(1, ActKind::DenominationRequested, "2024-01-02", request()),
        act(2, ActKind::DenominationAnswered, "2024-01-04", json!({ "answer": "approved", "certificate": "C 12" })),
        act(3, ActKind::Constituted, "2024-02-01", constitution(&persons)),
        act(4, ActKind::Filed, "2024-02-10", json!({ "authority": "Caïdat de Tiout", "receipt": "7" })),
        act(5, ActKind::Registered, "2024-03-01", json!({ "court": "Taroudannt", "number": "12/2024" })),
    ]
}

/// A ledger of acts that must be legal one after the other.
pub(super) fn ledger(acts: Vec<Act>) -> Ledger {
    acts.into_iter().fold(Ledger::default(), |ledger, act| {
        let sequence = act.sequence;
        ledger.entered(act, packs()).unwrap_or_else(|faults| panic!("act {sequence}: {faults:?}")).0
    })
}

/// The pointers and codes of what is wrong with one more act.
pub(super) fn faults(ledger: &Ledger, act: Act) -> Vec<(String, String)> {
    let faults = ledger.entered(act, packs()).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}
