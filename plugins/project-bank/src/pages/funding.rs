//! The funding directory for everybody: the list with its filters, a programme, and whether a project or a cooperative may hope for it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Language, Request, Store, context, places};

use super::funding_facts::{self, Asked};
use super::view::with;
use crate::funding::kinds::{Funding, Programme};
use crate::funding::{About, Condition, Facts, Judged, Said, Summary, judge};
use crate::kinds::{OwnPlan, State};

/// Programmes on one page.
const PROGRAMMES_MAX: u32 = 24;
/// Plans that the check offers.
const PLANS_MAX: u32 = 20;

#[derive(Form)]
struct Search {
    #[field(max_length = 200)]
    words: Option<String>,
    funding: Option<Funding>,
    #[field(max_length = 60)]
    plan: Option<String>,
    #[field(max_length = 500)]
    after: Option<String>,
}

/// `GET /funding?words=…&funding=…&plan=…`: with a plan, how it stands with each programme.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let (search, understood) = match request.read_query::<Search>() {
        Ok(search) => (search, true),
        Err(_) => (Search { words: None, funding: None, plan: None, after: None }, false),
    };
    let mut find = Find::new().equal(Programme::STATE, State::Published);
    if let Some(funding) = search.funding {
        find = find.equal(Programme::FUNDING, funding);
    }
    find = match &search.words {
        Some(words) => find.text(words),
        None => find.sort(Programme::CODE),
    };
    let page = Store::list(&find.limit(PROGRAMMES_MAX).after(search.after.as_deref()))?;
    let asked = Asked { plan: search.plan.clone(), ..Asked::default() };
    let known = if search.plan.is_some() { Some(funding_facts::gather(&asked)?) } else { None };
    let card = |entry: &Entry<Programme>| {
        let stands = known.as_ref().map(|known| Summary::of(&judge(&entry.body.asks(), &known.facts)).word());
        with(facts(&entry.body, language), json!({ "stands": stands }))
    };
    let data = json!({
        "programmes": page.items.iter().map(card).collect::<Vec<_>>(),
        "kinds": Funding::ALL,
        "funding": search.funding,
        "words": search.words.unwrap_or_default(),
        "plan": search.plan,
        "plans": plans()?,
        "plan_title": known.as_ref().and_then(|known| known.plan.clone()),
        "understood": understood,
        "next": page.next,
        "edits": super::funding_desk::is_editor(),
    });
    Answer::page("funding", "", &data)
}

/// `GET /funding/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let programme = Programme::demand(request.parameter("code"))?.body;
    page(request, &programme, None)
}

/// `GET /funding/{code}/check?plan=…&court=…&number=…&age=…`: nothing of it is kept.
pub(crate) fn check(request: &Request) -> Result<Answer, Error> {
    let programme = Programme::demand(request.parameter("code"))?.body;
    page(request, &programme, Some(&funding_facts::asked(request, &programme.asks())))
}

fn page(request: &Request, programme: &Programme, asked: Option<&Asked>) -> Result<Answer, Error> {
    let language = request.page_language();
    let conditions = programme.asks();
    let mut known = match asked {
        Some(asked) => funding_facts::gather(asked)?,
        None => funding_facts::gather(&Asked::default())?,
    };
    let told = asked.map(|asked| {
        funding_facts::add_typed(&mut known.facts, asked);
        answer(&conditions, &known.facts, language)
    });
    let typed: serde_json::Map<String, Value> =
        request.query.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let data = json!({
        "programme": whole(programme, language),
        "conditions": conditions.iter().map(|condition| view(condition, language)).collect::<Vec<_>>(),
        "check": told,
        "plans": plans()?,
        "plan": asked.and_then(|asked| asked.plan.clone()),
        "plan_title": known.plan,
        "cooperative": known.cooperative,
        "no_cooperative": asked.is_some_and(|asked| asked.court.is_some()) && known.cooperative.is_none(),
        "no_plan": asked.is_some_and(|asked| asked.plan.is_some()) && known.plan.is_none(),
        "fields": fields(&conditions, language),
        "typed": typed,
        "faults": asked.map(|asked| asked.faults.clone()).unwrap_or_default(),
    });
    let answer = Answer::page("programme", programme.title.best(language), &data)?;
    Ok(if asked.is_some_and(|asked| !asked.faults.is_empty()) { answer.with_status(422) } else { answer })
}

/// How each condition stands: the value that was used, where it comes from, what is asked for and what to do next.
fn answer(conditions: &[Condition], facts: &Facts, language: Language) -> Value {
    let judged = judge(conditions, facts);
    let row = |one: &Judged<'_>| {
        let about = one.condition.about;
        let how = json!({
            "held": one.held.name(),
            "value": one.fact.map(|fact| said(about, &fact.said, language)),
            "from": one.fact.map(|fact| fact.from.name()),
            "next": one.held.next().map(|next| format!("{}-{next}", about.name())),
        });
        with(view(one.condition, language), how)
    };
    let summary = Summary::of(&judged);
    json!({
        "rows": judged.iter().map(row).collect::<Vec<_>>(),
        "met": summary.met, "not_met": summary.not_met, "not_known": summary.not_known,
        "word": summary.word(),
    })
}

/// A condition for people: what it is about, and its bounds in the unit that people read.
pub(crate) fn view(condition: &Condition, language: Language) -> Value {
    let about = condition.about;
    let number = |number: Option<i64>| number.map(|number| said(about, &Said::Number(number), language));
    let codes = |codes: &[String]| codes.iter().map(|code| named(about, code, language)).collect::<Vec<_>>();
    json!({
        "about": about,
        "unit": about.unit(),
        "at_least": number(condition.at_least),
        "at_most": number(condition.at_most),
        "one_of": codes(&condition.one_of),
        "none_of": codes(&condition.none_of),
    })
}

/// A value for people: dirhams of centimes, the name of a code.
fn said(about: About, said: &Said, language: Language) -> Value {
    match said {
        Said::Number(number) if about.unit() == Some("centimes") => dirhams(*number),
        Said::Number(number) => json!(number),
        Said::Code(code) => named(about, code, language),
    }
}

/// A code by its name; a stage stays a code, which the template has a message for.
fn named(about: About, code: &str, language: Language) -> Value {
    match about {
        About::Province => json!(places::province(code, language)),
        About::Sector => json!(places::sector(code, language)),
        _ => json!(code),
    }
}

/// Centimes as dirhams: whole ones without a fraction.
#[expect(clippy::cast_precision_loss, reason = "no amount of the directory reaches 2^53 centimes")]
fn dirhams(centimes: i64) -> Value {
    if centimes % 100 == 0 { json!(centimes / 100) } else { json!(centimes as f64 / 100.0) }
}

/// The fields that the check asks for: one for each condition that a person can answer.
fn fields(conditions: &[Condition], language: Language) -> Vec<Value> {
    let mut abouts: Vec<About> = conditions.iter().map(|condition| condition.about).collect();
    abouts.sort_unstable();
    abouts.dedup();
    let field = |about: About| {
        let choices = match about {
            About::Province => places::provinces(language),
            About::Sector => sector_choices(conditions, language),
            _ => Vec::new(),
        };
        json!({ "about": about, "unit": about.unit(), "choices": choices })
    };
    abouts.into_iter().map(field).collect()
}

/// The register's sectors, and what the conditions name beyond them.
fn sector_choices(conditions: &[Condition], language: Language) -> Vec<(String, String)> {
    let mut choices = places::sectors_and_branches(language);
    let named = conditions.iter().filter(|condition| condition.about == About::Sector);
    for code in named.flat_map(|condition| condition.one_of.iter().chain(&condition.none_of)) {
        if !choices.iter().any(|(known, _)| known == code) {
            choices.push((code.clone(), places::sector(code, language)));
        }
    }
    choices
}

/// The caller's plans, to choose one.
fn plans() -> Result<Vec<(String, String)>, Error> {
    let Some(person) = context::caller().person else { return Ok(Vec::new()) };
    let find = Find::new().equal(OwnPlan::PERSON, person).sort_descending(OwnPlan::CHANGED).limit(PLANS_MAX);
    Ok(Store::list(&find)?.items.into_iter().map(|entry| (entry.id, entry.body.title)).collect())
}

/// What the list says of a programme.
pub(crate) fn facts(programme: &Programme, language: Language) -> Value {
    let centimes = |amount: Option<u64>| amount.and_then(|amount| i64::try_from(amount).ok()).map(dirhams);
    json!({
        "code": programme.code,
        "state": programme.state,
        "funding": programme.funding,
        "title": programme.title.best(language),
        "purpose": programme.purpose.best(language),
        "provider": programme.provider,
        "amount_min": centimes(programme.amount_min),
        "amount_max": centimes(programme.amount_max),
        "own_percent": programme.own_percent,
        "deadline": programme.deadline,
        "checked_on": programme.checked_on,
    })
}

/// Everything that the page of one shows.
fn whole(programme: &Programme, language: Language) -> Value {
    let shown = language.best(&programme.title.languages());
    let more = json!({
        "terms": programme.terms.as_ref().map(|terms| terms.best(language)),
        "papers": programme.papers,
        "address": programme.address,
        "source": programme.source,
        "link": programme.link,
        "draft": shown.is_some_and(|shown| programme.drafts.contains(&shown)),
    });
    with(facts(programme, language), more)
}
