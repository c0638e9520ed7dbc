//! Looks at writes, as the text of what shall stand there tells.

use serde_json::{Value, json};
use tiwizi_sdk::hooks::{Proposal, Verdict};
use tiwizi_sdk::{Request, Store, context, kv, milestones};

use crate::work::{self, Note};

pub(crate) fn before(proposal: &Proposal) -> Verdict {
    let mut after = proposal.after.clone().or_else(|| proposal.before.clone()).unwrap_or_default();
    let text = after.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    match text.as_str() {
        "refuse" => Verdict::refuse("not\nthis", "not \u{202e}this").at("/text"),
        "refuse-rubbish" => Verdict::refuse("", "x".repeat(1 << 20)).at("no pointer"),
        "see" => Verdict::refuse("seen", seen(proposal).to_string()),
        "write" => Verdict::refuse("written", written().to_string()),
        "trap" | "loop" | "sleep" | "giant" => misbehave(&text),
        "amend" => with(&mut after, "text", json!("amended")),
        "amend-wrong" => with(&mut after, "text", json!(7)),
        "amend-hidden" => with(&mut after, "secret", json!("mine")),
        "amend-unknown" => with(&mut after, "other", json!("mine")),
        text if text.starts_with("mark") => {
            let marked = format!("{text} {}", context::plugin_id());
            with(&mut after, "text", json!(marked))
        }
        _ => Verdict::Pass,
    }
}

fn with(after: &mut Value, field: &str, value: Value) -> Verdict {
    after[field] = value;
    Verdict::Amend(after.clone())
}

fn seen(proposal: &Proposal) -> Value {
    json!({
        "hook": proposal.hook, "kind": proposal.kind, "id": proposal.id, "operation": proposal.operation.name(),
        "before": proposal.before, "after": proposal.after, "caller": format!("{:?}", context::caller().kind),
        "language": context::language(),
    })
}

/// The codes that a hook is answered with when it tries to keep something.
fn written() -> Value {
    let code = |outcome: Result<(), tiwizi_sdk::Error>| outcome.err().map(|error| error.code);
    json!([
        code(Store::create(&Note { text: "from a hook".to_owned() }).map(drop)),
        code(kv::set("hook", &1, None)),
        code(kv::increment("hook", 1).map(drop)),
        code(kv::delete("hook")),
        code(milestones::reach::<Note>("survived", "018f0000-0000-7000-8000-000000000000")),
    ])
}

fn misbehave(how: &str) -> Verdict {
    let request = Request::default();
    let done = match how {
        "trap" => work::trap(&request),
        "loop" => work::endless(&request),
        "sleep" => work::sleep(&request),
        _ => return Verdict::Amend(json!({ "text": "x".repeat(3 << 20) })),
    };
    Verdict::refuse("survived", format!("{done:?}"))
}
