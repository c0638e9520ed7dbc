//! Members and mandates in an act.

use std::collections::BTreeSet;

use tiwizi_model::RecordId;

use super::apply::{Case, no_member, subscribe};
use super::data::{
    Appointment, Ended, Joining, Leaving, LeavingReason, MembersChange, OfficersChange, Representation, Role,
};
use super::state::{Mandate, Member};
use crate::act_kind::ActKind;
use crate::holder::Entity;
use crate::money::Mad;
use crate::rule_pack::BodyForm;

pub(super) fn members_changed(case: &mut Case<'_>, change: &MembersChange) {
    let is_empty = change.joined.is_empty() && change.left.is_empty() && change.noticed.is_empty();
    if is_empty && change.represented.is_empty() {
        case.add("/data", "required", "something changes");
    }
    for (at, leaving) in change.left.iter().enumerate() {
        leave(case, &format!("/data/left/{at}"), leaving);
    }
    for (at, joining) in change.joined.iter().enumerate() {
        join(case, &format!("/data/joined/{at}"), joining);
    }
    for (at, number) in change.noticed.iter().enumerate() {
        notice(case, &format!("/data/noticed/{at}"), number);
    }
    for (at, representation) in change.represented.iter().enumerate() {
        represent(case, &format!("/data/represented/{at}"), representation);
    }
}

/// Puts a member into the list under a number that nobody has had. An opening balance says what the register held: what is wrong with
/// that is mended by acts, and a cooperative that is refused its balance can enter none.
pub(super) fn enlist(case: &mut Case<'_>, pointer: &str, number: &str, member: Member) {
    if case.state.members.contains_key(number) {
        return case.add(format!("{pointer}/number"), "taken", "another member has, or had, this number");
    }
    let person = member.person;
    let is_there = |other: &Member| other.person == person && other.left_on.is_none();
    let joins = member.left_on.is_none() && case.act.kind() != ActKind::TakenOver;
    if joins && case.state.members.values().any(is_there) {
        case.add(format!("{pointer}/person"), "repeated", "this person is a member already");
    }
    check_holder(case, pointer, &member);
    if joins {
        check_entity(case, pointer, &member);
    }
    case.state.members.insert(number.to_owned(), member);
}

/// Nobody is a member of itself, and a natural person acts in person.
fn check_holder(case: &mut Case<'_>, pointer: &str, member: &Member) {
    if member.person == case.act.cooperative {
        case.add(format!("{pointer}/person"), "own-member", "a cooperative is no member of itself");
    }
    if member.holder.is_person() && member.represented_by.is_some() {
        let message = "only a member that is a legal person is represented";
        case.add(format!("{pointer}/represented_by"), "not-represented", message);
    }
}

/// What may become a member of what.
fn check_entity(case: &mut Case<'_>, pointer: &str, member: &Member) {
    let (pack, entity) = (case.pack, case.state.entity);
    let holders = pack.holders(entity);
    if holders.contains(&member.holder) {
        return;
    }
    let names: Vec<&str> = holders.iter().map(|holder| holder.name()).collect();
    let message = format!("the members of a {} are: {}", entity.name(), names.join(", "));
    match entity {
        Entity::Union => case.add(format!("{pointer}/holder"), "union-member", message),
        Entity::Cooperative => case.add(format!("{pointer}/holder"), "member-holder", message),
    }
}

/// Somebody else acts for a member from the day of the act on; a seat that was held for the member alone ends.
fn represent(case: &mut Case<'_>, pointer: &str, representation: &Representation) {
    let found = case.state.members.get_mut(&representation.number).filter(|member| member.left_on.is_none());
    let Some(member) = found else { return no_member(case, pointer) };
    if member.holder.is_person() {
        let message = "only a member that is a legal person is represented";
        return case.add(format!("{pointer}/by"), "not-represented", message);
    }
    let before = member.represented_by.replace(representation.by);
    vacate(case, before);
}

/// Ends the seats on the board of somebody who may sit there no longer. A manager need not be a member.
fn vacate(case: &mut Case<'_>, person: Option<RecordId>) {
    if !case.pack.rules.board_of_members.value {
        return;
    }
    let Some(person) = person.filter(|person| !case.state.may_sit(*person)) else { return };
    let day = case.act.effective_on;
    for mandate in case.state.mandates.iter_mut().filter(|mandate| mandate.person == person) {
        if mandate.role.form() == BodyForm::Board {
            mandate.ended_on = mandate.ended_on.or(Some(day));
        }
    }
}

fn join(case: &mut Case<'_>, pointer: &str, joining: &Joining) {
    let member = Member {
        holder: joining.holder,
        represented_by: joining.represented_by,
        ..Member::joining(joining.person, case.act.effective_on)
    };
    let is_new = !case.state.members.contains_key(&joining.number);
    enlist(case, pointer, &joining.number, member);
    if is_new {
        subscribe(case, pointer, &joining.number, joining.shares, joining.paid_mad);
    }
}

fn leave(case: &mut Case<'_>, pointer: &str, leaving: &Leaving) {
    let (day, months) = (case.act.effective_on, case.pack.rules.exclusion_notice_months.value);
    let share_value = case.state.capital.share_value;
    let Some(member) = case.state.members.get_mut(&leaving.number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    let acted = if member.holder.is_person() { Some(member.person) } else { member.represented_by };
    let dead = (leaving.reason == LeavingReason::Died && member.holder.is_person()).then_some(member.person);
    let is_too_soon = member.noticed_on.is_none_or(|noticed| day < noticed.plus_months(months));
    let is_before_joining = member.joined_on.is_some_and(|joined| day < joined);
    member.left_on = Some(day);
    member.left_because = Some(leaving.reason);
    member.debts.clear();
    member.due_on = None;
    let (value, paid) = (member.worth(share_value), member.paid);
    let capital = &mut case.state.capital;
    capital.subscribed = capital.subscribed.minus(value).max(Mad::ZERO);
    capital.paid = capital.paid.zip(paid).map(|(all, own)| all.minus(own));
    vacate(case, acted);
    // A manager who leaves may go on managing; one who died does not.
    for mandate in case.state.mandates.iter_mut().filter(|mandate| Some(mandate.person) == dead) {
        mandate.ended_on = mandate.ended_on.or(Some(day));
    }
    if leaving.reason == LeavingReason::ExcludedUnpaid && is_too_soon {
        let message = format!("formal notice to pay is given at least {months} months before");
        case.add(format!("{pointer}/reason"), "notice", message);
    }
    if is_before_joining {
        case.add(pointer, "order", "a member leaves after joining");
    }
}

fn notice(case: &mut Case<'_>, pointer: &str, number: &str) {
    let day = case.act.effective_on;
    match case.state.members.get_mut(number).filter(|member| member.left_on.is_none()) {
        None => case.add(pointer, "no-member", "no member has this number"),
        Some(member) if member.debts.is_empty() => {
            case.add(pointer, "paid", "this member has paid all shares, or what was paid is not known");
        }
        Some(member) => member.noticed_on = Some(day),
    }
}

pub(super) fn officers_changed(case: &mut Case<'_>, change: &OfficersChange) {
    if change.form.is_none() && change.appointed.is_empty() && change.ended.is_empty() {
        case.add("/data", "required", "something changes");
    }
    let day = case.act.effective_on;
    if let Some(form) = change.form {
        case.state.form = Some(form);
        for mandate in case.state.mandates.iter_mut().filter(|mandate| mandate.role.form() != form) {
            mandate.ended_on = mandate.ended_on.or(Some(day));
        }
    }
    // Of one that was taken over without an office nobody knows how it is managed: whoever is appointed first says it.
    case.state.form = case.state.form.or_else(|| change.appointed.first().map(|first| first.role.form()));
    for (at, ended) in change.ended.iter().enumerate() {
        end(case, &format!("/data/ended/{at}"), ended);
    }
    for (at, appointment) in change.appointed.iter().enumerate() {
        appoint(case, &format!("/data/appointed/{at}"), appointment);
    }
    check_form(case, "/data/form", "/data/appointed");
}

fn end(case: &mut Case<'_>, pointer: &str, ended: &Ended) {
    let day = case.act.effective_on;
    let running = case
        .state
        .mandates
        .iter_mut()
        .find(|mandate| mandate.person == ended.person && mandate.role == ended.role && mandate.ended_on.is_none());
    match running {
        Some(mandate) => mandate.ended_on = Some(day),
        None => case.add(pointer, "no-mandate", "this person does not hold this office"),
    }
}

/// Gives a person an office from the day of the act on.
pub(super) fn appoint(case: &mut Case<'_>, pointer: &str, appointment: &Appointment) {
    let Appointment { person, role, years } = *appointment;
    let (day, years_max) = (case.act.effective_on, case.pack.mandate_years(role.form()));
    let years = years.unwrap_or(years_max);
    if years == 0 || years > years_max {
        case.add(format!("{pointer}/years"), "mandate-years", format!("a mandate is for 1 to {years_max} years"));
    }
    if case.state.form.is_some_and(|form| form != role.form()) {
        case.add(format!("{pointer}/role"), "form", "the cooperative's form of management has no such office");
    }
    let of_members = case.pack.rules.board_of_members.value && role.form() == BodyForm::Board;
    if of_members && !case.state.may_sit(person) && case.state.member_count() > 0 {
        let message = "who sits on the board is a member, or acts for a member that is a legal person";
        case.add(format!("{pointer}/person"), "no-member", message);
    }
    for mandate in case.state.mandates.iter_mut() {
        let is_same = mandate.role == role && mandate.ended_on.is_none();
        // Whoever is appointed to an office that one person holds follows the one before.
        if is_same && (mandate.person == person || case.pack.is_single(role)) {
            mandate.ended_on = Some(day);
        }
    }
    let until = day.plus_months(years.saturating_mul(12));
    case.state.mandates.push(Mandate { person, role, from: Some(day), until: Some(until), ended_on: None });
}

/// The form of management fits the number of members, and has who it needs.
pub(super) fn check_form(case: &mut Case<'_>, form_pointer: &str, officers_pointer: &str) {
    let Some(form) = case.state.form else { return };
    let count = case.state.member_count();
    // Of one that was taken over without its members, nobody knows the size.
    if count > 0 && !case.pack.forms(count).contains(&form) {
        case.add(form_pointer, "form", format!("a cooperative of {count} members is managed in another form"));
    }
    let day = case.act.effective_on;
    let running = case.state.mandates_on(day).filter(|mandate| mandate.role.form() == form);
    let running: Vec<(RecordId, Role)> = running.map(|mandate| (mandate.person, mandate.role)).collect();
    let persons: BTreeSet<RecordId> = running.iter().map(|(person, _)| *person).collect();
    let seats = case.pack.rules.board_seats.value;
    let count = u32::try_from(persons.len()).unwrap_or(u32::MAX);
    if form == BodyForm::Board && !(seats.min..=seats.max).contains(&count) {
        let message = format!("a board has {} to {} members", seats.min, seats.max);
        case.add(officers_pointer, "board-seats", message);
    }
    let pack = case.pack;
    for rule in pack.offices(form) {
        let held = running.iter().filter(|(_, role)| *role == rule.office).count();
        if !rule.fits(u32::try_from(held).unwrap_or(u32::MAX)) {
            let most = rule.max.map(|max| format!(" and {max} at most")).unwrap_or_default();
            let message = format!("the office {} is held by {} at least{most}", rule.office.name(), rule.min);
            case.add(officers_pointer, "officers", message);
        }
    }
}
