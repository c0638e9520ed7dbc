//! What is kept is read as it was written, and what nobody wrote is found out.

use tiwizi_federation_core::wire::{EntryKind, Field, GroupNo, Hash, LogId, Plane, Seed};

use super::*;

fn node(number: u8) -> NodeId {
    NodeId(Hash([number; 32]))
}

fn at(seq: u64) -> Position {
    Position { log: LogId { node: node(3), plane: Plane::control() }, epoch: 1, seq }
}

fn root() -> RecordId {
    RecordId(Uuid::from_u128(7))
}

fn groups_of_an_entry() -> Vec<Group> {
    let field = |no: u16, value: &[u8]| Field { no, value: value.to_vec() };
    let group = |no, fields| Group::new(no, Seed([no.0; 32]), fields).unwrap();
    vec![
        group(GroupNo::PUBLIC, vec![field(9, b"a"), field(4, b"b")]),
        group(GroupNo::SENSITIVE, Vec::new()),
        group(GroupNo::DERIVED, vec![field(1, b"")]),
    ]
}

#[test]
fn drafts_are_read_as_they_were_written() {
    let whole = Draft {
        plane: "members".parse().unwrap(),
        kind: EntryKind::Put,
        schema: "registry/person/1.2+00ff".to_owned(),
        entity: Entity { kind: "registry/person".parse().unwrap(), id: root() },
        subject: Some(RecordId(Uuid::from_u128(8))),
        base: Base { tenure: 2, ver: u64::MAX },
        idem: [5; 16],
        cause: Some(at(41)),
        groups: groups_of_an_entry(),
    };
    let bare = Draft {
        kind: EntryKind::Other("later".to_owned()),
        schema: String::new(),
        subject: None,
        cause: None,
        groups: Vec::new(),
        ..whole.clone()
    };
    for draft in [whole, bare] {
        let bytes = draft_bytes(&draft);
        let read = super::draft(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{draft:?}"));
        assert_eq!(read.groups, draft.groups, "values and seeds are not shown by Debug");
        for end in 0..bytes.len() {
            assert!(super::draft(&bytes[..end]).is_none(), "{end}");
        }
        assert!(super::draft(&[bytes.as_slice(), &[0]].concat()).is_none());
    }
}

#[test]
fn what_was_disclosed_is_read_as_it_was_written() {
    let groups = groups_of_an_entry();
    let shown: Vec<Disclosure> = groups.iter().map(|group| group.disclose(&[9].into())).collect();
    assert_eq!(crate::shown::shown(&shown_bytes(&shown)).unwrap(), shown);
    assert_eq!(super::groups(&groups_bytes(&groups)).unwrap(), groups);
    assert!(super::groups(&shown_bytes(&shown)).is_none(), "a part of a group is no group");
}

#[test]
fn the_terms_of_a_root_are_read_as_they_were_written() {
    let founded = Custody::founded(root(), 4, node(1));
    assert_eq!(custody_detail(&founded), None);
    let fence = Fence([(Plane::control(), 0), ("registry".parse().unwrap(), u64::MAX)].into());
    let moving =
        Moving { offer: at(1), to: node(2), fence: fence.clone(), state: Hash([9; 32]), accept: None, lead: root() };
    let accepted = Moving { accept: Some(at(2)), ..moving.clone() };
    let ended = Term { tenure: 4, home: node(1), fence: Some(fence) };
    let moved = vec![ended, Term { tenure: 5, home: node(2), fence: None }];
    for custody in [
        founded.clone(),
        Custody { moving: Some(moving), ..founded.clone() },
        Custody { moving: Some(accepted), ..founded.clone() },
        Custody { terms: moved, ..founded.clone() },
        Custody { terms: Vec::new(), ..founded },
    ] {
        let last = custody.last().map_or((node(9), 0), |last| (last.home, last.tenure));
        let read = super::custody(root(), last, custody_detail(&custody).as_deref());
        assert_eq!(read.as_ref(), Some(&custody));
    }
    assert!(super::custody(root(), (node(1), 1), Some(r#"{"terms":[]}"#)).is_none());
}

#[test]
fn reasons_are_read_as_they_were_written() {
    for reason in [
        ParkReason::UnknownForm,
        ParkReason::UnknownSchema { schema: "a/b/9".to_owned() },
        ParkReason::Cause(at(3)),
        ParkReason::Seal { tenure: 4 },
        ParkReason::TransferEnd,
        ParkReason::HomeBefore(at(0).log),
        ParkReason::Behind,
        ParkReason::Disputed(node(4)),
        ParkReason::Invalid("no \"name\"".to_owned()),
    ] {
        let (code, detail) = reason_parts(&reason);
        assert_eq!(super::reason(code, detail.as_deref()), Some(reason));
    }
    assert_eq!(super::reason("cause", None), None);
    assert_eq!(super::reason("lost", None), None);
}

#[test]
fn proposals_stand_where_they_stood() {
    let answers = [
        Answer::Accepted(Base { tenure: 1, ver: 8 }),
        Answer::Refused(Refusal::Absent),
        Answer::Refused(Refusal::Invalid("so".to_owned())),
        Answer::Refused(Refusal::Declined("no".to_owned())),
    ];
    let mut at_home = vec![Received::Held, Received::Forwarded(node(4))];
    let mut here = vec![Sent::Waiting, Sent::InReview];
    for answer in answers {
        at_home.push(Received::Answered(answer.clone()));
        here.push(Sent::Answered { answer, at: at(7) });
    }
    let field = FieldDifference {
        field: "name".to_owned(),
        seen: None,
        proposed: Some(Value::Null),
        now: Some(json!({ "a": 1 })),
        conflict: true,
    };
    at_home.push(Received::InReview(vec![field]));
    for state in here {
        let (word, answer) = sent_parts(&state);
        assert_eq!(super::sent(word, answer.as_deref()), Some(state));
    }
    for state in at_home {
        let (word, answer) = received_parts(&state);
        assert_eq!(super::received(word, answer.as_deref()), Some(state));
    }
    assert_eq!(super::sent("accepted", None), None);
    assert_eq!(super::received("lost", None), None);
}

#[test]
fn proofs_and_notes_are_read_as_they_were_written() {
    let proof = ForkProof {
        older: "a\nb\n".to_owned(),
        newer: "c".to_owned(),
        root: Hash([1; 32]),
        consistency: vec![Hash([2; 32]), Hash([3; 32])],
    };
    assert_eq!(fork(&fork_text(&proof)), Some(proof));
    let many = vec!["a\n".to_owned(), "\"".to_owned()];
    assert_eq!(notes(notes_text(&many).as_deref()), Some(many));
    assert_eq!(notes(notes_text(&[]).as_deref()), Some(Vec::new()));
    assert_eq!(notes(Some("{}")), None);
}
