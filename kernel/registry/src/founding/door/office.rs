//! What the office does with a file: answers on the name, asks for corrections, accepts, writes down the registration.
//!
//! The first act of a decision takes the file in its own transaction: from then on the founders do not change it. Then the file goes on. If
//! the machine stops in between, the same decision is taken again: what is entered already is not entered twice (`acts.rs`), and is held
//! against the file.

use serde_json::{Map, Value, json};
use tiwizi_identity::{AccountError, Caller, Role, Scope};
use tiwizi_model::limits::FOUNDING_CORRECTIONS_MAX;
use tiwizi_model::{RecordId, Version};
use tiwizi_records::FieldError;

use super::reading::Held;
use super::telling::{News, tell_founders};
use super::writing::{fields, merged};
use super::{Foundings, demand_step, hidden};
use crate::day::Day;
use crate::founding::error::FoundingError;
use crate::founding::file::Correction;
use crate::founding::step::Step;

/// The answer of the office on a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameAnswer {
    /// Whether it may be used.
    pub is_approved: bool,
    /// Why; a refusal says it.
    pub reason: Option<String>,
    /// The number of the certificate.
    pub certificate: Option<String>,
    /// Cooperatives of which the office says that this one is another, after looking at them.
    pub confirm_distinct: Vec<RecordId>,
}

/// The entry in the local register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tribunal of first instance whose clerk keeps the register.
    pub court: String,
    /// The number there.
    pub number: String,
    /// The day of the entry.
    pub registered_on: Day,
    /// Cooperatives of which the office says that this one is another, after looking at them.
    pub confirm_distinct: Vec<RecordId>,
}

impl Foundings {
    /// Answers on the name that a file asks for, and enters the request and the answer as acts.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`, `NotNow`, `Moved`; `Invalid` for a refusal without a reason; `Act` when an act is not accepted.
    pub async fn answer_name(
        &self,
        caller: &Caller,
        at: (RecordId, Version),
        answer: NameAnswer,
    ) -> Result<Version, FoundingError> {
        let mut held = self.for_office(caller, at, Step::NameAsked).await?;
        let reason = given(answer.reason);
        if !answer.is_approved && reason.is_none() {
            return Err(FoundingError::one(FieldError::of_field("reason", "required", "a refusal says why")));
        }
        let answer = NameAnswer { reason, certificate: given(answer.certificate), ..answer };
        let state = self.enter_name(caller, &mut held, &answer).await?;
        let denomination = state.denomination.filter(|_| answer.is_approved);
        let day = |day: Option<Day>| day.map_or(Value::Null, |day| day.to_string().into());
        let mut changed = self.to(if answer.is_approved { Step::File } else { Step::Name });
        changed.extend(fields([
            ("reason", answer.reason.map_or(Value::Null, Value::from)),
            ("certificate", answer.certificate.map_or(Value::Null, Value::from)),
            ("answered_on", day(denomination.as_ref().and_then(|one| one.answered_on))),
            ("valid_until", day(denomination.as_ref().and_then(|one| one.valid_until))),
        ]));
        let news = if answer.is_approved { News::NameApproved } else { News::NameRefused };
        self.decide(caller, &held, changed, news).await
    }

    /// Asks the founders to correct something, and gives the file back to them.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`, `NotNow`, `Moved`; `Invalid` when it does not say what.
    pub async fn ask_correction(
        &self,
        caller: &Caller,
        at: (RecordId, Version),
        corrections: Vec<Correction>,
    ) -> Result<Version, FoundingError> {
        let held = self.for_office(caller, at, Step::Submitted).await?;
        // A file whose constitution is in the register is accepted, or that act is annulled first.
        if self.is_constituted(caller, &held).await? {
            return Err(FoundingError::NotNow { step: held.founding.step });
        }
        let asked: Vec<Value> = corrections
            .into_iter()
            .filter(|one| !one.text.trim().is_empty())
            .map(|one| json!({ "section": one.section.name(), "text": one.text.trim() }))
            .collect();
        if asked.is_empty() {
            let message = "say what is to be corrected, and where";
            return Err(FoundingError::one(FieldError::of_field("corrections", "required", message)));
        }
        if asked.len() > FOUNDING_CORRECTIONS_MAX {
            let message = format!("at most {FOUNDING_CORRECTIONS_MAX} things are asked for at once");
            return Err(FoundingError::one(FieldError::of_field("corrections", "too-many", message)));
        }
        let mut changed = self.to(Step::File);
        changed.extend(fields([("corrections", asked.into())]));
        self.decide(caller, &held, changed, News::Corrections).await
    }

    /// Accepts a file: its founders become persons of the register, and its constitution and the receipt of the local authority are entered
    /// as acts.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`, `NotNow`, `Moved`; `Lacks` when something is missing after all, as when the name ran out; `Act` when an act
    /// is not accepted.
    pub async fn accept(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.for_office(caller, at, Step::Submitted).await?;
        self.demand_complete(&held, |_| true)?;
        let mut held = self.register_legal_persons(caller, held).await?;
        let persons = self.register_persons(caller, &held).await?;
        self.enter_constitution(caller, &mut held, &persons).await?;
        self.decide(caller, &held, self.to(Step::Accepted), News::Accepted).await
    }

    /// Writes down the entry in the local register: the cooperative is public from then on, and the accounts of its founders act for it.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`, `NotNow`, `Moved`; `Invalid` with every fault; `Act` when the act is not accepted; `Account` when an account
    /// could not be given its role: the same step is then taken again.
    pub async fn register(
        &self,
        caller: &Caller,
        at: (RecordId, Version),
        entry: Entry,
    ) -> Result<Version, FoundingError> {
        let mut held = self.for_office(caller, at, Step::Accepted).await?;
        let mut changed = self.to(Step::Registered);
        changed.extend(fields([
            ("court", entry.court.clone().into()),
            ("number", entry.number.clone().into()),
            ("registered_on", entry.registered_on.to_string().into()),
        ]));
        // Before the act is entered: what the file cannot hold, it shall not follow from.
        self.check(&self.names.founding, &merged(&held.body, changed.clone()))?;
        for (field, text) in [("court", &entry.court), ("number", &entry.number)] {
            if text.trim().is_empty() {
                return Err(FoundingError::one(FieldError::of_field(field, "required", "it is needed")));
            }
        }
        self.enter_registration(caller, &mut held, &entry).await?;
        self.give_roles(&held).await?;
        self.decide(caller, &held, changed, News::Registered).await
    }

    /// The accounts of the founders become those of its people: officers act for it, members read what is internal to it. An account that
    /// belongs to somebody else stays theirs, and so does a person who has an account.
    async fn give_roles(&self, held: &Held) -> Result<(), FoundingError> {
        let (system, cooperative) = (Caller::system(), held.founding.cooperative);
        for seat in &held.seats {
            let (Some(account), Some(person)) = (seat.founder.account, seat.founder.person) else { continue };
            let role = if seat.founder.role.is_some() { Role::Officer } else { Role::Member };
            let given = async {
                self.identity.link_person(&system, account, person).await?;
                self.identity.grant_role(&system, account, role, Scope::Cooperative(cooperative)).await
            };
            match given.await {
                // An account that is gone gets nothing.
                Ok(()) | Err(AccountError::Missing) => {}
                Err(error) => return Err(FoundingError::Account(error)),
            }
        }
        Ok(())
    }

    async fn for_office(
        &self,
        caller: &Caller,
        (id, seen): (RecordId, Version),
        step: Step,
    ) -> Result<Held, FoundingError> {
        let held = self.load(id).await?;
        if let Err(error) = self.demand_office(caller, &held) {
            // Who takes part in a file knows of it.
            let is_known = self.standing_seat(caller, &held).is_some();
            return Err(if is_known { error } else { hidden(error) });
        }
        demand_step(&held, |at| at == step)?;
        if held.version == seen { Ok(held) } else { Err(FoundingError::Moved) }
    }

    async fn decide(
        &self,
        caller: &Caller,
        held: &Held,
        mut changed: Map<String, Value>,
        news: News,
    ) -> Result<Version, FoundingError> {
        changed.extend(fields([("deciding_since", Value::Null)]));
        let mut unit = self.unit(caller);
        self.put(&mut unit, held, changed).await?;
        tell_founders(&mut unit, held, news)?;
        self.store(unit, held.id).await
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
