//! What captures keep of host calls.

use serde_json::json;

use super::*;

const MANIFEST: &[u8] = include_bytes!("../../../../../tests/guests/chaos/manifest.json");
const CANARY: &str = "canary-fadma@example.org";
const ID: &str = "01980000-1111-7222-8333-444444444444";

/// The arguments of a host call as a capture keeps them.
fn kept(name: &'static str, arguments: &Value) -> Value {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let (shaper, words) = (Shaper::new([1; 32]), Words::of(b""));
    let blank = Blank { shaper, manifest: &manifest, words, kinds: Arc::default() };
    blank.call(&NotedCall { name, arguments: arguments.to_string(), answer: None }).arguments
}

#[test]
fn what_stands_in_the_place_of_an_id_is_blanked() {
    for (name, arguments) in [
        ("store.get", json!(["note", CANARY])),
        ("store.put", json!(["note", CANARY, 3, "{}"])),
        ("store.patch", json!(["note", CANARY, null, "{}"])),
        ("store.delete", json!(["note", CANARY, 3])),
        ("registry.cooperative", json!([CANARY])),
        ("registry.person", json!([CANARY])),
        ("milestones.reach", json!(["first", "note", CANARY])),
        ("milestones.reach_for", json!([CANARY, "first", "note", CANARY])),
        ("jobs.cancel", json!([CANARY])),
        ("notify.to_person", json!([CANARY, { "key": "told", "args": [], "link": null }])),
    ] {
        let kept = kept(name, &arguments).to_string();
        assert!(!kept.contains("canary") && !kept.contains("example"), "{name}: {kept}");
    }
    assert_eq!(kept("store.delete", &json!(["note", CANARY, 3]))[2], 3);
    assert_eq!(kept("milestones.reach", &json!(["first", "note", ID]))[0], "first");
    assert_eq!(kept("milestones.reach_for", &json!([ID, "first", "note", ID]))[1], "first");
    assert_eq!(kept("notify.to_role", &json!(["trainer", null, {}]))[0], "trainer");
    let id = &kept("store.get", &json!(["note", ID]))[1];
    assert_eq!((id == ID, id.as_str().unwrap().len()), (false, ID.len()));
}

#[test]
fn of_a_request_only_a_host_of_the_manifest_is_kept() {
    let url = |url: &str| {
        let secret = json!({ "header": "authorization", "secret": "token", "prefix": CANARY });
        let arguments = json!([{ "method": "GET", "url": url, "headers": [[CANARY, CANARY]], "body": [] }, { "secrets": [secret] }]);
        let kept = kept("http_out.fetch", &arguments);
        assert!(!kept.to_string().contains("canary"), "{kept}");
        kept[0]["url"].as_str().unwrap().to_owned()
    };
    assert!(url("https://api.example.org/canary?name=canary").starts_with("https://api.example.org/"));
    for unlisted in [
        "https://canary:word@api.example.org/",
        "https://canary.example/",
        "http://api.example.org/",
        "https://api.example.org:8443/",
        "canary",
    ] {
        assert!(!url(unlisted).contains("example"), "{unlisted}");
    }
}
