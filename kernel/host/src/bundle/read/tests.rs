//! Bundles that are read, and those that are refused before anything is written.

use proptest::prelude::*;
use serde_json::json;
use tiwizi_model::Ambient;

use super::*;
use crate::trust::{Certificate, SecretKey};

const COMPONENT_BYTES: &[u8] = b"not looked at here";

fn listed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<_> = files
        .iter()
        .map(|(path, content)| json!({"path": path, "sha256": hash_of(content).to_string(), "bytes": content.len()}))
        .collect();
    json!({"id": "x", "files": entries}).to_string().into_bytes()
}

fn header(kind: EntryType, bytes: usize) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(bytes as u64);
    header.set_mode(0o644);
    header
}

/// A tar with these names as they stand and in this order: `append_data` would refuse the bad ones.
fn tar_of(files: &[(&str, &[u8])]) -> Bytes {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = header(EntryType::Regular, content.len());
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap().into()
}

/// A small bundle with a signature.
fn signed() -> Vec<u8> {
    let manifest = br#"{"id": "x", "version": "1.0.0", "api": "1.0", "name": {"fr": "X"}}"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(MANIFEST), manifest).unwrap();
    std::fs::write(folder.path().join("x.wasm"), COMPONENT_BYTES).unwrap();
    let component = folder.path().join("x.wasm");
    let sources = crate::bundle::Sources { folder: folder.path(), component: &component, assets: None };
    let bundle = crate::bundle::pack(&sources).unwrap();
    let key = SecretKey::generate("Tests", &Ambient::system()).unwrap();
    crate::bundle::sign(&bundle.into(), &key, vec![Certificate::for_development(&key)]).unwrap()
}

fn bundle_with(extra: &[(&str, &[u8])]) -> Bytes {
    let mut files = vec![(COMPONENT, COMPONENT_BYTES)];
    files.extend(extra);
    files.sort();
    let manifest = listed(&files);
    files.insert(0, (MANIFEST, &manifest));
    tar_of(&files)
}

#[test]
fn a_whole_bundle_is_read() {
    let bundle = Bundle::read(&bundle_with(&[("assets/a.txt", b"hello"), ("templates/t.html", b"<p>")])).unwrap();
    assert_eq!(bundle.files["assets/a.txt"].1, Bytes::from_static(b"hello"));
    assert_eq!(bundle.files.len(), 3);
}

#[test]
fn p29_bad_paths_and_twins_are_refused() {
    for path in ["../../etc/x", "/etc/x", "assets/../x", "C:\\x", "assets/a\u{1}"] {
        assert!(matches!(Bundle::read(&bundle_with(&[(path, b"")])), Err(BundleError::Path(_))), "{path}");
    }
    for twin in ["assets/A.txt", "assets/a.txt"] {
        let read = Bundle::read(&bundle_with(&[("assets/a.txt", b""), (twin, b"")]));
        assert!(matches!(read, Err(BundleError::Twin { .. })), "{twin}");
    }
}

#[test]
fn p29_links_and_other_things_are_refused() {
    let kinds = [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::GNUSparse,
        EntryType::GNULongName,
        EntryType::XHeader,
    ];
    for kind in kinds {
        let mut builder = tar::Builder::new(Vec::new());
        let manifest = listed(&[]);
        let mut first = header(EntryType::Regular, manifest.len());
        first.set_path(MANIFEST).unwrap();
        first.set_cksum();
        builder.append(&first, &manifest[..]).unwrap();
        let mut second = header(kind, 0);
        second.set_path("assets/link").unwrap();
        second.set_link_name("/etc/passwd").unwrap();
        second.set_cksum();
        builder.append(&second, &b""[..]).unwrap();
        let bytes = builder.into_inner().unwrap().into();
        assert!(matches!(Bundle::read(&bytes), Err(BundleError::Type { .. })), "{kind:?}");
    }
}

#[test]
fn p28_every_file_is_listed_and_every_listed_file_is_there() {
    let manifest = listed(&[(COMPONENT, COMPONENT_BYTES)]);
    let extra = tar_of(&[(MANIFEST, &manifest), ("assets/x", b"extra"), (COMPONENT, COMPONENT_BYTES)]);
    assert!(matches!(Bundle::read(&extra), Err(BundleError::Unlisted { path }) if path == "assets/x"));
    let missing = tar_of(&[(MANIFEST, &manifest)]);
    assert!(matches!(Bundle::read(&missing), Err(BundleError::Missing { path }) if path == COMPONENT));
    let changed = tar_of(&[(MANIFEST, &manifest), (COMPONENT, b"not looked at her3")]);
    assert!(matches!(Bundle::read(&changed), Err(BundleError::Differs { path }) if path == COMPONENT));
}

#[test]
fn the_manifest_comes_first() {
    let manifest = listed(&[(COMPONENT, COMPONENT_BYTES)]);
    let late = tar_of(&[(COMPONENT, COMPONENT_BYTES), (MANIFEST, &manifest)]);
    assert!(matches!(Bundle::read(&late), Err(BundleError::ManifestFirst)));
}

#[test]
fn p29_what_is_no_tar_or_is_cut_is_refused() {
    let whole = bundle_with(&[("assets/a.txt", &[b'a'; 5000])]);
    for length in (1..whole.len() - 1024).step_by(97) {
        assert!(Bundle::read(&whole.slice(..length)).is_err(), "{length}");
    }
    assert!(Bundle::read(&Bytes::from_static(b"PK\x03\x04 a zip")).is_err());
    assert!(Bundle::read(&Bytes::from(vec![0xff; 10_000])).is_err());
    assert!(matches!(Bundle::read(&Bytes::new()), Err(BundleError::Tar { .. })));
    assert!(matches!(Bundle::read(&Bytes::from(vec![0; 1024])), Err(BundleError::ManifestFirst)));
}

#[test]
fn p29_too_many_entries_are_refused_at_the_limit() {
    let names: Vec<String> = (0..=limits::BUNDLE_FILES_MAX).map(|number| format!("assets/{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(Bundle::read(&bundle_with(&files)), Err(BundleError::Many)));
}

#[test]
fn a_template_that_is_no_text_is_refused() {
    let read = Bundle::read(&bundle_with(&[("templates/t.html", b"\xff")]));
    assert!(matches!(read, Err(BundleError::Text { path, .. }) if path == "templates/t.html"));
}

#[test]
fn p28_one_changed_byte_anywhere_in_a_signed_bundle_is_refused() {
    let whole = signed();
    assert!(Bundle::read(&whole.clone().into()).unwrap().seal.is_some());
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        let read = Bundle::read(&changed.into());
        assert!(read.is_err(), "byte {position} of {} is free", whole.len());
    }
}

#[test]
fn p28_a_signature_of_another_manifest_is_refused() {
    let (one, other) = (Bundle::read(&signed().into()).unwrap(), Bundle::read(&signed().into()).unwrap());
    let files = BTreeMap::from([(COMPONENT.to_owned(), Bytes::from_static(COMPONENT_BYTES))]);
    let seal = other.seal.unwrap().text();
    let manifest = [&one.manifest[..], b" "].concat();
    let moved = crate::bundle::write(&manifest, Some(&seal), &files).unwrap();
    assert!(matches!(Bundle::read(&moved.into()), Err(BundleError::Resigned)));
    let broken = crate::bundle::write(&one.manifest, Some("tiwizi bundle v1\n"), &files).unwrap();
    assert!(matches!(Bundle::read(&broken.into()), Err(BundleError::Signature(_))));
}

#[test]
fn p28_a_file_that_is_added_or_put_elsewhere_is_refused() {
    let whole = signed();
    let end = whole.len() - 2 * BLOCK;
    let extra = tar_of(&[("assets/x", b"extra")]);
    let appended = [&whole[..end], &extra[..]].concat();
    assert!(matches!(Bundle::read(&appended.into()), Err(BundleError::Order { .. } | BundleError::Unlisted { .. })));
    let added = tar_of(&[("sbom.json", b"{}")]);
    let appended = [&whole[..end], &added[..]].concat();
    assert!(matches!(Bundle::read(&appended.into()), Err(BundleError::Unlisted { path }) if path == "sbom.json"));
}

#[test]
fn p29_bytes_behind_the_end_are_refused() {
    let whole = signed();
    for tail in [&[0][..], &[0; BLOCK], b"more", &[1; BLOCK]] {
        let longer = [&whole[..], tail].concat();
        assert!(matches!(Bundle::read(&longer.into()), Err(BundleError::Trailing)), "{}", tail.len());
    }
    let hidden = [&whole[..whole.len() - BLOCK], &[1; BLOCK]].concat();
    assert!(matches!(Bundle::read(&hidden.into()), Err(BundleError::Trailing)));
}

#[test]
fn p29_compressed_files_and_other_archives_are_refused_by_their_first_bytes() {
    for start in PACKED {
        let bomb = [start, &[0; 4 * BLOCK]].concat();
        assert!(matches!(Bundle::read(&bomb.into()), Err(BundleError::Packed)));
    }
}

#[test]
fn p29_a_header_that_claims_more_than_there_is_allocates_nothing() {
    for (path, claimed) in [("assets/bomb", u64::from(u32::MAX)), ("assets/bomb", 1 << 40), (MANIFEST, 1 << 33)] {
        let manifest = listed(&[]);
        let mut bytes = if path == MANIFEST { Vec::new() } else { tar_of(&[(MANIFEST, &manifest)]).to_vec() };
        bytes.truncate(bytes.len().saturating_sub(2 * BLOCK));
        let mut header = header(EntryType::Regular, 0);
        header.set_path(path).unwrap();
        header.set_size(claimed);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&[0; 4 * BLOCK]);
        assert!(matches!(Bundle::read(&bytes.into()), Err(BundleError::Long { .. })), "{path} {claimed}");
    }
}

#[test]
fn p29_a_bundle_above_the_limit_is_refused_before_it_is_looked_at() {
    let bytes = vec![0; usize::try_from(limits::BUNDLE_BYTES_MAX).unwrap() + 1];
    assert!(matches!(Bundle::read(&bytes.into()), Err(BundleError::Large { .. })));
}

#[test]
fn p29_a_header_that_says_more_than_path_and_size_is_refused() {
    let change: [fn(&mut tar::Header); 5] = [
        |header| header.set_mtime(1),
        |header| header.set_mode(0o755),
        |header| header.set_uid(1),
        |header| header.set_username("root").unwrap(),
        |header| header.set_link_name("/etc/passwd").unwrap(),
    ];
    let manifest = listed(&[(COMPONENT, COMPONENT_BYTES)]);
    for change in change {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in [(MANIFEST, &manifest[..]), (COMPONENT, COMPONENT_BYTES)] {
            let mut header = header(EntryType::Regular, content.len());
            header.set_path(path).unwrap();
            change(&mut header);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        let bytes = builder.into_inner().unwrap().into();
        assert!(matches!(Bundle::read(&bytes), Err(BundleError::Spelling { .. })));
    }
}

proptest! {
    #[test]
    fn p29_no_bytes_make_the_reader_panic(tail in proptest::collection::vec(any::<u8>(), 0..4096), cut in 0_usize..4096) {
        let mut bytes = signed();
        bytes.truncate(cut);
        bytes.extend(tail);
        prop_assert!(Bundle::read(&bytes.into()).is_err());
    }
}
