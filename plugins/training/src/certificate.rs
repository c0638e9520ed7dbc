//! Certificates of a module, a course and a path: as PDF with a code, which anybody can check.
//!
//! The code in the address is the record's id, which nobody can guess. Whoever has it sees what the paper says, and no more. A paper is set
//! once for each language, and linked from then on.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{
    Answer, Entry, Error, Find, Kind, Language, Request, Shape, Store, Texts, blobs, config, context, documents,
};

use crate::credential::{self, Signed};
use crate::kinds::{Course, Enrolment};
use crate::learner::{self, Holder};
use crate::taking_back::TakenBack;
use crate::{catalogue, draft, edition, enrolment, path};

/// The certificates that a page lists at most.
const CERTIFICATES_MAX: u32 = 100;
/// How long the link to the paper is good.
const LINK_TIME: Duration = Duration::from_secs(3_600);

/// What somebody has completed, as it was called then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(person, of))]
#[kind(read("own", "plugin", "role:trainer"), create("plugin:own"), change("plugin"))]
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
    /// What the programme counts of its holder; certificates from before it was noted have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(class = "personal")]
    pub(crate) holder: Option<Holder>,
    /// What the instance signed of it; none where it signs nothing, or has not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<Signed>,
    /// As PDF, in the languages in which it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 7)]
    pub(crate) papers: Vec<Paper>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taken_back: Option<TakenBack>,
}

/// A certificate as it was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Paper {
    pub(crate) language: Language,
    /// The address that it prints; another one needs another paper.
    #[serde(default)]
    #[field(max_length = 500)]
    pub(crate) address: String,
    /// Among the plugin's files.
    #[field(max_length = 100)]
    pub(crate) file: String,
}

/// What one can be certified to have completed, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Module,
    Course,
    Path,
}

/// Something that the caller has completed.
pub(crate) struct Earned {
    of: String,
    pub(crate) level: Level,
    pub(crate) title: Texts,
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
            "taken_back": entry.is_some_and(|entry| entry.body.taken_back.is_some()),
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
    let enrolments = catalogue::enrolments()?;
    let earned = earned_of(&enrolments)?
        .into_iter()
        .find(|earned| earned.of == of)
        .ok_or_else(|| Error::denied("this is not completed"))?;
    let holder = learner::holder(&person, &enrolments)?;
    let mut certificate = Certificate {
        person,
        of: earned.of,
        level: earned.level,
        name: context::caller().name.chars().take(200).collect(),
        title: earned.title,
        at: context::now(),
        holder: Some(holder),
        credential: None,
        papers: Vec::new(),
        taken_back: None,
    };
    // The certificate is good without it; its holder may ask for it later, and is then told why there is none.
    certificate.credential = credential::signed(&certificate, request.page_language()).ok();
    let entry = Store::create(&certificate)?;
    Ok(Answer::redirect(format!("/certificates/{}", entry.id)))
}

/// `GET /certificates/{code}`: what a certificate says, for everybody who has its code.
pub(crate) fn verify(request: &Request) -> Result<Answer, Error> {
    page(request, &demand(request)?, None)
}

/// `POST /certificates/{code}`: the certificate as PDF, for its holder.
pub(crate) fn print(request: &Request) -> Result<Answer, Error> {
    let mut entry = own(request)?;
    if entry.body.taken_back.is_some() {
        return page(request, &entry, Some("certificate-gone"));
    }
    let language = request.page_language();
    let address = printed(&entry, language)?;
    let known = paper(&entry.body, language, &address).map(|paper| blobs::stat(&paper.file)).transpose()?.flatten();
    if known.is_none() {
        let file = set(&entry, language, &address)?;
        entry.body.papers.retain(|paper| paper.language != language);
        entry.body.papers.push(Paper { language, address, file });
        Store::replace(&entry)?;
    }
    page(request, &entry, None)
}

fn set(entry: &Entry<Certificate>, language: Language, address: &str) -> Result<String, Error> {
    let certificate = &entry.body;
    let data = json!({
        "name": certificate.name,
        "title": certificate.title.best(language),
        "level": certificate.level,
        "at": certificate.at,
        "instance": context::instance().name,
        "code": entry.id,
        "address": address,
    });
    documents::make("certificate", language, &data)
}

fn paper<'a>(certificate: &'a Certificate, language: Language, address: &str) -> Option<&'a Paper> {
    certificate.papers.iter().find(|paper| paper.language == language && paper.address == address)
}

/// Where whoever holds the paper checks it: on the certificate's page, or on that of its credential where nobody has said where the plugin
/// is. Without either the paper has the code only: a picture that leads nowhere proves nothing.
fn printed(entry: &Entry<Certificate>, language: Language) -> Result<String, Error> {
    let own = config::get::<String>("address")?;
    let home = if own.is_empty() { context::address().unwrap_or_default() } else { own };
    Ok(match home.trim_end_matches('/') {
        "" => entry.body.credential.as_ref().map(|signed| signed.address.clone()).unwrap_or_default(),
        home => format!("{home}/{language}/p/training/certificates/{}", entry.id),
    })
}

/// The page of a certificate; what was refused goes before it.
pub(crate) fn page(
    request: &Request,
    entry: &Entry<Certificate>,
    refused: Option<&'static str>,
) -> Result<Answer, Error> {
    let (certificate, language) = (&entry.body, request.page_language());
    let caller = context::caller().person;
    let is_mine = caller.is_some() && caller.as_deref() == Some(certificate.person.as_str());
    let is_trainer = draft::trainer().is_ok();
    let good = certificate.taken_back.is_none() && is_mine;
    let printed = printed(entry, language)?;
    let paper = paper(certificate, language, &printed).filter(|_| good);
    let file = certificate.credential.as_ref().map(|signed| signed.file.as_str()).filter(|_| good);
    let why = certificate.taken_back.as_ref().filter(|_| is_mine || is_trainer);
    let data = json!({
        "code": entry.id,
        "name": certificate.name,
        "title": certificate.title.best(language),
        "level": certificate.level,
        "at": certificate.at,
        "instance": context::instance().name,
        "mine": is_mine,
        "trainer": is_trainer,
        "taken_back": certificate.taken_back.as_ref().map(|taken| taken.at),
        "why": why.map(|taken| taken.reason.as_str()),
        "credential": certificate.credential.as_ref().map(|signed| signed.address.as_str()),
        "file": file.and_then(|file| link(file, "credential")),
        "link": paper.and_then(|paper| link(&paper.file, "certificate")),
        "refused": refused,
    });
    let answer = Answer::page("certificate", "", &data)?;
    Ok(if refused.is_some() { answer.with_status(422) } else { answer })
}

/// A link to a file under a name; none when it is no longer there and must be made again.
fn link(file: &str, name: &str) -> Option<String> {
    documents::link(file, LINK_TIME, name).or_else(|_| blobs::link(file, LINK_TIME)).ok()
}

/// The certificate with the code in the address.
pub(crate) fn demand(request: &Request) -> Result<Entry<Certificate>, Error> {
    let id: tiwizi_sdk::RecordId = request.read_parameter("code")?;
    Store::get(id.as_str())?.ok_or_else(|| Error::not_found("there is no such certificate"))
}

/// The same, if it is the caller's.
pub(crate) fn own(request: &Request) -> Result<Entry<Certificate>, Error> {
    let entry = demand(request)?;
    if entry.body.person != person()? {
        return Err(Error::denied("this certificate is somebody else's"));
    }
    Ok(entry)
}

fn person() -> Result<String, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    caller.person.ok_or_else(|| Error::denied("this account belongs to no person of the register"))
}

/// The modules that the caller has completed, as `course/module`.
///
/// # Errors
/// When the store fails.
pub(crate) fn modules_completed() -> Result<Vec<String>, Error> {
    let module = |earned: Earned| earned.of.strip_prefix("module/").map(str::to_owned);
    Ok(earned()?.into_iter().filter_map(module).collect())
}

/// All that the caller has completed.
fn earned() -> Result<Vec<Earned>, Error> {
    earned_of(&catalogue::enrolments()?)
}

/// All that the caller has completed, by their enrolments.
///
/// # Errors
/// When the store fails.
pub(crate) fn earned_of(enrolments: &[Enrolment]) -> Result<Vec<Earned>, Error> {
    let mut earned = Vec::new();
    for enrolment in enrolments.iter().filter(|enrolment| !enrolment.modules_done.is_empty()) {
        let Some(newest) = Course::find(&enrolment.course)?.map(|entry| entry.body) else { continue };
        let course = edition::of_version(newest, enrolment.version.unwrap_or(1))?;
        earned.extend(of_course(&course, enrolment));
    }
    for path in path::all()? {
        if path.is_completed(enrolments) {
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
