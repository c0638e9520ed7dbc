//! What a changed rule pack changes for those who are in the register: found once, in bounded steps, and kept as a report.
//!
//! The pack of the day is held against the one that this instance saw last; one that is still to come is seen on its first day. Where the two
//! differ, every province is looked through, a page of cooperatives at a time; what was found so far stands in the database after each step,
//! so that whoever is interrupted goes on.
//! Only the last step says that the new pack was seen, in the transaction in which registrars are told. No act is touched: each is held to
//! the pack of its own day.

mod report;

use serde::de::DeserializeOwned;
use serde_json::json;
use tiwizi_identity::{Caller, RecipientsError, Role};
use tiwizi_model::{ProvinceCode, Record};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Beside, Message, NoticeError, Recipient, Records, Unit, WriteError, Written};
use tiwizi_storage::{StorageError, WriteTx, instance_value};

pub use self::report::{ProvinceReport, ReportLine, RuleReport};
use crate::acts::{ActError, Acts, PackChange, ReevaluatedPart};
use crate::day::Day;
use crate::rule_pack::{RulePack, changes};
use crate::territory;

/// The pack that was seen last.
const SEEN: &str = "rules.seen";
/// The report on the last change.
const REPORT: &str = "rules.report";
/// The lists of a report lie under keys that begin with the first and are below the second.
const PARTS: (&str, &str) = ("rules.part/", "rules.part0");
/// What registrars are told.
const NOTICE: &str = "notice-rules-changed";
/// The same where the rules before are not known.
const NOTICE_UNCOMPARED: &str = "notice-rules-uncompared";
/// Where they read more, after the language.
const LINK: &str = "/register/rules";

/// Watches the rules of an instance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RuleWatch {
    records: Records,
    acts: Acts,
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// The rules are those that were seen last.
    Done,
    /// Another step follows.
    More,
}

/// Why a step was not done. It is done again later.
#[derive(Debug, thiserror::Error)]
pub enum RuleWatchError {
    /// Cooperatives could not be looked at.
    #[error("could not hold cooperatives to the new rules")]
    Acts(#[from] ActError),
    /// What was found could not be read or kept.
    #[error("could not keep what the new rules change")]
    Storage(#[from] StorageError),
    /// A value has no JSON.
    #[error("what the new rules change cannot be written down")]
    Encode(#[from] serde_json::Error),
    /// Registrars could not be told.
    #[error("could not tell registrars of the new rules")]
    Notices(#[from] NoticeError),
    /// The last step could not be written.
    #[error("could not end the look at the new rules")]
    Write(#[from] WriteError),
}

impl RuleWatch {
    /// A watch over these records and acts, and the packs that acts are held to.
    #[must_use]
    pub fn new(records: Records, acts: Acts) -> Self {
        Self { records, acts }
    }

    /// The report on the last change of rules; none while there was none, or the one that is there cannot be read any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report(&self) -> Result<Option<RuleReport>, StorageError> {
        Ok(self.value(REPORT).await?.and_then(|text| read(&text, REPORT)))
    }

    /// A part of the list of a report, from 1 on; an empty one where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn part(&self, place: u32) -> Result<Vec<ReportLine>, StorageError> {
        let key = part_key(place);
        Ok(self.value(&key).await?.and_then(|text| read(&text, &key)).unwrap_or_default())
    }

    /// Does one step: at most a page of cooperatives is looked at.
    ///
    /// # Errors
    /// When something could not be read or kept; nothing of the step stands then.
    pub async fn step(&self) -> Result<Watched, RuleWatchError> {
        let now = self.records.ambient().now();
        let Some(current) = self.acts.packs().at(Day::of(now)) else { return Ok(Watched::Done) };
        let Some(text) = self.value(SEEN).await? else {
            // The first start of all.
            self.see(current).await?;
            return Ok(Watched::Done);
        };
        let Some(seen) = read::<RulePack>(&text, SEEN) else {
            let report = RuleReport::uncompared(current.clone(), Day::of(now), now.0);
            return self.end_uncompared(report).await;
        };
        if seen == *current {
            return Ok(Watched::Done);
        }
        if changes(&seen, current).is_empty() {
            self.see(current).await?;
            return Ok(Watched::Done);
        }
        let stood = self.value(REPORT).await?.unwrap_or_default();
        let begun: Option<RuleReport> =
            read(&stood, REPORT).filter(|report: &RuleReport| report.goes_on(&seen, current));
        let is_new = begun.is_none();
        let mut report = begun.unwrap_or_else(|| RuleReport::begun(seen, current.clone(), Day::of(now), now.0));
        let lines = self.look(&mut report).await?;
        let part = match lines.first() {
            Some(first) => Some((part_key(report.next_part(first.province)), serde_json::to_string(&lines)?)),
            None => None,
        };
        let has_ended = report.is_looked_through();
        if has_ended {
            report.ended_at = Some(self.records.ambient().now().0);
        }
        let kept = Kept {
            stood,
            report: serde_json::to_string(&report)?,
            part,
            forgets: is_new,
            seen: if has_ended { Some(serde_json::to_string(current)?) } else { None },
        };
        if has_ended {
            self.end(&report, &kept).await?;
            return Ok(Watched::Done);
        }
        let mut tx = self.records.db().begin_write().await?;
        if kept.put(&mut tx).await? {
            tx.commit().await?;
        }
        Ok(Watched::More)
    }

    /// Looks at the next page of cooperatives, passing over provinces without any.
    async fn look(&self, report: &mut RuleReport) -> Result<Vec<ReportLine>, RuleWatchError> {
        while let Some(province) = report.province() {
            let cursor = report.cursor.take();
            let Some(old) = &report.old else { return Ok(Vec::new()) };
            let change = PackChange { old, new: &report.new, day: report.day, province: Some(province) };
            let part = self.acts.reevaluate_part(&Caller::system(), change, cursor).await?;
            let lines = lines_of(&part, province);
            let (looked, unread) = (part.looked, part.unread);
            report.add(province, part);
            if looked > 0 || unread > 0 {
                return Ok(lines);
            }
        }
        Ok(Vec::new())
    }

    /// The rules are new to this instance, and change nothing or nothing is known of those before.
    async fn see(&self, pack: &RulePack) -> Result<(), RuleWatchError> {
        let text = serde_json::to_string(pack)?;
        let mut tx = self.records.db().begin_write().await?;
        instance_value::store(&mut tx, SEEN, &text).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The rules that were seen last are not read any more, so nobody can say what differs: registrars are told that much.
    async fn end_uncompared(&self, report: RuleReport) -> Result<Watched, RuleWatchError> {
        let kept = Kept {
            stood: self.value(REPORT).await?.unwrap_or_default(),
            report: serde_json::to_string(&report)?,
            part: None,
            forgets: true,
            seen: Some(serde_json::to_string(&report.new)?),
        };
        self.end(&report, &kept).await?;
        Ok(Watched::Done)
    }

    /// Keeps the last step and tells every registrar, in one transaction.
    async fn end(&self, report: &RuleReport, kept: &Kept) -> Result<(), RuleWatchError> {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        let (pack, from) = (report.new.reference(), report.new.from.to_string());
        let args = json!({ "count": report.affected.to_string(), "pack": pack, "from": from });
        let key = if report.old.is_some() { NOTICE } else { NOTICE_UNCOMPARED };
        let message = Message { key: key.to_owned(), args: args.to_string(), link: Some(LINK.to_owned()) };
        match unit.tell_by_kernel(Recipient::Role(Role::Registrar, None), &message).await {
            Ok(()) => {}
            // The page says it all the same.
            Err(error @ (NoticeError::Full | NoticeError::Recipients(RecipientsError::TooMany))) => {
                tracing::warn!(%error, "registrars were not told of the new rules");
            }
            Err(error) => return Err(error.into()),
        }
        match unit.commit_beside(kept).await {
            // Another kernel did this step.
            Ok(_) | Err(WriteError::ValueMoved { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn value(&self, key: &str) -> Result<Option<String>, StorageError> {
        let mut tx = self.records.db().read_single().await?;
        Ok(instance_value::find(&mut tx, key).await?.filter(|text| !text.is_empty()))
    }
}

/// What a step keeps.
struct Kept {
    /// The report as it stood when the step began.
    stood: String,
    report: String,
    part: Option<(String, String)>,
    /// Whether the lists of the report before go.
    forgets: bool,
    /// The pack that is seen with it.
    seen: Option<String>,
}

impl Kept {
    /// Stores it, unless another kernel did the step meanwhile.
    async fn put(&self, tx: &mut WriteTx) -> Result<bool, StorageError> {
        if instance_value::claim(tx, REPORT).await? != self.stood {
            return Ok(false);
        }
        if self.forgets {
            instance_value::forget(tx, PARTS.0, PARTS.1).await?;
        }
        if let Some((key, text)) = &self.part {
            instance_value::store(tx, key, text).await?;
        }
        instance_value::store(tx, REPORT, &self.report).await?;
        if let Some(seen) = &self.seen {
            instance_value::store(tx, SEEN, seen).await?;
        }
        Ok(true)
    }
}

impl Beside for Kept {
    fn store<'a>(&'a self, tx: &'a mut WriteTx, _: &'a [Written]) -> BoxFuture<'a, Result<(), WriteError>> {
        Box::pin(async move {
            let is_stored = self.put(tx).await?;
            if is_stored { Ok(()) } else { Err(WriteError::ValueMoved { key: REPORT.to_owned() }) }
        })
    }
}

fn lines_of(part: &ReevaluatedPart, province: ProvinceCode) -> Vec<ReportLine> {
    let pairs = part.found.cooperatives.iter().zip(&part.records);
    pairs.map(|(affected, record): (_, &Record)| ReportLine::of(affected, record.id, province)).collect()
}

fn part_key(place: u32) -> String {
    format!("{}{place:010}", PARTS.0)
}

/// A value as it was kept; none of one that this program does not read.
fn read<T: DeserializeOwned>(text: &str, key: &str) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    serde_json::from_str(text)
        .inspect_err(
            |error| tracing::warn!(value.key = key, %error, "a value of this instance cannot be read any more"),
        )
        .ok()
}

/// The provinces, in the order in which they are looked through.
fn provinces() -> impl Iterator<Item = ProvinceCode> {
    territory::provinces().iter().map(|province| province.code)
}

#[cfg(test)]
mod tests;
