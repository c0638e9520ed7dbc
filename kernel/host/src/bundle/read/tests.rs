//! Bundles that are read, and those that are refused before anything is written.

use serde_json::json;

use super::*;

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

/// A tar with these names as they stand: `append_data` would refuse the bad ones.
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

fn bundle_with(extra: &[(&str, &[u8])]) -> Bytes {
    let mut files = vec![(COMPONENT, COMPONENT_BYTES)];
    files.extend(extra);
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
fn bad_paths_and_twins_are_refused() {
    for path in ["../../etc/x", "/etc/x", "assets/../x", "C:\\x", "assets/a\u{1}"] {
        assert!(matches!(Bundle::read(&bundle_with(&[(path, b"")])), Err(BundleError::Path(_))), "{path}");
    }
    for twin in ["assets/A.txt", "assets/a.txt"] {
        let read = Bundle::read(&bundle_with(&[("assets/a.txt", b""), (twin, b"")]));
        assert!(matches!(read, Err(BundleError::Twin { .. })), "{twin}");
    }
}

#[test]
fn links_and_other_things_are_refused() {
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
fn every_file_is_listed_and_every_listed_file_is_there() {
    let manifest = listed(&[(COMPONENT, COMPONENT_BYTES)]);
    let extra = tar_of(&[(MANIFEST, &manifest), (COMPONENT, COMPONENT_BYTES), ("assets/x", b"extra")]);
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
fn what_is_no_tar_or_is_cut_is_refused() {
    let whole = bundle_with(&[("assets/a.txt", &[b'a'; 5000])]);
    for length in (1..whole.len() - 1024).step_by(97) {
        assert!(Bundle::read(&whole.slice(..length)).is_err(), "{length}");
    }
    assert!(Bundle::read(&Bytes::from_static(b"PK\x03\x04 a zip")).is_err());
    assert!(Bundle::read(&Bytes::from(vec![0xff; 10_000])).is_err());
    assert!(matches!(Bundle::read(&Bytes::new()), Err(BundleError::ManifestFirst)));
}

#[test]
fn a_million_entries_are_refused_at_the_limit() {
    let names: Vec<String> = (0..=limits::BUNDLE_FILES_MAX).map(|number| format!("assets/{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(Bundle::read(&bundle_with(&files)), Err(BundleError::Many)));
}

#[test]
fn a_template_that_is_no_text_is_refused() {
    let read = Bundle::read(&bundle_with(&[("templates/t.html", b"\xff")]));
    assert!(matches!(read, Err(BundleError::Text { path, .. }) if path == "templates/t.html"));
}
