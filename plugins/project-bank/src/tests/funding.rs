//! The funding directory: what everybody sees, the check that explains itself, and the review before anything is public.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Caller, CallerKind, Request, native};

use super::{FADMA, adopted, call, installed, page, redirect};

/// Signs in as a trainer of that account.
fn trainer(account: &str) {
    native::become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(account.to_owned()),
        person: None,
        name: account.to_owned(),
        roles: vec!["trainer".to_owned()],
    });
}

fn codes(request: &Request) -> Vec<String> {
    let (_, _, data) = page(request);
    let list = data["programmes"].as_array().unwrap().iter();
    list.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

/// The row of a check about something.
fn row(data: &Value, about: &str) -> Value {
    let rows = data["check"]["rows"].as_array().unwrap();
    rows.iter().find(|row| row["about"] == about).cloned().unwrap_or_default()
}

fn check(query: &[(&str, &str)]) -> (u16, Value) {
    let request = query
        .iter()
        .fold(Request::get("/funding/intelaka/check"), |request, (name, value)| request.with_query(name, value));
    let (status, _, data) = page(&request);
    (status, data)
}

#[test]
fn what_comes_along_has_a_source_and_says_that_nobody_checked_it() {
    installed();
    let programmes = native::bodies("programme");
    assert_eq!(programmes.len(), 10);
    for programme in programmes {
        let code = programme["code"].as_str().unwrap();
        assert!(programme["source"].as_str().is_some_and(|source| source.len() > 10), "{code}");
        assert_eq!(programme.get("checked_on"), None, "{code}");
        assert_eq!(programme["title"].as_object().unwrap().len(), 7, "{code}");
        let (status, template, data) = page(&Request::get(&format!("/funding/{code}")).in_language("ar"));
        assert_eq!((status, template.as_str(), &data["programme"]["checked_on"]), (200, "programme", &Value::Null));
    }
}

#[test]
fn programmes_are_found_by_what_they_give_and_by_words() {
    installed();
    assert_eq!(
        codes(&Request::get("/funding").with_query("funding", "prize")),
        ["generation-solidaire", "lalla-moutaawina"]
    );
    assert_eq!(codes(&Request::get("/funding").with_query("words", "Tamwilcom")), ["tamwilcom"]);
    assert_eq!(page(&Request::get("/funding").with_query("funding", "gift")).2["understood"], false);
}

#[test]
fn each_condition_is_met_or_not_or_not_known_with_the_value_and_what_to_do_next() {
    installed();
    let registered = json!({
        "name_fr": "Coopérative Tamount", "court": "Taroudannt", "number": "17/2020", "status": "registered", "province": "09.541",
        "sector": "food", "branch": "couscous", "registered_on": "2020-01-01", "capital_mad": 12_000.5,
    });
    native::add_cooperative(&registered);
    let (status, data) = check(&[("court", "Taroudannt"), ("number", "17/2020"), ("turnover", "٢٥٠٠٠٠")]);
    assert_eq!((status, &data["cooperative"]), (200, &json!("Coopérative Tamount")));
    let turnover = row(&data, "turnover");
    assert_eq!(
        (&turnover["held"], &turnover["value"], &turnover["from"]),
        (&json!("met"), &json!(250_000), &json!("typed"))
    );
    let months = row(&data, "months-registered");
    assert_eq!(
        (&months["held"], &months["value"], &months["from"]),
        (&json!("not-met"), &json!(72), &json!("register"))
    );
    assert_eq!((&months["next"], &months["at_most"]), (&json!("months-registered-high"), &json!(60)));
    assert_eq!(row(&data, "sector")["held"], "met");
    let amount = row(&data, "amount");
    assert_eq!((&amount["held"], &amount["next"]), (&json!("not-known"), &json!("amount-unknown")));
    assert_eq!(data["check"]["word"], "missing");
}

#[test]
fn a_plan_answers_with_its_own_figures() {
    let path = adopted();
    let plan = path.rsplit('/').next().unwrap();
    let (status, data) = check(&[("plan", plan)]);
    assert_eq!(status, 200);
    let amount = row(&data, "amount");
    assert_eq!((&amount["held"], &amount["from"]), (&json!("met"), &json!("plan")));
    assert!(amount["value"].as_f64().is_some_and(|amount| amount > 0.0), "{amount}");
    assert_eq!(row(&data, "months-registered")["value"], 0);
    let (_, _, list) = page(&Request::get("/funding").with_query("plan", plan));
    let intelaka = list["programmes"].as_array().unwrap().iter().find(|one| one["code"] == "intelaka").unwrap();
    assert_eq!(intelaka["stands"], data["check"]["word"]);
    // Somebody else's plan tells nothing.
    native::as_member("00000000-0000-7000-8000-00000000000b");
    let (_, data) = check(&[("plan", plan)]);
    assert_eq!((&data["plan_title"], &data["no_plan"]), (&Value::Null, &json!(true)));
    native::as_public();
    assert_eq!(check(&[("plan", plan)]).1["no_plan"], true);
}

#[test]
fn a_number_that_cannot_be_read_comes_back_at_its_field() {
    installed();
    for (typed, wrong) in [("-3", "negative"), ("beaucoup", "number"), ("1,250", "ambiguous")] {
        let (status, data) = check(&[("turnover", typed)]);
        assert_eq!(
            (status, &data["faults"]["turnover"], &data["typed"]["turnover"]),
            (422, &json!(wrong), &json!(typed))
        );
        assert_eq!(row(&data, "turnover")["held"], "not-known");
    }
}

#[test]
fn without_the_register_a_check_still_answers() {
    installed();
    native::deny("registry.read");
    let (status, data) = check(&[("court", "Taroudannt"), ("number", "17/2020")]);
    assert_eq!((status, &data["no_cooperative"]), (200, &json!(true)));
    assert_eq!(data["check"]["word"], "ask");
}

const FORM: [(&str, &str); 12] = [
    ("code", "fonds-essai"),
    ("funding", "grant"),
    ("title_ar", "صندوق"),
    ("title_fr", "Fonds d’essai"),
    ("purpose_ar", "لشراء آلات"),
    ("purpose_fr", "Pour des machines"),
    ("amount_min", "١٠٠٠"),
    ("amount_max", "50 000,50"),
    ("own_percent", "20"),
    ("papers", "Statuts\nProcès-verbal\n"),
    ("source", "Une page lue"),
    ("link", "https://example.org/fonds"),
];

#[test]
fn a_programme_is_public_only_after_another_one_has_reviewed_it() {
    installed();
    trainer("amina");
    assert_eq!(redirect(&Request::post("/funding-desk", &FORM)), "/funding-desk/fonds-essai");
    let women = [("about", "women-share"), ("at_least", "٥٠")];
    redirect(&Request::post("/funding-desk/fonds-essai/conditions", &women));
    let step =
        |action: &str| call(&Request::post("/funding-desk/fonds-essai/step", &[("action", action), ("checked", "on")]));
    assert!(matches!(step("publish"), Answer::Page { status: 409, .. }), "a draft is not published");
    trainer("brahim");
    assert!(matches!(step("review"), Answer::Redirect(_)));
    trainer("amina");
    assert!(matches!(step("review"), Answer::Redirect(_)), "sent twice it does one thing");
    assert!(
        matches!(step("publish"), Answer::Page { status: 403, .. }),
        "nobody reviews their own, whoever sent it to the review"
    );
    assert_eq!(page(&Request::get("/funding/fonds-essai")).0, 404);
    trainer("brahim");
    let back = [("action", "back"), ("remark", "")];
    assert_eq!(page(&Request::post("/funding-desk/fonds-essai/step", &back)).2["wrong"], "remark");
    assert!(matches!(step("publish"), Answer::Redirect(_)));
    let kept = native::bodies("programme").into_iter().find(|one| one["code"] == "fonds-essai").unwrap();
    assert_eq!((&kept["amount_min"], &kept["amount_max"]), (&json!(100_000), &json!(5_000_050)));
    assert_eq!((&kept["checked_on"], &kept["papers"]), (&json!("2026-01-01"), &json!(["Statuts", "Procès-verbal"])));
    let change = Request::post("/funding-desk/fonds-essai", &FORM);
    assert_eq!(page(&change).2["wrong"], "not-a-draft");
    native::as_public();
    let (_, _, data) = page(&Request::get("/funding/fonds-essai"));
    assert_eq!(data["conditions"].as_array().unwrap().len(), 3);
    trainer("brahim");
    assert!(matches!(step("withdraw"), Answer::Redirect(_)));
    assert_eq!(page(&Request::get("/funding/fonds-essai")).0, 404);
    assert!(matches!(step("put-back"), Answer::Redirect(_)));
    assert_eq!(page(&Request::get("/funding/fonds-essai")).0, 200);
    // What is written anew waits for a review again, and nobody has checked it.
    assert!(matches!(step("withdraw"), Answer::Redirect(_)));
    redirect(&change);
    assert!(matches!(step("put-back"), Answer::Page { status: 409, .. }));
    let kept = native::bodies("programme").into_iter().find(|one| one["code"] == "fonds-essai").unwrap();
    assert_eq!((&kept["state"], kept.get("checked_on")), (&json!("draft"), None));
}

#[test]
fn what_makes_no_sense_in_a_programme_is_refused_at_its_field() {
    installed();
    trainer("amina");
    for (name, typed, wrong) in [
        ("code", "Fonds", "pattern"),
        ("code", "intelaka", "duplicate"),
        ("amount_min", "-1", "negative"),
        ("amount_max", "10", "least-above-most"),
        ("own_percent", "101", "too-large"),
        ("deadline", "2026-02-30", "format"),
        ("link", "http://example.org", "link"),
        ("title_fr", "", "required"),
    ] {
        let mut form: Vec<(&str, &str)> = FORM.into_iter().filter(|(known, _)| *known != name).collect();
        form.push((name, typed));
        let (status, _, data) = page(&Request::post("/funding-desk", &form));
        assert_eq!((status, &data["form"]["faults"][name]), (422, &json!(wrong)), "{name} {typed}");
    }
    redirect(&Request::post("/funding-desk", &FORM));
    for (form, wrong) in [
        ([("about", "age"), ("at_least", "60"), ("at_most", "18")], "least-above-most"),
        ([("about", "age"), ("at_least", "vieux"), ("at_most", "")], "number"),
        ([("about", "capital"), ("at_least", ""), ("at_most", "5")], "bound"),
        ([("about", "province"), ("one_of", "09.541, 99.999"), ("at_most", "")], "code"),
    ] {
        let (status, _, data) = page(&Request::post("/funding-desk/fonds-essai/conditions", &form));
        assert_eq!((status, &data["wrong"]), (422, &json!(wrong)));
    }
    native::as_member(FADMA);
    assert!(matches!(call(&Request::get("/funding-desk")), Answer::Problem(error) if error.status == 403));
    native::as_public();
    assert!(matches!(call(&Request::get("/funding-desk")), Answer::Problem(error) if error.status == 401));
}

#[test]
fn installing_again_leaves_what_somebody_has_written() {
    installed();
    trainer("amina");
    let step = |action: &str| redirect(&Request::post("/funding-desk/forsa/step", &[("action", action)]));
    step("withdraw");
    let form: Vec<(&str, &str)> =
        FORM.into_iter().map(|(name, value)| if name == "code" { (name, "forsa") } else { (name, value) }).collect();
    redirect(&Request::post("/funding-desk/forsa", &form));
    let before = native::bodies("programme");
    native::install::<crate::ProjectBank>().unwrap();
    assert_eq!(native::bodies("programme"), before);
}
