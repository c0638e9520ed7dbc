//! Statements of the bank, sheet by sheet: what becomes of each line, once.
//!
//! A line is named by what it says and by how often the same stood in its statement before it. A sheet that is pasted again names the
//! same lines, and nothing is booked twice; two lines that say the same are two sums of money, on whatever sheets of one statement they
//! stand. The first lines of a sheet are looked at at once, the others by jobs.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, context};

use crate::bank::{BankLine, Decided};
use crate::holders::Marks;
use crate::kinds::{Order, Posting};
use crate::ledger::Account;
use crate::money::Centimes;
use crate::payment::card::hex;
use crate::payment::reconcile::{self, Doubt, Received, SHEETS_MAX, Verdict, Waiting, WrongLine};
use crate::payment::reference;
use crate::remit::{self, Remittance, RemittanceState};
use crate::{settlement, trade};

/// Lines that one call looks at: each may read and write two dozen records, and a call may do 200 of that with its page.
const LINES_MAX: usize = 6;
/// Remittances that the bank has not shown yet, among which a line is looked for.
const AWAITED_MAX: u32 = 100;

/// A sheet of a statement: the names of what stands in its lines, to count those that say the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(statement, place), read("plugin", "role:registrar"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "ورقة من كشف البنك", fr = "Feuille de relevé"),
    purpose = "To book each line of a statement once."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Sheet {
    /// The SHA-256 of its first sheet, half of it.
    #[field(max_length = 40)]
    pub(crate) statement: String,
    /// From 1.
    #[field(min = 1, max = 50)]
    pub(crate) place: u32,
    #[field(max_items = 200, each(max_length = 40))]
    pub(crate) lines: Vec<String>,
}

/// What a sheet came to.
pub(crate) struct Taken {
    /// The statement that it is of.
    pub(crate) statement: String,
    /// Its place there.
    pub(crate) place: u32,
    /// What became of the first lines.
    pub(crate) told: Vec<Value>,
    /// Lines that jobs look at.
    pub(crate) rest: usize,
}

/// Lines that a job looks at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rest {
    lines: Vec<Named>,
}

/// A line with its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    day: String,
    text: String,
    amount: Centimes,
    proof: String,
}

/// Takes a sheet: the first of a statement, or the one that stands at a place of one that is known.
pub(crate) fn take(text: &str, goes_on: Option<(&str, u32)>) -> Result<Result<Taken, WrongLine>, Error> {
    let lines = match reconcile::statement(text) {
        Ok(lines) => lines,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let (statement, place) = match goes_on {
        Some((statement, place)) => (statement.to_owned(), place.clamp(1, SHEETS_MAX)),
        None => (sum(text.trim()), 1),
    };
    let names: Vec<String> = lines.iter().map(name).collect();
    let all = Find::new().equal(Sheet::STATEMENT, statement.as_str()).sort(Sheet::PLACE).limit(SHEETS_MAX);
    let sheets = Store::list(&all)?.items;
    let earlier = sheets.iter().filter(|sheet| sheet.body.place < place).flat_map(|sheet| &sheet.body.lines);
    let before = reconcile::before(&names, earlier);
    let sheet = Sheet { statement: statement.clone(), place, lines: names.clone() };
    match sheets.into_iter().find(|known| known.body.place == place) {
        Some(known) if known.body == sheet => {}
        Some(known) => drop(Store::replace(&Entry { body: sheet, ..known })?),
        None => drop(Store::create(&sheet)?),
    }
    let mut named: Vec<Named> = Vec::new();
    for ((line, name), before) in lines.into_iter().zip(&names).zip(before) {
        let proof = if before == 0 { format!("bank:{name}") } else { format!("bank:{name}:{before}") };
        named.push(Named { day: line.day, text: line.text, amount: line.amount, proof });
    }
    let rest = named.split_off(named.len().min(LINES_MAX));
    for lines in rest.chunks(LINES_MAX) {
        let proofs: Vec<&str> = lines.iter().map(|line| line.proof.as_str()).collect();
        let key = sum(&proofs.join("\n"));
        Later::new("statement").once(key).enqueue(&Rest { lines: lines.to_vec() })?;
    }
    let told = go_on(Rest { lines: named })?;
    Ok(Ok(Taken { statement, place, told, rest: rest.len() }))
}

/// Looks at some lines, and books what is certain.
pub(crate) fn go_on(rest: Rest) -> Result<Vec<Value>, Error> {
    let plain = |line: &Named| Received { day: line.day.clone(), text: line.text.clone(), amount: line.amount };
    let lines: Vec<Received> = rest.lines.iter().map(plain).collect();
    let mut orders = orders(&lines)?;
    let waiting: Vec<Waiting> = orders.iter().map(waiting).collect();
    let awaited = Find::new().equal(Remittance::AWAITS, true).sort_descending(Remittance::AT).limit(AWAITED_MAX);
    let mut desk = Desk { awaited: Store::list(&awaited)?.items, marks: Marks::read()? };
    let mut told = Vec::new();
    for (line, verdict) in rest.lines.iter().zip(reconcile::judge(&lines, &waiting)) {
        let kept = BankLine::of(&line.proof)?;
        let (verdict, known) = match desk.look(line, &verdict, kept.as_ref())? {
            Some(verdict) => (verdict, kept.is_some()),
            None => book(line, verdict, kept, &mut orders)?,
        };
        told.push(json!({ "text": line.text, "amount": line.amount.to_string(), "known": known, "is": verdict }));
    }
    Ok(told)
}

/// What lines are held against, beside the orders.
struct Desk {
    awaited: Vec<Entry<Remittance>>,
    marks: Marks,
}

impl Desk {
    /// Whether a line is a remittance: one that is booked with its amount is noted as seen, unless the line pays an order as well; everything
    /// else is put before a person.
    fn look(
        &mut self,
        line: &Named,
        verdict: &Verdict,
        kept: Option<&Entry<BankLine>>,
    ) -> Result<Option<Verdict>, Error> {
        if kept.is_some_and(|kept| kept.body.state != Decided::Open) {
            return Ok(None);
        }
        let found = self.awaited(line);
        let holder = match found.and_then(|at| self.awaited.get(at)) {
            Some(remittance) => Some(remittance.body.holder.clone()),
            None => self.marks.of(&line.text).map(ToString::to_string),
        };
        let Some(holder) = holder else { return Ok(None) };
        if is_booked(&line.proof)? {
            return Ok(None);
        }
        let candidates = match verdict {
            Verdict::Settled { order } => vec![order.clone()],
            Verdict::Doubtful { candidates, .. } => candidates.clone(),
            Verdict::Remitted { .. } => Vec::new(),
        };
        let mut body = line.as_doubtful(Doubt::Remittance, candidates.clone());
        body.holder = Some(holder);
        let mut is = Verdict::Doubtful { doubt: Doubt::Remittance, candidates };
        // What waits for a person already is written anew only when a remittance came to light.
        if kept.is_some() && found.is_none() {
            return Ok(Some(is));
        }
        if let Some(remittance) = found.map(|at| self.awaited.swap_remove(at)) {
            body.remittance = Some(remittance.id.clone());
            let (state, amount) = (remittance.body.state, remittance.body.amount);
            // A line that pays an order for certain may only have a number like its reference in it.
            let pays_order = matches!(verdict, Verdict::Settled { .. });
            if state == RemittanceState::Booked && amount == line.amount && !pays_order {
                let mut remittance = remittance;
                remit::seen(&mut remittance, &line.proof)?;
                body.state = Decided::Remitted;
                is = Verdict::Remitted { remittance: remittance.id };
            }
        }
        match kept.cloned() {
            Some(kept) => drop(Store::replace(&Entry { body, ..kept })?),
            None => drop(Store::create(&body)?),
        }
        Ok(Some(is))
    }

    /// The remittance whose reference stands in a line; of several, one of just its amount.
    fn awaited(&self, line: &Named) -> Option<usize> {
        let stands = |remittance: &Entry<Remittance>| {
            settlement::key(&remittance.body.reference).is_some_and(|key| settlement::stands_in(&key, &line.text))
        };
        let same = |remittance: &Entry<Remittance>| stands(remittance) && remittance.body.amount == line.amount;
        self.awaited.iter().position(same).or_else(|| self.awaited.iter().position(stands))
    }
}

/// Books a line for the order that it pays for certain, and keeps it for a person otherwise. Answers whether it was known.
fn book(
    line: &Named,
    verdict: Verdict,
    kept: Option<Entry<BankLine>>,
    orders: &mut [Entry<Order>],
) -> Result<(Verdict, bool), Error> {
    let mut known = kept.is_some();
    if let Verdict::Settled { order } = &verdict
        && kept.as_ref().is_none_or(|kept| kept.body.state == Decided::Open)
        && let Some(order) = orders.iter_mut().find(|known| known.id == *order)
    {
        known = !trade::money(order, Account::Bank, line.amount, &line.proof)?;
        if let Some(mut kept) = kept {
            (kept.body.state, kept.body.order) = (Decided::Booked, Some(order.id.clone()));
            Store::replace(&kept)?;
        }
    } else if let Verdict::Doubtful { doubt, candidates } = &verdict {
        known = known || is_booked(&line.proof)?;
        if !known {
            Store::create(&line.as_doubtful(*doubt, candidates.clone()))?;
        }
    }
    Ok((verdict, known))
}

impl Named {
    /// The same, kept until a person has decided what it is.
    fn as_doubtful(&self, doubt: Doubt, candidates: Vec<String>) -> BankLine {
        let cut = |text: &str, chars: usize| text.chars().take(chars).collect::<String>();
        BankLine {
            proof: self.proof.clone(),
            day: cut(&self.day, 40),
            text: cut(&self.text, 400),
            amount: self.amount,
            doubt: doubt.code().to_owned(),
            candidates,
            state: Decided::Open,
            order: None,
            at: context::now(),
            holder: None,
            remittance: None,
        }
    }
}

/// Whether a line was booked for an order.
fn is_booked(proof: &str) -> Result<bool, Error> {
    Ok(Store::first(&Find::new().equal(Posting::KEY, format!("in:{proof}")))?.is_some())
}

/// The orders whose references stand in the lines.
fn orders(lines: &[Received]) -> Result<Vec<Entry<Order>>, Error> {
    let mut orders: Vec<Entry<Order>> = Vec::new();
    for number in lines.iter().flat_map(|line| reference::find(&line.text)) {
        if !orders.iter().any(|order| order.body.number == number) {
            orders.extend(Store::first(&Find::new().equal(Order::NUMBER, number))?);
        }
    }
    Ok(orders)
}

/// What an order can be paid with, also after its term: [`trade::money`] confirms what is still there.
fn waiting(order: &Entry<Order>) -> Waiting {
    let due = (order.body.total.0 - order.body.received.0).max(0);
    Waiting { order: order.id.clone(), number: order.body.number, due: Centimes(due) }
}

/// The name of what a line says.
fn name(line: &Received) -> String {
    sum(&format!("{}\n{}\n{}", line.day, line.text, line.amount.0))
}

fn sum(text: &str) -> String {
    hex(Sha256::digest(text.as_bytes()).get(..16).unwrap_or_default())
}
