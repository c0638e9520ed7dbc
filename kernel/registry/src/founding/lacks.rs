//! What a file still lacks, by the rules of the day: told to the founders while they fill it in, and asked again by the office.
//!
//! The acts are held to the same rules once more when they are entered; this only tells it early, and in which section.

use std::collections::BTreeSet;

use tiwizi_model::RecordId;

use super::file::Founding;
use super::founder::{Founder, Seat};
use super::papers::papers;
use super::step::{Section, Step};
use crate::acts::Role;
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::{BodyForm, RulePack};

/// Something that is missing, or not as the rules have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Where it is filled in.
    pub section: Section,
    /// What it is, for programs and for messages.
    pub code: &'static str,
    /// The founder whom it is about.
    pub founder: Option<RecordId>,
    /// Values of the message, by their names: numbers of the rule, names, codes of papers.
    pub values: Vec<(&'static str, String)>,
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Parts that are done.
    pub done: usize,
    /// All parts.
    pub all: usize,
}

/// What is examined, and what was found.
struct Look<'a> {
    founding: &'a Founding,
    seats: &'a [Seat],
    pack: &'a RulePack,
    found: Vec<Lack>,
}

/// What a file lacks before it can be handed in, in the order of its sections.
#[must_use]
pub fn lacks(founding: &Founding, seats: &[Seat], pack: &RulePack, today: Day) -> Vec<Lack> {
    let mut look = Look { founding, seats, pack, found: Vec::new() };
    look.name(today);
    look.founders();
    look.capital();
    look.management();
    look.statutes();
    look.assembly();
    look.receipt();
    look.documents();
    look.found
}

/// How far a file has come: each section, and each step of the office, is one part.
#[must_use]
pub fn progress(step: Step, lacks: &[Lack]) -> Progress {
    let sections = Section::ALL.len();
    // The answer on the name, the review, registration.
    let all = sections.saturating_add(3);
    let open: BTreeSet<Section> = lacks.iter().map(|lack| lack.section).collect();
    let filled = sections.saturating_sub(open.len());
    let done = match step {
        Step::GivenUp | Step::Name | Step::NameAsked => filled,
        Step::File | Step::Submitted => filled.saturating_add(1),
        Step::Accepted => sections.saturating_add(2),
        Step::Registered => all,
    };
    Progress { done, all }
}

impl Look<'_> {
    fn add(&mut self, section: Section, code: &'static str, values: Vec<(&'static str, String)>) {
        self.found.push(Lack { section, code, founder: None, values });
    }

    fn add_of(&mut self, section: Section, code: &'static str, seat: &Seat, values: Vec<(&'static str, String)>) {
        let mut values = values;
        values.push(("who", seat.founder.called().unwrap_or_default().to_owned()));
        self.found.push(Lack { section, code, founder: Some(seat.id), values });
    }

    fn name(&mut self, today: Day) {
        let founding = self.founding;
        if founding.name_ar.is_none() && founding.name_fr.is_none() {
            self.add(Section::Name, "name", Vec::new());
        }
        if founding.sector.is_none() {
            self.add(Section::Name, "sector", Vec::new());
        }
        if founding.category.is_none() {
            self.add(Section::Name, "category", Vec::new());
        }
        let is_kept = matches!(founding.step, Step::File | Step::Submitted);
        if let Some(until) = founding.valid_until.filter(|until| is_kept && *until < today) {
            self.add(Section::Name, "name-expired", vec![("day", until.to_string())]);
        }
    }

    fn founders(&mut self) {
        let (entity, pack) = (self.founding.entity, self.pack);
        let min = pack.founders_min(entity);
        let count = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        if count < min {
            let values = vec![("min", min.to_string()), ("count", count.to_string())];
            self.add(Section::Founders, "founders-min", values);
        }
        for seat in self.seats {
            let founder = &seat.founder;
            if !founder.has_joined() {
                self.add_of(Section::Founders, "not-joined", seat, Vec::new());
                continue;
            }
            if !founder.missing().is_empty() {
                self.add_of(Section::Founders, "incomplete", seat, Vec::new());
            }
            let is_wrong = !pack.holders(entity).contains(&founder.holder);
            let wrong = is_wrong.then_some(match entity {
                Entity::Union => "founder-cooperative",
                Entity::Cooperative => "founder-kind",
            });
            if let Some(code) = wrong.or_else(|| founder.member_lack()) {
                self.add_of(Section::Founders, code, seat, Vec::new());
            }
            if !founder.has_confirmed() {
                self.add_of(Section::Founders, "not-confirmed", seat, Vec::new());
            }
        }
        for (at, seat) in self.seats.iter().enumerate() {
            let key = seat.founder.national_id_key.as_ref();
            let is_twin = |other: &Seat| other.founder.national_id_key.as_ref() == key;
            if key.is_some() && self.seats.iter().take(at).any(is_twin) {
                self.add_of(Section::Founders, "twice", seat, Vec::new());
            }
            let member =
                |founder: &Founder| founder.member_cooperative.filter(|_| founder.holder == Holder::Cooperative);
            let own = member(&seat.founder);
            if own.is_some() && self.seats.iter().take(at).any(|other| member(&other.founder) == own) {
                self.add_of(Section::Founders, "cooperative-twice", seat, Vec::new());
            }
        }
    }

    fn capital(&mut self) {
        let (share_min, capital_min) = (self.pack.rules.share_min_mad.value, self.pack.rules.capital_min_mad.value);
        let Some(share_value) = self.founding.share_value_mad else {
            return self.add(Section::Capital, "share-value", vec![("min", share_min.to_string())]);
        };
        if share_value < share_min {
            self.add(Section::Capital, "share-min", vec![("min", share_min.to_string())]);
        }
        let mut capital = Mad::ZERO;
        for seat in self.seats {
            let value = share_value.times(seat.founder.shares.unwrap_or_default());
            capital = capital.plus(value);
            if let Some((code, values)) = self.subscription(&seat.founder, value) {
                self.add_of(Section::Capital, code, seat, values);
            }
        }
        if capital < capital_min {
            let values = vec![("min", capital_min.to_string()), ("amount", capital.to_string())];
            self.add(Section::Capital, "capital-min", values);
        }
    }

    /// What is wrong with what one founder subscribes (law 112-12, article 26; the part is a rule of the pack).
    fn subscription(&self, founder: &Founder, value: Mad) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        let rule = self.pack.rules.paid_at_subscription.value;
        if founder.shares.unwrap_or_default() == 0 {
            return Some(("no-shares", Vec::new()));
        }
        let paid = founder.paid_mad.unwrap_or_default();
        if paid > value {
            return Some(("paid-too-much", vec![("max", value.to_string())]));
        }
        if !rule.is_reached(paid, value) {
            let part = format!("{}/{}", rule.numerator, rule.denominator);
            return Some(("paid-part", vec![("part", part), ("amount", value.to_string())]));
        }
        None
    }

    fn management(&mut self) {
        let count = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        let Some(form) = self.founding.form else { return self.add(Section::Management, "form", Vec::new()) };
        if !self.pack.forms(count).contains(&form) {
            return self.add(Section::Management, "form-size", vec![("count", count.to_string())]);
        }
        let roles: Vec<Role> = self.seats.iter().filter_map(|seat| seat.founder.role).collect();
        if roles.iter().any(|role| role.form() != form) {
            self.add(Section::Management, "other-form", Vec::new());
        }
        let held = roles.iter().filter(|role| role.form() == form).count();
        let (seats, held) = (self.pack.rules.board_seats.value, u32::try_from(held).unwrap_or(u32::MAX));
        if form == BodyForm::Board && !(seats.min..=seats.max).contains(&held) {
            let values = vec![("min", seats.min.to_string()), ("max", seats.max.to_string())];
            self.add(Section::Management, "board-seats", values);
        }
        self.offices(form, &roles);
    }

    /// Too many or too few of an office, by the rules for it.
    fn offices(&mut self, form: BodyForm, roles: &[Role]) {
        let pack = self.pack;
        for rule in pack.offices(form) {
            let held = roles.iter().filter(|role| **role == rule.office).count();
            let held = u32::try_from(held).unwrap_or(u32::MAX);
            let office = || ("role", rule.office.name().to_owned());
            if let Some(max) = rule.max.filter(|max| held > *max) {
                self.add(Section::Management, "role-twice", vec![office(), ("max", max.to_string())]);
            }
            if held < rule.min {
                match rule.office {
                    Role::President => self.add(Section::Management, "president", Vec::new()),
                    Role::Manager => self.add(Section::Management, "manager", Vec::new()),
                    Role::VicePresident | Role::Treasurer | Role::Secretary | Role::BoardMember => {
                        self.add(Section::Management, "role-missing", vec![office(), ("min", rule.min.to_string())]);
                    }
                }
            }
        }
    }

    fn statutes(&mut self) {
        let held: BTreeSet<&str> = self.founding.statutes.iter().map(|entry| entry.item.as_str()).collect();
        let items = &self.pack.statutes.items;
        let count = items.iter().filter(|item| held.contains(item.code.as_str())).count();
        if count < items.len() {
            let values = vec![("count", count.to_string()), ("all", items.len().to_string())];
            self.add(Section::Statutes, "statutes", values);
        }
    }

    fn assembly(&mut self) {
        let founding = self.founding;
        if founding.address.is_none() {
            self.add(Section::Assembly, "seat", Vec::new());
        }
        let Some(founded_on) = founding.founded_on else {
            return self.add(Section::Assembly, "assembly-day", Vec::new());
        };
        if let Some(answered_on) = founding.answered_on.filter(|day| founded_on < *day) {
            self.add(Section::Assembly, "assembly-early", vec![("day", answered_on.to_string())]);
        }
        if let Some(until) = founding.valid_until.filter(|day| founded_on > *day) {
            self.add(Section::Assembly, "assembly-late", vec![("day", until.to_string())]);
        }
    }

    fn receipt(&mut self) {
        let founding = self.founding;
        if founding.authority.is_none() || founding.receipt.is_none() || founding.filed_on.is_none() {
            return self.add(Section::Receipt, "receipt", Vec::new());
        }
        let is_early = founding.filed_on.zip(founding.founded_on).is_some_and(|(filed, founded)| filed < founded);
        if is_early {
            self.add(Section::Receipt, "receipt-early", Vec::new());
        }
    }

    fn documents(&mut self) {
        let there: BTreeSet<&str> = self.founding.documents.iter().map(|document| document.document.as_str()).collect();
        for paper in papers().iter().filter(|paper| paper.needed && !there.contains(paper.code.as_str())) {
            self.add(Section::Documents, "document", vec![("document", paper.code.clone())]);
        }
    }
}
