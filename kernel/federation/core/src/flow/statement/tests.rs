//! Statements are read back as they were written, and nothing else is.

use std::sync::Arc;

use tiwizi_model::{Instant, ManualClock, SeededEntropy};

use super::*;
use crate::wire::LogId;

fn ambient() -> Ambient {
    Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(3)))
}

fn id(number: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128(number))
}

fn node(number: u8) -> NodeId {
    NodeId(Hash([number; 32]))
}

fn at(seq: u64) -> Position {
    Position { log: LogId { node: node(1), plane: "control".parse().unwrap() }, epoch: 0, seq }
}

fn statements() -> Vec<Statement> {
    let entity = Entity { kind: "registry/cooperative".parse().unwrap(), id: id(2) };
    let base = Base { tenure: 1, ver: 4 };
    let fence = Fence([("registry".parse().unwrap(), 9), ("members".parse().unwrap(), 0)].into());
    let patch = json!({"name": {"ar": "x"}, "gone": null});
    let proposal = Proposal { id: id(1), entity, root: id(2), base, patch, idem: [7; 16] };
    let step = AgreementStep { id: AgreementId(id(8).0), version: 2, step: "sign".to_owned(), envelope: None };
    vec![
        Statement::Proposal { proposal, from: node(3) },
        Statement::Review { proposal: id(1) },
        Statement::Answer { proposal: id(1), answer: Answer::Accepted(base) },
        Statement::Answer { proposal: id(1), answer: Answer::Refused(Refusal::Absent) },
        Statement::Answer { proposal: id(1), answer: Answer::Refused(Refusal::Invalid("a".to_owned())) },
        Statement::Answer { proposal: id(1), answer: Answer::Refused(Refusal::Declined("b".to_owned())) },
        Statement::Offer {
            root: id(2),
            tenure: 3,
            to: node(2),
            fence: fence.clone(),
            state: Hash([5; 32]),
            lead: id(2),
        },
        Statement::Accept { root: id(2), offer: at(5) },
        Statement::Seal(Seal { root: id(2), tenure: 4, from: node(1), to: node(2), fence, offer: at(5) }),
        Statement::Void { root: id(2), offer: at(5) },
        Statement::Complete { root: id(2), tenure: 3 },
        Statement::Agreement(AgreementStep { envelope: Some(vec![1, 2, 255]), ..step.clone() }),
        Statement::Agreement(step),
        Statement::Retract { id: AgreementId(id(8).0), version: 2 },
    ]
}

#[test]
fn every_statement_is_read_as_it_was_written() {
    for statement in statements() {
        let groups = statement.groups(&[node(4)], &ambient()).unwrap();
        let fields: Vec<Field> = groups.iter().flat_map(|group| group.fields.clone()).collect();
        let read = Statement::read(&statement.kind(), statement.entity().unwrap().id, &fields).unwrap();
        assert_eq!(read, statement);
    }
}

#[test]
fn a_statement_without_one_of_its_fields_is_unknown() {
    for statement in statements() {
        let groups = statement.groups(&[node(4)], &ambient()).unwrap();
        let fields: Vec<Field> = groups.iter().flat_map(|group| group.fields.clone()).collect();
        let to = field_no(&message_kind().unwrap(), crate::gate::ADDRESSEES);
        for field in fields.iter().filter(|field| field.no != to) {
            let rest: Vec<Field> = fields.iter().filter(|other| other.no != field.no).cloned().collect();
            assert!(Statement::read(&statement.kind(), id(1), &rest).is_err(), "{statement:?} without {}", field.no);
        }
    }
}

#[test]
fn what_a_proposal_would_change_lies_with_what_is_about_persons() {
    let statement = statements().remove(0);
    let groups = statement.groups(&[node(4)], &ambient()).unwrap();
    let patch = field_no(&message_kind().unwrap(), "patch");
    let of = |no: GroupNo| groups.iter().find(|group| group.no == no).unwrap();
    assert!(of(GroupNo::PERSONAL).fields.iter().any(|field| field.no == patch));
    assert!(of(GroupNo::PUBLIC).fields.iter().all(|field| field.no != patch));
}
