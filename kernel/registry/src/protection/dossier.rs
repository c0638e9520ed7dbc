//! Everything that is kept of a person, for that person: records of every kind with their versions, what acts say, the account.
//!
//! The person takes it out alone; the office only while a request for access waits, and the request then says so. It is read by the right
//! of the kernel, because the right of access has no classes; what is about others stays out: of an act only the parts that name the
//! person. What plugins keep by key and as files is theirs to give out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{
    ACTS_MAX, DOSSIER_ACCOUNTS_MAX, DOSSIER_COOPERATIVES_MAX, DOSSIER_PARTS_MAX, DOSSIER_RECORDS_MAX,
    DOSSIER_VERSIONS_MAX, PAGE_ROWS_MAX,
};
use tiwizi_model::{Instant, KindName, Record, RecordId, Version};
use tiwizi_records::manifest::{LocalText, SubjectRule};
use tiwizi_records::{Filter, HistoryEntry, Query, ReadError, Records, Unit, UnitError, WriteError};
use tiwizi_storage::{StorageError, account, grant, token};

use super::card;
use super::coverage::{Coverage, Processing, is_personal};
use super::named::{self, Found};
use super::request::{self, RequestError, Right, text};
use crate::kinds::Names;
use crate::people::{People, PeopleError};

/// Everything that is kept of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The person.
    pub person: RecordId,
    /// When it was read.
    pub made_at: Instant,
    /// The records, by kind.
    pub kinds: Vec<About>,
    /// What acts say of the person.
    pub acts: Vec<Part>,
    /// Extracts on which a name of the person stands, by their ids.
    pub extracts: Vec<RecordId>,
    /// The accounts of the person.
    pub accounts: Vec<AccountFacts>,
    /// The processings that cover those kinds, with their purposes, recipients and times.
    pub processings: Vec<Processing>,
    /// What went to other instances. The register knows no other instance: whoever does says it by `disclose`.
    pub disclosures: Vec<Disclosure>,
    /// Whether the number of an identity card is kept and not given out here.
    pub is_card_sealed: bool,
    /// Whether this is all; otherwise there is more than is given out at once.
    pub is_whole: bool,
}

/// What went to one other instance of what is kept of a person, under one version of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// What the instance is called.
    pub to: String,
    /// The agreement.
    pub agreement: String,
    /// Its version.
    pub version: u32,
    /// What for.
    pub purpose: String,
    /// By which law or decision.
    pub legal_basis: String,
    /// For how many days it may be kept there.
    pub retention_days: u32,
    /// The fields, by kind.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

impl Dossier {
    /// What entries of logs may be about: the person, and each record that says something of the person.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<RecordId> {
        let records = self.kinds.iter().flat_map(|about| about.records.iter().map(|(record, _)| record.id));
        let acts = self.acts.iter().map(|part| part.record);
        records.chain(acts).chain(self.extracts.iter().copied()).chain([self.person]).collect()
    }

    /// Adds what went to other instances, and whether that is all.
    pub fn disclose(&mut self, disclosures: Vec<Disclosure>, is_whole: bool) {
        self.disclosures = disclosures;
        self.is_whole &= is_whole;
    }
}

/// The records of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The kind.
    pub kind: KindName,
    /// Its name for people.
    pub title: LocalText,
    /// What it is for.
    pub purpose: String,
    /// How long it is kept.
    pub retention: String,
    /// The records, each with its versions, the newest first.
    pub records: Vec<(Record, Vec<HistoryEntry>)>,
}

/// What one act says of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The record of the act.
    pub record: RecordId,
    /// The cooperative.
    pub cooperative: RecordId,
    /// The place of the act among those of the cooperative.
    pub sequence: u64,
    /// Its kind.
    pub act: String,
    /// Since when it holds.
    pub effective_on: String,
    /// The parts that name the person.
    pub parts: Vec<Value>,
}

/// An account of a person. Nothing that proves who somebody is stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// Its id.
    pub id: String,
    /// The address to sign in with.
    pub email: String,
    /// The name that pages greet.
    pub name: String,
    /// The tag of the language of its pages.
    pub language: &'static str,
    /// When it was made.
    pub created_at: Instant,
    /// What it may do, as `role on scope`.
    pub roles: Vec<String>,
    /// The names of its tokens.
    pub tokens: Vec<String>,
}

/// Why it is not given out.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// The person or the request is not for this caller.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Only a request for access opens it to the office.
    #[error("the office takes everything out only to answer a request for access")]
    NotAccess,
    /// That the number of an identity card is shown could not be written down, so nothing is given out.
    #[error("could not write down that the number is shown")]
    Card(#[from] PeopleError),
    /// Something could not be read.
    #[error("could not read what is kept")]
    Read(#[from] ReadError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
    /// That it was taken out could not be written down, so it is not given out.
    #[error("could not write down that everything was taken out")]
    Unit(#[from] UnitError),
    /// The same.
    #[error("could not write down that everything was taken out")]
    Write(#[from] WriteError),
}

/// Everything that is kept of the caller's own person, with the numbers of identity cards. That they are shown is stored as every look.
///
/// # Errors
/// `Request` when it is another's; `Card`.
pub async fn dossier(
    records: &Records,
    people: &People,
    caller: &Caller,
    person: RecordId,
) -> Result<Dossier, DossierError> {
    if caller.person() != Some(person) {
        let hidden = request::person_for(records, caller, person).await.err().unwrap_or(RequestError::Refused);
        return Err(hidden.into());
    }
    let mut found = gather(records, person).await?;
    card::open(&mut found, people, caller).await?;
    Ok(found)
}

/// The same for the office, to answer a request for access that waits, without the numbers of identity cards: they stay sealed. The request
/// says then when it was taken out.
///
/// # Errors
/// `Request` when the caller may not answer it or it does not wait any more; `NotAccess` when something else was asked.
pub async fn dossier_of_request(
    records: &Records,
    caller: &Caller,
    request: RecordId,
) -> Result<Dossier, DossierError> {
    let record = request::open(records, caller, request).await?;
    request::demand_office(records, caller, &record).await?;
    if text(&record, "right") != Right::Access.name() {
        return Err(DossierError::NotAccess);
    }
    let person = record.subject.ok_or(RequestError::Missing)?;
    let mut found = gather(records, person).await?;
    card::close(&mut found);
    let mut unit = Unit::new(records.clone(), caller.by_kernel());
    let patch = json!({ "given_at": records.ambient().now().0 });
    unit.patch(&record.kind, request, patch, Some(record.version)).await?;
    unit.commit(None).await?;
    Ok(found)
}

async fn gather(records: &Records, person: RecordId) -> Result<Dossier, DossierError> {
    let coverage = Coverage::read(records).await?;
    let kinds = records.kinds();
    let mut dossier = Dossier {
        person,
        made_at: records.ambient().now(),
        kinds: Vec::new(),
        acts: Vec::new(),
        extracts: Vec::new(),
        accounts: Vec::new(),
        processings: Vec::new(),
        disclosures: Vec::new(),
        is_card_sealed: false,
        is_whole: true,
    };
    (dossier.accounts, dossier.is_whole) = accounts(records, person).await?;
    for kind in kinds.iter() {
        let declared = kind.declaration();
        let is_other = declared.subject == SubjectRule::Itself && *kind.name() != Names::new().person;
        if is_other {
            continue;
        }
        let mut found = named::of_person(records, kind.name(), person).await?;
        if *kind.name() == Names::new().founder {
            let said = seats(records, &dossier.accounts).await?;
            found.is_whole &= said.is_whole;
            found.records.extend(said.records);
        }
        dossier.is_whole &= found.is_whole && found.records.len() <= DOSSIER_RECORDS_MAX;
        if found.records.is_empty() {
            continue;
        }
        let mut about = About {
            kind: kind.name().clone(),
            title: declared.title.clone(),
            purpose: declared.purpose.clone(),
            retention: declared.retention.clone(),
            records: Vec::new(),
        };
        for record in found.records.into_iter().take(DOSSIER_RECORDS_MAX) {
            let versions = versions(records, &record).await?;
            dossier.is_whole &= versions.len() < DOSSIER_VERSIONS_MAX;
            about.records.push((record, versions));
        }
        dossier.kinds.push(about);
    }
    let cooperatives = cooperatives(&dossier);
    dossier.is_whole &= cooperatives.len() <= DOSSIER_COOPERATIVES_MAX;
    let spellings = spellings(&dossier);
    for cooperative in cooperatives.into_iter().take(DOSSIER_COOPERATIVES_MAX) {
        let (parts, has_all_parts) = acts(records, cooperative, person).await?;
        let (issued, has_all_issued) = extracts(records, cooperative, &spellings).await?;
        dossier.acts.extend(parts);
        dossier.extracts.extend(issued);
        dossier.is_whole &= has_all_parts && has_all_issued;
    }
    dossier.processings = processings(&coverage, &dossier, records);
    Ok(dossier)
}

/// What the person said in founding files with an account that was nobody's then.
async fn seats(records: &Records, accounts: &[AccountFacts]) -> Result<Found, ReadError> {
    let permit = records.may_read(&Caller::system(), &Names::new().founder)?;
    let mut found = Found { records: Vec::new(), is_whole: true };
    for account in accounts {
        let filters = vec![Filter::equals("account", account.id.clone())];
        let page = records.list(&permit, &Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() }).await?;
        found.records.extend(page.items.into_iter().filter(|record| record.subject.is_none()));
        found.is_whole &= page.next.is_none();
    }
    Ok(found)
}

/// The versions of a record before the one that stands, the newest first.
async fn versions(records: &Records, record: &Record) -> Result<Vec<HistoryEntry>, ReadError> {
    if record.version == Version::FIRST {
        return Ok(Vec::new());
    }
    let permit = records.may_read(&Caller::system(), &record.kind)?;
    let rows_max = u32::try_from(DOSSIER_VERSIONS_MAX).unwrap_or(PAGE_ROWS_MAX);
    records.history(&permit, record.id, Some(record.version), rows_max).await
}

/// The cooperatives of which the person is or was a member, or in which the person holds or held an office: a manager need not be a member.
fn cooperatives(dossier: &Dossier) -> BTreeSet<RecordId> {
    let names = Names::new();
    let of_kind = dossier.kinds.iter().filter(|about| [&names.membership, &names.mandate].contains(&&about.kind));
    of_kind.flat_map(|about| &about.records).filter_map(|(record, _)| record.subject).collect()
}

/// Every name that the person has or had, as it is written.
fn spellings(dossier: &Dossier) -> BTreeSet<String> {
    let person = Names::new().person;
    let mut found = BTreeSet::new();
    for (record, versions) in dossier.kinds.iter().filter(|about| about.kind == person).flat_map(|about| &about.records)
    {
        for body in std::iter::once(&record.body).chain(versions.iter().map(|entry| &entry.record.body)) {
            let names = ["name_ar", "name_fr"].into_iter().filter_map(|field| body.get(field)?.as_str());
            found.extend(names.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
        }
    }
    found
}

/// The records of a kind whose subject is a cooperative.
async fn of_cooperative(records: &Records, kind: &KindName, cooperative: RecordId) -> Result<Found, ReadError> {
    let permit = records.may_read(&Caller::system(), kind)?;
    let filters = vec![Filter::equals("cooperative", cooperative.to_string())];
    let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
    let mut found = Found::default();
    loop {
        let page = records.list(&permit, &query).await?;
        found.records.extend(page.items);
        query.cursor = page.next;
        found.is_whole = query.cursor.is_none();
        if found.is_whole || found.records.len() > ACTS_MAX {
            return Ok(found);
        }
    }
}

/// What the acts of a cooperative say of a person, and whether that is all.
async fn acts(records: &Records, cooperative: RecordId, person: RecordId) -> Result<(Vec<Part>, bool), ReadError> {
    let id = person.to_string();
    let acts = of_cooperative(records, &Names::new().act, cooperative).await?;
    let (mut found, mut is_whole) = (Vec::new(), acts.is_whole);
    for record in acts.records {
        let data = record.body.get("data").unwrap_or(&Value::Null);
        // One more than is given out tells whether there are more.
        let mut parts = named::parts(data, &id, DOSSIER_PARTS_MAX.saturating_add(1));
        is_whole &= parts.len() <= DOSSIER_PARTS_MAX;
        parts.truncate(DOSSIER_PARTS_MAX);
        if !parts.is_empty() {
            found.push(Part {
                record: record.id,
                cooperative,
                sequence: record.body.get("sequence").and_then(Value::as_u64).unwrap_or_default(),
                act: text(&record, "act").to_owned(),
                effective_on: text(&record, "effective_on").to_owned(),
                parts,
            });
        }
    }
    found.sort_by_key(|part| part.sequence);
    Ok((found, is_whole))
}

/// Extracts keep the text that was certified, with the names that stand on it; and whether these are all.
async fn extracts(
    records: &Records,
    cooperative: RecordId,
    spellings: &BTreeSet<String>,
) -> Result<(Vec<RecordId>, bool), ReadError> {
    let issued = of_cooperative(records, &Names::new().extract, cooperative).await?;
    let names = |record: &Record| {
        let certified =
            record.body.get("text").map(|text| text.as_str().map_or_else(|| text.to_string(), str::to_owned));
        certified.is_some_and(|text| spellings.iter().any(|name| text.contains(name.as_str())))
    };
    Ok((issued.records.into_iter().filter(names).map(|record| record.id).collect(), issued.is_whole))
}

/// The accounts of a person, and whether these are all.
async fn accounts(records: &Records, person: RecordId) -> Result<(Vec<AccountFacts>, bool), StorageError> {
    let mut tx = records.db().read().await?;
    let mut found = Vec::new();
    let rows_max = u32::try_from(DOSSIER_ACCOUNTS_MAX).unwrap_or(PAGE_ROWS_MAX);
    let ids = account::of_person(&mut tx, person, rows_max.saturating_add(1)).await?;
    let is_whole = ids.len() <= DOSSIER_ACCOUNTS_MAX;
    for id in ids.into_iter().take(DOSSIER_ACCOUNTS_MAX) {
        let Some(row) = account::find(&mut tx, id).await? else { continue };
        let roles = grant::of_account(&mut tx, id).await?;
        let tokens = token::of_account(&mut tx, id).await?;
        found.push(AccountFacts {
            id: row.id.to_string(),
            email: row.email,
            name: row.name,
            language: row.language.tag(),
            created_at: row.created_at,
            roles: roles.into_iter().map(|grant| format!("{} on {}", grant.role, grant.scope)).collect(),
            tokens: tokens.into_iter().map(|token| token.name).collect(),
        });
    }
    Ok((found, is_whole))
}

/// The processings in force that cover a kind with fields about the person.
fn processings(coverage: &Coverage, dossier: &Dossier, records: &Records) -> Vec<Processing> {
    let kinds = records.kinds();
    let is_about = |name: &KindName| {
        let is_there = dossier.kinds.iter().any(|about| about.kind == *name);
        is_there && kinds.find(name).is_some_and(|kind| is_personal(kind.declaration()))
    };
    let covering = coverage.processings.iter().filter(|one| one.is_in_force() && one.kinds.iter().any(is_about));
    covering.cloned().collect()
}
