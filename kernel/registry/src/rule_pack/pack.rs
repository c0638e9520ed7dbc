//! What a rule pack holds.

use serde::{Deserialize, Serialize};

use super::role::Role;
use super::source::{LegalText, Rule, Source};
use super::transition::TransitionTable;
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;

/// The rules that are in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePack {
    /// Its name: the law that it follows.
    pub id: String,
    /// Its number: a pack that is corrected gets the next one.
    pub version: u32,
    /// What people call it.
    pub title: Titles,
    /// The first day on which it is in force.
    pub from: Day,
    /// The last day; none while no end is known. The next pack ends it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Where those days come from.
    pub in_force: Source,
    /// The texts that its rules name.
    pub texts: Vec<LegalText>,
    /// The rules.
    pub rules: Rules,
    /// Which act leads from which stage to which.
    pub transitions: TransitionTable,
    /// What statutes must hold.
    pub statutes: Statutes,
    /// Which list of sectors is in use.
    pub sectors: SectorList,
}

/// A name in the two languages of the administration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Titles {
    /// In Arabic.
    pub ar: String,
    /// In French.
    pub fr: String,
}

/// The rules with one value each. One that is added later has a default: an instance keeps the pack that it saw last, and what a new one
/// changes is told only where the old one can still be read (`rule_watch`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Founders of a cooperative, at least.
    pub founders_min: Rule<u32>,
    /// Members that it must keep, at least.
    pub members_min: Rule<u32>,
    /// What the founders and members of a cooperative are.
    pub member_holders: Rule<Vec<Holder>>,
    /// What holds for a union of cooperatives instead.
    pub union: Rule<UnionRule>,
    /// Subscribed capital, at least, in dirhams.
    pub capital_min_mad: Rule<Mad>,
    /// The value of a share, at least, in dirhams.
    pub share_min_mad: Rule<Mad>,
    /// The part of a share that is paid when it is subscribed, at least.
    pub paid_at_subscription: Rule<Fraction>,
    /// Years from registration, or from an increase, within which the rest is paid.
    pub balance_years: Rule<u16>,
    /// Months from formal notice after which a member who has not paid may be excluded.
    pub exclusion_notice_months: Rule<u16>,
    /// The forms of management, by the number of members; sorted by `members_from`.
    pub bodies: Rule<Vec<BodyRule>>,
    /// The seats of a board.
    pub board_seats: Rule<Seats>,
    /// Whether who sits on the board is a member, or acts for one that is a legal person. A manager need not be one.
    pub board_of_members: Rule<bool>,
    /// How many hold an office at a time; of one that is not named, any number.
    pub offices: Rule<Vec<OfficeRule>>,
    /// Years of a mandate, at most.
    pub mandate_years_max: Rule<MandateYears>,
    /// Turnover from which an auditor is needed, in dirhams a year.
    pub auditor_turnover_mad: Rule<Mad>,
    /// Months from the end of the year within which the ordinary assembly meets.
    pub assembly_months: Rule<u16>,
    /// Months from the end of the year within which its minutes and the accounts are filed.
    pub filing_months: Rule<u16>,
    /// Days within which a request for a denomination is answered.
    pub denomination_answer_days: Rule<u32>,
    /// Days for which an approved denomination is kept.
    pub denomination_validity_days: Rule<u32>,
    /// Who counts as young.
    pub youth: Rule<Youth>,
}

/// What holds for a union of cooperatives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnionRule {
    /// Members that it is founded with and must keep, at least.
    pub members_min: u32,
    /// What its members are.
    pub holders: Vec<Holder>,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fraction {
    /// How many parts.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
}

impl Fraction {
    /// Whether a part of a whole is at least this one.
    #[must_use]
    pub fn is_reached(self, part: Mad, whole: Mad) -> bool {
        i128::from(part.centimes()) * i128::from(self.denominator)
            >= i128::from(whole.centimes()) * i128::from(self.numerator)
    }

    /// This part of an amount that is not below zero, up to the next centime.
    #[must_use]
    pub fn of(self, whole: Mad) -> Mad {
        let (parts, of) = (i128::from(self.numerator), i128::from(self.denominator.max(1)));
        let centimes = i128::from(whole.centimes()).saturating_mul(parts).saturating_add(of - 1) / of;
        i64::try_from(centimes).ok().and_then(Mad::of_centimes).unwrap_or(whole)
    }
}

/// How a cooperative is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyForm {
    /// By one or more managers (*gérants*).
    Managers,
    /// By a board (*conseil d'administration*) with its president.
    Board,
}

/// The forms that cooperatives of a size may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRule {
    /// From so many members on.
    pub members_from: u32,
    /// The forms.
    pub forms: Vec<BodyForm>,
}

/// A range of seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seats {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// How many hold an office at a time, in the form of management that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeRule {
    /// The office.
    pub office: Role,
    /// At least.
    pub min: u32,
    /// At most; none sets no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

impl OfficeRule {
    /// Whether so many may hold it.
    #[must_use]
    pub fn fits(self, held: u32) -> bool {
        held >= self.min && self.max.is_none_or(|max| held <= max)
    }
}

/// Years of a mandate, by the form of management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateYears {
    /// Of a seat on the board, and of the offices there.
    pub board: u16,
    /// Of a manager.
    pub managers: u16,
}

/// Who counts as young.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Youth {
    /// The age, at most.
    pub age_max: u16,
    /// The year in which that age is reached, for good; without one it is the year in which somebody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_year: Option<u16>,
}

/// What statutes must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statutes {
    /// Where the list comes from.
    pub source: Source,
    /// The items, in their order.
    pub items: Vec<StatuteItem>,
}

/// One item that statutes must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatuteItem {
    /// Its code in acts.
    pub code: String,
    /// Its title in Arabic.
    pub ar: String,
    /// Its title in French.
    pub fr: String,
}

/// The list of sectors and branches that is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectorList {
    /// The file, below `manifests`.
    pub list: String,
    /// Its version.
    pub version: u32,
    /// Where it comes from.
    pub source: Source,
}

impl RulePack {
    /// Founders, at least.
    #[must_use]
    pub fn founders_min(&self, entity: Entity) -> u32 {
        match entity {
            Entity::Cooperative => self.rules.founders_min.value,
            Entity::Union => self.rules.union.value.members_min,
        }
    }

    /// Members that it must keep, at least.
    #[must_use]
    pub fn members_min(&self, entity: Entity) -> u32 {
        match entity {
            Entity::Cooperative => self.rules.members_min.value,
            Entity::Union => self.rules.union.value.members_min,
        }
    }

    /// What founders and members are.
    #[must_use]
    pub fn holders(&self, entity: Entity) -> &[Holder] {
        match entity {
            Entity::Cooperative => &self.rules.member_holders.value,
            Entity::Union => &self.rules.union.value.holders,
        }
    }

    /// The last day on which the rest of shares may be paid whose term runs from a day.
    #[must_use]
    pub fn pay_until(&self, since: Day) -> Day {
        since.plus_months(self.rules.balance_years.value.saturating_mul(12))
    }

    /// The forms of management that a cooperative of so many members may have.
    #[must_use]
    pub fn forms(&self, members: u32) -> &[BodyForm] {
        let fitting = self.rules.bodies.value.iter().filter(|rule| rule.members_from <= members);
        fitting.max_by_key(|rule| rule.members_from).map_or(&[], |rule| rule.forms.as_slice())
    }

    /// Years of a mandate in that form of management, at most.
    #[must_use]
    pub fn mandate_years(&self, form: BodyForm) -> u16 {
        match form {
            BodyForm::Managers => self.rules.mandate_years_max.value.managers,
            BodyForm::Board => self.rules.mandate_years_max.value.board,
        }
    }

    /// The rules for the offices of a form of management.
    pub fn offices(&self, form: BodyForm) -> impl Iterator<Item = OfficeRule> + '_ {
        self.rules.offices.value.iter().copied().filter(move |rule| rule.office.form() == form)
    }

    /// Whether one person at a time holds an office, so that whoever is appointed follows the one before.
    #[must_use]
    pub fn is_single(&self, role: Role) -> bool {
        self.rules.offices.value.iter().any(|rule| rule.office == role && rule.max == Some(1))
    }

    /// The last day on which the minutes and accounts of a year may be filed.
    #[must_use]
    pub fn filing_deadline(&self, year: u16) -> Day {
        Day::last_of_year(year).plus_months(self.rules.filing_months.value)
    }

    /// Its name and version, as records of acts may show them: `ma-112-12/1`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}/{}", self.id, self.version)
    }
}
