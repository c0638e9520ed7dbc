//! Lines of bank statements that a person decides on: kept with the reason of the doubt until somebody says which order they pay.
//!
//! A decision is booked some minutes after it was made, by a job, and until then whoever made it can take it back. Money that is booked for
//! an order may have confirmed it, and its goods may be on their way: that is put right by paying back, not by undoing.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Entry, Error, Find, Kind, Shape, Store, context};

use crate::kinds::Order;
use crate::ledger::Account;
use crate::money::Centimes;
use crate::trade;

/// How long a decision can be taken back.
pub(crate) const UNDO_MS: u64 = 10 * 60 * 1_000;
/// Days for which what a bank and a sender wrote stays once the line is booked or set aside.
pub(crate) const TEXT_DAYS: u64 = 90;

/// A line of a statement that a person decides on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(state, at), read("plugin", "role:registrar"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "سطر من كشف البنك", fr = "Ligne de relevé"),
    purpose = "To find out what money was sent for."
)]
#[kind(retention = "Ten years, as books are kept; what the sender wrote for ninety days after it was decided.")]
pub(crate) struct BankLine {
    /// What names it: the same line of a statement sent again is this one.
    #[field(unique, max_length = 80)]
    pub(crate) proof: String,
    #[field(max_length = 40)]
    pub(crate) day: String,
    #[field(max_length = 400)]
    pub(crate) text: String,
    pub(crate) amount: Centimes,
    /// Why nobody but a person can tell.
    #[field(max_length = 32)]
    pub(crate) doubt: String,
    /// The orders that may be meant.
    #[field(max_items = 5)]
    pub(crate) candidates: Vec<String>,
    pub(crate) state: Decided,
    /// The order that it pays, once somebody has said so.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) order: Option<String>,
    /// When it came, or was decided.
    pub(crate) at: u64,
    /// Whose transfer it is by its words, when it is one of a courier or a gateway.
    #[serde(default)]
    #[field(max_length = 60)]
    pub(crate) holder: Option<String>,
    /// The remittance that it is, or may be.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) remittance: Option<String>,
}

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decided {
    /// Nobody has decided.
    Open,
    /// It pays an order, and is booked soon.
    Chosen,
    /// It is booked for its order.
    Booked,
    /// It is what a courier, a gateway or a shop handed over, and is booked as that.
    Remitted,
    /// It is no money for an order.
    Aside,
}

impl Decided {
    pub(crate) const ALL: [Self; 5] = [Self::Open, Self::Chosen, Self::Booked, Self::Remitted, Self::Aside];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Chosen => "chosen",
            Self::Booked => "booked",
            Self::Remitted => "remitted",
            Self::Aside => "aside",
        }
    }
}

impl BankLine {
    pub(crate) fn of(proof: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::PROOF, proof))
    }
}

/// Says which order a line pays. False when it was decided already.
pub(crate) fn choose(line: &mut Entry<BankLine>, order: &Entry<Order>) -> Result<bool, Error> {
    if line.body.state != Decided::Open {
        return Ok(false);
    }
    (line.body.state, line.body.order, line.body.at) = (Decided::Chosen, Some(order.id.clone()), context::now());
    *line = Store::replace(line)?;
    let key = format!("{}:{}", line.id, line.version);
    let work = json!({ "line": line.id, "version": line.version });
    Later::new("book-line").at(context::now() + UNDO_MS).once(key).enqueue(&work)?;
    Ok(true)
}

/// Says that a line is a remittance, which is booked. False when it was decided already.
pub(crate) fn is_remittance(line: &mut Entry<BankLine>, remittance: &str) -> Result<bool, Error> {
    if line.body.state != Decided::Open {
        return Ok(false);
    }
    (line.body.state, line.body.at) = (Decided::Remitted, context::now());
    line.body.remittance = Some(remittance.to_owned());
    *line = Store::replace(line)?;
    Ok(true)
}

/// The remittance of a line was taken back: somebody decides on it anew.
pub(crate) fn free(proof: &str) -> Result<(), Error> {
    let line = BankLine::of(proof)?.filter(|line| line.body.state == Decided::Remitted);
    let Some(mut line) = line else { return Ok(()) };
    (line.body.state, line.body.at) = (Decided::Open, context::now());
    Store::replace(&line).map(|_| ())
}

/// Sets a line aside: it is no money for an order. False when it was decided already.
pub(crate) fn set_aside(line: &mut Entry<BankLine>) -> Result<bool, Error> {
    if line.body.state != Decided::Open {
        return Ok(false);
    }
    (line.body.state, line.body.at) = (Decided::Aside, context::now());
    *line = Store::replace(line)?;
    Ok(true)
}

/// Takes a decision back. False when it is booked, or there is none.
pub(crate) fn undo(line: &mut Entry<BankLine>) -> Result<bool, Error> {
    if !matches!(line.body.state, Decided::Chosen | Decided::Aside) {
        return Ok(false);
    }
    (line.body.state, line.body.order, line.body.at) = (Decided::Open, None, context::now());
    *line = Store::replace(line)?;
    Ok(true)
}

/// Books a decision, unless it was taken back: then the line has another version.
pub(crate) fn book(id: &str, version: u64) -> Result<(), Error> {
    let line = Store::<BankLine>::get(id)?.filter(|line| line.version == version && line.body.state == Decided::Chosen);
    let Some(mut line) = line else { return Ok(()) };
    let order = line.body.order.as_deref().map(Store::<Order>::get).transpose()?.flatten();
    let mut order = order.ok_or_else(|| Error::internal("the order of a line is gone"))?;
    trade::money(&mut order, Account::Bank, line.body.amount, &line.body.proof)?;
    line.body.state = Decided::Booked;
    Store::replace(&line).map(|_| ())
}

/// Forgets what was written on some lines that were decided long ago: it names people. What is more waits for the next day.
pub(crate) fn forget(before: u64, lines_max: u32) -> Result<(), Error> {
    for state in [Decided::Booked, Decided::Remitted, Decided::Aside] {
        // What is forgotten counts as decided now, so that it is not looked at again before its term is over once more.
        let old = Find::new().equal(BankLine::STATE, state).at_most(BankLine::AT, before).sort(BankLine::AT);
        for mut line in Store::list(&old.limit(lines_max))?.items {
            (line.body.text, line.body.at) = (String::new(), context::now());
            Store::replace(&line)?;
        }
    }
    Ok(())
}
