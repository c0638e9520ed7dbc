//! The forms in which rows of the core are kept where a column holds more than one thing. They never travel.
//!
//! What is read was written here, so what cannot be read is damage.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use tiwizi_federation_core::flow::fork::ForkProof;
use tiwizi_federation_core::flow::proposal::{Answer, Base, FieldDifference, Received, Refusal, Sent};
use tiwizi_federation_core::flow::rows::{Draft, ParkReason};
use tiwizi_federation_core::flow::transfer::{Custody, Fence, Moving, Term};
use tiwizi_federation_core::wire::{Disclosure, Entity, Group, NodeId, Position, Reader, Writer};
use tiwizi_model::{RecordId, limits};
use uuid::Uuid;

use crate::shown::{shown, shown_bytes};

/// The parts of a draft.
const DRAFT_PARTS: usize = 11;

/// Groups with their seeds and values.
pub(super) fn groups_bytes(groups: &[Group]) -> Vec<u8> {
    let whole = |group: &Group| {
        let Group { no, seed, fields } = group.clone();
        Disclosure::Whole { no, seed, fields }
    };
    shown_bytes(&groups.iter().map(whole).collect::<Vec<_>>())
}

/// Groups out of bytes.
pub(super) fn groups(bytes: &[u8]) -> Option<Vec<Group>> {
    let whole = |disclosure| match disclosure {
        Disclosure::Whole { no, seed, fields } => Some(Group { no, seed, fields }),
        Disclosure::Some { .. } => None,
    };
    shown(bytes)?.into_iter().map(whole).collect()
}

/// A write that waits for its place.
pub(super) fn draft_bytes(draft: &Draft) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(DRAFT_PARTS);
    writer.text(draft.plane.as_str()).text(draft.kind.as_str()).text(&draft.schema);
    writer.text(draft.entity.kind.as_str()).bytes(draft.entity.id.0.as_bytes());
    match &draft.subject {
        Some(subject) => writer.bytes(subject.0.as_bytes()),
        None => writer.null(),
    };
    writer.uint(u64::from(draft.base.tenure)).uint(draft.base.ver).bytes(&draft.idem);
    match &draft.cause {
        Some(cause) => writer.text(&cause.to_string()),
        None => writer.null(),
    };
    writer.raw(&groups_bytes(&draft.groups));
    writer.finish()
}

/// A write out of bytes.
pub(super) fn draft(bytes: &[u8]) -> Option<Draft> {
    let mut reader = Reader::new(bytes);
    reader.tuple(DRAFT_PARTS).ok()?;
    let plane = text(&mut reader)?.parse().ok()?;
    let kind = text(&mut reader)?.parse().ok()?;
    let schema = text(&mut reader)?.to_owned();
    let entity = Entity { kind: text(&mut reader)?.parse().ok()?, id: id(&mut reader)? };
    let subject = if reader.is_null() { None } else { Some(id(&mut reader)?) };
    let base = Base { tenure: reader.number().ok()?, ver: reader.uint().ok()? };
    let idem = reader.exactly().ok()?;
    let cause = if reader.is_null() { None } else { Some(text(&mut reader)?.parse().ok()?) };
    let groups = groups(reader.item().ok()?)?;
    reader.is_at_end().then_some(Draft { plane, kind, schema, entity, subject, base, idem, cause, groups })
}

fn text<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    reader.text(limits::FED_HEADER_BYTES_MAX).ok()
}

fn id(reader: &mut Reader<'_>) -> Option<RecordId> {
    Some(RecordId(Uuid::from_bytes(reader.exactly().ok()?)))
}

/// All that is known of a root beyond one term that lasts; none when there is nothing more.
pub(super) fn custody_detail(custody: &Custody) -> Option<String> {
    let is_plain = custody.terms.len() == 1 && custody.terms.iter().all(|term| term.fence.is_none());
    if is_plain && custody.moving.is_none() {
        return None;
    }
    let term = |term: &Term| json!({ "tenure": term.tenure, "home": term.home.to_string(), "fence": term.fence.as_ref().map(fence_json) });
    let moving = |moving: &Moving| {
        json!({
            "offer": moving.offer.to_string(),
            "to": moving.to.to_string(),
            "fence": fence_json(&moving.fence),
            "state": moving.state.to_string(),
            "accept": moving.accept.as_ref().map(Position::to_string),
            "lead": moving.lead.to_string(),
        })
    };
    let terms: Vec<Value> = custody.terms.iter().map(term).collect();
    Some(json!({ "terms": terms, "moving": custody.moving.as_ref().map(moving) }).to_string())
}

/// The terms of a root. Without a detail it is one term that lasts.
pub(super) fn custody(root: RecordId, last: (NodeId, u32), detail: Option<&str>) -> Option<Custody> {
    let Some(detail) = detail else { return Some(Custody::founded(root, last.1, last.0)) };
    let value: Value = serde_json::from_str(detail).ok()?;
    let term = |value: &Value| {
        let fence = optional(value.get("fence")?, fence)?;
        Some(Term { tenure: number(value.get("tenure")?)?, home: parsed(value.get("home")?)?, fence })
    };
    let moving = |value: &Value| {
        Some(Moving {
            offer: parsed(value.get("offer")?)?,
            to: parsed(value.get("to")?)?,
            fence: fence(value.get("fence")?)?,
            state: parsed(value.get("state")?)?,
            accept: optional(value.get("accept")?, parsed)?,
            lead: parsed(value.get("lead")?)?,
        })
    };
    let terms = value.get("terms")?.as_array()?.iter().map(term).collect::<Option<_>>()?;
    Some(Custody { root, terms, moving: optional(value.get("moving")?, moving)? })
}

fn fence_json(fence: &Fence) -> Value {
    Value::Object(fence.0.iter().map(|(plane, head)| (plane.to_string(), json!(head))).collect::<Map<_, _>>())
}

fn fence(value: &Value) -> Option<Fence> {
    let head = |(plane, head): (&String, &Value)| Some((plane.parse().ok()?, head.as_u64()?));
    value.as_object()?.iter().map(head).collect::<Option<BTreeMap<_, _>>>().map(Fence)
}

/// Why an entry waits: a stable code, and what of it.
pub(super) fn reason_parts(reason: &ParkReason) -> (&'static str, Option<String>) {
    match reason {
        ParkReason::UnknownForm => ("unknown-form", None),
        ParkReason::UnknownSchema { schema } => ("unknown-schema", Some(schema.clone())),
        ParkReason::Cause(at) => ("cause", Some(at.to_string())),
        ParkReason::Seal { tenure } => ("seal", Some(tenure.to_string())),
        ParkReason::TransferEnd => ("transfer-end", None),
        ParkReason::HomeBefore(log) => ("home-before", Some(log.to_string())),
        ParkReason::Behind => ("behind", None),
        ParkReason::Disputed(node) => ("disputed", Some(node.to_string())),
        ParkReason::Invalid(why) => ("invalid", Some(why.clone())),
    }
}

/// The reason of two columns.
pub(super) fn reason(code: &str, detail: Option<&str>) -> Option<ParkReason> {
    Some(match (code, detail) {
        ("unknown-form", None) => ParkReason::UnknownForm,
        ("unknown-schema", Some(schema)) => ParkReason::UnknownSchema { schema: schema.to_owned() },
        ("cause", Some(at)) => ParkReason::Cause(at.parse().ok()?),
        ("seal", Some(tenure)) => ParkReason::Seal { tenure: tenure.parse().ok()? },
        ("transfer-end", None) => ParkReason::TransferEnd,
        ("home-before", Some(log)) => ParkReason::HomeBefore(log.parse().ok()?),
        ("behind", None) => ParkReason::Behind,
        ("disputed", Some(node)) => ParkReason::Disputed(node.parse().ok()?),
        ("invalid", Some(why)) => ParkReason::Invalid(why.to_owned()),
        _ => return None,
    })
}

/// Where a proposal of ours stands: a word, and the answer.
pub(super) fn sent_parts(sent: &Sent) -> (&'static str, Option<String>) {
    match sent {
        Sent::Waiting => ("waiting", None),
        Sent::InReview => ("review", None),
        Sent::Answered { answer, at } => {
            let kept = json!({ "answer": answer_json(answer), "at": at.to_string() });
            (answer_word(answer), Some(kept.to_string()))
        }
    }
}

/// The same out of two columns.
pub(super) fn sent(state: &str, answer: Option<&str>) -> Option<Sent> {
    Some(match (state, answer) {
        ("waiting", None) => Sent::Waiting,
        ("review", None) => Sent::InReview,
        ("accepted" | "refused", Some(kept)) => {
            let kept: Value = serde_json::from_str(kept).ok()?;
            Sent::Answered { answer: answer_of(kept.get("answer")?)?, at: parsed(kept.get("at")?)? }
        }
        _ => return None,
    })
}

/// Where a proposal to us stands: a word, and what goes with it.
pub(super) fn received_parts(received: &Received) -> (&'static str, Option<String>) {
    match received {
        Received::Held => ("held", None),
        Received::InReview(fields) => {
            ("review", Some(Value::from_iter(fields.iter().map(difference_json)).to_string()))
        }
        Received::Answered(answer) => (answer_word(answer), Some(answer_json(answer).to_string())),
        Received::Forwarded(home) => ("forwarded", Some(json!(home.to_string()).to_string())),
    }
}

/// The same out of two columns.
pub(super) fn received(state: &str, answer: Option<&str>) -> Option<Received> {
    let value: Option<Value> = answer.map(serde_json::from_str).transpose().ok()?;
    Some(match (state, value) {
        ("held", None) => Received::Held,
        ("review", Some(fields)) => {
            Received::InReview(fields.as_array()?.iter().map(difference).collect::<Option<_>>()?)
        }
        ("accepted" | "refused", Some(answer)) => Received::Answered(answer_of(&answer)?),
        ("forwarded", Some(home)) => Received::Forwarded(parsed(&home)?),
        _ => return None,
    })
}

/// A proposal that nobody has answered or passed on.
pub(super) fn is_open(received: &Received) -> bool {
    matches!(received, Received::Held | Received::InReview(_))
}

fn answer_word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Accepted(_) => "accepted",
        Answer::Refused(_) => "refused",
    }
}

fn answer_json(answer: &Answer) -> Value {
    match answer {
        Answer::Accepted(base) => json!({ "tenure": base.tenure, "ver": base.ver }),
        Answer::Refused(Refusal::Absent) => json!({ "refused": "absent" }),
        Answer::Refused(Refusal::Invalid(why)) => json!({ "refused": "invalid", "why": why }),
        Answer::Refused(Refusal::Declined(why)) => json!({ "refused": "declined", "why": why }),
    }
}

fn answer_of(value: &Value) -> Option<Answer> {
    let Some(refused) = value.get("refused") else {
        return Some(Answer::Accepted(Base { tenure: number(value.get("tenure")?)?, ver: number(value.get("ver")?)? }));
    };
    let why = || value.get("why").and_then(Value::as_str).map(str::to_owned);
    Some(Answer::Refused(match refused.as_str()? {
        "absent" => Refusal::Absent,
        "invalid" => Refusal::Invalid(why()?),
        "declined" => Refusal::Declined(why()?),
        _ => return None,
    }))
}

/// What is absent has no member; null is a value.
fn difference_json(difference: &FieldDifference) -> Value {
    let FieldDifference { field, seen, proposed, now, conflict } = difference;
    let mut members = Map::new();
    members.insert("field".to_owned(), json!(field));
    members.insert("conflict".to_owned(), json!(conflict));
    for (name, value) in [("seen", seen), ("proposed", proposed), ("now", now)] {
        members.extend(value.clone().map(|value| (name.to_owned(), value)));
    }
    Value::Object(members)
}

fn difference(value: &Value) -> Option<FieldDifference> {
    let part = |name: &str| value.get(name).cloned();
    Some(FieldDifference {
        field: value.get("field")?.as_str()?.to_owned(),
        seen: part("seen"),
        proposed: part("proposed"),
        now: part("now"),
        conflict: value.get("conflict")?.as_bool()?,
    })
}

/// The proof of two histories.
pub(super) fn fork_text(proof: &ForkProof) -> String {
    let consistency: Vec<String> = proof.consistency.iter().map(ToString::to_string).collect();
    let ForkProof { older, newer, root, .. } = proof;
    json!({ "older": older, "newer": newer, "root": root.to_string(), "consistency": consistency }).to_string()
}

/// The proof out of text.
pub(super) fn fork(text: &str) -> Option<ForkProof> {
    let value: Value = serde_json::from_str(text).ok()?;
    let note = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(ForkProof {
        older: note("older")?,
        newer: note("newer")?,
        root: parsed(value.get("root")?)?,
        consistency: value.get("consistency")?.as_array()?.iter().map(parsed).collect::<Option<_>>()?,
    })
}

/// Notes, as one text; none for none.
pub(super) fn notes_text(notes: &[String]) -> Option<String> {
    (!notes.is_empty()).then(|| json!(notes).to_string())
}

/// Notes out of text.
pub(super) fn notes(text: Option<&str>) -> Option<Vec<String>> {
    let Some(text) = text else { return Some(Vec::new()) };
    let value: Value = serde_json::from_str(text).ok()?;
    value.as_array()?.iter().map(|note| note.as_str().map(str::to_owned)).collect()
}

fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn number<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
}

/// Null is none; anything else must be read.
fn optional<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() { Some(None) } else { read(value).map(Some) }
}

#[cfg(test)]
mod tests;
