//! Order, causes and homes: what becomes of an entry.

use tiwizi_model::RecordId;

use super::*;
use crate::flow::rows::HeldLife;
use crate::flow::transfer::{Fence, Moving};
use crate::wire::{Entity, Plane};

const HOME: NodeId = NodeId(Hash([1; 32]));
const OTHER: NodeId = NodeId(Hash([2; 32]));

fn registry(node: NodeId) -> LogId {
    LogId { node, plane: "registry".parse::<Plane>().unwrap() }
}

fn entity() -> Entity {
    Entity { kind: "registry/cooperative".parse().unwrap(), id: RecordId(uuid::Uuid::from_u128(5)) }
}

fn header(node: NodeId, seq: u64, tenure: u32, ver: u64) -> Header {
    Header {
        v: 1,
        log: registry(node),
        epoch: 0,
        seq,
        prev: Hash::ZERO,
        kind: EntryKind::Put,
        schema: "registry/cooperative/1.0".to_owned(),
        entity: entity(),
        subject: None,
        tenure,
        ver,
        idem: [0; 16],
        cause: None,
        hlc: 0,
        groups: Vec::new(),
        extra: BTreeMap::new(),
    }
}

fn held(tenure: u32, ver: u64, leaf: Hash) -> Held {
    Held {
        agreement: None,
        entity: entity(),
        root: entity().id,
        at: Position { log: registry(HOME), epoch: 0, seq: 0 },
        base: Base { tenure, ver },
        leaf,
        header: Vec::new(),
        shown: Vec::new(),
        life: HeldLife::Live,
    }
}

fn view<'a>(custody: Option<&'a Custody>, held: Option<&'a Held>) -> View<'a> {
    View { understood: true, cause: Cause::None, behind: false, custody, home_before: None, held, again: false }
}

#[test]
fn versions_apply_in_order_and_once() {
    let custody = Custody::founded(entity().id, 1, HOME);
    let leaf = Hash([9; 32]);
    let held = held(1, 3, leaf);
    for (ver, of, outcome) in [
        (4, Hash([8; 32]), Outcome::Put),
        (7, Hash([8; 32]), Outcome::Put),
        (3, leaf, Outcome::Ignore(Ignored::Duplicate)),
        (2, Hash([8; 32]), Outcome::Ignore(Ignored::Duplicate)),
        (3, Hash([8; 32]), Outcome::Ignore(Ignored::SaidTwice)),
    ] {
        assert_eq!(decide(&header(HOME, 9, 1, ver), &of, &view(Some(&custody), Some(&held))), outcome, "{ver}");
    }
    assert_eq!(decide(&header(HOME, 0, 1, 1), &leaf, &view(None, None)), Outcome::Put);
    let again = View { again: true, ..view(Some(&custody), Some(&held)) };
    assert_eq!(decide(&header(HOME, 9, 1, 3), &leaf, &again), Outcome::Put, "what is held is filled in");
    assert_eq!(decide(&header(HOME, 9, 1, 2), &leaf, &again), Outcome::Ignore(Ignored::Duplicate));
}

#[test]
fn what_is_not_understood_waits_and_does_not_stop() {
    let leaf = Hash([9; 32]);
    let mut entry = header(HOME, 0, 1, 1);
    let blind = View { understood: false, ..view(None, None) };
    assert!(matches!(decide(&entry, &leaf, &blind), Outcome::Park(ParkReason::UnknownSchema { .. })));
    entry.kind = EntryKind::Other("rename".to_owned());
    assert_eq!(decide(&entry, &leaf, &view(None, None)), Outcome::Park(ParkReason::UnknownForm));
}

#[test]
fn what_follows_from_something_waits_for_it() {
    let leaf = Hash([9; 32]);
    let cause = Position { log: registry(OTHER), epoch: 0, seq: 4 };
    let waiting = View { cause: Cause::Awaited(cause.clone()), ..view(None, None) };
    assert_eq!(decide(&header(HOME, 0, 1, 1), &leaf, &waiting), Outcome::Park(ParkReason::Cause(cause)));
    let behind = View { behind: true, ..view(None, None) };
    assert_eq!(decide(&header(HOME, 0, 1, 1), &leaf, &behind), Outcome::Park(ParkReason::Behind));
}

#[test]
fn a_second_founder_is_disputed_and_a_stranger_ignored() {
    let leaf = Hash([9; 32]);
    let mut custody = Custody::founded(entity().id, 1, HOME);
    let disputed = Outcome::Park(ParkReason::Disputed(HOME));
    assert_eq!(decide(&header(OTHER, 0, 1, 1), &leaf, &view(Some(&custody), None)), disputed);
    let waiting = Outcome::Park(ParkReason::Seal { tenure: 2 });
    assert_eq!(decide(&header(OTHER, 0, 2, 2), &leaf, &view(Some(&custody), None)), waiting);
    let moving = Moving {
        offer: Position { log: registry(HOME), epoch: 0, seq: 3 },
        to: OTHER,
        fence: Fence([(registry(HOME).plane, 5)].into()),
        state: Hash([7; 32]),
        accept: Some(Position { log: registry(OTHER), epoch: 0, seq: 3 }),
        lead: entity().id,
    };
    custody.offer(1, moving).unwrap();
    let open = Outcome::Park(ParkReason::TransferEnd);
    assert_eq!(decide(&header(HOME, 5, 1, 2), &leaf, &view(Some(&custody), None)), open);
    custody.seal(1).unwrap();
    for (entry, outcome) in [
        (header(HOME, 4, 1, 2), Outcome::Put),
        (header(HOME, 5, 1, 2), Outcome::Ignore(Ignored::Fenced)),
        (header(OTHER, 0, 1, 2), Outcome::Ignore(Ignored::NotHome)),
        (header(OTHER, 0, 2, 3), Outcome::Put),
    ] {
        assert_eq!(decide(&entry, &leaf, &view(Some(&custody), None)), outcome, "{entry:?}");
    }
    let early = View { home_before: Some(registry(HOME)), ..view(Some(&custody), None) };
    let waits = Outcome::Park(ParkReason::HomeBefore(registry(HOME)));
    assert_eq!(decide(&header(OTHER, 0, 2, 3), &leaf, &early), waits);
}

#[test]
fn three_majors_of_a_schema_are_read() {
    let schemas = Schemas([("coop".to_owned(), 4)].into());
    for (schema, understood) in [
        ("coop/4.9", true),
        ("coop/2.0", true),
        ("coop/1.0", false),
        ("coop/5.0", false),
        ("other/1.0", false),
        ("coop", false),
        ("coop/x", false),
        ("", true),
    ] {
        assert_eq!(schemas.understands(schema), understood, "{schema}");
    }
}
