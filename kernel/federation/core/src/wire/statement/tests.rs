//! Statements about keys are taken from the root key, in their one form, and say who speaks.

use super::*;

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn genesis() -> Genesis {
    Genesis {
        root: key(1).verifying(),
        signing: key(2).verifying(),
        next_root: key(3).verifying().promise(),
        name: "ODCO Souss-Massa".to_owned(),
    }
}

fn rotation() -> Rotation {
    Rotation {
        node: genesis().node(),
        number: 1,
        signing: key(4).verifying(),
        logs: BTreeMap::from([(Plane::control(), Span { from: 5, until: 9 })]),
        root: None,
    }
}

fn unsigned(number: u8) -> StatementError {
    StatementError::Envelope(EnvelopeError::Unsigned { key: key(number).verifying().public() })
}

#[test]
fn first_keys_are_signed_by_the_root_key_among_them() {
    assert_eq!(Genesis::open(&genesis().sign(&key(1))), Ok(genesis()));
    assert_eq!(Genesis::open(&genesis().sign(&key(2))), Err(unsigned(1)));
}

#[test]
fn an_instance_is_named_by_every_part_of_its_first_statement() {
    let others = [
        Genesis { root: key(9).verifying(), ..genesis() },
        Genesis { signing: key(9).verifying(), ..genesis() },
        Genesis { next_root: Hash::ZERO, ..genesis() },
        Genesis { name: "ODCO Souss".to_owned(), ..genesis() },
    ];
    for other in others {
        assert_ne!(other.node(), genesis().node());
        assert_ne!(other.fingerprint(), genesis().fingerprint());
    }
}

#[test]
fn a_change_is_signed_by_the_root_key_of_the_time() {
    assert_eq!(Rotation::open(&rotation().sign(&key(1)), &key(1).verifying()), Ok(rotation()));
    assert_eq!(Rotation::open(&rotation().sign(&key(2)), &key(1).verifying()), Err(unsigned(1)));
}

#[test]
fn a_new_root_key_signs_for_itself() {
    let changed = Rotation { root: Some(NewRoot { key: key(3).verifying(), next: Hash([7; 32]) }), ..rotation() };
    assert_eq!(Rotation::open(&changed.sign(&key(3)), &key(1).verifying()), Ok(changed.clone()));
    assert_eq!(Rotation::open(&changed.sign(&key(1)), &key(1).verifying()), Err(unsigned(3)));
}

#[test]
fn a_change_leaves_no_size_without_a_key() {
    let span = |from, until| {
        let logs = BTreeMap::from([(Plane::control(), Span { from, until })]);
        Rotation::open(&Rotation { logs, ..rotation() }.sign(&key(1)), &key(1).verifying())
    };
    assert!(span(9, 9).is_ok() && span(10, 9).is_ok() && span(0, u64::MAX).is_ok());
    assert_eq!(span(11, 9), Err(StatementError::Gap { plane: Plane::control() }));
}

#[test]
fn one_kind_of_statement_is_none_of_another() {
    let wrong = Genesis::open(&rotation().sign(&key(1)));
    assert!(matches!(wrong, Err(StatementError::Envelope(EnvelopeError::Type { .. }))), "{wrong:?}");
    let relabelled = Envelope::sign(Genesis::TYPE, rotation().payload(), &key(1));
    assert!(Genesis::open(&relabelled).is_err());
}

#[test]
fn a_malformed_statement_is_refused_with_its_reason() {
    let open = |payload: Vec<u8>| Genesis::open(&Envelope::sign(Genesis::TYPE, payload, &key(1))).unwrap_err();
    let named = |name: &str| open(Genesis { name: name.to_owned(), ..genesis() }.payload());
    for name in ["", " x", "a\nb", "\u{202e}x", "x\u{200b}y", &"x".repeat(201)] {
        assert_eq!(named(name), StatementError::Name, "{name:?}");
    }
    let mut later = genesis().payload();
    later[2] = 2;
    assert_eq!(open(later), StatementError::Version(2));
    let mut more = genesis().payload();
    more[0] += 1;
    more.extend([6, 0]);
    assert_eq!(open(more), StatementError::Form(CborError::Expected { expected: "no further key" }));
    let mut weak = genesis().payload();
    let neutral = [[1].as_slice(), &[0; 31]].concat();
    let at = weak.windows(32).position(|window| window == genesis().signing.to_bytes()).unwrap();
    weak.splice(at..at + 32, neutral);
    assert_eq!(open(weak), StatementError::Key);
    assert_eq!(open([genesis().payload(), vec![0]].concat()), StatementError::Form(CborError::Trailing));
}

#[test]
fn the_logs_of_a_change_stand_once_and_in_order() {
    let mut writer = Writer::new();
    writer.map(5).uint(1).uint(1).uint(2).bytes(&[0; 32]).uint(3).uint(1).uint(4).bytes(&key(4).verifying().to_bytes());
    writer.uint(5).array(2);
    for _ in 0..2 {
        writer.array(3).text("control").uint(0).uint(0);
    }
    let envelope = Envelope::sign(Rotation::TYPE, writer.finish(), &key(1));
    let order = StatementError::Form(CborError::Form { what: "the order of planes" });
    assert_eq!(Rotation::open(&envelope, &key(1).verifying()), Err(order));
}
