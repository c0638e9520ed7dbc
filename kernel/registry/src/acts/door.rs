//! The one door through which acts are entered.
//!
//! It reads the acts of a cooperative, holds the new one to the rules, and writes it in one unit with the records that follow from it.
//! Two who enter an act at once take the same place, which only one of them can have; the other is told so and nothing of its act stays.
//! A cooperative that came by import or by hand gets its opening balance as act 1, together with its first act and not before.
//!
//! Invariant: whoever may not enter acts for the place of a cooperative enters none, and learns of one that is not public nothing. Acts of a
//! cooperative whose home is another instance are entered there alone.

mod audit;
mod desk;
mod distinct;
mod reading;
mod reevaluating;
mod succession;
mod writing;

use std::collections::BTreeSet;
use std::sync::Arc;

use tiwizi_identity::policy::{self, Access, Action, Classes, Grantee, Placement};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::{ACT_DOCUMENTS_MAX, OPENING_PART_BYTES_MAX};
use tiwizi_model::{KindName, ProvinceCode, RecordId, Version};
use tiwizi_records::{FieldError, Records};

pub use self::audit::{AuditedPart, Drift};
pub use self::desk::{Desk, Rehearsal, Rights};
use self::reading::Held;
pub use self::reevaluating::{PackChange, ReevaluatedPart};
use self::writing::Entry;
use super::act::{Act, NewAct};
use super::data::{ActData, Opening};
use super::error::ActError;
use super::ledger::{Ledger, in_correction};
use super::opening;
use super::state::State;
use crate::act_kind::ActKind;
use crate::day::Day;
use crate::duplicates::Duplicates;
use crate::kinds::Names;
use crate::rule_pack::RulePacks;
use crate::rules::last_day;

/// Enters and shows acts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Acts {
    records: Records,
    packs: Arc<RulePacks>,
    names: Names,
    /// What looks for cooperatives that one which is to be may be the same as; none for those who only read.
    duplicates: Option<Duplicates>,
}

/// A record that is written in the transaction of an act, by the rule that enters it, if it is still at the version that was seen.
#[derive(Debug, Clone)]
pub struct Together {
    /// Its kind.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
    /// What it will hold.
    pub body: serde_json::Value,
    /// The version that was seen.
    pub seen: Version,
}

/// An act that was entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The record of the act.
    pub record: RecordId,
    /// The act.
    pub act: Act,
    /// The state of the cooperative after it.
    pub state: State,
}

impl Acts {
    /// A door to the acts in these records, by these rules.
    #[must_use]
    pub fn new(records: Records, packs: Arc<RulePacks>) -> Self {
        Self { records, packs, names: Names::new(), duplicates: None }
    }

    /// The same door, which approves no name and registers nothing that may be there already.
    #[must_use]
    pub fn looking(self, duplicates: Duplicates) -> Self {
        Self { duplicates: Some(duplicates), ..self }
    }

    /// The rules.
    #[must_use]
    pub fn packs(&self) -> &RulePacks {
        &self.packs
    }

    /// Enters the first act of a cooperative that is to be: the request for its name. The id of the cooperative is new.
    ///
    /// # Errors
    /// As `enter`.
    pub async fn request_denomination(&self, caller: &Caller, new: NewAct) -> Result<Entered, ActError> {
        self.request_denomination_as(caller, self.records.ambient().new_id(), new, None).await
    }

    /// The same under an id that was given out before, as that of a founding file, which may be written with it.
    ///
    /// # Errors
    /// As `enter`; `Overtaken` when the cooperative has acts already, or the other record moved.
    pub async fn request_denomination_as(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        new: NewAct,
        together: Option<Together>,
    ) -> Result<Entered, ActError> {
        let province: Option<ProvinceCode> =
            new.data.get("province").and_then(serde_json::Value::as_str).and_then(|code| code.parse().ok());
        if province.is_none() && caller.holds(Role::Registrar) {
            // Without a place nobody but the nation's office may enter anything: what is missing is told, and not that it is refused.
            self.check_form(cooperative, &new)?;
            let is_given = new.data.get("province").is_some_and(|code| !code.is_null());
            let (code, message) = if is_given {
                ("province", "no province or prefecture has this code")
            } else {
                ("required", "the province of the seat is needed")
            };
            return Err(ActError::one(FieldError::new("/data/province", code, message)));
        }
        let place = Placement { subject: Some(cooperative), province };
        demand(&self.names, caller, place)?;
        if new.kind != ActKind::DenominationRequested {
            let fault = FieldError::of_field("act", "transition", "the first act is the request for a name");
            return Err(ActError::one(fault));
        }
        let home = self.records.instance();
        let held = Held { cooperative, record: None, ledger: Ledger::default(), province, home };
        self.enter_into(caller, held, new, together).await
    }

    /// Enters an act of a cooperative.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`; `Invalid` with every fault of the act; `Overtaken` when another act was entered meanwhile.
    pub async fn enter(&self, caller: &Caller, cooperative: RecordId, new: NewAct) -> Result<Entered, ActError> {
        self.enter_together(caller, cooperative, new, None).await
    }

    /// The same, with another record in the same transaction.
    ///
    /// # Errors
    /// As `enter`; `Overtaken` also when that record moved.
    pub async fn enter_together(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        new: NewAct,
        together: Option<Together>,
    ) -> Result<Entered, ActError> {
        let held = self.held_for(caller, cooperative, new.kind).await?;
        self.enter_into(caller, held, new, together).await
    }

    /// A cooperative and its acts, for a caller who may enter an act of that kind.
    async fn held_for(&self, caller: &Caller, cooperative: RecordId, kind: ActKind) -> Result<Held, ActError> {
        let held = self.load(cooperative).await?.ok_or(ActError::Missing { cooperative })?;
        demand(&self.names, caller, held.place()).map_err(|error| {
            let knows = held.record.is_some() || self.sees(caller, held.place()).is_some();
            if knows { error } else { ActError::Missing { cooperative } }
        })?;
        if held.home != self.records.instance() {
            return Err(ActError::NotHome { cooperative, home: held.home });
        }
        if !kind.is_entered() {
            let fault = FieldError::of_field("act", "not-entered", "this act is made by the register itself");
            return Err(ActError::one(fault));
        }
        Ok(held)
    }

    /// The state of a cooperative by its acts, or, while it has none, by the opening balance that its first act would bring; and the classes of
    /// fields that the caller may see, as `ledger` has them. Nothing is written.
    ///
    /// # Errors
    /// As `ledger`; `Invalid` when its records make no opening balance.
    pub async fn state(&self, caller: &Caller, cooperative: RecordId) -> Result<(State, Classes), ActError> {
        self.records.may_read(caller, &self.names.act)?;
        let held = self.load(cooperative).await?.ok_or(ActError::Missing { cooperative })?;
        let classes = self.sees(caller, held.place()).ok_or(ActError::Missing { cooperative })?;
        let state = self.state_of(caller, &held).await?;
        Ok((state, classes))
    }

    async fn state_of(&self, caller: &Caller, held: &Held) -> Result<State, ActError> {
        let cooperative = held.cooperative;
        let today = Day::of(self.records.ambient().now());
        let mut ledger = held.ledger.clone();
        for opening in self.opening(held, today).await? {
            let act = self.made(caller, cooperative, today, ActData::TakenOver(Box::new(opening)));
            let act = Act { sequence: ledger.next_sequence(), ..act };
            ledger = ledger.entered(act, &self.packs).map_err(invalid)?.0;
        }
        ledger.project(&self.packs).map_err(|source| ActError::Broken { cooperative, source })
    }

    async fn enter_into(
        &self,
        caller: &Caller,
        held: Held,
        new: NewAct,
        together: Option<Together>,
    ) -> Result<Entered, ActError> {
        let entry = self.prepare(caller, held, new, &BTreeSet::new()).await?;
        self.write(caller, entry, together).await
    }

    /// Holds an act to every rule. Persons that are still to be entered need not be there yet.
    async fn prepare(
        &self,
        caller: &Caller,
        held: Held,
        new: NewAct,
        to_come: &BTreeSet<RecordId>,
    ) -> Result<Entry, ActError> {
        self.check_form(held.cooperative, &new)?;
        let mut ledger = held.ledger.clone();
        let mut opened = Vec::new();
        for opening in self.opening(&held, new.effective_on).await? {
            let act = self.made(caller, held.cooperative, new.effective_on, ActData::TakenOver(Box::new(opening)));
            let act = Act { sequence: ledger.next_sequence(), ..act };
            ledger = ledger.entered(act.clone(), &self.packs).map_err(invalid)?.0;
            opened.push(act);
        }
        let before =
            ledger.project(&self.packs).map_err(|source| ActError::Broken { cooperative: held.cooperative, source })?;
        let data = ActData::read(new.kind, new.data.clone())
            .map_err(|error| ActError::one(FieldError::new("/data", "type", error.to_string())))?;
        self.check_days(&new, &data)?;
        self.check_stands(&ledger, held.cooperative, &new, &data)?;
        let act = Act {
            sequence: ledger.next_sequence(),
            documents: new.documents,
            corrects: new.corrects,
            ..self.made(caller, held.cooperative, new.effective_on, data)
        };
        let (ledger, after) = ledger.entered(act.clone(), &self.packs).map_err(invalid)?;
        let place = Placement { subject: Some(held.cooperative), province: after.province.or(held.province) };
        // Who moves a cooperative into another province must have a right there too, as with any record.
        demand(&self.names, caller, place)?;
        self.check_referred(&before, &after, to_come).await?;
        self.check_number(&before, &after, &act).await?;
        let successors = self.check_successors(&held, &act, &before, &after).await?;
        let acts = ledger.next_sequence().saturating_sub(1);
        let entry = Entry { held, opened, act, before, after, acts, successors };
        self.check_distinct(caller, &entry).await?;
        Ok(entry)
    }

    /// Holds what came to the schema of its kind, so that every fault has its pointer.
    fn check_form(&self, cooperative: RecordId, new: &NewAct) -> Result<(), ActError> {
        if new.documents.len() > ACT_DOCUMENTS_MAX {
            let message = format!("an act has at most {ACT_DOCUMENTS_MAX} documents");
            return Err(ActError::one(FieldError::of_field("documents", "too-many", message)));
        }
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&self.names.act) else { return Ok(()) };
        kind.validate(&new.body(cooperative, self.records.ambient().now()))
            .map_err(|rejection| ActError::Invalid { fields: rejection.fields })
    }

    /// Holds what a correction puts in place to the schema of what stands there; of the correction's own it need only be an object.
    fn check_stands(
        &self,
        ledger: &Ledger,
        cooperative: RecordId,
        new: &NewAct,
        data: &ActData,
    ) -> Result<(), ActError> {
        let ActData::Corrected(correction) = data else { return Ok(()) };
        let Some(stands) = &correction.stands else { return Ok(()) };
        // A correction of what is not there is refused by the ledger.
        let Some(origin) = new.corrects.and_then(|corrects| ledger.origin(corrects)) else { return Ok(()) };
        let stands = NewAct {
            kind: origin.kind(),
            effective_on: stands.effective_on,
            documents: Vec::new(),
            corrects: None,
            data: stands.data.clone(),
        };
        self.check_form(cooperative, &stands).map_err(|error| match error {
            ActError::Invalid { fields } => invalid(in_correction(fields, true)),
            other => other,
        })
    }

    /// No act has effect from a day that is still to come.
    fn check_days(&self, new: &NewAct, data: &ActData) -> Result<(), ActError> {
        let last = last_day(self.records.ambient().now());
        let mut days = vec![("/effective_on", new.effective_on)];
        if let ActData::Corrected(correction) = data {
            days.extend(correction.stands.iter().map(|stands| ("/data/stands/effective_on", stands.effective_on)));
        }
        if let ActData::YearlyFiling(filing) = data {
            days.push(("/data/assembly_on", filing.assembly_on));
        }
        let late = days.into_iter().filter(|(_, day)| *day > last);
        let fields: Vec<FieldError> =
            late.map(|(pointer, _)| FieldError::new(pointer, "future", "this day is in the future")).collect();
        if fields.is_empty() { Ok(()) } else { Err(ActError::Invalid { fields }) }
    }

    /// The opening balance, for a cooperative that has a record and no act: in several parts where its members do not fit into one.
    async fn opening(&self, held: &Held, day: Day) -> Result<Vec<Opening>, ActError> {
        let Some(record) = held.record.as_ref().filter(|_| held.ledger.is_empty()) else { return Ok(Vec::new()) };
        let memberships = self.memberships(held.cooperative).await?;
        let opening = opening::read(record, &memberships)?;
        if opening.registered_on.is_some_and(|registered| registered > day) {
            let fault = FieldError::of_field("effective_on", "order", "the cooperative was registered on a later day");
            return Err(ActError::one(fault));
        }
        Ok(opening::parts(opening, OPENING_PART_BYTES_MAX))
    }

    /// An act by this caller, now, in the first place.
    fn made(&self, caller: &Caller, cooperative: RecordId, effective_on: Day, data: ActData) -> Act {
        Act {
            cooperative,
            sequence: 1,
            effective_on,
            entered_at: self.records.ambient().now(),
            author: caller.account(),
            documents: Vec::new(),
            corrects: None,
            data,
        }
    }
}

fn invalid(fields: Vec<FieldError>) -> ActError {
    ActError::Invalid { fields }
}

/// Asks the policy whether the caller may enter acts for a place: whoever keeps the register there, and nobody else, nor for a cooperative in
/// whose name it acts. What a cooperative says of a year is a filing, which the office looks at before its act is entered.
fn demand(names: &Names, caller: &Caller, place: Placement) -> Result<(), ActError> {
    let access = Access { create: vec![Grantee::Role(Role::Registrar)], ..Access::default() };
    policy::may_write(caller, &names.act, &access, Action::Create, place).map_err(ActError::Refused)?;
    let is_own = place.subject.is_some_and(|cooperative| caller.acts_for(cooperative));
    if is_own { Err(ActError::Own) } else { Ok(()) }
}
