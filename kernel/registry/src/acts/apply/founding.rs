//! From the request for a name to registration, and the opening balance of what was registered before acts were kept.

use std::collections::BTreeSet;

use tiwizi_model::{ProvinceCode, RecordId};

use super::Case;
use super::shares::subscribe;
use crate::acts::data::{
    Answer, CentralRegistration, Constitution, DenominationAnswer, DenominationRequest, Filed, Founder, Opening,
    OpeningMember, Registration,
};
use crate::acts::opening::share_value;
use crate::acts::people::appoint;
use crate::acts::state::{Capital, Closing, Denomination, Mandate, Member, Names, State};
use crate::money::Mad;
use crate::rule_pack::Stage;
use crate::{sectors, territory};

pub(super) fn requested(case: &mut Case<'_>, request: &DenominationRequest) {
    if request.name_ar.is_none() && request.name_fr.is_none() {
        case.add("/data/name_fr", "required", "a name in Arabic or French is needed");
    }
    sector(case, &request.sector, request.branch.as_deref());
    province(case, request.province);
    let requested_on = case.act.effective_on;
    // A second request begins anew: nothing of the first one stays.
    case.state = State {
        names: Names { ar: request.name_ar.clone(), fr: request.name_fr.clone(), zgh: request.name_zgh.clone() },
        category: request.category.clone(),
        sector: Some(request.sector.clone()),
        branch: request.branch.clone(),
        province: Some(request.province),
        commune: request.commune.clone(),
        entity: request.entity,
        denomination: Some(Denomination {
            requested_on,
            answered_on: None,
            reason: None,
            certificate: None,
            valid_until: None,
        }),
        known_from: case.state.known_from,
        ..State::default()
    };
}

pub(super) fn answered(case: &mut Case<'_>, answer: &DenominationAnswer) {
    if answer.answer == Answer::Refused && answer.reason.is_none() {
        case.add("/data/reason", "required", "a refusal says why");
    }
    distinct(&mut case.state, &answer.confirm_distinct);
    let answered_on = case.act.effective_on;
    let days = case.pack.rules.denomination_validity_days.value;
    if let Some(denomination) = &mut case.state.denomination {
        denomination.answered_on = Some(answered_on);
        denomination.reason.clone_from(&answer.reason);
        denomination.certificate.clone_from(&answer.certificate);
        denomination.valid_until = (answer.answer == Answer::Approved).then(|| answered_on.plus_days(days));
    }
}

pub(super) fn constituted(case: &mut Case<'_>, constitution: &Constitution) {
    let day = case.act.effective_on;
    if let Some(until) = case.state.denomination.as_ref().and_then(|denomination| denomination.valid_until)
        && day > until
    {
        case.add("/effective_on", "denomination-expired", format!("the name was kept until {until}; ask for it again"));
    }
    statutes(case, &constitution.statutes);
    let rules = &case.pack.rules;
    let (share_min, capital_min) = (rules.share_min_mad.value, rules.capital_min_mad.value);
    let founders_min = case.pack.founders_min(case.state.entity);
    if constitution.share_value_mad < share_min {
        case.add("/data/share_value_mad", "share-min", format!("a share is worth at least {share_min} dirhams"));
    }
    case.state.capital =
        Capital { share_value: constitution.share_value_mad, subscribed: Mad::ZERO, paid: Some(Mad::ZERO) };
    case.state.members.clear();
    for (at, founder) in constitution.founders.iter().enumerate() {
        found(case, at, founder);
    }
    let count = case.state.member_count();
    if count < founders_min {
        let entity = case.state.entity.name();
        case.add("/data/founders", "founders-min", format!("a {entity} has at least {founders_min} founders"));
    }
    if case.state.capital.subscribed < capital_min {
        case.add("/data/founders", "capital-min", format!("the capital is at least {capital_min} dirhams"));
    }
    case.state.form = Some(constitution.form);
    case.state.mandates.clear();
    for (at, appointment) in constitution.officers.iter().enumerate() {
        appoint(case, &format!("/data/officers/{at}"), appointment);
    }
    crate::acts::people::check_form(case, "/data/form", "/data/officers");
    case.state.founded_on = Some(day);
    if constitution.address.is_some() {
        case.state.address.clone_from(&constitution.address);
    }
}

/// Statutes hold every item of the pack, and no other code stands for one.
fn statutes(case: &mut Case<'_>, items: &[String]) {
    let held: BTreeSet<&str> = items.iter().map(String::as_str).collect();
    let pack = case.pack;
    let missing = pack.statutes.items.iter().filter(|item| !held.contains(item.code.as_str()));
    let missing: Vec<&str> = missing.map(|item| item.code.as_str()).collect();
    if !missing.is_empty() {
        case.add("/data/statutes", "statutes-incomplete", format!("the statutes lack: {}", missing.join(", ")));
    }
    for (at, item) in items.iter().enumerate() {
        if !pack.statutes.items.iter().any(|known| known.code == *item) {
            case.add(format!("/data/statutes/{at}"), "statutes-item", "no item of the statutes has this code");
        }
    }
    case.state.statutes = items.iter().cloned().collect();
}

fn found(case: &mut Case<'_>, at: usize, founder: &Founder) {
    let pointer = format!("/data/founders/{at}");
    let joined_on = case.act.effective_on;
    let member = Member {
        holder: founder.holder,
        represented_by: founder.represented_by,
        ..Member::joining(founder.person, joined_on)
    };
    crate::acts::people::enlist(case, &pointer, &founder.number, member);
    subscribe(case, &pointer, &founder.number, founder.shares, founder.paid_mad);
}

pub(super) fn filed(case: &mut Case<'_>, filed: &Filed) {
    case.state.receipt = Some(format!("{} ({})", filed.receipt, filed.authority));
}

pub(super) fn registered(case: &mut Case<'_>, registration: &Registration) {
    case.state.court = Some(registration.court.clone());
    case.state.number = Some(registration.number.clone());
    distinct(&mut case.state, &registration.confirm_distinct);
    let day = case.act.effective_on;
    case.state.registered_on = Some(day);
    // The time for the rest of the shares runs from here (law 112-12, article 26).
    let until = case.owed(day, Mad::ZERO).until;
    for debt in case.state.members.values_mut().flat_map(|member| member.debts.iter_mut()) {
        (debt.since, debt.until) = (day, until);
    }
}

/// Notes of which cooperatives it is said that this is another one.
fn distinct(state: &mut State, confirmed: &[RecordId]) {
    for id in confirmed {
        if !state.confirm_distinct.contains(id) {
            state.confirm_distinct.push(*id);
        }
    }
}

pub(super) fn registered_centrally(case: &mut Case<'_>, central: &CentralRegistration) {
    if case.state.registered_centrally_on.is_some() {
        case.add("/act", "repeated", "it is in the central register already");
    }
    case.state.registered_centrally_on = Some(case.act.effective_on);
    case.state.central_number.clone_from(&central.number);
}

pub(super) fn taken_over(case: &mut Case<'_>, opening: &Opening) {
    if !opening.continues {
        open(case, opening);
    }
    for (at, member) in opening.members.iter().enumerate() {
        take_over(case, at, member);
    }
    // What is paid in all is known when it is known of everybody.
    let paid: Option<Vec<Mad>> = case.state.current_members().map(|(_, member)| member.paid).collect();
    let is_known = paid.as_ref().is_some_and(|paid| !paid.is_empty());
    case.state.capital.paid = paid.filter(|_| is_known).map(|paid| paid.into_iter().fold(Mad::ZERO, Mad::plus));
}

/// What the register held of the cooperative itself.
fn open(case: &mut Case<'_>, opening: &Opening) {
    sector(case, &opening.sector, opening.branch.as_deref());
    province(case, opening.province);
    let day = case.act.effective_on;
    if opening.registered_on.is_some_and(|registered| registered > day) {
        case.add("/effective_on", "order", "it was registered on a later day");
    }
    let ended = !matches!(opening.stage, Stage::Registered | Stage::Suspended);
    let struck_off_on = (opening.stage == Stage::StruckOff).then_some(day);
    let closing = ended.then(|| Closing { on: day, reason: None, into: Vec::new(), liquidator: None, struck_off_on });
    case.state = State {
        names: Names { ar: opening.name_ar.clone(), fr: opening.name_fr.clone(), zgh: opening.name_zgh.clone() },
        category: opening.category.clone(),
        sector: Some(opening.sector.clone()),
        branch: opening.branch.clone(),
        province: Some(opening.province),
        commune: opening.commune.clone(),
        address: opening.address.clone(),
        founded_on: opening.founded_on,
        court: Some(opening.court.clone()),
        number: Some(opening.number.clone()),
        registered_on: opening.registered_on,
        capital: Capital {
            // One value for all members is that of the cooperative's shares.
            share_value: opening.share_value_mad.unwrap_or_else(|| share_value(&opening.members)),
            subscribed: opening.capital_mad.unwrap_or_default(),
            paid: None,
        },
        known_from: Some(day),
        closing,
        entity: opening.entity,
        ..State::default()
    };
}

fn take_over(case: &mut Case<'_>, at: usize, opening: &OpeningMember) {
    // Where the register does not say when they were subscribed, the term runs from the latest day that it knows.
    let since = opening.joined_on.max(case.state.registered_on).or(Some(case.act.effective_on));
    let mut member = Member {
        person: opening.person,
        holder: opening.holder,
        represented_by: opening.represented_by,
        joined_on: opening.joined_on,
        left_on: opening.left_on,
        left_because: None,
        shares: opening.shares,
        share_value: opening.share_value_mad,
        paid: opening.paid_mad,
        called: opening.paid_mad,
        due_on: None,
        debts: Vec::new(),
        noticed_on: None,
    };
    let worth = member.worth(case.state.capital.share_value);
    let unpaid = opening.paid_mad.filter(|paid| opening.left_on.is_none() && *paid < worth);
    let debt = since.zip(unpaid).map(|(since, paid)| case.owed(since, worth.minus(paid)));
    member.debts.extend(debt);
    crate::acts::people::enlist(case, &format!("/data/members/{at}"), &opening.number, member);
    let officer = if opening.holder.is_person() { Some(opening.person) } else { opening.represented_by };
    if let (Some(role), None, Some(person)) = (opening.role, opening.left_on, officer) {
        case.state.mandates.push(Mandate { person, role, from: None, until: None, ended_on: None });
        case.state.form = case.state.form.or(Some(role.form()));
    }
}

pub(super) fn sector(case: &mut Case<'_>, code: &str, branch: Option<&str>) {
    let Some(sector) = sectors::sector(code) else {
        return case.add("/data/sector", "sector", "no sector has this code");
    };
    if branch.is_some_and(|code| !sector.branches.iter().any(|branch| branch.code == code)) {
        case.add("/data/branch", "branch", format!("no branch of {} has this code", sector.fr));
    }
}

pub(super) fn province(case: &mut Case<'_>, code: ProvinceCode) {
    if territory::province(code).is_none() {
        case.add("/data/province", "province", "no province or prefecture has this code");
    }
}
