//! A package is taken in one form, from one publisher, and never backwards.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sample;

use super::*;

fn package(version: u32, records: &[(&str, &str)]) -> Package {
    let (_, publisher, _) = sample::ring();
    let (name, kind) = ("sectors".to_owned(), PackageKind::Nomenclature);
    let mut package = Package { kind, name, version, publisher, contents: BTreeMap::new() };
    for (record, text) in records {
        package.add(record, text.as_bytes());
    }
    package
}

const FIRST: [(&str, &str); 3] = [("sector/argan", "{\"ar\":\"a\"}"), ("sector/saffron", "{}"), ("sector/wool", "{}")];

#[test]
fn a_list_is_written_as_the_vector_says() {
    let vector: Value = serde_json::from_str(include_str!("../../tests/vectors/package.json")).unwrap();
    let mut package = package(1, &FIRST);
    package.publisher = sample::node(1);
    let text = String::from_utf8(package.encode()).unwrap();
    assert_eq!(Value::from(text.as_str()), vector["list"]);
    assert_eq!(Package::parse(text.as_bytes()).unwrap(), package);
}

#[test]
fn one_instance_publishes() {
    let (ring, publisher, other) = sample::ring();
    let envelope = package(1, &FIRST).sign(&sample::key_of(&ring, &publisher));
    assert_eq!(Package::open(&envelope, &publisher, &ring).unwrap(), package(1, &FIRST));
    assert!(matches!(Package::open(&envelope, &other, &ring), Err(PackageError::Publisher { .. })));
    let forged = package(1, &FIRST).sign(&sample::key_of(&ring, &other));
    assert!(matches!(Package::open(&forged, &publisher, &ring), Err(PackageError::Unsigned { .. })));
    let typed = Envelope::sign("text/plain", package(1, &FIRST).encode(), &sample::key_of(&ring, &publisher));
    assert!(matches!(Package::open(&typed, &publisher, &ring), Err(PackageError::Envelope(_))));
}

#[test]
fn what_is_no_list_is_refused_with_its_place() {
    let text = String::from_utf8(package(1, &FIRST).encode()).unwrap();
    for (from, to, at) in [
        ("\"version\":1", "\"version\":0", "/version"),
        ("\"version\":1", "\"version\":4294967296", "/version"),
        ("\"kind\":\"nomenclature\"", "\"kind\":\"virus\"", "/kind"),
        ("\"name\":\"sectors\"", "\"name\":\"../x\"", "/name"),
        ("sector/wool", "sector/../../etc", "/contents/sector~1..~1..~1etc"),
        ("sector/wool", "/wool", "/contents/~1wool"),
        ("\"bytes\":10", "\"bytes\":16777217", "/contents/sector~1argan"),
        ("\"bytes\":10", "\"bytes\":10,\"more\":1", "/contents/sector~1argan"),
        ("\"name\":\"sectors\"", "\"name\":\"sectors\",\"x\":1", "/x"),
        (FORM, "tiwizi.ma/package/2", "/form"),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from}");
        match Package::parse(wrong.as_bytes()) {
            Err(PackageError::Part { pointer, .. }) => assert_eq!(pointer, at, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
    assert!(matches!(Package::parse(format!("{text} ").as_bytes()), Err(PackageError::Form)));
    assert!(matches!(Package::parse(&vec![b' '; limits::FED_PACKAGE_BYTES_MAX + 1]), Err(PackageError::Long)));
}

#[test]
fn bytes_are_held_against_the_list() {
    let package = package(1, &FIRST);
    assert!(package.check("sector/argan", b"{\"ar\":\"a\"}").is_ok());
    assert!(matches!(package.check("sector/argan", b"{\"ar\":\"b\"}"), Err(PackageError::Bytes { .. })));
    assert!(matches!(package.check("sector/honey", b"{}"), Err(PackageError::NoRecord { .. })));
}

#[test]
fn a_dry_run_tells_what_comes_what_changes_and_what_goes() {
    let here = package(1, &FIRST);
    let found = package(2, &[("sector/argan", "{\"ar\":\"b\"}"), ("sector/honey", "{}"), ("sector/wool", "{}")]);
    let run = dry_run(Some(&here), &found).unwrap();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(run.added.keys().cloned().collect::<Vec<_>>(), names(&["sector/honey"]));
    assert_eq!(run.changed.keys().cloned().collect::<Vec<_>>(), names(&["sector/argan"]));
    assert_eq!(run.removed.keys().cloned().collect::<Vec<_>>(), names(&["sector/saffron"]));
    assert_eq!((run.kept, run.needed().len()), (1, 2));
    assert!(dry_run(Some(&here), &here).unwrap().is_empty());
    assert_eq!(dry_run(None, &here).unwrap().added.len(), 3);
}

#[test]
fn nothing_takes_the_place_of_another_or_goes_back() {
    let (one, two) = (package(1, &FIRST), package(2, &FIRST));
    assert_eq!(dry_run(Some(&two), &one), Err(StepError::Older { here: 2, found: 1 }));
    let other = package(2, &FIRST[..1]);
    assert_eq!(dry_run(Some(&two), &other), Err(StepError::Twice { version: 2 }));
    let mut named = two.clone();
    named.name = "branches".to_owned();
    assert!(matches!(dry_run(Some(&one), &named), Err(StepError::Other { .. })));
    let mut published = two.clone();
    published.publisher = sample::node(9);
    assert!(matches!(dry_run(Some(&one), &published), Err(StepError::Publisher { .. })));
}

#[test]
fn members_that_differ_are_named() {
    let names = changed_members(b"{\"a\":1,\"b\":2,\"c\":3}", b"{\"a\":1,\"b\":3,\"d\":3}").unwrap();
    assert_eq!(names, ["b", "c", "d"].map(str::to_owned).into_iter().collect::<BTreeSet<_>>());
    assert_eq!(changed_members(b"[]", b"{}"), None);
}
