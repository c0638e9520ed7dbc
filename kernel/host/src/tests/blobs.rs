//! Files of a plugin: kept with a good answer, gone without one, granted or denied, bounded, linked for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits;
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::{Disk, DiskGauge, DiskSpace};

use super::house::{House, Setup, chaos};
use crate::uploads::Loose;
use crate::{Answer, BlobLink, CallError, Grants, Request, SentFile};

async fn posted(house: &House, path: &str, text: &str) -> Value {
    match house.post(path, text).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{path} answered {other:?}"),
    }
}

async fn usage(house: &House) -> Usage {
    kept::usage(&mut house.host.db().read().await.unwrap(), Area::Files, &chaos()).await.unwrap()
}

/// How many files lie in the store. What removes itself may take a moment.
async fn stored(house: &House, expected: usize) -> usize {
    let mut count = usize::MAX;
    for _ in 0..1_000 {
        let folders = std::fs::read_dir(house.directory.path().join("files/blobs"));
        let folders = folders.into_iter().flatten().map(|folder| folder.unwrap().path());
        count = folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum();
        if count == expected {
            break;
        }
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    }
    count
}

#[tokio::test]
async fn a_file_is_kept_read_and_deleted() {
    let house = House::with_chaos().await;
    let kept = posted(&house, "/blobs/keep", "text/plain tiwizi").await;
    let id = kept["blob"]["id"].as_str().unwrap().to_owned();
    assert_eq!(kept["blob"], json!({ "id": id, "bytes": 6, "type": "text/plain" }));
    let house = house.again().await;
    let seen = posted(&house, "/blobs/see", &id).await;
    assert_eq!((&seen["stat"], &seen["text"], &seen["part"]), (&kept["blob"], &json!("tiwizi"), &json!("wiz")));
    assert_eq!((&seen["behind"], &seen["list"]), (&json!(0), &json!(1)));
    assert_eq!((usage(&house).await, stored(&house, 1).await), (Usage { items: 1, bytes: 6 }, 1));
    posted(&house, "/blobs/delete", &id).await;
    assert_eq!(posted(&house, "/blobs/see", &id).await["text"]["code"], "not-found");
    assert_eq!((usage(&house).await, stored(&house, 0).await), (Usage::default(), 0));
}

#[tokio::test]
async fn blobs_are_denied_without_a_grant() {
    let house = House::with_chaos().await;
    let kept = posted(&house, "/blobs/keep", "text/plain tiwizi").await;
    let id = kept["blob"]["id"].as_str().unwrap();
    house.host.set_grants(&chaos(), Grants::parse("store,kv").unwrap(), &Caller::system()).await.unwrap();
    let seen = posted(&house, "/blobs/see", id).await;
    let denied = json!({ "capability": "blobs", "granted_by": "administrator" });
    for what in ["stat", "text", "part", "link", "list"] {
        assert_eq!((&seen[what]["code"], &seen[what]["details"]), (&json!("denied"), &denied), "{what}");
    }
    let refused = house.post("/blobs/keep", "text/plain more").await;
    assert!(matches!(&refused, Ok(Answer::Problem { status: 403, .. })), "{refused:?}");
    assert_eq!(house.host.linked(&chaos(), &link(&kept)).await.unwrap(), None);
}

#[tokio::test]
async fn p14_files_of_a_call_that_ends_badly_are_gone() {
    let house = House::with_chaos().await;
    assert!(matches!(house.post("/blobs/keep-then-trap", "text/plain a").await, Err(CallError::Trap { .. })));
    let problem = house.post("/blobs/keep-then-problem", "text/plain b").await;
    assert!(matches!(problem, Ok(Answer::Problem { status: 418, .. })), "{problem:?}");
    assert_eq!(posted(&house, "/blobs/unfinished", "").await, "forgotten");
    assert_eq!((usage(&house).await, stored(&house, 0).await), (Usage::default(), 0));
}

#[tokio::test]
async fn p02_the_id_of_another_plugins_file_is_as_good_as_none() {
    let house = House::with_chaos().await;
    let none = posted(&house, "/blobs/see", &"0".repeat(64)).await;
    // A file of the bundle, whose bytes lie in the same store.
    let bundled = house.host.edition(&chaos()).unwrap().asset("note.txt").unwrap().hash.to_string();
    assert_eq!(posted(&house, "/blobs/see", &bundled).await, none);
    assert_eq!((&none["stat"], &none["text"]["code"]), (&Value::Null, &json!("not-found")));
    posted(&house, "/blobs/delete", &bundled).await;
    assert!(matches!(house.get("/asset").await, Ok(Answer::Asset { .. })));
    assert!(house.host.files().get(bundled.parse().unwrap()).await.unwrap().is_some());
}

#[tokio::test]
async fn p21_files_are_bounded_one_by_one_and_together() {
    let house = House::with_chaos().await;
    let told = house.document("/blobs/bounds").await;
    assert_eq!(told["fifth"], json!({ "Err": "over-limit" }));
    assert_eq!(
        (&told["chunk"], &told["other"], &told["gone"]),
        (&json!("over-limit"), &json!("invalid"), &json!("not-found"))
    );
    assert_eq!(&told["type"], "invalid");
    assert_eq!(stored(&house, 0).await, 0);
    posted(&house, "/blobs/keep", "text/plain one").await;
    let full = Usage { items: 1, bytes: limits::BLOBS_BYTES_MAX - 2 };
    let mut tx = house.host.db().begin_write().await.unwrap();
    kept::set(&mut tx, Area::Files, &chaos(), full).await.unwrap();
    tx.commit().await.unwrap();
    let Ok(Answer::Problem { status: 429, code, details, .. }) = house.post("/blobs/keep", "text/plain three").await
    else {
        panic!("it is full")
    };
    assert_eq!((code.as_str(), &details["bytes_max"]), ("over-limit", &json!(limits::BLOBS_BYTES_MAX)));
    house.assert_unhurt().await;
}

/// Of a hundred bytes so many are free.
#[derive(Debug)]
struct Free(AtomicU64);

impl DiskGauge for Free {
    fn space(&self) -> std::io::Result<DiskSpace> {
        Ok(DiskSpace { free: self.0.load(Ordering::SeqCst), size: 100 })
    }
}

#[tokio::test]
async fn p21_on_a_disk_that_is_nearly_full_no_file_is_begun() {
    let (setup, clock) = Setup::still();
    let free = Arc::new(Free(AtomicU64::new(50)));
    let disk = Disk::measured(free.clone(), setup.ambient.clone());
    let house = House::with_chaos_in(Setup { disk: Some(disk), ..setup }).await;
    let kept = posted(&house, "/blobs/keep", "text/plain tiwizi").await;
    free.0.store(4, Ordering::SeqCst);
    clock.advance_ms(1_000);
    let Ok(Answer::Problem { status: 429, code, details, .. }) = house.post("/blobs/keep", "text/plain more").await
    else {
        panic!("the disk is nearly full")
    };
    let percent = json!(limits::DISK_FREE_PERCENT_MIN);
    assert_eq!((code.as_str(), &details["disk_free_percent_min"]), ("over-limit", &percent));
    assert_eq!(stored(&house, 1).await, 1);
    let id = kept["blob"]["id"].as_str().unwrap();
    assert_eq!(posted(&house, "/blobs/see", id).await["text"], "tiwizi");
    assert_eq!(posted(&house, "/blobs/delete", id).await, "deleted");
    assert_eq!(usage(&house).await, Usage::default());
}

#[tokio::test]
async fn p21_what_other_calls_are_writing_counts_too() {
    let house = House::with_chaos().await;
    let watch = house.host.find(&chaos()).unwrap().watch.clone();
    posted(&house, "/blobs/keep", "text/plain one").await;
    // As if another call of the plugin had written so much, and not kept it yet.
    let other = Loose::of(&watch);
    other.add(u64::try_from(limits::BLOBS_BYTES_MAX).unwrap() - 7);
    posted(&house, "/blobs/keep", "text/plain four").await;
    let refused = house.post("/blobs/keep", "text/plain x").await;
    assert!(matches!(&refused, Ok(Answer::Problem { status: 429, .. })), "{refused:?}");
    drop(other);
    posted(&house, "/blobs/keep", "text/plain x").await;
    posted(&house, "/blobs/unfinished", "").await;
    assert!(house.post("/blobs/keep-then-trap", "text/plain a").await.is_err());
    assert_eq!((watch.add_loose(0), usage(&house).await), (0, Usage { items: 3, bytes: 8 }));
}

fn link(kept: &Value) -> BlobLink {
    let link = kept["link"].as_str().unwrap();
    let (path, query) = link.split_once('?').unwrap();
    let (until, key) = query.split_once('&').unwrap();
    BlobLink {
        hash: path.rsplit('/').next().unwrap().parse().unwrap(),
        name: None,
        until: tiwizi_model::Instant(until.strip_prefix("until=").unwrap().parse().unwrap()),
        key: key.strip_prefix("key=").unwrap().to_owned(),
    }
}

#[tokio::test]
async fn a_link_leads_to_its_file_and_a_forged_or_old_one_nowhere() {
    let house = House::with_chaos().await;
    let kept = posted(&house, "/blobs/keep", "image/png bytes").await;
    let link = link(&kept);
    let linked = async |link: BlobLink| house.host.linked(&chaos(), &link).await.unwrap();
    assert_eq!(linked(link.clone()).await.unwrap().media_type, "image/png");
    assert_eq!(linked(BlobLink { until: link.until.plus_ms(1), ..link.clone() }).await, None);
    assert_eq!(linked(BlobLink { key: "0".repeat(64), ..link.clone() }).await, None);
    assert_eq!(linked(BlobLink { hash: tiwizi_model::FileHash([0; 32]), ..link.clone() }).await, None);
    let old = house.host.ground().ambient.now();
    let own = chaos();
    let expired = crate::links::Linked { plugin: &own, hash: link.hash, until: old, name: None };
    let address = house.host.ground().links.address(&expired).unwrap();
    let key = address.rsplit_once("&key=").unwrap().1.to_owned();
    assert_eq!(linked(BlobLink { until: old, key, ..link.clone() }).await, None);
    assert_eq!(linked(BlobLink { name: Some("card".to_owned()), ..link.clone() }).await, None);
    house.host.set_enabled(&chaos(), crate::Enabled::Off).await.unwrap();
    assert_eq!(linked(link.clone()).await, None);
    assert_eq!(house.host.linked(&"other".parse().unwrap(), &link).await.unwrap(), None);
}

/// Sends a file in the field `text`.
async fn sent(house: &House, path: &str, media_type: &str) -> Result<Answer, CallError> {
    let mut upload = house.host.files().begin_blob().await.unwrap();
    upload.write(bytes::Bytes::from_static(b"a voice")).await.unwrap();
    let file = upload.finish().await.unwrap();
    let file = SentFile { field: "text".to_owned(), media_type: media_type.to_owned(), file };
    let request = Request::get("r3", path, tiwizi_model::Language::French);
    house.ask(Request { method: "POST".to_owned(), files: vec![file], ..request }).await
}

#[tokio::test]
async fn a_file_of_a_form_is_known_by_its_id_and_kept_with_a_good_answer_only() {
    let house = House::with_chaos().await;
    for (said, kept) in [("audio/webm", "audio/webm"), ("Audio; charset=x", "application/octet-stream")] {
        let problem = sent(&house, "/blobs/keep-then-problem", said).await;
        assert!(matches!(problem, Ok(Answer::Problem { status: 418, .. })), "{problem:?}");
        assert!(sent(&house, "/blobs/keep-then-trap", said).await.is_err());
        assert_eq!((usage(&house).await, stored(&house, 0).await), (Usage::default(), 0));
        let Ok(Answer::Json { body, .. }) = sent(&house, "/blobs/see", said).await else { panic!("it is seen") };
        assert_eq!((&body["text"], &body["stat"]["type"]), (&json!("a voice"), &json!(kept)));
        assert_eq!((usage(&house).await, stored(&house, 1).await), (Usage { items: 1, bytes: 7 }, 1));
        posted(&house, "/blobs/delete", body["stat"]["id"].as_str().unwrap()).await;
    }
    assert!(house.host.takes_files(&chaos()));
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    assert!(!house.host.takes_files(&chaos()));
    let denied = sent(&house, "/blobs/see", "audio/webm").await;
    assert!(matches!(denied, Ok(Answer::Problem { status: 403, .. })), "{denied:?}");
}
