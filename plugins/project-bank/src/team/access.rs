//! Who may what with a plan. The kernel lets the plugin read every plan and write it; who is not in the team learns here that there is none.

use tiwizi_sdk::{CallerKind, Entry, Error, Find, RecordId, Store, context, i18n};

use super::kinds::{Role, Seat, Team};
use crate::kinds::OwnPlan;

/// Seats of one team: as many as a small cooperative has founders, with room.
pub(crate) const SEATS_MAX: u32 = 60;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Read,
    Edit,
    Lead,
}

/// A refusal in the language of the page, with its key as the code.
pub(crate) fn refused(status: u16, key: &str) -> Error {
    let message = i18n::translate(key, &[], None).unwrap_or_else(|_| key.to_owned());
    Error::new(status, key, message)
}

/// The plan of that id, and what the caller is in its team.
///
/// # Errors
/// `sign-in`; `not-found` when there is none, or the caller is not of its team; `team-reads` and `team-lead-only` when they may not do this.
pub(crate) fn demand(id: &RecordId, right: Right) -> Result<(Entry<OwnPlan>, Role), Error> {
    let missing = || Error::not_found("there is no such plan");
    let caller = context::caller();
    if caller.kind == CallerKind::Public {
        return Err(Error::sign_in());
    }
    let entry: Entry<OwnPlan> = Store::get(id.as_str())?.ok_or_else(missing)?;
    let role =
        if caller.kind == CallerKind::System { Some(Role::Lead) } else { role_of(&entry, caller.person.as_deref())? };
    let role = role.ok_or_else(missing)?;
    match (right, role) {
        (Right::Read, _) | (Right::Edit, Role::Lead | Role::Member) | (Right::Lead, Role::Lead) => Ok((entry, role)),
        (Right::Edit, Role::Coach) => Err(refused(403, "team-reads")),
        (Right::Lead, _) => Err(refused(403, "team-lead-only")),
    }
}

/// The plan of that id, when the caller may do this with it.
///
/// # Errors
/// When the store fails.
pub(crate) fn find(id: &RecordId, right: Right) -> Result<Option<Entry<OwnPlan>>, Error> {
    match demand(id, right) {
        Ok((entry, _)) => Ok(Some(entry)),
        Err(error) if error.is("not-found") || matches!(error.status, 401 | 403) => Ok(None),
        Err(error) => Err(error),
    }
}

fn role_of(entry: &Entry<OwnPlan>, person: Option<&str>) -> Result<Option<Role>, Error> {
    let Some(person) = person else { return Ok(None) };
    if entry.body.person == person {
        return Ok(Some(Role::Lead));
    }
    Ok(seat_of(&entry.id, person)?.map(|seat| seat.body.role))
}

/// What the caller is in the team of the plan.
///
/// # Errors
/// When the store fails.
pub(crate) fn role(entry: &Entry<OwnPlan>) -> Result<Option<Role>, Error> {
    role_of(entry, context::caller().person.as_deref())
}

/// The seat of a person in the team of a plan.
pub(crate) fn seat_of(plan: &str, person: &str) -> Result<Option<Entry<Seat>>, Error> {
    Store::first(&Find::new().equal(Seat::PLAN, plan).equal(Seat::PERSON, person))
}

/// The seats of a team, in the order in which they came.
pub(crate) fn seats(plan: &str) -> Result<Vec<Entry<Seat>>, Error> {
    Ok(Store::list(&Find::new().equal(Seat::PLAN, plan).sort(Seat::SINCE).limit(SEATS_MAX))?.items)
}

/// What the team of a plan agreed on; none while there is no team.
pub(crate) fn team_of(plan: &str) -> Result<Option<Entry<Team>>, Error> {
    Store::first(&Find::new().equal(Team::PLAN, plan))
}
