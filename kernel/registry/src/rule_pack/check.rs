//! What a pack must be beyond its form: nothing in it contradicts itself or refers to what is not there.

use std::collections::BTreeSet;
use std::fmt;

use super::pack::{BodyForm, RulePack};
use super::source::Source;
use crate::act_kind::ActKind;

/// What is wrong with a pack, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFault {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What.
    pub message: String,
}

impl fmt::Display for PackFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.pointer, self.message)
    }
}

type Checked = Result<(), PackFault>;

fn fault(pointer: impl Into<String>, message: impl Into<String>) -> Checked {
    Err(PackFault { pointer: pointer.into(), message: message.into() })
}

/// Holds a pack to what its form cannot say. A later list of sectors has the codes of the lists before, so a pack of an earlier one stays right.
pub(super) fn check(pack: &RulePack, sectors: u32) -> Checked {
    if pack.until.is_some_and(|until| until < pack.from) {
        return fault("/until", "it ends before it begins");
    }
    no_twins("/texts", pack.texts.iter().map(|text| text.id.as_str()))?;
    no_twins("/statutes/items", pack.statutes.items.iter().map(|item| item.code.as_str()))?;
    if pack.statutes.items.is_empty() {
        return fault("/statutes/items", "statutes hold something");
    }
    if pack.sectors.version == 0 || pack.sectors.version > sectors {
        return fault("/sectors/version", format!("the list of sectors here has version {sectors}"));
    }
    for (pointer, source) in sources(pack) {
        check_source(pack, pointer, source)?;
    }
    values(pack)?;
    bodies(pack)?;
    offices(pack)?;
    transitions(pack)
}

fn no_twins<'a>(pointer: &str, names: impl Iterator<Item = &'a str>) -> Checked {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return fault(pointer, format!("{name:?} is there twice"));
        }
    }
    Ok(())
}

/// The source of every rule, with its place.
pub(super) fn sources(pack: &RulePack) -> Vec<(&'static str, &Source)> {
    let rules = &pack.rules;
    vec![
        ("/in_force", &pack.in_force),
        ("/rules/founders_min", &rules.founders_min.source),
        ("/rules/members_min", &rules.members_min.source),
        ("/rules/member_holders", &rules.member_holders.source),
        ("/rules/union", &rules.union.source),
        ("/rules/capital_min_mad", &rules.capital_min_mad.source),
        ("/rules/share_min_mad", &rules.share_min_mad.source),
        ("/rules/paid_at_subscription", &rules.paid_at_subscription.source),
        ("/rules/balance_years", &rules.balance_years.source),
        ("/rules/exclusion_notice_months", &rules.exclusion_notice_months.source),
        ("/rules/bodies", &rules.bodies.source),
        ("/rules/board_seats", &rules.board_seats.source),
        ("/rules/board_of_members", &rules.board_of_members.source),
        ("/rules/offices", &rules.offices.source),
        ("/rules/mandate_years_max", &rules.mandate_years_max.source),
        ("/rules/auditor_turnover_mad", &rules.auditor_turnover_mad.source),
        ("/rules/assembly_months", &rules.assembly_months.source),
        ("/rules/filing_months", &rules.filing_months.source),
        ("/rules/denomination_answer_days", &rules.denomination_answer_days.source),
        ("/rules/denomination_validity_days", &rules.denomination_validity_days.source),
        ("/rules/youth", &rules.youth.source),
        ("/transitions", &pack.transitions.source),
        ("/statutes", &pack.statutes.source),
        ("/sectors", &pack.sectors.source),
    ]
}

fn check_source(pack: &RulePack, pointer: &str, source: &Source) -> Checked {
    if !pack.texts.iter().any(|text| text.id == source.text) {
        return fault(pointer, format!("the pack has no text {:?}", source.text));
    }
    if source.to_verify && source.note.as_deref().is_none_or(str::is_empty) {
        return fault(pointer, "what is to be verified is said in a note");
    }
    Ok(())
}

fn values(pack: &RulePack) -> Checked {
    let rules = &pack.rules;
    let paid = rules.paid_at_subscription.value;
    if paid.denominator == 0 || paid.numerator > paid.denominator {
        return fault("/rules/paid_at_subscription", "a part is at most the whole");
    }
    for (pointer, value) in [
        ("/rules/founders_min", rules.founders_min.value),
        ("/rules/members_min", rules.members_min.value),
        ("/rules/union/members_min", rules.union.value.members_min),
        ("/rules/denomination_validity_days", rules.denomination_validity_days.value),
        ("/rules/mandate_years_max/board", u32::from(rules.mandate_years_max.value.board)),
        ("/rules/mandate_years_max/managers", u32::from(rules.mandate_years_max.value.managers)),
    ] {
        if value == 0 {
            return fault(pointer, "it is at least one");
        }
    }
    if rules.member_holders.value.is_empty() {
        return fault("/rules/member_holders/value", "a cooperative has members");
    }
    if rules.union.value.holders.is_empty() {
        return fault("/rules/union/holders", "a union has members");
    }
    if rules.capital_min_mad.value.centimes() < 0 || rules.share_min_mad.value.centimes() <= 0 {
        return fault("/rules", "capital and shares are not below zero");
    }
    if rules.filing_months.value < rules.assembly_months.value {
        return fault("/rules/filing_months", "minutes are filed after the assembly");
    }
    let seats = rules.board_seats.value;
    if seats.min == 0 || seats.min > seats.max {
        return fault("/rules/board_seats", "a board has seats");
    }
    Ok(())
}

fn bodies(pack: &RulePack) -> Checked {
    let bodies = &pack.rules.bodies.value;
    if bodies.first().is_none_or(|first| first.members_from > 1) {
        return fault("/rules/bodies/value", "the first line is for cooperatives of every size");
    }
    if !bodies.is_sorted_by(|left, right| left.members_from < right.members_from) {
        return fault("/rules/bodies/value", "the lines go up by members_from");
    }
    if bodies.iter().any(|line| line.forms.is_empty()) {
        return fault("/rules/bodies/value", "every size has a form of management");
    }
    Ok(())
}

fn offices(pack: &RulePack) -> Checked {
    let offices = &pack.rules.offices.value;
    no_twins("/rules/offices/value", offices.iter().map(|rule| rule.office.name()))?;
    if offices.iter().any(|rule| rule.max.is_some_and(|max| max == 0 || max < rule.min)) {
        return fault("/rules/offices/value", "an office can be held by as many as must hold it");
    }
    // Somebody acts for every cooperative.
    for form in [BodyForm::Managers, BodyForm::Board] {
        if pack.offices(form).all(|rule| rule.min == 0) {
            return fault("/rules/offices/value", "each form of management has an office that is held");
        }
    }
    let seats = pack.rules.board_seats.value;
    if pack.offices(BodyForm::Board).fold(0_u32, |sum, rule| sum.saturating_add(rule.min)) > seats.max {
        return fault("/rules/offices/value", "the board has seats for every office that is held");
    }
    let youth = pack.rules.youth.value;
    if youth.age_max == 0 || youth.reference_year.is_some_and(|year| year <= youth.age_max) {
        return fault("/rules/youth", "some people are young, and were born");
    }
    Ok(())
}

fn transitions(pack: &RulePack) -> Checked {
    let mut seen = BTreeSet::new();
    for (position, line) in pack.transitions.list.iter().enumerate() {
        let pointer = format!("/transitions/list/{position}");
        let Some(kind) = ActKind::named(&line.act).filter(|kind| *kind != ActKind::Corrected) else {
            return fault(pointer, format!("{:?} is no act that leads anywhere", line.act));
        };
        if kind.asks_when() != line.when.is_some() {
            return fault(pointer, "`when` is said for those acts that have several outcomes, and for no other");
        }
        if line.from.is_empty() {
            return fault(pointer, "an act is entered in some stage");
        }
        for stage in &line.from {
            if !seen.insert((line.act.as_str(), line.when.as_deref(), *stage)) {
                return fault(pointer, format!("{} in the stage {stage} is there twice", line.act));
            }
        }
    }
    Ok(())
}
