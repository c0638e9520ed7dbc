//! Joining a team by a code that somebody of it gave: typed with any digits, or opened as a link.

use serde_json::json;
use tiwizi_sdk::notify::Message;
use tiwizi_sdk::{Answer, Entry, Error, Find, Request, Store, context};

use crate::kinds::OwnPlan;
use crate::team::access::{SEATS_MAX, refused, seat_of, seats};
use crate::team::kinds::{CODE_DIGITS, Invite, Role, Seat};

/// Teams in which one person takes part.
const TEAMS_MAX: u64 = 20;

/// `GET /join`: asks for a code; `?code=` goes on with it.
pub(crate) fn ask(request: &Request) -> Result<Answer, Error> {
    match request.query("code") {
        None => Answer::page("join", "", &json!({})),
        Some(typed) => match digits(typed) {
            Some(code) => Ok(Answer::redirect(format!("/join/{code}"))),
            None => wrong(typed),
        },
    }
}

/// `GET /join/{code}`: what one would join, and under which name.
pub(crate) fn offer(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    let code = request.parameter("code");
    let Some((invite, plan)) = invited(code)? else { return wrong(code) };
    if let Some(person) = &caller.person
        && (plan.body.person == *person || seat_of(&plan.id, person)?.is_some())
    {
        return Ok(Answer::redirect(format!("/plans/{}/team", plan.id)));
    }
    let data = json!({
        "code": invite.body.code,
        "plan": { "title": plan.body.title },
        "by": invite.body.by,
        "role": invite.body.role.name(),
        "name": caller.name,
        "can_join": caller.person.is_some(),
    });
    Answer::page("join", &plan.body.title, &data)
}

/// `POST /join/{code}`
pub(crate) fn join(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    let person = caller.person.ok_or_else(|| refused(403, "team-no-person"))?;
    let code = request.parameter("code");
    let Some((invite, plan)) = invited(code)? else { return wrong(code) };
    let team = format!("/plans/{}/team", plan.id);
    // Sent twice, or there already.
    if plan.body.person == person || seat_of(&plan.id, &person)?.is_some() {
        return Ok(Answer::redirect(team));
    }
    if seats(&plan.id)?.len() >= usize::try_from(SEATS_MAX).unwrap_or_default() {
        return Err(refused(409, "team-full"));
    }
    if Store::count(&Find::new().equal(Seat::PERSON, person.as_str()))? >= TEAMS_MAX {
        return Err(refused(409, "team-too-many"));
    }
    let name = request.form("name").map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&caller.name);
    let seat = Store::create(&Seat::new(&plan.id, &person, name, invite.body.role))?.body;
    let message = Message::new("notice-team-joined").value("who", &seat.name).value("plan", &plan.body.title);
    match message.link(team.as_str()).to_person(&plan.body.person) {
        Err(error) if !error.is("denied") => Err(error),
        _ => Ok(Answer::redirect(team)),
    }
}

fn wrong(typed: &str) -> Result<Answer, Error> {
    let typed: String = typed.chars().take(40).collect();
    Answer::page("join", "", &json!({ "wrong": true, "typed": typed })).map(|page| page.with_status(404))
}

/// A code that is good, and its plan.
type Invited = (Entry<Invite>, Entry<OwnPlan>);

/// The plan of a code that is good, for a member or a coach.
fn invited(code: &str) -> Result<Option<Invited>, Error> {
    let Some(code) = digits(code) else { return Ok(None) };
    let found = Store::first(&Find::new().equal(Invite::CODE, code))?;
    let Some(invite) = found.filter(|invite: &Entry<Invite>| invite.body.until > context::now()) else {
        return Ok(None);
    };
    let plan = Store::get(&invite.body.plan)?;
    Ok(plan.filter(|_| invite.body.role != Role::Lead).map(|plan| (invite, plan)))
}

/// The digits of a code as ASCII, whatever keyboard typed them and however they are grouped; none when it cannot be one.
fn digits(typed: &str) -> Option<String> {
    let mut code = String::new();
    for sign in typed.chars().take(60) {
        let zero = match sign {
            '0'..='9' => '0',
            '\u{660}'..='\u{669}' => '\u{660}',
            '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
            ' ' | '-' | '+' | '\u{a0}' | '\u{202f}' | '\u{200e}' | '\u{200f}' => continue,
            _ => return None,
        };
        code.push(char::from_digit(u32::from(sign).checked_sub(u32::from(zero))?, 10)?);
    }
    (code.len() == CODE_DIGITS).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_code_is_read_in_arabic_digits_and_in_groups_and_nothing_else_is_one() {
        let code = Some("123456789012".to_owned());
        for typed in ["1234 5678 9012", "١٢٣٤ ٥٦٧٨ ٩٠١٢", "۱۲۳۴۵۶۷۸۹۰۱۲", "1234-5678-9012", "1234+5678+9012"]
        {
            assert_eq!(digits(typed), code, "{typed}");
        }
        for typed in ["", "1234", "1234 5678 90123", "1234 5678 901x", "<script>"] {
            assert_eq!(digits(typed), None, "{typed}");
        }
    }
}
