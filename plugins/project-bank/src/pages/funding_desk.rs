//! The desk of the funding directory: who writes a programme, who reviews it, and what becomes public.
//!
//! Whoever holds the role of trainer writes; another one of them publishes. What is public is never changed under way: to correct a programme
//! it is withdrawn, and put back when nothing was changed after all.

use serde_json::json;
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Form, Language, Request, Store, Texts, context, places};

use super::{funding, typed};
use crate::funding::kinds::{CONDITIONS_MAX, Funding, PAPERS_MAX, Programme};
use crate::funding::{About, Condition};
use crate::kinds::State;

/// Programmes of a page.
const PROGRAMMES_MAX: u32 = 50;
/// No amount is larger: ten milliard dirhams in centimes.
const CENTIMES_MAX: i64 = 1_000_000_000_000;

#[derive(Debug, Form)]
struct Written {
    #[field(min_length = 2, max_length = 32)]
    code: String,
    funding: Funding,
    #[field(min_length = 2, max_length = 200)]
    title_ar: String,
    #[field(min_length = 2, max_length = 200)]
    title_fr: String,
    #[field(min_length = 2, max_length = 1_000)]
    purpose_ar: String,
    #[field(min_length = 2, max_length = 1_000)]
    purpose_fr: String,
    #[field(max_length = 2_000)]
    terms_ar: Option<String>,
    #[field(max_length = 2_000)]
    terms_fr: Option<String>,
    #[field(max_length = 200)]
    provider: Option<String>,
    #[field(max_length = 30)]
    amount_min: Option<String>,
    #[field(max_length = 30)]
    amount_max: Option<String>,
    #[field(max_length = 8)]
    own_percent: Option<String>,
    #[field(max_length = 6_000)]
    papers: Option<String>,
    deadline: Option<Date>,
    #[field(max_length = 300)]
    address: Option<String>,
    #[field(min_length = 2, max_length = 300)]
    source: String,
    #[field(max_length = 300)]
    link: Option<String>,
}

/// Whether the caller may write programmes.
pub(crate) fn is_editor() -> bool {
    context::caller().holds("trainer")
}

fn editor() -> Result<String, Error> {
    let caller = context::caller();
    let Some(account) = caller.account_id.clone() else { return Err(Error::sign_in()) };
    if is_editor() { Ok(account) } else { Err(Error::denied("the directory is written by trainers")) }
}

/// `GET /funding-desk`: every programme with its state, and the form of a new one.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    editor()?;
    list_page(request, &Filled::empty())
}

fn list_page(request: &Request, form: &Filled) -> Result<Answer, Error> {
    let language = request.page_language();
    let find = Find::new().limit(PROGRAMMES_MAX).after(request.query("after").filter(|after| !after.is_empty()));
    let page = Store::list(&find)?;
    let programmes = page.items.iter().map(|entry: &Entry<Programme>| funding::facts(&entry.body, language));
    let data = json!({
        "programmes": programmes.collect::<Vec<_>>(), "next": page.next, "form": form, "kinds": Funding::ALL,
    });
    Answer::page("funding-desks", "", &data)
}

/// `POST /funding-desk`: a draft.
pub(crate) fn create(request: &Request) -> Result<Answer, Error> {
    let account = editor()?;
    let written = match request.read_form::<Written>() {
        Ok(written) => written,
        Err(filled) => return Ok(list_page(request, &filled)?.with_status(422)),
    };
    let mut filled = read(&written, request);
    if Store::first(&Find::new().equal(Programme::CODE, written.code.as_str()))?.is_some() {
        filled = filled.refuse("code", "duplicate");
    }
    if !filled.is_good() {
        return Ok(list_page(request, &filled)?.with_status(422));
    }
    let mut programme = empty(&written, account);
    fill(&mut programme, &written);
    match Store::create(&programme) {
        Ok(_) => Ok(to_desk(&programme.code)),
        Err(error) => Ok(list_page(request, &filled.refused_by(error)?)?.with_status(422)),
    }
}

/// `GET /funding-desk/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    editor()?;
    let entry = Programme::of(request.parameter("code"))?;
    page(request, &entry, &Filled::empty(), None)
}

/// `POST /funding-desk/{code}`: a draft written anew; what was withdrawn becomes one.
pub(crate) fn change(request: &Request) -> Result<Answer, Error> {
    let account = editor()?;
    let mut entry = Programme::of(request.parameter("code"))?;
    if !is_open(&entry) {
        return Ok(page(request, &entry, &Filled::empty(), Some("not-a-draft"))?.with_status(409));
    }
    let written = match request.read_form::<Written>() {
        Ok(written) => written,
        Err(filled) => return Ok(page(request, &entry, &filled, None)?.with_status(422)),
    };
    let filled = read(&written, request);
    if !filled.is_good() || written.code != entry.body.code {
        return Ok(page(request, &entry, &filled, None)?.with_status(422));
    }
    fill(&mut entry.body, &written);
    touched(&mut entry.body, account);
    Store::replace(&entry)?;
    Ok(to_desk(&entry.body.code))
}

/// `POST /funding-desk/{code}/conditions`: what the programme asks for; nothing in the fields takes the condition away.
pub(crate) fn condition(request: &Request) -> Result<Answer, Error> {
    let account = editor()?;
    let mut entry = Programme::of(request.parameter("code"))?;
    let refuse = |entry: &Entry<Programme>, wrong: &str, status: u16| {
        page(request, entry, &Filled::of(request), Some(wrong)).map(|page| page.with_status(status))
    };
    if !is_open(&entry) {
        return refuse(&entry, "not-a-draft", 409);
    }
    let Some(about) = request.form("about").and_then(About::named) else { return refuse(&entry, "bound", 422) };
    let condition = match read_condition(about, request) {
        Ok(condition) => condition,
        Err(wrong) => return refuse(&entry, wrong, 422),
    };
    let is_nothing = condition == Condition::numbers(about, None, None);
    if let Err(wrong) = condition.check()
        && !is_nothing
    {
        return refuse(&entry, wrong.code(), 422);
    }
    entry.body.conditions.retain(|known| known.about != about);
    if !is_nothing {
        if entry.body.conditions.len() >= CONDITIONS_MAX {
            return refuse(&entry, "too-large", 422);
        }
        entry.body.conditions.push(condition);
    }
    touched(&mut entry.body, account);
    Store::replace(&entry)?;
    Ok(to_desk(&entry.body.code))
}

fn read_condition(about: About, request: &Request) -> Result<Condition, &'static str> {
    let said = |name: &str| request.form(name).map(str::trim).filter(|text| !text.is_empty());
    let number = |name: &str| -> Result<Option<i64>, &'static str> {
        let read = |text: &str| match about.unit() {
            Some("centimes") => typed::centimes(text, CENTIMES_MAX),
            Some("percent") => typed::whole(text, 100),
            _ => typed::whole(text, 1_200),
        };
        said(name).map(|text| read(text).map_err(|_| "number")).transpose()
    };
    let codes = |name: &str| -> Vec<String> {
        let all =
            request.form.iter().filter(|(found, _)| found == name).flat_map(|(_, value)| value.split([',', '،', ' ']));
        all.map(str::trim).filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect()
    };
    let condition = Condition {
        about,
        at_least: number("at_least")?,
        at_most: number("at_most")?,
        one_of: codes("one_of"),
        none_of: codes("none_of"),
    };
    let stages = ["idea", "plan", "registered"];
    let mut named = condition.one_of.iter().chain(&condition.none_of);
    let known = match about {
        About::Province => named.all(|code| places::is_province(code)),
        About::Stage => named.all(|code| stages.contains(&code.as_str())),
        _ => true,
    };
    if known { Ok(condition) } else { Err("code") }
}

/// `POST /funding-desk/{code}/step`: `action` is `review`, `back`, `publish`, `withdraw` or `put-back`. Sent twice it does one thing.
pub(crate) fn step(request: &Request) -> Result<Answer, Error> {
    let account = editor()?;
    let mut entry = Programme::of(request.parameter("code"))?;
    let programme = &mut entry.body;
    let wrong = match (request.form("action").unwrap_or_default(), programme.state) {
        ("review", State::Draft) => {
            programme.remark = String::new();
            programme.state = State::Review;
            None
        }
        ("publish", State::Review) if programme.author == account => Some("own-draft"),
        ("publish", State::Review) => {
            programme.reviewer = account;
            programme.remark = String::new();
            programme.version += 1;
            programme.checked_on = if request.form("checked").is_some() { Some(context::today()?) } else { None };
            programme.state = State::Published;
            None
        }
        ("back", State::Review) => {
            let remark = request.form("remark").unwrap_or_default().trim();
            programme.remark = remark.chars().take(500).collect();
            programme.state = State::Draft;
            if remark.is_empty() { Some("remark") } else { None }
        }
        ("withdraw", State::Published) => {
            programme.state = State::Withdrawn;
            None
        }
        ("put-back", State::Withdrawn) => {
            programme.state = State::Published;
            None
        }
        ("review", State::Review)
        | ("publish" | "put-back", State::Published)
        | ("withdraw", State::Withdrawn)
        | ("back", State::Draft) => return Ok(to_desk(&entry.body.code)),
        _ => Some("step"),
    };
    if let Some(wrong) = wrong {
        let entry = Programme::of(request.parameter("code"))?;
        let status = if wrong == "own-draft" { 403 } else { 409 };
        return Ok(page(request, &entry, &Filled::empty(), Some(wrong))?.with_status(status));
    }
    Store::replace(&entry)?;
    Ok(to_desk(&entry.body.code))
}

/// Whether it may be written.
fn is_open(entry: &Entry<Programme>) -> bool {
    matches!(entry.body.state, State::Draft | State::Withdrawn)
}

/// What was written by somebody is a draft of theirs, which nobody has compared with anything.
fn touched(programme: &mut Programme, account: String) {
    programme.state = State::Draft;
    programme.author = account;
    programme.checked_on = None;
    programme.words = Programme::words(&programme.title, &programme.purpose);
}

/// The form with a fault for each field that only the plugin can judge.
fn read(written: &Written, request: &Request) -> Filled {
    let mut filled = Filled::of(request);
    let is_code = written.code.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-');
    let amount = |text: &Option<String>| text.as_deref().map(|text| typed::centimes(text, CENTIMES_MAX)).transpose();
    let (least, most) = (amount(&written.amount_min), amount(&written.amount_max));
    let above = matches!((least, most), (Ok(Some(least)), Ok(Some(most))) if least > most);
    let own = written.own_percent.as_deref().map(|text| typed::whole(text, 100)).transpose();
    let lines = written.papers.as_deref().unwrap_or_default().lines().filter(|line| !line.trim().is_empty());
    let is_link = |link: &str| link.starts_with("https://") && link.len() > 12 && !link.contains(char::is_whitespace);
    for (name, wrong) in [
        ("code", (!is_code || !written.code.starts_with(|sign: char| sign.is_ascii_lowercase())).then_some("pattern")),
        ("amount_min", least.err()),
        ("amount_max", most.err().or(above.then_some("least-above-most"))),
        ("own_percent", own.err()),
        ("papers", lines.clone().any(|line| line.chars().count() > 300).then_some("too-long")),
        ("papers", (lines.count() > PAPERS_MAX).then_some("too-many")),
        ("link", written.link.as_deref().is_some_and(|link| !is_link(link)).then_some("link")),
    ] {
        filled = match wrong {
            Some(code) => filled.refuse(name, code),
            None => filled,
        };
    }
    filled
}

fn empty(written: &Written, account: String) -> Programme {
    Programme {
        code: written.code.clone(),
        version: 1,
        state: State::Draft,
        funding: written.funding,
        drafts: Vec::new(),
        words: String::new(),
        title: Texts::new(),
        purpose: Texts::new(),
        provider: String::new(),
        terms: None,
        amount_min: None,
        amount_max: None,
        own_percent: None,
        conditions: Vec::new(),
        papers: Vec::new(),
        deadline: None,
        address: String::new(),
        source: String::new(),
        link: String::new(),
        checked_on: None,
        author: account,
        reviewer: String::new(),
        remark: String::new(),
    }
}

/// Takes over a form that [`read`] found good. Texts in languages that the form does not have stay.
fn fill(programme: &mut Programme, written: &Written) {
    let centimes = |text: &Option<String>| {
        let read = text.as_deref().and_then(|text| typed::centimes(text, CENTIMES_MAX).ok());
        read.and_then(|centimes| u64::try_from(centimes).ok())
    };
    programme.funding = written.funding;
    for (language, title, purpose) in [
        (Language::Arabic, &written.title_ar, &written.purpose_ar),
        (Language::French, &written.title_fr, &written.purpose_fr),
    ] {
        programme.title.insert(language, title.clone());
        programme.purpose.insert(language, purpose.clone());
        programme.drafts.retain(|drafted| *drafted != language);
    }
    let mut terms = Texts::new();
    for (language, text) in [(Language::Arabic, &written.terms_ar), (Language::French, &written.terms_fr)] {
        if let Some(text) = text {
            terms.insert(language, text.clone());
        }
    }
    programme.terms = Some(terms).filter(|terms| !terms.is_empty());
    programme.provider = written.provider.clone().unwrap_or_default();
    programme.amount_min = centimes(&written.amount_min);
    programme.amount_max = centimes(&written.amount_max);
    let own = written.own_percent.as_deref().and_then(|text| typed::whole(text, 100).ok());
    programme.own_percent = own.and_then(|percent| u32::try_from(percent).ok());
    let papers = written.papers.as_deref().unwrap_or_default().lines().map(str::trim);
    programme.papers = papers.filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect();
    programme.deadline.clone_from(&written.deadline);
    programme.address = written.address.clone().unwrap_or_default();
    programme.source.clone_from(&written.source);
    programme.link = written.link.clone().unwrap_or_default();
    programme.words = Programme::words(&programme.title, &programme.purpose);
}

fn page(request: &Request, entry: &Entry<Programme>, form: &Filled, wrong: Option<&str>) -> Result<Answer, Error> {
    let language = request.page_language();
    let programme = &entry.body;
    let text = |texts: &Texts, language: Language| texts.get(language).map(ToOwned::to_owned);
    let terms = |language: Language| programme.terms.as_ref().and_then(|terms| text(terms, language));
    let plain = |centimes: Option<u64>| {
        let dirhams =
            centimes.map(|centimes| rust_decimal::Decimal::from(centimes) / rust_decimal::Decimal::ONE_HUNDRED);
        dirhams.map(|dirhams| dirhams.normalize().to_string())
    };
    let account = context::caller().account_id;
    let values = json!({
        "code": programme.code, "funding": programme.funding, "provider": programme.provider,
        "title_ar": text(&programme.title, Language::Arabic), "title_fr": text(&programme.title, Language::French),
        "purpose_ar": text(&programme.purpose, Language::Arabic), "purpose_fr": text(&programme.purpose, Language::French),
        "terms_ar": terms(Language::Arabic), "terms_fr": terms(Language::French),
        "amount_min": plain(programme.amount_min), "amount_max": plain(programme.amount_max),
        "own_percent": programme.own_percent, "papers": programme.papers.join("\n"), "deadline": programme.deadline,
        "address": programme.address, "source": programme.source, "link": programme.link,
    });
    let data = json!({
        "programme": funding::facts(programme, language),
        "values": values,
        "form": form,
        "open": is_open(entry),
        "remark": programme.remark,
        "own": account.as_deref() == Some(programme.author.as_str()),
        "conditions": programme.conditions.iter().map(|condition| funding::view(condition, language)).collect::<Vec<_>>(),
        "abouts": About::ALL,
        "kinds": Funding::ALL,
        "wrong": wrong,
    });
    Answer::page("funding-desk", programme.title.best(language), &data)
}

fn to_desk(code: &str) -> Answer {
    Answer::redirect(format!("/funding-desk/{code}"))
}
