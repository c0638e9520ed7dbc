//! The organiser's desk of a fair: the call, its quotas, the marks, and having the places given.

use serde_json::json;
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Form, Language, Request, Store, Texts, context, places};

use super::desk::{signed_in, whole};
use super::fairs;
use crate::called::{Allotment, Candidacy, Fair, FairDesk, Standing, Takings, Time, marks};
use crate::fair::{Call, Criterion, Phase, Quota, QuotaOf, STANDS_MAX, Sharing, WrongCall};
use crate::money::Centimes;
use crate::planned::{FairPlan, UNDRAWN};
use crate::{basket, fair_work, today};

/// What applications may be marked by.
const CRITERIA: [&str; 6] = ["quality", "origin", "packaging", "novelty", "youth", "distance"];
/// Phases that the form of a call has room for.
const PHASES_MAX: usize = 4;
/// Applications of a page.
const CANDIDACIES_MAX: u32 = 30;

#[derive(Debug, Form)]
struct NewFair {
    #[field(min_length = 2, max_length = 48)]
    code: String,
    #[field(min_length = 2, max_length = 48)]
    series: String,
    #[field(min_length = 2, max_length = 200)]
    title_ar: String,
    #[field(min_length = 2, max_length = 200)]
    title_fr: String,
    #[field(min_length = 2, max_length = 300)]
    address: String,
    #[field(max_length = 6)]
    province: String,
    closes: Date,
    #[field(max_length = 8)]
    registered_days: String,
    shared: bool,
    food: bool,
    rotation: bool,
}

/// Whether the caller may organise fairs somewhere.
pub(crate) fn is_organiser() -> bool {
    let caller = context::caller();
    caller.holds("registrar") || caller.holds("observer")
}

/// `GET /fair-desk`: the form of a call, and the fairs that the caller organises.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    organiser()?;
    list_page(request, &Filled::empty())
}

fn list_page(request: &Request, form: &Filled) -> Result<Answer, Error> {
    let language = request.page_language();
    let mut there = Vec::new();
    for plan in Store::list(&Find::<FairPlan>::new().limit(30))?.items {
        there.push(json!({ "code": plan.body.code, "title": plan.body.title.best(language), "open": false }));
    }
    for desk in Store::list(&Find::<FairDesk>::new().limit(30))?.items {
        if let Some(fair) = Store::<Fair>::get(&desk.body.fair)? {
            there.push(
                json!({ "code": fair.body.code, "title": fair.body.title.best(language), "open": fair.body.open }),
            );
        }
    }
    let data = json!({
        "fairs": there, "form": form, "provinces": places::provinces(language), "criteria": CRITERIA,
        "phases": (1..=PHASES_MAX).collect::<Vec<_>>(),
    });
    Answer::page("fair-desks", "", &data)
}

/// `POST /fair-desk`: a call, not published yet.
pub(crate) fn create(request: &Request) -> Result<Answer, Error> {
    organiser()?;
    let new = match request.read_form::<NewFair>() {
        Ok(new) => new,
        Err(filled) => return Ok(list_page(request, &filled)?.with_status(422)),
    };
    let mut filled = Filled::of(request);
    for (name, wrong) in [
        ("code", (!basket::is_code(&new.code) || new.code.starts_with('-')).then_some("pattern")),
        ("series", (!basket::is_code(&new.series) || new.series.starts_with('-')).then_some("pattern")),
        ("province", (!places::is_province(&new.province)).then_some("enum")),
        ("registered_days", whole(&new.registered_days, 3_650).is_none().then_some("type")),
        ("closes", (new.closes < today::date()?).then_some("too-small")),
        ("code", is_taken(&new.code)?.then_some("duplicate")),
    ] {
        filled = wrong.map_or(filled.clone(), |code| filled.refuse(name, code));
    }
    let (phases, times, filled) = phases(request, &new.closes, filled);
    let (criteria, filled) = criteria(request, filled);
    let Some(until) = times.iter().map(|time| time.until.clone()).max().filter(|_| filled.is_good()) else {
        return Ok(list_page(request, &filled)?.with_status(422));
    };
    let call = Call {
        seed: UNDRAWN.to_owned(),
        phases,
        sharing: if new.shared { Sharing::Shared } else { Sharing::Whole },
        sectors: Vec::new(),
        provinces: Vec::new(),
        registered_days_min: whole(&new.registered_days, 3_650).unwrap_or_default(),
        food_authorisation: new.food,
        criteria,
        quotas: Vec::new(),
        rotation: new.rotation,
    };
    let title = [(Language::Arabic, new.title_ar.as_str()), (Language::French, new.title_fr.as_str())];
    let plan = FairPlan {
        code: new.code,
        series: new.series,
        title: Texts::from(title),
        address: new.address,
        province: new.province,
        times,
        until,
        closes: new.closes,
        call,
    };
    // The kernel lets this pass for those alone who organise fairs there.
    Ok(to_desk(&Store::create(&plan)?.body.code))
}

fn is_taken(code: &str) -> Result<bool, Error> {
    Ok(Store::first(&Find::new().equal(Fair::CODE, code))?.is_some() || FairPlan::of(code)?.is_some())
}

/// The phases that were filled in, of which the first must be; days that make no sense stand at their fields.
fn phases(request: &Request, closes: &Date, mut filled: Filled) -> (Vec<Phase>, Vec<Time>, Filled) {
    let (mut phases, mut times) = (Vec::new(), Vec::new());
    for at in 1..=PHASES_MAX {
        let (from, until, stands) = (format!("from_{at}"), format!("until_{at}"), format!("stands_{at}"));
        let typed = |name: &str| request.form(name).unwrap_or_default().trim().to_owned();
        if at > 1 && [&from, &until, &stands].into_iter().all(|name| typed(name).is_empty()) {
            continue;
        }
        let (begin, end) = (typed(&from).parse::<Date>(), typed(&until).parse::<Date>());
        let count = whole(&typed(&stands), STANDS_MAX).filter(|count| *count > 0);
        filled = if begin.as_ref().is_ok_and(|begin| begin > closes) { filled } else { filled.refuse(&from, "day") };
        let ends = begin.as_ref().ok().zip(end.as_ref().ok()).is_some_and(|(begin, end)| end >= begin);
        filled = if ends { filled } else { filled.refuse(&until, "day") };
        let (Ok(begin), Ok(end), Some(count)) = (begin, end, count) else {
            filled = if count.is_none() { filled.refuse(&stands, "type") } else { filled };
            continue;
        };
        phases.push(Phase { code: at.to_string(), stands: count });
        times.push(Time { from: begin, until: end });
    }
    (phases, times, filled)
}

/// The criteria that count something.
fn criteria(request: &Request, mut filled: Filled) -> (Vec<Criterion>, Filled) {
    let mut criteria = Vec::new();
    for code in CRITERIA {
        let name = format!("weight_{code}");
        match request.form(&name).filter(|typed| !typed.trim().is_empty()).map(|typed| whole(typed, 100)) {
            None | Some(Some(0)) => {}
            Some(Some(weight)) => criteria.push(Criterion { code: code.to_owned(), weight }),
            Some(None) => filled = filled.refuse(&name, "type"),
        }
    }
    (criteria, filled)
}

/// `GET /fair-desk/{code}`; `after` goes on among the applications.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let fair = organised(request)?;
    page(request, &fair, None)
}

/// `POST /fair-desk/{code}/quotas`: places that are kept for a group, or that a group has at most; none of both takes the quota away.
pub(crate) fn quota(request: &Request) -> Result<Answer, Error> {
    let fair = organised(request)?;
    let Some(mut plan) = FairPlan::of(&fair.body.code)? else {
        return Ok(page(request, &fair, Some("published"))?.with_status(409));
    };
    let typed = |name: &str| request.form(name).map(str::trim).filter(|typed| !typed.is_empty());
    let (of, code) = match (typed("of"), typed("province"), typed("sector")) {
        (Some("province"), Some(code), _) if places::is_province(code) => (QuotaOf::Province, code),
        (Some("sector"), _, Some(code)) if places::is_sector(code) => (QuotaOf::Sector, code),
        (Some("women"), ..) => (QuotaOf::Women, ""),
        _ => return Ok(page(request, &fair, Some("group"))?.with_status(422)),
    };
    let number = |name: &str| typed(name).map(|typed| whole(typed, 10_000).ok_or(())).transpose();
    let (Ok(min), Ok(max)) = (number("min"), number("max")) else {
        return Ok(page(request, &fair, Some("number"))?.with_status(422));
    };
    let quota = Quota { of, code: code.to_owned(), min: min.unwrap_or_default(), max };
    plan.body.call.quotas.retain(|known| known.name() != quota.name());
    if quota.min > 0 || quota.max.is_some() {
        plan.body.call.quotas.push(quota);
    }
    if let Err(wrong) = plan.body.call.check() {
        return Ok(page(request, &fair, Some(word(&wrong)))?.with_status(422));
    }
    Store::replace(&plan)?;
    Ok(to_desk(&plan.body.code))
}

/// `POST /fair-desk/{code}/publish`: from now on it is open to all, with the seed that is drawn at this moment, and stays as it is.
pub(crate) fn publish(request: &Request) -> Result<Answer, Error> {
    let fair = organised(request)?;
    let Some(plan) = FairPlan::of(&fair.body.code)? else {
        return Ok(to_desk(&fair.body.code));
    };
    if let Err(wrong) = fair.body.call.check() {
        return Ok(page(request, &fair, Some(word(&wrong)))?.with_status(422));
    }
    if fair.body.closes < today::date()? {
        return Ok(page(request, &fair, Some("too-late"))?.with_status(422));
    }
    let fair = Store::create(&plan.body.published()?)?;
    // The kernel lets this pass for those alone who organise fairs there, and what is written above with it.
    Store::create(&FairDesk { fair: fair.id, province: plan.body.province.clone() })?;
    Store::delete(&plan)?;
    Ok(to_desk(&fair.body.code))
}

/// `POST /fair-desk/{code}/marks`: what the organiser saw of an application, until the places are given.
pub(crate) fn mark(request: &Request) -> Result<Answer, Error> {
    let fair = organised(request)?;
    if fair.body.closed {
        return Ok(page(request, &fair, Some("closed"))?.with_status(409));
    }
    let mut entry = Candidacy::of(&fair.id, request.form("cooperative").unwrap_or_default())?
        .ok_or_else(|| Error::not_found("there is no such application"))?;
    if super::desk::acts_for(&entry.body.cooperative)? {
        return Ok(page(request, &fair, Some("own-file"))?.with_status(403));
    }
    let typed = |code: &str| request.form(&format!("mark_{code}")).and_then(|typed| whole(typed, 100));
    let Ok(given) = marks(&fair.body.call, typed) else {
        return Ok(page(request, &fair, Some("mark"))?.with_status(422));
    };
    entry.body.application.marks = given;
    entry.body.application.applicant.women = request.form("women").is_some();
    entry.body.women_seen = true;
    Store::replace(&entry)?;
    Ok(to_desk(&fair.body.code))
}

/// `POST /fair-desk/{code}/allocate`: has the places given, once nobody can apply any more.
pub(crate) fn allocate(request: &Request) -> Result<Answer, Error> {
    let mut fair = organised(request)?;
    if !fair.body.open || today::date()? <= fair.body.closes {
        return Ok(page(request, &fair, Some("still-open"))?.with_status(409));
    }
    if !fair.body.closed {
        fair.body.closed = true;
        Store::replace(&fair)?;
        fair_work::begin(&fair.id)?;
    }
    Ok(to_desk(&fair.body.code))
}

fn page(request: &Request, fair: &Entry<Fair>, wrong: Option<&str>) -> Result<Answer, Error> {
    let language = request.page_language();
    let find = Find::new().equal(Candidacy::FAIR, fair.id.as_str()).limit(CANDIDACIES_MAX);
    let found = Store::list(&find.after(request.query("after").filter(|after| !after.is_empty())))?;
    let view = |entry: &Entry<Candidacy>| {
        let (body, application) = (&entry.body, &entry.body.application);
        json!({
            "cooperative": body.cooperative, "name": body.name.best(language), "state": body.state,
            "province": places::province(&application.applicant.province, language),
            "sector": places::sector(&application.applicant.sector, language),
            "women": application.applicant.women, "women_seen": body.women_seen, "marks": application.marks,
            "food": application.food, "authorisation": application.authorisation,
        })
    };
    let waiting = Find::new().equal(Candidacy::FAIR, fair.id.as_str());
    let count = |standing: Standing| Store::count(&waiting.clone().equal(Candidacy::STATE, standing));
    let (sold, said) = takings(&fair.id)?;
    let data = json!({
        "fair": fairs::facts(&fair.body, language)?,
        "open": fair.body.open,
        "call": fairs::call(&fair.body, language),
        "candidacies": found.items.iter().map(view).collect::<Vec<_>>(),
        "next": found.next,
        "counts": { "sent": count(Standing::Sent)?, "in": count(Standing::In)?, "waiting": count(Standing::Waiting)?, "out": count(Standing::Out)? },
        "allotment": Allotment::of(&fair.id)?.map(|entry| json!({ "done": entry.body.done })),
        "takings": { "amount": sold.to_string(), "said": said },
        "provinces": places::provinces(language),
        "sectors": places::sectors(language),
        "wrong": wrong,
    });
    Answer::page("fair-desk", fair.body.title.best(language), &data)
}

/// What all that said it sold together, and how many they are.
fn takings(fair: &str) -> Result<(Centimes, usize), Error> {
    let (mut sum, mut said, mut next) = (Centimes::ZERO, 0, None);
    // Two exhibitors on each of a thousand stands.
    for _ in 0..20 {
        let page = Store::list(&Find::new().equal(Takings::FAIR, fair).limit(100).after(next.as_deref()))?;
        said += page.items.len();
        sum =
            Centimes::sum(page.items.iter().map(|one| one.body.amount)).and_then(|more| sum.plus(more)).unwrap_or(sum);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok((sum, said))
}

/// The fair of the address, when the caller organises it.
fn organised(request: &Request) -> Result<Entry<Fair>, Error> {
    organiser()?;
    let code = request.parameter("code");
    if let Some(plan) = FairPlan::of(code)? {
        return Ok(FairPlan::shown(&plan));
    }
    let fair = Fair::of(code)?;
    match Store::first(&Find::new().equal(FairDesk::FAIR, fair.id.as_str()))? {
        Some(_) => Ok(fair),
        None => Err(Error::denied("this fair is organised elsewhere")),
    }
}

fn organiser() -> Result<(), Error> {
    signed_in()?;
    if is_organiser() { Ok(()) } else { Err(Error::denied("fairs are organised by registrars and observers")) }
}

/// The word of what is wrong with a call.
const fn word(wrong: &WrongCall) -> &'static str {
    match wrong {
        WrongCall::QuotaMinAboveMax(_) => "min-above-max",
        WrongCall::WomenAtMost => "women-at-most",
        WrongCall::QuotasAboveCapacity(_) => "above-capacity",
        WrongCall::QuotaTwice(_) => "twice",
        _ => "phases",
    }
}

fn to_desk(code: &str) -> Answer {
    Answer::redirect(format!("/fair-desk/{code}"))
}
