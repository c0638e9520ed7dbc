//! The rules of the plugin, run natively against the kit's kernel in memory.

mod calls;
mod desk_texts;
mod files;
mod funding;
mod models;

use serde_json::{Value, json};
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Answer, Declared as _, Find, Request, Store, native};

use crate::ProjectBank;
use crate::called::{Backing, CallDesk, Candidacy, Juror, ProjectCall, Ranking, ScoreSheet, Submission, Verdicts};
use crate::card::Card;
use crate::drafts::kinds::ModelDraft;
use crate::funding::kinds::Programme;
use crate::improve::kinds::{Proposal, Proposer};
use crate::kinds::{Model, ModelVersion, OwnPlan};
use crate::notes::Note;
use crate::publication::Publication;
use crate::remains::{MadeFile, NotedFile};
use crate::team::kinds::{Edit, Invite, Seat, Start, Team};
use crate::undertaking::Undertaking;

pub(crate) const MANIFEST: &str = include_str!("../../../manifests/project-bank/manifest.json");
pub(crate) const FADMA: &str = "00000000-0000-7000-8000-00000000000a";
pub(crate) const HASSAN: &str = "00000000-0000-7000-8000-00000000000b";

#[test]
fn the_manifest_says_of_the_kinds_what_their_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../manifests/project-bank/manifest.json");
    native::check_manifest(
        MANIFEST,
        path,
        &[
            Model::declaration(),
            ModelDraft::declaration(),
            ModelVersion::declaration(),
            OwnPlan::declaration(),
            Publication::declaration(),
            Card::declaration(),
            Note::declaration(),
            Undertaking::declaration(),
            MadeFile::declaration(),
            NotedFile::declaration(),
            Seat::declaration(),
            Team::declaration(),
            Invite::declaration(),
            Edit::declaration(),
            Start::declaration(),
            Programme::declaration(),
            ProjectCall::declaration(),
            CallDesk::declaration(),
            Juror::declaration(),
            Candidacy::declaration(),
            Submission::declaration(),
            Backing::declaration(),
            ScoreSheet::declaration(),
            Ranking::declaration(),
            Verdicts::declaration(),
            Proposal::declaration(),
            Proposer::declaration(),
        ],
    );
}

pub(crate) fn installed() {
    native::start(MANIFEST);
    native::add_messages("fr", include_str!("../../../manifests/project-bank/locales/fr.ftl"));
    native::install::<ProjectBank>().unwrap();
}

pub(crate) fn call(request: &Request) -> Answer {
    native::call::<ProjectBank>(request)
}

pub(crate) fn page(request: &Request) -> (u16, String, Value) {
    match call(request) {
        Answer::Page { status, template, data, .. } => (status, template, data),
        other => panic!("{} did not answer with a page but with {other:?}", request.path),
    }
}

pub(crate) fn redirect(request: &Request) -> String {
    match call(request) {
        Answer::Redirect(path) => path,
        other => panic!("{} did not redirect but answered {other:?}", request.path),
    }
}

/// Takes the saffron model as Fadma; answers the path of her plan.
pub(crate) fn adopted() -> String {
    installed();
    native::as_member(FADMA);
    redirect(&Request::post("/models/saffron/adopt", &[]))
}

/// The model of saffron as its publisher corrects it: the next version of it, with the plan changed.
pub(crate) fn corrected(change: impl FnOnce(&mut Value)) {
    native::as_holder(&["trainer"]);
    let mut entry = Store::first(&Find::new().equal(Model::CODE, "saffron")).unwrap().unwrap();
    let mut plan = serde_json::to_value(&entry.body.plan).unwrap();
    change(&mut plan);
    entry.body.plan = serde_json::from_value(plan).unwrap();
    entry.body.version += 1;
    let kept = ModelVersion { model: "saffron".to_owned(), version: entry.body.version, plan: entry.body.plan.clone() };
    Store::create(&kept).unwrap();
    Store::replace(&entry).unwrap();
    told(Operation::Change, &entry.id);
    native::as_member(FADMA);
}

/// The version of the saffron model after so many corrections of the one that comes along.
pub(crate) fn version(corrections: u64) -> u64 {
    let file: Value = serde_json::from_str(include_str!("../content/saffron.json")).unwrap();
    file["version"].as_u64().unwrap() + corrections
}

/// Sends the form of a review that was made against the model after so many corrections.
pub(crate) fn reviewing(review: &str, corrections: u64, form: &[(&str, &str)]) -> Request {
    let version = version(corrections).to_string();
    let form: Vec<(&str, &str)> = [("version", version.as_str())].into_iter().chain(form.iter().copied()).collect();
    Request::post(review, &form)
}

/// Tells of a change of a model, as the log does.
pub(crate) fn told(operation: Operation, record: &str) {
    let event = Event {
        operation: Some(operation),
        record: Some(record.to_owned()),
        ..Event::emitted("project-bank/model", record, Value::Null)
    };
    assert_eq!(native::tell::<ProjectBank>(&event), [Outcome::Done]);
}

pub(crate) fn kept() -> Value {
    native::bodies("own-plan").first().cloned().unwrap()
}

#[test]
fn every_model_that_comes_along_has_figures_and_says_where_they_come_from() {
    installed();
    let models = native::bodies("model");
    assert!(models.len() >= 4);
    for model in models {
        let code = model["code"].as_str().unwrap();
        let (status, template, data) = page(&Request::get(&format!("/models/{code}")).in_language("ar"));
        assert_eq!((status, template.as_str()), (200, "sheet"), "{code}");
        assert!(data["figures"]["years"].as_array().is_some_and(|years| years.len() == 5), "{code}");
        assert_eq!(model["title"].as_object().unwrap().len(), 7, "{code}");
        assert_eq!(model["summary"].as_object().unwrap().len(), 7, "{code}");
        for list in ["parameters", "investments", "costs"] {
            for line in model["plan"][list].as_array().unwrap() {
                assert!(line["source"].as_str().is_some_and(|source| !source.is_empty()), "{code}: {line}");
            }
        }
    }
}

#[test]
fn installing_again_changes_nothing() {
    installed();
    let before = (native::bodies("model"), native::bodies("model-version"));
    native::install::<ProjectBank>().unwrap();
    assert_eq!((native::bodies("model"), native::bodies("model-version")), before);
}

#[test]
fn models_are_found_by_sector_and_by_what_they_need() {
    installed();
    let codes = |request: &Request| -> Vec<String> {
        let (_, _, data) = page(request);
        data["models"].as_array().unwrap().iter().map(|model| model["code"].as_str().unwrap().to_owned()).collect()
    };
    let food = codes(&Request::get("/").with_query("sector", "food"));
    assert!(food.contains(&"argan-oil".to_owned()) && !food.contains(&"saffron".to_owned()));
    assert_eq!(codes(&Request::get("/").with_query("amount", "1")), Vec::<String>::new());
    assert_eq!(codes(&Request::get("/").with_query("words", "Safran")), ["saffron"]);
    let (_, _, data) = page(&Request::get("/").with_query("amount", "beaucoup"));
    assert_eq!(data["understood"], false);
}

#[test]
fn a_model_that_is_taken_becomes_a_plan_and_a_step_of_the_path() {
    let path = adopted();
    assert_eq!(native::reached().first().map(|(code, _)| code.as_str()), Some("project-adopted"));
    let (_, template, data) = page(&Request::get(&path));
    assert_eq!((template.as_str(), &data["kept"], &data["corrected"]), ("plan", &json!(true), &json!(false)));
}

#[test]
fn charts_follow_the_figures_that_stand_in_the_tables() {
    let path = adopted();
    let (_, _, data) = page(&Request::get(&path));
    let (figures, charts) = (&data["figures"], &data["figures"]["charts"]);
    let last = figures["years"].as_array().unwrap().last().unwrap();
    assert_eq!(charts["break_even"][4]["amounts"][0], last["turnover"]);
    let amounts = charts["years"][4]["amounts"].as_array().unwrap();
    assert_eq!((&amounts[0], &amounts[2]), (&last["turnover"], &last["result"]));
    let cash = charts["cash"].as_array().unwrap();
    assert_eq!((cash.len(), &cash[59]["amounts"][0]), (60, &figures["cash"][60]["balance"]));
}

#[test]
fn nobody_else_sees_a_plan() {
    let path = adopted();
    native::as_member(HASSAN);
    assert_eq!(page(&Request::get(&path)).0, 404);
    assert!(
        matches!(call(&Request::post(&path, &[("action", "keep")])), Answer::Problem(error) if error.status == 404)
    );
    native::as_public();
    assert!(matches!(call(&Request::get(&path)), Answer::Problem(error) if error.status == 401));
    let refused = call(&Request::post("/models/saffron/adopt", &[]));
    assert!(matches!(refused, Answer::Problem(error) if error.status == 401));
}

#[test]
fn looking_keeps_nothing_and_keeping_does() {
    let path = adopted();
    let before = kept();
    let look = [("parameters/flask/value", "٤٢٫٥"), ("action", "look")];
    let (_, _, data) = page(&Request::post(&path, &look).in_language("ar"));
    assert_eq!((kept(), &data["kept"]), (before, &json!(false)));
    let dearer = data["figures"]["years"][0]["turnover"].as_f64().unwrap();
    let (_, _, data) = page(&Request::get(&path));
    assert!(dearer > data["figures"]["years"][0]["turnover"].as_f64().unwrap());
    redirect(&Request::post(&path, &[("parameters/flask/value", "٤٢٫٥"), ("action", "keep")]));
    assert_eq!(kept()["plan"]["parameters"][0]["value"], "42.5");
}

#[test]
fn what_makes_no_sense_comes_back_at_its_field_and_nothing_is_kept() {
    let path = adopted();
    let before = kept();
    for (field, typed, code) in [
        ("parameters/flask/value", "-1", "negative"),
        ("parameters/flask/value", "1,250", "ambiguous"),
        ("parameters/flask/value", "cher", "number"),
        ("loans/bank/months", "61", "loan-longer-than-plan"),
        ("loans/bank/months", "12,5", "whole-number"),
        ("years", "6", "years"),
        ("products/flask/season", "100 50", "season"),
        ("products/flask/season", "100 100 100 100 100 100 100 100 100 100 100 100 100", "season"),
        ("products/flask/season", "100 mille", "number"),
        ("products/flask/ramp", "10 20 30 40 50 60", "ramp"),
        ("products/flask/ramp", "1001", "too-large"),
        ("products/flask/vat", "19", "vat-rate"),
    ] {
        let (status, _, data) = page(&Request::post(&path, &[(field, typed), ("action", "keep")]));
        assert_eq!((status, &data["faults"][field]), (422, &json!(code)), "{field} {typed}: {}", data["faults"]);
        assert_eq!(data["typed"][field], typed);
    }
    assert_eq!(kept(), before);
}

#[test]
fn seasons_years_and_tax_are_changed_like_other_figures() {
    let path = adopted();
    let typed = [
        ("products/flask/season", "٠ 0 0;0 0 0 0 0 0 100 ١٠٠ 0"),
        ("products/flask/ramp", "50 100"),
        ("products/flask/vat", "10"),
        ("action", "keep"),
    ];
    redirect(&Request::post(&path, &typed).in_language("ar"));
    let product = kept()["plan"]["products"][0].clone();
    assert_eq!(product["season"], json!([0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 100, 0]));
    assert_eq!((&product["ramp"], &product["vat"]), (&json!([50, 100]), &json!("10")));
    redirect(&Request::post(&path, &[("products/flask/season", ""), ("action", "keep")]));
    assert_eq!(kept()["plan"]["products"][0]["season"], json!([]));
}

#[test]
fn a_plan_whose_money_is_found_is_a_step_of_the_path() {
    let path = adopted();
    redirect(&Request::post(&path, &[("funds/shares/amount", "500000"), ("action", "keep")]));
    assert!(native::reached().iter().any(|(code, _)| code == "project-balanced"));
}

#[test]
fn a_corrected_model_is_reviewed_taken_over_and_undone() {
    let path = adopted();
    // Hers: the grant. Theirs: the price of a flask, and a line that is gone. Both: what money costs.
    redirect(&Request::post(&path, &[("funds/grant/amount", "90000"), ("discount", "7"), ("action", "keep")]));
    let before = kept();
    corrected(|plan| {
        plan["parameters"][0]["value"] = json!("36");
        plan["discount"] = json!("9");
        plan["costs"].as_array_mut().unwrap().retain(|cost| cost["code"] != "fairs");
    });
    let review = format!("{path}/review");
    let (_, _, data) = page(&Request::get(&review));
    let found = |place: &str| {
        let rows = data["rows"].as_array().unwrap();
        rows.iter().find(|row| row["place"] == place).map(|row| row["found"].clone()).unwrap_or_default()
    };
    assert_eq!(found("parameters/flask/value"), "offered");
    assert_eq!(found("costs/fairs"), "offered");
    assert_eq!(found("funds/grant/amount"), "kept");
    assert_eq!(found("discount"), "asked");

    let chosen = [("action", "chosen"), ("yes", "parameters/flask/value"), ("yes", "discount")];
    redirect(&reviewing(&review, 1, &chosen));
    let after = kept();
    assert_eq!(after["plan"]["parameters"][0]["value"], "36");
    assert_eq!((&after["plan"]["discount"], &after["version"]), (&json!("9"), &json!(version(1))));
    assert_eq!(after["plan"]["funds"], before["plan"]["funds"]);
    assert!(after["plan"]["costs"].as_array().unwrap().iter().any(|cost| cost["code"] == "fairs"), "she said no");
    assert_eq!(redirect(&reviewing(&review, 1, &chosen)), path);
    assert_eq!(kept(), after, "the same form twice is one review");

    redirect(&Request::post(&format!("{path}/undo"), &[]));
    assert_eq!((&kept()["plan"], &kept()["version"]), (&before["plan"], &json!(version(0))));
    assert!(
        matches!(call(&Request::post(&format!("{path}/undo"), &[])), Answer::Problem(error) if error.status == 404)
    );
}

#[test]
fn a_review_of_a_version_that_is_no_longer_the_newest_is_shown_again() {
    let path = adopted();
    corrected(|plan| plan["discount"] = json!("9"));
    let before = kept();
    let stale = reviewing(&format!("{path}/review"), 0, &[("action", "all")]);
    assert_eq!(redirect(&stale), format!("{path}/review"));
    assert_eq!(kept(), before);
}

#[test]
fn a_spreadsheet_is_kept_until_the_plan_changes() {
    let path = adopted();
    let export = Request::post(&format!("{path}/export"), &[]);
    assert_eq!(page(&Request::get(&path)).2["sheet"], Value::Null);
    assert_eq!(redirect(&export), path);
    let first = kept()["sheet"]["blob"].clone();
    let file = tiwizi_sdk::blobs::read_all(first.as_str().unwrap()).unwrap();
    assert!(file.starts_with(b"PK") && file.len() > 10_000, "{}", file.len());
    let (_, _, data) = page(&Request::get(&path));
    assert!(data["sheet"].as_str().is_some_and(|link| link.contains(first.as_str().unwrap())));
    redirect(&export);
    assert_eq!(kept()["sheet"]["blob"], first, "the same plan is the same file");
    redirect(&Request::post(&path, &[("parameters/flask/value", "42"), ("action", "keep")]));
    assert_eq!(kept()["sheet"], Value::Null);
    assert!(tiwizi_sdk::blobs::stat(first.as_str().unwrap()).unwrap().is_none());
    redirect(&export);
    assert_ne!(kept()["sheet"]["blob"], first);
}

#[test]
fn a_plan_that_one_call_cannot_write_is_told_so() {
    let path = adopted();
    let find = || Store::list(&Find::new().equal(OwnPlan::PERSON, FADMA)).unwrap().items.remove(0);
    let mut entry: tiwizi_sdk::Entry<OwnPlan> = find();
    let line = entry.body.plan.staff.first().cloned().unwrap();
    for number in 0..80 {
        entry.body.plan.staff.push(crate::plan::sheet::Staff { code: format!("more{number}"), ..line.clone() });
    }
    Store::replace(&entry).unwrap();
    assert_eq!(page(&Request::get(&path)).2["can_export"], false);
    redirect(&Request::post(&format!("{path}/export"), &[]));
    assert_eq!(kept()["sheet"], Value::Null);
}

#[test]
fn what_does_not_exist_is_a_page_that_leads_back() {
    installed();
    for path in ["/models/none", "/nothing"] {
        let (status, template, _) = page(&Request::get(path));
        assert_eq!((status, template.as_str()), (404, "missing"), "{path}");
    }
}
