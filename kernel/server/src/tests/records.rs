//! Records over the API: versions, conditions, lists, exports, batches, keys, the log.

use axum::body::Body;
use serde_json::{Value, json};
use tiwizi_model::{Entropy as _, SeededEntropy};

use super::house::{House, Who, cooperative};
use crate::api::kinds;
use crate::api::question::Question;

const COOPERATIVES: &str = "/api/v1/records/registry/cooperative";

fn address(house: &House) -> String {
    format!("{COOPERATIVES}/{}", house.cooperative)
}

#[tokio::test]
async fn a_record_is_created_read_replaced_patched_and_deleted() {
    let house = House::build().await;
    let made = house.post(Who::Registrar, COOPERATIVES, &cooperative("18/2020")).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""));
    let address = made.header("location").to_owned();
    let mut body = made.json()["body"].clone();
    body["commune"] = json!("Tiout");
    let request = house.request(Who::Registrar, "PUT", &address).header("if-match", "\"1\"");
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
    assert_eq!(house.send(request).await.json()["version"], 2);
    let patched = house.send_json(Who::Registrar, "PATCH", &address, &json!({"commune": null})).await;
    assert_eq!((patched.json()["version"].clone(), patched.json()["body"].get("commune").cloned()), (json!(3), None));
    let deleted = house.send(house.request(Who::Registrar, "DELETE", &address).body(Body::empty()).unwrap()).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(house.get(Who::Public, &address).await.problem(), (404, "not-found".to_owned()));
    let history = house.get(Who::Registrar, &format!("{address}/history")).await.json();
    let operations: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["delete", "replace", "replace", "create"]);
}

#[tokio::test]
async fn a_stale_write_is_refused_and_changes_nothing() {
    let house = House::build().await;
    for (condition, expected) in [(None, 428), (Some("\"7\""), 412), (Some("*"), 428), (Some("7"), 400)] {
        let mut request =
            house.request(Who::Registrar, "PUT", &address(&house)).header("content-type", "application/json");
        if let Some(condition) = condition {
            request = request.header("if-match", condition);
        }
        let reply = house.send(request.body(Body::from(cooperative("17/2020").to_string())).unwrap()).await;
        assert_eq!(reply.status, expected, "{condition:?}");
    }
    assert_eq!(house.get(Who::Public, &address(&house)).await.json()["version"], 1);
}

#[tokio::test]
async fn a_version_that_the_caller_has_is_not_sent_again() {
    let house = House::build().await;
    let request = house.request(Who::Public, "GET", &address(&house)).header("if-none-match", "\"1\"");
    let reply = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status.as_u16(), reply.bytes.len(), reply.header("etag")), (304, 0, "\"1\""));
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_by_field() {
    let house = House::build().await;
    let mut body = cooperative("19/2020");
    body["role"] = json!("administrator");
    body["ice"] = json!("12");
    body["version"] = json!(7);
    let reply = house.post(Who::Registrar, COOPERATIVES, &body).await;
    assert_eq!(reply.problem(), (422, "invalid".to_owned()));
    let errors = reply.json();
    let pointers: Vec<&str> =
        errors["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    for pointer in ["/role", "/ice", "/version"] {
        assert!(pointers.contains(&pointer), "{pointer} is not in {pointers:?}");
    }
}

#[tokio::test]
async fn ambiguous_json_is_refused() {
    let house = House::build().await;
    for body in ["{\"a\":1,\"a\":2}", "{", "\u{0}", &"[".repeat(10_000)] {
        let request = house.request(Who::Registrar, "POST", COOPERATIVES).header("content-type", "application/json");
        let reply = house.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(reply.problem(), (400, "malformed-json".to_owned()));
    }
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    let house = House::build().await;
    for number in 0..5 {
        house.post(Who::Registrar, COOPERATIVES, &cooperative(&format!("p/{number}"))).await;
    }
    let first = house
        .get(Who::Public, &format!("{COOPERATIVES}?province=09.541&sort=-name_fr&limit=4&fields=name_fr"))
        .await
        .json();
    let names: Vec<&Value> = first["items"].as_array().unwrap().iter().map(|item| &item["body"]).collect();
    assert_eq!(names.first().unwrap().to_string(), "{\"name_fr\":\"Coopérative p/4\"}");
    let next = first["next"].as_str().unwrap();
    let second = house
        .get(Who::Public, &format!("{COOPERATIVES}?province=09.541&sort=-name_fr&limit=4&cursor={next}"))
        .await
        .json();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (2, &Value::Null));
}

#[tokio::test]
async fn a_question_that_no_index_answers_is_refused() {
    let house = House::build().await;
    for (query, code) in [
        ("address=x", "not-indexed"),
        ("colour=red", "bad-parameter"),
        ("sort=colour", "bad-parameter"),
        ("limit=0", "bad-parameter"),
        ("limit=1000", "bad-parameter"),
        ("limit=1&limit=2", "bad-parameter"),
        ("province[like]=x", "bad-parameter"),
        ("fields=secret", "bad-parameter"),
        ("cursor=nonsense", "bad-cursor"),
    ] {
        let reply = house.get(Who::Public, &format!("{COOPERATIVES}?{query}")).await;
        assert_eq!(reply.problem(), (400, code.to_owned()), "{query}: {}", reply.text());
    }
}

/// Parts of questions: right ones, and what people try.
const NAMES: [&str; 8] = ["province", "sector", "limit", "sort", "q", "fields", "cursor", "colour"];
const SIGNS: [&str; 6] = ["=", "=", "=", "[gte]=", "[like]=", "["];
const VALUES: [&str; 12] = [
    "09.541",
    "argan",
    "5",
    "-name_fr",
    "name_fr",
    "%27+OR+1%3D1--",
    "%00",
    "%FF",
    "%",
    "99999999999999999999",
    "'||(SELECT+1)||'",
    "",
];

#[tokio::test]
async fn i01_whatever_a_question_says_it_is_answered_or_refused() {
    const QUESTIONS: usize = 100_000;
    // So many of them go on to the database.
    const ASKED_EVERY: usize = 500;
    let house = House::build().await;
    let kind = kinds::find(&house.app, "registry", "cooperative").unwrap();
    let entropy = SeededEntropy::new(1);
    let mut good = 0_usize;
    for number in 0..QUESTIONS {
        let mut drawn = [0_u8; 8];
        entropy.fill(&mut drawn);
        let part = |at: usize, parts: &[&'static str]| parts[usize::from(drawn[at]) % parts.len()];
        let one = |at: usize| [part(at, &NAMES), part(at + 1, &SIGNS), part(at + 2, &VALUES)].concat();
        let question = if drawn[6] % 2 == 0 { one(0) } else { [one(0), one(3)].join("&") };
        match Question::read(&kind, Some(&question)) {
            Ok(_) => good += 1,
            Err(problem) => assert_eq!(problem.fault().status(), 400, "{question}"),
        }
        if number % ASKED_EVERY == 0 {
            let reply = house.get(Who::Public, &format!("{COOPERATIVES}?{question}")).await;
            assert!(matches!(reply.status.as_u16(), 200 | 400), "{question}: {}", reply.text());
        }
    }
    assert!(good > QUESTIONS / 50 && good < QUESTIONS, "{good} of the questions were right");
}

#[tokio::test]
async fn a_list_comes_as_csv_and_as_lines_too() {
    let house = House::build().await;
    let mut body = cooperative("=1+2");
    body["name_fr"] = json!("=cmd()");
    house.post(Who::Registrar, COOPERATIVES, &body).await;
    let csv =
        house.request(Who::Registrar, "GET", COOPERATIVES).header("accept", "text/csv").body(Body::empty()).unwrap();
    let csv = house.send(csv).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text().starts_with("id,version,province,"), "{}", csv.text());
    assert!(csv.text().contains("'=cmd()") && !csv.text().contains(",=cmd()"));
    assert_eq!(csv.text().lines().count(), 3);
    let lines =
        house.request(Who::Public, "GET", &format!("{COOPERATIVES}?limit=1")).header("accept", "application/x-ndjson");
    let lines = house.send(lines.body(Body::empty()).unwrap()).await;
    assert_eq!(lines.text().lines().count(), 1);
    assert!(!lines.header("x-next-cursor").is_empty());
}

#[tokio::test]
async fn a_registrar_of_another_province_finds_no_person_anywhere() {
    let house = House::build().await;
    let person = format!("/api/v1/records/registry/person/{}", house.person);
    for address in [person.clone(), format!("{person}/history")] {
        assert_eq!(house.get(Who::RegistrarElsewhere, &address).await.status, 404);
        assert_eq!(house.get(Who::Registrar, &address).await.status, 200);
    }
    let list = "/api/v1/records/registry/person";
    assert_eq!(house.get(Who::RegistrarElsewhere, list).await.json()["items"], json!([]));
    assert_eq!(house.get(Who::Registrar, list).await.json()["items"].as_array().unwrap().len(), 1);
    for who in [Who::RegistrarElsewhere, Who::Public] {
        let changes = house.get(who, "/api/v1/changes").await.text();
        assert!(!changes.contains(&house.person) && changes.contains(&house.cooperative), "{changes}");
    }
    let csv =
        house.request(Who::RegistrarElsewhere, "GET", list).header("accept", "text/csv").body(Body::empty()).unwrap();
    assert!(!house.send(csv).await.text().contains("Fadma"));
}

#[tokio::test]
async fn a_batch_is_written_whole_or_not_at_all() {
    let house = House::build().await;
    let mut wrong = cooperative("b/2");
    wrong["sector"] = json!("no-such-sector");
    let batch = |second: Value| {
        json!({"writes": [
            {"action": "create", "kind": "registry/cooperative", "body": cooperative("b/1")},
            {"action": "create", "kind": "registry/cooperative", "body": second},
        ]})
    };
    let refused = house.post(Who::Registrar, "/api/v1/batch", &batch(wrong)).await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/writes/1/body/sector");
    let written = house.post(Who::Registrar, "/api/v1/batch", &batch(cooperative("b/2"))).await;
    assert_eq!(written.json()["items"].as_array().unwrap().len(), 2, "{}", written.text());
}

#[tokio::test]
async fn the_same_key_has_its_effect_once_also_fifty_times_at_once() {
    let house = House::build().await;
    let send = |body: Value, who: Who| {
        let request = house.request(who, "POST", COOPERATIVES).header("content-type", "application/json");
        let request = request.header("idempotency-key", "same").body(Body::from(body.to_string())).unwrap();
        house.send(request)
    };
    let replies = futures::future::join_all((0..50).map(|_| send(cooperative("k/1"), Who::Registrar))).await;
    let first = replies.first().unwrap();
    assert_eq!(first.status, 201, "{}", first.text());
    for reply in &replies {
        assert_eq!((reply.status, reply.text()), (first.status, first.text()));
    }
    assert_eq!(send(cooperative("k/2"), Who::Registrar).await.problem(), (422, "idempotency-key-reused".to_owned()));
    // Another account's key of the same name is another key.
    assert_eq!(send(cooperative("k/2"), Who::RegistrarElsewhere).await.status, 403);
}

#[tokio::test]
async fn a_key_replays_what_is_no_record_and_never_a_secret() {
    let house = House::build().await;
    let send = |address: &'static str, body: Value| {
        let request = house.request(Who::Administrator, "POST", address).header("content-type", "application/json");
        house.send(request.header("idempotency-key", address).body(Body::from(body.to_string())).unwrap())
    };
    let account =
        json!({"email": "new@example.org", "name": "New", "password": "a long good password", "language": "shi"});
    let first = send("/api/v1/accounts", account.clone()).await;
    let second = send("/api/v1/accounts", account).await;
    assert_eq!((first.status.as_u16(), first.text()), (201, second.text()));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(send("/api/v1/tokens", json!({"name": "x"})).await.status, 201);
    assert_eq!(send("/api/v1/tokens", json!({"name": "x"})).await.problem(), (409, "answered-once".to_owned()));
}

#[tokio::test]
async fn the_log_is_read_from_a_place_on() {
    let house = House::build().await;
    let all = house.get(Who::Registrar, "/api/v1/changes").await;
    assert_eq!(all.header("x-next-after"), "2");
    let lines: Vec<Value> = all.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["seq"].clone(), lines[0]["operation"].clone()), (json!(1), json!("create")));
    let rest = house.get(Who::Registrar, "/api/v1/changes?after=1").await;
    assert_eq!(rest.text().lines().count(), 1);
    for query in ["after=-1", "after=x", "wait=26", "limit=0", "since=1"] {
        assert_eq!(house.get(Who::Public, &format!("/api/v1/changes?{query}")).await.problem().0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_long_poll_ends_when_the_log_grows() {
    let house = House::build().await;
    let body = cooperative("poll/1");
    let (polled, _) = tokio::join!(
        house.get(Who::Public, "/api/v1/changes?after=2&wait=20"),
        house.post(Who::Registrar, COOPERATIVES, &body),
    );
    assert_eq!(polled.text().lines().count(), 1);
}

#[tokio::test]
async fn a_file_is_sent_back_as_bytes_to_be_saved() {
    let house = House::build().await;
    let store = |media_type: &str| {
        let request = house.request(Who::Member, "POST", "/api/v1/files").header("content-type", media_type);
        house.send(request.body(Body::from("<script>alert(1)</script>")).unwrap())
    };
    assert_eq!(store("text/html").await.problem().0, 415);
    let stored = store("application/octet-stream").await;
    let address = format!("/api/v1/files/{}", stored.json()["hash"].as_str().unwrap());
    let whole = house.get(Who::Member, &address).await;
    assert_eq!(whole.text(), "<script>alert(1)</script>");
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(whole.header(name), value);
    }
    let part = house.request(Who::Member, "GET", &address).header("range", "bytes=1-6").body(Body::empty()).unwrap();
    let part = house.send(part).await;
    assert_eq!(
        (part.status.as_u16(), part.text().as_str(), part.header("content-range")),
        (206, "script", "bytes 1-6/25")
    );
    let behind = house.request(Who::Member, "GET", &address).header("range", "bytes=99-").body(Body::empty()).unwrap();
    assert_eq!(house.send(behind).await.problem().0, 416);
    // It is for whoever stored it, and for nobody else by its hash.
    assert_eq!(house.get(Who::Administrator, &address).await.problem().0, 404);
    // A record that anybody could write names no file.
    let named = format!("{address}?kind=registry/cooperative&record={}", house.cooperative);
    assert_eq!(house.get(Who::Registrar, &named).await.problem().0, 404);
}

#[tokio::test]
async fn p26_bad_json_is_a_problem_and_nothing_is_written() {
    let house = House::build().await;
    let before = house.app.db.sequence().await.unwrap();
    let keys: Vec<String> = (0..100_000).map(|number| format!("\"k{number}\":0")).collect();
    for (body, expected) in [
        ("[".repeat(10_000), 400),
        ("{\"a\":".repeat(100_000), 400),
        (r#"{"name_fr":"a","name_fr":"b"}"#.to_owned(), 400),
        (r#"{"name_fr":"\ud800"}"#.to_owned(), 400),
        (r#"{"name_fr":NaN}"#.to_owned(), 400),
        (format!("{{\"members\":{}}}", "9".repeat(1 << 20)), 400),
        (format!("{{\"members\":{}}}", "9".repeat(10 << 20)), 413),
        // Well-formed, and no field of it is known.
        (format!("{{\"province\":\"09.541\",{}}}", keys.join(",")), 422),
    ] {
        let request = house.request(Who::Registrar, "POST", "/api/v1/records/registry/cooperative");
        let request = request.header("content-type", "application/json");
        let reply = house.send(request.body(axum::body::Body::from(body)).unwrap()).await;
        let (status, _) = reply.problem();
        assert_eq!(status, expected, "{}", reply.text());
        assert!(reply.bytes.len() < 64 << 10);
    }
    assert_eq!(house.app.db.sequence().await.unwrap(), before);
}
