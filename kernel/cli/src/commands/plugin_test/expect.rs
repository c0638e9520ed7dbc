//! Whether what came is what was expected: each difference with its place.

use serde_json::Value;
use tiwizi_host::{Answer, Outcome};
use tiwizi_server::InsideReply;

use super::case::{Expect, Work};
use super::stage::Cost;

/// The first status that says that a step did not end well.
const REFUSED: u16 = 400;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// What was looked at: `status`, `data/notes/0/text`.
    pub(super) place: String,
    pub(super) expected: String,
    pub(super) came: String,
}

impl Difference {
    pub(super) fn new(place: impl Into<String>, expected: impl Into<String>, came: impl Into<String>) -> Self {
        Self { place: place.into(), expected: expected.into(), came: came.into() }
    }
}

/// What an answer has that data can be expected of.
pub(super) fn data_of(answer: Option<&Answer>) -> Option<&Value> {
    match answer? {
        Answer::Page { data, .. } => Some(data),
        Answer::Json { body, .. } => Some(body),
        Answer::Problem { details, .. } => Some(details),
        Answer::Redirect { .. } | Answer::Asset { .. } => None,
    }
}

/// Compares an answer.
pub(super) fn compare(expect: &Expect, reply: &InsideReply) -> Vec<Difference> {
    let mut found = Vec::new();
    let answer = reply.answer.as_ref();
    compare_status(expect, reply, &mut found);
    let mut text = |place: &str, expected: &Option<String>, came: Option<&str>| {
        let Some(expected) = expected else { return };
        if came != Some(expected.as_str()) {
            found.push(Difference::new(place, expected, came.unwrap_or("nothing of the kind")));
        }
    };
    let (template, title) = match answer {
        Some(Answer::Page { template, title, .. }) => (Some(template.as_str()), Some(title.as_str())),
        _ => (None, None),
    };
    text("template", &expect.template, template);
    text("title", &expect.title, title);
    text("code", &expect.code, reply.code.as_deref());
    let redirect = match answer {
        Some(Answer::Redirect { location }) => Some(location.as_str()),
        _ => None,
    };
    text("redirect", &expect.redirect, redirect);
    let file = match answer {
        Some(Answer::Asset { path }) => Some(path.as_str()),
        _ => None,
    };
    text("file", &expect.file, file);
    compare_data(expect, data_of(answer), &mut found);
    for expected in expect.text.iter().filter(|expected| !reply.page.contains(expected.as_str())) {
        found.push(Difference::new("page", format!("the text {expected:?}"), "a page without it"));
    }
    for unwanted in expect.no_text.iter().filter(|unwanted| reply.page.contains(unwanted.as_str())) {
        found.push(Difference::new("page", format!("no text {unwanted:?}"), "a page with it"));
    }
    found
}

fn compare_status(expect: &Expect, reply: &InsideReply, found: &mut Vec<Difference>) {
    let fits = expect.status.map_or(reply.status < REFUSED, |status| status == reply.status);
    if fits {
        return;
    }
    let mut came = reply.status.to_string();
    let message = match &reply.answer {
        Some(Answer::Problem { code, message, .. }) => Some(format!("{code}: {message}")),
        _ => reply.code.clone(),
    };
    for more in message.iter().chain(&reply.causes).filter(|more| !more.is_empty()) {
        came.push_str(&format!(" ({more})"));
    }
    let expected = expect.status.map_or_else(|| format!("below {REFUSED}"), |status| status.to_string());
    found.push(Difference::new("status", expected, came));
}

fn compare_data(expect: &Expect, came: Option<&Value>, found: &mut Vec<Difference>) {
    if let Some(expected) = &expect.data {
        match came {
            Some(came) => compare_values("data", expected, came, found),
            None => found.push(Difference::new("data", expected.to_string(), "no data")),
        }
    }
    for (pointer, expected) in &expect.at {
        let came = came.and_then(|data| data.pointer(pointer));
        if came != Some(expected) {
            let came = came.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            found.push(Difference::new(format!("data{pointer}"), expected.to_string(), came));
        }
    }
}

/// An object must have the expected members at least, a list exactly the expected items, and what else there is must be equal.
fn compare_values(place: &str, expected: &Value, came: &Value, found: &mut Vec<Difference>) {
    match (expected, came) {
        (Value::Object(expected), Value::Object(came)) => {
            for (name, expected) in expected {
                let place = format!("{place}/{name}");
                match came.get(name) {
                    Some(came) => compare_values(&place, expected, came, found),
                    None => found.push(Difference::new(place, expected.to_string(), "nothing")),
                }
            }
        }
        (Value::Array(expected), Value::Array(came)) => {
            if expected.len() != came.len() {
                let count = |items: &[Value]| format!("{} items", items.len());
                found.push(Difference::new(
                    place,
                    count(expected),
                    format!("{}: {}", count(came), Value::from(came.clone())),
                ));
                return;
            }
            for (position, (expected, came)) in expected.iter().zip(came).enumerate() {
                compare_values(&format!("{place}/{position}"), expected, came, found);
            }
        }
        (expected, came) if expected == came => {}
        (expected, came) => found.push(Difference::new(place, expected.to_string(), came.to_string())),
    }
}

/// Compares what a step cost and did.
pub(super) fn compare_cost(expect: &Expect, cost: &Cost) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, expected) in &expect.calls {
        let came = cost.calls.get(name).copied().unwrap_or_default();
        if came != *expected {
            found.push(Difference::new(format!("calls of {name}"), expected.to_string(), came.to_string()));
        }
    }
    if let Some(most) = expect.instructions_max
        && cost.instructions > most
    {
        found.push(Difference::new("instructions", format!("{most} at most"), cost.instructions.to_string()));
    }
    if let Some(expected) = &expect.asked
        && *expected != cost.asked
    {
        found.push(Difference::new("asked", expected.join(", "), cost.asked.join(", ")));
    }
    found.extend(compare_work(expect.work.as_ref(), &cost.work));
    found
}

fn compare_work(expected: Option<&Work>, outcomes: &[Outcome]) -> Option<Difference> {
    let mut came = Work::default();
    let mut reasons = String::new();
    for outcome in outcomes {
        let (count, reason) = match outcome {
            Outcome::Done => (&mut came.done, None),
            Outcome::Again { reason } => (&mut came.again, Some(reason)),
            Outcome::Dead { reason } => (&mut came.dead, Some(reason)),
            // There is one worker, whose leases nobody takes.
            Outcome::Lost => continue,
        };
        *count = count.saturating_add(1);
        reason.into_iter().for_each(|reason| reasons.push_str(&format!("; {reason}")));
    }
    let in_words = |work: &Work| format!("{} done, {} to be tried again, {} dead", work.done, work.again, work.dead);
    let fits = expected.map_or(came.again == 0 && came.dead == 0, |expected| *expected == came);
    let wanted = || expected.map_or_else(|| "all of it done".to_owned(), in_words);
    (!fits).then(|| Difference::new("work", wanted(), format!("{}{reasons}", in_words(&came))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(expected: Value, came: Value) -> Vec<String> {
        let mut found = Vec::new();
        compare_values("data", &expected, &came, &mut found);
        found.into_iter().map(|found| format!("{}: {} | {}", found.place, found.expected, found.came)).collect()
    }

    #[test]
    fn objects_may_have_more_and_lists_may_not() {
        assert!(differences(json!({ "a": { "b": 1 } }), json!({ "a": { "b": 1, "c": 2 }, "d": 3 })).is_empty());
        assert_eq!(differences(json!({ "a": [1] }), json!({ "a": [1, 2] })), ["data/a: 1 items | 2 items: [1,2]"]);
        assert_eq!(
            differences(json!({ "a": [{ "b": 1 }], "e": 1 }), json!({ "a": [{ "b": "1" }] })),
            ["data/a/0/b: 1 | \"1\"", "data/e: 1 | nothing"]
        );
        assert_eq!(differences(json!([]), json!({})), ["data: [] | {}"]);
    }

    #[test]
    fn work_that_fails_is_a_difference_unless_it_is_expected() {
        let dead = || Outcome::Dead { reason: "no such note".to_owned() };
        assert_eq!(compare_work(None, &[Outcome::Done, Outcome::Done]), None);
        let found = compare_work(None, &[Outcome::Done, dead()]).unwrap();
        assert_eq!(found.came, "1 done, 0 to be tried again, 1 dead; no such note");
        let expected = Work { done: 1, dead: 1, ..Work::default() };
        assert_eq!(compare_work(Some(&expected), &[Outcome::Done, dead()]), None);
        assert!(compare_work(Some(&expected), &[Outcome::Done]).is_some());
    }

    #[test]
    fn a_step_that_says_no_status_must_end_well() {
        let reply = |status| InsideReply {
            status,
            answer: None,
            page: "<p>azul</p>".to_owned(),
            code: Some("plugin-failed".to_owned()),
            causes: Some("the plugin crashed: unreachable".to_owned()),
        };
        assert!(compare(&Expect::default(), &reply(303)).is_empty());
        let found = compare(&Expect::default(), &reply(502));
        assert_eq!(found[0].came, "502 (plugin-failed) (the plugin crashed: unreachable)");
        let expect = Expect { status: Some(502), code: Some("plugin-failed".to_owned()), ..Expect::default() };
        assert!(compare(&expect, &reply(502)).is_empty());
        let expect = Expect {
            text: vec!["azul".to_owned(), "salam".to_owned()],
            no_text: vec!["azul".to_owned()],
            template: Some("list".to_owned()),
            ..Expect::default()
        };
        let places: Vec<String> = compare(&expect, &reply(200)).into_iter().map(|found| found.place).collect();
        assert_eq!(places, ["template", "page", "page"]);
    }
}
