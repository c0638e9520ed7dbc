//! A plan proposes an improvement to its model: what is offered, what others will see, what is kept back, and who may.

mod decided;
mod noticed;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Caller, CallerKind, Request, native};

use crate::improve::{OF_PLAN_MAX, OPEN_MAX};
use crate::tests::{FADMA, HASSAN, adopted, call, page, redirect, version};

const DESK: &str = "/proposals/saffron/1";
/// What a trainer calls a new line in Arabic.
const NAME: &str = "ملصقات";
const WHY: &str = "Le flacon se vend mieux que dans le modèle.";

fn trainer(account: &str) {
    trainer_who_is(account, None);
}

fn trainer_who_is(account: &str, person: Option<&str>) {
    native::become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(account.to_owned()),
        person: person.map(str::to_owned),
        name: account.to_owned(),
        roles: vec!["trainer".to_owned()],
    });
}

/// The places of what a page offers.
fn places(data: &Value, list: &str) -> Vec<String> {
    let rows = data[list].as_array().unwrap().iter();
    rows.map(|row| row["place"].as_str().unwrap().to_owned()).collect()
}

/// A line of Fadma's own.
fn own_line(plan: &str, label: &str) {
    let line = [
        ("list", "costs"),
        ("label", label),
        ("basis", "monthly"),
        ("product", ""),
        ("amount", "150"),
        ("vat", "20"),
        ("source", ""),
    ];
    redirect(&Request::post(&format!("{plan}/lines/new"), &line));
}

/// Fadma's plan: a dearer flask, a line that is gone, one of her own, and a title and a grant that nobody else needs.
fn adapted() -> String {
    let plan = adopted();
    let figures = [
        ("parameters/flask/value", "43"),
        ("funds/grant/amount", "90000"),
        ("title", "Safran de Fadma"),
        ("action", "keep"),
    ];
    redirect(&Request::post(&plan, &figures));
    redirect(&Request::post(&format!("{plan}/lines/costs/fairs"), &[("action", "remove")]));
    own_line(&plan, "Étiquettes");
    plan
}

const ALL: [&str; 4] = ["costs/fairs", "costs/own-1", "funds/grant/amount", "parameters/flask/value"];

fn form<'a>(places: &[&'a str], why: &'a str, action: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    let yes = places.iter().map(|place| ("yes", *place));
    yes.chain([("why", why), ("experience", "Trois récoltes."), ("action", action), ("seen", seen)]).collect()
}

/// Looks at what others will see, and sends it; answers where that leads.
fn send(plan: &str, places: &[&str]) -> String {
    let improve = format!("{plan}/improve");
    let (status, template, data) = page(&Request::post(&improve, &form(places, WHY, "look", "")));
    assert_eq!((status, template.as_str()), (200, "improve-look"), "{data}");
    let seen = data["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(&improve, &form(places, WHY, "send", &seen)))
}

/// What a trainer sends, with the Arabic name of each new line.
fn decision(places: &[&str], action: &str, remark: &str, seen: &str) -> Request {
    let new = places.iter().filter(|place| place.contains("/own-"));
    let names: Vec<String> = new.map(|place| format!("name/{place}/ar")).collect();
    let names = names.iter().map(|name| (name.as_str(), NAME));
    let yes = places.iter().map(|place| ("yes", *place)).chain(names);
    let form: Vec<(&str, &str)> = yes.chain([("action", action), ("remark", remark), ("seen", seen)]).collect();
    Request::post(DESK, &form)
}

fn seen() -> String {
    page(&Request::get(DESK)).2["seen"].as_str().unwrap().to_owned()
}

/// A trainer decides; Fadma is signed in afterwards.
fn decide(places: &[&str], action: &str, remark: &str) {
    trainer("amina");
    assert_eq!(redirect(&decision(places, action, remark, &seen())), DESK);
    native::as_member(FADMA);
}

fn model() -> Value {
    native::bodies("model").into_iter().find(|model| model["code"] == "saffron").unwrap()
}

fn line(plan: &Value, list: &str, code: &str) -> Value {
    let lines = plan[list].as_array().unwrap();
    lines.iter().find(|line| line["code"] == code).cloned().unwrap_or_default()
}

/// What Fadma was told, and not the trainers.
fn told() -> Vec<native::Told> {
    let is_hers = |told: &native::Told| told.to == native::To::Person(FADMA.to_owned());
    native::told().into_iter().filter(is_hers).collect()
}

fn proposal() -> Value {
    native::bodies("proposal").first().cloned().unwrap()
}

#[test]
fn what_differs_is_offered_with_the_three_beside_each_other_and_nothing_that_is_the_teams_own_affair() {
    let plan = adapted();
    let (status, template, data) = page(&Request::get(&format!("{plan}/improve")));
    assert_eq!((status, template.as_str()), (200, "improve"));
    assert_eq!(places(&data, "rows"), ALL);
    let flask = data["rows"].as_array().unwrap().last().unwrap();
    let said = |column: &str| (flask[column]["number"].as_f64(), flask[column]["mad"].as_bool());
    assert_eq!([said("base"), said("mine"), said("theirs")], [38.0, 43.0, 38.0].map(|mad| (Some(mad), Some(true))));
}

#[test]
fn what_others_will_see_is_what_they_see_and_nothing_of_the_plan() {
    let plan = adapted();
    let (_, _, look) = page(&Request::post(&format!("{plan}/improve"), &form(&ALL, WHY, "look", "")));
    assert_eq!(send(&plan, &ALL), format!("{plan}/improve?sent=yes"));
    let id = plan.rsplit('/').next().unwrap();
    let record = proposal().to_string();
    for secret in [FADMA, id, "Safran de Fadma"] {
        assert!(!record.contains(secret), "{record}");
    }
    trainer("amina");
    let (_, template, desk) = page(&Request::get(DESK));
    assert_eq!(template, "proposal");
    assert_eq!(desk["proposal"]["changes"], look["proposal"]["changes"]);
    assert_eq!((&desk["proposal"]["why"], &desk["figures"]), (&json!(WHY), &look["figures"]));
    let shown = desk.to_string();
    for secret in [FADMA, id, "Safran de Fadma"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(desk["decision"]["yes"], json!(ALL));
    let payback = desk["figures"].as_array().unwrap().iter().find(|row| row["key"] == "present-value").unwrap();
    assert!(payback["after"].as_f64() > payback["before"].as_f64(), "{payback}");
    let (_, _, list) = page(&Request::get("/proposals"));
    assert_eq!((&list["proposals"][0]["number"], &list["proposals"][0]["changes"]), (&json!(1), &json!(4)));
}

#[test]
fn words_that_tell_who_somebody_is_are_not_sent() {
    let plan = adapted();
    redirect(&Request::post(&format!("{plan}/team/facts"), &[("name_fr", "Tifaouine"), ("province", "09.541")]));
    own_line(&plan, "Étiquettes de Tifaouine");
    let look =
        |places: &[&str], why: &str| page(&Request::post(&format!("{plan}/improve"), &form(places, why, "look", "")));
    for why in
        ["Chez Tifaouine on vend mieux.", "À Taroudannt on vend mieux.", "Appelez le 06.61.23.45.67", "moi@exemple.ma"]
    {
        let (status, _, data) = look(&ALL, why);
        let wrong = &data["wrong"][0];
        assert_eq!((status, &wrong["field"], &wrong["code"]), (422, &json!("why"), &json!("reveals")), "{why}: {data}");
        assert_eq!(data["typed"]["why"], why, "what was typed is lost");
    }
    let (status, _, data) = look(&["costs/own-2"], WHY);
    assert_eq!((status, &data["wrong"][0]["code"]), (422, &json!("reveals-line")));
    assert_eq!(data["wrong"][0]["field"], "costs/own-2");
    assert_eq!(native::bodies("proposal"), Vec::<Value>::new());
}

#[test]
fn nothing_ticked_no_reason_and_too_long_a_reason_come_back_at_their_field() {
    let plan = adapted();
    let long = "é".repeat(1001);
    for (places, why, field, code) in [
        (&[][..], WHY, "yes", "nothing-ticked"),
        (&["costs/none"][..], WHY, "yes", "nothing-ticked"),
        (&["parameters/flask/value", "years"][..], WHY, "yes", "no-longer-differs"),
        (&ALL[..], "  ", "why", "why"),
        (&ALL[..], long.as_str(), "why", "text-too-long"),
    ] {
        let (status, _, data) = page(&Request::post(&format!("{plan}/improve"), &form(places, why, "send", "")));
        assert_eq!((status, &data["wrong"][0]["field"]), (422, &json!(field)), "{data}");
        assert_eq!(data["wrong"][0]["code"], code);
    }
}

#[test]
fn a_cost_of_a_product_that_is_not_proposed_is_not_sent_alone() {
    let plan = adapted();
    let product = [
        ("list", "products"),
        ("label", "Pétales"),
        ("unit", "kg"),
        ("price", "20"),
        ("quantity", "5"),
        ("vat", "20"),
        ("season", ""),
        ("ramp", ""),
    ];
    redirect(&Request::post(&format!("{plan}/lines/new"), &product));
    let cost = [
        ("list", "costs"),
        ("label", "Sachets"),
        ("basis", "per-unit"),
        ("product", "own-2"),
        ("amount", "1"),
        ("vat", "20"),
        ("source", ""),
    ];
    redirect(&Request::post(&format!("{plan}/lines/new"), &cost));
    let (status, _, data) = page(&Request::post(&format!("{plan}/improve"), &form(&["costs/own-3"], WHY, "look", "")));
    assert_eq!((status, &data["faults"][0]["code"]), (422, &json!("unknown-product")), "{data}");
    send(&plan, &["costs/own-3", "products/own-2"]);
    decide(&["costs/own-3", "products/own-2"], "take", "");
    let made = line(&model()["plan"], "costs", "proposal-1-1");
    assert_eq!(made["product"], "proposal-1-2");
}

#[test]
fn sent_twice_is_one_and_what_waits_is_not_offered_again() {
    let plan = adapted();
    let improve = format!("{plan}/improve");
    let (_, _, look) = page(&Request::post(&improve, &form(&ALL, WHY, "look", "")));
    let seen = look["seen"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        assert_eq!(redirect(&Request::post(&improve, &form(&ALL, WHY, "send", &seen))), format!("{improve}?sent=yes"));
    }
    assert_eq!(native::bodies("proposal").len(), 1);
    let (_, _, data) = page(&Request::get(&improve));
    assert_eq!((&data["rows"], &data["sent"][0]["standing"]), (&json!([]), &json!("open")));
}

#[test]
fn only_what_was_seen_is_sent() {
    let plan = adapted();
    let improve = format!("{plan}/improve");
    let (_, _, look) = page(&Request::post(&improve, &form(&ALL, WHY, "look", "")));
    let seen = look["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(&plan, &[("parameters/flask/value", "41"), ("action", "keep")]));
    let (status, template, data) = page(&Request::post(&improve, &form(&ALL, WHY, "send", &seen)));
    assert_eq!((status, template.as_str(), &data["late"]), (409, "improve-look", &json!(true)));
    assert_eq!(native::bodies("proposal"), Vec::<Value>::new());
}

#[test]
fn a_proposal_is_taken_back_while_nobody_has_decided_and_its_words_with_it() {
    let plan = adapted();
    send(&plan, &ALL);
    let back = Request::post(&format!("{plan}/improve/back"), &[("number", "1")]);
    for _ in 0..2 {
        assert_eq!(redirect(&back), format!("{plan}/improve?back=yes"));
    }
    let left = proposal();
    assert_eq!((&left["standing"], &left["changes"], &left["why"]), (&json!("withdrawn"), &json!([]), &json!("")));
    trainer("amina");
    let (status, _, data) = page(&decision(&[], "none", "Trop cher.", &seen()));
    assert_eq!((status, &data["wrong"]), (409, &json!("decided")));
    native::as_member(FADMA);
    // The next one has a number of its own.
    send(&plan, &ALL);
    assert_eq!(native::bodies("proposal")[1]["number"], 2);
    trainer("amina");
    let path = "/proposals/saffron/2";
    let (_, _, data) = page(&Request::get(path));
    let form = [("action", "none"), ("remark", "Pas pour tous."), ("seen", data["seen"].as_str().unwrap())];
    redirect(&Request::post(path, &form));
    native::as_member(FADMA);
    assert_eq!(
        redirect(&Request::post(&format!("{plan}/improve/back"), &[("number", "2")])),
        format!("{plan}/improve?back=no")
    );
}

#[test]
fn a_person_has_so_many_open_proposals_to_a_model_and_no_more() {
    let plan = adapted();
    for number in 0..OPEN_MAX {
        redirect(&Request::post(&plan, &[("parameters/flask/value", &(50 + number).to_string()), ("action", "keep")]));
        send(&plan, &["parameters/flask/value"]);
    }
    redirect(&Request::post(&plan, &[("parameters/flask/value", "60"), ("action", "keep")]));
    let (status, _, data) = page(&Request::post(&format!("{plan}/improve"), &form(&ALL, WHY, "look", "")));
    assert_eq!((status, &data["full"]), (422, &json!("too-many-open")));
    assert_eq!(data["limits"]["open"], OPEN_MAX);
    // Another plan of the same model is the same person's.
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    redirect(&Request::post(&other, &[("discount", "7"), ("action", "keep")]));
    let (status, _, _) = page(&Request::post(&format!("{other}/improve"), &form(&["discount"], WHY, "look", "")));
    assert_eq!(status, 422);
    redirect(&Request::post(&format!("{plan}/improve/back"), &[("number", "1")]));
    send(&other, &["discount"]);
    assert!(OF_PLAN_MAX > OPEN_MAX);
}

#[test]
fn a_reader_of_the_plan_proposes_nothing_and_nobody_but_trainers_decides() {
    let plan = adapted();
    redirect(&Request::post(&format!("{plan}/team/code"), &[("role", "coach")]));
    let code = native::bodies("invite")[0]["code"].as_str().unwrap().to_owned();
    send(&plan, &ALL);
    native::as_member(HASSAN);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", "Hassan")]));
    for request in [
        Request::get(&format!("{plan}/improve")),
        Request::post(&format!("{plan}/improve"), &form(&ALL, WHY, "look", "")),
    ] {
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 403), "{}", request.path);
    }
    for path in ["/proposals", DESK] {
        assert!(matches!(call(&Request::get(path)), Answer::Problem(error) if error.status == 403), "{path}");
    }
    assert!(matches!(call(&decision(&ALL, "take", "", "")), Answer::Problem(error) if error.status == 403));
    native::as_public();
    assert!(matches!(call(&Request::get("/proposals")), Answer::Problem(error) if error.status == 401));
    // Nobody decides on what their own team proposes.
    for person in [FADMA, HASSAN] {
        trainer_who_is("hassan", Some(person));
        let (status, _, data) = page(&decision(&ALL, "take", "", &seen()));
        assert_eq!((status, &data["wrong"], &data["own"]), (403, &json!("own"), &json!(true)));
    }
    assert_eq!(model()["version"], version(0));
}
