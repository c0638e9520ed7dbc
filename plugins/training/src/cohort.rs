//! Cohorts: people who learn one course together under a coach. They join with a code, or the coach enrols them.
//!
//! The coach sees who is where, who stands still, and which questions most get wrong.

use std::collections::{BTreeMap, btree_map};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::form::FromText as _;
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Kind, Request, Store, context};

use crate::kinds::{Attempt, CODE, Course, Enrolment};
use crate::marking::POINTS;
use crate::{coach, draft, edition, enrolment, quiz};

/// The people of one cohort, all of whom one page shows.
const MEMBERS_MAX: u32 = 60;
const COHORTS_MAX: u32 = 50;
/// Who has learnt nothing for so long stands still: two weeks.
const STILL_MS: u64 = 14 * 24 * 3_600 * 1_000;
/// The attempts of one person that are looked at.
const ATTEMPTS_MAX: u32 = 20;
/// The people whose attempts are looked at.
const ASKED_MAX: usize = 20;
/// The questions that are named.
const QUESTIONS_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("plugin", "role:trainer"), create("plugin"), change("plugin"))]
#[kind(title(ar = "مجموعة", fr = "Groupe"), purpose = "People who learn a course together under a coach.")]
#[kind(retention = "Two years after it was made.")]
pub(crate) struct Cohort {
    /// By which people join.
    #[field(unique, pattern = "^[a-z0-9-]{4,32}$")]
    pub(crate) code: String,
    #[field(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    #[field(pattern = CODE)]
    pub(crate) course: String,
    /// The coach's account.
    #[field(max_length = 60)]
    pub(crate) coach: String,
}

/// Who belongs to a cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(cohort, person), read("own", "role:trainer"))]
#[kind(create("plugin:own", "role:trainer"), change("plugin:own"), delete("own", "role:trainer"))]
#[kind(title(ar = "عضو مجموعة", fr = "Membre d’un groupe"), purpose = "To show a coach those whom they accompany.")]
#[kind(retention = "As long as the cohort.")]
pub(crate) struct Membership {
    #[field(pattern = "^[a-z0-9-]{4,32}$")]
    pub(crate) cohort: String,
    #[field(subject)]
    pub(crate) person: String,
    /// As the person's account is called, or as the coach wrote it: no plugin reads the register's names for a coach.
    #[field(max_length = 200)]
    pub(crate) name: String,
    /// Milliseconds since 1970, UTC.
    pub(crate) at: u64,
    /// Whether the person joined by themselves, and so lets the coach see each answer.
    #[serde(default)]
    pub(crate) shows_answers: bool,
}

#[derive(Form)]
struct NewCohort {
    #[field(min_length = 4, max_length = 32)]
    code: String,
    #[field(min_length = 1, max_length = 200)]
    name: String,
    #[field(max_length = 32)]
    course: String,
}

/// `GET /cohorts`
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let trainer = draft::trainer().is_ok();
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    let cohorts = if trainer { Store::list(&Find::<Cohort>::new().limit(COHORTS_MAX))?.items } else { Vec::new() };
    let cohorts: Vec<&Cohort> = cohorts.iter().map(|entry| &entry.body).collect();
    let language = request.page_language();
    let courses: Vec<Value> = Store::list(&Find::new().sort(Course::ORDER).limit(100))?
        .items
        .iter()
        .map(|entry| json!({ "code": entry.body.code, "title": entry.body.title.best(language) }))
        .collect();
    Answer::page("cohorts", "", &json!({ "cohorts": cohorts, "courses": courses, "trainer": trainer }))
}

/// `POST /cohorts`
pub(crate) fn begin(request: &Request) -> Result<Answer, Error> {
    let coach = draft::trainer()?;
    let new: NewCohort = request.read_form()?;
    Course::demand(&new.course)?;
    Store::create(&Cohort { code: new.code.to_lowercase(), name: new.name, course: new.course, coach })?;
    Ok(Answer::redirect("/cohorts"))
}

/// `POST /join`: the caller joins with a code, and begins the course.
pub(crate) fn join(request: &Request) -> Result<Answer, Error> {
    let cohort = demand(&request.form_required("code")?.trim().to_lowercase())?;
    let (course, _) = edition::learnt(&cohort.course)?;
    let entry = enrolment::find_or_begin(&course, request.page_language())?;
    add(&cohort, entry.body.person, &context::caller().name, Joining::Alone)?;
    Ok(Answer::redirect(format!("/courses/{}", course.code)))
}

/// `POST /cohorts/{cohort}/people`: the coach enrols somebody, by the id of their record.
pub(crate) fn enrol(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let cohort = demand(request.parameter("cohort"))?;
    let person = tiwizi_sdk::RecordId::from_text(request.form_required("person")?.trim())
        .map_err(|_| Error::invalid("this is no id of a person").with("field", "person"))?;
    enrolment::begin_for(&Course::demand(&cohort.course)?, person.as_str(), request.page_language())?;
    add(&cohort, person.to_string(), request.form("name").unwrap_or_default().trim(), Joining::ByCoach)?;
    Ok(Answer::redirect(format!("/cohorts/{}", cohort.code)))
}

/// How somebody comes into a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joining {
    /// With the code: who does it lets the coach see their answers.
    Alone,
    ByCoach,
}

fn add(cohort: &Cohort, person: String, name: &str, joining: Joining) -> Result<(), Error> {
    let find = Find::new().equal(Membership::COHORT, cohort.code.as_str());
    let shows_answers = joining == Joining::Alone;
    if let Some(mut known) = Store::first(&find.equal(Membership::PERSON, person.as_str()))? {
        if shows_answers && !known.body.shows_answers {
            known.body.shows_answers = true;
            Store::replace(&known)?;
        }
        return Ok(());
    }
    let name = name.chars().take(200).collect();
    let membership = Membership { cohort: cohort.code.clone(), person, name, at: context::now(), shows_answers };
    Store::create(&membership).map(drop)
}

pub(crate) fn demand(code: &str) -> Result<Cohort, Error> {
    Store::first(&Find::new().equal(Cohort::CODE, code))?
        .map(|entry: Entry<Cohort>| entry.body)
        .ok_or_else(|| Error::not_found("there is no such cohort"))
}

/// `GET /cohorts/{cohort}`: the coach's view.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let cohort = demand(request.parameter("cohort"))?;
    let course = Course::demand(&cohort.course)?;
    let members = Store::list(&Find::new().equal(Membership::COHORT, cohort.code.as_str()).limit(MEMBERS_MAX))?;
    let language = request.page_language();
    let mut editions = BTreeMap::new();
    let mut rows = Vec::with_capacity(members.items.len());
    for member in &members.items {
        let person = &member.body.person;
        let find = Find::new().equal(Enrolment::PERSON, person.as_str()).equal(Enrolment::COURSE, course.code.as_str());
        let Some(enrolment) = Store::first(&find)?.map(|entry| entry.body) else { continue };
        let moved = enrolment.moved_at.unwrap_or(enrolment.started_at);
        // Each learns the edition that they began.
        let learnt = match editions.entry(enrolment.version.unwrap_or(1)) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(place) => {
                let version = *place.key();
                place.insert(edition::of_version(course.clone(), version)?)
            }
        };
        let next = enrolment::next_open(learnt, &enrolment, language).map(|step| step.title);
        rows.push(json!({
            "name": member.body.name,
            "id": coach::has_leave(&cohort, &member.body).then_some(&member.id),
            "done": enrolment.lessons_done.len(),
            "total": learnt.lessons(),
            "next": next,
            "moved_at": moved,
            "completed": enrolment.completed_at.is_some(),
            "still": enrolment.completed_at.is_none() && context::now().saturating_sub(moved) > STILL_MS,
        }));
    }
    let data = json!({
        "cohort": cohort,
        "title": course.title.best(language),
        "people": rows,
        "more": members.next.is_some(),
        "questions": hard_questions(&course, &members.items, request)?,
    });
    Answer::page("cohort", &cohort.name, &data)
}

/// The questions that most of the cohort got wrong, each in the edition in which it was asked.
fn hard_questions(course: &Course, members: &[Entry<Membership>], request: &Request) -> Result<Vec<Value>, Error> {
    let mut wrong: BTreeMap<(u64, String, String), (u32, u32)> = BTreeMap::new();
    for member in members.iter().take(ASKED_MAX) {
        let find = Find::new().equal(Attempt::PERSON, member.body.person.as_str()).limit(ATTEMPTS_MAX);
        for attempt in Store::list(&find)?.items.into_iter().map(|entry| entry.body) {
            if attempt.course != course.code {
                continue;
            }
            let version = attempt.version.unwrap_or(1);
            for given in attempt.given {
                let place = wrong.entry((version, attempt.quiz.clone(), given.question)).or_default();
                place.0 += u32::from(given.points < POINTS);
                place.1 += 1;
            }
        }
    }
    let mut list: Vec<_> = wrong.into_iter().filter(|(_, (wrong, _))| *wrong > 0).collect();
    list.sort_by(|(_, one), (_, other)| (other.0 * one.1).cmp(&(one.0 * other.1)));
    list.truncate(QUESTIONS_MAX);
    let mut views = Vec::with_capacity(list.len());
    for ((version, code, question), (wrong, asked)) in list {
        let place = edition::place(&course.code, version);
        let quiz = quiz::in_best_language(&place, &code, request.page_language())?;
        let text = quiz.questions.into_iter().find(|known| known.code == question).map(|known| known.text);
        views.push(json!({ "text": text, "wrong": wrong, "asked": asked }));
    }
    Ok(views)
}
