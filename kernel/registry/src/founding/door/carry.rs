//! Opening a file with what was prepared elsewhere: what is known goes over, and the people who shall found it are invited, all at once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tiwizi_identity::{Caller, recipients};
use tiwizi_model::limits::{FOUNDERS_MAX, INVITATION_MS};
use tiwizi_model::{AccountId, RecordId, Version};
use tiwizi_records::{ReadError, Unit, WriteError};

use super::Foundings;
use super::edit::own_name;
use super::reading::Held;
use super::telling::{News, message};
use super::writing::fields;
use crate::founding::carried::{Carried, CarriedPerson, Source};
use crate::founding::error::FoundingError;
use crate::founding::file::Founding;

/// The place of the index by source among the unique ones of `registry/founding`.
pub(in crate::founding) const BY_SOURCE: usize = 1;

impl Foundings {
    /// What a record carries over that is the caller's own; none when there is no such record for it, or it says nothing of a founding.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carried(&self, caller: &Caller, source: Source) -> Result<Option<Carried>, FoundingError> {
        let permit = match self.records.may_read(caller, &source.kind) {
            Ok(permit) => permit,
            Err(ReadError::UnknownKind { .. } | ReadError::Refused(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = self.records.read(&permit, source.id).await?;
        // What anybody may read is still not for anybody to found.
        let own = found.filter(|record| record.subject.is_some() && record.subject == caller.person());
        let Some(carried) = own.and_then(|record| Carried::of_body(source, &record.body)) else { return Ok(None) };
        let opened = self.opened_from(&carried.source).await?;
        Ok(Some(Carried { opened, ..carried }))
    }

    /// The file that was opened from a record, and not given up.
    async fn opened_from(&self, source: &Source) -> Result<Option<RecordId>, FoundingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let found = self.records.find_unique(&permit, BY_SOURCE, &[source.to_string().into()]).await?;
        Ok(found.map(|record| record.id))
    }

    /// Opens a file like `open`, with what the founder confirmed of what a record carries over: `carried` comes from `carried` above, without
    /// those people whom they do not want to invite. Whoever opens a second one from the same record is told of the first.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_with(
        &self,
        caller: &Caller,
        given: &Map<String, Value>,
        carried: &Carried,
    ) -> Result<RecordId, FoundingError> {
        if let Some(opened) = self.opened_from(&carried.source).await? {
            return Ok(opened);
        }
        self.demand_room(caller).await?;
        let mut body = self.first_body(caller, given)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("source".to_owned(), carried.source.to_string().into());
            body.extend(carried.share_value_mad.map(|value| ("share_value_mad".to_owned(), value.number().into())));
        }
        self.check(&self.names.founding, &body)?;
        let mut unit = self.unit(caller);
        let id = unit.create_by_kernel(&self.names.founding, body.clone()).map_err(FoundingError::gathered)?.id;
        let founding = Founding::of_body(id, &body)?;
        let held = Held { id, version: Version::FIRST, founding, body, seats: Vec::new() };
        self.seat_all(&mut unit, caller, &held, &carried.people).await?;
        match self.store(unit, id).await {
            Ok(_) => Ok(id),
            // Two forms were sent at once: one opened the file.
            Err(error @ FoundingError::Write(WriteError::Duplicate { .. })) => {
                self.opened_from(&carried.source).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Gathers the one who opens the file, and those who are invited with it.
    async fn seat_all(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        held: &Held,
        people: &[CarriedPerson],
    ) -> Result<(), FoundingError> {
        let mut opener = self.opener(caller, held.id, &held.body)?;
        let own = people.iter().find(|one| Some(one.person) == caller.person());
        opener.extend(own.map(agreed).unwrap_or_default());
        self.seat(unit, opener)?;
        let mut accounts: BTreeSet<AccountId> = caller.account().into_iter().collect();
        let (mut persons, mut told) = (BTreeSet::new(), BTreeSet::new());
        let others = people.iter().filter(|one| Some(one.person) != caller.person());
        for one in others.take(FOUNDERS_MAX.saturating_sub(1)).filter(|one| persons.insert(one.person)) {
            let mut founder = self.invited_seat(caller, held, one);
            // Who has no account yet is given a link by hand.
            let account = self.account_of_person(one.person).await?.filter(|account| accounts.insert(*account));
            founder.extend(account.map(|account| ("account".to_owned(), account.to_string().into())));
            told.extend(account);
            self.seat(unit, founder)?;
        }
        let invited = message(held, News::Invited, caller.name().unwrap_or_default());
        if told.is_empty() {
            return Ok(());
        }
        unit.tell_accounts_by_kernel(told, &invited).map_err(FoundingError::Tell)
    }

    fn seat(&self, unit: &mut Unit, founder: Map<String, Value>) -> Result<(), FoundingError> {
        let body = Value::Object(founder);
        self.check(&self.names.founder, &body)?;
        unit.create_by_kernel(&self.names.founder, body).map_err(FoundingError::gathered).map(drop)
    }

    fn invited_seat(&self, caller: &Caller, held: &Held, one: &CarriedPerson) -> Map<String, Value> {
        let mut founder = fields([
            ("founding", held.id.to_string().into()),
            ("province", held.founding.province.to_string().into()),
            ("invited_at", self.now().into()),
            ("invited_until", self.now().saturating_add(INVITATION_MS).into()),
        ]);
        founder.extend(caller.account().map(|account| ("invited_by".to_owned(), account.to_string().into())));
        founder.extend(own_name(&one.name));
        founder.extend(agreed(one));
        founder
    }

    /// An account of a person that may sign in.
    async fn account_of_person(&self, person: RecordId) -> Result<Option<AccountId>, FoundingError> {
        let mut tx = self.records.db().read_single().await.map_err(ReadError::from)?;
        let found = recipients::of_person(&mut tx, person).await;
        match found {
            Ok(accounts) => Ok(accounts.into_iter().next()),
            Err(error) => Err(FoundingError::Tell(error.into())),
        }
    }
}

/// What the founders agreed on for one of them.
fn agreed(one: &CarriedPerson) -> Map<String, Value> {
    let shares = one.shares.map(|shares| ("shares".to_owned(), shares.into()));
    let paid = one.paid_mad.map(|paid| ("paid_mad".to_owned(), Value::Number(paid.number())));
    shares.into_iter().chain(paid).collect()
}
