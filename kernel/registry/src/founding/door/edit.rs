//! Filling in a file: opened by one, filled in by all who take part, in any order and in pieces.

use serde_json::{Map, Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{FOUNDINGS_OPENED_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{ProvinceCode, RecordId, Version};
use tiwizi_records::{FieldError, Filter, Query};

use super::reading::Held;
use super::telling::{News, tell_seats};
use super::writing::{demand_known, fields, merged};
use super::{Foundings, account_of, demand_step, seat_with};
use crate::founding::error::FoundingError;
use crate::founding::founder::{MEMBER_FIELDS, PERSONAL_FIELDS, Seat, TERM_FIELDS};
use crate::founding::step::{Section, Step};

/// The field in which the number of an identity card comes; it is kept sealed, beside its keyed hash.
const NATIONAL_ID: &str = "national_id";

/// A founder, and the fields of the record that change.
type Changed<'a> = (&'a Seat, Map<String, Value>);

impl Foundings {
    /// Opens a file with what is known of the name; the province is needed. Whoever opens it is its first founder.
    ///
    /// # Errors
    /// `NotSignedIn` without an account of its own; `TooMany` when it has as many open files as it may; `Invalid` with every fault.
    pub async fn open(&self, caller: &Caller, given: &Map<String, Value>) -> Result<RecordId, FoundingError> {
        self.demand_room(caller).await?;
        let body = self.first_body(caller, given)?;
        self.check(&self.names.founding, &body)?;
        let mut unit = self.unit(caller);
        let id = unit.create_by_kernel(&self.names.founding, body.clone()).map_err(FoundingError::gathered)?.id;
        let founder = self.opener(caller, id, &body)?;
        unit.create_by_kernel(&self.names.founder, Value::Object(founder)).map_err(FoundingError::gathered)?;
        self.store(unit, id).await?;
        Ok(id)
    }

    /// The caller may open one more file.
    pub(super) async fn demand_room(&self, caller: &Caller) -> Result<(), FoundingError> {
        if self.opened_by(caller).await? >= FOUNDINGS_OPENED_MAX { Err(FoundingError::TooMany) } else { Ok(()) }
    }

    /// A file that is opened now with what is known of the name.
    pub(super) fn first_body(&self, caller: &Caller, given: &Map<String, Value>) -> Result<Value, FoundingError> {
        let account = account_of(caller)?;
        demand_known(given, Section::Name.fields())?;
        let now = self.now();
        let file = json!({
            "cooperative": self.records.ambient().new_id().to_string(),
            "step": Step::Name.name(),
            "since": now,
            "opened_at": now,
            "opened_by": account.to_string(),
        });
        Ok(merged(&file, given.clone()))
    }

    /// The founder who opens a file.
    pub(super) fn opener(
        &self,
        caller: &Caller,
        id: RecordId,
        file: &Value,
    ) -> Result<Map<String, Value>, FoundingError> {
        let account = account_of(caller)?;
        let now = self.now();
        let mut founder = fields([
            ("founding", id.to_string().into()),
            ("province", file.get("province").cloned().unwrap_or_default()),
            ("account", account.to_string().into()),
            ("invited_at", now.into()),
            ("joined_at", now.into()),
        ]);
        founder.extend(own_name(caller.name().unwrap_or_default()));
        if let Some(person) = caller.person() {
            founder.insert("person".to_owned(), person.to_string().into());
        }
        Ok(founder)
    }

    /// How many files an account has opened that have not ended, up to the bound.
    async fn opened_by(&self, caller: &Caller) -> Result<usize, FoundingError> {
        let account = account_of(caller)?;
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let filters = vec![Filter::equals("opened_by", account.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let step = |body: &Value| body.get("step").and_then(Value::as_str).and_then(Step::named);
        let mut opened = 0_usize;
        loop {
            let page = self.records.list(&permit, &query).await?;
            let open = page.items.iter().filter(|record| step(&record.body).is_some_and(|step| !step.has_ended()));
            opened = opened.saturating_add(open.count());
            query.cursor = page.next;
            // Those that ended lie before those that are open: all are looked at until the bound is reached.
            if query.cursor.is_none() || opened >= FOUNDINGS_OPENED_MAX {
                return Ok(opened);
            }
        }
    }

    /// Fills in a section of a file: fields that are given take the place of those that are there, a null or an empty text takes one away,
    /// and what is not given stays. When the founders agreed on what changes, each confirms anew.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`; `Moved` when it is not at the version that was seen; `Invalid` with every fault.
    pub async fn edit(
        &self,
        caller: &Caller,
        at: (RecordId, Version),
        section: Section,
        given: &Map<String, Value>,
    ) -> Result<Version, FoundingError> {
        self.edit_with_terms(caller, at, (section, given), &[]).await
    }

    /// Fills in a section and, with it, what the founders agreed on for some of them: all of it or nothing.
    ///
    /// # Errors
    /// As `edit`; pointers of what is wrong with a founder begin with its id.
    pub async fn edit_with_terms(
        &self,
        caller: &Caller,
        (id, seen): (RecordId, Version),
        (section, given): (Section, &Map<String, Value>),
        terms: &[(RecordId, Map<String, Value>)],
    ) -> Result<Version, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, |step| section.is_open(step))?;
        if held.version != seen {
            return Err(FoundingError::Moved);
        }
        demand_known(given, section.fields())?;
        let of_founders = self.of_founders(&held, (section, given), terms)?;
        if of_founders.is_empty() && merged(&held.body, given.clone()) == held.body {
            return Ok(held.version);
        }
        let mut unit = self.unit(caller);
        // Terms alone make a next version of the file too: they are part of what is confirmed and handed in.
        self.put(&mut unit, &held, given.clone()).await?;
        let (mut faults, mut told) = (Vec::new(), Vec::new());
        for (seat, changed) in of_founders {
            match self.put_seat(&mut unit, seat, changed).await {
                Err(FoundingError::Invalid { fields }) => faults.extend(fields.into_iter().map(|mut fault| {
                    fault.pointer.insert_str(0, &format!("/{}", seat.id));
                    fault
                })),
                put => put?,
            }
            told.extend(Some(seat).filter(|seat| seat.founder.confirmed_at.is_some()));
        }
        if !faults.is_empty() {
            return Err(FoundingError::Invalid { fields: faults });
        }
        tell_seats(&mut unit, &held, told.into_iter(), News::Changed)?;
        self.store(unit, id).await
    }

    /// What changes in the records of founders when a section is filled in: what they agreed on, where their file lies, and the
    /// confirmations of what is changed now. One change of each record, for a unit takes no second.
    fn of_founders<'a>(
        &self,
        held: &'a Held,
        (section, given): (Section, &Map<String, Value>),
        terms: &[(RecordId, Map<String, Value>)],
    ) -> Result<Vec<Changed<'a>>, FoundingError> {
        for (founder, agreed) in terms {
            demand_known(agreed, &TERM_FIELDS)?;
            seat_with(held, *founder)?;
        }
        let province = moved_to(held, given);
        let lapses = section.is_confirmed() && merged(&held.body, given.clone()) != held.body;
        let mut all = Vec::new();
        for seat in &held.seats {
            let mut changed = match terms.iter().find(|(founder, _)| *founder == seat.id) {
                Some((_, agreed)) => self.of_founder(seat, agreed)?,
                None => Map::new(),
            };
            if let Some(province) = province {
                changed.insert("province".to_owned(), province.into());
            }
            // They confirm anew where it shall be, too.
            if province.is_some() || (lapses && seat.founder.confirmed_at.is_some()) {
                changed.insert("confirmed_at".to_owned(), Value::Null);
            }
            if !changed.is_empty() {
                all.push((seat, changed));
            }
        }
        Ok(all)
    }

    /// Fills in what a founder says of itself, or what the founders agreed on for it. Everybody says the first of themselves alone; of one
    /// who has not joined yet, whoever takes part may. The number of an identity card comes as `national_id`.
    ///
    /// # Errors
    /// As `edit`; `NotFounder` for what only the founder itself says.
    pub async fn edit_founder(
        &self,
        caller: &Caller,
        (id, founder): (RecordId, RecordId),
        given: &Map<String, Value>,
    ) -> Result<(), FoundingError> {
        let held = self.load(id).await?;
        let own = self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        let known = PERSONAL_FIELDS.into_iter().chain(MEMBER_FIELDS).chain(TERM_FIELDS).chain([NATIONAL_ID]);
        let known: Vec<&str> = known.collect();
        demand_known(given, &known)?;
        let seat = seat_with(&held, founder)?;
        let is_personal = given.keys().any(|name| !TERM_FIELDS.contains(&name.as_str()));
        if is_personal && seat.id != own.id && seat.founder.has_joined() {
            return Err(FoundingError::NotFounder);
        }
        self.check_cooperative(&held, given).await?;
        let mut unit = self.unit(caller);
        let changed = self.of_founder(seat, given)?;
        let are_terms = changed.keys().any(|name| TERM_FIELDS.contains(&name.as_str()));
        self.put_seat(&mut unit, seat, changed).await?;
        if are_terms {
            self.touch(&mut unit, &held).await?;
        }
        if let Some(account) = seat.founder.account.filter(|_| are_terms && seat.founder.confirmed_at.is_some()) {
            self.tell_one(&mut unit, &held, account, (News::Changed, "")).await?;
        }
        self.store(unit, id).await.map(|_| ())
    }

    /// The cooperative for which a founder acts is one of the register, and not the one that is founded.
    async fn check_cooperative(&self, held: &Held, given: &Map<String, Value>) -> Result<(), FoundingError> {
        let Some(text) = given.get("member_cooperative").and_then(Value::as_str).map(str::trim) else { return Ok(()) };
        if text.is_empty() {
            return Ok(());
        }
        let id = text.parse::<RecordId>().ok().filter(|id| *id != held.founding.cooperative);
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        let found = match id {
            Some(id) => self.records.read(&permit, id).await?,
            None => None,
        };
        if found.is_some() {
            return Ok(());
        }
        let message = "the register has no such cooperative";
        Err(FoundingError::one(FieldError::of_field("member_cooperative", "no-cooperative", message)))
    }

    /// What changes in the record of a founder: terms that change are confirmed anew, a number is sealed for the founder's record.
    fn of_founder(&self, seat: &Seat, given: &Map<String, Value>) -> Result<Map<String, Value>, FoundingError> {
        let mut changed = Map::new();
        for (name, value) in given {
            if name == NATIONAL_ID {
                // A form that leaves the number out does not take it away: nobody can see it to type it again.
                let Some(number) = value.as_str().map(str::trim).filter(|number| !number.is_empty()) else { continue };
                let wrong = |error: String| FoundingError::one(FieldError::of_field(NATIONAL_ID, "pattern", error));
                let hash = self.national_id_key.hash(number).map_err(|error| wrong(error.to_string()))?;
                let sealed = self.national_id_key.seal(seat.id, number).map_err(|error| wrong(error.to_string()))?;
                changed.extend(fields([("national_id_key", hash.into()), ("national_id_sealed", sealed.into())]));
                continue;
            }
            let is_same = match seat.body.get(name) {
                Some(there) => there == value,
                None => value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()),
            };
            if !is_same {
                changed.insert(name.clone(), value.clone());
            }
        }
        let is_agreed = |name: &str| TERM_FIELDS.contains(&name) || MEMBER_FIELDS.contains(&name);
        if changed.keys().any(|name| is_agreed(name)) {
            changed.insert("confirmed_at".to_owned(), Value::Null);
        }
        Ok(changed)
    }
}

/// The province to which a file goes with these fields.
fn moved_to<'a>(held: &Held, given: &'a Map<String, Value>) -> Option<&'a str> {
    let province = given.get("province").and_then(Value::as_str)?;
    (province.parse::<ProvinceCode>() != Ok(held.founding.province)).then_some(province)
}

/// A name in the field of its letters.
pub(super) fn own_name(name: &str) -> Option<(String, Value)> {
    let name: String = name.trim().chars().take(160).collect();
    let is_arabic = name.chars().any(|letter| matches!(letter, '\u{600}'..='\u{6ff}'));
    let field = if is_arabic { "name_ar" } else { "name_fr" };
    (!name.is_empty()).then(|| (field.to_owned(), name.into()))
}
