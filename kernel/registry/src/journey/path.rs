//! The path of one person or cooperative: what was reached, and what comes next.
//!
//! A person sees their own. That of a cooperative is for its officers and for those who may read its members by office; it tells how many of its people
//! reached something and never who.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Classes;
use tiwizi_model::limits::{FUNNEL_MEMBERSHIPS_MAX, PAGE_ROWS_MAX, PATH_MILESTONES_MAX, PATH_PEOPLE_MAX};
use tiwizi_model::{Instant, KindName, Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError, Records};
use tiwizi_storage::StorageError;

use super::funnel::joined_people;
use super::rule::{JourneyRules, Lead, Standing, Subject};
use super::stage::Stage;
use crate::day::Day;
use crate::founding::Step;
use crate::kinds::Names;

/// The sorted index of memberships: the person.
const BY_PERSON: usize = 0;

/// The door to paths. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journey {
    records: Records,
    rules: Arc<JourneyRules>,
    names: Names,
}

/// Something that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// The plugin that says so.
    pub plugin: String,
    /// Its code in that plugin's manifest.
    pub code: String,
    /// When; the first time, where several people reached it.
    pub at: Instant,
    /// The record that proves it. None of what members brought: that is theirs.
    pub proof: Option<(KindName, RecordId)>,
    /// How many people of the cooperative reached it; none of what the subject reached itself.
    pub people: Option<usize>,
}

/// A step that comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The rule by which it does, and its texts.
    pub code: String,
    /// Where it leads.
    pub lead: Option<Lead>,
    /// Whether it is no step where its page is not there.
    pub needs_page: bool,
}

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Whose it is.
    pub subject: Subject,
    /// What was reached, in the order of days.
    pub reached: Vec<Reached>,
    /// Whether more was reached than is shown.
    pub is_cut: bool,
    /// What comes next, in the order of the rules.
    pub next: Vec<Next>,
    /// Of a person, the cooperatives that they belong to.
    pub cooperatives: Vec<Record>,
}

impl Path {
    /// The furthest stage that was reached.
    #[must_use]
    pub fn furthest(&self) -> Option<Stage> {
        self.reached.iter().map(|reached| reached.stage).max()
    }
}

/// Why there is no path to show.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    /// There is none for this caller.
    #[error("there is no path for this caller")]
    Missing,
    /// Something could not be read.
    #[error("could not read what a path is made of")]
    Read(#[from] ReadError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// What a milestone says.
struct Said {
    key: (Stage, String, String),
    at: Instant,
    proof: Option<(KindName, RecordId)>,
}

impl Said {
    fn of(record: &Record) -> Option<Self> {
        let text = |field: &str| record.body.get(field).and_then(Value::as_str);
        let key = (Stage::named(text("stage")?)?, text("plugin")?.to_owned(), text("code")?.to_owned());
        let at = record.body.get("reached_at").and_then(Value::as_i64).map(Instant)?;
        let proof = text("proof_kind").and_then(|kind| kind.parse().ok());
        Some(Self { key, at, proof: proof.zip(text("proof").and_then(|proof| proof.parse().ok())) })
    }

    fn reached(self, people: Option<usize>) -> Reached {
        let (stage, plugin, code) = self.key;
        Reached { stage, plugin, code, at: self.at, proof: self.proof.filter(|_| people.is_none()), people }
    }
}

impl Journey {
    /// A door to the paths in these records.
    #[must_use]
    pub fn new(records: Records, rules: Arc<JourneyRules>) -> Self {
        Self { records, rules, names: Names::new() }
    }

    /// The path of the caller's own person; none where the account belongs to no person of the register and takes part in no founding file.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub async fn own(&self, caller: &Caller) -> Result<Path, JourneyError> {
        let person = caller.person();
        let mut path = Path {
            subject: Subject::Person,
            reached: Vec::new(),
            is_cut: false,
            next: Vec::new(),
            cooperatives: Vec::new(),
        };
        if let Some(person) = person {
            let said = self.milestones(person).await?;
            path.reached = said.into_iter().map(|said| said.reached(None)).collect();
            path.cooperatives = self.cooperatives(person).await?;
        }
        let state = if !path.cooperatives.is_empty() {
            "member"
        } else if self.is_founding(caller).await? {
            "founding"
        } else {
            "alone"
        };
        Ok(self.finished(path, state))
    }

    /// Whether somebody may see the path of a cooperative.
    #[must_use]
    pub fn may_see(&self, caller: &Caller, cooperative: &Record) -> bool {
        let permit = self.records.may_read(caller, &self.names.membership);
        let shown = permit.ok().and_then(|permit| permit.classes(Some(cooperative.id), cooperative.province));
        shown.is_some_and(|classes| classes.covers(Classes::PERSONAL))
    }

    /// The path of a cooperative: its own milestones, and those that its people bring, without their names.
    ///
    /// # Errors
    /// `Missing` when there is no such cooperative, or the caller may not see its path; when the records cannot be read.
    pub async fn of_cooperative(&self, caller: &Caller, id: RecordId) -> Result<(Record, Path), JourneyError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        let record = self.records.read(&permit, id).await?.ok_or(JourneyError::Missing)?;
        if !self.may_see(caller, &record) {
            return Err(JourneyError::Missing);
        }
        let own = self.milestones(id).await?;
        let mut reached: Vec<Reached> = own.into_iter().map(|said| said.reached(None)).collect();
        let (brought, is_more) = self.brought(id).await?;
        // What the cooperative itself reached is not told a second time of whoever did it for it.
        let is_told = |one: &Reached| reached.iter().any(|own| own.plugin == one.plugin && own.code == one.code);
        let brought: Vec<Reached> = brought.into_iter().filter(|one| !is_told(one)).collect();
        reached.extend(brought);
        let path = Path {
            subject: Subject::Cooperative,
            reached,
            is_cut: is_more,
            next: Vec::new(),
            cooperatives: Vec::new(),
        };
        let state = record.body.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((record, self.finished(path, &state)))
    }

    /// What members bring to a cooperative: each milestone once, with the first day and the number of people.
    async fn brought(&self, cooperative: RecordId) -> Result<(Vec<Reached>, bool), JourneyError> {
        let people = joined_people(&mut *self.records.db().read_single().await?, cooperative).await?;
        let is_more = people.len() > PATH_PEOPLE_MAX;
        let mut found: BTreeMap<(Stage, String, String), (Said, BTreeSet<RecordId>)> = BTreeMap::new();
        for (person, joined) in people.into_iter().take(PATH_PEOPLE_MAX) {
            for said in self.milestones(person).await? {
                if !joined.window.holds(said.at) {
                    continue;
                }
                match found.get_mut(&said.key) {
                    None => drop(found.insert(said.key.clone(), (said, BTreeSet::from([person])))),
                    Some((first, of)) => {
                        first.at = first.at.min(said.at);
                        of.insert(person);
                    }
                }
            }
        }
        Ok((found.into_values().map(|(said, of)| said.reached(Some(of.len()))).collect(), is_more))
    }

    /// Puts what was reached in its order, and says what comes next.
    fn finished(&self, mut path: Path, state: &str) -> Path {
        path.reached.sort_by_key(|reached| (reached.stage, reached.at));
        let stages: BTreeSet<Stage> = path.reached.iter().map(|reached| reached.stage).collect();
        let reached: Vec<Stage> = stages.into_iter().collect();
        let standing = Standing { subject: path.subject, state, reached: &reached };
        let rules = self.rules.holding(standing, Day::of(self.records.ambient().now()));
        path.next = rules
            .map(|rule| Next { code: rule.code.clone(), lead: rule.leads.clone(), needs_page: rule.needs_page })
            .collect();
        path.is_cut |= path.reached.len() > PATH_MILESTONES_MAX;
        // Those that came last are shown, and stand behind one another as before.
        let surplus = path.reached.len().saturating_sub(PATH_MILESTONES_MAX);
        path.reached.drain(..surplus);
        path
    }

    /// Every milestone of a subject, the oldest first, up to a bound.
    async fn milestones(&self, subject: RecordId) -> Result<Vec<Said>, JourneyError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.milestone)?;
        let filters = vec![Filter::equals("subject", subject.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut found = Vec::new();
        while found.len() <= PATH_MILESTONES_MAX {
            let page = self.records.list(&permit, &query).await?;
            found.extend(page.items.iter().filter_map(Said::of));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The cooperatives that a person belongs to, as the public reads them.
    async fn cooperatives(&self, person: RecordId) -> Result<Vec<Record>, JourneyError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.membership)?;
        let keys = [vec![person.to_string().into()]];
        let memberships = self.records.find_sorted(&permit, BY_PERSON, &keys, FUNNEL_MEMBERSHIPS_MAX).await?;
        let current = memberships.iter().filter(|record| !record.body.get("left_on").is_some_and(Value::is_string));
        let cooperative = |record: &Record| record.body.get("cooperative")?.as_str()?.parse::<RecordId>().ok();
        let ids: BTreeSet<RecordId> = current.filter_map(cooperative).collect();
        let permit = self.records.may_read(&Caller::public(), &self.names.cooperative)?;
        Ok(self.records.read_many(&permit, &ids.into_iter().collect::<Vec<_>>()).await?)
    }

    /// Whether the caller takes part in a founding file that has not ended.
    async fn is_founding(&self, caller: &Caller) -> Result<bool, JourneyError> {
        let Some(account) = caller.account() else { return Ok(false) };
        let permit = self.records.may_read(&Caller::system(), &self.names.founder)?;
        let filters = vec![Filter::equals("account", account.to_string())];
        let founders = self.records.list(&permit, &Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() }).await?;
        let founding = |record: &Record| record.body.get("founding")?.as_str()?.parse::<RecordId>().ok();
        let ids: Vec<RecordId> = founders.items.iter().filter_map(founding).collect();
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let files = self.records.read_many(&permit, &ids).await?;
        let is_open = |record: &Record| {
            let step = record.body.get("step").and_then(Value::as_str).and_then(Step::named);
            step.is_some_and(|step| step.waits_for().is_some())
        };
        Ok(files.iter().any(is_open))
    }
}

#[cfg(test)]
mod tests;
