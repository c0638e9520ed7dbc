//! Drafts, review by another, publication and withdrawal, through the desk's routes.

use serde_json::json;
use tiwizi_sdk::{Answer, Caller, CallerKind, Request, native};

use crate::tests::{LEARNER, call, installed, page, redirect};

pub(crate) fn as_trainer(account: &str) {
    native::become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(account.to_owned()),
        person: None,
        name: account.to_owned(),
        roles: vec!["trainer".to_owned()],
    });
}

const COURSE: &str = "---\nlanguages: fr\ntitle.fr: Miel\nsummary.fr: Le miel.\n---\n## m1\ntitle.fr: Un\nlessons: m1-l1\nquiz: m1-q\npass: 1\n";
const LESSON: &str = "---\ntitle: Récolter\ndraft: no\n---\nOn récolte.\n";
const QUIZ: &str = "---\ndraft: no\n---\n## q1\nQui ?\n- [x] a: l’abeille\n- [ ] b: la mouche\n";

fn save(part: &str, text: &str, seen: &str) -> Answer {
    call(&Request::post("/desk/honey/text", &[("part", part), ("text", text), ("seen", seen)]))
}

fn act(action: &str) -> Answer {
    call(&Request::post("/desk/honey/review", &[("action", action)]))
}

fn written() {
    installed();
    as_trainer("amina");
    redirect(&Request::post("/desk", &[("code", "honey")]));
    for (part, text, seen) in [("course", COURSE, "1"), ("lesson/m1-l1/fr", LESSON, "0"), ("quiz/m1-q/fr", QUIZ, "0")] {
        assert!(matches!(save(part, text, seen), Answer::Redirect(_)), "{part}");
    }
}

fn refused(answer: Answer) -> String {
    let Answer::Page { status: 422, data, .. } = answer else { panic!("{answer:?}") };
    data["refused"].as_str().unwrap().to_owned()
}

#[test]
fn a_course_is_published_after_another_trainer_has_read_it() {
    written();
    assert_eq!(refused(act("publish")), "refused-changed");
    assert!(matches!(act("send"), Answer::Redirect(_)));
    assert_eq!(refused(act("approve")), "refused-own");
    as_trainer("karim");
    assert!(matches!(act("approve"), Answer::Redirect(_)));
    assert!(matches!(act("publish"), Answer::Redirect(_)));
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get("/courses/honey/lessons/m1-l1"));
    assert_eq!(data["lesson"]["title"], "Récolter");
    let answer = call(&Request::post("/courses/honey/quizzes/m1-q", &[("q1", "a")]));
    assert!(matches!(answer, Answer::Redirect(_)), "{answer:?}");
    assert_eq!(native::bodies("attempt")[0]["passed"], true);
}

#[test]
fn a_text_that_changes_after_it_was_read_is_read_again() {
    written();
    act("send");
    as_trainer("karim");
    act("approve");
    save("lesson/m1-l1/fr", &LESSON.replace("On", "Elle"), "1");
    assert_eq!(refused(act("publish")), "refused-changed");
    act("send");
    assert_eq!(refused(act("approve")), "refused-own");
    as_trainer("amina");
    assert_eq!(refused(act("approve")), "refused-own");
    as_trainer("said");
    act("approve");
    assert!(matches!(act("publish"), Answer::Redirect(_)));
}

#[test]
fn opening_a_course_undoes_no_review() {
    written();
    act("send");
    as_trainer("karim");
    redirect(&Request::post("/desk", &[("code", "honey")]));
    assert!(matches!(act("approve"), Answer::Redirect(_)));
    redirect(&Request::post("/desk", &[("code", "honey")]));
    assert!(matches!(act("publish"), Answer::Redirect(_)));
    redirect(&Request::post("/desk", &[("code", "honey")]));
    assert_eq!(page(&Request::get("/desk/honey")).1["state"], "draft");
}

#[test]
fn a_quiz_without_a_right_answer_is_not_published() {
    written();
    save("quiz/m1-q/fr", &QUIZ.replace("[x]", "[ ]"), "1");
    assert_eq!(refused(act("send")), "refused-faults");
    let (_, data) = page(&Request::get("/desk/honey"));
    assert_eq!(
        data["faults"],
        json!([{ "part": "quiz/m1-q/fr", "line": 4, "message": "fault-no-right", "what": "q1" }])
    );
}

#[test]
fn what_is_missing_in_a_language_is_named() {
    written();
    save("course", &COURSE.replace("languages: fr", "languages: fr, shi"), "2");
    let (_, data) = page(&Request::get("/desk/honey"));
    let missing: Vec<_> = data["faults"].as_array().unwrap().iter().map(|fault| fault["what"].clone()).collect();
    assert_eq!(missing, [json!("lesson/m1-l1/shi"), json!("quiz/m1-q/shi")]);
    assert_eq!(data["rows"][0]["cells"][4]["missing"], true);
}

#[test]
fn who_saves_over_another_s_text_is_shown_both() {
    written();
    as_trainer("karim");
    assert!(matches!(save("lesson/m1-l1/fr", "the first", "1"), Answer::Redirect(_)));
    as_trainer("amina");
    let Answer::Page { status: 409, data, .. } = save("lesson/m1-l1/fr", "the second", "1") else { panic!("stale") };
    assert_eq!((&data["text"], &data["theirs"], &data["seen"]), (&json!("the second"), &json!("the first"), &json!(2)));
    assert!(matches!(save("lesson/m1-l1/fr", "both", "2"), Answer::Redirect(_)));
}

#[test]
fn a_published_course_is_opened_changed_and_published_beside_the_first() {
    installed();
    native::as_member(LEARNER);
    call(&Request::post("/courses/founding/enrol", &[]));
    as_trainer("amina");
    redirect(&Request::post("/desk", &[("code", "founding")]));
    let (_, data) = page(&Request::get("/desk/founding"));
    assert_eq!(data["faults"], json!([]));
    let (_, data) = page(&Request::get("/desk/founding/text").with_query("part", "lesson/m1-l1/fr"));
    let text = data["text"].as_str().unwrap().replace("Une entreprise qui appartient", "Entreprise qui appartient");
    let form = [("part", "lesson/m1-l1/fr"), ("text", text.as_str()), ("seen", "1")];
    redirect(&Request::post("/desk/founding/text", &form));
    redirect(&Request::post("/desk/founding/review", &[("action", "send")]));
    as_trainer("karim");
    redirect(&Request::post("/desk/founding/review", &[("action", "approve")]));
    redirect(&Request::post("/desk/founding/review", &[("action", "publish")]));
    let title = || {
        let (_, data) = page(&Request::get("/courses/founding/lessons/m1-l1"));
        data["lesson"]["title"].as_str().unwrap().to_owned()
    };
    assert!(title().starts_with("Entreprise"));
    native::as_member(LEARNER);
    assert!(title().starts_with("Une entreprise"));
    as_trainer("amina");
    redirect(&Request::post("/desk/founding/review", &[("action", "withdraw")]));
    native::as_public();
    assert_eq!(page(&Request::get("/courses/founding")).1["withdrawn"], true);
}

#[test]
fn a_recorded_voice_goes_before_the_machine_s() {
    written();
    let voice = native::call::<Keeping>(&Request::post("/", &[]));
    let Answer::Redirect(blob) = voice else { panic!("{voice:?}") };
    let form = [("part", "lesson/m1-l1/fr"), ("voice", blob.trim_start_matches('/'))];
    redirect(&Request::post("/desk/honey/voice", &form));
    act("send");
    as_trainer("karim");
    act("approve");
    act("publish");
    let (_, data) = page(&Request::get("/courses/honey/lessons/m1-l1"));
    assert_eq!(data["lesson"]["audio"]["kind"], "recorded");
    assert!(data["lesson"]["audio"]["link"].is_string());
    assert_eq!(native::used().of("blobs"), 1, "one link for one voice");
}

/// A plugin of the same manifest that keeps what a form brings.
struct Keeping;

impl tiwizi_sdk::Plugin for Keeping {
    fn handle(_: &Request) -> Result<Answer, tiwizi_sdk::Error> {
        Ok(Answer::redirect(format!("/{}", tiwizi_sdk::blobs::keep("audio/webm", b"a voice")?.id)))
    }
}

#[test]
fn a_pasted_folder_becomes_drafts_or_tells_every_fault() {
    written();
    let folder = format!("=== course.md\n{COURSE}=== lessons/m1-l1.fr.md\n{LESSON}=== quizzes/m1-q.fr.md\n{QUIZ}");
    let import = |pasted: &str| call(&Request::post("/desk/honey/import", &[("pasted", pasted)]));
    assert!(matches!(import(&folder), Answer::Redirect(_)));
    let wrong = folder.replace("[x]", "[ ]").replace("draft: no", "audio: none.opus") + "=== other.md\n";
    let Answer::Page { status: 422, data, .. } = import(&wrong) else { panic!("it is wrong") };
    let faults: Vec<_> =
        data["faults"].as_array().unwrap().iter().map(|fault| (fault["part"].clone(), fault["line"].clone())).collect();
    let at = |path: &str, line: u32| (json!(path), json!(line));
    assert_eq!(
        faults,
        [
            at("other.md", 0),
            at("quizzes/m1-q.fr.md", 2),
            at("quizzes/m1-q.fr.md", 4),
            at("lessons/m1-l1.fr.md", 3),
            at("quizzes/m1-q.fr.md", 2),
        ]
    );
}

#[test]
fn a_zip_with_its_media_becomes_drafts() {
    use std::io::Write as _;
    written();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let lesson = LESSON.replace("draft: no", "draft: no\naudio: m1-l1.fr.opus");
    for (path, content) in [
        ("honey/course.md", COURSE.as_bytes()),
        ("honey/lessons/m1-l1.fr.md", lesson.as_bytes()),
        ("honey/lessons/m1-l1.fr.opus", b"OggS"),
        ("honey/quizzes/m1-q.fr.md", QUIZ.as_bytes()),
    ] {
        zip.start_file(path, options).unwrap();
        zip.write_all(content).unwrap();
    }
    ARCHIVE.set(zip.finish().unwrap().into_inner());
    let Answer::Redirect(blob) = native::call::<Archiving>(&Request::post("/", &[])) else { panic!("it is kept") };
    redirect(&Request::post("/desk/honey/import", &[("archive", blob.trim_start_matches('/'))]));
    let (_, data) = page(&Request::get("/desk/honey/text").with_query("part", "lesson/m1-l1/fr"));
    assert!(data["text"].as_str().unwrap().contains("audio: blob:"), "{data}");
}

#[test]
fn a_folder_that_is_more_than_one_call_can_write_is_refused() {
    written();
    let pictures: String = (0..82).map(|number| format!("=== pictures/p{number}.png\nx\n")).collect();
    let import = |pictures: &str| {
        let folder = format!("=== course.md\n{COURSE}{pictures}");
        call(&Request::post("/desk/honey/import", &[("pasted", folder.as_str())]))
    };
    let Answer::Page { status: 422, data, .. } = import(&(pictures.clone() + "=== q.png\nx\n")) else {
        panic!("it is too much")
    };
    assert_eq!(data["faults"][0]["message"], "fault-large");
    assert!(matches!(import(&pictures), Answer::Redirect(_)));
}

thread_local! {
    static ARCHIVE: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// A plugin of the same manifest that keeps an archive as a form brings it.
struct Archiving;

impl tiwizi_sdk::Plugin for Archiving {
    fn handle(_: &Request) -> Result<Answer, tiwizi_sdk::Error> {
        let blob = tiwizi_sdk::blobs::keep("application/zip", &ARCHIVE.take())?;
        Ok(Answer::redirect(format!("/{}", blob.id)))
    }
}

#[test]
fn the_desk_is_for_trainers() {
    installed();
    for path in ["/desk", "/desk/founding", "/desk/founding/text"] {
        native::as_public();
        assert!(matches!(call(&Request::get(path)), Answer::Problem(error) if error.status == 401), "{path}");
        native::as_member(LEARNER);
        assert!(matches!(call(&Request::get(path)), Answer::Problem(error) if error.status == 403), "{path}");
    }
}
