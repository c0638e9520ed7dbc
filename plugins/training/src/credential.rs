//! The credential of a certificate: what the instance signs of it (Open Badges 3.0), for those who know neither the plugin nor the platform.
//!
//! It is signed with the certificate, where the instance signs at all, or later when its holder asks. The credential itself is one of the
//! plugin's files: certificates are counted by the thousand, and stay small.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Language, Request, Shape, Store, Texts, blobs, credentials, i18n};

use crate::certificate::{self, Certificate, Level};
use crate::kinds::Course;
use crate::path;

/// What the file is.
const MEDIA_TYPE: &str = "application/vc+jwt";
/// A file that nobody keeps, asked for to learn whether files may be kept.
const NO_FILE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What the kernel takes for an achievement's name, and for what is said of it, in characters.
const NAME_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 4_000;

/// What the instance signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Signed {
    /// By which it is taken back.
    #[field(max_length = 64)]
    pub(crate) id: String,
    /// Where anybody verifies it.
    #[field(max_length = 500)]
    pub(crate) address: String,
    /// The credential itself, a compact JWT, among the plugin's files.
    #[field(max_length = 100)]
    pub(crate) file: String,
}

/// What was achieved, in the languages in which it could be learnt.
struct Achieved {
    /// Its page below the plugin's.
    page: String,
    languages: Vec<Language>,
    about: Texts,
}

/// Has the credential of a certificate signed, with words of this language first, and keeps it.
///
/// # Errors
/// `denied` without the capabilities, `unavailable` where the instance has no public address, `invalid` for a name that may be a card number.
pub(crate) fn signed(certificate: &Certificate, first: Language) -> Result<Signed, Error> {
    // Nothing is signed where it could not be kept.
    blobs::stat(NO_FILE)?;
    let credential = credentials::issue(&claims(certificate, first)?)?;
    let file = blobs::keep(MEDIA_TYPE, credential.token.as_bytes())?.id;
    Ok(Signed { id: credential.id, address: credential.address, file })
}

/// `POST /certificates/{code}/credential`: has the credential signed where that was not done, or its file is lost.
pub(crate) fn make(request: &Request) -> Result<Answer, Error> {
    let mut entry = certificate::own(request)?;
    if entry.body.taken_back.is_some() {
        return certificate::page(request, &entry, Some("certificate-gone"));
    }
    if let Some(known) = &entry.body.credential {
        if blobs::stat(&known.file)?.is_some() {
            return certificate::page(request, &entry, None);
        }
        credentials::revoke(&known.id, "Its file is lost, and another one is signed")?;
    }
    match signed(&entry.body, request.page_language()) {
        Ok(signed) => {
            entry.body.credential = Some(signed);
            Store::replace(&entry)?;
            certificate::page(request, &entry, None)
        }
        Err(error) => {
            let refused = refusal(&error).ok_or(error)?;
            certificate::page(request, &entry, Some(refused))
        }
    }
}

/// What a person is told of a refusal that they can do something about, or wait for.
fn refusal(error: &Error) -> Option<&'static str> {
    match error.code.as_str() {
        "denied" | "unavailable" => Some("credential-unavailable"),
        "invalid" => Some("credential-card"),
        _ => None,
    }
}

fn claims(certificate: &Certificate, first: Language) -> Result<Value, Error> {
    let achieved = achieved(certificate)?;
    let languages = in_order(first, &achieved.languages);
    let title = &certificate.title;
    let names: Vec<&str> = languages.iter().filter_map(|language| title.get(*language)).collect();
    let name = joined(&names, " / ", NAME_CHARS_MAX);
    let about: Vec<&str> = languages.iter().filter_map(|language| achieved.about.get(*language)).collect();
    let about = joined(&about, "\n", TEXT_CHARS_MAX);
    let rule = match certificate.level {
        Level::Module => "criteria-module",
        Level::Course => "criteria-course",
        Level::Path => "criteria-path",
    };
    let rules: Vec<String> = languages
        .iter()
        .map(|language| i18n::translate(rule, &[], Some(language.tag())))
        .collect::<Result<_, Error>>()?;
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let mut achievement = json!({
        "id": achieved.page,
        "name": name,
        "description": if about.is_empty() { &name } else { &about },
        "criteria": { "narrative": joined(&rules, "\n", TEXT_CHARS_MAX) },
        "achievementType": "CertificateOfCompletion",
    });
    if let ([language], Some(fields)) = (languages.as_slice(), achievement.as_object_mut()) {
        fields.insert("inLanguage".to_owned(), language.tag().into());
    }
    Ok(json!({ "subject": { "record": certificate.person, "name": certificate.name }, "achievement": achievement }))
}

/// What a certificate is of. Where that is gone meanwhile, the certificate's own words have to do.
fn achieved(certificate: &Certificate) -> Result<Achieved, Error> {
    let parts: Vec<&str> = certificate.of.split('/').collect();
    let gone = || Achieved { page: "/".to_owned(), languages: certificate.title.languages(), about: Texts::new() };
    match parts.as_slice() {
        ["module", course, module] => {
            let Some(course) = Course::find(course)?.map(|entry| entry.body) else { return Ok(gone()) };
            let about = each(&course.languages, |language| {
                format!("{} — {}", course.title.best(language), course.summary.best(language))
            });
            Ok(Achieved { page: format!("/courses/{}#{module}", course.code), languages: course.languages, about })
        }
        ["course", course] => {
            let Some(course) = Course::find(course)?.map(|entry| entry.body) else { return Ok(gone()) };
            let about = each(&course.languages, |language| course.summary.best(language).to_owned());
            Ok(Achieved { page: format!("/courses/{}", course.code), languages: course.languages, about })
        }
        ["path", path] => {
            let Some(path) = path::find(path)? else { return Ok(gone()) };
            let courses: Vec<Course> = path
                .courses
                .iter()
                .filter_map(|code| Course::find(code).transpose())
                .map(|course| Ok(course?.body))
                .collect::<Result<_, Error>>()?;
            let languages = path.title.languages();
            let about = each(&languages, |language| {
                let titles: Vec<&str> = courses.iter().map(|course| course.title.best(language)).collect();
                titles.join(" · ")
            });
            Ok(Achieved { page: format!("/paths#{}", path.code), languages, about })
        }
        _ => Ok(gone()),
    }
}

fn each(languages: &[Language], text: impl Fn(Language) -> String) -> Texts {
    let mut texts = Texts::new();
    for language in languages {
        texts.insert(*language, text(*language));
    }
    texts
}

/// The languages, with one of them before the others if it is among them.
fn in_order(first: Language, languages: &[Language]) -> Vec<Language> {
    let others = languages.iter().copied().filter(|language| *language != first);
    languages.iter().copied().filter(|language| *language == first).chain(others).collect()
}

/// Texts one after another, each once, as many as there is room for; the first is cut where it has none alone.
fn joined(texts: &[&str], between: &str, chars_max: usize) -> String {
    let mut all: Vec<&str> = Vec::new();
    let mut line = String::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        if line.is_empty() {
            line = text.chars().take(chars_max).collect();
        } else if !all.contains(&text)
            && line.chars().count() + between.chars().count() + text.chars().count() <= chars_max
        {
            line.push_str(between);
            line.push_str(text);
        }
        all.push(text);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_two_languages_share_stands_once() {
        assert_eq!(joined(&["حسابات", "حسابات", "Comptes"], " / ", 200), "حسابات / Comptes");
        assert_eq!(joined(&["long"], " / ", 3), "lon");
        assert_eq!(joined(&["one", "larger", "two"], "/", 8), "one/two");
    }

    #[test]
    fn the_reader_s_language_goes_first_if_it_is_there() {
        use Language::{Arabic, French, Tarifit};
        assert_eq!(in_order(French, &[Arabic, French]), [French, Arabic]);
        assert_eq!(in_order(Tarifit, &[Arabic, French]), [Arabic, French]);
    }

    proptest! {
        #[test]
        fn joined_texts_never_exceed_their_room(texts in prop::collection::vec("\\PC{0,30}", 0..8), room in 1_usize..120) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            prop_assert!(joined(&texts, " / ", room).chars().count() <= room);
        }
    }
}
