//! What the reader keeps of one subject, and what of it is counted. As a text it is JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::limits::FUNNEL_WAIT_DAYS_MAX;

use super::super::joining::Window;
use super::super::stage::{Stage, Times};
use super::counts::{KEPT, Who, births, split, unsexed, waits};
use crate::readers::Counted;

/// The key of a place that is not known.
pub(super) const UNKNOWN: &str = "unknown";
const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;
/// Statuses of cooperatives that are counted.
const COUNTED: [&str; 2] = ["registered", "suspended"];

/// Everything is counted twice: by all milestones that are here, and by those of this home.
const SIDES: [Counted; 2] = [Counted::All, Counted::Own];

/// Counts, by dimension and key.
pub(super) type Counts = HashMap<(String, String), i64>;

/// What is kept of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Memo {
    /// Nothing any more.
    #[default]
    Nothing,
    /// Of a milestone or a membership: whose it is.
    Of(String),
    /// Of a person.
    Person(Person),
    /// Of a cooperative.
    Cooperative(Cooperative),
}

/// A person with a milestone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    /// By all milestones that are here.
    pub(super) times: Times,
    /// By those of this home alone.
    #[serde(default)]
    pub(super) here: Times,
    pub(super) province: String,
    /// None where it is not known.
    pub(super) is_woman: Option<bool>,
    /// 0 where it is not known.
    pub(super) birth_year: u16,
    /// Whether the record is only another name of one that remains: it counts for nothing.
    pub(super) is_alias: bool,
    /// The cooperatives that they belong to or belonged to.
    pub(super) cooperatives: BTreeSet<String>,
}

/// A cooperative with a milestone, or with a member who has one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cooperative {
    pub(super) is_counted: bool,
    pub(super) province: String,
    pub(super) sector: String,
    /// What the cooperative reached itself.
    pub(super) own: Times,
    /// The same by this home's milestones alone.
    #[serde(default)]
    pub(super) own_here: Times,
    /// What its members bring, each by their id.
    pub(super) people: BTreeMap<String, Joined>,
}

/// What one member brings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Joined {
    pub(in super::super) window: Window,
    pub(in super::super) times: Times,
    /// By this home's milestones alone.
    #[serde(default, rename = "h")]
    pub(in super::super) here: Times,
}

impl Person {
    /// Takes what the register says; what it does not say is left.
    pub(super) fn describe(&mut self, body: &Value) {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        if let Some(province) = text("province") {
            province.clone_into(&mut self.province);
        }
        if let Some(gender) = text("gender") {
            self.is_woman = Some(gender == "female");
        }
        let year = text("birth_date").and_then(|day| day.get(..4)?.parse().ok());
        let year = year.or_else(|| body.get("birth_year")?.as_u64().and_then(|year| u16::try_from(year).ok()));
        if let Some(year) = year {
            self.birth_year = year;
        }
    }
}

impl Cooperative {
    /// Takes what the register says.
    pub(super) fn describe(&mut self, body: Option<&Value>) {
        let text = |field: &str| body.and_then(|body| body.get(field)).and_then(Value::as_str).unwrap_or_default();
        let is_one = text("merged_into").is_empty() && text("entity") != "union";
        self.is_counted = is_one && COUNTED.contains(&text("status"));
        text("province").clone_into(&mut self.province);
        text("sector").clone_into(&mut self.sector);
    }

    fn times(&self, counted: Counted) -> Times {
        let own = match counted {
            Counted::All => self.own,
            Counted::Own => self.own_here,
        };
        self.people.values().fold(own, |mut times, joined| {
            times.join(match counted {
                Counted::All => joined.times,
                Counted::Own => joined.here,
            });
            times
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.own.furthest().is_none()
    }
}

impl Memo {
    /// Adds what it counts for, so many times.
    pub(super) fn count(&self, counts: &mut Counts, times: i64) {
        let mut add = |dimension: String, key: &str| {
            let key = if key.is_empty() { UNKNOWN } else { key };
            *counts.entry((dimension, key.to_owned())).or_default() += times;
        };
        match self {
            Self::Nothing | Self::Of(_) => {}
            Self::Person(person) => {
                add(KEPT.to_owned(), "person");
                SIDES.into_iter().for_each(|counted| person.count(&mut add, counted));
            }
            Self::Cooperative(cooperative) => {
                add(KEPT.to_owned(), "cooperative");
                SIDES.into_iter().for_each(|counted| cooperative.count(&mut add, counted));
            }
        }
    }
}

impl Person {
    fn count(&self, add: &mut impl FnMut(String, &str), counted: Counted) {
        let times = match counted {
            Counted::All => self.times,
            Counted::Own => self.here,
        };
        let Some(stage) = times.furthest().filter(|_| !self.is_alias) else { return };
        add(split(counted, Who::People, stage, "province"), &self.province);
        add(births(counted, stage, self.birth_year), &self.province);
        match self.is_woman {
            Some(true) => add(split(counted, Who::Women, stage, "province"), &self.province),
            Some(false) => {}
            None => add(unsexed(counted, stage), &self.province),
        }
        wait(add, (counted, Who::People), times);
    }
}

impl Cooperative {
    fn count(&self, add: &mut impl FnMut(String, &str), counted: Counted) {
        let times = self.times(counted);
        let Some(stage) = times.furthest().filter(|_| self.is_counted) else { return };
        add(split(counted, Who::Cooperatives, stage, "province"), &self.province);
        add(split(counted, Who::Cooperatives, stage, "sector"), &self.sector);
        wait(add, (counted, Who::Cooperatives), times);
    }
}

/// Counts the days from each stage to the next, where both were reached in their order.
fn wait(add: &mut impl FnMut(String, &str), (counted, who): (Counted, Who), times: Times) {
    for stage in Stage::ALL {
        let next = stage.following().and_then(|next| times.of(next));
        let Some((from, to)) = times.of(stage).zip(next) else { continue };
        let ms = to.0.saturating_sub(from.0);
        if ms >= 0 {
            add(waits(counted, who, stage), &ms.div_euclid(MS_PER_DAY).min(FUNNEL_WAIT_DAYS_MAX).to_string());
        }
    }
}
