//! What an agreement does not name never leaves, whatever is held; what is let through is told apart from what is taken back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use crate::agreement::{Rule, Terms};
use crate::bundle::{BundleHead, BundleReader, BundleWriter};
use crate::page::{Chunk, ChunkError, Page};
use crate::sample::{
    self, ISSUED, active, document, document_with, entry, entry_of, kinds, node, person, plane, terms,
};
use crate::wire::*;

use super::*;

/// The page of these entries for the receiver of the terms.
fn page(entries: &[Entry], terms: &Terms) -> PeerBytes {
    let warrant = Warrant::Agreement(terms);
    let (ring, first, _) = sample::ring();
    let log = terms.scope().log().clone();
    let mut builder = PageBuilder::begin(log.clone(), 1, 0, &warrant, 1 << 20).unwrap();
    let mut tree = Tree::default();
    for entry in entries {
        let item = project(&Row { entry, before: Before::First }, &warrant).unwrap();
        assert_eq!(builder.push(&item).unwrap(), Room::Taken);
        tree.append(entry.leaf());
    }
    let checkpoint = Checkpoint { log, epoch: 1, size: tree.size(), root: tree.root() };
    builder.finish(&Note::sign(&checkpoint, &sample::key_of(&ring, &first)), Vec::new()).unwrap()
}

fn first_node() -> NodeId {
    sample::ring().1
}

fn other_node() -> NodeId {
    sample::ring().2
}

/// The committed names that a page shows, proven against the headers, with what was shown of each.
fn shown(page: &Page) -> BTreeSet<String> {
    let kind = sample::kind("registry/person");
    let names = ["cooperative", "note", "name", "birth_date", "card", "birth_date.year", "province"];
    let mut found = BTreeSet::new();
    for item in &page.items {
        let Item::Shown { header, disclosures } = item else { continue };
        let header = Header::decode(header).unwrap();
        for disclosure in disclosures {
            for field in disclosure.verify(header.root(disclosure.no()).unwrap()).unwrap() {
                found.extend(
                    names.iter().filter(|name| field_no(&kind, name) == field.no).map(|name| (*name).to_owned()),
                );
            }
        }
    }
    found
}

#[test]
fn the_table_is_what_is_shown() {
    let mut life = active(document());
    let bytes = page(&[person(0, 1, "09.541")], &sample::terms_of(&mut life));
    let names: BTreeSet<String> = ["cooperative", "birth_date.year", "province"].map(str::to_owned).into();
    assert_eq!(shown(&Page::decode(bytes.as_bytes()).unwrap()), names);
    assert_eq!(bytes.receiver(), Some(&other_node()));
}

#[test]
fn a_row_outside_the_filter_is_its_leaf_in_place() {
    let mut life = active(document());
    let entries = [person(0, 1, "09.541"), person(1, 2, "01.051"), person(2, 3, "09.541")];
    let page = Page::decode(page(&entries, &sample::terms_of(&mut life)).as_bytes()).unwrap();
    assert_eq!(page.items[1], Item::Hidden(entries[1].leaf()));
    let mut tree = Tree::default();
    page.items.iter().for_each(|item| drop(tree.append(item.leaf())));
    let checkpoint = Note::open(&page.head.note, &sample::ring().0).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (3, tree.root()), "nothing was left out");
}

#[test]
fn a_row_that_leaves_the_filter_is_withdrawn_once() {
    let (inside, outside, later) = (person(0, 1, "09.541"), person(1, 2, "01.051"), person(2, 3, "01.051"));
    let delete = |seq, ver| entry(EntryKind::Delete, seq, ver, &[]);
    let deleted = delete(3, 4);
    let mut life = active(document());
    let terms = sample::terms_of(&mut life);
    let told = |entry: &Entry, before| project(&Row { entry, before }, &Warrant::Agreement(&terms)).unwrap().verdict();
    for (entry, before, verdict) in [
        (&inside, Before::First, Verdict::Shown),
        (&outside, Before::First, Verdict::Hidden),
        (&outside, Before::Entry(&inside), Verdict::Withdrawn),
        (&later, Before::Entry(&outside), Verdict::Hidden),
        (&later, Before::Unknown, Verdict::Withdrawn),
        (&deleted, Before::Entry(&inside), Verdict::Shown),
        (&deleted, Before::Entry(&outside), Verdict::Hidden),
        (&person(4, 5, "09.541"), Before::Entry(&deleted), Verdict::Shown),
    ] {
        assert_eq!(told(entry, before), verdict);
    }
    let mixed = project(&Row { entry: &outside, before: Before::Entry(&later) }, &Warrant::Agreement(&terms));
    assert!(matches!(mixed, Err(GateError::Before { .. })));
    let other = Verdict::Hidden;
    assert_eq!(told(&entry(EntryKind::Other("later".to_owned()), 0, 1, &[]), Before::First), other);
}

#[test]
fn what_is_held_of_others_is_not_given_on() {
    let mut life = active(document());
    let terms = sample::terms_of(&mut life);
    let entries = [
        entry_of(other_node(), "members", EntryKind::Put, 0, 1, &[]),
        entry_of(first_node(), "registry", EntryKind::Put, 0, 1, &[]),
    ];
    for entry in &entries {
        let refused = project(&Row { entry, before: Before::First }, &Warrant::Agreement(&terms));
        assert!(matches!(refused, Err(GateError::OtherLog { .. })));
    }
}

#[test]
fn messages_go_to_those_whom_they_name() {
    let kind = sample::kind("registry/person");
    let (holder, receiver, stranger) = (first_node(), other_node(), node(9));
    let secret = (GroupNo::PERSONAL, vec![("name", json!("Fatima"))]);
    let to = |node: NodeId| (GroupNo::PUBLIC, vec![(ADDRESSEES, json!([node.to_string()]))]);
    assert_eq!(addressees(&kind, &[receiver]).value, encode_json(&json!([receiver.to_string()])).unwrap());
    for (what, named, verdict) in [
        (EntryKind::Proposal, Some(receiver), Verdict::Addressed),
        (EntryKind::Proposal, Some(stranger), Verdict::Hidden),
        (EntryKind::Agreement, None, Verdict::Hidden),
        (EntryKind::Answer, Some(stranger), Verdict::Hidden),
        (EntryKind::Retract, Some(receiver), Verdict::Addressed),
        (EntryKind::Withdrawn, None, Verdict::Hidden),
        (EntryKind::Seal, None, Verdict::Announced),
        (EntryKind::Offer, Some(receiver), Verdict::Addressed),
        (EntryKind::Offer, Some(stranger), Verdict::Announced),
        (EntryKind::Key, None, Verdict::Announced),
        (EntryKind::Put, Some(receiver), Verdict::Hidden),
        (EntryKind::Delete, Some(receiver), Verdict::Hidden),
        (EntryKind::Other("new".to_owned()), Some(receiver), Verdict::Hidden),
    ] {
        let groups: Vec<_> = named.map(to).into_iter().chain([secret.clone()]).collect();
        let entry = entry_of(holder, "control", what.clone(), 0, 1, &groups);
        let row = Row { entry: &entry, before: Before::First };
        let item = project(&row, &Warrant::Member { holder: &holder, receiver: &receiver }).unwrap();
        assert_eq!(item.verdict(), verdict, "{what}");
        let tells = item.bytes.windows(6).any(|part| part == b"Fatima");
        assert_eq!(tells, verdict == Verdict::Addressed, "{what}");
    }
    let entry = entry_of(holder, "members", EntryKind::Seal, 0, 1, &[]);
    let member = Warrant::Member { holder: &holder, receiver: &receiver };
    let refused = project(&Row { entry: &entry, before: Before::First }, &member);
    assert!(matches!(refused, Err(GateError::OtherLog { .. })), "membership opens the control plane and no other");
}

#[test]
fn a_page_takes_what_was_let_through_for_it_and_in_order() {
    let mut life = active(document());
    let terms = sample::terms_of(&mut life);
    let warrant = Warrant::Agreement(&terms);
    let log = terms.scope().log().clone();
    let item = |seq| project(&Row { entry: &person(seq, 1, "09.541"), before: Before::First }, &warrant).unwrap();
    let mut builder = PageBuilder::begin(log.clone(), 1, 5, &warrant, 1 << 20).unwrap();
    assert!(matches!(builder.push(&item(6)), Err(BuildError::Order { expected: 5, found: 6 })));
    builder.push(&item(5)).unwrap();
    assert!(matches!(builder.push(&item(5)), Err(BuildError::Order { expected: 6, found: 5 })));
    let mut other_epoch = PageBuilder::begin(log.clone(), 2, 5, &warrant, 1 << 20).unwrap();
    assert!(matches!(other_epoch.push(&item(5)), Err(BuildError::Other)));
    let mut again = document();
    again.version = 2;
    again.before = Some(Hash([1; 32]));
    let mut life = active(again);
    let newer = sample::terms_of(&mut life);
    let mut other = PageBuilder::begin(log.clone(), 1, 5, &Warrant::Agreement(&newer), 1 << 20).unwrap();
    assert!(matches!(other.push(&item(5)), Err(BuildError::Other)));
    let note = Note::sign(&Checkpoint { log, epoch: 1, size: 7, root: Hash::ZERO }, &sample::key(1));
    assert!(matches!(builder.finish(&note, Vec::new()), Err(BuildError::Checkpoint { size: 6 })));
}

/// The entries that fit a page of so many bytes, and its length. Of each, one field has so many letters, of one kind or of many.
fn filled(bytes_max: usize, letters: usize, regular: bool) -> (u64, usize) {
    let mut life = active(document_with(terms(&[("cooperative", Rule::Clear)], &[])));
    let terms = sample::terms_of(&mut life);
    let warrant = Warrant::Agreement(&terms);
    let log = terms.scope().log().clone();
    let mut builder = PageBuilder::begin(log.clone(), 1, 0, &warrant, bytes_max).unwrap();
    let mut noise = 88_172_645_463_325_252_u64;
    loop {
        let letter = |_| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            if regular { 'a' } else { char::from(b'!' + u8::try_from(noise % 90).unwrap()) }
        };
        let text: String = (0..letters).map(letter).collect();
        let public = (GroupNo::PUBLIC, vec![("cooperative", json!(text))]);
        let entry = entry(EntryKind::Put, builder.end_size(), 1, &[public]);
        let item = project(&Row { entry: &entry, before: Before::First }, &warrant).unwrap();
        if builder.push(&item).unwrap() == Room::Full {
            break;
        }
    }
    let size = builder.end_size();
    let note = Note::sign(&Checkpoint { log, epoch: 1, size, root: Hash::ZERO }, &sample::key(1));
    let page = builder.finish(&note, Vec::new()).unwrap();
    assert_eq!((page.span(), Page::decode(page.as_bytes()).unwrap().span()), (Some(0..size), 0..size));
    (size, page.as_bytes().len())
}

#[test]
fn a_page_fills_its_budget_and_no_more() {
    const HEAD: usize = 600;
    for budget in [20_000, 100_000, 500_000] {
        let (entries, bytes) = filled(budget, 200, false);
        assert!(entries > 1 && bytes <= budget + HEAD, "{entries} entries in {bytes} bytes for {budget}");
        assert!(bytes >= budget - budget / 4, "{entries} entries in {bytes} bytes for {budget}");
    }
    assert_eq!(filled(0, 200, false).0, 1, "one entry always gets through");
    let (entries, bytes) = filled(usize::MAX, 1 << 20, false);
    assert!(entries == 1 && bytes > 800_000, "the longest entry gets through: {entries} in {bytes}");
    assert_eq!(filled(usize::MAX, 4, true).0, 2_000, "no page has more entries than it may");
}

#[test]
fn very_regular_entries_do_not_make_a_bomb() {
    let (entries, bytes) = filled(usize::MAX, 100_000, true);
    assert!(entries > 10 && bytes < 100_000, "{entries} entries in {bytes} bytes");
}

const FIELDS: [(&str, GroupNo); 7] = [
    ("cooperative", GroupNo::PUBLIC),
    ("note", GroupNo::INTERNAL),
    ("name", GroupNo::PERSONAL),
    ("birth_date", GroupNo::PERSONAL),
    ("card", GroupNo::SENSITIVE),
    ("birth_date.year", GroupNo::DERIVED),
    ("province", GroupNo::DERIVED),
];

/// The value of a field that gives it away wherever it stands.
fn canary(field: &str, seq: u64) -> String {
    format!("canary-{field}-{seq}-nothing-else-is-written-so")
}

fn person_of_canaries(seq: u64, in_view: bool) -> Entry {
    let mut groups: Vec<(GroupNo, Vec<(&str, serde_json::Value)>)> = Vec::new();
    for (field, group) in FIELDS {
        let province = if in_view { "09.541" } else { "01.051" };
        let value = if field == "province" { json!(province) } else { json!(canary(field, seq)) };
        match groups.last_mut().filter(|(last, _)| *last == group) {
            Some((_, fields)) => fields.push((field, value)),
            None => groups.push((group, vec![(field, value)])),
        }
    }
    groups.sort_by_key(|(group, _)| *group);
    let mut entry = entry(EntryKind::Put, seq, seq + 1, &groups);
    // What no schema knows is held too, and never given.
    let rest = encode_json(&json!(canary("rest", seq))).unwrap();
    let public = Group {
        fields: [vec![Field { no: REST, value: rest }], entry.groups[0].fields.clone()].concat(),
        ..entry.groups[0].clone()
    };
    let mut header = Header::decode(&entry.header).unwrap();
    header.groups[0].1 = public.root();
    entry.groups[0] = public;
    entry.header = header.encode();
    entry
}

/// The salt of one field: what the group would show if it had one field more and only this one were asked for.
fn salt(group: &Group, number: u16) -> [u8; 32] {
    let more = Field { no: u16::MAX, value: vec![0xf6] };
    let group = Group { fields: [group.fields.clone(), vec![more]].concat(), ..group.clone() };
    let Disclosure::Some { leaves, .. } = group.disclose(&BTreeSet::from([number])) else {
        panic!("one of two is not the whole");
    };
    let mut salts = leaves.iter().filter_map(|leaf| match leaf {
        LeafShown::Shown { salt, .. } => Some(*salt),
        LeafShown::Hidden(_) => None,
    });
    salts.next().unwrap()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// I5: what is withheld is in no bytes that leave, neither as a value nor as what would let it be guessed.
    #[test]
    fn a_withheld_value_is_in_no_bytes(
        rules in proptest::collection::vec(0_u8..4, 6),
        in_view in proptest::collection::vec(any::<bool>(), 1..6),
    ) {
        let mut table = terms(&[("province", Rule::Clear)], &[("province", &["09.541"])]);
        for ((field, _), rule) in FIELDS.iter().zip(&rules) {
            let rule = match rule {
                0 => Rule::Clear,
                1 => Rule::Withheld,
                2 if *field == "birth_date" => Rule::Generalised("birth_date.year".to_owned()),
                _ => continue,
            };
            table.fields.insert((*field).to_owned(), rule);
        }
        let given: BTreeSet<String> = table.given().into_iter().map(str::to_owned).collect();
        let mut life = active(document_with(table));
        let entries: Vec<Entry> =
            in_view.iter().zip(0..).map(|(in_view, seq)| person_of_canaries(seq, *in_view)).collect();
        let sent = page(&entries, &sample::terms_of(&mut life));
        let head = BundleHead { from: first_node(), to: other_node() };
        let mut writer = BundleWriter::begin(Vec::new(), &head).unwrap();
        writer.push(&sent).unwrap();
        let (file, _) = writer.finish().unwrap();
        let carried = BundleReader::open(file.as_slice()).unwrap().next_page().unwrap().unwrap();
        prop_assert_eq!(carried.as_slice(), sent.as_bytes());
        let page = Page::decode(&carried).unwrap();
        let plain: Vec<u8> = page.items.iter().flat_map(Item::encode).collect();
        for (entry, (in_view, seq)) in entries.iter().zip(in_view.iter().zip(0..)) {
            prop_assert!(!has(&plain, canary("rest", seq).as_bytes()));
            for (field, group) in FIELDS.iter().filter(|(field, _)| *field != "province") {
                let may = *in_view && given.contains(*field);
                prop_assert_eq!(has(&plain, canary(field, seq).as_bytes()), may, "{} of {}", field, seq);
                let whole = entry.groups.iter().find(|found| found.no == *group).unwrap();
                let number = field_no(&sample::kind("registry/person"), field);
                let salt = salt(whole, number);
                prop_assert!(may || !has(&plain, &salt), "the salt of {} of {}", field, seq);
                let all = whole.fields.iter().all(|held| {
                    FIELDS.iter().any(|(name, _)| given.contains(*name) && field_no(&sample::kind("registry/person"), name) == held.no)
                });
                prop_assert_eq!(has(&plain, &whole.seed.0), *in_view && all, "the seed of group {} of {}", group.0, seq);
            }
        }
        prop_assert_eq!(ISSUED, life.document().issued_at);
    }
}

#[test]
fn a_chunk_holds_what_is_shown_and_comes_back_whole() {
    let mut life = active(document());
    let terms = sample::terms_of(&mut life);
    let warrant = Warrant::Agreement(&terms);
    let log = terms.scope().log().clone();
    let let_through =
        |seq, province| project(&Row { entry: &person(seq, 1, province), before: Before::First }, &warrant).unwrap();
    let mut builder = ChunkBuilder::begin(log, 1, &warrant).unwrap();
    for seq in [3, 9, 40] {
        assert_eq!(builder.push(&let_through(seq, "09.541"), 10).unwrap(), Room::Taken);
    }
    assert!(matches!(builder.push(&let_through(40, "09.541"), 10), Err(BuildError::Order { expected: 41, found: 40 })));
    assert!(matches!(builder.push(&let_through(41, "01.051"), 10), Err(BuildError::Hidden)));
    let proof = [Hash([1; 32]), Hash([2; 32])];
    let bytes = builder.finish(&proof).unwrap();
    let chunk = Chunk::decode(bytes.as_bytes()).unwrap();
    assert_eq!((chunk.under, chunk.proof.as_slice(), chunk.items.len()), (warrant.under(), proof.as_slice(), 3));
    assert_eq!(chunk.items[1].leaf(), person(9, 1, "09.541").leaf());
    let hex: String = bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let vector: serde_json::Value = serde_json::from_str(include_str!("../../tests/vectors/chunk.json")).unwrap();
    let kept = vector["chunk"].as_str().unwrap();
    let kept: Vec<u8> =
        (0..kept.len()).step_by(2).map(|at| u8::from_str_radix(&kept[at..at + 2], 16).unwrap()).collect();
    assert!(Chunk::decode(&kept).is_ok_and(|kept| kept == chunk), "what was written once is read for ever: {hex}");
    for end in 0..bytes.as_bytes().len() {
        assert!(Chunk::decode(&bytes.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(matches!(Chunk::decode(&vec![0; limits::FED_CHUNK_BYTES_MAX + 1]), Err(ChunkError::Long)));
}

#[test]
fn a_class_that_changes_hides_what_was_committed_under_the_old_one() {
    let mut life = active(document_with(terms(&[("name", Rule::Clear)], &[])));
    let mut kinds = kinds();
    for classes in kinds.values_mut() {
        classes.fields.insert("name".to_owned(), crate::agreement::Class::Public);
    }
    let holder = *life.drafted_by();
    let terms = life.terms(&holder, &plane("members"), &kinds, ISSUED).unwrap();
    assert_eq!(shown(&Page::decode(page(&[person(0, 1, "09.541")], &terms).as_bytes()).unwrap()), BTreeSet::new());
}

#[test]
fn letters_are_of_known_types() {
    let (to, key) = (other_node(), sample::key(1));
    let agreement = Envelope::sign(crate::agreement::PAYLOAD_TYPE, document().encode(), &key);
    let letter = PeerBytes::letter(&agreement, to).unwrap();
    assert_eq!((letter.as_bytes(), letter.span()), (agreement.encode().as_slice(), None));
    let other = Envelope::sign("application/json", b"{\"name\":\"Fatima\"}".to_vec(), &key);
    assert!(matches!(PeerBytes::letter(&other, to), Err(LetterError::Type { .. })));
    let answer = Answer { epoch: 1, next: 70_000, credit: 1 << 20 };
    assert_eq!(Answer::decode(PeerBytes::answer(&answer, to).as_bytes()), Ok(answer));
}
