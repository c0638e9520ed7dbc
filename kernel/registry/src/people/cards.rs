//! The numbers of identity cards: set, found, and shown to those who may, each look noted before it is answered.

use serde_json::{Map, Value, json};
use tiwizi_identity::policy::{Class, Refusal};
use tiwizi_identity::{Caller, Role, Secret};
use tiwizi_model::limits::{LOOK_REASON_CHARS_MAX, PERSON_LINES_MAX};
use tiwizi_model::{ProvinceCode, Record, RecordId, Version};
use tiwizi_records::{Draft, Filter, Message, Query, ReadError, Recipient, Unit, WriteError};

use super::{People, PeopleError};
use crate::national_id::SealError;

/// The unique index of persons: the keyed hash of the identity card.
const BY_NATIONAL_ID: usize = 0;
/// What a look says: the number was shown, or the office that keeps its person was asked because somebody else entered it.
const SHOWN: &str = "national-id";
const ASKED: &str = "national-id-asked";
/// Why somebody takes out the number that is kept of themselves, in the languages of the law.
const ACCESS: &str = "حق الولوج (القانون 09-08، المادة 7) · droit d’accès (loi 09-08, article 7)";
/// Members went out in a file.
const MEMBERS: &str = "members";

/// What somebody looked at.
struct Seen {
    what: &'static str,
    /// None when it was a list.
    person: Option<RecordId>,
    province: Option<ProvinceCode>,
}

/// What became of a number that somebody set.
#[derive(Debug, Clone, PartialEq)]
pub enum CardSet {
    /// It is set; the person as it is now.
    Set(Box<Record>),
    /// It is that of a person whom another office keeps, and that office is asked.
    Asked,
}

/// Whether somebody else has the number, under whichever key.
fn is_taken(error: &WriteError) -> bool {
    match error {
        WriteError::Duplicate { .. } => true,
        WriteError::Invalid { fields, .. } => {
            fields.iter().any(|field| field.pointer == "/national_id_key" && field.code == "taken")
        }
        _ => false,
    }
}

/// A reason in somebody's own words.
fn given(reason: &str) -> Result<&str, PeopleError> {
    let reason = reason.trim();
    let is_good = !reason.is_empty() && reason.chars().nth(LOOK_REASON_CHARS_MAX).is_none();
    if is_good { Ok(reason) } else { Err(PeopleError::Reason) }
}

impl People {
    /// Sets the number of a person's identity card, or forgets it. It is written with the caller's own rights to the person; a number that
    /// another person has is refused as any unique field. `seen` is the version that the caller looked at.
    ///
    /// # Errors
    /// `Number` when it cannot be one; `Write` when the caller may not, or the person changed meanwhile.
    pub async fn set_national_id(
        &self,
        caller: &Caller,
        person: RecordId,
        number: Option<&str>,
        seen: Option<Version>,
    ) -> Result<Record, PeopleError> {
        let fields = match number {
            Some(number) => {
                let hashed = self.key.hash(number).map_err(|error| PeopleError::Number(SealError::Number(error)))?;
                let sealed = self.key.seal(person, number).map_err(PeopleError::Number)?;
                json!({ "national_id_key": hashed, "national_id_sealed": sealed })
            }
            None => json!({ "national_id_key": null, "national_id_sealed": null }),
        };
        let drafts = vec![Draft::patch(self.names.person.clone(), person, fields, seen)];
        match (self.records.submit(caller, drafts, None).await, number) {
            (Ok(written), _) => written.into_iter().next().ok_or(PeopleError::Missing),
            // Only behind the caller's right to write the person: nobody else tries numbers here.
            (Err(error), Some(number)) if is_taken(&error) => match self.by_national_id(caller, number).await? {
                Some(_) => Err(error.into()),
                None => Err(PeopleError::Elsewhere),
            },
            (Err(error), _) => Err(error.into()),
        }
    }

    /// The same, and when the number is that of a person whom the caller does not see: asks the office that keeps that person, for a reason.
    /// What was asked is noted as a look is, so the person and the administrators read it.
    ///
    /// # Errors
    /// As `set_national_id`; `Reason`, `Notices`.
    pub async fn set_or_ask(
        &self,
        caller: &Caller,
        person: RecordId,
        (number, reason): (&str, &str),
        seen: Option<Version>,
    ) -> Result<CardSet, PeopleError> {
        let reason = given(reason)?;
        match self.set_national_id(caller, person, Some(number), seen).await {
            Err(PeopleError::Elsewhere) => {}
            Ok(record) => return Ok(CardSet::Set(Box::new(record))),
            Err(error) => return Err(error),
        }
        let asking = self.person(caller, person).await?;
        let holder = self.by_national_id(&Caller::system(), number).await?.ok_or(PeopleError::Missing)?;
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        self.gather_note(&mut unit, &holder, (ASKED, reason))?;
        let province = asking.province.map(|province| province.to_string()).unwrap_or_default();
        let message = Message {
            key: "notice-card-asked".to_owned(),
            args: json!({ "province": province }).to_string(),
            link: Some(format!("/register/persons/{}", holder.id)),
        };
        unit.tell_by_kernel(Recipient::Role(Role::Registrar, holder.province), &message).await?;
        unit.commit(None).await?;
        Ok(CardSet::Asked)
    }

    /// The person whose identity card has this number; none when there is none that the caller may find by it.
    ///
    /// # Errors
    /// `Number` when it cannot be one; `Read` when the caller sees such numbers nowhere.
    pub async fn by_national_id(&self, caller: &Caller, number: &str) -> Result<Option<Record>, PeopleError> {
        let hashes = self.key.hashes(number).map_err(|error| PeopleError::Number(SealError::Number(error)))?;
        let permit = self.records.may_read(caller, &self.names.person)?;
        for hashed in hashes {
            let found = self.records.find_unique(&permit, BY_NATIONAL_ID, &[Value::from(hashed)]).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Whether the caller would be shown the number of this person, were there one.
    #[must_use]
    pub fn may_look(&self, caller: &Caller, person: &Record) -> bool {
        self.records.may_read(caller, &self.names.person).is_ok_and(|permit| {
            let classes = permit.classes(person.subject, person.province);
            caller.plugin().is_none() && classes.is_some_and(|classes| classes.holds(Class::Sensitive))
        })
    }

    /// The number of a person's identity card, for a reason that is noted with who asked and when. The note is stored before the number
    /// is returned; the person and the administrators can read it.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `NoNumber`, `Reason`; `Sealed` when it does not open.
    pub async fn national_id(&self, caller: &Caller, person: RecordId, reason: &str) -> Result<Secret, PeopleError> {
        let reason = given(reason)?;
        let record = self.person(caller, person).await?;
        self.demand_look(caller, &record)?;
        let sealed = record.body.get("national_id_sealed").and_then(Value::as_str).ok_or(PeopleError::NoNumber)?;
        let number = self.opened(person, sealed)?;
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        self.gather_note(&mut unit, &record, (SHOWN, reason))?;
        unit.commit(None).await?;
        Ok(number)
    }

    /// Stores that somebody takes out the numbers that are kept of their own person, as a look at them.
    ///
    /// # Errors
    /// `Missing`, `Refused`.
    pub(crate) async fn note_access(&self, caller: &Caller, person: RecordId) -> Result<(), PeopleError> {
        let record = self.person(caller, person).await?;
        self.demand_look(caller, &record)?;
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        self.gather_note(&mut unit, &record, (SHOWN, ACCESS))?;
        unit.commit(None).await?;
        Ok(())
    }

    /// Opens what lies sealed in a record. Whoever shows it has stored the look.
    ///
    /// # Errors
    /// `Sealed` when it does not open.
    pub(crate) fn opened(&self, record: RecordId, sealed: &str) -> Result<Secret, PeopleError> {
        self.key.open(record, sealed).map_err(|source| PeopleError::Sealed { person: record, source })
    }

    fn demand_look(&self, caller: &Caller, person: &Record) -> Result<(), PeopleError> {
        if self.may_look(caller, person) {
            return Ok(());
        }
        Err(PeopleError::Refused(Refusal {
            kind: self.names.person.clone(),
            action: "read",
            signed_in: caller.account().is_some(),
        }))
    }

    /// Gathers that somebody looked, or asked.
    fn gather_note(
        &self,
        unit: &mut Unit,
        person: &Record,
        (what, reason): (&'static str, &str),
    ) -> Result<(), PeopleError> {
        let seen = Seen { what, person: Some(person.id), province: person.province };
        self.gather_look(unit, &seen, reason)
    }

    /// Notes that somebody takes a list of members out of the instance, for a reason. It is stored before the list goes out, and the
    /// administrators can read it.
    ///
    /// # Errors
    /// `Reason` when there is none, or it is too long.
    pub async fn note_export(
        &self,
        caller: &Caller,
        province: Option<ProvinceCode>,
        reason: &str,
    ) -> Result<(), PeopleError> {
        let seen = Seen { what: MEMBERS, person: None, province };
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        self.gather_look(&mut unit, &seen, given(reason)?)?;
        unit.commit(None).await?;
        Ok(())
    }

    /// Tells whoever exported members how many are not in the file, because their cooperative is not there for them.
    ///
    /// # Errors
    /// When the notice cannot be stored.
    pub async fn tell_left_out(&self, caller: &Caller, count: u64) -> Result<(), PeopleError> {
        let Some(account) = caller.account().filter(|_| count > 0) else { return Ok(()) };
        let message = Message {
            key: "notice-export-left-out".to_owned(),
            args: json!({ "count": count.to_string() }).to_string(),
            link: Some("/register/export".to_owned()),
        };
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        unit.tell_by_kernel(Recipient::Account(account), &message).await?;
        unit.commit(None).await?;
        Ok(())
    }

    fn gather_look(&self, unit: &mut Unit, seen: &Seen, reason: &str) -> Result<(), PeopleError> {
        let caller = unit.caller().clone();
        let mut body = Map::new();
        let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
        if let Some(person) = seen.person {
            set("person", person.to_string().into());
        }
        set("what", seen.what.into());
        set("reason", reason.into());
        set("at", self.records.ambient().now().0.into());
        if let Some(account) = caller.account() {
            set("account", account.to_string().into());
        }
        if let Some(name) = caller.name().filter(|name| !name.is_empty()) {
            set("name", name.chars().take(200).collect::<String>().into());
        }
        if let Some(province) = seen.province {
            set("province", province.to_string().into());
        }
        unit.create_by_kernel(&self.names.look, Value::Object(body)).map_err(PeopleError::Gather)?;
        Ok(())
    }

    /// The looks at a person's number, the newest first, at most `PERSON_LINES_MAX`. Who may not read them is told of none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn looks(&self, caller: &Caller, person: RecordId) -> Result<Vec<Record>, PeopleError> {
        let permit = match self.records.may_read(caller, &self.names.look) {
            Ok(permit) => permit,
            Err(ReadError::Refused(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let query = Query {
            filters: vec![Filter::equals("person", person.to_string())],
            sort: Some(("at".to_owned(), true)),
            limit: PERSON_LINES_MAX,
            ..Query::default()
        };
        Ok(self.records.list(&permit, &query).await?.items)
    }

    /// A person, as far as the caller may see one.
    ///
    /// # Errors
    /// `Missing` when there is none for this caller.
    pub async fn person(&self, caller: &Caller, person: RecordId) -> Result<Record, PeopleError> {
        let permit = self.records.may_read(caller, &self.names.person)?;
        self.records.read(&permit, person).await?.ok_or(PeopleError::Missing)
    }
}
