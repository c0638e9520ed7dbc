//! The door to filings: who sees them, who fills them in, and what is carried over.

use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::policy::{self, Access, Action, Grantee, Placement};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::{ACT_MEMBERS_MAX, FILING_YEARS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{KindName, Record, RecordId, Version};
use tiwizi_records::{FieldError, Filter, Query, Records, Unit};

use super::error::FilingError;
use super::filing::{Filing, Status, StoredFiling, Values};
use super::{carry, imported};
use crate::acts::{ActError, Acts, State, YearlyFiling, keeps_acts};
use crate::day::Day;
use crate::kinds::Names;
use crate::office_rule::OfficeRule;
use crate::rules::last_day;

/// The unique index of filings: the cooperative and the year.
const BY_YEAR: usize = 0;

/// The door to filings. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Filings {
    pub(super) records: Records,
    pub(super) acts: Acts,
    pub(super) rule: Arc<OfficeRule>,
    pub(super) names: Names,
}

/// What a caller may do with the filings of a cooperative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Fill one in and submit it.
    pub file: bool,
    /// Send one back and accept it.
    pub judge: bool,
    /// It would judge, and does not because it acts for the cooperative itself.
    pub is_own: bool,
}

/// A filing that is to be shown, or filled in.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its record and version, once there is one.
    pub stored: Option<(RecordId, Version)>,
    /// What it says, or would begin with.
    pub filing: Filing,
    /// What was filed for the year before it that was filed last.
    pub before: Option<YearlyFiling>,
    /// What the caller may do.
    pub rights: Rights,
    /// The cooperative.
    pub cooperative: Record,
}

/// One year of a cooperative, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfYear {
    /// The year.
    pub year: u16,
    /// The last day on which it may be filed.
    pub due_on: Day,
    /// Where its filing stands; none when nobody has begun.
    pub status: Option<Status>,
    /// When it was submitted, or its act had effect.
    pub filed_on: Option<Day>,
}

impl Filings {
    /// A door to the filings in these records.
    #[must_use]
    pub fn new(records: Records, acts: Acts, rule: Arc<OfficeRule>) -> Self {
        Self { records, acts, rule, names: Names::new() }
    }

    /// The years of a cooperative that can be filed for, the last one first, with what the caller may do.
    ///
    /// # Errors
    /// `Missing` when there is no such cooperative for this caller, or it may not see filings.
    pub async fn years(&self, caller: &Caller, cooperative: RecordId) -> Result<(Vec<OfYear>, Rights), FilingError> {
        let today = self.today();
        let last = today.year().saturating_sub(1);
        let record = self.visible(caller, cooperative, last).await?;
        let state = self.state_of(&record).await?;
        let stored = self.of_cooperative(cooperative).await?;
        let of_year = |year: u16| {
            let filing = stored.iter().map(|stored| &stored.filing).find(|filing| filing.year == year);
            let act = state.filings.get(&year);
            let status = if act.is_some() { Some(Status::Accepted) } else { filing.map(|filing| filing.status) };
            let filed_on = act.map(|act| act.filed_on).or_else(|| filing.and_then(|filing| filing.submitted_on));
            OfYear { year, due_on: self.due_on(year), status, filed_on }
        };
        let first = first_year(&state, last);
        let years = (first..=last).rev().map(of_year).collect();
        Ok((years, self.rights(caller, &record)))
    }

    /// The filing of a year, with what is carried over when nobody has begun it.
    ///
    /// # Errors
    /// As `years`; `NotOpen` when nobody files for this year and nobody has.
    pub async fn open(&self, caller: &Caller, cooperative: RecordId, year: u16) -> Result<Opened, FilingError> {
        let record = self.visible(caller, cooperative, year).await?;
        let state = self.state_of(&record).await?;
        let stored = self.stored(cooperative, year).await?;
        let before = state.filings.range(..year).next_back().map(|(_, filing)| filing.content.clone());
        let (at, mut filing) = match stored {
            Some(stored) => (Some((stored.id, stored.version)), stored.filing),
            None => (None, self.fresh(&record, &state, year)?),
        };
        match state.filings.get(&year) {
            // An act that was entered by another way says what was filed.
            Some(act) if filing.status != Status::Accepted => {
                filing = Filing { values: values_of(&act.content), status: Status::Accepted, ..filing };
                filing.submitted_on = Some(act.filed_on);
            }
            None if matches!(filing.status, Status::Expected) => {
                let memberships = self.memberships(cooperative).await?;
                filing.values = carry::over(year, before.as_ref(), &memberships);
                filing.carried_from = before.as_ref().map(|before| before.year);
            }
            _ => {}
        }
        Ok(Opened { stored: at, filing, before, rights: self.rights(caller, &record), cooperative: record })
    }

    /// Keeps what was filled in, as a draft or as a correction that is not submitted yet. `seen` is the version that the caller looked at;
    /// none when there was no record.
    ///
    /// # Errors
    /// `Refused`; `Standing` when it is not the cooperative's turn; `Moved` when somebody else wrote it meanwhile.
    pub async fn save(
        &self,
        caller: &Caller,
        (cooperative, year): (RecordId, u16),
        seen: Option<Version>,
        values: Values,
    ) -> Result<StoredFiling, FilingError> {
        let opened = self.to_fill(caller, cooperative, year).await?;
        let status = if opened.filing.status == Status::Correction { Status::Correction } else { Status::Draft };
        let since = opened.filing.waits_since.unwrap_or_else(|| self.today());
        let answer_by = opened.filing.answer_by;
        let filing = Filing { values, ..opened.filing }.standing(status, since, answer_by);
        self.write(caller, (opened.stored, seen), filing).await
    }

    /// Submits it: from now on it is the office's turn.
    ///
    /// # Errors
    /// As `save`, and `Invalid` with every fault that the act would have.
    pub async fn submit(
        &self,
        caller: &Caller,
        (cooperative, year): (RecordId, u16),
        seen: Option<Version>,
        values: Values,
    ) -> Result<StoredFiling, FilingError> {
        let opened = self.to_fill(caller, cooperative, year).await?;
        let fields = self.faults(&opened, &values, year);
        if !fields.is_empty() {
            return Err(FilingError::Invalid { fields });
        }
        let today = self.today();
        let filing = Filing {
            values,
            submitted_on: opened.filing.submitted_on.or(Some(today)),
            submitted_by: caller.account(),
            reason: None,
            ..opened.filing
        };
        let answer_by = self.rule.answer_by("filing-submitted", today);
        let filing = filing.standing(Status::Submitted, today, Some(answer_by));
        self.write(caller, (opened.stored, seen), filing).await
    }

    /// The filing of a year, for somebody who may fill it in now.
    async fn to_fill(&self, caller: &Caller, cooperative: RecordId, year: u16) -> Result<Opened, FilingError> {
        let opened = self.open(caller, cooperative, year).await?;
        self.may_file(caller, &opened.cooperative).map_err(FilingError::Refused)?;
        let status = opened.filing.status;
        if status.is_open() { Ok(opened) } else { Err(FilingError::Standing { status }) }
    }

    async fn write(
        &self,
        caller: &Caller,
        (stored, seen): (Option<(RecordId, Version)>, Option<Version>),
        filing: Filing,
    ) -> Result<StoredFiling, FilingError> {
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        let kind = &self.names.filing;
        match (stored, seen) {
            (Some((id, _)), Some(seen)) => {
                unit.replace_by_kernel(kind, id, filing.body(), seen).await.map_err(FilingError::gathered)?;
            }
            (None, None) => {
                unit.create_by_kernel(kind, filing.body()).map_err(FilingError::gathered)?;
            }
            (Some(_), None) | (None, Some(_)) => return Err(FilingError::Moved),
        }
        let written = unit.commit(None).await.map_err(FilingError::written)?;
        let record = written.first().ok_or(FilingError::Moved)?;
        Ok(StoredFiling { id: record.id, version: record.version, filing })
    }

    /// A filing that nobody has begun.
    fn fresh(&self, record: &Record, state: &State, year: u16) -> Result<Filing, FilingError> {
        let last = self.today().year().saturating_sub(1);
        let is_filed = state.filings.contains_key(&year);
        let is_open = is_in_register(record) && (first_year(state, last)..=last).contains(&year);
        if !is_open && !is_filed {
            return Err(FilingError::NotOpen { year });
        }
        Ok(self.expected(record, year))
    }

    /// The filing of a cooperative for a year, as the register expects it.
    pub(super) fn expected(&self, record: &Record, year: u16) -> Filing {
        Filing {
            cooperative: record.id,
            year,
            status: Status::Expected,
            due_on: self.due_on(year),
            values: Values::default(),
            carried_from: None,
            submitted_on: None,
            submitted_by: None,
            waits_since: None,
            answer_by: None,
            reason: None,
            act: None,
            province: record.province,
        }
    }

    /// Everything that the act of the filing would be refused for, in the fields of the form.
    fn faults(&self, opened: &Opened, values: &Values, year: u16) -> Vec<FieldError> {
        let mut fields = Vec::new();
        let mut add = |field: &str, code: &'static str, message: &str| {
            fields.push(FieldError::of_field(field, code, message));
        };
        for (field, is_there) in [
            ("assembly_on", values.assembly_on.is_some()),
            ("minutes", values.minutes.is_some()),
            ("accounts", values.accounts.is_some()),
            ("turnover_mad", values.turnover.is_some()),
            ("surplus_mad", values.surplus.is_some()),
            ("members", values.members.is_some()),
        ] {
            if !is_there {
                add(field, "required", "a filing says this");
            }
        }
        if values.assembly_on.is_some_and(|day| day > last_day(self.records.ambient().now())) {
            add("assembly_on", "future", "this day is in the future");
        }
        if values.assembly_on.is_some_and(|day| day.year() < year) {
            add("assembly_on", "order", "the assembly does not meet before the year");
        }
        if values.minutes.is_some() && values.minutes == values.accounts {
            add("accounts", "repeated", "minutes and accounts are two documents");
        }
        if values.turnover.is_some_and(|turnover| turnover < crate::money::Mad::ZERO) {
            add("turnover_mad", "too-small", "a turnover is not below zero");
        }
        if values.women.zip(values.members).is_some_and(|(women, members)| women > members) {
            add("women", "too-large", "there are not more women than members");
        }
        let before = opened.before.as_ref();
        let is_same = before.is_some_and(|before| {
            values.turnover == Some(before.turnover_mad) && values.surplus == Some(before.surplus_mad)
        });
        if is_same && !values.same_as_before {
            add("same_as_before", "same-as-before", "say that the amounts are those of the year before indeed");
        }
        fields
    }

    /// The last day on which a year may be filed, by the rules of its end.
    fn due_on(&self, year: u16) -> Day {
        let end = Day::last_of_year(year);
        let pack = self.acts.packs().at(end).or_else(|| self.acts.packs().newest());
        pack.map_or(end, |pack| pack.filing_deadline(year))
    }

    pub(super) fn today(&self) -> Day {
        Day::of(self.records.ambient().now())
    }

    /// What a caller may do with the filings of a cooperative.
    fn rights(&self, caller: &Caller, record: &Record) -> Rights {
        let judge = self.may_judge(caller, record);
        let is_own = matches!(judge, Err(FilingError::Own));
        // One of another home files there.
        let is_here = record.home == self.records.instance();
        Rights { file: is_here && self.may_file(caller, record).is_ok(), judge: is_here && judge.is_ok(), is_own }
    }

    fn may_file(&self, caller: &Caller, record: &Record) -> Result<(), policy::Refusal> {
        demand(&self.names.filing, caller, record, vec![Grantee::Own, Grantee::Role(Role::Registrar)])
    }

    /// Whoever keeps the register there, and does not act for the cooperative: as with its acts.
    pub(super) fn may_judge(&self, caller: &Caller, record: &Record) -> Result<(), FilingError> {
        let keepers = vec![Grantee::Role(Role::Registrar)];
        demand(&self.names.filing, caller, record, keepers).map_err(FilingError::Refused)?;
        if caller.acts_for(record.id) { Err(FilingError::Own) } else { Ok(()) }
    }

    /// A cooperative, for somebody who may see its filings. Whoever may not learns nothing that the public does not.
    pub(super) async fn visible(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        year: u16,
    ) -> Result<Record, FilingError> {
        let permit = self.records.may_read(caller, &self.names.filing)?;
        let record = self.cooperative(cooperative).await?.ok_or(FilingError::Missing { cooperative, year })?;
        let sees = permit.classes(Some(cooperative), record.province).is_some();
        if sees { Ok(record) } else { Err(FilingError::Missing { cooperative, year }) }
    }

    /// The record of a cooperative.
    pub(super) async fn cooperative(&self, id: RecordId) -> Result<Option<Record>, FilingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        Ok(self.records.read(&permit, id).await?)
    }

    pub(super) async fn state(&self, cooperative: RecordId) -> Result<State, ActError> {
        Ok(self.acts.state(&Caller::system(), cooperative).await?.0)
    }

    /// The state of a cooperative by its acts; by its record while it has none.
    pub(super) async fn state_of(&self, record: &Record) -> Result<State, ActError> {
        if keeps_acts(&record.body) { self.state(record.id).await } else { Ok(imported::state_of(record)) }
    }

    pub(super) async fn stored(&self, cooperative: RecordId, year: u16) -> Result<Option<StoredFiling>, FilingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.filing)?;
        let values = [Value::from(cooperative.to_string()), Value::from(year)];
        let Some(record) = self.records.find_unique(&permit, BY_YEAR, &values).await? else { return Ok(None) };
        StoredFiling::of(&record).map(Some).ok_or(FilingError::Damaged { id: record.id })
    }

    /// Every filing of a cooperative.
    pub(super) async fn of_cooperative(&self, cooperative: RecordId) -> Result<Vec<StoredFiling>, FilingError> {
        let records = self.listed(&self.names.filing, cooperative, usize::from(u16::MAX)).await?;
        let read = |record: &Record| StoredFiling::of(record).ok_or(FilingError::Damaged { id: record.id });
        records.iter().map(read).collect()
    }

    async fn memberships(&self, cooperative: RecordId) -> Result<Vec<Record>, FilingError> {
        self.listed(&self.names.membership, cooperative, ACT_MEMBERS_MAX).await
    }

    /// Records of a kind that belong to a cooperative, up to a bound.
    async fn listed(
        &self,
        kind: &KindName,
        cooperative: RecordId,
        rows_max: usize,
    ) -> Result<Vec<Record>, FilingError> {
        let permit = self.records.may_read(&Caller::system(), kind)?;
        let filters = vec![Filter::equals("cooperative", cooperative.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut found = Vec::new();
        loop {
            let page = self.records.list(&permit, &query).await?;
            found.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() || found.len() >= rows_max {
                return Ok(found);
            }
        }
    }
}

/// Whether a cooperative stands in the register, so that it files.
fn is_in_register(record: &Record) -> bool {
    let status = record.body.get("status").and_then(Value::as_str);
    matches!(status, Some("registered" | "suspended"))
}

/// The first year that can be filed for.
fn first_year(state: &State, last: u16) -> u16 {
    let oldest = last.saturating_sub(FILING_YEARS_MAX.saturating_sub(1));
    let registered = state.registered_on.map_or(oldest, Day::year);
    registered.max(oldest)
}

/// The values that an act says.
fn values_of(content: &YearlyFiling) -> Values {
    Values {
        assembly_on: Some(content.assembly_on),
        minutes: Some(content.minutes),
        accounts: Some(content.accounts),
        turnover: Some(content.turnover_mad),
        surplus: Some(content.surplus_mad),
        members: Some(content.members),
        women: content.women,
        employees: content.employees,
        same_as_before: false,
    }
}

fn demand(kind: &KindName, caller: &Caller, record: &Record, create: Vec<Grantee>) -> Result<(), policy::Refusal> {
    let place = Placement { subject: Some(record.id), province: record.province };
    let access = Access { create, ..Access::default() };
    policy::may_write(caller, kind, &access, Action::Create, place).map(|_| ())
}
