//! The models' desk: from an empty sheet to a published model, its corrections, and what is refused on the way.

use proptest::prelude::*;
use serde_json::{Value, json};
use tiwizi_sdk::events::Event;
use tiwizi_sdk::{Answer, Caller, CallerKind, Request, native};

use super::{FADMA, MANIFEST, adopted, call, installed, kept, page, redirect, reviewing, version};
use crate::ProjectBank;

/// Signs in as a trainer of that account.
pub(super) fn trainer(account: &str) {
    native::become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(account.to_owned()),
        person: None,
        name: account.to_owned(),
        roles: vec!["trainer".to_owned()],
    });
}

/// What is said of the desk's page of a model.
pub(super) fn shown(code: &str) -> Value {
    page(&Request::get(&format!("/model-desk/{code}"))).2
}

/// Keeps a part, as somebody does who has just opened its page.
pub(super) fn written(code: &str, of: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/model-desk/{code}/part");
    let (status, _, data) = page(&Request::get(&path).with_query("of", of));
    assert_eq!(status, 200, "{of}");
    let (of, seen) = (data["of"].as_str().unwrap(), data["seen"].as_str().unwrap());
    let mut form = vec![("of", of), ("seen", seen)];
    if data["is_new"] == true {
        form.push(("new", "yes"));
    }
    let known: Vec<(String, String)> = data["fields"].as_array().unwrap().iter().flat_map(stands).collect();
    let written = |name: &str| fields.iter().any(|(field, _)| *field == name);
    form.extend(known.iter().filter(|(name, _)| !written(name)).map(|(name, value)| (name.as_str(), value.as_str())));
    form.extend(fields);
    call(&Request::post(&path, &form))
}

/// What a browser sends of a field that nobody touches.
fn stands(field: &Value) -> Vec<(String, String)> {
    let (name, value) = (field["name"].as_str().unwrap(), field["value"].as_str().unwrap());
    let parameter = field["parameter"].as_str().map(|parameter| (format!("{name}-parameter"), parameter.to_owned()));
    let is_unchecked = field["kind"] == "flag" && value.is_empty() || field["kind"] == "many";
    let itself = (!is_unchecked).then(|| (name.to_owned(), value.to_owned()));
    let chosen = field["chosen"].as_object().into_iter().flatten();
    let chosen = chosen.filter(|(one, _)| !one.is_empty()).map(|(one, _)| (name.to_owned(), one.clone()));
    itself.into_iter().chain(parameter).chain(chosen).collect()
}

fn keeps(code: &str, of: &str, fields: &[(&str, &str)]) {
    let answer = written(code, of, fields);
    assert!(matches!(answer, Answer::Redirect(_)), "{of}: {answer:?}");
}

pub(super) fn step(code: &str, action: &str) -> Answer {
    let draft = native::bodies("model-draft").iter().position(|draft| draft["code"] == code);
    let seen = draft.map(|_| shown(code)["draft"]["seen"].to_string()).unwrap_or_default();
    let form =
        [("action", action), ("seen", &seen), ("name", "Aïcha"), ("remark", "La source manque."), ("sure", "yes")];
    call(&Request::post(&format!("/model-desk/{code}/step"), &form))
}

pub(super) fn refused(answer: Answer) -> (u16, String) {
    let Answer::Page { status, data, .. } = answer else { panic!("{answer:?}") };
    (status, data["wrong"].as_str().unwrap().to_owned())
}

/// An empty bank in which amina has written everything that a sheet of thyme needs.
pub(super) fn thyme() {
    native::start(MANIFEST);
    trainer("amina");
    let form = [
        ("code", "thyme"),
        ("title_fr", "Thym séché"),
        ("title_ar", "زعتر مجفف"),
        ("sector", "agriculture"),
        ("author", "Amina"),
    ];
    assert_eq!(redirect(&Request::post("/model-desk", &form)), "/model-desk/thyme");
    keeps(
        "thyme",
        "facts",
        &[("categories", "a"), ("publics", "women"), ("provinces", "09.541"), ("sources", "Marché de Taliouine")],
    );
    for (tag, text) in [("fr", "Du thym."), ("ar", "زعتر.")] {
        let texts = [("summary", text), ("chapter/value", text), ("chapter/process", text), ("native", "yes")];
        keeps("thyme", &format!("texts/{tag}"), &texts);
    }
    let named = [("label/fr", "Thym"), ("label/ar", "زعتر")];
    keeps(
        "thyme",
        "parameters",
        &[
            &named[..],
            &[("value", "٤٠"), ("measure", "mad-per-kg"), ("least", "20"), ("most", "60"), ("source", "example")],
        ]
        .concat(),
    );
    let price = native::bodies("model-draft")[0]["plan"]["parameters"][0]["code"].as_str().unwrap().to_owned();
    keeps(
        "thyme",
        "products",
        &[&named[..], &[("price", ""), ("price-parameter", &price), ("quantity", "200"), ("vat", "20")]].concat(),
    );
    keeps("thyme", "investments", &[&named[..], &[("price", "12000"), ("source", "example")]].concat());
    keeps("thyme", "funds", &[&named[..], &[("amount", "20000")]].concat());
}

fn published(code: &str) {
    assert!(matches!(step(code, "review"), Answer::Redirect(_)), "{}", shown(code)["draft"]["faults"]);
    trainer("karim");
    assert!(matches!(step(code, "publish"), Answer::Redirect(_)));
}

#[test]
fn an_empty_sheet_names_what_is_missing_and_where() {
    native::start(MANIFEST);
    trainer("amina");
    redirect(&Request::post("/model-desk", &[("code", "thyme"), ("title_fr", "Thym séché")]));
    let data = shown("thyme");
    let faults = data["draft"]["faults"].as_array().unwrap();
    let has = |place: &str, code: &str| faults.iter().any(|fault| fault["place"] == place && fault["code"] == code);
    for (place, code) in [
        ("facts", "required"),
        ("products", "no-product"),
        ("texts/ar/title", "required"),
        ("texts/fr/summary", "required"),
        ("texts/fr/chapter/process", "required"),
    ] {
        assert!(has(place, code), "{place} {code}: {faults:?}");
    }
    assert!(!has("texts/fr/title", "required"));
    assert_eq!(refused(step("thyme", "review")), (422, "faults".to_owned()));
    // What is missing in the other languages is told and keeps nobody.
    let languages = data["draft"]["languages"].as_array().unwrap();
    let tifinagh = languages.iter().find(|one| one["tag"] == "shi").unwrap();
    assert_eq!((&tifinagh["wanted"], &tifinagh["texts"]), (&json!(false), &json!(4)));
}

#[test]
fn a_model_written_at_the_desk_is_published_after_a_second_person_has_read_it() {
    thyme();
    assert_eq!(shown("thyme")["draft"]["faults"], json!([]));
    assert_eq!(refused(step("thyme", "publish")), (409, "not-in-review".to_owned()));
    assert!(matches!(step("thyme", "review"), Answer::Redirect(_)));
    assert_eq!(refused(step("thyme", "publish")), (403, "own".to_owned()));
    assert_eq!(native::bodies("model"), Vec::<Value>::new());
    trainer("karim");
    assert!(matches!(step("thyme", "publish"), Answer::Redirect(_)));
    let model = native::bodies("model").remove(0);
    assert_eq!(
        (&model["state"], &model["version"], &model["reviewers"]),
        (&json!("published"), &json!(1), &json!(["Aïcha"]))
    );
    assert_eq!((&model["words"], &model["amount"]), (&json!("زعتر مجفف زعتر. Thym séché Du thym."), &json!(14400)));
    assert_eq!((native::bodies("model-version").len(), native::bodies("model-draft").len()), (1, 0));
    native::as_public();
    let (status, _, data) = page(&Request::get("/models/thyme").in_language("ar"));
    assert_eq!((status, &data["model"]["title"]), (200, &json!("زعتر مجفف")));
    // Sent again, it is published already.
    trainer("karim");
    assert_eq!(redirect(&Request::post("/model-desk/thyme/step", &[("action", "publish")])), "/model-desk/thyme");
    assert_eq!(native::bodies("model-version").len(), 1);
}

#[test]
fn a_sheet_that_is_sent_back_says_why_and_is_open_again() {
    thyme();
    step("thyme", "review");
    assert!(matches!(written("thyme", "texts/fr", &[("summary", "Autre")]), Answer::Page { status: 409, .. }));
    trainer("karim");
    let without = Request::post("/model-desk/thyme/step", &[("action", "back"), ("remark", " ")]);
    assert_eq!(refused(call(&without)), (422, "remark".to_owned()));
    assert_eq!(refused(step("thyme", "take-back")), (403, "not-author".to_owned()));
    assert!(matches!(step("thyme", "back"), Answer::Redirect(_)));
    let draft = &shown("thyme")["draft"];
    assert_eq!((&draft["stage"], &draft["remark"]), (&json!("draft"), &json!("La source manque.")));
    // Whoever writes in it is an author too, and no longer reads it for others.
    keeps("thyme", "texts/fr", &[("summary", "Du thym de montagne.")]);
    trainer("amina");
    step("thyme", "review");
    trainer("karim");
    assert_eq!(refused(step("thyme", "publish")), (403, "own".to_owned()));
}

#[test]
fn what_changed_after_the_page_was_made_is_read_again() {
    thyme();
    step("thyme", "review");
    let seen = shown("thyme")["draft"]["seen"].to_string();
    step("thyme", "take-back");
    keeps("thyme", "texts/fr", &[("summary", "Autre")]);
    step("thyme", "review");
    trainer("karim");
    let stale = Request::post("/model-desk/thyme/step", &[("action", "publish"), ("seen", &seen), ("name", "Karim")]);
    assert_eq!(refused(call(&stale)), (409, "changed".to_owned()));
    assert_eq!(native::bodies("model").len(), 0);
}

#[test]
fn a_figure_that_is_measured_otherwise_now_is_said_as_it_was_measured_then() {
    let path = adopted();
    trainer("amina");
    step("saffron", "open");
    keeps("saffron", "parameters/flask", &[("measure", "mad-per-kg"), ("value", "38000.000125")]);
    let value = |rows: &Value, key: &str, name: &str| {
        rows.as_array().unwrap().iter().find(|row| row[key] == name).cloned().unwrap()
    };
    let said = |value: &Value| (value["number"].as_f64(), value["unit"].clone());
    let (then, now) = ((Some(38.0), json!("g")), (Some(38_000.000_125), json!("kg")));
    let row = value(&shown("saffron")["draft"]["changes"], "key", "field-value");
    assert_eq!([said(&row["was"]), said(&row["now"])], [then.clone(), now.clone()]);
    published("saffron");
    native::as_member(FADMA);
    let (_, _, data) = page(&Request::get(&format!("{path}/review")));
    let row = value(&data["rows"], "place", "parameters/flask/value");
    assert_eq!(["base", "mine", "theirs"].map(|column| said(&row[column])), [then.clone(), then, now]);
}

#[test]
fn a_correction_is_the_next_version_and_whoever_took_the_model_is_offered_it() {
    let path = adopted();
    trainer("amina");
    step("saffron", "open");
    let data = shown("saffron");
    assert_eq!(data["draft"]["faults"], json!([]), "what comes along is in order");
    keeps("saffron", "parameters/flask", &[("value", "36")]);
    let changes = shown("saffron")["draft"]["changes"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
    assert_eq!((&changes[0]["was"]["number"], &changes[0]["now"]["number"]), (&json!(38.0), &json!(36.0)));
    assert_eq!(native::bodies("model").iter().find(|model| model["code"] == "saffron").unwrap()["version"], version(0));
    published("saffron");
    native::as_member(FADMA);
    let (_, _, data) = page(&Request::get(&format!("{path}/review")));
    let row =
        data["rows"].as_array().unwrap().iter().find(|row| row["place"] == "parameters/flask/value").cloned().unwrap();
    assert_eq!((&row["found"], &row["theirs"]["number"]), (&json!("offered"), &json!(36.0)));
    redirect(&reviewing(&format!("{path}/review"), 1, &[("action", "all")]));
    assert_eq!((&kept()["version"], &kept()["plan"]["parameters"][0]["value"]), (&json!(version(1)), &json!("36")));
    // What comes along with the plugin does not write over it.
    native::install::<ProjectBank>().unwrap();
    assert_eq!(native::bodies("model").iter().find(|model| model["code"] == "saffron").unwrap()["version"], version(1));
}

#[test]
fn the_reader_of_a_correction_sees_names_in_each_language_and_choices_by_their_names() {
    installed();
    trainer("amina");
    step("saffron", "open");
    keeps("saffron", "names/shi", &[("parameters/flask", "ⵜⴰⵇⵔⵄⵉⵜ ⵏ ⵓⵣⴰⵄⴼⵔⴰⵏ")]);
    keeps("saffron", "facts", &[("sector", "crafts"), ("publics", "youth")]);
    keeps("saffron", "texts/shi", &[("native", "yes")]);
    let changes = shown("saffron")["draft"]["changes"].clone();
    let row = |key: &str| changes.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap();
    let name = row("field-label");
    assert_eq!((&name["language"], &name["now"]), (&json!("ⵜⴰⵛⵍⵃⵉⵜ"), &json!("ⵜⴰⵇⵔⵄⵉⵜ ⵏ ⵓⵣⴰⵄⴼⵔⴰⵏ")));
    assert_ne!(name["was"], name["now"]);
    assert_eq!((&row("sector")["was"], &row("sector")["now"]), (&json!("Agriculture"), &json!("Artisanat")));
    assert_eq!((&row("model-native")["was"], &row("model-native")["now"]), (&json!(""), &json!("✓")));
    assert!(row("model-publics")["now"].as_str().unwrap().contains("Jeunes"), "{changes}");
}

#[test]
fn a_published_model_is_withdrawn_and_put_back_as_it_was() {
    thyme();
    published("thyme");
    let before = native::bodies("model");
    native::as_public();
    assert_eq!(page(&Request::get("/models/thyme")).0, 200);
    trainer("said");
    for (action, status) in [("withdraw", 404), ("withdraw", 404), ("put-back", 200), ("put-back", 200)] {
        assert!(matches!(step("thyme", action), Answer::Redirect(_)), "{action}");
        assert_eq!(page(&Request::get("/models/thyme")).0, status, "{action}");
    }
    assert_eq!(native::bodies("model"), before);
    assert!(matches!(step("nothing", "withdraw"), Answer::Problem(error) if error.status == 404));
}

#[test]
fn a_draft_is_thrown_away_by_who_wrote_it_when_they_are_sure() {
    thyme();
    published("thyme");
    trainer("amina");
    step("thyme", "open");
    let unsure = Request::post("/model-desk/thyme/step", &[("action", "discard")]);
    assert_eq!(refused(call(&unsure)), (422, "sure".to_owned()));
    trainer("karim");
    assert_eq!(refused(step("thyme", "discard")), (403, "not-author".to_owned()));
    trainer("amina");
    assert_eq!(
        redirect(&Request::post("/model-desk/thyme/step", &[("action", "discard"), ("sure", "yes")])),
        "/model-desk/thyme"
    );
    assert_eq!((native::bodies("model-draft").len(), native::bodies("model").len()), (0, 1));
}

#[test]
fn a_draft_of_an_older_version_does_not_take_the_place_of_a_newer_one_and_writes_over_nothing_of_it() {
    installed();
    trainer("amina");
    step("saffron", "open");
    keeps("saffron", "frame", &[("pay_months", "3"), ("collect_months", "2")]);
    step("saffron", "review");
    super::corrected(|plan| {
        plan["discount"] = json!("9");
        plan["collect_months"] = json!(1);
        let mut line = plan["funds"][0].clone();
        line["code"] = json!("proposal-1-1");
        plan["funds"].as_array_mut().unwrap().push(line);
    });
    trainer("karim");
    assert_eq!(refused(step("saffron", "publish")), (409, "moved".to_owned()));
    step("saffron", "back");
    trainer("amina");
    assert_eq!(shown("saffron")["draft"]["moved"], true);
    for _ in 0..2 {
        assert!(matches!(step("saffron", "go-on"), Answer::Redirect(_)));
    }
    published("saffron");
    let model = native::bodies("model").into_iter().find(|model| model["code"] == "saffron").unwrap();
    let plan = &model["plan"];
    assert_eq!(
        (&model["version"], &plan["discount"]),
        (&json!(version(2)), &json!("9")),
        "what was not written here is theirs"
    );
    assert_eq!((&plan["pay_months"], &plan["collect_months"]), (&json!(3), &json!(2)), "what was written here stays");
    assert_eq!(plan["funds"].as_array().unwrap().last().unwrap()["code"], "proposal-1-1");
}

#[test]
fn a_copy_has_everything_but_the_name_the_author_and_the_readers() {
    installed();
    trainer("amina");
    let form = [("code", "mountain-saffron"), ("title_fr", "Safran de montagne"), ("from", "saffron")];
    redirect(&Request::post("/model-desk", &form));
    redirect(&Request::post("/model-desk", &form));
    let draft = native::bodies("model-draft").remove(0);
    let model = native::bodies("model").into_iter().find(|model| model["code"] == "saffron").unwrap();
    for name in ["plan", "chapters", "sources", "provinces", "learn", "sector", "summary"] {
        assert_eq!(draft[name], model[name], "{name}");
    }
    assert_eq!(
        (&draft["author"], &draft["base"], &draft["title"]),
        (&json!(""), &json!(0), &json!({ "fr": "Safran de montagne" }))
    );
    assert_eq!(native::bodies("model-draft").len(), 1, "the same form twice makes one");
}

#[test]
fn a_code_that_is_taken_or_is_none_comes_back_at_its_field() {
    installed();
    trainer("amina");
    for (code, from, wrong) in [
        ("saffron", "", "duplicate"),
        ("Safran", "", "pattern"),
        ("2-safran", "", "pattern"),
        ("safran-2", "nothing", "no-model"),
        ("s", "", "too-short"),
    ] {
        let form = [("code", code), ("title_fr", "Safran"), ("from", from)];
        let (status, _, data) = page(&Request::post("/model-desk", &form));
        assert_eq!((status, &data["form"]["faults"]["code"]), (422, &json!(wrong)), "{code}");
        assert_eq!(data["form"]["values"]["title_fr"], "Safran");
    }
    assert_eq!(native::bodies("model-draft").len(), 0);
}

#[test]
fn the_desk_is_for_trainers() {
    thyme();
    for path in ["/model-desk", "/model-desk/thyme", "/model-desk/thyme/part", "/model-desk/thyme/preview"] {
        native::as_public();
        assert!(matches!(call(&Request::get(path)), Answer::Problem(error) if error.status == 401), "{path}");
        native::as_member(FADMA);
        assert!(matches!(call(&Request::get(path)), Answer::Problem(error) if error.status == 403), "{path}");
    }
    for path in ["/model-desk", "/model-desk/thyme/part", "/model-desk/thyme/undo", "/model-desk/thyme/step"] {
        native::as_member(FADMA);
        assert!(matches!(call(&Request::post(path, &[])), Answer::Problem(error) if error.status == 403), "{path}");
    }
}

/// What somebody does at the desk.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Step(&'static str),
    Write,
}

fn doing() -> impl Strategy<Value = (&'static str, Doing)> {
    let steps = ["open", "review", "take-back", "back", "publish", "go-on", "discard", "withdraw", "put-back"];
    let doing = prop_oneof![3 => prop::sample::select(steps.to_vec()).prop_map(Doing::Step), 1 => Just(Doing::Write)];
    (prop::sample::select(vec!["amina", "karim", "said"]), doing)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_trainers_do_what_is_published_was_read_by_somebody_who_did_not_write_it(
        doings in prop::collection::vec(doing(), 1..20)
    ) {
        thyme();
        let mut number = 0;
        for (who, doing) in doings {
            trainer(who);
            let (model, draft) = (native::bodies("model").pop(), native::bodies("model-draft").pop());
            match doing {
                Doing::Step(action) => drop(step("thyme", action)),
                Doing::Write if draft.is_some() => {
                    number += 1;
                    drop(written("thyme", "texts/fr", &[("summary", &format!("Texte {number}"))]));
                }
                Doing::Write => {}
            }
            let after = native::bodies("model").pop();
            let version = |model: &Option<Value>| model.as_ref().map_or(0, |model| model["version"].as_u64().unwrap());
            prop_assert_eq!(native::bodies("model-version").len() as u64, version(&after));
            if version(&after) == version(&model) {
                // Nothing but the state of a model changes without a new version.
                let without_state = |model: &Option<Value>| model.clone().map(|mut model| { model["state"] = Value::Null; model });
                prop_assert_eq!(without_state(&after), without_state(&model));
                continue;
            }
            let draft = draft.unwrap();
            prop_assert_eq!(version(&after), version(&model) + 1);
            prop_assert_eq!(&draft["stage"], "review");
            prop_assert!(!draft["authors"].as_array().unwrap().contains(&json!(who)), "{} published their own: {}", who, draft);
            let after = after.unwrap();
            prop_assert_eq!((&after["summary"], &after["plan"]), (&draft["summary"], &draft["plan"]));
        }
    }
}

#[test]
fn what_the_public_reads_follows_the_desk() {
    thyme();
    published("thyme");
    let record = native::ids("model").remove(0);
    let tell = || {
        let event =
            Event { record: Some(record.clone()), ..Event::emitted("project-bank/model", &record, Value::Null) };
        native::tell::<ProjectBank>(&event);
    };
    tell();
    assert_eq!(native::bodies("publication")[0]["code"], "thyme");
    step("thyme", "withdraw");
    tell();
    assert_eq!(native::bodies("publication").len(), 0);
}
