//! The steps that founders take: asking for the name, handing the file in, taking it back, giving it up.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, Version};

use super::reading::Held;
use super::telling::{News, tell_founders};
use super::writing::fields;
use super::{Foundings, demand_step};
use crate::founding::error::FoundingError;
use crate::founding::lacks::{Lack, lacks};
use crate::founding::step::{Section, Step};

impl Foundings {
    /// Asks the office for the name.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`, `Moved`; `Lacks` when the section of the name is not complete.
    pub async fn ask_for_name(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.at_step(caller, at, |step| step == Step::Name).await?;
        self.demand_complete(&held, |section| section == Section::Name)?;
        let mut asked = self.to(Step::NameAsked);
        asked.extend(fields([("asked_on", self.today().to_string().into())]));
        asked.extend(without_answer());
        self.go(caller, &held, asked, Some(News::NameAsked)).await
    }

    /// Hands the file in.
    ///
    /// # Errors
    /// As `ask_for_name`; `Lacks` with everything that is missing.
    pub async fn submit(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.at_step(caller, at, |step| step == Step::File).await?;
        self.demand_complete(&held, |_| true)?;
        let mut submitted = self.to(Step::Submitted);
        submitted.extend(fields([("reason", Value::Null), ("corrections", Value::Null)]));
        self.go(caller, &held, submitted, Some(News::Submitted)).await
    }

    /// Takes back what the office has not decided on yet: the request for the name, or the file.
    ///
    /// # Errors
    /// As `ask_for_name`.
    pub async fn take_back(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.at_step(caller, at, |step| matches!(step, Step::NameAsked | Step::Submitted)).await?;
        let step = if held.founding.step == Step::NameAsked { Step::Name } else { Step::File };
        let back = self.to(step);
        self.go(caller, &held, back, None).await
    }

    /// Goes back to the name, because it ran out or another one is wanted. What else the file holds stays.
    ///
    /// # Errors
    /// As `ask_for_name`.
    pub async fn change_name(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.at_step(caller, at, |step| step == Step::File).await?;
        let mut back = self.to(Step::Name);
        back.extend(without_answer());
        self.go(caller, &held, back, None).await
    }

    /// Gives the file up. Only the one who opened it may, and only before it was accepted.
    ///
    /// # Errors
    /// As `ask_for_name`, and `NotOpener`.
    pub async fn give_up(&self, caller: &Caller, at: (RecordId, Version)) -> Result<Version, FoundingError> {
        let held = self.at_step(caller, at, |step| !step.has_ended() && step != Step::Accepted).await?;
        self.demand_opener(caller, &held)?;
        let mut unit = self.unit(caller);
        let mut given_up = self.to(Step::GivenUp);
        // What it was opened from may be founded after all, by another file.
        given_up.extend(fields([("source", Value::Null)]));
        self.put(&mut unit, &held, given_up).await?;
        tell_founders(&mut unit, &held, News::GivenUp)?;
        self.store(unit, held.id).await
    }

    async fn at_step(
        &self,
        caller: &Caller,
        (id, seen): (RecordId, Version),
        is_right: impl FnOnce(Step) -> bool,
    ) -> Result<Held, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, is_right)?;
        // What the office is entering is what the file says: until it has ended, nobody takes the file from under it.
        if held.founding.deciding_since.is_some() {
            return Err(FoundingError::NotNow { step: held.founding.step });
        }
        if held.version == seen { Ok(held) } else { Err(FoundingError::Moved) }
    }

    /// Nothing is missing in some of the sections.
    pub(super) fn demand_complete(&self, held: &Held, is_asked: impl Fn(Section) -> bool) -> Result<(), FoundingError> {
        let all = lacks(&held.founding, &held.seats, self.rules()?, self.today());
        let lacks: Vec<Lack> = all.into_iter().filter(|lack| is_asked(lack.section)).collect();
        if lacks.is_empty() { Ok(()) } else { Err(FoundingError::Lacks { lacks }) }
    }

    async fn go(
        &self,
        caller: &Caller,
        held: &Held,
        changed: Map<String, Value>,
        news: Option<News>,
    ) -> Result<Version, FoundingError> {
        let mut unit = self.unit(caller);
        self.put(&mut unit, held, changed).await?;
        if let Some(news) = news {
            self.tell_office(&mut unit, held, news).await?;
        }
        self.store(unit, held.id).await
    }
}

/// What an answer on a name left in the file, taken away.
fn without_answer() -> Map<String, Value> {
    fields([
        ("answered_on", Value::Null),
        ("valid_until", Value::Null),
        ("certificate", Value::Null),
        ("reason", Value::Null),
        ("corrections", Value::Null),
    ])
}
