//! A stick that is torn out, worn or swapped gives what was whole before, and says what it is.

use proptest::prelude::*;
use serde_json::Value;

use crate::gate::{Answer, PeerBytes};
use crate::sample::node;

use super::*;

fn head() -> BundleHead {
    BundleHead { from: node(1), to: node(2) }
}

/// Any bytes that the gate made will do: a bundle does not look into pages.
fn bytes(number: u64) -> PeerBytes {
    PeerBytes::answer(&Answer { epoch: 1, next: number, credit: number }, node(2))
}

fn written(pages: u64) -> Vec<u8> {
    let mut writer = BundleWriter::begin(Vec::new(), &head()).unwrap();
    for number in 0..pages {
        writer.push(&bytes(number)).unwrap();
    }
    writer.finish().unwrap().0
}

fn read(file: &[u8]) -> (Vec<Vec<u8>>, Option<BundleError>) {
    let mut pages = Vec::new();
    let mut reader = match BundleReader::open(file) {
        Ok(reader) => reader,
        Err(error) => return (pages, Some(error)),
    };
    loop {
        match reader.next_page() {
            Ok(Some(page)) => pages.push(page),
            Ok(None) => return (pages, None),
            Err(error) => return (pages, Some(error)),
        }
    }
}

#[test]
fn a_bundle_is_written_as_the_vector_says() {
    let vector: Value = serde_json::from_str(include_str!("../../tests/vectors/bundle.json")).unwrap();
    let hex: String = written(2).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(Value::from(hex), vector["file"]);
}

#[test]
fn pages_come_out_as_they_went_in() {
    let (pages, error) = read(&written(5));
    assert!(error.is_none());
    assert_eq!(pages, (0..5).map(|number| bytes(number).as_bytes().to_vec()).collect::<Vec<_>>());
    assert_eq!(BundleReader::open(written(0).as_slice()).unwrap().head(), &head());
}

#[test]
fn what_was_made_for_another_does_not_go_in() {
    let mut writer = BundleWriter::begin(Vec::new(), &BundleHead { from: node(1), to: node(3) }).unwrap();
    assert!(matches!(writer.push(&bytes(0)), Err(BundleError::OtherReceiver)));
}

#[test]
fn what_has_room_leaves_a_file_that_stays_within_its_bound() {
    for bytes_max in 0..600 {
        let mut writer = BundleWriter::begin(Vec::new(), &head()).unwrap();
        let mut parts = 0;
        while writer.has_room(&bytes(parts), bytes_max) {
            writer.push(&bytes(parts)).unwrap();
            parts += 1;
        }
        let (told, count) = (writer.bytes(), writer.parts());
        let (file, length) = writer.finish().unwrap();
        assert_eq!(length, file.len() as u64);
        assert!(parts == 0 || file.len() as u64 <= bytes_max, "{bytes_max}: {}", file.len());
        assert_eq!((told < file.len() as u64, count), (true, parts));
        assert!(parts > 0 || bytes_max < 300, "{bytes_max}");
    }
}

#[test]
fn what_is_for_every_member_does_not_go_in_as_it_is() {
    let keys = PeerBytes::keys(&crate::greeting::KeyChain {
        genesis: crate::wire::Envelope::sign("x", Vec::new(), &crate::sample::key(1)),
        rotations: Vec::new(),
    });
    let mut writer = BundleWriter::begin(Vec::new(), &head()).unwrap();
    assert!(matches!(writer.push(&keys), Err(BundleError::OtherReceiver)));
}

#[test]
fn wherever_it_is_cut_off_the_pages_before_are_good() {
    let file = written(4);
    let (whole, _) = read(&file);
    for end in 0..file.len() {
        let (pages, error) = read(&file[..end]);
        assert!(matches!(error, Some(BundleError::Magic | BundleError::CutOff { .. })), "{end}: {error:?}");
        assert_eq!(pages, whole[..pages.len()], "{end}");
    }
}

#[test]
fn a_length_that_lies_asks_for_no_memory() {
    let mut file = written(1);
    let at = MAGIC.len();
    file[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(matches!(read(&file).1, Some(BundleError::Long)));
}

#[test]
fn what_follows_the_end_or_is_swapped_is_told() {
    let mut longer = written(2);
    longer.push(0);
    assert!(matches!(read(&longer).1, Some(BundleError::Damaged { pages: 2 })));
    // Both pages are as long, so each stands where the other could.
    let file = written(2);
    let part = 4 + bytes(0).as_bytes().len() + 32;
    let first = MAGIC.len() + 4 + (1 + 2 * 34) + 32;
    let swapped =
        [&file[..first], &file[first + part..first + 2 * part], &file[first..first + part], &file[first + 2 * part..]];
    assert!(matches!(read(&swapped.concat()).1, Some(BundleError::Damaged { pages: 0 })));
}

proptest! {
    #[test]
    fn a_worn_file_gives_only_what_was_written(at in any::<usize>(), bit in 0_u8..8) {
        let mut file = written(3);
        let (whole, _) = read(&file);
        let at = at % file.len();
        file[at] ^= 1 << bit;
        let (pages, error) = read(&file);
        prop_assert!(error.is_some());
        prop_assert_eq!(&pages[..], &whole[..pages.len()]);
    }
}
