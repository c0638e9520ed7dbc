//! A page is read within its bounds or not at all.

use proptest::prelude::*;
use serde_json::{Value, json};
use tiwizi_model::limits;
use uuid::Uuid;

use crate::agreement::AgreementId;
use crate::sample;
use crate::wire::{Checkpoint, Disclosure, Hash, LogId, Note};

use super::*;

fn items() -> Vec<Item> {
    let entry = sample::person(0, 1, "09.541");
    let disclosures: Vec<Disclosure> = entry
        .groups
        .iter()
        .map(|group| group.disclose(&group.fields.iter().take(1).map(|field| field.no).collect()))
        .collect();
    let header = entry.header;
    vec![Item::Shown { header: header.clone(), disclosures }, Item::Hidden(Hash([7; 32])), Item::Withdrawn { header }]
}

fn head(items: &[Item]) -> Head {
    let log = LogId { node: sample::ring().1, plane: sample::plane("members") };
    let checkpoint = Checkpoint { log, epoch: 1, size: 12, root: Hash([5; 32]) };
    Head {
        previous_size: 9,
        count: items.len(),
        expanded_bytes: items.iter().map(|item| item.encode().len()).sum(),
        under: Some(Under { agreement: AgreementId(Uuid::from_u128(0xa9)), version: 3 }),
        note: Note::sign(&checkpoint, &sample::key(1)).text().to_owned(),
        consistency: vec![Hash([1; 32]), Hash([2; 32])],
    }
}

fn squeezed(bytes: &[u8]) -> Vec<u8> {
    let mut squeeze = Squeeze::new().unwrap();
    squeeze.add(bytes).unwrap();
    squeeze.finish().unwrap()
}

fn plain(items: &[Item]) -> Vec<u8> {
    items.iter().flat_map(Item::encode).collect()
}

fn written() -> Vec<u8> {
    let items = items();
    assemble(&head(&items), &squeezed(&plain(&items)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Compressed bytes may change with the library; what they expand to may not, and what was written once is read for ever.
#[test]
fn a_page_is_written_as_the_vector_says() {
    let vector: Value = serde_json::from_str(include_str!("../../tests/vectors/page.json")).unwrap();
    let items = items();
    let made = json!({ "head": hex(&head(&items).encode()), "entries": hex(&plain(&items)) });
    assert_eq!(json!({ "head": vector["head"], "entries": vector["entries"] }), made, "{}", hex(&written()));
    let read = Page::decode(&unhex(vector["page"].as_str().unwrap())).unwrap();
    assert_eq!(read, Page { head: head(&items), items });
    assert_eq!(read.span(), 9..12);
}

#[test]
fn a_page_that_is_cut_off_is_none() {
    let page = written();
    for end in 0..page.len() {
        assert!(Page::decode(&page[..end]).is_err(), "{end}");
    }
    let longer = [page.as_slice(), &[0]].concat();
    assert!(matches!(Page::decode(&longer), Err(PageError::Codec(CodecError::Trailing))));
}

#[test]
fn a_bomb_is_not_expanded() {
    let items = vec![Item::Hidden(Hash::ZERO); 3];
    let head = |expanded_bytes| Head { expanded_bytes, ..head(&items) };
    let bomb = squeezed(&vec![0; 64 << 20]);
    for announced in [64 << 20, (8 << 20) + 1, (2 << 20) + 1] {
        let refused = Page::decode(&assemble(&head(announced), &bomb));
        assert!(matches!(refused, Err(PageError::Codec(CodecError::Bomb { .. }))), "{announced}");
    }
    let refused = Page::decode(&assemble(&head(1_000), &bomb));
    assert!(matches!(refused, Err(PageError::Codec(CodecError::Length))), "it stops where it said that it ends");
    let whole = plain(&items);
    for announced in [whole.len() - 1, whole.len() + 1] {
        let refused = Page::decode(&assemble(&head(announced), &squeezed(&whole)));
        assert!(matches!(refused, Err(PageError::Codec(CodecError::Length))), "{announced}");
    }
    assert_eq!(expanded_bytes_max(1 << 20), limits::FED_PAGE_EXPANDED_BYTES_MAX);
    assert_eq!(expanded_bytes_max(50_000), 5_000_000);
}

#[test]
fn a_wide_window_asks_for_no_memory() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(27).unwrap();
    std::io::Write::write_all(&mut encoder, &plain(&items())).unwrap();
    let refused = Page::decode(&assemble(&head(&items()), &encoder.finish().unwrap()));
    assert!(matches!(refused, Err(PageError::Codec(CodecError::Zstd(_)))), "{refused:?}");
}

#[test]
fn the_bounds_of_a_page_hold() {
    let many = vec![Item::Hidden(Hash::ZERO); limits::FED_PAGE_ENTRIES_MAX + 1];
    let refused = Page::decode(&assemble(&head(&many), &squeezed(&plain(&many))));
    assert!(matches!(refused, Err(PageError::Head(HeadError::Count))));
    let three = items();
    let beyond = Head { previous_size: u64::MAX, ..head(&three) };
    let refused = Page::decode(&assemble(&beyond, &squeezed(&plain(&three))));
    assert!(matches!(refused, Err(PageError::Head(HeadError::Count))));
    let fewer = Head { count: 2, ..head(&three) };
    assert!(matches!(Page::decode(&assemble(&fewer, &squeezed(&plain(&three)))), Err(PageError::Trailing(_))));
    let more = Head { count: 4, ..head(&three) };
    assert!(matches!(Page::decode(&assemble(&more, &squeezed(&plain(&three)))), Err(PageError::Item { at: 3, .. })));
    let long = Head { note: "x".repeat(limits::FED_NOTE_BYTES_MAX + 1), ..head(&three) };
    assert!(matches!(Page::decode(&assemble(&long, &squeezed(&plain(&three)))), Err(PageError::Head(_))));
    assert!(matches!(Page::decode(&vec![0; limits::FED_PAGE_ALONE_BYTES_MAX + 1]), Err(PageError::Long)));
    let mut padded = assemble(&head(&three), &squeezed(&plain(&three)));
    padded.resize(limits::FED_PAGE_BYTES_MAX + 1, 0);
    assert!(matches!(Page::decode(&padded), Err(PageError::Long)), "only one entry alone may be so long");
    assert!(matches!(Page::decode(b"tzpage2\n"), Err(PageError::Magic)));
    assert_eq!(Page::decode(&written()).unwrap().items[0].leaf(), three[0].leaf());
}

#[test]
fn groups_stand_once_and_in_order() {
    let Some(Item::Shown { header, mut disclosures }) = items().into_iter().next() else {
        panic!("the first is shown")
    };
    disclosures.swap(0, 1);
    let swapped = [Item::Shown { header, disclosures }];
    let refused = Page::decode(&assemble(&head(&swapped), &squeezed(&plain(&swapped))));
    assert!(matches!(refused, Err(PageError::Item { at: 0, source: ItemError::Form(_) })), "{refused:?}");
}

proptest! {
    #[test]
    fn a_changed_byte_is_refused_or_is_another_page(at in any::<usize>(), bit in 0_u8..8) {
        let (page, mut changed) = (written(), written());
        let at = at % page.len();
        changed[at] ^= 1 << bit;
        if let Ok(read) = Page::decode(&changed) {
            let again = assemble(&read.head, &squeezed(&plain(&read.items)));
            prop_assert_eq!(Page::decode(&again).unwrap(), read);
        }
    }

    #[test]
    fn noise_is_refused(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Page::decode(&noise).is_err());
        let framed = [MAGIC.as_slice(), &4_u32.to_be_bytes(), &noise].concat();
        prop_assert!(Page::decode(&framed).is_err());
    }
}
