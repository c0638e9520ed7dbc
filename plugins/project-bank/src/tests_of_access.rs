//! Every way to a plan asks whether the caller is of its team, and the whole team has what was noted of it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::tests::{FADMA, HASSAN, adopted, call, page, redirect};

const STRANGER: &str = "00000000-0000-7000-8000-00000000000e";
const LIB: &str = include_str!("lib.rs");

/// Fadma's plan, in whose team Hassan works.
fn shared() -> String {
    let plan = adopted();
    redirect(&Request::post(&format!("{plan}/team/code"), &[("role", "member")]));
    let code = native::bodies("invite")[0]["code"].as_str().unwrap().to_owned();
    native::as_member(HASSAN);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", "Hassan")]));
    native::as_member(FADMA);
    plan
}

/// Every route of the plugin that leads to a plan, as requests.
fn requests(plan: &str, seat: &str) -> Vec<Request> {
    let request = |line: &str| {
        let (method, rest) = line.trim().strip_prefix("Route::")?.split_once("(\"")?;
        let path = rest.split_once('"')?.0.strip_prefix("/plans/{plan}")?;
        let path = format!("{plan}{}", path.replace("{list}", "loans").replace("{code}", "bank"));
        let form = [("sure", "yes"), ("action", "keep"), ("seat", seat), ("code", "name"), ("title", "À moi")];
        Some(if method == "get" { Request::get(&path) } else { Request::post(&path, &form) })
    };
    LIB.lines().filter_map(request).collect()
}

#[test]
fn every_way_to_a_plan_is_closed_to_who_is_not_of_its_team() {
    let plan = shared();
    let seat = native::ids("seat")[0].clone();
    let requests = requests(&plan, &seat);
    assert!(requests.len() > 20, "the routes are not read any more");
    let kinds = ["own-plan", "seat", "team", "invite", "edit", "start", "note", "undertaking", "made-file"];
    let before = kinds.map(native::bodies);
    for request in requests {
        let is_deletion = request.path.ends_with("/delete");
        native::as_member(STRANGER);
        match call(&request) {
            Answer::Page { status: 404, template, .. } => assert_eq!(template, "missing", "{}", request.path),
            Answer::Problem(error) => assert_eq!(error.status, 404, "{}", request.path),
            // As if it were gone already.
            Answer::Redirect(to) if is_deletion => assert_eq!(to, "/plans"),
            other => panic!("{} is open: {other:?}", request.path),
        }
        native::as_public();
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 401), "{}", request.path);
        assert_eq!(kinds.map(native::bodies), before, "{} wrote something", request.path);
    }
}

#[test]
fn the_whole_team_notes_what_happened_and_reads_it_also_after_the_lead_was_handed_over() {
    let plan = shared();
    let actual = format!("{plan}/actual");
    let note = |seen: &str, sales: &str| {
        redirect(&Request::post(&actual, &[("month", "1"), ("seen", seen), ("sales", sales)]));
    };
    let sales = || page(&Request::get(&actual)).2["rows"][0]["groups"][0]["actual"].clone();
    note("0", "1000");
    native::as_member(HASSAN);
    assert_eq!(sales(), json!(1000.0));
    note("1", "900");
    assert_eq!(native::bodies("note")[1]["person"], HASSAN);
    native::as_member(FADMA);
    assert_eq!(sales(), json!(900.0));
    let seats: Vec<Value> = native::bodies("seat");
    let at = seats.iter().position(|seat| seat["person"] == HASSAN).unwrap();
    let seat = native::ids("seat")[at].clone();
    redirect(&Request::post(&format!("{plan}/team/lead"), &[("seat", seat.as_str())]));
    note("2", "800");
    native::as_member(HASSAN);
    assert_eq!(sales(), json!(800.0));
}
