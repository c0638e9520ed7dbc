//! A call for projects from its rules to the ranking that each applicant is told.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Caller, CallerKind, Request, native};

use super::{FADMA, HASSAN, call, installed, page, redirect};
use crate::ProjectBank;
use crate::calls::{Application, Call, rank};

const DAY_MS: u64 = 86_400_000;
const ITTO: &str = "00000000-0000-7000-8000-00000000000c";
pub(super) const CALL: &str = "/calls/essai-2026";
const DESK: &str = "/call-desk/essai-2026";

/// Signs in as an account without roles; some have a person.
pub(super) fn account(name: &str, person: Option<&str>) {
    native::become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(name.to_owned()),
        person: person.map(ToOwned::to_owned),
        name: name.to_owned(),
        roles: vec!["member".to_owned()],
    });
}

const FORM: [(&str, &str); 16] = [
    ("code", "essai-2026"),
    ("title_ar", "نداء تجريبي"),
    ("title_fr", "Appel d’essai"),
    ("about_ar", "دعم المشاريع"),
    ("about_fr", "Un appui aux projets"),
    ("province", "09.541"),
    ("opens", "2026-01-01"),
    ("closes", "2026-01-10"),
    ("places", "٢"),
    ("threshold", "40"),
    ("sheets_min", "2"),
    ("average", "mean"),
    ("ties", "criteria"),
    ("weight_market", "2"),
    ("weight_jobs", "3"),
    ("scale_jobs", "10"),
];

/// A published call of two places and two in the jury: Amina, who is known by her account alone, and Hassan.
fn opened() -> [String; 2] {
    installed();
    native::add_messages("fr", include_str!("../../../../manifests/project-bank/locales/fr.ftl"));
    native::as_holder(&["registrar"]);
    assert_eq!(redirect(&Request::post("/call-desk", &FORM)), DESK);
    redirect(&Request::post(&format!("{DESK}/quotas"), &[("of", "women"), ("min", "1")]));
    assert!(matches!(call(&Request::get(CALL)), Answer::Page { status: 404, .. }), "not published yet");
    redirect(&Request::post(&format!("{DESK}/publish"), &[]));
    let invite = |name: &str| {
        let (_, _, data) = page(&Request::post(&format!("{DESK}/jury"), &[("name", name)]));
        data["told"]["invitation"]["path"].as_str().unwrap().to_owned()
    };
    let paths = [invite("Amina"), invite("Hassan")];
    account("amina", None);
    redirect(&Request::post(&paths[0], &[]));
    account("hassan", Some(HASSAN));
    redirect(&Request::post(&paths[1], &[]));
    paths
}

/// Somebody's plan from a model.
fn plan(person: &str, model: &str) -> String {
    native::as_member(person);
    let path = redirect(&Request::post(&format!("/models/{model}/adopt"), &[]));
    path.rsplit('/').next().unwrap().to_owned()
}

fn apply(person: &str, plan: &str, women: bool) -> Answer {
    native::as_member(person);
    let mut form = vec![("plan", plan), ("province", "09.541")];
    form.extend(women.then_some(("women", "on")));
    call(&Request::post(&format!("{CALL}/mine"), &form))
}

fn number(person: &str) -> String {
    native::as_member(person);
    page(&Request::get(&format!("{CALL}/mine"))).2["candidacy"]["number"].to_string()
}

/// Fadma and Itto apply; the call closes.
pub(super) fn closed() -> [String; 2] {
    opened();
    for (person, model, women) in [(FADMA, "saffron", false), (ITTO, "honey", true)] {
        assert!(matches!(apply(person, &plan(person, model), women), Answer::Redirect(_)));
    }
    let numbers = [number(FADMA), number(ITTO)];
    native::advance(15 * DAY_MS);
    numbers
}

pub(super) fn marks(
    market: &'static str,
    jobs: &'static str,
    action: &'static str,
) -> [(&'static str, &'static str); 5] {
    [
        ("mark_market", market),
        ("reason_market", "Le marché est là."),
        ("mark_jobs", jobs),
        ("reason_jobs", "Cinq emplois."),
        ("action", action),
    ]
}

fn file(number: &str) -> String {
    format!("{CALL}/files/{number}")
}

/// Both members of the jury mark both files.
fn marked() -> [String; 2] {
    let numbers = closed();
    for (name, person, given) in
        [("amina", None, [("16", "8"), ("10", "5")]), ("hassan", Some(HASSAN), [("18", "9"), ("12", "٦")])]
    {
        account(name, person);
        for (number, (market, jobs)) in numbers.iter().zip(given) {
            redirect(&Request::post(&file(number), &marks(market, jobs, "done")));
        }
    }
    numbers
}

fn desk(action: &str) -> Answer {
    native::as_holder(&["registrar"]);
    call(&Request::post(&format!("{DESK}/{action}"), &[]))
}

#[test]
fn a_call_that_makes_no_sense_comes_back_at_its_field() {
    installed();
    native::as_holder(&["observer"]);
    for (name, typed, wrong) in [
        ("code", "-x", "pattern"),
        ("province", "99.999", "enum"),
        ("closes", "2025-12-31", "day"),
        ("places", "0", "too-small"),
        ("places", "-2", "negative"),
        ("threshold", "101", "too-large"),
        ("sheets_min", "11", "too-large"),
        ("weight_market", "lourd", "number"),
        ("scale_jobs", "7", "enum"),
        ("average", "mode", "enum"),
    ] {
        let mut form: Vec<(&str, &str)> = FORM.into_iter().filter(|(known, _)| *known != name).collect();
        form.push((name, typed));
        let (status, _, data) = page(&Request::post("/call-desk", &form));
        assert_eq!((status, &data["form"]["faults"][name]), (422, &json!(wrong)), "{name} {typed}");
    }
    redirect(&Request::post("/call-desk", &FORM));
    for (form, wrong) in [
        (vec![("of", "women"), ("min", "3")], "above-capacity"),
        (vec![("of", "women"), ("max", "1")], "at-most"),
        (vec![("of", "province"), ("province", "00.000"), ("min", "1")], "group"),
        (vec![("of", "youth"), ("min", "un")], "number"),
    ] {
        assert_eq!(page(&Request::post(&format!("{DESK}/quotas"), &form)).2["told"]["wrong"], wrong);
    }
    native::as_member(FADMA);
    assert!(matches!(call(&Request::get("/call-desk")), Answer::Problem(error) if error.status == 403));
}

#[test]
fn a_plan_is_frozen_when_it_is_sent_and_can_be_sent_anew_until_the_last_day() {
    opened();
    let plan = plan(FADMA, "saffron");
    assert!(matches!(apply(FADMA, &plan, false), Answer::Redirect(_)));
    let first = native::bodies("submission");
    redirect(&Request::post(&format!("/plans/{plan}"), &[("parameters/flask/value", "٤٢٫٥"), ("action", "keep")]));
    assert_eq!(native::bodies("submission"), first, "changing the plan changes nothing of what was sent");
    assert!(first[0]["figures"]["needed"].as_i64().is_some_and(|needed| needed > 0));
    assert!(matches!(apply(FADMA, &plan, true), Answer::Redirect(_)));
    let sent = native::bodies("submission");
    assert_eq!((sent.len(), &sent[0], &sent[1]["number"]), (2, &first[0], &json!(2)));
    assert_ne!(sent[1]["figures"]["turnover"], sent[0]["figures"]["turnover"]);
    assert_eq!(native::bodies("candidacy").len(), 1);
    redirect(&Request::post(&format!("{CALL}/mine/withdraw"), &[]));
    assert_eq!(page(&Request::get(&format!("{CALL}/mine"))).2["candidacy"]["withdrawn"], true);
    assert!(matches!(apply(FADMA, &plan, true), Answer::Redirect(_)), "taken back, and sent after all");
    native::advance(15 * DAY_MS);
    assert!(matches!(apply(FADMA, &plan, true), Answer::Page { status: 409, .. }), "the call is closed");
}

#[test]
fn what_cannot_be_sent_is_told_with_its_reason() {
    opened();
    let hers = plan(FADMA, "saffron");
    let wrong = |form: &[(&str, &str)]| page(&Request::post(&format!("{CALL}/mine"), form)).2["told"]["wrong"].clone();
    assert_eq!(wrong(&[("plan", &hers), ("province", "00.000")]), "province");
    assert_eq!(wrong(&[("plan", "nothing"), ("province", "09.541")]), "plan");
    assert_eq!(wrong(&[("plan", &hers), ("province", "09.541"), ("court", "Agadir")]), "cooperative");
    let unknown = [("plan", hers.as_str()), ("province", "09.541"), ("court", "Agadir"), ("number", "1/2000")];
    assert_eq!(wrong(&unknown), "cooperative");
    native::as_member(ITTO);
    assert_eq!(wrong(&[("plan", &hers), ("province", "09.541")]), "plan", "the plan of somebody else is none");
    native::as_public();
    assert!(matches!(call(&Request::get(&format!("{CALL}/mine"))), Answer::Problem(error) if error.status == 401));
}

#[test]
fn an_invitation_is_one_person_s_and_only_the_jury_sees_the_files() {
    let [first, _] = opened();
    account("zahra", None);
    assert_eq!(page(&Request::get(&first)).2["taken"], true);
    assert!(matches!(call(&Request::post(&first, &[])), Answer::Page { status: 409, .. }));
    assert!(matches!(call(&Request::get(&format!("{CALL}/files"))), Answer::Problem(error) if error.status == 403));
    let wrong_key = format!("{CALL}/jury/00000000000000000000000000000000");
    assert_eq!(page(&Request::get(&wrong_key)).0, 404);
    account("amina", None);
    redirect(&Request::post(&first, &[]));
    assert_eq!(native::bodies("juror").iter().filter(|juror| juror["account"] == "amina").count(), 1);
    assert_eq!(page(&Request::get(&format!("{CALL}/files"))).2["early"], true);
}

#[test]
fn a_jury_member_judging_their_own_file_is_refused_with_the_reason() {
    opened();
    let (his, hers) = (plan(HASSAN, "saffron"), plan(FADMA, "honey"));
    account("hassan", Some(HASSAN));
    redirect(&Request::post(&format!("{CALL}/mine"), &[("plan", &his), ("province", "09.541")]));
    assert!(matches!(apply(FADMA, &hers, true), Answer::Redirect(_)));
    let (own, other) = (number(HASSAN), number(FADMA));
    native::advance(15 * DAY_MS);
    account("hassan", Some(HASSAN));
    let (status, template, data) = page(&Request::post(&file(&own), &marks("20", "10", "done")));
    assert_eq!((status, template.as_str(), &data["wrong"]), (403, "file", &json!("own-file")));
    assert_eq!(
        (&data["file"], native::bodies("score-sheet").len()),
        (&Value::Null, 0),
        "nothing is shown, nothing is kept"
    );
    redirect(&Request::post(&file(&other), &marks("20", "10", "done")));
    // Another account of the same person is the same person.
    account("hassan-again", Some(HASSAN));
    assert!(matches!(call(&Request::get(&file(&own))), Answer::Problem(error) if error.status == 403));
}

#[test]
fn a_jury_member_judging_their_own_file_of_their_team_is_refused() {
    let numbers = closed();
    let id = native::ids("candidacy")[0].clone();
    native::become_caller(Caller {
        kind: CallerKind::System,
        account_id: None,
        person: None,
        name: String::new(),
        roles: vec![],
    });
    tiwizi_sdk::Store::<crate::called::Candidacy>::patch(&id, &json!({ "people": [FADMA, HASSAN] })).unwrap();
    account("hassan", Some(HASSAN));
    let (status, _, data) = page(&Request::post(&file(&numbers[0]), &marks("20", "10", "done")));
    assert_eq!((status, &data["wrong"]), (403, &json!("own-team")));
    assert_eq!(
        page(&Request::get(&format!("{CALL}/files"))).2["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["conflict"] == "own-team")
            .count(),
        1
    );
}

#[test]
fn a_jury_member_who_joins_a_team_after_it_applied_does_not_judge_its_file() {
    let [first, second] = closed();
    let applied = native::bodies("candidacy").into_iter().find(|body| body["person"] == FADMA).unwrap();
    let team = format!("/plans/{}/team", applied["plan"].as_str().unwrap());
    native::as_member(FADMA);
    redirect(&Request::post(&format!("{team}/code"), &[("role", "coach")]));
    let code = native::bodies("invite")[0]["code"].as_str().unwrap().to_owned();
    account("hassan", Some(HASSAN));
    assert_eq!(page(&Request::get(&file(&first))).2["conflict"], Value::Null);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", "Hassan")]));
    let (status, _, data) = page(&Request::post(&file(&first), &marks("20", "10", "done")));
    assert_eq!((status, &data["wrong"], &data["file"]), (403, &json!("own-team"), &Value::Null));
    redirect(&Request::post(&file(&second), &marks("20", "10", "done")));
}

#[test]
fn a_jury_member_judging_their_own_file_of_their_cooperative_is_refused() {
    opened();
    // In memory who acts for a cooperative is signed in as it: the one who applies, and the member of the jury.
    let cooperative = native::add_cooperative(&json!({
        "court": "Taroudannt", "number": "17/2020", "name_fr": "Coopérative", "status": "registered", "province": "09.541",
    }));
    let hers = plan(&cooperative, "saffron");
    let form = [("plan", hers.as_str()), ("province", "09.541"), ("court", "Taroudannt"), ("number", "17/2020")];
    redirect(&Request::post(&format!("{CALL}/mine"), &form));
    let number = number(&cooperative);
    let id = native::ids("candidacy")[0].clone();
    native::become_caller(Caller {
        kind: CallerKind::System,
        account_id: None,
        person: None,
        name: String::new(),
        roles: vec![],
    });
    // The file is Fadma's, who applied for the cooperative.
    let hers = json!({ "person": FADMA, "people": [FADMA], "account": "fadma" });
    tiwizi_sdk::Store::<crate::called::Candidacy>::patch(&id, &hers).unwrap();
    native::advance(15 * DAY_MS);
    account("amina", Some(&cooperative));
    let (status, _, data) = page(&Request::post(&file(&number), &marks("20", "10", "done")));
    assert_eq!((status, &data["wrong"]), (403, &json!("own-cooperative")));
}

#[test]
fn a_declared_conflict_closes_the_file_and_can_be_taken_back() {
    let [first, _] = closed();
    account("amina", None);
    let declare = |said: &str| call(&Request::post(&file(&first), &[("action", "conflict"), ("conflict", said)]));
    assert!(matches!(declare(""), Answer::Page { status: 422, .. }));
    assert!(matches!(declare("Ma nièce"), Answer::Redirect(_)));
    assert!(matches!(declare("Ma nièce"), Answer::Redirect(_)), "sent twice it does one thing");
    let (status, _, data) = page(&Request::post(&file(&first), &marks("1", "1", "done")));
    assert_eq!((status, &data["wrong"]), (403, &json!("declared")));
    redirect(&Request::post(&file(&first), &[("action", "no-conflict")]));
    redirect(&Request::post(&file(&first), &marks("1", "1", "done")));
}

#[test]
fn marks_have_reasons_and_are_hidden_until_both_are_done() {
    let [first, _] = closed();
    account("amina", None);
    for (form, field, wrong) in [
        (marks("21", "5", "done"), "mark_market", "too-large"),
        (marks("١٠", "cinq", "done"), "mark_jobs", "number"),
        (marks("10", "-1", "keep"), "mark_jobs", "negative"),
        (marks("10", "", "done"), "mark_jobs", "required"),
    ] {
        let (status, _, data) = page(&Request::post(&file(&first), &form));
        assert_eq!((status, &data["faults"][field]), (422, &json!(wrong)));
    }
    let no_reason = [("mark_market", "10"), ("mark_jobs", "5"), ("reason_jobs", "Peu."), ("action", "done")];
    assert_eq!(page(&Request::post(&file(&first), &no_reason)).2["faults"]["reason_market"], "required");
    redirect(&Request::post(&file(&first), &marks("١٠", "٥", "keep")));
    assert_eq!(page(&Request::get(&file(&first))).2["sheet"]["marks"], json!({ "market": 10, "jobs": 5 }));
    let others = |name: &str, person: Option<&str>| {
        account(name, person);
        page(&Request::get(&file(&first))).2["others"].as_array().unwrap().len()
    };
    assert_eq!(others("hassan", Some(HASSAN)), 0, "a draft is its author's");
    account("amina", None);
    redirect(&Request::post(&file(&first), &marks("10", "5", "done")));
    assert_eq!(others("hassan", Some(HASSAN)), 0, "he is not done");
    account("amina", None);
    redirect(&Request::post(&file(&first), &[("action", "reopen")]));
    redirect(&Request::post(&file(&first), &marks("12", "5", "done")));
    account("hassan", Some(HASSAN));
    redirect(&Request::post(&file(&first), &marks("18", "9", "done")));
    assert_eq!((others("hassan", Some(HASSAN)), others("amina", None)), (1, 1));
    let (status, _, data) = page(&Request::post(&file(&first), &[("action", "reopen")]));
    assert_eq!((status, &data["wrong"]), (409, &json!("seen")), "others have seen it");
    // Nor does a conflict that is declared now and taken back at once open what was seen, or let the other one open theirs.
    let left: Vec<Value> = native::bodies("score-sheet");
    for action in ["conflict", "no-conflict", "keep"] {
        call(&Request::post(&file(&first), &[("action", action), ("conflict", "Ma nièce"), ("mark_market", "20")]));
    }
    account("hassan", Some(HASSAN));
    assert_eq!(page(&Request::post(&file(&first), &[("action", "reopen")])).0, 409);
    assert_eq!(native::bodies("score-sheet"), left);
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get(DESK));
    let seen = data["files"].as_array().unwrap().iter().find(|one| one["number"].to_string() == first).unwrap();
    assert_eq!((&seen["done"], seen.get("marks")), (&json!(2), None), "the organiser sees how many, and no mark");
}

#[test]
fn a_ranking_waits_for_the_jury_is_undone_and_then_published_for_good() {
    let [first, _] = closed();
    assert!(matches!(desk("rank"), Answer::Page { status: 409, data, .. } if data["told"]["wrong"] == "not-marked"));
    assert_eq!(native::bodies("project-call")[0]["seed"], "", "nothing is drawn for a ranking that did not come about");
    account("amina", None);
    redirect(&Request::post(&file(&first), &marks("1", "1", "done")));
    assert!(
        matches!(desk("announce"), Answer::Page { status: 409, data, .. } if data["told"]["wrong"] == "not-ranked")
    );
}

#[test]
fn the_ranking_is_explained_to_each_applicant_and_follows_from_what_is_published() {
    let [first, second] = marked();
    assert!(matches!(desk("rank"), Answer::Redirect(_)));
    assert!(matches!(desk("rank"), Answer::Redirect(_)), "sent twice it does one thing");
    let seed = native::bodies("project-call")[0]["seed"].clone();
    account("amina", None);
    let (status, _, data) = page(&Request::post(&file(&first), &marks("20", "10", "done")));
    assert_eq!((status, &data["wrong"]), (409, &json!("not-marking")));
    native::as_member(FADMA);
    assert_eq!(page(&Request::get(&format!("{CALL}/mine"))).2["result"], Value::Null, "only the organiser sees it");
    assert!(matches!(desk("undo"), Answer::Redirect(_)));
    assert_eq!((native::bodies("ranking").len(), native::bodies("verdicts").len()), (0, 0));
    desk("rank");
    assert_eq!(native::bodies("project-call")[0]["seed"], seed, "the lot is drawn once");
    assert!(matches!(desk("announce"), Answer::Redirect(_)));
    assert!(
        matches!(desk("undo"), Answer::Page { status: 409, data, .. } if data["told"]["wrong"] == "result-published")
    );
    desk("announce");
    native::run_jobs::<ProjectBank>();
    assert_eq!(native::told().len(), 2);
    // Market 17 of 20 counts 2, jobs 8.5 of 10 counts 3: 34 and 51 points of 100.
    native::as_member(FADMA);
    let (_, _, data) = page(&Request::get(&format!("{CALL}/mine")));
    let result = &data["result"];
    assert_eq!((&result["score"], &result["merit"], &result["because"]), (&json!(85.0), &json!(1), &json!("merit")));
    assert_eq!((&result["rows"][0]["points"], &result["rows"][0]["most"]), (&json!(34.0), &json!(40.0)));
    assert_eq!(result["rows"][1]["marks"][1]["reason"], "Cinq emplois.");
    assert_eq!(data["rules"]["threshold"], 40.0);
    assert!(matches!(call(&Request::post(&format!("{CALL}/mine/withdraw"), &[])), Answer::Page { status: 409, .. }));
    native::as_public();
    let (_, _, data) = page(&Request::get(CALL));
    assert_eq!((&data["result"]["rows"][1]["number"].to_string(), &data["result"]["chosen"]), (&second, &json!(2)));
    let Answer::Json { body, .. } = call(&Request::get(&format!("{CALL}/ranking"))) else { panic!("it is data") };
    reckoned_again(&body);
}

/// Reckons a published ranking again from its data alone.
fn reckoned_again(body: &Value) {
    let call: Call = serde_json::from_value(body["call"].clone()).unwrap();
    let list = body["applications"].as_array().unwrap();
    let application = |one: &Value| {
        let sheets: Vec<Value> = one["sheets"].as_array().unwrap().iter().map(|sheet| sheet["marks"].clone()).collect();
        let made = json!({ "id": one["id"], "applicant": one["applicant"], "sheets": sheets });
        serde_json::from_value::<Application>(made).unwrap()
    };
    let applications: Vec<Application> = list.iter().rev().map(application).collect();
    let ranked = rank(&call, body["seed"].as_str().unwrap(), &applications).unwrap();
    let ids: Vec<&str> = ranked.outcomes.iter().map(|outcome| outcome.application.as_str()).collect();
    assert_eq!(ids, list.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>());
    let sum = crate::call_work::hash(&serde_json::to_string(&ranked.outcomes).unwrap());
    assert_eq!(body["sum"], sum, "the fingerprint is that of the result");
}

#[test]
fn a_member_who_left_the_jury_counts_no_more() {
    let [first, _] = marked();
    native::as_holder(&["registrar"]);
    redirect(&Request::post(&format!("{DESK}/jury/leave"), &[("number", "2")]));
    assert!(matches!(desk("rank"), Answer::Page { status: 409, .. }), "two must have marked each");
    account("hassan", Some(HASSAN));
    assert!(matches!(call(&Request::get(&file(&first))), Answer::Problem(error) if error.status == 403));
    native::as_holder(&["registrar"]);
    redirect(&Request::post(&format!("{DESK}/jury/leave"), &[("number", "2"), ("action", "back")]));
    assert!(matches!(desk("rank"), Answer::Redirect(_)));
}

#[test]
fn a_full_jury_takes_nobody_more_and_no_name_twice() {
    opened();
    native::as_holder(&["registrar"]);
    let invite = |name: &str| page(&Request::post(&format!("{DESK}/jury"), &[("name", name)]));
    assert_eq!(invite("Amina").2["told"]["wrong"], "invited");
    assert_eq!(invite(" ").2["told"]["wrong"], "name");
    for number in 3..=10 {
        assert_eq!(invite(&format!("Membre {number}")).0, 200);
    }
    assert_eq!(invite("Une de plus").2["told"]["wrong"], "jury-full");
    native::as_member(FADMA);
    assert!(matches!(call(&Request::get(DESK)), Answer::Problem(error) if error.status == 403));
}
