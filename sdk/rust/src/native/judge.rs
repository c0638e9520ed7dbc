//! What the kernel would not pass on of an answer.

use serde_json::Value;

use super::json::check_exact;
use super::memory::Memory;
use crate::{Answer, Error};

/// Refuses an answer in whose place the kernel would show that the plugin failed.
pub(super) fn answer(answer: &Answer) -> Result<(), Error> {
    match answer {
        Answer::Page { status, template: name, data, .. } => {
            fits(*status).and_then(|()| template(name)).and_then(|()| json("data", data))
        }
        Answer::Json { status, body } => fits(*status).and_then(|()| json("document", body)),
        Answer::Redirect(path) if !is_path_below(path) => {
            Err(failed(&format!("it redirects to {path}, which is no plain path below the plugin")))
        }
        Answer::File(path) if !Memory::with(|memory| memory.assets.contains(path)) => {
            Err(failed(&format!("the bundle holds no asset {path}; native::add_asset says which there are")))
        }
        Answer::Redirect(_) | Answer::File(_) | Answer::Problem(_) => Ok(()),
    }
}

/// Refuses JSON that other programs would read in another way.
pub(super) fn json(part: &str, value: &Value) -> Result<(), Error> {
    check_exact(value).map_err(|fault| failed(&format!("its {part} is not acceptable JSON: {fault}")))
}

/// Refuses a template that the manifest does not list. One that lists none is not asked.
pub(super) fn template(name: &str) -> Result<(), Error> {
    let is_missing = Memory::with(|memory| {
        memory.templates.as_ref().is_some_and(|templates| !templates.iter().any(|listed| listed == name))
    });
    if is_missing { Err(failed(&format!("the bundle holds no template {name}"))) } else { Ok(()) }
}

/// Whether a path stays below the plugin: one slash at its beginning, printable ASCII, no step upwards.
pub(super) fn is_path_below(location: &str) -> bool {
    let path = location.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    location.starts_with('/')
        && !location.starts_with("//")
        && location.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'))
        && path.split('/').all(|part| !matches!(part, "." | ".."))
}

fn fits(status: u16) -> Result<(), Error> {
    // A redirection has its own answer, and 204 and 205 have no body.
    let is_bodiless = (300..=399).contains(&status) || matches!(status, 204 | 205);
    if (200..=599).contains(&status) && !is_bodiless {
        return Ok(());
    }
    Err(failed(&format!("its status {status} does not fit such an answer")))
}

fn failed(fault: &str) -> Error {
    Error::new(502, "plugin-failed", format!("the plugin's answer is not acceptable: {fault}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ui::{Fragment, Slot};
    use crate::{Answer, Error, Plugin, Request, kv, native};

    struct Careless;

    impl Plugin for Careless {
        fn handle(request: &Request) -> Result<Answer, Error> {
            kv::increment("answers", 1)?;
            match request.path.as_str() {
                "/home" => Answer::page("home", "Home", &json!({})),
                "/number" => Answer::page("home", "Home", &json!({ "count": 1_u64 << 53 })),
                "/other" => Answer::page("hone", "Home", &json!({})),
                "/guide" => Ok(Answer::File("audio/guide.opus".to_owned())),
                "/song" => Ok(Answer::File("audio/song.opus".to_owned())),
                "/status" => Ok(Answer::page("home", "Home", &json!({}))?.with_status(304)),
                path => Ok(Answer::redirect(path)),
            }
        }

        fn render(_: &Slot) -> Result<Option<Fragment>, Error> {
            Fragment::new("hone", "", &json!({})).map(Some)
        }
    }

    #[test]
    fn an_answer_that_the_kernel_would_not_pass_on_is_a_problem_and_its_writes_are_gone() {
        native::start(r#"{ "capabilities": [{ "name": "kv" }], "templates": ["home"] }"#);
        native::add_asset("audio/guide.opus");
        for path in ["/home", "/guide", "/notes?page=2#end"] {
            assert!(!matches!(native::call::<Careless>(&Request::get(path)), Answer::Problem(_)), "{path}");
        }
        for path in ["/number", "/other", "/song", "/status", "//evil.example.org/", "/a/%2e%2e/b"] {
            let answer = native::call::<Careless>(&Request::get(path));
            assert!(matches!(&answer, Answer::Problem(error) if error.is("plugin-failed")), "{path}: {answer:?}");
        }
        assert_eq!(kv::get::<i64>("answers").unwrap(), Some(3));
        assert!(native::render::<Careless>("home", &json!({})).unwrap_err().is("plugin-failed"));
    }
}
