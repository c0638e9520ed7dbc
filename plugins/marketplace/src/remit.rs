//! Remittances: what couriers, gateways and shops hand over, booked against the pieces of money that they held.
//!
//! A remittance has one record by its holder and reference, so the same told twice is one. It is announced, then booked when the bank
//! shows it, or booked at once. What it does to the books is a stack of steps: the booking, more orders, explanations of what is left
//! over or missing. Each step is a posting, and the last one can be taken back by its opposite until none is left.

#![expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, context};

use crate::books::{self, About};
use crate::debts;
use crate::held::{self, Held};
use crate::kinds::{Order, Posting};
use crate::ledger::{self, Explained, Holder, Unbooked};
use crate::money::Centimes;
use crate::settlement::{self, Named, REFERENCE_MAX};

/// Steps of one remittance.
pub(crate) const STEPS_MAX: u32 = 40;
/// Steps that are kept of it, with those that were taken back and booked anew.
const KEPT_MAX: u32 = 90;

/// Money that somebody handed over, or says that they did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(holder, at), index(open, at), index(awaits, at), read("plugin", "role:registrar"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "دفعة من الغير", fr = "Remise de fonds"),
    purpose = "What couriers, gateways and shops handed over, and for which orders."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Remittance {
    /// The holder and the reference: the same remittance is one.
    #[field(unique, max_length = 140)]
    pub(crate) key: String,
    #[field(max_length = 60)]
    pub(crate) holder: String,
    /// As it was written.
    #[field(min_length = 1, max_length = 60)]
    pub(crate) reference: String,
    pub(crate) day: Date,
    pub(crate) at: u64,
    /// What came to the bank.
    #[field(min = 0)]
    pub(crate) amount: Centimes,
    /// What the holder kept.
    #[field(min = 0)]
    pub(crate) fee: Centimes,
    /// What it covers of what was held.
    pub(crate) covered: Centimes,
    /// What is more than it covers, or less, and not explained.
    pub(crate) difference: Centimes,
    /// Whether a difference is open.
    pub(crate) open: bool,
    pub(crate) state: RemittanceState,
    /// Whether the bank's line of it has not been seen.
    pub(crate) awaits: bool,
    /// The bank's line of it.
    #[serde(default)]
    #[field(max_length = 80)]
    pub(crate) line: Option<String>,
    /// The orders that were named when it was announced.
    #[field(max_items = 30)]
    pub(crate) planned: Vec<Planned>,
    /// Steps so far, those that were taken back among them.
    pub(crate) steps: u32,
}

/// A piece that an announced remittance shall cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Planned {
    #[field(max_length = 64)]
    pub(crate) held: String,
    /// So much of it; all that is left, when nothing is said.
    #[serde(default)]
    pub(crate) amount: Option<Centimes>,
}

/// How a remittance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RemittanceState {
    /// It was said that it comes.
    Announced,
    /// It is in the books.
    Booked,
    /// It was taken back.
    Undone,
}

impl RemittanceState {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Booked => "booked",
            Self::Undone => "undone",
        }
    }
}

/// Something that was done to a remittance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(remittance, place), read("plugin", "role:registrar"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "خطوة في دفعة", fr = "Étape d’une remise"),
    purpose = "What a remittance was booked for, step by step."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Settling {
    #[field(max_length = 64)]
    pub(crate) remittance: String,
    pub(crate) place: u32,
    /// `booked`, `more`, or the word of an explanation.
    #[field(max_length = 20)]
    pub(crate) what: String,
    /// What it covers; less than nothing where it is owed again.
    #[field(max_items = 30)]
    pub(crate) covers: Vec<Cover>,
    /// By how much it changed the difference.
    pub(crate) change: Centimes,
    #[field(max_length = 200)]
    pub(crate) note: String,
    /// The order whose buyer was paid back.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) order: Option<String>,
    /// The key of its posting.
    #[field(max_length = 200)]
    pub(crate) posting: String,
    pub(crate) undone: bool,
    pub(crate) at: u64,
}

/// How much of a piece is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Cover {
    #[field(max_length = 64)]
    pub(crate) held: String,
    /// The number of its order.
    pub(crate) number: u64,
    pub(crate) amount: Centimes,
}

/// A piece that shall be covered, and how much of it.
pub(crate) type Wanted = (Entry<Held>, Option<Centimes>);

/// What a clerk tells of a remittance.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) holder: Holder,
    pub(crate) reference: String,
    pub(crate) day: Date,
    pub(crate) amount: Centimes,
    pub(crate) fee: Centimes,
    /// Whether it is only announced.
    pub(crate) later: bool,
}

/// What became of it.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    /// It is written, now or before.
    Known(Entry<Remittance>),
    /// The same reference stands for another day or amount, or was taken back too often.
    Other(Entry<Remittance>),
    /// It has too few or too many letters and digits to be a reference.
    NoReference,
}

impl Remittance {
    /// How its difference is called.
    pub(crate) fn named(&self) -> Named {
        settlement::named(self.difference, self.covered)
    }

    /// Its holder.
    pub(crate) fn holder(&self) -> Result<Holder, Error> {
        Holder::read(&self.holder).ok_or_else(|| Error::internal("a remittance is of nobody"))
    }

    fn says(&self, told: &Told) -> bool {
        self.day == told.day && self.amount == told.amount && self.fee == told.fee
    }
}

/// Writes a remittance down, and books it unless it is only announced.
pub(crate) fn hear(told: &Told, wanted: Vec<Wanted>) -> Result<Heard, Error> {
    let Some(reference) = settlement::key(&told.reference) else { return Ok(Heard::NoReference) };
    let key = format!("{}/{reference}", told.holder);
    let known: Option<Entry<Remittance>> = Store::first(&Find::new().equal(Remittance::KEY, key.as_str()))?;
    let fresh = Remittance {
        key,
        holder: told.holder.to_string(),
        reference: told.reference.trim().chars().take(REFERENCE_MAX).collect(),
        day: told.day.clone(),
        at: context::now(),
        amount: told.amount,
        fee: told.fee,
        covered: Centimes::ZERO,
        difference: Centimes::ZERO,
        open: false,
        state: RemittanceState::Announced,
        awaits: true,
        line: None,
        planned: wanted.iter().map(|(held, amount)| Planned { held: held.id.clone(), amount: *amount }).collect(),
        steps: 0,
    };
    let mut remittance = match known {
        None => Store::create(&fresh)?,
        Some(known) if known.body.state == RemittanceState::Undone && known.body.steps < KEPT_MAX => {
            let steps = known.body.steps;
            Store::replace(&Entry { body: Remittance { steps, ..fresh }, ..known })?
        }
        Some(known) if known.body.state == RemittanceState::Undone || !known.body.says(told) => {
            return Ok(Heard::Other(known));
        }
        Some(known) if told.later || known.body.state == RemittanceState::Booked => return Ok(Heard::Known(known)),
        Some(known) => known,
    };
    if told.later {
        return Ok(Heard::Known(remittance));
    }
    if wanted.is_empty() {
        // Nobody named other orders than those with which it was announced.
        arrive(&mut remittance, told.amount, None)?;
    } else {
        book(&mut remittance, wanted)?;
    }
    Ok(Heard::Known(remittance))
}

/// Books a remittance that was announced, with what the bank shows. False when it is not only announced.
pub(crate) fn arrive(
    remittance: &mut Entry<Remittance>,
    amount: Centimes,
    line: Option<String>,
) -> Result<bool, Error> {
    if remittance.body.state != RemittanceState::Announced {
        return Ok(false);
    }
    let mut wanted = Vec::new();
    for planned in &remittance.body.planned {
        if let Some(held) = Store::<Held>::get(&planned.held)? {
            wanted.push((held, planned.amount));
        }
    }
    remittance.body.amount = amount;
    (remittance.body.awaits, remittance.body.line) = (line.is_none(), line);
    book(remittance, wanted)?;
    Ok(true)
}

fn book(remittance: &mut Entry<Remittance>, wanted: Vec<Wanted>) -> Result<(), Error> {
    let (covers, covered) = cover(wanted)?;
    let (holder, body) = (remittance.body.holder()?, &mut remittance.body);
    body.state = RemittanceState::Booked;
    body.difference = Centimes(body.amount.0 + body.fee.0);
    let sums = [body.amount, body.fee, covered];
    let posting = |proof: &str| ledger::settled(&holder, sums, proof);
    step(remittance, Step::of("booked", covers), covered, posting)
}

/// Says of more pieces that a booked remittance covers them. False when it is not booked, or nothing of them is left.
pub(crate) fn more(remittance: &mut Entry<Remittance>, wanted: Vec<Wanted>) -> Result<bool, Error> {
    if remittance.body.state != RemittanceState::Booked || is_full(&remittance.body) {
        return Ok(false);
    }
    let (covers, covered) = cover(wanted)?;
    if covers.is_empty() {
        return Ok(false);
    }
    let holder = remittance.body.holder()?;
    step(remittance, Step::of("more", covers), covered, |proof| ledger::assigned(&holder, covered, proof))?;
    Ok(true)
}

/// Says what a difference, or so much of it, is. False when there is no such difference.
pub(crate) fn explain(
    remittance: &mut Entry<Remittance>,
    what: &Explained,
    amount: Centimes,
    note: &str,
) -> Result<bool, Error> {
    if !can_explain(&remittance.body, what.is_over(), amount) {
        return Ok(false);
    }
    let mut order = None;
    if let Explained::Refunded { order: id } = what {
        let mut entry: Entry<Order> = Store::get(id)?.ok_or_else(|| Error::internal("there is no such order"))?;
        let pieces = Held::of_order(entry.body.number)?;
        let held = pieces.iter().any(|piece| piece.body.holder == remittance.body.holder);
        if !held || entry.body.received.0 - entry.body.repaid.0 < amount.0 {
            return Ok(false);
        }
        debts::count(&mut entry, amount)?;
        order = Some(entry.id);
    }
    let holder = remittance.body.holder()?;
    let change = if what.is_over() { Centimes(-amount.0) } else { amount };
    let note = note.trim().chars().take(200).collect();
    let done = Step { what: word(what), covers: Vec::new(), change, note, order };
    step(remittance, done, Centimes::ZERO, |proof| ledger::explained(&holder, what, amount, proof))?;
    Ok(true)
}

/// Says that what is missing of an order is owed still: so much less of it is covered. False when nothing like it is covered.
pub(crate) fn owe_again(remittance: &mut Entry<Remittance>, number: u64, amount: Centimes) -> Result<bool, Error> {
    if !can_explain(&remittance.body, false, amount) {
        return Ok(false);
    }
    let mut covered: Vec<Cover> = Vec::new();
    let steps = steps(&remittance.id)?;
    let all = steps.iter().filter(|step| !step.body.undone).flat_map(|step| &step.body.covers);
    for cover in all.filter(|cover| cover.number == number) {
        match covered.iter_mut().find(|known| known.held == cover.held) {
            Some(known) => known.amount = Centimes(known.amount.0 + cover.amount.0),
            None => covered.push(cover.clone()),
        }
    }
    let Some(cover) = covered.into_iter().find(|cover| cover.amount >= amount) else { return Ok(false) };
    let mut piece: Entry<Held> = Store::get(&cover.held)?.ok_or_else(|| Error::internal("held money is gone"))?;
    let less = Centimes(-amount.0);
    held::settle(&mut piece, less)?;
    let (holder, covers) = (remittance.body.holder()?, vec![Cover { amount: less, ..cover }]);
    step(remittance, Step::of("owed", covers), less, |proof| ledger::assigned(&holder, less, proof))?;
    Ok(true)
}

/// Takes the last step back; with the first of them, the remittance. False when there is none.
pub(crate) fn undo(remittance: &mut Entry<Remittance>) -> Result<bool, Error> {
    if remittance.body.state == RemittanceState::Announced {
        (remittance.body.state, remittance.body.awaits) = (RemittanceState::Undone, false);
        *remittance = Store::replace(remittance)?;
        return Ok(true);
    }
    let last = steps(&remittance.id)?.into_iter().rev().find(|step| !step.body.undone);
    let Some(mut last) = last.filter(|_| remittance.body.state == RemittanceState::Booked) else { return Ok(false) };
    let mut pieces = Vec::new();
    for cover in &last.body.covers {
        let piece: Entry<Held> = Store::get(&cover.held)?.ok_or_else(|| Error::internal("held money is gone"))?;
        if piece.body.left().0 < -cover.amount.0 {
            // It was said to be owed still, and somebody has handed it over since.
            return Ok(false);
        }
        pieces.push((piece, cover.amount));
    }
    let posting: Option<Entry<Posting>> = Store::first(&Find::new().equal(Posting::KEY, last.body.posting.as_str()))?;
    if let Some(posting) = posting {
        let about = About { order: posting.body.order.as_deref(), cooperative: None };
        books::book(ledger::undone(&posting.body.key, &posting.body.entries), about)?;
    }
    let mut covered = 0;
    for (mut piece, amount) in pieces {
        held::settle(&mut piece, Centimes(-amount.0))?;
        covered += amount.0;
    }
    if let Some(order) = &last.body.order {
        let mut order: Entry<Order> = Store::get(order)?.ok_or_else(|| Error::internal("there is no such order"))?;
        debts::count(&mut order, Centimes(-last.body.change.0))?;
    }
    last.body.undone = true;
    Store::replace(&last)?;
    let body = &mut remittance.body;
    body.covered = Centimes(body.covered.0 - covered);
    if last.body.what == "booked" {
        (body.state, body.difference) = (RemittanceState::Undone, Centimes::ZERO);
        (body.awaits, body.line) = (false, None);
    } else {
        body.difference = Centimes(body.difference.0 - last.body.change.0);
    }
    body.open = body.difference != Centimes::ZERO;
    *remittance = Store::replace(remittance)?;
    tell(&remittance.id, last.body.place, true, &last.body.covers)?;
    Ok(true)
}

/// The steps of a remittance, oldest first.
pub(crate) fn steps(remittance: &str) -> Result<Vec<Entry<Settling>>, Error> {
    let of = Find::new().equal(Settling::REMITTANCE, remittance).sort(Settling::PLACE).limit(KEPT_MAX);
    Ok(Store::list(&of)?.items)
}

/// Notes the bank's line of a booked remittance. It books nothing: the money is in the books.
pub(crate) fn seen(remittance: &mut Entry<Remittance>, line: &str) -> Result<(), Error> {
    (remittance.body.awaits, remittance.body.line) = (false, Some(line.to_owned()));
    *remittance = Store::replace(remittance)?;
    Ok(())
}

fn is_full(remittance: &Remittance) -> bool {
    remittance.steps >= STEPS_MAX
}

fn can_explain(remittance: &Remittance, is_over: bool, amount: Centimes) -> bool {
    let open = if is_over { remittance.difference } else { Centimes(-remittance.difference.0) };
    remittance.state == RemittanceState::Booked && !is_full(remittance) && Centimes::ZERO < amount && amount <= open
}

fn word(what: &Explained) -> &'static str {
    match what {
        Explained::Kept => "kept",
        Explained::SentBack => "sent-back",
        Explained::Fee => "fee",
        Explained::Lost => "lost",
        Explained::Refunded { .. } => "refunded",
    }
}

/// Settles the pieces, each once, and never more of one than is left.
fn cover(wanted: Vec<Wanted>) -> Result<(Vec<Cover>, Centimes), Error> {
    let mut covers: Vec<Cover> = Vec::new();
    let mut sum = 0;
    for (mut piece, asked) in wanted.into_iter().take(settlement::COVERS_MAX) {
        let amount = settlement::covered(piece.body.left(), asked);
        if amount == Centimes::ZERO || covers.iter().any(|cover| cover.held == piece.id) {
            continue;
        }
        held::settle(&mut piece, amount)?;
        sum += amount.0;
        covers.push(Cover { held: piece.id, number: piece.body.number, amount });
    }
    Ok((covers, Centimes(sum)))
}

struct Step {
    what: &'static str,
    covers: Vec<Cover>,
    /// By how much the difference changes beside what is covered.
    change: Centimes,
    note: String,
    order: Option<String>,
}

impl Step {
    const fn of(what: &'static str, covers: Vec<Cover>) -> Self {
        Self { what, covers, change: Centimes::ZERO, note: String::new(), order: None }
    }
}

/// Books a step, writes it down, and counts it in the remittance.
fn step(
    remittance: &mut Entry<Remittance>,
    step: Step,
    covered: Centimes,
    posting: impl FnOnce(&str) -> Result<ledger::Posting, Unbooked>,
) -> Result<(), Error> {
    let place = remittance.body.steps + 1;
    let posting = posting(&format!("{}:{place}", remittance.id));
    let key = posting.as_ref().map(|posting| posting.key.clone()).unwrap_or_default();
    books::book(posting, About { order: step.order.as_deref(), cooperative: None })?;
    let change = Centimes(step.change.0 - covered.0);
    Store::create(&Settling {
        remittance: remittance.id.clone(),
        place,
        what: step.what.to_owned(),
        covers: step.covers.clone(),
        change,
        note: step.note,
        order: step.order,
        posting: key,
        undone: false,
        at: context::now(),
    })?;
    let body = &mut remittance.body;
    body.steps = place;
    body.covered = Centimes(body.covered.0 + covered.0);
    body.difference = Centimes(body.difference.0 + change.0);
    body.open = body.difference != Centimes::ZERO;
    *remittance = Store::replace(remittance)?;
    tell(&remittance.id, place, false, &step.covers)
}

fn tell(remittance: &str, place: u32, back: bool, covers: &[Cover]) -> Result<(), Error> {
    let pieces: Vec<&str> = covers.iter().map(|cover| cover.held.as_str()).collect();
    held::tell(&format!("{remittance}:{place}:{back}"), &pieces)
}
