//! Founders: invited, joined, confirmed, gone.
//!
//! An invitation is a secret in a link that its author hands on by e-mail or telephone; the instance sends nothing itself. When the e-mail
//! address is that of an account, the account is told and needs no link. Whether there is such an account, the author does not learn.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tiwizi_identity::{Caller, Email, EmailError, Secret};
use tiwizi_model::limits::{FOUNDERS_MAX, FOUNDINGS_OF_ACCOUNT_MAX, INVITATION_MS};
use tiwizi_model::{AccountId, RecordId, Version};
use tiwizi_records::FieldError;

use super::edit::own_name;
use super::reading::Held;
use super::telling::News;
use super::writing::{demand_known, fields};
use super::{Foundings, account_of, demand_step, seat_with};
use crate::founding::error::FoundingError;
use crate::founding::founder::{Founder, Seat};
use crate::founding::lacks::{Lack, lacks};
use crate::founding::step::Step;
use crate::protection::{Item, Reason, bury};

/// The rule by which a founder is erased who is taken out, as the entry of the erasure names it: no run finds what is no record any more.
const REMOVED: &str = "founder_removed + 0 months";

/// Somebody who shall found the cooperative too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invitation {
    /// By what name the others know it.
    pub name: String,
    /// Its e-mail address; this or a telephone is needed.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
}

/// An invitation that was given.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The record of the founder.
    pub founder: RecordId,
    /// The secret of the link. It is shown once.
    pub secret: Secret,
}

/// What an invitation is to, for whoever holds its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The file.
    pub founding: RecordId,
    /// The name of the cooperative, as far as there is one.
    pub name: Option<String>,
    /// The name of whoever opened the file.
    pub opener: Option<String>,
    /// The name under which the holder was invited.
    pub invited: Option<String>,
}

impl Foundings {
    /// Invites somebody to a file.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`; `TooMany` when the file has as many founders as it may; `Invalid` when nobody can be reached
    /// that way; `Taken` when that address or its account is in the file.
    pub async fn invite(&self, caller: &Caller, id: RecordId, new: Invitation) -> Result<Invited, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        if held.seats.len() >= FOUNDERS_MAX {
            return Err(FoundingError::TooMany);
        }
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (email, phone) = (given(new.email), given(new.phone));
        if email.is_none() && phone.is_none() {
            let message = "an e-mail address or a telephone is needed";
            return Err(FoundingError::one(FieldError::of_field("phone", "required", message)));
        }
        let account = match &email {
            Some(email) => self.account_with(email).await?,
            None => None,
        };
        // With an account behind it the second invitation would be refused, and without one not: the author would learn which it is.
        let is_there = |seat: &Seat| seat.founder.email.as_deref().zip(email.as_deref()).is_some_and(is_same_address);
        if held.seats.iter().any(is_there) {
            return Err(FoundingError::Taken);
        }
        let (secret, until) = (self.secret(), self.now().saturating_add(INVITATION_MS));
        let mut founder = fields([
            ("founding", id.to_string().into()),
            ("province", held.founding.province.to_string().into()),
            ("invited_at", self.now().into()),
            ("invited_until", until.into()),
            ("invitation_key", key_of(secret.reveal()).into()),
        ]);
        let texts = [("email", email), ("phone", phone)];
        founder.extend(texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.into()))));
        founder.extend(own_name(&new.name));
        let accounts = [("account", account), ("invited_by", caller.account())];
        founder.extend(accounts.into_iter().filter_map(|(field, id)| Some((field.to_owned(), id?.to_string().into()))));
        let body = Value::Object(founder);
        self.check(&self.names.founder, &body)?;
        let mut unit = self.unit(caller);
        let founder = unit.create_by_kernel(&self.names.founder, body).map_err(FoundingError::gathered)?.id;
        if let Some(account) = account {
            self.tell_one(&mut unit, &held, account, (News::Invited, caller.name().unwrap_or_default())).await?;
        }
        self.store(unit, id).await?;
        Ok(Invited { founder, secret })
    }

    /// Gives a new secret in the place of one that was lost; the one before is worth nothing then.
    ///
    /// # Errors
    /// As `invite`; `Invitation` when the founder has joined.
    pub async fn invite_again(
        &self,
        caller: &Caller,
        id: RecordId,
        founder: RecordId,
    ) -> Result<Invited, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        let seat = seat_with(&held, founder)?;
        if seat.founder.has_joined() {
            return Err(FoundingError::Invitation);
        }
        let (secret, until) = (self.secret(), self.now().saturating_add(INVITATION_MS));
        let mut unit = self.unit(caller);
        let renewed = fields([("invited_until", until.into()), ("invitation_key", key_of(secret.reveal()).into())]);
        self.put_seat(&mut unit, seat, renewed).await?;
        self.store(unit, id).await?;
        Ok(Invited { founder, secret })
    }

    /// What an invitation is to.
    ///
    /// # Errors
    /// `Invitation` when it is not good.
    pub async fn offer(&self, secret: &str) -> Result<Offer, FoundingError> {
        let (held, founder) = self.invited(secret).await?;
        let seat = seat_with(&held, founder)?;
        let opener = held.seats.iter().find(|seat| seat.founder.account == Some(held.founding.opened_by));
        Ok(Offer {
            founding: held.id,
            name: held.founding.called().map(str::to_owned),
            opener: opener.and_then(|seat| seat.founder.called()).map(str::to_owned),
            invited: seat.founder.called().map(str::to_owned),
        })
    }

    /// Takes part by an invitation, and tells the file.
    ///
    /// # Errors
    /// `NotSignedIn`; `Invitation` when it is not good, or for another account; `Taken` when the account takes part already; `TooMany`.
    pub async fn join(&self, caller: &Caller, secret: &str) -> Result<RecordId, FoundingError> {
        let account = account_of(caller)?;
        let (held, founder) = self.invited(secret).await?;
        let seat = seat_with(&held, founder)?;
        if seat.founder.account.is_some_and(|invited| invited != account) {
            return Err(FoundingError::Invitation);
        }
        if self.seat_of(caller, &held).is_some_and(|own| own.id != seat.id) {
            return Err(FoundingError::Taken);
        }
        self.take_seat(caller, &held, seat).await
    }

    /// Takes part in a file to which the caller's account was invited.
    ///
    /// # Errors
    /// As `join`; `Missing` when it was not invited, `Invitation` also when the time of the invitation is over.
    pub async fn join_as_invited(&self, caller: &Caller, id: RecordId) -> Result<RecordId, FoundingError> {
        account_of(caller)?;
        let held = self.load(id).await?;
        let seat = self.seat_of(caller, &held).ok_or(FoundingError::Missing)?;
        if seat.founder.has_joined() {
            return Ok(id);
        }
        if !seat.founder.is_invited(self.now()) {
            return Err(FoundingError::Invitation);
        }
        self.take_seat(caller, &held, seat).await
    }

    async fn take_seat(&self, caller: &Caller, held: &Held, seat: &Seat) -> Result<RecordId, FoundingError> {
        let account = account_of(caller)?;
        demand_step(held, Step::is_open)?;
        // Only what the account joined counts: others cannot fill up its files with invitations.
        let mine = self.of_account(caller).await?;
        let joined = mine.iter().filter(|mine| mine.has_joined && !mine.founding.step.has_ended()).count();
        if joined >= FOUNDINGS_OF_ACCOUNT_MAX {
            return Err(FoundingError::TooMany);
        }
        let mut joined = fields([
            ("account", account.to_string().into()),
            ("joined_at", self.now().into()),
            ("invitation_key", Value::Null),
            ("invited_until", Value::Null),
        ]);
        if let Some(person) = caller.person() {
            joined.insert("person".to_owned(), person.to_string().into());
        }
        if seat.founder.called().is_none() {
            joined.extend(own_name(caller.name().unwrap_or_default()));
        }
        let mut unit = self.unit(caller);
        self.put_seat(&mut unit, seat, joined).await?;
        let who = caller.name().unwrap_or_default();
        self.tell_one(&mut unit, held, held.founding.opened_by, (News::Joined, who)).await?;
        self.store(unit, held.id).await?;
        Ok(held.id)
    }

    /// Confirms, for the caller, its own particulars and the terms of the file as they stand.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`; `Moved` when the file is not at the version that was seen; `Lacks` when the founder has not said all of
    /// itself yet.
    pub async fn confirm(&self, caller: &Caller, (id, seen): (RecordId, Version)) -> Result<(), FoundingError> {
        let held = self.load(id).await?;
        let seat = self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        held.demand_version(seen)?;
        let of_own = |lack: &Lack| lack.founder == Some(seat.id) && lack.code != "not-confirmed";
        let lacks = lacks(&held.founding, &held.seats, self.rules()?, self.today());
        let own: Vec<_> = lacks.into_iter().filter(of_own).collect();
        if !own.is_empty() {
            return Err(FoundingError::Lacks { lacks: own });
        }
        let mut unit = self.unit(caller);
        self.put_seat(&mut unit, seat, fields([("confirmed_at", self.now().into())])).await?;
        let who = seat.founder.called().unwrap_or_default();
        self.tell_one(&mut unit, &held, held.founding.opened_by, (News::Confirmed, who)).await?;
        self.store(unit, id).await.map(|_| ())
    }

    /// Takes a founder out of the file: everybody themselves, the one who opened it everybody, and whoever invited somebody who has not
    /// joined. The one who opened the file gives it up instead. What a founder said of themselves is erased with it.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotOpener`, `NotNow`.
    pub async fn remove(&self, caller: &Caller, id: RecordId, founder: RecordId) -> Result<(), FoundingError> {
        let held = self.load(id).await?;
        // One who was only invited may say no.
        let own = self.seat_of(caller, &held);
        if own.is_none_or(|own| own.id != founder) {
            self.demand_founder(caller, &held)?;
        }
        demand_step(&held, Step::is_open)?;
        let seat = seat_with(&held, founder)?;
        let opener = held.founding.opened_by;
        let is_opener = caller.account() == Some(opener);
        let is_own = own.is_some_and(|own| own.id == founder);
        let is_invited = !seat.founder.has_joined() && seat.founder.invited_by == caller.account();
        if seat.founder.account == Some(opener) || !(is_own || is_opener || is_invited) {
            return Err(FoundingError::NotOpener);
        }
        let mut unit = self.unit(caller);
        let kind = self.names.founder.clone();
        let item = Item { kind, id: seat.id, seen: seat.version, due_on: Some(self.today()) };
        let reason = Reason::Retention { rule: REMOVED.to_owned() };
        bury(&mut unit, &self.records, &item, &reason).await.map_err(FoundingError::gathered)?;
        let who = seat.founder.called().unwrap_or_default();
        self.tell_one(&mut unit, &held, opener, (News::Left, who)).await?;
        self.store(unit, id).await.map(|_| ())
    }

    /// The file and the founder of an invitation that is good.
    async fn invited(&self, secret: &str) -> Result<(Held, RecordId), FoundingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.founder)?;
        let found = self.records.find_unique(&permit, 1, &[key_of(secret).into()]).await?;
        let record = found.ok_or(FoundingError::Invitation)?;
        let founder = Founder::of_body(record.id, &record.body)?;
        if !founder.is_invited(self.now()) {
            return Err(FoundingError::Invitation);
        }
        let held = self.load(founder.founding).await?;
        if held.founding.step.is_open() { Ok((held, record.id)) } else { Err(FoundingError::Invitation) }
    }

    /// The account with an e-mail address.
    async fn account_with(&self, email: &str) -> Result<Option<AccountId>, FoundingError> {
        let fault = |error: EmailError| FoundingError::one(FieldError::of_field("email", "format", error.to_string()));
        let email: Email = email.parse().map_err(fault)?;
        let found =
            self.identity.account_of(&Caller::system(), email.as_str()).await.map_err(FoundingError::Account)?;
        Ok(found.filter(|account| !account.disabled).map(|account| account.id))
    }

    fn secret(&self) -> Secret {
        Secret::of(URL_SAFE_NO_PAD.encode(self.records.ambient().secret()))
    }
}

/// Whether two e-mail addresses are one. Accounts know them without regard to case.
fn is_same_address((one, other): (&str, &str)) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// What is stored of the secret of an invitation: 256 random bits need no slow hash.
fn key_of(secret: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    URL_SAFE_NO_PAD.encode(digest)
}

impl Invitation {
    /// Reads it from the fields of a form or a body.
    ///
    /// # Errors
    /// `Invalid` for a field that is none of an invitation, or no text.
    pub fn of_fields(given: &Map<String, Value>) -> Result<Self, FoundingError> {
        demand_known(given, &["name", "email", "phone"])?;
        let text = |name: &str| match given.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(FoundingError::one(FieldError::of_field(name, "type", "a text is expected"))),
        };
        Ok(Self { name: text("name")?.unwrap_or_default(), email: text("email")?, phone: text("phone")? })
    }
}
