//! Nothing is left of a deleted plan, and a plan is taken once by one form.

use serde_json::{Value, json};
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Answer, Request, blobs, native};

use crate::ProjectBank;
use crate::notes::NOTES_MAX;
use crate::tests::{FADMA, HASSAN, adopted, call, installed, kept, page, redirect};

/// Tells that a record of the plans was deleted, and what that leads to; answers how often something was told.
fn told_of_deletion(plan: &str) -> usize {
    let deleted = Event {
        operation: Some(Operation::Delete),
        record: Some(plan.to_owned()),
        ..Event::emitted("project-bank/own-plan", plan, Value::Null)
    };
    assert_eq!(native::tell::<ProjectBank>(&deleted), [Outcome::Done]);
    let mut told = 1;
    while let Some((topic, key, payload)) = native::emitted().get(told - 1).cloned() {
        assert_eq!(native::tell::<ProjectBank>(&Event::emitted(&topic, &key, payload)), [Outcome::Done]);
        told += 1;
    }
    told
}

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

fn delete(path: &str) -> Request {
    Request::post(&format!("{path}/delete"), &[("sure", "yes")])
}

fn adopt(key: &str) -> Request {
    let mut request = Request::post("/models/saffron/adopt", &[]);
    request.headers.push(("idempotency-key".to_owned(), key.to_owned()));
    request
}

#[test]
fn the_spreadsheet_and_the_notes_of_a_deleted_plan_are_deleted() {
    let path = adopted();
    redirect(&Request::post(&format!("{path}/export"), &[]));
    let blob = kept()["sheet"]["blob"].as_str().unwrap().to_owned();
    redirect(&Request::post(&format!("{path}/actual"), &[("month", "1"), ("seen", "0"), ("sales", "1")]));
    assert!(blobs::stat(&blob).unwrap().is_some());
    assert_eq!(redirect(&delete(&path)), "/plans?deleted=yes");
    assert_eq!(redirect(&delete(&path)), "/plans", "sent twice, it is one deletion");
    assert_eq!(native::bodies("own-plan"), Vec::<Value>::new());
    assert_eq!(told_of_deletion(&id_of(&path)), 1);
    assert!(blobs::stat(&blob).unwrap().is_none());
    assert_eq!((native::bodies("note"), native::bodies("made-file")), (Vec::new(), Vec::new()));
    // Told once more, as events may be.
    assert_eq!(told_of_deletion(&id_of(&path)), 1);
}

#[test]
fn nothing_is_left_of_the_team_of_a_deleted_plan() {
    let path = adopted();
    for role in ["member", "coach"] {
        redirect(&Request::post(&format!("{path}/team/code"), &[("role", role)]));
    }
    let code = native::bodies("invite")[0]["code"].as_str().unwrap().to_owned();
    native::as_member(HASSAN);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", "Hassan")]));
    native::as_member(FADMA);
    redirect(&Request::post(&path, &[("action", "keep"), ("title", "Le safran de tous")]));
    redirect(&Request::post(&format!("{path}/found"), &[]));
    let kinds = ["team", "seat", "invite", "edit", "start"];
    assert!(kinds.iter().all(|kind| !native::bodies(kind).is_empty()));
    redirect(&delete(&path));
    assert_eq!(told_of_deletion(&id_of(&path)), 1);
    for kind in kinds {
        assert_eq!(native::bodies(kind), Vec::<Value>::new(), "{kind}");
    }
}

#[test]
fn what_another_plan_left_stays() {
    let path = adopted();
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    for path in [&path, &other] {
        redirect(&Request::post(&format!("{path}/export"), &[]));
        redirect(&Request::post(&format!("{path}/actual"), &[("month", "1"), ("seen", "0"), ("sales", "1")]));
    }
    redirect(&delete(&path));
    told_of_deletion(&id_of(&path));
    let blob = kept()["sheet"]["blob"].as_str().unwrap().to_owned();
    assert!(blobs::stat(&blob).unwrap().is_some());
    assert_eq!((native::bodies("note").len(), native::bodies("made-file").len()), (1, 1));
}

#[test]
fn more_notes_than_one_call_deletes_are_deleted_by_several() {
    let path = adopted();
    for number in 0..NOTES_MAX {
        let (seen, amount) = (number.to_string(), (number % 2 + 1).to_string());
        let form = [("month", "1"), ("seen", seen.as_str()), ("sales", amount.as_str())];
        redirect(&Request::post(&format!("{path}/actual"), &form));
    }
    redirect(&delete(&path));
    assert!(told_of_deletion(&id_of(&path)) > 1);
    assert_eq!(native::bodies("note"), Vec::<Value>::new());
}

#[test]
fn a_plan_is_deleted_by_its_owner_who_is_sure_and_by_nobody_else() {
    let path = adopted();
    assert_eq!(redirect(&Request::post(&format!("{path}/delete"), &[])), path);
    native::as_member(HASSAN);
    assert_eq!(redirect(&delete(&path)), "/plans");
    native::as_public();
    assert!(matches!(call(&delete(&path)), Answer::Problem(error) if error.status == 401));
    assert_eq!(native::bodies("own-plan").len(), 1);
}

#[test]
fn adopting_twice_with_one_form_makes_one_plan() {
    installed();
    native::as_member(FADMA);
    let first = redirect(&adopt("later.one"));
    assert_eq!(redirect(&adopt("later.one")), first);
    assert_eq!(native::bodies("own-plan").len(), 1);
    assert_eq!(native::reached().len(), 1);
    assert_ne!(redirect(&adopt("later.two")), first, "another form is another plan");
    native::as_member(HASSAN);
    assert_ne!(redirect(&adopt("later.one")), first, "nobody is led to somebody else's plan");
    let (_, _, data) = page(&Request::get("/plans").with_query("deleted", "yes"));
    assert_eq!(data["deleted"], json!(true));
}
