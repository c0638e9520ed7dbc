//! Teams from outside: who may what, what two save at once, the list of tasks, and what goes over to the register.

use proptest::prelude::*;
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::kinds::{Changed, Edit};
use super::together::{Places, merge};
use crate::ProjectBank;
use crate::tests::{FADMA, HASSAN, adopted, call, page, redirect};

const ITTO: &str = "00000000-0000-7000-8000-00000000000c";
const COACH: &str = "00000000-0000-7000-8000-00000000000d";
const STRANGER: &str = "00000000-0000-7000-8000-00000000000e";
const COOPERATIVE: &str = "00000000-0000-7000-8000-0000000000c0";

fn refusal(request: &Request) -> (u16, String) {
    match call(request) {
        Answer::Problem(error) => (error.status, error.code),
        other => panic!("{} was not refused but answered {other:?}", request.path),
    }
}

/// The code that Fadma gives for a role.
fn code(plan: &str, role: &str) -> String {
    native::as_member(FADMA);
    redirect(&Request::post(&format!("{plan}/team/code"), &[("role", role)]));
    let (_, _, data) = page(&Request::get(&format!("{plan}/team")));
    let invites = data["invites"].as_array().unwrap();
    invites.iter().find(|one| one["role"] == role).unwrap()["code"].as_str().unwrap().to_owned()
}

fn joins(person: &str, code: &str, name: &str) -> String {
    native::as_member(person);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", name)]))
}

/// Fadma's plan with Hassan as a member and somebody who accompanies them.
fn team() -> String {
    let plan = adopted();
    let member = code(&plan, "member");
    joins(HASSAN, &member, "Hassan");
    let coach = code(&plan, "coach");
    joins(COACH, &coach, "Amina");
    native::as_member(FADMA);
    plan
}

fn looked(plan: &str) -> Value {
    page(&Request::get(&format!("{plan}/team"))).2
}

fn seat(plan: &str, name: &str) -> Value {
    let data = looked(plan);
    data["seats"].as_array().unwrap().iter().find(|seat| seat["name"] == name).cloned().unwrap_or_default()
}

fn seen(plan: &str) -> String {
    page(&Request::get(plan)).2["seen"].as_str().unwrap().to_owned()
}

fn task(plan: &str, code: &str) -> Value {
    looked(plan)["tasks"].as_array().unwrap().iter().find(|task| task["code"] == code).cloned().unwrap()
}

fn kept() -> Value {
    native::bodies("own-plan").first().cloned().unwrap()
}

#[test]
fn who_has_the_code_joins_once_and_sees_the_plan_and_nobody_else_does() {
    let plan = adopted();
    let good = code(&plan, "member");
    native::as_member(HASSAN);
    assert_eq!(refusal(&Request::post(&plan, &[("action", "keep")])).0, 404);
    let grouped = [&good[..4], &good[4..8], &good[8..]].join(" ");
    assert_eq!(redirect(&Request::get("/join").with_query("code", &grouped)), format!("/join/{good}"));
    let (_, template, data) = page(&Request::get(&format!("/join/{good}")));
    assert_eq!((template.as_str(), &data["can_join"], &data["role"]), ("join", &json!(true), &json!("member")));
    let team = joins(HASSAN, &good, " Hassan ");
    assert_eq!(joins(HASSAN, &good, "Hassan again"), team);
    assert_eq!(native::bodies("seat").len(), 2);
    assert_eq!(page(&Request::get(&plan)).1, "plan");
    let plans = page(&Request::get("/plans")).2["plans"].clone();
    assert_eq!((plans[0]["role"].as_str(), plans.as_array().unwrap().len()), (Some("member"), 1));
    assert_eq!(native::told().last().map(|told| told.text("fr").contains("Hassan")), Some(true));
    native::as_member(STRANGER);
    for path in [plan.clone(), format!("{plan}/team"), format!("{plan}/found"), format!("{plan}/review")] {
        assert_eq!(page(&Request::get(&path)).1, "missing", "{path}");
    }
}

#[test]
fn a_code_that_is_wrong_or_old_or_replaced_opens_nothing() {
    let plan = adopted();
    let first = code(&plan, "member");
    let second = code(&plan, "member");
    native::as_member(HASSAN);
    for wrong in ["000000000000", "12", "x", first.as_str()] {
        assert!(matches!(call(&Request::get(&format!("/join/{wrong}"))), Answer::Page { status: 404, .. }), "{wrong}");
        assert!(matches!(call(&Request::post(&format!("/join/{wrong}"), &[])), Answer::Page { status: 404, .. }));
    }
    native::advance(31 * 24 * 60 * 60 * 1000);
    assert!(matches!(call(&Request::post(&format!("/join/{second}"), &[])), Answer::Page { status: 404, .. }));
    assert_eq!(native::bodies("seat").len(), 1);
    native::as_public();
    assert_eq!(refusal(&Request::post(&format!("/join/{second}"), &[])).0, 401);
}

#[test]
fn who_accompanies_reads_everything_and_changes_nothing() {
    let plan = team();
    native::as_member(COACH);
    let (_, _, data) = page(&Request::get(&plan));
    assert_eq!((&data["reads"], &data["leads"]), (&json!(true), &json!(false)));
    for (path, form) in [
        (plan.clone(), vec![("action", "keep"), ("title", "Mine")]),
        (format!("{plan}/team/facts"), vec![("name_fr", "Mine")]),
        (format!("{plan}/team/task"), vec![("code", "statutes"), ("done", "yes")]),
        (format!("{plan}/undo"), vec![]),
        (format!("{plan}/export"), vec![]),
        (format!("{plan}/review"), vec![("action", "all")]),
    ] {
        assert_eq!(refusal(&Request::post(&path, &form)), (403, "team-reads".to_owned()), "{path}");
    }
    for path in ["team/code", "team/remove", "team/lead", "found", "delete"] {
        assert_eq!(
            refusal(&Request::post(&format!("{plan}/{path}"), &[])),
            (403, "team-lead-only".to_owned()),
            "{path}"
        );
    }
    assert!(looked(&plan)["invites"].as_array().unwrap().is_empty());
}

#[test]
fn two_people_editing_one_number_the_second_is_told_sees_both_and_nothing_is_lost() {
    let plan = team();
    let began = seen(&plan);
    let keep = |price: &str, months: &str, seen: &str, more: &[(&str, &str)]| {
        let mut form =
            vec![("action", "keep"), ("seen", seen), ("parameters/flask/value", price), ("collect_months", months)];
        form.extend(more);
        call(&Request::post(&plan, &form))
    };
    let values = |plan: &Value| {
        let parameters = plan["plan"]["parameters"].as_array().unwrap();
        let price = parameters.iter().find(|one| one["code"] == "flask").unwrap();
        (price["value"].as_str().unwrap().to_owned(), plan["plan"]["collect_months"].as_u64().unwrap())
    };
    let (price, months) = values(&kept());
    let other_months = if months == 1 { "2" } else { "1" };
    native::as_member(HASSAN);
    assert!(matches!(keep("41", &months.to_string(), &began, &[]), Answer::Redirect(_)));
    native::as_member(FADMA);
    // She changed the price too, and the months alone.
    let Answer::Page { status, data, .. } = keep("42", other_months, &began, &[]) else { panic!("she is told") };
    assert_eq!(status, 409);
    let clash = &data["clashes"][0];
    assert_eq!(
        (&clash["base"], &clash["theirs"], &clash["mine"], &clash["who"]),
        (&json!(price), &json!("41"), &json!("42"), &json!("Hassan"))
    );
    assert_eq!(data["clashes"].as_array().unwrap().len(), 1);
    assert_eq!(
        (data["typed"]["parameters/flask/value"].as_str(), data["typed"]["collect_months"].as_str()),
        (Some("42"), Some(other_months))
    );
    assert_eq!(values(&kept()), ("41".to_owned(), months), "nothing was written over");
    // She takes his, and keeps what she changed herself.
    let now = data["seen"].as_str().unwrap().to_owned();
    assert!(matches!(keep("42", other_months, &now, &[("theirs", "parameters/flask/value")]), Answer::Redirect(_)));
    assert_eq!(values(&kept()), ("41".to_owned(), other_months.parse().unwrap()));
}

#[test]
fn two_people_editing_one_text_the_second_is_told_sees_both_and_nothing_is_lost() {
    let plan = team();
    let began = seen(&plan);
    native::as_member(HASSAN);
    redirect(&Request::post(&plan, &[("action", "keep"), ("seen", &began), ("title", "Safran de Taliouine")]));
    native::as_member(FADMA);
    let form = [("action", "keep"), ("seen", began.as_str()), ("title", "Safran du village")];
    let Answer::Page { status: 409, data, .. } = call(&Request::post(&plan, &form)) else { panic!("she is told") };
    assert_eq!(
        (&data["clashes"][0]["theirs"], &data["clashes"][0]["mine"]),
        (&json!("Safran de Taliouine"), &json!("Safran du village"))
    );
    assert_eq!(data["plan"]["title"], "Safran du village", "what she typed is still in the form");
    let now = data["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(&plan, &[("action", "keep"), ("seen", &now), ("title", "Safran du village")]));
    assert_eq!(kept()["title"], "Safran du village");
    // The same of what a team agrees on.
    let facts = format!("{plan}/team/facts");
    redirect(&Request::post(&facts, &[("name_fr", "Tifaouine"), ("was-name_fr", ""), ("was-commune", "")]));
    native::as_member(HASSAN);
    let form = [("name_fr", "Tafukt"), ("was-name_fr", ""), ("commune", "Tiout"), ("was-commune", "")];
    let (status, _, data) = page(&Request::post(&facts, &form));
    assert_eq!(
        (status, &data["clashes"][0]["theirs"], &data["typed"]["name_fr"]),
        (409, &json!("Tifaouine"), &json!("Tafukt"))
    );
    assert_eq!(native::bodies("team")[0]["name_fr"], "Tifaouine");
    // What only he changed is kept beside what only she changed.
    redirect(&Request::post(
        &facts,
        &[("name_fr", ""), ("was-name_fr", ""), ("commune", "Tiout"), ("was-commune", "")],
    ));
    let team = native::bodies("team")[0].clone();
    assert_eq!((&team["name_fr"], &team["commune"]), (&json!("Tifaouine"), &json!("Tiout")));
}

#[test]
fn what_two_change_in_different_places_is_kept_without_a_question() {
    let plan = team();
    let began = seen(&plan);
    let same = kept()["plan"]["years"].as_u64().unwrap().to_string();
    native::as_member(HASSAN);
    redirect(&Request::post(
        &plan,
        &[("action", "keep"), ("seen", &began), ("parameters/flask/value", "41"), ("years", &same)],
    ));
    native::as_member(FADMA);
    let before = kept()["plan"]["parameters"].as_array().unwrap().iter().find(|one| one["code"] == "flask").cloned();
    assert_eq!(before.unwrap()["value"], "41");
    let stale = native::bodies("edit")[0]["changed"][0]["from"].as_str().unwrap().to_owned();
    let form = [("action", "keep"), ("seen", began.as_str()), ("parameters/flask/value", &stale), ("title", "À nous")];
    assert_eq!(redirect(&Request::post(&plan, &form)), format!("{plan}?kept=both"));
    let now = kept();
    let price = now["plan"]["parameters"].as_array().unwrap().iter().find(|one| one["code"] == "flask").unwrap();
    assert_eq!((&price["value"], &now["title"]), (&json!("41"), &json!("À nous")));
    assert_eq!(native::bodies("edit").len(), 2);
}

#[test]
fn everybody_says_their_own_part_and_the_lead_that_of_all() {
    let plan = team();
    let (own, hassan) = (seat(&plan, FADMA), seat(&plan, "Hassan"));
    let path = format!("{plan}/team/seat");
    let part = |seat: &Value, shares: &'static str, paid: &'static str| {
        let id = seat["id"].as_str().unwrap().to_owned();
        call(&Request::post(&path, &[("seat", id.as_str()), ("shares", shares), ("paid", paid)]))
    };
    assert!(matches!(part(&hassan, "١٠", "1 250,50"), Answer::Redirect(_)));
    assert_eq!((&seat(&plan, "Hassan")["shares"], &seat(&plan, "Hassan")["paid"]), (&json!(10), &json!("1250.5")));
    native::as_member(HASSAN);
    assert!(matches!(part(&own, "1", "0"), Answer::Problem(error) if error.code == "team-lead-only"));
    for (shares, paid) in
        [("-1", "0"), ("1.5", "0"), ("1", "-5"), ("1", "beaucoup"), ("1", "0,001"), ("999999999", "0")]
    {
        assert!(matches!(part(&hassan, shares, paid), Answer::Page { status: 422, .. }), "{shares} {paid}");
    }
}

#[test]
fn leaving_removing_and_handing_over() {
    let plan = team();
    let post = |path: &str, seat: &Value| {
        let id = seat["id"].as_str().unwrap_or_default().to_owned();
        Request::post(&format!("{plan}/team/{path}"), &[("seat", id.as_str())])
    };
    let (hassan, coach) = (seat(&plan, "Hassan"), seat(&plan, "Amina"));
    assert_eq!(refusal(&post("leave", &hassan)), (409, "team-lead-stays".to_owned()));
    assert_eq!(refusal(&post("lead", &coach)), (422, "team-coach-leads-not".to_owned()));
    assert_eq!(refusal(&post("remove", &seat(&plan, FADMA))), (409, "team-lead-stays".to_owned()));
    redirect(&post("remove", &coach));
    redirect(&post("remove", &coach));
    assert_eq!(native::bodies("seat").len(), 2);
    native::as_member(COACH);
    assert_eq!(page(&Request::get(&plan)).1, "missing");
    native::as_member(FADMA);
    redirect(&post("lead", &hassan));
    assert_eq!(kept()["person"], HASSAN);
    assert_eq!(refusal(&post("lead", &hassan)), (403, "team-lead-only".to_owned()));
    assert_eq!(redirect(&post("leave", &Value::Null)), "/plans");
    assert_eq!(page(&Request::get(&plan)).1, "missing");
    native::as_member(HASSAN);
    assert_eq!(looked(&plan)["role"], "lead");
    assert_eq!(native::bodies("seat").len(), 1);
}

#[test]
fn what_the_system_knows_ticks_itself_and_the_rest_is_ticked_by_hand() {
    let plan = team();
    let is_done = |code: &str| task(&plan, code)["is_done"].as_bool().unwrap();
    assert_eq!(task(&plan, "people")["have"], "2");
    assert!(!is_done("people") && !is_done("name") && !is_done("training") && !is_done("contributions"));
    let path = format!("{plan}/team/task");
    // Nobody ticks by hand what the system knows.
    redirect(&Request::post(&path, &[("code", "people"), ("done", "yes")]));
    assert!(!is_done("people"));
    let hassan = seat(&plan, "Hassan")["id"].as_str().unwrap().to_owned();
    redirect(&Request::post(
        &path,
        &[("code", "statutes"), ("who", &hassan), ("until", "2026-03-31"), ("done", "yes")],
    ));
    let statutes = task(&plan, "statutes");
    assert_eq!(
        (&statutes["is_done"], &statutes["until"], &statutes["who"]),
        (&json!(true), &json!("2026-03-31"), &json!(hassan))
    );
    assert_eq!(page(&Request::post(&path, &[("code", "statutes"), ("until", "2026-02-31")])).0, 422);
    assert_eq!(refusal(&Request::post(&path, &[("code", "paid")])), (422, "team-no-task".to_owned()));
    let mut rules = json!({ "pack": "x/1", "founders_min": 2, "capital_min_mad": 1000, "share_min_mad": 100,
        "paid_at_subscription": { "numerator": 1, "denominator": 4 }, "to_verify": ["founders_min"] });
    native::lay_out_founding_rules(rules.clone());
    assert!(is_done("people"));
    rules["founders_min"] = json!(5);
    native::lay_out_founding_rules(rules);
    assert!(!is_done("people"));
    let facts = [("name_fr", "Tifaouine"), ("province", "09.541"), ("share", "100")];
    redirect(&Request::post(&format!("{plan}/team/facts"), &facts));
    assert!(is_done("name") && is_done("place"));
    for name in [FADMA, "Hassan"] {
        let id = seat(&plan, name)["id"].as_str().unwrap().to_owned();
        redirect(&Request::post(
            &format!("{plan}/team/seat"),
            &[("seat", id.as_str()), ("shares", "5"), ("paid", "40000")],
        ));
    }
    assert!(is_done("contributions") && is_done("money"), "{}", task(&plan, "money"));
    // Who accompanies counts as nobody who founds; what somebody of the team learnt counts.
    let model = native::bodies("model").into_iter().find(|model| model["code"] == "saffron").unwrap();
    native::lay_out_contract("training/learning", 1, "completed", model["learn"].clone());
    native::as_member(COACH);
    assert!(!is_done("training"));
    native::as_member(HASSAN);
    assert!(is_done("training"));
    assert_eq!(task(&plan, "training")["knows"], true);
}

#[test]
fn without_the_register_and_the_training_plugin_the_list_still_stands() {
    let plan = team();
    for capability in ["registry.read", "calls", "notify"] {
        native::deny(capability);
    }
    let (people, training) = (task(&plan, "people"), task(&plan, "training"));
    assert_eq!((&people["knows"], &training["knows"]), (&json!(false), &json!(false)));
    redirect(&Request::post(&format!("{plan}/team/task"), &[("code", "people"), ("done", "yes")]));
    assert_eq!(task(&plan, "people")["is_done"], true);
    redirect(&Request::post(&format!("{plan}/found"), &[]));
    assert_eq!(page(&Request::get(&format!("{plan}/found"))).1, "found");
}

#[test]
fn what_is_known_goes_over_to_the_register_and_the_milestone_follows_the_registration() {
    let plan = team();
    redirect(&Request::post(
        &format!("{plan}/team/facts"),
        &[("name_fr", "Tifaouine"), ("province", "09.541"), ("commune", "Tiout"), ("share", "100")],
    ));
    let found = format!("{plan}/found");
    assert_eq!(redirect(&Request::post(&found, &[])), found);
    redirect(&Request::post(&found, &[]));
    let starts = native::bodies("start");
    assert_eq!(starts.len(), 1);
    let over = &starts[0]["founding"];
    assert_eq!(
        (
            &over["name_fr"],
            &over["sector"],
            &over["branch"],
            &over["category"],
            &over["province"],
            &over["commune"],
            &over["share_value_mad"]
        ),
        (
            &json!("Tifaouine"),
            &json!("agriculture"),
            &json!("saffron"),
            &json!("a"),
            &json!("09.541"),
            &json!("Tiout"),
            &json!("100")
        )
    );
    let people: Vec<_> =
        over["founders"].as_array().unwrap().iter().map(|one| one["person"].as_str().unwrap()).collect();
    assert_eq!(people, [FADMA, HASSAN]);
    let start = native::ids("start")[0].clone();
    let (_, _, data) = page(&Request::get(&found));
    assert_eq!(
        (&data["source"], &data["founded"]["prepared"]),
        (&json!(format!("project-bank/start/{start}")), &json!(true))
    );
    native::put_founding("start", &start, "name-asked", None, &[FADMA, HASSAN]);
    native::as_member(HASSAN);
    assert_eq!(page(&Request::get(&found)).2["founded"]["step"], "name-asked");
    let reached = |code: &str| native::reached().iter().any(|(reached, _)| reached == code);
    assert!(!reached("project-founded"));
    native::put_founding("start", &start, "registered", Some(COOPERATIVE), &[FADMA, HASSAN]);
    assert_eq!(page(&Request::get(&format!("{plan}/team"))).2["founded"]["cooperative"], COOPERATIVE);
    assert!(reached("project-founded"));
    // Who takes no part in the file is told nothing of it.
    native::as_member(COACH);
    assert_eq!(page(&Request::get(&found)).2["founded"]["step"], Value::Null);
}

#[test]
fn a_plan_that_was_handed_over_keeps_the_file_that_was_begun() {
    let plan = team();
    redirect(&Request::post(&format!("{plan}/found"), &[]));
    let start = native::ids("start")[0].clone();
    native::put_founding("start", &start, "name", None, &[FADMA, HASSAN]);
    let hassan = seat(&plan, "Hassan")["id"].as_str().unwrap().to_owned();
    redirect(&Request::post(&format!("{plan}/team/lead"), &[("seat", hassan.as_str())]));
    native::as_member(HASSAN);
    redirect(&Request::post(&format!("{plan}/found"), &[]));
    assert_eq!(native::bodies("team")[0]["start"], json!(start));
}

#[test]
fn the_fiftieth_edit_is_not_the_last_and_the_oldest_goes() {
    let plan = team();
    let began = seen(&plan);
    for round in 0..55 {
        let title = format!("Titre {round}");
        redirect(&Request::post(&plan, &[("action", "keep"), ("seen", &seen(&plan)), ("title", &title)]));
    }
    assert_eq!(native::bodies("edit").len(), 50);
    // Whoever began before the oldest is asked about what differs, and nothing is written over.
    let (status, _, data) = page(&Request::post(&plan, &[("action", "keep"), ("seen", &began), ("title", "Autre")]));
    assert_eq!((status, &data["clashes"][0]["theirs"]), (409, &json!("Titre 54")));
}

/// Somebody who joins a team is in no other: each plan has its own.
#[test]
fn a_seat_of_another_team_is_none_here() {
    let plan = team();
    native::as_member(ITTO);
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    redirect(&Request::post(&format!("{other}/team/code"), &[("role", "member")]));
    let foreign = looked(&other)["seats"][0]["id"].as_str().unwrap().to_owned();
    native::as_member(FADMA);
    assert_eq!(
        refusal(&Request::post(&format!("{plan}/team/seat"), &[("seat", &foreign)])),
        (404, "team-no-seat".to_owned())
    );
    assert_eq!(page(&Request::post(&format!("{plan}/team/task"), &[("code", "name"), ("who", &foreign)])).0, 422);
    assert_eq!(native::bodies("seat").len(), 4);
    let _: fn(&Request) -> Answer = native::call::<ProjectBank>;
}

fn edit(version: u64, changed: Vec<(String, Option<String>, Option<String>)>) -> Edit {
    let changed = changed.into_iter().map(|(place, from, to)| Changed { place, from, to }).collect();
    Edit { plan: String::new(), version, person: String::new(), name: format!("{version}"), at: 0, changed }
}

/// A few figures, most of them small, so that people meet.
fn figures() -> impl Strategy<Value = Places> {
    proptest::collection::btree_map("[abcd]", "[0-3]", 1..4)
}

proptest! {
    /// Whatever others save between, a save loses nothing of anybody: what only one changed stands, and what both changed differently is asked.
    #[test]
    fn nothing_is_lost_whoever_saves_in_between(base in figures(), others in proptest::collection::vec(figures(), 0..4), mine in figures()) {
        let mut edits = Vec::new();
        let mut now = base.clone();
        for (version, next) in (2..).zip(others) {
            let places: std::collections::BTreeSet<String> = now.keys().chain(next.keys()).cloned().collect();
            let changed = places.into_iter().filter(|place| now.get(place) != next.get(place));
            edits.push(edit(version, changed.map(|place| (place.clone(), now.get(&place).cloned(), next.get(&place).cloned())).collect()));
            now = next;
        }
        let merged = merge(&now, &mine, &edits, true);
        for place in ["a", "b", "c", "d"] {
            let (was, theirs, wanted) = (base.get(place), now.get(place), mine.get(place));
            let clash = merged.clashes.iter().find(|clash| clash.place == place);
            let stays = merged.theirs.contains(place);
            if theirs == wanted {
                prop_assert!(clash.is_none() && !stays);
            } else if wanted == was {
                prop_assert!(stays && clash.is_none(), "only others changed {place}");
            } else if theirs == was {
                prop_assert!(!stays, "only this one changed {place}");
            } else {
                let clash = clash.expect("both changed it");
                prop_assert_eq!((clash.mine.as_ref(), clash.theirs.as_ref()), (wanted, theirs));
            }
        }
    }
}
