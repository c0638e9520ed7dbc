//! A fair from its call to what was sold there.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::{call, jobs, page, redirect};

const DAY_MS: u64 = 86_400_000;

/// A cooperative with a shop; here a person stands for it.
fn seller(number: &str, province: &str, registered: &str) -> String {
    let cooperative = native::add_cooperative(&json!({
        "name_fr": format!("Coopérative {number}"), "name_ar": "تعاونية", "province": province, "status": "registered", "court": "Agadir",
        "number": number, "sector": "agriculture", "registered_on": registered,
    }));
    native::as_member(&cooperative);
    let open =
        [("court", "Agadir"), ("number", number), ("about", "Miel"), ("address", "Rue 1"), ("phone", "0528000000")];
    redirect(&Request::post("/desk", &open));
    cooperative
}

/// A fair of two stands, of which one is kept for women's cooperatives.
fn fair() {
    super::start();
    native::at(1_795_737_600_000);
    native::as_holder(&["registrar"]);
    let form = [
        ("code", "agadir-2027"),
        ("series", "souss"),
        ("title_ar", "معرض أكادير"),
        ("title_fr", "Foire d’Agadir"),
        ("address", "Place Al Amal"),
        ("province", "09.001"),
        ("closes", "2026-12-05"),
        ("registered_days", "٣٦٥"),
        ("rotation", "on"),
        ("from_1", "2027-01-10"),
        ("until_1", "2027-01-15"),
        ("stands_1", "2"),
        ("weight_quality", "3"),
        ("weight_origin", "1"),
    ];
    assert_eq!(redirect(&Request::post("/fair-desk", &form)), "/fair-desk/agadir-2027");
    let quota = Request::post("/fair-desk/agadir-2027/quotas", &[("of", "women"), ("min", "1")]);
    redirect(&quota);
    let wrong = Request::post("/fair-desk/agadir-2027/quotas", &[("of", "women"), ("min", "3")]);
    let (status, _, data) = page(&wrong);
    assert_eq!((status, &data["wrong"]), (422, &json!("above-capacity")));
    assert!(matches!(call(&Request::get("/fairs/agadir-2027")), Answer::Page { status: 404, .. }), "not published yet");
    redirect(&Request::post("/fair-desk/agadir-2027/publish", &[]));
}

fn stand(cooperative: &str) -> String {
    format!("/desk/{cooperative}/fairs/agadir-2027")
}

fn apply(cooperative: &str, women: bool) -> Answer {
    native::as_member(cooperative);
    let mut form = vec![("phase", "1")];
    form.extend(women.then_some(("women", "on")));
    call(&Request::post(&stand(cooperative), &form))
}

fn mark(cooperative: &str, quality: &str) {
    native::as_holder(&["observer"]);
    let women = native::bodies("candidacy")
        .iter()
        .any(|one| one["cooperative"] == cooperative && one["application"]["applicant"]["women"] == true);
    let mut form = vec![("cooperative", cooperative), ("mark_quality", quality), ("mark_origin", "0")];
    form.extend(women.then_some(("women", "on")));
    redirect(&Request::post("/fair-desk/agadir-2027/marks", &form));
}

fn told(cooperative: &str) -> Value {
    native::as_member(cooperative);
    page(&Request::get(&stand(cooperative))).2
}

/// Four apply; the places are given.
fn allocated() -> [String; 4] {
    fair();
    let all = [("1/2020", false, "90"), ("2/2020", false, "80"), ("3/2020", true, "10"), ("4/2020", true, "5")];
    let ids = all.map(|(number, women, quality)| {
        let id = seller(number, "09.001", "2020-01-01");
        assert!(matches!(apply(&id, women), Answer::Redirect(_)), "{number}");
        mark(&id, quality);
        id
    });
    let allocate = Request::post("/fair-desk/agadir-2027/allocate", &[]);
    assert_eq!(page(&allocate).2["wrong"], "still-open");
    native::advance(10 * DAY_MS);
    native::as_holder(&["registrar"]);
    redirect(&allocate);
    jobs();
    redirect(&allocate);
    jobs();
    ids
}

#[test]
fn a_call_that_is_not_published_is_no_fair_and_has_no_seed() {
    super::start();
    native::at(1_795_737_600_000);
    native::as_holder(&["registrar"]);
    let form = [
        ("code", "tata-2027"),
        ("series", "tata"),
        ("title_ar", "معرض"),
        ("title_fr", "Foire"),
        ("address", "Place"),
        ("province", "09.551"),
        ("closes", "2026-12-05"),
        ("registered_days", "0"),
        ("from_1", "2027-01-10"),
        ("until_1", "2027-01-12"),
        ("stands_1", "1"),
    ];
    redirect(&Request::post("/fair-desk", &form));
    assert_eq!(page(&Request::post("/fair-desk", &form)).2["form"]["faults"]["code"], "duplicate");
    assert_eq!(native::bodies("fair"), Vec::<Value>::new(), "what is there can be read by all");
    assert_eq!(native::bodies("fair-plan")[0]["call"]["seed"], crate::planned::UNDRAWN);
    assert_eq!(page(&Request::get("/fair-desk")).2["fairs"][0]["open"], false);
    native::as_public();
    assert!(matches!(call(&Request::get("/fair-desk/tata-2027")), Answer::Problem(error) if error.status == 401));
    native::as_holder(&["observer"]);
    let publish = Request::post("/fair-desk/tata-2027/publish", &[]);
    redirect(&publish);
    redirect(&publish);
    assert_eq!((native::bodies("fair").len(), native::bodies("fair-plan").len()), (1, 0));
    let seed = native::bodies("fair")[0]["call"]["seed"].as_str().unwrap().to_owned();
    assert_eq!(seed.len(), 32);
}

#[test]
fn anybody_can_give_the_places_once_more_from_what_is_published() {
    use crate::fair::{Application, Call, allocate};
    use crate::payment::card::hex;
    use sha2::{Digest as _, Sha256};

    fair();
    native::as_public();
    let read = || call(&Request::get("/fairs/agadir-2027/applications"));
    assert!(matches!(read(), Answer::Problem(error) if error.status == 404) || matches!(read(), Answer::Page { .. }));
    let ids = allocated();
    native::as_public();
    let Answer::Json { body, .. } = read() else { panic!("it is published") };
    let told = body["applications"].as_array().unwrap();
    assert_eq!((told.len(), &body["next"]), (ids.len(), &Value::Null));
    let again = told.iter().map(|one| {
        let mut one = one.clone();
        let authorised = one["authorised"] == true;
        one["authorisation"] = if authorised { json!("shown") } else { Value::Null };
        serde_json::from_value::<Application>(one).unwrap()
    });
    let mut again: Vec<Application> = again.collect();
    again.reverse();
    let call: Call = serde_json::from_value(body["call"].clone()).unwrap();
    let outcomes = allocate(&call, &again).unwrap().outcomes;
    assert_eq!(hex(&Sha256::digest(serde_json::to_string(&outcomes).unwrap())), body["sum"].as_str().unwrap());
    let places = outcomes.iter().filter(|outcome| outcome.because.place().is_some()).count();
    assert_eq!(places, native::bodies("seat").len());
    assert!(!body.to_string().contains("\"person\""), "who applied is told to nobody");
}

#[test]
fn who_cannot_have_a_place_is_told_at_once_with_every_reason() {
    fair();
    let young = seller("9/2026", "09.001", "2026-06-01");
    native::as_member(&young);
    let Answer::Page { status, data, .. } = call(&Request::post(&stand(&young), &[])) else { panic!("it is refused") };
    assert_eq!((status, &data["told"]["reasons"]), (422, &json!(["too-young", "no-phase"])));
    assert_eq!(native::bodies("candidacy"), Vec::<Value>::new());
}

#[test]
fn the_places_are_given_with_reasons_and_a_place_that_is_given_back_goes_to_the_next() {
    let [first, second, third, fourth] = allocated();
    assert_eq!(native::bodies("seat").len(), 2, "having them given twice changes nothing");
    let because = |id: &str| told(id)["candidacy"]["told"]["because"].clone();
    assert_eq!((because(&first), because(&third)), (json!("merit"), json!("kept")));
    let data = told(&second);
    assert_eq!(
        (&data["candidacy"]["told"]["because"], &data["candidacy"]["turn"], &data["seat"]),
        (&json!("kept-for-others"), &json!(1), &Value::Null)
    );
    assert_eq!(data["candidacy"]["told"]["groups"][0]["kind"], "women");
    assert_eq!(told(&fourth)["candidacy"]["turn"], 2);
    assert_eq!(native::told().len(), 4);
    // The place that was kept for women goes to the next of them, though another one waits before.
    let badge = told(&third)["seat"]["id"].as_str().unwrap().to_owned();
    assert_eq!(page(&Request::get(&format!("/badges/{badge}"))).2["good"], true);
    native::as_member(&third);
    redirect(&Request::post(&format!("{}/withdraw", stand(&third)), &[]));
    assert_eq!(page(&Request::post(&format!("{}/withdraw", stand(&third)), &[])).0, 409);
    jobs();
    assert_eq!(page(&Request::get(&format!("/badges/{badge}"))).2["good"], false);
    let data = told(&fourth);
    assert_eq!((&data["candidacy"]["told"]["because"], &data["seat"]["stand"]), (&json!("came-in"), &json!(2)));
}

#[test]
fn a_place_is_not_given_back_once_the_fair_is_over() {
    let [.., third, _] = allocated();
    native::as_member(&third);
    native::advance(800 * 86_400_000);
    assert_eq!(page(&Request::post(&format!("{}/withdraw", stand(&third)), &[])).0, 409);
    assert!(native::bodies("seat").iter().all(|seat| seat["given"] == true));
}

#[test]
fn a_published_call_stays_and_a_closed_one_takes_nobody() {
    let [first, ..] = allocated();
    assert!(matches!(apply(&first, false), Answer::Page { status: 409, .. }));
    native::as_holder(&["registrar"]);
    let quota = Request::post("/fair-desk/agadir-2027/quotas", &[("of", "women"), ("min", "2")]);
    assert_eq!(page(&quota).2["wrong"], "published");
    let again = Request::post(
        "/fair-desk/agadir-2027/marks",
        &[("cooperative", first.as_str()), ("mark_quality", "1"), ("mark_origin", "1")],
    );
    assert_eq!(page(&again).2["wrong"], "closed");
    native::as_public();
    let (_, _, data) = page(&Request::get("/fairs/agadir-2027"));
    assert_eq!((data["exhibitors"].as_array().unwrap().len(), &data["allotment"]["done"]), (2, &json!(true)));
    assert_eq!(data["call"]["seed"].as_str().unwrap().len(), 32);
    assert_eq!(page(&Request::get("/fairs")).2["next"][0]["code"], "agadir-2027");
}

#[test]
fn what_was_sold_is_said_by_who_was_there_and_is_a_milestone() {
    let [first, second, ..] = allocated();
    let say = |id: &str, amount: &str| {
        native::as_member(id);
        call(&Request::post(&format!("{}/takings", stand(id)), &[("amount", amount), ("buyers", "١٢")]))
    };
    assert!(matches!(say(&first, "100"), Answer::Page { status: 409, .. }), "it has not begun");
    native::advance(45 * DAY_MS);
    assert!(matches!(say(&second, "100"), Answer::Page { status: 409, .. }), "it had no place");
    assert!(matches!(say(&first, "-3"), Answer::Page { status: 422, .. }));
    assert!(matches!(say(&first, "٤٥٠٠"), Answer::Redirect(_)));
    assert!(matches!(say(&first, "4700,50"), Answer::Redirect(_)), "it may be said anew");
    assert_eq!(native::reached().iter().filter(|(code, _)| code == "fair-done").count(), 1);
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/fair-desk/agadir-2027"));
    assert_eq!(data["takings"], json!({ "amount": "4700.50", "said": 1 }));
}

#[test]
fn whoever_had_a_place_goes_after_those_who_had_none() {
    let [first, second, ..] = allocated();
    native::as_holder(&["registrar"]);
    let form = [
        ("code", "agadir-2028"),
        ("series", "souss"),
        ("title_ar", "معرض"),
        ("title_fr", "Foire"),
        ("address", "Place"),
        ("province", "09.001"),
        ("closes", "2027-12-05"),
        ("registered_days", "0"),
        ("rotation", "on"),
        ("from_1", "2028-01-10"),
        ("until_1", "2028-01-15"),
        ("stands_1", "1"),
    ];
    redirect(&Request::post("/fair-desk", &form));
    redirect(&Request::post("/fair-desk/agadir-2028/publish", &[]));
    for id in [&first, &second] {
        native::as_member(id);
        redirect(&Request::post(&format!("/desk/{id}/fairs/agadir-2028"), &[("phase", "1")]));
    }
    let last = native::bodies("candidacy");
    let since: Vec<&Value> =
        last.iter().rev().take(2).map(|one| &one["application"]["applicant"]["fairs_since_place"]).collect();
    assert_eq!(since, [&Value::Null, &json!(0)]);
}
