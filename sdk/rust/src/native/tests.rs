//! The kernel in memory behaves as the real one does.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::{Declared as _, Find, Kind, Route, Store, milestones, router, telemetry};

/// Everybody's, written by the plugin.
#[derive(Debug, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(shelf, rank))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
struct Note {
    #[field(unique)]
    code: String,
    shelf: String,
    rank: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(class = "sensitive", max_length = 5)]
    secret: Option<String>,
}

/// A member's own.
#[derive(Debug, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", read("own", "role:trainer"), create("plugin:own"), delete("own"))]
struct Wish {
    #[field(subject)]
    person: String,
    #[field(max_length = 10)]
    text: String,
}

const ONE: &str = "00000000-0000-7000-8000-00000000000a";
const OTHER: &str = "00000000-0000-7000-8000-00000000000b";

struct Notes;

impl Plugin for Notes {
    fn init() -> Result<(), Error> {
        (0..3).try_for_each(|rank| Store::create(&note(rank)).map(drop))
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        router::answer(&[Route::post("/fail", write_then_fail), Route::post("/write", write)], request)
    }
}

fn started() {
    let kinds = [Note::declaration().to_json(), Wish::declaration().to_json()];
    let capabilities = ["store", "milestones", "telemetry", "registry.read"].map(|name| json!({ "name": name }));
    let milestones = [json!({ "code": "written" })];
    let manifest = json!({ "id": "notes", "capabilities": capabilities, "kinds": kinds, "milestones": milestones });
    start(&manifest.to_string());
}

fn note(rank: u32) -> Note {
    Note { code: format!("n{rank}"), shelf: "low".to_owned(), rank, secret: None }
}

fn wish(person: &str) -> Wish {
    Wish { person: person.to_owned(), text: "olives".to_owned() }
}

/// Reads its own write, then fails.
fn write_then_fail(_: &Request) -> Result<Answer, Error> {
    let entry = Store::create(&note(9))?;
    Store::<Note>::get(&entry.id)?.ok_or_else(|| Error::internal("the call does not see its own write"))?;
    telemetry::info("wrote", &[]);
    Err(Error::invalid("and then it failed"))
}

fn write(_: &Request) -> Result<Answer, Error> {
    let entry = Store::create(&note(9))?;
    milestones::reach::<Note>("written", &entry.id)?;
    Ok(Answer::redirect("/"))
}

#[test]
fn a_call_that_fails_leaves_nothing_but_its_log() {
    started();
    assert!(matches!(call::<Notes>(&Request::post("/fail", &[])), Answer::Problem(error) if error.status == 422));
    assert_eq!(bodies("note"), Vec::<Value>::new());
    assert_eq!(logged().len(), 1);
}

#[test]
fn a_call_that_answers_keeps_its_writes() {
    started();
    as_member(ONE);
    assert_eq!(call::<Notes>(&Request::post("/write", &[])), Answer::redirect("/"));
    assert_eq!(bodies("note").len(), 1);
    assert_eq!(reached().len(), 1);
}

#[test]
fn reads_go_by_declared_indexes_only() {
    started();
    install::<Notes>().unwrap();
    let low = Find::new().equal(Note::SHELF, "low");
    let page = Store::list(&low.clone().sort_descending(Note::RANK).limit(2)).unwrap();
    assert_eq!(page.items.iter().map(|entry| entry.body.rank).collect::<Vec<_>>(), [2, 1]);
    let rest = Store::list(&low.sort_descending(Note::RANK).limit(2).after(page.next.as_deref())).unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert!(Store::list(&Find::new().equal(Note::RANK, 1_u32)).unwrap_err().is("not-indexed"));
    assert!(Store::<Note>::get("one").unwrap_err().is("invalid"));
}

#[test]
fn a_page_ends_once_its_bodies_pass_its_bytes() {
    #[derive(Debug, Serialize, Deserialize, Kind)]
    #[kind(class = "internal", read("plugin"), create("plugin"))]
    struct Scan {
        text: String,
    }
    start(&crate::declaration::manifest_of("scans", &[Scan::declaration()]));
    for _ in 0..6 {
        Store::create(&Scan { text: "x".repeat(1 << 20) }).unwrap();
    }
    let first = Store::<Scan>::list(&Find::new()).unwrap();
    let rest = Store::<Scan>::list(&Find::new().after(first.next.as_deref())).unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (4, 2, None));
    assert_eq!(Store::<Scan>::count(&Find::new()), Ok(6));
}

#[test]
fn the_day_of_a_call_is_that_of_the_kernel_s_clock() {
    started();
    assert_eq!(crate::context::today().unwrap().as_str(), "2026-01-01");
    crate::native::advance(31 * 86_400_000);
    assert_eq!(crate::context::today().unwrap().as_str(), "2026-02-01");
    crate::native::at(u64::MAX);
    assert_eq!(crate::context::today().unwrap_err().status, 500);
}

#[test]
fn a_stale_or_duplicate_write_is_refused() {
    started();
    let mut entry = Store::create(&note(1)).unwrap();
    assert!(Store::create(&note(1)).unwrap_err().is("duplicate"));
    entry.body.rank = 2;
    assert_eq!(Store::replace(&entry).unwrap().version, 2);
    assert!(Store::replace(&entry).unwrap_err().is("stale"));
    assert_eq!(Store::<Note>::patch(&entry.id, &json!({"rank": 7})).unwrap().body.rank, 7);
    assert!(Store::delete(&entry).unwrap_err().is("stale"));
}

#[test]
fn a_body_that_breaks_its_schema_is_refused_field_by_field() {
    started();
    as_member(ONE);
    let error = Store::create(&Wish { text: "more than ten".to_owned(), ..wish(ONE) }).unwrap_err();
    assert!(error.is("invalid"));
    assert_eq!(error.details["fields"][0]["pointer"], "/text");
    assert_eq!(error.details["fields"][0]["code"], "too-long");
    let entry = Store::create(&wish(ONE)).unwrap();
    let error = Store::<Wish>::patch(&entry.id, &json!({ "more": 1 })).unwrap_err();
    assert!(error.is("denied"), "nobody may change a wish: {error}");
}

#[test]
fn a_number_that_other_programs_would_round_is_refused() {
    #[derive(Debug, Serialize, Deserialize, Kind)]
    #[kind(class = "internal", create("plugin"))]
    struct Sum {
        total: u64,
    }
    start(&crate::declaration::manifest_of("sums", &[Sum::declaration()]));
    assert!(Store::create(&Sum { total: (1 << 53) - 1 }).is_ok());
    assert!(Store::create(&Sum { total: 1 << 53 }).unwrap_err().is("invalid"));
}

#[test]
#[should_panic(expected = "the schema of note is none")]
fn a_format_that_the_kernel_does_not_know_is_refused() {
    start(r#"{ "kinds": [{ "name": "note", "schema": { "properties": { "a": { "format": "colour" } } } }] }"#);
}

#[test]
fn a_record_belongs_to_its_subject() {
    started();
    as_member(ONE);
    let entry = Store::create(&wish(ONE)).unwrap();
    assert!(Store::create(&wish(OTHER)).unwrap_err().is("denied"));
    as_member(OTHER);
    assert_eq!(Store::<Wish>::get(&entry.id).unwrap(), None);
    assert!(Store::list(&Find::<Wish>::new()).unwrap().items.is_empty());
    assert!(Store::delete(&entry).unwrap_err().is("not-found"));
    as_holder(&["trainer"]);
    assert_eq!(Store::list(&Find::new().equal(Wish::PERSON, ONE)).unwrap().items.len(), 1);
    assert!(Store::delete(&entry).unwrap_err().is("denied"));
    as_public();
    assert!(Store::<Wish>::get(&entry.id).unwrap_err().is("denied"));
    as_member(ONE);
    Store::delete(&entry).unwrap();
}

#[test]
fn a_field_above_the_caller_s_classes_is_neither_shown_nor_set_nor_lost() {
    started();
    let secret = Note { secret: Some("gold".to_owned()), ..note(1) };
    let refused = Store::create(&secret).unwrap_err();
    assert!(refused.is("invalid") && refused.details["fields"][0]["code"] == "hidden-field", "{refused}");
    Memory::with(|memory| memory.add("note", &serde_json::to_value(&secret).unwrap()));
    let id = ids("note").remove(0);
    let mut seen = Store::<Note>::get(&id).unwrap().unwrap();
    assert_eq!(seen.body.secret, None);
    seen.body.rank = 2;
    assert_eq!(Store::replace(&seen).unwrap().body.secret, None);
    for secret in [json!("none"), json!(null), json!("gold")] {
        let refused = Store::<Note>::patch(&id, &json!({ "secret": secret })).unwrap_err();
        assert_eq!(refused.details["fields"][0]["code"], "hidden-field", "{refused}");
    }
    assert!(Store::<Note>::patch(&id, &json!([1])).unwrap_err().is("invalid"));
    assert_eq!((&bodies("note")[0]["rank"], &bodies("note")[0]["secret"]), (&json!(2), &json!("gold")));
}

#[test]
fn what_is_not_granted_is_denied_by_name() {
    started();
    for capability in ["store", "registry.read", "milestones"] {
        deny(capability);
        let error = match capability {
            "store" => Store::create(&note(1)).err(),
            "milestones" => milestones::reach::<Note>("written", ONE).err(),
            _ => crate::registry::cooperative::<Value>(ONE).err(),
        };
        let error = error.unwrap();
        assert_eq!((error.status, error.details["capability"].as_str()), (403, Some(capability)));
        grant(capability);
    }
    assert!(Store::create(&note(1)).is_ok());
    deny("telemetry");
    telemetry::info("dropped", &[]);
    assert!(logged().is_empty());
}

#[test]
fn time_moves_only_when_a_test_moves_it() {
    started();
    let before = crate::context::now();
    let entry = Store::create(&note(1)).unwrap();
    advance(1_000);
    let changed = Store::replace(&entry).unwrap();
    assert_eq!((entry.created_at, changed.created_at, changed.changed_at), (before, before, before + 1_000));
}

#[test]
fn a_person_of_the_register_is_seen_by_that_person_and_its_keepers() {
    started();
    let id = add_person(&json!({ "name_fr": "x" }));
    let read = || crate::registry::person::<Value>(&id);
    as_public();
    assert!(read().unwrap_err().is("denied"));
    as_member(ONE);
    assert_eq!(read().unwrap(), None);
    as_member(&id);
    assert!(read().unwrap().is_some());
    as_holder(&["registrar"]);
    assert!(read().unwrap().is_some());
}

struct Wishes;

impl Plugin for Wishes {
    fn migrate(_: &str, _: Option<&str>) -> Result<Option<String>, Error> {
        for wish in Store::<Wish>::list(&Find::new())?.items {
            Store::<Wish>::patch(&wish.id, &json!({ "text": "figs" }))?;
        }
        Ok(None)
    }

    fn health() -> Result<(), Error> {
        match Store::<Wish>::list(&Find::new())?.items.is_empty() {
            true => Err(Error::internal("there are no wishes")),
            false => Ok(()),
        }
    }
}

#[test]
fn an_upgrade_reaches_what_only_its_people_may_read_and_nobody_else_does_afterwards() {
    started();
    as_member(ONE);
    Store::create(&wish(ONE)).unwrap();
    as_member(OTHER);
    assert_eq!(upgrade::<Wishes>("0.1.0").unwrap(), 1);
    assert_eq!(bodies("wish")[0]["text"], "figs");
    assert!(Store::<Wish>::list(&Find::new()).unwrap().items.is_empty());
    as_public();
    assert!(Store::<Wish>::list(&Find::new()).unwrap_err().is("denied"));
}

#[test]
fn an_upgrade_reaches_nothing_that_others_would_notice() {
    struct Curious;
    impl Plugin for Curious {
        fn migrate(_: &str, _: Option<&str>) -> Result<Option<String>, Error> {
            let refused = crate::secrets::reveal("token").map(|_| ()).unwrap_err();
            crate::kv::set("told", &refused.code, None).map(|()| None)
        }
    }
    start(r#"{ "capabilities": [{ "name": "kv" }, { "name": "secrets" }], "secrets": [{ "name": "token" }] }"#);
    set_secret("token", "s3cret");
    assert_eq!(upgrade::<Curious>("0.1.0"), Ok(1));
    assert_eq!(crate::kv::get::<String>("told").unwrap().as_deref(), Some("unavailable"));
    assert!(crate::secrets::reveal("token").is_ok());
}

#[test]
fn a_milestone_of_a_cooperative_is_noted_by_who_acts_for_it_with_a_record_of_its_own() {
    started();
    let cooperative = add_cooperative(&json!({ "name_fr": "Tamount" }));
    let other = add_cooperative(&json!({ "name_fr": "Tiwizi" }));
    as_member(&other);
    assert!(crate::registry::acts_for::<Value>().unwrap().is_empty(), "a member only");
    act_for(&cooperative);
    let acting = crate::registry::acts_for::<Value>().unwrap();
    assert_eq!((acting.len(), &acting[0].id), (1, &cooperative));
    let proof = Store::create(&wish(&cooperative)).unwrap().id;
    for _ in 0..2 {
        milestones::reach_for::<Wish>(&cooperative, "written", &proof).unwrap();
    }
    assert_eq!(reached_for(), [(cooperative.clone(), "written".to_owned(), proof.clone())]);
    assert!(milestones::reach_for::<Wish>(&other, "written", &proof).unwrap_err().is("denied"));
    act_for(&other);
    assert!(milestones::reach_for::<Wish>(&other, "written", &proof).unwrap_err().is("invalid"), "another's proof");
    assert!(milestones::reach_for::<Wish>(&cooperative, "unknown", &proof).unwrap_err().is("invalid"));
    as_member(&other);
    assert!(milestones::reach_for::<Wish>(&cooperative, "written", &proof).unwrap_err().is("denied"), "another caller");
}

#[test]
fn an_instance_has_an_address_when_its_operator_said_it() {
    started();
    assert_eq!(crate::context::address(), None);
    at_address("https://registre.example.org");
    assert_eq!(crate::context::address().as_deref(), Some("https://registre.example.org"));
}

/// Asks twice who calls and reads three notes.
fn look(_: &Request) -> Result<Answer, Error> {
    let _ = (crate::context::caller(), crate::context::now());
    let notes = Store::list(&Find::<Note>::new())?.items;
    Answer::json(&json!({ "notes": notes.len() }))
}

struct Looking;

impl Plugin for Looking {
    fn handle(request: &Request) -> Result<Answer, Error> {
        router::answer(&[Route::get("/look", look)], request)
    }
}

#[test]
fn what_a_call_asked_for_is_counted_for_that_call_alone() {
    started();
    install::<Notes>().unwrap();
    let bytes: usize = bodies("note").iter().map(|body| body.to_string().len()).sum();
    for _ in 0..2 {
        call::<Looking>(&Request::get("/look"));
        let used = used();
        assert_eq!((used.of("store"), used.of("context"), used.of("blobs")), (1, 2, 0));
        assert_eq!((used.bytes.get("note"), used.bytes_read()), (Some(&bytes), bytes));
    }
}
