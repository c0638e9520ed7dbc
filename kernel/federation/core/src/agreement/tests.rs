//! What a document may be, who may take which step, and what changes between versions.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use tiwizi_model::{Instant, limits};

use crate::sample::{self, DAY_MS, ISSUED, document, document_with, kinds, node, plane, terms};
use crate::wire::{Envelope, Hash};

use super::*;

/// The document with one place set to another value; `null` in place of a value takes the member away.
fn with(pointer: &str, value: Value) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(&document().encode()).unwrap();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let member = member.replace("~1", "/");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(members) if value == json!("-") => drop(members.remove(&member)),
        Value::Object(members) => drop(members.insert(member, value)),
        Value::Array(values) => values[member.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    document.to_string().into_bytes()
}

fn faults(bytes: &[u8]) -> Vec<Fault> {
    match Document::parse(bytes) {
        Err(AgreementError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_is_written_as_the_vector_says() {
    let vector: Value = serde_json::from_str(include_str!("../../tests/vectors/agreement.json")).unwrap();
    let text = String::from_utf8(document().encode()).unwrap();
    assert_eq!(Value::from(text.as_str()), vector["document"]);
    assert_eq!(document().hash().to_string(), vector["hash"]);
    assert_eq!(Document::parse(text.as_bytes()).unwrap(), document());
}

#[test]
fn each_fault_is_told_with_its_place() {
    let person = format!("/grants/{}/members/registry~1person", node(1));
    let hash = Hash([1; 32]).to_string();
    let long = "x".repeat(limits::FED_SENTENCE_BYTES_MAX + 1);
    let year_ms = 365 * DAY_MS;
    for (at, value, pointer, what) in [
        ("/purpose", json!("-"), "/purpose", What::Missing),
        ("/purpose", json!(""), "/purpose", What::Empty),
        ("/purpose", json!(7), "/purpose", What::Type { expected: "a text" }),
        ("/purpose", json!(long), "/purpose", What::TooMany { max: 2_000 }),
        ("/legal_basis", json!("-"), "/legal_basis", What::Missing),
        ("/also", json!(1), "/also", What::Unknown),
        ("/form", json!("other/1"), "/form", What::Form { expected: document::FORM }),
        ("/id", json!("x"), "/id", What::Form { expected: "an id" }),
        ("/version", json!(0), "/version", What::Range { min: 1, max: i64::from(u32::MAX) }),
        ("/version", json!(2), "/before", What::Before),
        ("/before", json!(hash), "/before", What::Before),
        ("/before", json!("00"), "/before", What::Form { expected: "a hash" }),
        ("/parties/1/node", json!(node(1).to_string()), "/parties", What::Parties),
        ("/parties/0/node", json!(node(3).to_string()), "/parties", What::Parties),
        ("/parties", json!([]), "/parties", What::Parties),
        ("/retention_days", json!(0), "/retention_days", What::Range { min: 1, max: 36_600 }),
        ("/erasure_days", json!(91), "/erasure_days", What::Range { min: 1, max: 90 }),
        ("/onward", json!("all"), "/onward", What::Type { expected: "a list" }),
        ("/onward", json!(["x"]), "/onward/0", What::Form { expected: "the id of an instance" }),
        ("/grants", json!({}), "/grants", What::Empty),
    ] {
        let found = faults(&with(at, value.clone()));
        assert_eq!(found, [Fault { pointer: pointer.to_owned(), what }], "{at} {value}");
    }
    for (at, value, pointer, what) in [
        (
            "/fields/card",
            json!("open"),
            "/fields/card",
            What::Form { expected: "clear, withheld or {\"generalised\": field}" },
        ),
        ("/fields/card", json!({"generalised": ""}), "/fields/card/generalised", What::Empty),
        ("/fields/province", json!("withheld"), "/rows/province", What::FilterHidden),
        ("/rows/province", json!([]), "/rows/province", What::Empty),
        (
            "/rows/province",
            json!([1.5]),
            "/rows/province/0",
            What::Type { expected: "a text, a whole number, true or false" },
        ),
        ("/rows/card", json!(["x"]), "/rows/card", What::FilterHidden),
        ("/when", json!(1), "/when", What::Unknown),
    ] {
        let found = faults(&with(&format!("{person}{at}"), value.clone()));
        assert_eq!(found, [Fault { pointer: format!("{person}{pointer}"), what }], "{at} {value}");
    }
    let late = faults(&with("/expires_at_ms", json!(ISSUED.0 + 2 * year_ms + 2 * DAY_MS)));
    let max = ISSUED.0 + i64::from(limits::FED_AGREEMENT_DAYS_MAX) * DAY_MS;
    assert_eq!(late, [Fault { pointer: "/expires_at_ms".to_owned(), what: What::Range { min: ISSUED.0 + 1, max } }]);
}

#[test]
fn the_control_plane_and_strangers_are_not_agreed_about() {
    let mut control = document();
    let given = control.grants.get_mut(&node(1)).unwrap();
    let kinds = given.remove(&plane("members")).unwrap();
    given.insert(plane("control"), kinds);
    let found = faults(&control.encode());
    assert_eq!(found[0].what, What::Form { expected: "a plane of records" });
    let mut stranger = document();
    let given = stranger.grants.remove(&node(1)).unwrap();
    stranger.grants.insert(node(3), given);
    assert_eq!(faults(&stranger.encode())[0].what, What::NoParty);
}

#[test]
fn other_bytes_for_the_same_document_are_refused() {
    let text = String::from_utf8(document().encode()).unwrap();
    for other in [
        format!("{text}\n"),
        text.replace("\":", "\": "),
        text.replacen("\"before\":null,", "\"before\":null,\"before\":null,", 1),
        text.replacen("{\"before\":null,\"cndp\":\"D-GC-1/2026\",", "{\"cndp\":\"D-GC-1/2026\",\"before\":null,", 1),
        text.replace("D-GC", "D\\u002dGC"),
    ] {
        assert_ne!(other, text);
        assert!(matches!(Document::parse(other.as_bytes()), Err(AgreementError::Form)), "{other}");
    }
    let long = vec![b' '; limits::FED_AGREEMENT_BYTES_MAX + 1];
    assert!(matches!(Document::parse(&long), Err(AgreementError::Long)));
    assert!(matches!(Document::parse(&vec![b'['; 1_000]), Err(AgreementError::Json(_))));
}

#[test]
fn what_no_schema_classifies_cannot_be_named() {
    let clear = |field: &str| (field.to_owned(), Rule::Clear);
    let year = |field: &str| (field.to_owned(), Rule::Generalised("birth_date.year".to_owned()));
    for ((field, rule), what) in [
        (clear("shoe_size"), What::NoClass),
        (year("shoe_size"), What::NoClass),
        (year("name"), What::NotDerived),
        (("name".to_owned(), Rule::Generalised("card".to_owned())), What::NotDerived),
    ] {
        let mut terms = terms(&[("province", Rule::Clear)], &[]);
        terms.fields.insert(field.clone(), rule);
        let found = document_with(terms).misfits(&kinds());
        assert_eq!((found[0].what.clone(), found[0].pointer.ends_with(&format!("/fields/{field}"))), (what, true));
    }
    assert_eq!(document().misfits(&kinds()), []);
    assert_eq!(document().misfits(&BTreeMap::new())[0].what, What::NoKind);
}

#[test]
fn fields_about_persons_need_a_decision_and_filter_nothing() {
    let mut without = document();
    without.cndp = None;
    assert_eq!(without.misfits(&kinds()), [Fault { pointer: "/cndp".to_owned(), what: What::NoReference }]);
    let mut open = document_with(terms(&[("cooperative", Rule::Clear)], &[]));
    open.cndp = None;
    assert_eq!(open.misfits(&kinds()), []);
    let by_name = document_with(terms(&[("name", Rule::Clear)], &[("name", &["Fatima"])]));
    assert_eq!(by_name.misfits(&kinds())[0].what, What::FilterPersonal);
    assert_eq!(document().personal(&node(1), &kinds()).len(), 1);
}

#[test]
fn a_kind_goes_in_its_own_plane() {
    let mut other = kinds();
    other.values_mut().for_each(|classes| classes.plane = plane("registry"));
    assert_eq!(document().misfits(&other)[0].what, What::OtherPlane);
    assert!(!document().scope(&node(1), &plane("members"), &other).unwrap().has_kind(&sample::kind("registry/person")));
}

/// The two sides, and an agreement with each one's signature and with both.
fn sides() -> (Document, NodeIds, Signed, Signed) {
    let (ring, first, second) = sample::ring();
    let life = sample::active(document());
    let document = life.document().clone();
    let mut envelope = Envelope::sign(PAYLOAD_TYPE, document.encode(), &sample::key_of(&ring, &first));
    let one = Signed::open(&envelope, &ring, Keys::Current).unwrap();
    envelope.add(&sample::key_of(&ring, &second));
    let both = Signed::open(&envelope, &ring, Keys::Every).unwrap();
    (document, NodeIds { first, second }, one, both)
}

struct NodeIds {
    first: crate::wire::NodeId,
    second: crate::wire::NodeId,
}

#[test]
fn each_step_is_for_one_side_and_one_time() {
    let (document, NodeIds { first, second }, one, both) = sides();
    let mut life = Life::draft(document.clone(), first).unwrap();
    let turn = |node, step| Err(StepError::Turn { node, step });
    let state = |state, step| Err(StepError::State { state, step });
    assert_eq!(life.step(Step::Sign(&both), second, ISSUED), state(State::Drafted, "sign"));
    assert_eq!(life.step(Step::Offer(&one), second, ISSUED), turn(second, "offer"));
    assert_eq!(life.step(Step::Offer(&one), node(9), ISSUED), Err(StepError::Stranger { node: node(9) }));
    assert_eq!(life.step(Step::Offer(&one), first, ISSUED), Ok(State::Offered));
    assert_eq!(life.step(Step::Activate, first, ISSUED), state(State::Offered, "activate"));
    assert_eq!(life.step(Step::Suspend, first, ISSUED), state(State::Offered, "suspend"));
    assert_eq!(life.step(Step::Sign(&both), first, ISSUED), turn(first, "sign"));
    assert_eq!(life.step(Step::Sign(&one), second, ISSUED), Err(StepError::Signatures));
    assert_eq!(life.step(Step::Sign(&both), second, ISSUED), Ok(State::Signed));
    assert_eq!(life.step(Step::Activate, second, ISSUED), turn(second, "activate"));
    assert_eq!(life.step(Step::Activate, first, ISSUED), Ok(State::Active));
    assert_eq!(life.step(Step::Suspend, second, ISSUED), Ok(State::Suspended));
    assert_eq!(life.step(Step::Resume, first, ISSUED), turn(first, "resume"));
    assert_eq!(life.step(Step::Resume, second, ISSUED), Ok(State::Active));
    assert_eq!(life.step(Step::Terminate, second, ISSUED), Ok(State::Terminated));
    assert_eq!(life.step(Step::Resume, second, ISSUED), state(State::Terminated, "resume"));
    let mut other = document;
    other.purpose.push('!');
    let mut life = Life::draft(other, first).unwrap();
    assert_eq!(life.step(Step::Offer(&one), first, ISSUED), Err(StepError::Signatures));
}

#[test]
fn a_signature_counts_for_one_document_and_one_key() {
    let (document, NodeIds { first, .. }, ..) = sides();
    let (ring, ..) = sample::ring();
    let stranger = Envelope::sign(PAYLOAD_TYPE, document.encode(), &sample::key(9));
    assert!(matches!(Signed::open(&stranger, &ring, Keys::Every), Err(AgreementError::Unsigned)));
    let other = Envelope::sign("text/plain", document.encode(), &sample::key_of(&ring, &first));
    assert!(matches!(Signed::open(&other, &ring, Keys::Every), Err(AgreementError::Envelope(_))));
}

#[test]
fn terms_are_given_only_while_it_is_in_force() {
    let (document, NodeIds { first, second }, one, both) = sides();
    let asked = |life: &mut Life, now| life.terms(&first, &plane("members"), &kinds(), now).is_some();
    let mut life = Life::draft(document.clone(), first).unwrap();
    for (step, by, given) in [
        (Step::Offer(&one), first, false),
        (Step::Sign(&both), second, false),
        (Step::Activate, first, true),
        (Step::Suspend, first, false),
        (Step::Resume, first, true),
        (Step::Terminate, second, false),
    ] {
        life.step(step, by, ISSUED).unwrap();
        assert_eq!(asked(&mut life, ISSUED), given, "{}", step.name());
    }
    let mut life = sample::active(sample::document());
    assert!(life.terms(&second, &plane("members"), &kinds(), ISSUED).is_none(), "the other direction was not agreed");
    assert!(life.terms(&first, &plane("registry"), &kinds(), ISSUED).is_none(), "the other plane was not agreed");
    assert!(asked(&mut life, Instant(document.expires_at.0 - 1)));
    assert!(!asked(&mut life, document.expires_at));
    assert!(!asked(&mut life, ISSUED), "a clock that goes back revives nothing");
    assert_eq!(life.state(), State::Expired);
}

#[test]
fn a_version_in_force_takes_the_place_of_the_one_before() {
    let mut old = sample::active(document());
    let mut next = old.document().clone();
    next.version = 2;
    next.before = Some(old.document().hash());
    let first = *old.drafted_by();
    let drafted = Life::draft(next.clone(), first).unwrap();
    assert_eq!(old.step(Step::Replace(&drafted), first, ISSUED), Err(StepError::NotNext));
    let in_force = |document: Document| {
        let mut template = document;
        let grants = template.grants.remove(&first).unwrap();
        template.grants.insert(node(1), grants);
        sample::active(template)
    };
    let mut wrong = next.clone();
    wrong.before = Some(Hash([9; 32]));
    assert_eq!(old.step(Step::Replace(&in_force(wrong)), first, ISSUED), Err(StepError::NotNext));
    assert_eq!(old.step(Step::Replace(&in_force(next)), first, ISSUED), Ok(State::Terminated));
}

fn persons(difference: &Difference) -> (Vec<Retraction>, Vec<Widening>) {
    let place = (plane("members"), sample::kind("registry/person"));
    (
        difference.retract.get(&place).cloned().unwrap_or_default(),
        difference.fill.get(&place).cloned().unwrap_or_default(),
    )
}

#[test]
fn narrowing_retracts_and_widening_fills() {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let year = Rule::Generalised("birth_date.year".to_owned());
    let one = |fields: &[(&str, Rule)], rows: &[(&str, &[&str])]| document_with(terms(fields, rows));
    let (c, w) = (Rule::Clear, Rule::Withheld);
    let p: (&str, Rule) = ("province", Rule::Clear);
    let given = [p.clone()];
    let fields = |names: &[&str]| vec![Retraction::Fields(set(names))];
    let filled = |names: &[&str]| vec![Widening::Fields(set(names))];
    for (old, new, retract, fill) in [
        (one(&[("name", c.clone())], &[]), one(&[("name", c.clone()), ("card", w.clone())], &[]), vec![], vec![]),
        (
            one(&[("name", c.clone())], &[]),
            one(&[("name", w), p.clone()], &[]),
            fields(&["name"]),
            filled(&["province"]),
        ),
        (
            one(&[("birth_date", c.clone())], &[]),
            one(&[("birth_date", year)], &[]),
            fields(&["birth_date"]),
            filled(&["birth_date.year"]),
        ),
        (
            one(&given, &[]),
            one(&given, &[("province", &["09.541"])]),
            vec![Retraction::Rows { left: terms(&[], &[("province", &["09.541"])]).rows }],
            vec![],
        ),
        (
            one(&given, &[("province", &["09.541"])]),
            one(&given, &[("province", &["09.541", "09.551"])]),
            vec![],
            vec![Widening::Rows { now: terms(&[], &[("province", &["09.541", "09.551"])]).rows }],
        ),
    ] {
        let difference = compare(Some(&old), Some(&new), &node(1));
        assert_eq!(persons(&difference), (retract, fill));
    }
    let (old, none) = (document(), compare(Some(&document()), None, &node(1)));
    assert_eq!(persons(&none), (vec![Retraction::Kind], vec![]));
    assert_eq!(persons(&compare(None, Some(&old), &node(1))), (vec![], vec![Widening::Kind]));
    assert_eq!(compare(Some(&old), None, &node(2)), Difference::default(), "the other side gave nothing");
    let mut shorter = document();
    shorter.retention_days = 30;
    assert_eq!(compare(Some(&document()), Some(&shorter), &node(1)).kept_shorter_days, Some(30));
    assert!(!compare(Some(&shorter), Some(&document()), &node(1)).narrows());
}

const NAMES: [&str; 5] = ["name", "birth_date", "card", "province", "note"];

fn any_terms() -> impl Strategy<Value = KindTerms> {
    let rule =
        prop_oneof![Just(Rule::Clear), Just(Rule::Withheld), Just(Rule::Generalised("birth_date.year".to_owned())),];
    let scalar = prop_oneof![
        any::<bool>().prop_map(Scalar::Flag),
        any::<i64>().prop_map(Scalar::Number),
        "[a-zء-ي\"\\\\/]{1,12}".prop_map(Scalar::Text),
    ];
    let fields = proptest::collection::btree_map(proptest::sample::select(NAMES.to_vec()), rule, 1..5);
    let values = proptest::collection::btree_set(scalar, 1..4);
    let rows = proptest::collection::btree_map(proptest::sample::select(NAMES.to_vec()), values, 0..3);
    (fields, rows).prop_map(|(fields, rows)| {
        let fields: BTreeMap<String, Rule> = fields.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect();
        let is_clear = |name: &str| fields.get(name) == Some(&Rule::Clear);
        let rows = rows.into_iter().filter(|(name, _)| is_clear(name)).map(|(name, values)| (name.to_owned(), values));
        KindTerms { rows: rows.collect(), fields: fields.clone() }
    })
}

proptest! {
    #[test]
    fn a_document_is_read_as_it_was_written(terms in any_terms(), purpose in "\\PC{1,40}") {
        let mut document = document_with(terms);
        document.purpose = purpose;
        prop_assert_eq!(Document::parse(&document.encode()).unwrap(), document);
    }

    #[test]
    fn noise_is_refused_and_breaks_nothing(at in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = document().encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(read) = Document::parse(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }

    #[test]
    fn what_one_way_retracts_the_other_way_fills(old in any_terms(), new in any_terms()) {
        let (old, new) = (document_with(old), document_with(new));
        let there = persons(&compare(Some(&old), Some(&new), &node(1)));
        let back = persons(&compare(Some(&new), Some(&old), &node(1)));
        let fields = |retractions: &[Retraction]| retractions.iter().find_map(|retraction| match retraction {
            Retraction::Fields(fields) => Some(fields.clone()),
            _ => None,
        });
        let filled = back.1.iter().find_map(|widening| match widening {
            Widening::Fields(fields) => Some(fields.clone()),
            _ => None,
        });
        prop_assert_eq!(fields(&there.0), filled);
        prop_assert_eq!(
            there.0.iter().any(|retraction| matches!(retraction, Retraction::Rows { .. })),
            back.1.iter().any(|widening| matches!(widening, Widening::Rows { .. }))
        );
        prop_assert_eq!(compare(Some(&old), Some(&old), &node(1)), Difference::default());
    }

    /// I23: whatever clocks say, an agreement is never in force where it would not have been with a clock that stands still.
    #[test]
    fn clocks_only_make_it_stricter(steps in proptest::collection::vec((0_usize..8, any::<bool>(), any::<i64>()), 0..20)) {
        let (document, NodeIds { first, second }, one, both) = sides();
        let mut with_clock = Life::draft(document.clone(), first).unwrap();
        let mut still = with_clock.clone();
        let mut was_over = false;
        for (step, by_first, now) in steps {
            let step = [Step::Offer(&one), Step::Sign(&both), Step::Activate, Step::Suspend, Step::Resume, Step::Terminate, Step::Decline, Step::Withdraw][step];
            let by = if by_first { first } else { second };
            let told = with_clock.step(step, by, Instant(now));
            let would = still.step(step, by, ISSUED);
            prop_assert!(told.is_err() || would.is_ok());
            prop_assert!(with_clock.state() != State::Active || still.state() == State::Active || was_over);
            let over = with_clock.state().is_over();
            prop_assert!(over || !was_over, "what is over stays over");
            was_over = over;
        }
    }

    /// Both sides come to the same state, in whatever order the steps of the other one reach them.
    #[test]
    fn crossing_steps_end_in_one_state(ours in proptest::collection::vec(0_usize..3, 0..6), theirs in proptest::collection::vec(0_usize..3, 0..6), mix in any::<u64>()) {
        let life = sample::active(document());
        let (first, second) = (*life.drafted_by(), *life.document().other(life.drafted_by()).unwrap());
        let step = |number: usize| [Step::Suspend, Step::Resume, Step::Terminate][number];
        let play = |mix: u64| {
            let (mut life, mut ours, mut theirs) = (life.clone(), ours.iter(), theirs.iter());
            let mut taken = Vec::new();
            for turn in 0..ours.len() + theirs.len() {
                let next = if mix >> turn & 1 == 0 { ours.next().map(|step| (first, step)) } else { theirs.next().map(|step| (second, step)) };
                taken.extend(next.or_else(|| ours.next().map(|step| (first, step))).or_else(|| theirs.next().map(|step| (second, step))));
            }
            for (by, number) in taken {
                drop(life.step(step(*number), by, ISSUED));
            }
            life.state()
        };
        prop_assert_eq!(play(mix), play(!mix));
    }
}
