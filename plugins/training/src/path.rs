//! Paths: several courses one after another, as a trainer puts them together. Who has completed them all has completed the path.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Kind, Language, Request, Store, Texts};

use crate::kinds::{CODE, Course, Enrolment};
use crate::{catalogue, content, draft};

/// The paths that a page lists at most.
const PATHS_MAX: u32 = 50;
const COURSES_MAX: usize = 12;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", read("public"), create("plugin"), change("plugin"), delete("role:trainer"))]
#[kind(title(ar = "مسار", fr = "Parcours"), purpose = "Courses that belong together, open to all.")]
#[kind(retention = "Kept until replaced by a trainer.")]
pub(crate) struct Path {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 400))]
    pub(crate) title: Texts,
    #[field(min_items = 1, max_items = 12, unique_items, each(pattern = CODE))]
    pub(crate) courses: Vec<String>,
}

#[derive(Form)]
struct NewPath {
    #[field(min_length = 1, max_length = 32)]
    code: String,
    #[field(min_length = 1, max_length = 400)]
    title: String,
    language: Language,
    #[field(min_items = 1, max_items = 12)]
    courses: Vec<String>,
}

/// All paths.
pub(crate) fn all() -> Result<Vec<Path>, Error> {
    Ok(Store::list(&Find::<Path>::new().limit(PATHS_MAX))?.items.into_iter().map(|entry| entry.body).collect())
}

pub(crate) fn find(code: &str) -> Result<Option<Path>, Error> {
    Ok(Store::first(&Find::new().equal(Path::CODE, code))?.map(|entry: Entry<Path>| entry.body))
}

impl Path {
    /// Whether each of its courses is completed.
    pub(crate) fn is_completed(&self, enrolments: &[Enrolment]) -> bool {
        let is_done = |course: &String| {
            enrolments.iter().any(|enrolment| enrolment.course == *course && enrolment.completed_at.is_some())
        };
        self.courses.iter().all(is_done)
    }
}

/// `GET /paths`
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let enrolments = catalogue::enrolments()?;
    let courses: Vec<Course> =
        Store::list(&Find::new().sort(Course::ORDER).limit(100))?.items.into_iter().map(|entry| entry.body).collect();
    let course_view = |code: &String| {
        let title = courses.iter().find(|course| course.code == *code).map(|course| course.title.best(language));
        let done = enrolments.iter().any(|each| each.course == *code && each.completed_at.is_some());
        json!({ "code": code, "title": title.unwrap_or(code), "done": done })
    };
    let paths: Vec<Value> = all()?
        .iter()
        .map(|path| {
            json!({
                "code": path.code,
                "title": path.title.best(language),
                "courses": path.courses.iter().map(course_view).collect::<Vec<_>>(),
                "completed": path.is_completed(&enrolments),
            })
        })
        .collect();
    let offered: Vec<Value> =
        courses.iter().map(|course| json!({ "code": course.code, "title": course.title.best(language) })).collect();
    let data = json!({ "paths": paths, "courses": offered, "trainer": draft::trainer().is_ok() });
    Answer::page("paths", "", &data)
}

/// `POST /paths`: makes a path, or gives one another title or other courses.
pub(crate) fn write(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let new: NewPath = request.read_form()?;
    if !crate::text::is_code(&new.code) || new.courses.len() > COURSES_MAX {
        return Err(Error::invalid("a code has small letters, digits and hyphens").with("field", "code"));
    }
    for course in &new.courses {
        Course::demand(course)?;
    }
    let mut title = find(&new.code)?.map(|path| path.title).unwrap_or_default();
    title.insert(new.language, new.title);
    let by_code = Find::new().equal(Path::CODE, new.code.as_str());
    content::put(&by_code, &Path { code: new.code.clone(), title, courses: new.courses })?;
    Ok(Answer::redirect("/paths"))
}
