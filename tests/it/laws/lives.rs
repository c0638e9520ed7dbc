//! What is tried: whole lives of cooperatives, which together have every kind of act, and acts in any order.

use serde_json::{Value, json};
use tiwizi_model::{FileHash, RecordId};
use tiwizi_registry::acts::{ActKind, NewAct};
use tiwizi_registry::day::Day;
use tiwizi_registry::rule_pack;

/// An act that somebody tries: the place of its kind among all, days after the one before, and a number that varies what it says.
pub(super) type Try = (usize, u8, u8);

/// Who and what acts of a case name. The ids differ from database to database; their places do not.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// Told apart from other cases on the same database.
    pub(super) case: String,
    pub(super) persons: Vec<RecordId>,
    pub(super) company: RecordId,
    /// Cooperatives that others go into.
    pub(super) heirs: Vec<RecordId>,
}

impl Cast {
    fn person(&self, at: usize) -> String {
        self.persons[at % self.persons.len()].to_string()
    }

    /// A text in which each id is replaced by its place.
    pub(super) fn anonymous(&self, text: &str) -> String {
        let named = |what: &'static str, ids: &[RecordId]| {
            let named = |(at, id): (usize, &RecordId)| (id.to_string(), format!("{what} {at}"));
            ids.iter().enumerate().map(named).collect::<Vec<_>>()
        };
        let all = [named("person", &self.persons), named("heir", &self.heirs), named("company", &[self.company])];
        all.concat().into_iter().fold(text.to_owned(), |text, (id, name)| text.replace(&id, &name))
    }
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn new(kind: ActKind, on: Day, data: Value) -> NewAct {
    let documents = if kind == ActKind::YearlyFiling { vec![FileHash([1; 32]), FileHash([2; 32])] } else { Vec::new() };
    NewAct { kind, effective_on: on, documents, corrects: None, data }
}

pub(super) fn correction(corrects: u32, on: Day, data: Value) -> NewAct {
    NewAct { corrects: Some(corrects), ..new(ActKind::Corrected, on, data) }
}

/// The acts that lead to registration on the first of March 2024.
pub(super) fn founding(cast: &Cast) -> Vec<NewAct> {
    let founder =
        |at: usize| json!({ "number": (at + 1).to_string(), "person": cast.person(at), "shares": 10, "paid_mad": 500 });
    let officer = |(at, role): (usize, &str)| json!({ "person": cast.person(at), "role": role });
    let items = &rule_pack::built_in().unwrap().newest().unwrap().statutes.items;
    let statutes: Vec<&String> = items.iter().map(|item| &item.code).collect();
    let officers: Vec<Value> = ["president", "treasurer", "secretary"].into_iter().enumerate().map(officer).collect();
    let constitution = json!({
        "statutes": statutes, "form": "board", "share_value_mad": 100,
        "founders": (0..5).map(founder).collect::<Vec<_>>(),
        "officers": officers,
    });
    vec![
        new(ActKind::DenominationRequested, day("2024-01-02"), request(cast)),
        new(ActKind::DenominationAnswered, day("2024-01-04"), json!({ "answer": "approved", "certificate": "C 12" })),
        new(ActKind::Constituted, day("2024-02-01"), constitution),
        new(ActKind::Filed, day("2024-02-10"), json!({ "authority": "Caïdat de Tiout", "receipt": "7" })),
        new(ActKind::Registered, day("2024-03-01"), json!({ "court": "Taroudannt", "number": cast.case })),
    ]
}

fn request(cast: &Cast) -> Value {
    json!({ "name_fr": format!("Tifaouine {}", cast.case), "category": "a", "sector": "argan", "province": "09.541" })
}

fn filing(year: u16) -> Value {
    json!({
        "year": year, "assembly_on": format!("{}-03-15", year + 1), "minutes": FileHash([1; 32]).to_string(),
        "accounts": FileHash([2; 32]).to_string(), "turnover_mad": 120_000.5, "surplus_mad": -10, "members": 5, "women": 3
    })
}

fn joining(number: &str, person: &str) -> Value {
    json!({ "joined": [{ "number": number, "person": person, "shares": 1, "paid_mad": 100 }] })
}

/// The ends of lives after registration. Each act of them has to be accepted.
pub(super) fn ends(cast: &Cast) -> Vec<Vec<NewAct>> {
    let heir = |at: usize| cast.heirs[at].to_string();
    let reason = json!({ "reason": "decided by the assembly" });
    let again = json!({ "effective_on": "2024-04-02", "data": { "commune": "Igherm" } });
    let closed = json!({ "effective_on": "2024-05-02", "data": { "liquidator": "Notaire" } });
    vec![
        vec![
            new(ActKind::RegisteredCentrally, day("2024-04-01"), json!({})),
            new(ActKind::Amended, day("2024-04-02"), json!({ "commune": "Tiout" })),
            new(ActKind::MembersChanged, day("2024-04-03"), joining("6", &cast.person(5))),
            new(
                ActKind::CapitalChanged,
                day("2024-04-04"),
                json!({ "subscribed": [{ "number": "6", "shares": 2, "paid_mad": 50 }] }),
            ),
            new(
                ActKind::OfficersChanged,
                day("2024-04-05"),
                json!({ "appointed": [{ "person": cast.person(5), "role": "board-member" }] }),
            ),
            new(ActKind::YearlyFiling, day("2025-04-01"), filing(2024)),
            new(ActKind::Suspended, day("2025-05-01"), reason.clone()),
            new(ActKind::Resumed, day("2025-05-02"), reason.clone()),
            correction(7, day("2025-06-01"), json!({ "reason": "a slip of the pen", "stands": again })),
            // It annuls what was filed.
            correction(11, day("2025-06-02"), json!({ "reason": "it was filed for another one" })),
            new(ActKind::Merged, day("2025-07-01"), json!({ "into": heir(0) })),
            new(ActKind::StruckOff, day("2025-08-01"), reason.clone()),
        ],
        vec![
            new(ActKind::Split, day("2024-05-01"), json!({ "into": [heir(0), heir(1)] })),
            new(ActKind::StruckOff, day("2024-06-01"), reason.clone()),
        ],
        vec![new(ActKind::Transformed, day("2024-05-01"), json!({ "into": "SARL" }))],
        vec![
            new(ActKind::Dissolved, day("2024-05-01"), reason.clone()),
            new(ActKind::LiquidationOpened, day("2024-05-02"), json!({ "liquidator": "Notair" })),
            correction(7, day("2024-05-03"), json!({ "reason": "a name", "stands": closed })),
            new(ActKind::StruckOff, day("2024-06-01"), reason),
        ],
    ]
}

/// What an act of a kind says when somebody tries one; often it is not legal.
pub(super) fn said(cast: &Cast, kind: ActKind, vary: u8) -> Value {
    let (number, someone) = ((vary % 9 + 1).to_string(), cast.person(usize::from(vary % 9)));
    match (kind, vary % 3) {
        (ActKind::DenominationRequested, _) => request(cast),
        (ActKind::DenominationAnswered, 0) => json!({ "answer": "refused", "reason": "taken" }),
        (ActKind::DenominationAnswered, _) => json!({ "answer": "approved" }),
        (ActKind::Constituted, _) => founding(cast).swap_remove(2).data,
        (ActKind::Filed, _) => json!({ "authority": "A", "receipt": number }),
        (ActKind::Registered, _) => json!({ "court": "A", "number": cast.case }),
        (ActKind::RegisteredCentrally, _) => json!({ "number": number }),
        (ActKind::Amended, 0) => json!({ "province": if vary.is_multiple_of(2) { "01.051" } else { "09.541" } }),
        (ActKind::Amended, 1) => json!({ "name_fr": format!("Tafat {vary}"), "sector": "crafts" }),
        (ActKind::Amended, _) => json!({ "commune": format!("C{vary}") }),
        (ActKind::OfficersChanged, 0) => json!({ "appointed": [{ "person": someone, "role": "treasurer" }] }),
        (ActKind::OfficersChanged, 1) => json!({ "ended": [{ "person": someone, "role": "board-member" }] }),
        (ActKind::OfficersChanged, _) => {
            json!({ "form": "managers", "appointed": [{ "person": someone, "role": "manager", "years": 1 }] })
        }
        (ActKind::CapitalChanged, 0) => json!({ "paid": [{ "number": number, "amount_mad": 100 }] }),
        (ActKind::CapitalChanged, 1) => json!({ "subscribed": [{ "number": number, "shares": 1, "paid_mad": 25 }] }),
        (ActKind::CapitalChanged, _) => {
            json!({ "called": { "numerator": 3, "denominator": 4, "due_on": "2025-12-31" } })
        }
        (ActKind::MembersChanged, 0) => json!({ "left": [{ "number": number, "reason": "withdrawn" }] }),
        (ActKind::MembersChanged, 1) => joining(&number, &someone),
        (ActKind::MembersChanged, _) => json!({ "joined": [{ "number": number, "person": cast.company.to_string(),
            "holder": "legal-person", "represented_by": someone, "shares": 2, "paid_mad": 50 }] }),
        (ActKind::YearlyFiling, _) => filing(2023 + u16::from(vary % 2)),
        (ActKind::Suspended | ActKind::Resumed | ActKind::Dissolved | ActKind::StruckOff, _) => {
            json!({ "reason": "R" })
        }
        (ActKind::Merged, _) => json!({ "into": cast.heirs[0].to_string() }),
        (ActKind::Split, _) => json!({ "into": [cast.heirs[0].to_string(), cast.heirs[1].to_string()] }),
        (ActKind::Transformed, _) => json!({ "into": "SARL" }),
        (ActKind::LiquidationOpened, _) => json!({ "liquidator": "L" }),
        (ActKind::Corrected, 0) => {
            json!({ "reason": "R", "stands": { "effective_on": "2024-04-15", "data": { "commune": "C" } } })
        }
        (ActKind::Corrected, _) => json!({ "reason": "R" }),
        (ActKind::TakenOver, _) => json!({ "stage": "registered", "court": "A", "number": "9", "name_fr": "N",
            "sector": "argan", "province": "09.541" }),
    }
}
