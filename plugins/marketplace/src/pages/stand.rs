//! A cooperative and a fair: applying, being told, taking it back, the badge, and what was sold.

use serde_json::{Value, json};
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::registry;
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store, Texts, context};

use super::desk::{acting, whole};
use super::fairs;
use crate::called::{Candidacy, Fair, Seat, Standing, Takings};
use crate::fair::{self, Application};
use crate::fair_work::{self, CANDIDACIES_MAX, Registered};
use crate::money::Centimes;
use crate::{path, today};

/// The milestone of a cooperative that exhibited.
const FAIR_DONE: &str = "fair-done";
/// Fairs of the list.
const FAIRS_MAX: u32 = 20;

/// `GET /desk/{cooperative}/fairs`: the fairs that a cooperative can apply to, and how it stands.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let (language, today) = (request.page_language(), today::date()?);
    let mut there = Vec::new();
    let coming =
        Find::new().equal(Fair::OPEN, true).at_least(Fair::UNTIL, today.clone()).sort(Fair::UNTIL).limit(FAIRS_MAX);
    for fair in Store::list(&coming)?.items {
        let state = Candidacy::of(&fair.id, &cooperative)?.map(|entry| entry.body.state);
        there.push(json!({ "fair": fairs::facts(&fair.body, language)?, "state": state }));
    }
    let asked = Find::new().equal(Candidacy::COOPERATIVE, cooperative.as_str()).limit(FAIRS_MAX);
    for entry in Store::list(&asked)?.items {
        if let Some(fair) = Store::<Fair>::get(&entry.body.fair)?.filter(|fair| fair.body.until < today) {
            there.push(json!({ "fair": fairs::facts(&fair.body, language)?, "state": entry.body.state }));
        }
    }
    Answer::page("stands", "", &json!({ "cooperative": cooperative, "fairs": there }))
}

/// `GET /desk/{cooperative}/fairs/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let fair = Fair::published(request.parameter("code"))?;
    page(request, &fair, &cooperative, &json!({}))
}

/// `POST /desk/{cooperative}/fairs/{code}`: applies, or says it anew until the call closes.
pub(crate) fn apply(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let fair = Fair::published(request.parameter("code"))?;
    if fair.body.closed || today::date()? > fair.body.closes {
        return Ok(page(request, &fair, &cooperative, &json!({ "wrong": "closed" }))?.with_status(409));
    }
    let known = registry::cooperative::<Registered>(&cooperative)?
        .ok_or_else(|| Error::not_found("the register does not know the cooperative"))?;
    let before = Candidacy::of(&fair.id, &cooperative)?;
    let application = application(request, &fair.body, &cooperative, &known.body, before.as_ref())?;
    let reasons = fair::reasons(&fair.body.call, &application);
    if !reasons.is_empty() {
        return Ok(page(request, &fair, &cooperative, &json!({ "reasons": reasons }))?.with_status(422));
    }
    match before {
        Some(mut entry) => {
            entry.body.application = application;
            entry.body.state = Standing::Sent;
            Store::replace(&entry)?;
        }
        None if Store::count(&Find::new().equal(Candidacy::FAIR, fair.id.as_str()))? >= CANDIDACIES_MAX => {
            return Ok(page(request, &fair, &cooperative, &json!({ "wrong": "too-many" }))?.with_status(409));
        }
        None => {
            Store::create(&Candidacy {
                fair: fair.id.clone(),
                cooperative: cooperative.clone(),
                person: context::caller().person,
                name: name(&known.body),
                application,
                women_seen: false,
                state: Standing::Sent,
                waiting: 0,
                told: None,
            })?;
        }
    }
    Ok(to_stand(&cooperative, &fair.body))
}

/// What the form says, with what the register knows. Marks that were given stay.
fn application(
    request: &Request,
    fair: &Fair,
    cooperative: &str,
    known: &Registered,
    before: Option<&Entry<Candidacy>>,
) -> Result<Application, Error> {
    let chosen = request.form.iter().filter(|(name, _)| name == "phase").map(|(_, value)| value.as_str());
    let there = |code: &&str| fair.call.phases.iter().any(|phase| phase.code == *code);
    let mut phases: Vec<String> = chosen.filter(there).map(ToOwned::to_owned).collect();
    phases.sort_unstable();
    phases.dedup();
    let typed = |name: &str| request.form(name).map(str::trim).filter(|typed| !typed.is_empty());
    // What the organiser saw is not said otherwise by applying once more.
    let seen = before.filter(|entry| entry.body.women_seen).map(|entry| entry.body.application.applicant.women);
    let women = seen.unwrap_or_else(|| request.form("women").is_some());
    Ok(Application {
        id: cooperative.to_owned(),
        applicant: fair_work::applicant(fair, cooperative, known, women)?,
        phases,
        food: request.form("food").is_some(),
        authorisation: typed("authorisation").map(|number| number.chars().take(60).collect()),
        with: typed("with").filter(|id| id.len() <= 64).map(ToOwned::to_owned),
        marks: before.map(|entry| entry.body.application.marks.clone()).unwrap_or_default(),
    })
}

/// `POST /desk/{cooperative}/fairs/{code}/withdraw`
pub(crate) fn withdraw(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let fair = Fair::published(request.parameter("code"))?;
    let candidacy = Candidacy::of(&fair.id, &cooperative)?;
    let deciding = |entry: &Entry<Candidacy>| fair.body.closed && entry.body.state == Standing::Sent;
    let open = |entry: &Entry<Candidacy>| entry.body.state != Standing::Withdrawn && !deciding(entry);
    // Who exhibited did, and whose turn it is goes by that at the next fair of the series.
    let is_over = today::date()? > fair.body.until;
    let Some(mut entry) = candidacy.filter(|entry| !is_over && open(entry)) else {
        return Ok(page(request, &fair, &cooperative, &json!({ "wrong": "nothing" }))?.with_status(409));
    };
    if let Some(mut seat) = Seat::given_to(&fair.id, &cooperative)? {
        seat.body.given = false;
        seat.body.place = format!("gone {}", seat.id);
        Store::replace(&seat)?;
        Later::new("fair-next").once(&seat.id).enqueue(&json!({ "seat": seat.id }))?;
    }
    entry.body.state = Standing::Withdrawn;
    Store::replace(&entry)?;
    Ok(to_stand(&cooperative, &fair.body))
}

/// `POST /desk/{cooperative}/fairs/{code}/takings`: what was sold there.
pub(crate) fn takings(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let fair = Fair::published(request.parameter("code"))?;
    let begun = fair
        .body
        .times
        .iter()
        .map(|time| &time.from)
        .min()
        .is_some_and(|from| today::date().is_ok_and(|day| day >= *from));
    if !begun || Seat::given_to(&fair.id, &cooperative)?.is_none() {
        return Ok(page(request, &fair, &cooperative, &json!({ "wrong": "not-there" }))?.with_status(409));
    }
    let amount =
        Centimes::read(request.form("amount").unwrap_or_default()).ok().filter(|amount| *amount >= Centimes::ZERO);
    let buyers = whole(request.form("buyers").unwrap_or_default(), 1_000_000);
    let (Some(amount), Some(buyers)) = (amount, buyers) else {
        return Ok(page(request, &fair, &cooperative, &json!({ "wrong": "number" }))?.with_status(422));
    };
    let said = Takings { fair: fair.id.clone(), cooperative: cooperative.clone(), amount, buyers };
    let said = match takings_of(&fair.id, &cooperative)? {
        Some(mut entry) => {
            entry.body = said;
            Store::replace(&entry)?
        }
        None => Store::create(&said)?,
    };
    path::reached::<Takings>(&cooperative, FAIR_DONE, &said.id)?;
    Ok(to_stand(&cooperative, &fair.body))
}

fn takings_of(fair: &str, cooperative: &str) -> Result<Option<Entry<Takings>>, Error> {
    Store::first(&Find::new().equal(Takings::FAIR, fair).equal(Takings::COOPERATIVE, cooperative))
}

fn page(request: &Request, fair: &Entry<Fair>, cooperative: &str, told: &Value) -> Result<Answer, Error> {
    let language = request.page_language();
    let candidacy = Candidacy::of(&fair.id, cooperative)?;
    let seat = Seat::given_to(&fair.id, cooperative)?;
    let said = takings_of(&fair.id, cooperative)?.map(|entry| entry.body);
    let data = json!({
        "cooperative": cooperative,
        "fair": fairs::facts(&fair.body, language)?,
        "call": fairs::call(&fair.body, language),
        "told": told,
        "candidacy": candidacy.as_ref().map(|entry| candidacy_view(&entry.body, language)).transpose()?,
        "seat": seat.as_ref().map(|seat| fairs::seat_view(seat, &fair.body, language)).transpose()?,
        "takings": said.map(|said| json!({ "amount": said.amount.to_string(), "buyers": said.buyers })),
    });
    Answer::page("stand", fair.body.title.best(language), &data)
}

fn candidacy_view(candidacy: &Candidacy, language: Language) -> Result<Value, Error> {
    let application = &candidacy.application;
    Ok(json!({
        "state": candidacy.state,
        "phases": application.phases,
        "women": application.applicant.women,
        "food": application.food,
        "authorisation": application.authorisation,
        "with": application.with,
        "turn": candidacy.turn()?,
        "told": candidacy.told.as_ref().map(|told| json!({
            "because": told.because,
            "score": format!("{}.{:02}", told.score / 100, told.score % 100),
            "merit": told.merit,
            "reasons": told.reasons,
            "groups": told.groups.iter().map(|name| fairs::group(name, language)).collect::<Vec<_>>(),
        })),
    }))
}

fn name(known: &Registered) -> Texts {
    let mut name = Texts::new();
    for (language, text) in [(Language::French, &known.name_fr), (Language::Arabic, &known.name_ar)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            name.insert(language, text.chars().take(300).collect::<String>());
        }
    }
    if name.is_empty() {
        name.insert(Language::French, "–");
    }
    name
}

fn to_stand(cooperative: &str, fair: &Fair) -> Answer {
    Answer::redirect(format!("/desk/{cooperative}/fairs/{}", fair.code))
}
