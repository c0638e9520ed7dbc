//! The trainer's desk: courses, their texts side by side in seven languages, review and publication.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store, blobs, context};

use crate::draft::{self, Draft, Part, Review, State, TEXT_CHARS_MAX};
use crate::kinds::{Audio, AudioKind, Course};
use crate::lesson::audio_view;
use crate::named::Named;
use crate::publication::{self, Texted};
use crate::text::Faults;
use crate::{ogg, text};

/// The courses that the desk lists at most.
const COURSES_MAX: u32 = 100;
/// The authors that a review names.
const AUTHORS_MAX: usize = 20;

/// `GET /desk`
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let language = request.page_language();
    let reviews = Store::list(&Find::<Review>::new().limit(COURSES_MAX))?.items;
    let mut rows = Vec::new();
    for course in Store::list(&Find::new().sort(Course::ORDER).limit(COURSES_MAX))?.items {
        let course = course.body;
        let review = reviews.iter().find(|review| review.body.course == course.code);
        rows.push(json!({
            "code": course.code,
            "title": course.title.best(language),
            "version": course.version,
            "withdrawn": course.withdrawn_at.is_some(),
            "state": review.map(|review| review.body.state),
        }));
    }
    for review in &reviews {
        if !rows.iter().any(|row| row["code"] == review.body.course.as_str()) {
            rows.push(json!({ "code": review.body.course, "title": review.body.course, "state": review.body.state }));
        }
    }
    Answer::page("desk", "", &json!({ "courses": rows }))
}

/// `POST /desk`: a new course, or the drafts of one that is published.
pub(crate) fn begin(request: &Request) -> Result<Answer, Error> {
    let by = draft::trainer()?;
    let code = request.form_required("code")?.trim();
    if !text::is_code(code) {
        return Err(Error::invalid("a code has small letters, digits and hyphens").with("field", "code"));
    }
    if Course::find(code)?.is_some() {
        publication::open(code, &by)?;
    } else if draft::find(code, "course")?.is_none() {
        let text = format!(
            "---\nlanguages: {language}\ntitle.{language}: {code}\nsummary.{language}: …\n---\n\n## m1\n\
             title.{language}: 1\nminutes: 15\nlessons: m1-l1\nquiz: m1-q\npass: 1\n",
            language = request.page_language()
        );
        draft::write(None, Draft { course: code.to_owned(), part: "course".to_owned(), text, by, voice: None })?;
    }
    // What is under review or approved stays so: opening it changes no text that was there.
    let state = draft::review(code)?.map(|entry| entry.body.state);
    if !matches!(state, Some(State::Review | State::Approved)) {
        set_state(code, State::Draft, |_| {})?;
    }
    Ok(Answer::redirect(format!("/desk/{code}")))
}

/// `GET /desk/{course}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let code = request.parameter("course");
    let drafts = draft::all(code)?;
    if drafts.is_empty() {
        return Err(Error::not_found("there are no drafts of this course"));
    }
    page(request, code, &drafts, &publication::read(&drafts), None)
}

fn page(
    request: &Request,
    code: &str,
    drafts: &[Entry<Draft>],
    texted: &Texted,
    refused: Option<&'static str>,
) -> Result<Answer, Error> {
    let newest = Course::find(code)?.map(|entry| entry.body);
    let review = draft::review(code)?.map(|entry| entry.body);
    let mut parts: Vec<(&str, String)> = Vec::new();
    for module in &texted.course.modules {
        parts.extend(module.lessons.iter().map(|lesson| ("lesson", lesson.clone())));
        parts.push(("quiz", module.quiz.clone()));
    }
    let rows: Vec<Value> = parts.iter().map(|(kind, code)| row(kind, code, drafts, &texted.course.languages)).collect();
    let account = context::caller().account_id.unwrap_or_default();
    let is_seen = review.as_ref().is_some_and(|review| review.seen == draft::seen(drafts));
    let mine = review.as_ref().is_some_and(|review| review.authors.contains(&account));
    let data = json!({
        "course": code,
        "title": texted.course.title.best(request.page_language()),
        "version": newest.as_ref().map(|course| course.version),
        "withdrawn": newest.as_ref().is_some_and(|course| course.withdrawn_at.is_some()),
        "state": review.as_ref().map_or(State::Draft, |review| review.state),
        "note": review.as_ref().map(|review| review.note.clone()),
        "changed": !is_seen,
        "mine": mine,
        "languages": Language::ALL.map(Named::of),
        "rows": rows,
        "faults": texted.faults,
        "refused": refused,
    });
    let answer = Answer::page("desk-course", code, &data)?;
    Ok(if refused.is_some() { answer.with_status(422) } else { answer })
}

fn row(kind: &str, code: &str, drafts: &[Entry<Draft>], wanted: &[Language]) -> Value {
    let cells: Vec<Value> = Language::ALL
        .iter()
        .map(|language| {
            let part = format!("{kind}/{code}/{language}");
            let draft = drafts.iter().find(|draft| draft.body.part == part);
            json!({
                "part": part,
                "name": language.name(),
                "there": draft.is_some(),
                "voice": draft.is_some_and(|draft| draft.body.voice.is_some()),
                "missing": draft.is_none() && wanted.contains(language),
            })
        })
        .collect();
    json!({ "kind": kind, "code": code, "cells": cells })
}

/// `GET /desk/{course}/text?part=…&beside=…`
pub(crate) fn edit(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let part = request.query("part").unwrap_or("course");
    let draft = draft::find(request.parameter("course"), part)?;
    let text = draft.as_ref().map(|entry| entry.body.text.clone()).unwrap_or_default();
    let seen = draft.as_ref().map_or(0, |entry| entry.version);
    editor(request, part, &Shown { text, seen, theirs: None }, draft.as_ref())
}

/// What the editor shows.
struct Shown {
    text: String,
    /// The version that the text was made from; 0 when there was none.
    seen: u64,
    /// What somebody else wrote meanwhile.
    theirs: Option<String>,
}

fn editor(request: &Request, part: &str, shown: &Shown, draft: Option<&Entry<Draft>>) -> Result<Answer, Error> {
    let course = request.parameter("course");
    let place = Part::of(part).ok_or_else(|| Error::not_found("there is no such part"))?;
    let beside = request.query("beside").or_else(|| request.form("beside")).and_then(|tag| tag.parse().ok());
    let beside = beside.filter(|language| Some(*language) != place.language());
    let other = match beside {
        Some(language) => draft::find(course, &place.in_language(language).name())?,
        None => None,
    };
    let voice = draft.and_then(|entry| entry.body.voice.as_ref());
    let data = json!({
        "course": course,
        "part": part,
        "language": place.language(),
        "direction": place.language().map_or("ltr", Language::direction),
        "is_lesson": matches!(place, Part::Lesson(..)) && draft.is_some(),
        "text": shown.text,
        "seen": shown.seen,
        "theirs": shown.theirs,
        "faults": faults_of(place, part, &shown.text),
        "languages": Language::ALL.map(Named::of),
        "beside": beside,
        "beside_direction": beside.map(Language::direction),
        "other": other.map(|entry| entry.body.text),
        "voice": audio_view(voice)?,
        "draft": draft.map(|entry| entry.id.clone()),
    });
    Answer::page("desk-text", part, &data)
}

fn faults_of(place: Part<'_>, part: &str, words: &str) -> Vec<text::Fault> {
    if words.trim().is_empty() {
        return Vec::new();
    }
    let mut faults = Faults::of(part);
    match place {
        Part::Course => drop(text::course::read(words, &mut faults)),
        Part::Lesson(..) => drop(text::lesson::read(words, &mut faults)),
        Part::Quiz(..) => drop(text::quiz::read(words, &mut faults)),
    }
    faults.list
}

/// `POST /desk/{course}/text`: saves a text; with both texts when somebody else was faster.
pub(crate) fn save(request: &Request) -> Result<Answer, Error> {
    let by = draft::trainer()?;
    let (course, part) = (request.parameter("course"), request.form_required("part")?);
    Part::of(part).ok_or_else(|| Error::not_found("there is no such part"))?;
    let words = request.form("text").unwrap_or_default().replace("\r\n", "\n");
    if words.chars().count() > TEXT_CHARS_MAX {
        return Err(Error::invalid("the text is too long").with("field", "text"));
    }
    let seen: u64 = request.form("seen").and_then(|seen| seen.parse().ok()).unwrap_or(0);
    let found = draft::find(course, part)?;
    let version = found.as_ref().map_or(0, |entry| entry.version);
    if version != seen && found.as_ref().is_none_or(|entry| entry.body.text != words) {
        let theirs = found.as_ref().map(|entry| entry.body.text.clone());
        let shown = Shown { text: words, seen: version, theirs };
        return editor(request, part, &shown, found.as_ref()).map(|page| page.with_status(409));
    }
    let voice = found.as_ref().and_then(|entry| entry.body.voice.clone());
    let draft = Draft { course: course.to_owned(), part: part.to_owned(), text: words, by, voice };
    draft::write(found, draft)?;
    let beside = request.form("beside").filter(|tag| tag.parse::<Language>().is_ok());
    let beside = beside.map(|tag| format!("&beside={tag}")).unwrap_or_default();
    Ok(Answer::redirect(format!("/desk/{course}/text?part={part}{beside}")))
}

/// `POST /desk/{course}/voice`: the lesson read aloud by a trainer, instead of the machine's voice.
pub(crate) fn record(request: &Request) -> Result<Answer, Error> {
    let by = draft::trainer()?;
    let (course, part) = (request.parameter("course"), request.form_required("part")?);
    let mut entry = draft::find(course, part)?.ok_or_else(|| Error::not_found("there is no such text"))?;
    if !matches!(Part::of(part), Some(Part::Lesson(..))) {
        return Err(Error::invalid("only a lesson has a voice").with("field", "part"));
    }
    entry.body.voice = match request.form("voice").filter(|blob| !blob.is_empty()) {
        Some(blob) => Some(voice_of(blob)?),
        None if request.form("forget").is_some() => None,
        None => return Err(Error::invalid("no voice came").with("field", "voice")),
    };
    entry.body.by = by;
    Store::replace(&entry)?;
    Ok(Answer::redirect(format!("/desk/{course}/text?part={part}")))
}

fn voice_of(blob: &str) -> Result<Audio, Error> {
    let stat = blobs::stat(blob)?.ok_or_else(|| Error::invalid("no voice came").with("field", "voice"))?;
    if !(stat.media_type.starts_with("audio/") || stat.media_type.starts_with("video/webm")) {
        return Err(Error::invalid("this is no sound").with("field", "voice"));
    }
    let voice = Some(context::caller().name).filter(|name| !name.is_empty() && name.chars().count() <= 100);
    let seconds = ogg::seconds(&stat)?;
    Ok(Audio { file: None, blob: Some(blob.to_owned()), kind: AudioKind::Recorded, voice, seconds })
}

/// `POST /desk/{course}/review`: sends, approves, gives back, publishes, withdraws or restores.
pub(crate) fn act(request: &Request) -> Result<Answer, Error> {
    let account = draft::trainer()?;
    let code = request.parameter("course");
    let drafts = draft::all(code)?;
    let texted = publication::read(&drafts);
    let refuse = |why| page(request, code, &drafts, &texted, Some(why));
    let review = draft::review(code)?.map(|entry| entry.body);
    let is_seen = review.as_ref().is_some_and(|review| review.seen == draft::seen(&drafts));
    let state = review.as_ref().map_or(State::Draft, |review| review.state);
    match request.form("action").unwrap_or_default() {
        "send" if !texted.faults.is_empty() => return refuse("refused-faults"),
        "send" => send(code, &account, &drafts)?,
        "approve" | "return" if state != State::Review || !is_seen => return refuse("refused-changed"),
        "approve" if review.is_some_and(|review| review.authors.contains(&account)) => return refuse("refused-own"),
        "approve" => set_state(code, State::Approved, |review| review.reviewer = Some(account.clone()))?,
        "return" => {
            let note: String = request.form("note").unwrap_or_default().chars().take(2000).collect();
            set_state(code, State::Draft, |review| review.note.clone_from(&note))?;
        }
        "publish" if !texted.faults.is_empty() => return refuse("refused-faults"),
        "publish" if state != State::Approved || !is_seen => return refuse("refused-changed"),
        "publish" => {
            publication::publish(code, &texted)?;
            set_state(code, State::Published, |_| {})?;
        }
        "withdraw" => withdraw(code, Some(context::now()))?,
        "restore" => withdraw(code, None)?,
        other => return Err(Error::bad_request(format!("{other} is nothing that can be done"))),
    }
    Ok(Answer::redirect(format!("/desk/{code}")))
}

fn send(code: &str, account: &str, drafts: &[Entry<Draft>]) -> Result<(), Error> {
    let mut authors = vec![account.to_owned()];
    for draft in drafts {
        if !authors.contains(&draft.body.by) && authors.len() < AUTHORS_MAX {
            authors.push(draft.body.by.clone());
        }
    }
    set_state(code, State::Review, |review| {
        review.authors.clone_from(&authors);
        review.seen = draft::seen(drafts);
        review.reviewer = None;
        review.note.clear();
    })
}

pub(crate) fn set_state(code: &str, state: State, change: impl FnOnce(&mut Review)) -> Result<(), Error> {
    let found = draft::review(code)?;
    let mut review = found.as_ref().map_or_else(
        || Review {
            course: code.to_owned(),
            state,
            authors: Vec::new(),
            seen: String::new(),
            reviewer: None,
            note: String::new(),
            at: 0,
        },
        |entry| entry.body.clone(),
    );
    review.state = state;
    review.at = context::now();
    change(&mut review);
    match found {
        None => Store::create(&review).map(drop),
        Some(entry) => Store::replace(&Entry { body: review, ..entry }).map(drop),
    }
}

fn withdraw(code: &str, at: Option<u64>) -> Result<(), Error> {
    let mut entry = Course::find(code)?.ok_or_else(|| Error::not_found("this course is not published"))?;
    entry.body.withdrawn_at = at;
    Store::replace(&entry).map(drop)
}
