//! Who is in a team: inviting by a code, leaving, removing, handing over the lead and with it the plan.

use tiwizi_sdk::notify::Message;
use tiwizi_sdk::{Answer, Entry, Error, Find, RecordId, Request, Store, context, random};

use crate::kinds::OwnPlan;
use crate::team::access::{self, Right, refused, seat_of, team_of};
use crate::team::kinds::{CODE_DIGITS, Invite, Role, Seat, Team};

/// How long a code is good.
const CODE_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// `POST /plans/{plan}/team/code`: a new code for `role`; the one before is worth nothing then.
pub(crate) fn invite(request: &Request) -> Result<Answer, Error> {
    let plan = lead(request)?;
    let role = if request.form("role") == Some("coach") { Role::Coach } else { Role::Member };
    let own = open(&plan)?;
    let there = Store::first(&Find::new().equal(Invite::PLAN, plan.id.as_str()).equal(Invite::ROLE, role))?;
    let invite = Invite {
        plan: plan.id.clone(),
        role,
        code: code()?,
        until: context::now().saturating_add(CODE_MS),
        by: own.body.name,
    };
    match there {
        Some(mut entry) => {
            entry.body = invite;
            Store::replace(&entry)?;
        }
        None => drop(Store::create(&invite)?),
    }
    back(&plan.id)
}

/// `POST /plans/{plan}/team/leave`: everybody may, the lead after handing over.
pub(crate) fn leave(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    if role == Role::Lead {
        return Err(refused(409, "team-lead-stays"));
    }
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    if let Some(seat) = seat_of(&plan.id, &person)? {
        Store::delete(&seat)?;
        tell(&plan, &plan.body.person, "notice-team-left", &seat.body.name)?;
    }
    Ok(Answer::redirect("/plans"))
}

/// `POST /plans/{plan}/team/remove`
pub(crate) fn remove(request: &Request) -> Result<Answer, Error> {
    let plan = lead(request)?;
    let Ok(seat) = demand_seat(&plan, request) else { return back(&plan.id) };
    if seat.body.person == plan.body.person {
        return Err(refused(409, "team-lead-stays"));
    }
    Store::delete(&seat)?;
    tell(&plan, &seat.body.person, "notice-team-removed", &seat.body.name)?;
    back(&plan.id)
}

/// `POST /plans/{plan}/team/lead`: hands the lead, and the plan, to another member.
pub(crate) fn hand_over(request: &Request) -> Result<Answer, Error> {
    let mut plan = lead(request)?;
    let mut next = demand_seat(&plan, request)?;
    if next.body.role == Role::Coach {
        return Err(refused(422, "team-coach-leads-not"));
    }
    // Sent twice: it is theirs already.
    if next.body.person == plan.body.person {
        return back(&plan.id);
    }
    let mut own = open(&plan)?;
    own.body.role = Role::Member;
    next.body.role = Role::Lead;
    plan.body.person.clone_from(&next.body.person);
    Store::replace(&own)?;
    Store::replace(&next)?;
    Store::replace(&plan)?;
    tell(&plan, &next.body.person, "notice-team-lead", &own.body.name)?;
    back(&plan.id)
}

fn lead(request: &Request) -> Result<Entry<OwnPlan>, Error> {
    Ok(access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Lead)?.0)
}

pub(super) fn back(plan: &str) -> Result<Answer, Error> {
    Ok(Answer::redirect(format!("/plans/{plan}/team")))
}

pub(super) fn demand_team(plan: &Entry<OwnPlan>) -> Result<Entry<Team>, Error> {
    match team_of(&plan.id)? {
        Some(team) => Ok(team),
        None => Store::create(&Team::empty(&plan.id)),
    }
}

pub(super) fn demand_seat(plan: &Entry<OwnPlan>, request: &Request) -> Result<Entry<Seat>, Error> {
    let id = request.form("seat").unwrap_or_default();
    let found = if id.is_empty() { None } else { Store::<Seat>::get(id)? };
    found.filter(|seat| seat.body.plan == plan.id).ok_or_else(|| refused(404, "team-no-seat"))
}

/// The lead's own seat; with it the team, when there is none yet.
fn open(plan: &Entry<OwnPlan>) -> Result<Entry<Seat>, Error> {
    let caller = context::caller();
    let person = caller.person.ok_or_else(Error::sign_in)?;
    demand_team(plan)?;
    match seat_of(&plan.id, &person)? {
        Some(seat) => Ok(seat),
        None => Store::create(&Seat::new(&plan.id, &person, &caller.name, Role::Lead)),
    }
}

/// Digits that nobody foresees.
fn code() -> Result<String, Error> {
    let bytes = random::bytes::<8>()?;
    let number = u64::from_le_bytes(bytes) % 10_u64.pow(u32::try_from(CODE_DIGITS).unwrap_or_default());
    Ok(format!("{number:0CODE_DIGITS$}"))
}

fn tell(plan: &Entry<OwnPlan>, person: &str, key: &str, who: &str) -> Result<(), Error> {
    let message = Message::new(key).value("plan", &plan.body.title).value("who", who);
    match message.link(format!("/plans/{}/team", plan.id)).to_person(person) {
        Err(error) if error.is("denied") => Ok(()),
        told => told,
    }
}
