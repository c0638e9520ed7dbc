//! What a home makes of a proposal, and what its sender is told.

use serde_json::json;

use super::*;
use crate::wire::{Hash, LogId};

fn proposal(ver: u64, patch: Value) -> Proposal {
    let id = RecordId(uuid::Uuid::from_u128(7));
    let entity = Entity { kind: "registry/cooperative".parse().unwrap(), id };
    Proposal { id, entity, root: id, base: Base { tenure: 1, ver }, patch, idem: [1; 16] }
}

fn standing(ver: u64, body: Value, seen: Option<Value>) -> Standing {
    Standing { now: Base { tenure: 1, ver }, body: Some(body), seen }
}

fn at(seq: u64) -> Position {
    let log = LogId { node: NodeId(Hash([1; 32])), plane: "control".parse().unwrap() };
    Position { log, epoch: 0, seq }
}

#[test]
fn merge_patches_follow_the_table_of_rfc_7396() {
    for (target, patch, result) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ] {
        assert_eq!(merged(&target, &patch), result, "{target} with {patch}");
    }
}

#[test]
fn a_proposal_of_the_version_that_is_there_is_accepted() {
    let decision = decide(
        &proposal(3, json!({"name": "B"})),
        None,
        &Custodian::Us,
        Some(&standing(3, json!({"name": "A", "members": 7}), None)),
    );
    assert_eq!(decision, Decision::Accept(json!({"name": "B", "members": 7})));
}

#[test]
fn a_stale_proposal_waits_for_a_person_who_sees_each_field_three_times() {
    let was = json!({"name": "A", "place": "Fes", "members": 7});
    let now = json!({"name": "C", "place": "Fes", "members": 8});
    let patch = json!({"name": "B", "place": "Safi", "members": 8});
    let decision = decide(&proposal(3, patch), None, &Custodian::Us, Some(&standing(4, now, Some(was))));
    let Decision::Review(fields) = decision else { panic!("{decision:?}") };
    let shown: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.conflict)).collect();
    assert_eq!(shown, [("members", false), ("name", true), ("place", false)]);
    assert_eq!(
        (fields[1].seen.clone(), fields[1].proposed.clone(), fields[1].now.clone()),
        (Some(json!("A")), Some(json!("B")), Some(json!("C"))),
    );
}

#[test]
fn whoever_is_not_the_home_forwards_and_whoever_moves_it_holds() {
    let other = NodeId(Hash([9; 32]));
    let standing = standing(3, json!({}), None);
    let proposal = proposal(3, json!({"a": 1}));
    for (custodian, decision) in
        [(Custodian::Other(other), Decision::Forward(other)), (Custodian::Moving, Decision::Hold)]
    {
        assert_eq!(decide(&proposal, None, &custodian, Some(&standing)), decision);
    }
}

#[test]
fn what_was_dealt_with_is_not_dealt_with_again() {
    let standing = standing(3, json!({}), None);
    let proposal = proposal(3, json!({"a": 1}));
    for before in [
        Received::InReview(Vec::new()),
        Received::Answered(Answer::Accepted(proposal.base)),
        Received::Forwarded(NodeId(Hash([9; 32]))),
    ] {
        assert_eq!(decide(&proposal, Some(&before), &Custodian::Us, Some(&standing)), Decision::Repeated);
    }
    assert_ne!(decide(&proposal, Some(&Received::Held), &Custodian::Us, Some(&standing)), Decision::Repeated);
}

#[test]
fn what_is_absent_or_no_object_is_refused() {
    let absent = decide(&proposal(1, json!({})), None, &Custodian::Us, None);
    assert_eq!(absent, Decision::Refuse(Refusal::Absent));
    let odd = decide(&proposal(1, json!([1])), None, &Custodian::Us, Some(&standing(1, json!({}), None)));
    assert!(matches!(odd, Decision::Refuse(Refusal::Invalid(_))), "{odd:?}");
}

#[test]
fn a_sender_takes_one_answer_and_no_second_one() {
    let accepted = Told::Answer(Answer::Accepted(Base { tenure: 1, ver: 4 }));
    let refused = Told::Answer(Answer::Refused(Refusal::Absent));
    let sent = Sent::Waiting.told(Told::Review, at(4)).unwrap().told(accepted.clone(), at(5)).unwrap();
    assert_eq!(sent.clone().told(accepted, at(5)), Ok(sent.clone()));
    assert_eq!(sent.clone().told(Told::Review, at(4)), Ok(sent.clone()));
    assert_eq!(sent.told(refused, at(6)), Err(TellError::Answered { at: at(5) }));
}
