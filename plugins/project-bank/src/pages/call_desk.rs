//! The organiser's desk of a call: its rules, its quotas, its jury, how far the marks are, the ranking, undoing and publishing it.

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Form, Language, Request, Store, Texts, context, places};

use super::{calls, typed};
use crate::call_work::{self, CannotRank};
use crate::called::{CallDesk, Candidacy, Juror, ProjectCall, Stage};
use crate::calls::{Average, Call, Criterion, JURORS_MAX, Quota, QuotaOf, SCALES, Ties, WrongCall};

/// What applications may be marked by.
pub(crate) const CRITERIA: [&str; 8] =
    ["need", "market", "finance", "feasibility", "jobs", "inclusion", "environment", "novelty"];
/// Calls of the desk's list.
const CALLS_MAX: u32 = 30;
/// Places of one call.
const PLACES_MAX: i64 = 200;

#[derive(Debug, Form)]
struct NewCall {
    #[field(min_length = 2, max_length = 48)]
    code: String,
    #[field(min_length = 2, max_length = 200)]
    title_ar: String,
    #[field(min_length = 2, max_length = 200)]
    title_fr: String,
    #[field(min_length = 2, max_length = 4_000)]
    about_ar: String,
    #[field(min_length = 2, max_length = 4_000)]
    about_fr: String,
    #[field(max_length = 6)]
    province: String,
    opens: Date,
    closes: Date,
    #[field(max_length = 8)]
    places: String,
    #[field(max_length = 8)]
    threshold: String,
    #[field(max_length = 8)]
    sheets_min: String,
    average: Average,
    ties: Ties,
}

/// Whether the caller may organise calls somewhere.
pub(crate) fn is_organiser() -> bool {
    let caller = context::caller();
    caller.holds("registrar") || caller.holds("observer")
}

fn organiser() -> Result<(), Error> {
    if !context::caller().is_signed_in() {
        Err(Error::sign_in())
    } else if is_organiser() {
        Ok(())
    } else {
        Err(Error::denied("calls are organised by registrars and observers"))
    }
}

/// `GET /call-desk`: the form of a call, and the calls that the caller organises.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    organiser()?;
    list_page(request, &Filled::empty())
}

fn list_page(request: &Request, form: &Filled) -> Result<Answer, Error> {
    let language = request.page_language();
    let mut there = Vec::new();
    let find = Find::<CallDesk>::new().limit(CALLS_MAX).after(request.query("after").filter(|after| !after.is_empty()));
    let desks = Store::list(&find)?;
    for desk in desks.items {
        if let Some(call) = Store::<ProjectCall>::get(&desk.body.call)? {
            there.push(calls::facts(&call.body, language)?);
        }
    }
    let data = json!({
        "calls": there, "next": desks.next, "form": form, "provinces": places::provinces(language),
        "criteria": CRITERIA, "scales": SCALES,
    });
    Answer::page("call-desks", "", &data)
}

/// `POST /call-desk`: a call, not published yet.
pub(crate) fn create(request: &Request) -> Result<Answer, Error> {
    organiser()?;
    let new = match request.read_form::<NewCall>() {
        Ok(new) => new,
        Err(filled) => return Ok(list_page(request, &filled)?.with_status(422)),
    };
    let mut filled = Filled::of(request);
    let places = typed::whole(&new.places, PLACES_MAX);
    let threshold = typed::centimes(&new.threshold, 10_000);
    let sheets = typed::whole(&new.sheets_min, i64::try_from(JURORS_MAX).unwrap_or(i64::MAX));
    let none = |read: Result<i64, &'static str>| read.err().or((read == Ok(0)).then_some("too-small"));
    for (name, wrong) in [
        ("code", (!is_code(&new.code)).then_some("pattern")),
        ("province", (!places::is_province(&new.province)).then_some("enum")),
        ("closes", (new.closes < new.opens || new.closes < context::today()?).then_some("day")),
        ("places", none(places)),
        ("threshold", threshold.err()),
        ("sheets_min", none(sheets)),
        (
            "code",
            Store::first(&Find::new().equal(ProjectCall::CODE, new.code.as_str()))?.is_some().then_some("duplicate"),
        ),
    ] {
        filled = wrong.map_or(filled.clone(), |code| filled.refuse(name, code));
    }
    let (criteria, mut filled) = criteria(request, filled);
    if criteria.is_empty() && filled.is_good() {
        filled = filled.refuse(&format!("weight_{}", CRITERIA[0]), "no-criterion");
    }
    let number = |read: Result<i64, &'static str>| read.ok().and_then(|number| u32::try_from(number).ok()).unwrap_or(1);
    if !filled.is_good() {
        return Ok(list_page(request, &filled)?.with_status(422));
    }
    let call = Call {
        criteria,
        average: new.average,
        threshold: number(threshold),
        places: number(places),
        sheets_min: number(sheets),
        ties: new.ties,
        quotas: Vec::new(),
    };
    let texts = |ar: &str, fr: &str| Texts::from([(Language::Arabic, ar), (Language::French, fr)]);
    let call = Store::create(&ProjectCall {
        title: texts(&new.title_ar, &new.title_fr),
        about: texts(&new.about_ar, &new.about_fr),
        code: new.code,
        province: new.province.clone(),
        opens: new.opens,
        closes: new.closes,
        call,
        open: false,
        seed: String::new(),
        state: Stage::Marking,
    })?;
    // The kernel lets this pass for those alone who hold the role in that province.
    Store::create(&CallDesk { call: call.id, province: new.province })?;
    Ok(to_desk(&call.body.code))
}

/// The criteria that count something, each with its scale.
fn criteria(request: &Request, mut filled: Filled) -> (Vec<Criterion>, Filled) {
    let mut criteria = Vec::new();
    for code in CRITERIA {
        let (name, scale) = (format!("weight_{code}"), format!("scale_{code}"));
        let typed = |name: &str| request.form(name).map(str::trim).filter(|typed| !typed.is_empty());
        let weight = match typed(&name).map(|text| typed::whole(text, 100)) {
            None | Some(Ok(0)) => continue,
            Some(Ok(weight)) => u32::try_from(weight).unwrap_or(1),
            Some(Err(wrong)) => {
                filled = filled.refuse(&name, wrong);
                continue;
            }
        };
        let largest = typed::whole(typed(&scale).unwrap_or("20"), 100).ok().and_then(|scale| u32::try_from(scale).ok());
        match largest.filter(|largest| SCALES.contains(largest)) {
            Some(scale) => criteria.push(Criterion { code: code.to_owned(), weight, scale }),
            None => filled = filled.refuse(&scale, "enum"),
        }
    }
    (criteria, filled)
}

/// `GET /call-desk/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let call = organised(request)?;
    page(request, &call, &json!({}))
}

fn refuse(request: &Request, call: &Entry<ProjectCall>, wrong: &str, status: u16) -> Result<Answer, Error> {
    Ok(page(request, call, &json!({ "wrong": wrong }))?.with_status(status))
}

/// `POST /call-desk/{code}/quotas`: places that are kept for a group, or that a group has at most; none of both takes the quota away.
pub(crate) fn quota(request: &Request) -> Result<Answer, Error> {
    let mut call = organised(request)?;
    if call.body.open {
        return refuse(request, &call, "published", 409);
    }
    let said = |name: &str| request.form(name).map(str::trim).filter(|said| !said.is_empty());
    let (of, code) = match (said("of"), said("province"), said("sector")) {
        (Some("province"), Some(code), _) if places::is_province(code) => (QuotaOf::Province, code),
        (Some("sector"), _, Some(code)) if crate::kinds::Sector::ALL.contains(&code) => (QuotaOf::Sector, code),
        (Some("women"), ..) => (QuotaOf::Women, ""),
        (Some("youth"), ..) => (QuotaOf::Youth, ""),
        _ => return refuse(request, &call, "group", 422),
    };
    let number = |name: &str| -> Result<Option<u32>, ()> {
        let read = said(name).map(|text| typed::whole(text, PLACES_MAX).map_err(|_| ())).transpose()?;
        Ok(read.and_then(|number| u32::try_from(number).ok()))
    };
    let (Ok(min), Ok(max)) = (number("min"), number("max")) else { return refuse(request, &call, "number", 422) };
    let quota = Quota { of, code: code.to_owned(), min: min.unwrap_or_default(), max };
    call.body.call.quotas.retain(|known| known.name() != quota.name());
    if quota.min > 0 || quota.max.is_some() {
        call.body.call.quotas.push(quota);
    }
    if let Err(wrong) = call.body.call.check() {
        return refuse(request, &organised(request)?, word(&wrong), 422);
    }
    Store::replace(&call)?;
    Ok(to_desk(&call.body.code))
}

/// `POST /call-desk/{code}/publish`
pub(crate) fn publish(request: &Request) -> Result<Answer, Error> {
    let mut call = organised(request)?;
    if call.body.open {
        return Ok(to_desk(&call.body.code));
    }
    if let Err(wrong) = call.body.call.check() {
        return refuse(request, &call, word(&wrong), 422);
    }
    if call.body.closes < context::today()? {
        return refuse(request, &call, "too-late", 422);
    }
    call.body.open = true;
    Store::replace(&call)?;
    Ok(to_desk(&call.body.code))
}

/// `POST /call-desk/{code}/jury`: an invitation for a name. Its address is shown once; the records keep only a hash of its key.
pub(crate) fn invite(request: &Request) -> Result<Answer, Error> {
    let call = organised(request)?;
    let name: String = request.form("name").unwrap_or_default().trim().chars().take(120).collect();
    if call.body.state != Stage::Marking {
        return refuse(request, &call, "ranked", 409);
    }
    if name.is_empty() {
        return refuse(request, &call, "name", 422);
    }
    let there = Juror::of(&call.id)?;
    let number = there.len() + 1;
    if number > JURORS_MAX {
        return refuse(request, &call, "jury-full", 409);
    }
    // The same form twice: the invitation of that name waits already, and its key cannot be shown again.
    if there.iter().any(|entry| entry.body.name == name && !entry.body.gone) {
        return refuse(request, &call, "invited", 409);
    }
    let key = call_work::key()?;
    Store::create(&Juror {
        call: call.id.clone(),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        name: name.clone(),
        key: call_work::hash(&key),
        account: String::new(),
        person: String::new(),
        gone: false,
    })?;
    let path = format!("/calls/{}/jury/{key}", call.body.code);
    page(request, &call, &json!({ "invitation": { "name": name, "path": path } }))
}

/// `POST /call-desk/{code}/jury/leave`: takes a member out of the jury, or in again; the marks stand by.
pub(crate) fn leave(request: &Request) -> Result<Answer, Error> {
    let call = organised(request)?;
    if call.body.state != Stage::Marking {
        return refuse(request, &call, "ranked", 409);
    }
    let number = request.form("number").and_then(|number| number.parse::<u32>().ok());
    let juror = Juror::of(&call.id)?.into_iter().find(|entry| Some(entry.body.number) == number);
    let mut juror = juror.ok_or_else(|| Error::not_found("there is no such member of the jury"))?;
    juror.body.gone = request.form("action") != Some("back");
    Store::replace(&juror)?;
    Ok(to_desk(&call.body.code))
}

/// `POST /call-desk/{code}/rank`: ranks the applications; only the organiser sees it, and can undo it.
pub(crate) fn rank(request: &Request) -> Result<Answer, Error> {
    let mut call = organised(request)?;
    if call.body.state != Stage::Marking {
        return Ok(to_desk(&call.body.code));
    }
    if !call.body.open || context::today()? <= call.body.closes {
        return refuse(request, &call, "still-open", 409);
    }
    // Drawn once: nobody draws again until the lots please them.
    if call.body.seed.is_empty() {
        call.body.seed = call_work::key()?;
    }
    call.body.state = Stage::Ranked;
    match call_work::keep_ranking(&call) {
        Ok(()) => {}
        Err(CannotRank::Failed(error)) => return Err(error),
        Err(CannotRank::Nothing) => return refuse(request, &organised(request)?, "nothing", 409),
        Err(CannotRank::Wrong(wrong)) => return refuse(request, &organised(request)?, word(&wrong), 409),
    }
    Store::replace(&call)?;
    Ok(to_desk(&call.body.code))
}

/// `POST /call-desk/{code}/undo`: takes back a ranking that is not published; the jury goes on.
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    let mut call = organised(request)?;
    match call.body.state {
        Stage::Marking => return Ok(to_desk(&call.body.code)),
        Stage::Published => return refuse(request, &call, "result-published", 409),
        Stage::Ranked => {}
    }
    call_work::forget_ranking(&call.id)?;
    call.body.state = Stage::Marking;
    Store::replace(&call)?;
    Ok(to_desk(&call.body.code))
}

/// `POST /call-desk/{code}/announce`: publishes the ranking, for good, and has each applicant told.
pub(crate) fn announce(request: &Request) -> Result<Answer, Error> {
    let mut call = organised(request)?;
    match call.body.state {
        Stage::Marking => return refuse(request, &call, "not-ranked", 409),
        Stage::Published => return Ok(to_desk(&call.body.code)),
        Stage::Ranked => {}
    }
    call.body.state = Stage::Published;
    Store::replace(&call)?;
    call_work::begin_telling(&call.id)?;
    Ok(to_desk(&call.body.code))
}

fn page(request: &Request, call: &Entry<ProjectCall>, told: &Value) -> Result<Answer, Error> {
    let language = request.page_language();
    let jury: Vec<Value> = Juror::of(&call.id)?
        .into_iter()
        .map(|entry| {
            let body = entry.body;
            json!({ "number": body.number, "name": body.name, "here": !body.account.is_empty(), "gone": body.gone })
        })
        .collect();
    // Before the ranking the organiser sees how many marked each file, and no mark.
    let file = |(entry, sheets): (Entry<Candidacy>, Vec<crate::called::CountedSheet>)| {
        json!({
            "number": entry.body.number, "title": entry.body.title, "done": sheets.len(),
            "enough": u32::try_from(sheets.len()).is_ok_and(|done| done >= call.body.call.sheets_min),
        })
    };
    let files = if call.body.state == Stage::Marking { call_work::files(call)? } else { Vec::new() };
    let result = if call.body.state == Stage::Marking { None } else { calls::result(call, language)? };
    let data = json!({
        "call": calls::facts(&call.body, language)?,
        "about": call.body.about.best(language),
        "rules": calls::rules(&call.body, language),
        "jury": jury,
        "files": files.into_iter().map(file).collect::<Vec<_>>(),
        "result": result,
        "provinces": places::provinces(language),
        "sectors": crate::kinds::Sector::ALL,
        "told": told,
    });
    Answer::page("call-desk", call.body.title.best(language), &data)
}

/// The call of the address, when the caller organises it.
fn organised(request: &Request) -> Result<Entry<ProjectCall>, Error> {
    organiser()?;
    let call = ProjectCall::of(request.parameter("code"))?;
    match Store::first(&Find::new().equal(CallDesk::CALL, call.id.as_str()))? {
        Some(_) => Ok(call),
        None => Err(Error::denied("this call is organised elsewhere")),
    }
}

fn is_code(code: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    code.chars().all(fits) && !code.starts_with('-')
}

/// The word of what is wrong with a call.
const fn word(wrong: &WrongCall) -> &'static str {
    match wrong {
        WrongCall::NoCriterion | WrongCall::CriterionTwice(_) | WrongCall::Scale(_) => "criteria",
        WrongCall::QuotaMinAboveMax(_) => "min-above-max",
        WrongCall::AtMost => "at-most",
        WrongCall::QuotasOfTwoKinds => "two-kinds",
        WrongCall::QuotasAboveCapacity => "above-capacity",
        WrongCall::QuotaTwice(_) | WrongCall::ApplicationTwice(_) => "twice",
        WrongCall::TooMany => "too-many",
        WrongCall::NotMarked(_) => "not-marked",
        WrongCall::Mark(_) => "mark",
    }
}

fn to_desk(code: &str) -> Answer {
    Answer::redirect(format!("/call-desk/{code}"))
}
