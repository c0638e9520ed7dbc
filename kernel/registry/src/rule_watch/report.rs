//! The report on a change of rules, as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_model::{ProvinceCode, RecordId};

use super::provinces;
use crate::acts::{Affected, Finding, ReevaluatedPart, text};
use crate::day::Day;
use crate::rule_pack::RulePack;

/// What a change of rules changes. Moments are in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleReport {
    /// The rules before; none where this program does not read them, so that nothing could be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<RulePack>,
    /// The rules after.
    pub new: RulePack,
    /// The day on which cooperatives were held to them.
    pub day: Day,
    /// When it was begun.
    pub begun_at: i64,
    /// When the last province was looked through; none while that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// How many cooperatives were looked at.
    pub looked: u64,
    /// How many could not be.
    pub unread: u64,
    /// For how many something changes.
    pub affected: u64,
    /// What was found, by the code of the province; those without cooperatives are left out.
    pub provinces: BTreeMap<String, ProvinceReport>,
    /// How many parts the list has.
    pub parts: u32,
    /// How many provinces were looked through.
    place: usize,
    /// Where the next page of the province begins; none at its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
}

/// What a change of rules changes in a province.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvinceReport {
    /// How many cooperatives were looked at.
    pub looked: u64,
    /// For how many something changes.
    pub affected: u64,
    /// How many did not fulfil a rule, by the name of the finding.
    pub before: BTreeMap<String, u64>,
    /// How many do not fulfil one now.
    pub after: BTreeMap<String, u64>,
    /// Which parts of the list are of this province.
    pub parts: Vec<u32>,
}

/// A cooperative for which something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLine {
    /// Which.
    #[serde(with = "text")]
    pub cooperative: RecordId,
    /// Where it lay when it was looked at.
    #[serde(with = "text")]
    pub province: ProvinceCode,
    /// The names of findings that arise.
    pub arises: Vec<String>,
    /// The names of findings that end.
    pub ends: Vec<String>,
    /// How active it was before and is now, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<[String; 2]>,
}

impl RuleReport {
    /// A report on which nothing was looked at yet.
    pub(super) fn begun(old: RulePack, new: RulePack, day: Day, begun_at: i64) -> Self {
        Self {
            old: Some(old),
            new,
            day,
            begun_at,
            ended_at: None,
            looked: 0,
            unread: 0,
            affected: 0,
            provinces: BTreeMap::new(),
            parts: 0,
            place: 0,
            cursor: None,
        }
    }

    /// A report that says that nothing could be compared.
    pub(super) fn uncompared(new: RulePack, day: Day, at: i64) -> Self {
        let begun = Self::begun(new.clone(), new, day, at);
        Self { old: None, ended_at: Some(at), ..begun }
    }

    /// Whether it is on this change and was cut off.
    pub(super) fn goes_on(&self, old: &RulePack, new: &RulePack) -> bool {
        self.ended_at.is_none() && self.old.as_ref() == Some(old) && self.new == *new
    }

    /// The province that is looked through next; none after the last one.
    pub(super) fn province(&self) -> Option<ProvinceCode> {
        provinces().nth(self.place)
    }

    /// Whether every province was looked through.
    pub(super) fn is_looked_through(&self) -> bool {
        self.province().is_none()
    }

    /// Gives the next part of the list to a province.
    pub(super) fn next_part(&mut self, province: ProvinceCode) -> u32 {
        self.parts = self.parts.saturating_add(1);
        self.provinces.entry(province.to_string()).or_default().parts.push(self.parts);
        self.parts
    }

    /// Adds what was found on a page of a province.
    pub(super) fn add(&mut self, province: ProvinceCode, part: ReevaluatedPart) {
        let affected = u64::try_from(part.found.cooperatives.len()).unwrap_or(u64::MAX);
        self.looked = self.looked.saturating_add(part.looked);
        self.unread = self.unread.saturating_add(part.unread);
        self.affected = self.affected.saturating_add(affected);
        if part.looked > 0 {
            let of = self.provinces.entry(province.to_string()).or_default();
            of.looked = of.looked.saturating_add(part.looked);
            of.affected = of.affected.saturating_add(affected);
            join(&mut of.before, &part.found.before.findings);
            join(&mut of.after, &part.found.after.findings);
        }
        self.cursor = part.next;
        if self.cursor.is_none() {
            self.place = self.place.saturating_add(1);
        }
    }
}

impl ReportLine {
    pub(super) fn of(affected: &Affected, cooperative: RecordId, province: ProvinceCode) -> Self {
        let names = |findings: &[Finding]| {
            let mut names: Vec<String> = findings.iter().map(|finding| finding.name().to_owned()).collect();
            names.dedup();
            names
        };
        let (before, after) = (affected.activity_before, affected.activity_after);
        Self {
            cooperative,
            province,
            arises: names(&affected.arises),
            ends: names(&affected.ends),
            activity: (before != after).then(|| [before.name().to_owned(), after.name().to_owned()]),
        }
    }
}

fn join(counts: &mut BTreeMap<String, u64>, more: &BTreeMap<&'static str, u64>) {
    for (name, number) in more {
        let sum = counts.entry((*name).to_owned()).or_default();
        *sum = sum.saturating_add(*number);
    }
}
