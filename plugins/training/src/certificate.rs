//! Certificates of a module, a course and a path: as PDF with a code, which anybody can check.
//!
//! The code in the address is the record's id, which nobody can guess. Whoever has it sees what the paper says, and no more.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Kind, Request, Shape, Store, Texts, config, context, documents};

use crate::kinds::{Course, Enrolment};
use crate::{catalogue, edition, enrolment, path};

/// The certificates that a page lists at most.
const CERTIFICATES_MAX: u32 = 100;
/// How long the link to the paper is good.
const LINK_TIME: Duration = Duration::from_secs(3_600);

/// What somebody has completed, as it was called then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(person, of), read("own", "plugin", "role:trainer"), create("plugin:own"))]
#[kind(title(ar = "شهادة", fr = "Attestation"), purpose = "To prove what a person has learnt to whom they show it.")]
#[kind(retention = "Until the person asks for its erasure.")]
pub(crate) struct Certificate {
    #[serde(default)]
    #[field(subject, required, class = "personal")]
    pub(crate) person: String,
    /// `module/COURSE/MODULE`, `course/COURSE` or `path/PATH`.
    #[field(max_length = 90, pattern = "^(module/[a-z0-9-]+/[a-z0-9-]+|(course|path)/[a-z0-9-]+)$")]
    pub(crate) of: String,
    pub(crate) level: Level,
    /// As the account was called.
    #[field(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    #[field(each(max_length = 400))]
    pub(crate) title: Texts,
    /// Milliseconds since 1970, UTC.
    pub(crate) at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Module,
    Course,
    Path,
}

/// Something that the caller has completed.
struct Earned {
    of: String,
    level: Level,
    title: Texts,
}

/// `GET /certificates`
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let person = person()?;
    let language = request.page_language();
    let given = Store::list(&Find::new().equal(Certificate::PERSON, person).limit(CERTIFICATES_MAX))?.items;
    let view = |earned: &Earned| {
        let entry = given.iter().find(|entry| entry.body.of == earned.of);
        json!({
            "of": earned.of,
            "level": earned.level,
            "title": earned.title.best(language),
            "id": entry.map(|entry| entry.id.clone()),
        })
    };
    let earned: Vec<Value> = earned()?.iter().map(view).collect();
    Answer::page("certificates", "", &json!({ "certificates": earned }))
}

/// `POST /certificates`: gives the certificate of something completed, once.
pub(crate) fn give(request: &Request) -> Result<Answer, Error> {
    let person = person()?;
    let of = request.form_required("of")?;
    let known = Store::first(&Find::new().equal(Certificate::PERSON, person.as_str()).equal(Certificate::OF, of))?;
    if let Some(entry) = known {
        return Ok(Answer::redirect(format!("/certificates/{}", entry.id)));
    }
    let earned =
        earned()?.into_iter().find(|earned| earned.of == of).ok_or_else(|| Error::denied("this is not completed"))?;
    let entry = Store::create(&Certificate {
        person,
        of: earned.of,
        level: earned.level,
        name: context::caller().name.chars().take(200).collect(),
        title: earned.title,
        at: context::now(),
    })?;
    Ok(Answer::redirect(format!("/certificates/{}", entry.id)))
}

/// `GET /certificates/{code}`: what a certificate says, for everybody who has its code.
pub(crate) fn verify(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    page(request, &entry, None)
}

/// `POST /certificates/{code}`: the certificate as PDF, for its holder.
pub(crate) fn print(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    if entry.body.person != person()? {
        return Err(Error::denied("this certificate is somebody else's"));
    }
    let language = request.page_language();
    let certificate = &entry.body;
    // Without its address the paper has the code only: a picture that leads nowhere proves nothing.
    let own = config::get::<String>("address")?;
    let home = if own.is_empty() { context::address().unwrap_or_default() } else { own };
    let address = match home.trim_end_matches('/') {
        "" => String::new(),
        home => format!("{home}/{language}/p/training/certificates/{}", entry.id),
    };
    let data = json!({
        "name": certificate.name,
        "title": certificate.title.best(language),
        "level": certificate.level,
        "at": certificate.at,
        "instance": context::instance().name,
        "code": entry.id,
        "address": address,
    });
    let id = documents::make("certificate", language, &data)?;
    let link = documents::link(&id, LINK_TIME, "certificate")?;
    page(request, &entry, Some(link))
}

fn page(request: &Request, entry: &Entry<Certificate>, link: Option<String>) -> Result<Answer, Error> {
    let certificate = &entry.body;
    let caller = context::caller().person;
    let data = json!({
        "code": entry.id,
        "name": certificate.name,
        "title": certificate.title.best(request.page_language()),
        "level": certificate.level,
        "at": certificate.at,
        "instance": context::instance().name,
        "mine": caller.is_some() && caller.as_deref() == Some(certificate.person.as_str()),
        "link": link,
    });
    Answer::page("certificate", "", &data)
}

fn demand(request: &Request) -> Result<Entry<Certificate>, Error> {
    let id: tiwizi_sdk::RecordId = request.read_parameter("code")?;
    Store::get(id.as_str())?.ok_or_else(|| Error::not_found("there is no such certificate"))
}

fn person() -> Result<String, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    caller.person.ok_or_else(|| Error::denied("this account belongs to no person of the register"))
}

/// All that the caller has completed.
fn earned() -> Result<Vec<Earned>, Error> {
    let enrolments = catalogue::enrolments()?;
    let mut earned = Vec::new();
    for enrolment in enrolments.iter().filter(|enrolment| !enrolment.modules_done.is_empty()) {
        let Some(newest) = Course::find(&enrolment.course)?.map(|entry| entry.body) else { continue };
        let course = edition::of_version(newest, enrolment.version.unwrap_or(1))?;
        earned.extend(of_course(&course, enrolment));
    }
    for path in path::all()? {
        if path.is_completed(&enrolments) {
            earned.push(Earned { of: format!("path/{}", path.code), level: Level::Path, title: path.title });
        }
    }
    Ok(earned)
}

fn of_course(course: &Course, enrolment: &Enrolment) -> Vec<Earned> {
    let done = course.modules.iter().filter(|module| enrolment::is_done(enrolment, module));
    let mut earned: Vec<Earned> = done
        .map(|module| Earned {
            of: format!("module/{}/{}", course.code, module.code),
            level: Level::Module,
            title: module.title.clone(),
        })
        .collect();
    if enrolment.completed_at.is_some() {
        let (of, title) = (format!("course/{}", course.code), course.title.clone());
        earned.push(Earned { of, level: Level::Course, title });
    }
    earned
}
