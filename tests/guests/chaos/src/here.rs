//! Where and how long the plugin runs, and what it counts.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context, telemetry};

use crate::work::Note;

pub(crate) fn instance(_: &Request) -> Result<Answer, Error> {
    let instance = context::instance();
    let address = context::address();
    Answer::json(
        &json!({ "id": instance.id, "name": instance.name, "provinces": instance.provinces, "address": address }),
    )
}

/// Looks at the time that is left, sleeps, and looks again.
pub(crate) fn deadline(_: &Request) -> Result<Answer, Error> {
    let before = context::deadline_left();
    std::thread::sleep(std::time::Duration::from_millis(30));
    let after = context::deadline_left();
    Answer::json(&json!({ "before": before.as_millis(), "after": after.as_millis() }))
}

/// Counts what the manifest declares, what it does not, and one under a wrong type.
pub(crate) fn metrics(_: &Request) -> Result<Answer, Error> {
    telemetry::count("steps", 2);
    telemetry::observe("length", 7.5);
    telemetry::observe("length", f64::NAN);
    telemetry::count("length", 1);
    for number in 0..1_000 {
        telemetry::count(&format!("undeclared-{number}"), 1);
    }
    Answer::json(&"counted")
}

/// How many notes there are before and after one is written, and what is answered to a question that no index answers.
pub(crate) fn count(request: &Request) -> Result<Answer, Error> {
    let all = || Store::<Note>::count(&Find::new());
    let before = all()?;
    let text = request.form_required("text")?;
    Store::create(&Note { text: text.to_owned() })?;
    let same = Store::<Note>::count(&Find::new().equal(Note::TEXT, text))?;
    let unanswered = Store::<Note>::count(&Find::new().text("a")).map_err(|error| error.code).err();
    Answer::json(&json!({ "before": before, "after": all()?, "same": same, "unanswered": unanswered }))
}
