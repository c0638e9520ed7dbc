//! What becomes of a proposal: the model's next version, the plans that are offered it, what its own plan is told, and what nobody takes.

use serde_json::{Value, json};
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Request, native};

use super::{
    ALL, DESK, NAME, WHY, adapted, decide, decision, form, line, model, own_line, places, proposal, seen, send, told,
    trainer,
};
use crate::ProjectBank;
use crate::tests::{FADMA, HASSAN, adopted, corrected, kept, page, redirect, reviewing, version};

#[test]
fn what_is_taken_is_a_correction_of_the_model_that_every_plan_is_offered() {
    let plan = adapted();
    native::as_member(HASSAN);
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    native::as_member(FADMA);
    send(&plan, &ALL);
    decide(&["costs/fairs", "costs/own-1", "parameters/flask/value"], "take", "La subvention dépend de chacun.");
    let after = model();
    assert_eq!(after["version"], version(1));
    let flask = line(&after["plan"], "parameters", "flask");
    assert_eq!((&flask["value"], &flask["source"]), (&json!("43"), &json!("proposal-1")));
    assert_eq!(line(&after["plan"], "costs", "fairs"), Value::Null);
    let labels = line(&after["plan"], "costs", "proposal-1-2");
    assert_eq!((&labels["amount"], &labels["source"]), (&json!("150"), &json!("proposal-1")));
    assert_ne!(line(&after["plan"], "funds", "grant")["amount"], "90000");
    let versions = native::bodies("model-version");
    assert!(
        versions
            .iter()
            .any(|kept| kept["model"] == "saffron" && kept["version"] == version(1) && kept["plan"] == after["plan"])
    );
    assert!(!after.to_string().contains("Fadma"));

    // Hassan is offered it, and reads where it comes from.
    native::as_member(HASSAN);
    let (_, _, data) = page(&Request::get(&format!("{other}/review")));
    assert_eq!(data["proposals"], json!([1]));
    assert_eq!(
        places(&data, "rows"),
        ["costs/fairs", "costs/proposal-1-2", "parameters/flask/source", "parameters/flask/value"]
    );
    let (_, _, sheet) = page(&Request::get("/models/saffron"));
    assert_eq!((&sheet["proposals"], &sheet["waiting"]), (&json!([1]), &Value::Null));

    // Fadma is told, on her plan's page and by a notice that names nobody.
    native::as_member(FADMA);
    let told = told();
    assert_eq!((told.len(), told[0].key.as_str()), (1, "notice-proposal-partly"));
    let (_, _, data) = page(&Request::get(&plan));
    let decided = &data["proposals"]["decided"];
    assert_eq!((&decided["taken"], &decided["all"]), (&json!(3), &json!(4)));
    assert_eq!(decided["remark"], "La subvention dépend de chacun.");
}

#[test]
fn the_plan_that_proposed_it_knows_its_own_line_again_and_an_undone_review_gives_it_back() {
    let plan = adapted();
    send(&plan, &ALL);
    decide(&ALL, "take", "");
    assert_eq!(told()[0].key, "notice-proposal-taken");
    let before = kept();
    let review = format!("{plan}/review");
    let (_, _, data) = page(&Request::get(&review));
    let found: Vec<&Value> = data["rows"].as_array().unwrap().iter().map(|row| &row["found"]).collect();
    assert!(found.iter().all(|found| **found == "same" || **found == "offered"), "{data}");
    assert!(!places(&data, "rows").iter().any(|place| place.ends_with("own-1")), "{data}");
    redirect(&reviewing(&review, 1, &[("action", "all")]));
    let after = kept();
    assert_eq!(line(&after["plan"], "costs", "own-1"), Value::Null);
    assert_eq!(line(&after["plan"], "costs", "proposal-1-2")["label"], json!({ "fr": "Étiquettes", "ar": NAME }));
    assert_eq!(page(&Request::get(&review)).2["rows"], json!([]), "nothing differs any more");
    // A further line does not take the code that an undone review needs.
    own_line(&plan, "Bouchons");
    assert_ne!(line(&kept()["plan"], "costs", "own-2"), Value::Null);
    redirect(&Request::post(&format!("{plan}/undo"), &[]));
    let undone = kept();
    assert_eq!(line(&undone["plan"], "costs", "own-1"), line(&before["plan"], "costs", "own-1"));
    assert_eq!(line(&undone["plan"], "costs", "own-2")["label"], json!({ "fr": "Bouchons" }));
    assert_eq!(line(&undone["plan"], "costs", "proposal-1-2"), Value::Null);
}

#[test]
fn none_is_taken_with_a_remark_and_nothing_changes() {
    let plan = adapted();
    send(&plan, &ALL);
    let before = (native::bodies("model"), native::bodies("model-version"));
    trainer("amina");
    for (places, action, wrong) in
        [(&[][..], "none", "remark"), (&[][..], "take", "nothing"), (&ALL[1..], "take", "remark")]
    {
        let (status, _, data) = page(&decision(places, action, " ", &seen()));
        assert_eq!((status, &data["wrong"]), (422, &json!(wrong)));
    }
    decide(&[], "none", "Ces prix ne valent que pour vous.");
    assert_eq!((native::bodies("model"), native::bodies("model-version")), before);
    assert_eq!(told()[0].key, "notice-proposal-declined");
    let (_, _, data) = page(&Request::get(&format!("{plan}/improve")));
    let sent = &data["sent"][0];
    assert_eq!((&sent["standing"], &sent["remark"]), (&json!("declined"), &json!("Ces prix ne valent que pour vous.")));
    assert_eq!(places(&data, "rows"), ALL, "it may be proposed once more");
}

#[test]
fn two_trainers_decide_at_once_and_one_of_them_is_told() {
    let plan = adapted();
    send(&plan, &ALL);
    trainer("amina");
    let seen = seen();
    redirect(&decision(&["parameters/flask/value"], "take", "Le prix seulement.", &seen));
    // The same form once more is the same decision.
    assert_eq!(redirect(&decision(&["parameters/flask/value"], "take", "Le prix seulement.", &seen)), DESK);
    trainer("brahim");
    let (status, _, data) = page(&decision(&ALL, "take", "", &seen));
    assert_eq!((status, &data["wrong"], &data["open"]), (409, &json!("decided"), &json!(false)));
    assert_eq!((model()["version"].clone(), native::bodies("model-version").len()), (json!(version(1)), 13));
    assert_eq!(told().len(), 1);
}

#[test]
fn a_proposal_to_a_version_that_the_model_left_is_shown_against_what_it_is_now() {
    let plan = adapted();
    redirect(&Request::post(&plan, &[("discount", "7"), ("costs/glass/amount", "3"), ("action", "keep")]));
    let (_, _, data) = page(&Request::get(&format!("{plan}/improve")));
    let offered = places(&data, "rows");
    let all: Vec<&str> = offered.iter().map(String::as_str).collect();
    send(&plan, &all);
    trainer("amina");
    let seen_before = seen();
    corrected(|plan| {
        plan["parameters"][0]["value"] = json!("41");
        plan["discount"] = json!("7");
        plan["costs"].as_array_mut().unwrap().retain(|cost| cost["code"] != "fairs");
        plan["funds"].as_array_mut().unwrap().retain(|fund| fund["code"] != "grant");
    });
    trainer("amina");
    let (_, _, desk) = page(&Request::get(DESK));
    let fits = |place: &str| {
        let rows = desk["proposal"]["changes"].as_array().unwrap();
        rows.iter().find(|row| row["place"] == place).map(|row| row["fit"].clone()).unwrap_or_default()
    };
    assert_eq!(fits("parameters/flask/value"), "moved");
    assert_eq!(fits("discount"), "already");
    assert_eq!(fits("costs/fairs"), "already");
    assert_eq!(fits("funds/grant/amount"), "gone");
    assert_eq!(fits("costs/own-1"), "fits");
    let ticked = desk["decision"]["yes"].as_array().unwrap();
    assert!(ticked.contains(&json!("costs/own-1")) && !ticked.contains(&json!("parameters/flask/value")), "{ticked:?}");
    let (status, _, data) = page(&decision(&["costs/own-1"], "take", "Le reste est déjà là.", &seen_before));
    assert_eq!((status, &data["wrong"]), (409, &json!("moved")), "the form was made before the correction");
    let (status, _, _) = page(&decision(&["funds/grant/amount"], "take", "Oui.", &seen()));
    assert_eq!(status, 409, "what is gone is not taken");
    decide(&["costs/own-1", "parameters/flask/value"], "take", "Le reste est déjà là.");
    let after = model();
    assert_eq!(
        (&after["version"], &line(&after["plan"], "parameters", "flask")["value"]),
        (&json!(version(2)), &json!("43"))
    );
}

#[test]
fn of_a_model_that_is_withdrawn_nothing_is_taken_and_declining_is_possible() {
    let plan = adapted();
    send(&plan, &ALL);
    turn_state("withdrawn");
    trainer("amina");
    let (status, _, data) = page(&decision(&["parameters/flask/value"], "take", "Le prix.", &seen()));
    assert_eq!((status, &data["wrong"]), (409, &json!("unpublished")));
    decide(&[], "none", "Le modèle est retiré.");
    assert_eq!(proposal()["standing"], "declined");
    // The notice leads to a page that says so.
    assert_eq!(told()[0].link, Some(format!("{plan}/improve")));
    let (status, _, data) = page(&Request::get(&format!("{plan}/improve")));
    assert_eq!((status, &data["published"], &data["rows"]), (200, &json!(false), &json!([])));
    assert_eq!(data["sent"][0]["remark"], "Le modèle est retiré.");
}

#[test]
fn what_waits_for_a_model_that_is_withdrawn_is_taken_back_and_nothing_more_is_sent() {
    let plan = adapted();
    send(&plan, &["parameters/flask/value"]);
    turn_state("withdrawn");
    native::as_member(FADMA);
    let improve = format!("{plan}/improve");
    assert_eq!(page(&Request::get(&improve)).2["sent"][0]["standing"], "open");
    let (status, _, data) = page(&Request::post(&improve, &form(&["costs/fairs"], WHY, "send", "")));
    assert_eq!((status, &data["wrong"][0]["code"]), (422, &json!("nothing-ticked")));
    redirect(&Request::post(&format!("{improve}/back"), &[("number", "1")]));
    assert_eq!((proposal()["standing"].clone(), native::bodies("proposal").len()), (json!("withdrawn"), 1));
}

#[test]
fn a_line_of_a_copied_model_is_not_written_over_by_a_proposal_to_the_copy() {
    let plan = adapted();
    send(&plan, &ALL);
    decide(&["costs/own-1"], "take", "La ligne seule.");
    // The copy has that line, under the number of a proposal to the other model.
    trainer("amina");
    let begun = [("code", "mountain-saffron"), ("title_fr", "Safran de montagne"), ("from", "saffron")];
    redirect(&Request::post("/model-desk", &begun));
    let draft: Value = native::bodies("model-draft").remove(0);
    let mut copy = model();
    for name in ["code", "title", "plan"] {
        copy[name] = draft[name].clone();
    }
    copy["version"] = json!(1);
    let copy: crate::kinds::Model = serde_json::from_value(copy).unwrap();
    copy.release(None).unwrap();
    native::as_member(FADMA);
    let other = redirect(&Request::post("/models/mountain-saffron/adopt", &[]));
    own_line(&other, "Bouchons");
    send(&other, &["costs/own-1"]);
    let sent = native::bodies("proposal").remove(1);
    assert_eq!((&sent["model"], &sent["number"]), (&json!("mountain-saffron"), &json!(2)));
}

#[test]
fn a_look_at_a_plan_asks_as_often_however_much_it_has_proposed() {
    let plan = adapted();
    send(&plan, &["costs/fairs"]);
    decide(&[], "none", "Non.");
    page(&Request::get(&plan));
    let asked = native::used().of("store");
    for _ in 0..3 {
        send(&plan, &["costs/fairs"]);
        let number = native::bodies("proposal").len();
        trainer("amina");
        let path = format!("/proposals/saffron/{number}");
        let seen = page(&Request::get(&path)).2["seen"].as_str().unwrap().to_owned();
        redirect(&Request::post(&path, &[("action", "none"), ("remark", "Non."), ("seen", &seen)]));
        native::as_member(FADMA);
    }
    send(&plan, &["parameters/flask/value"]);
    let (_, _, data) = page(&Request::get(&plan));
    assert_eq!(native::used().of("store"), asked);
    assert_eq!((&data["proposals"]["open"], &data["proposals"]["decided"]["number"]), (&json!(1), &json!(4)));
}

#[test]
fn a_model_that_would_make_no_sense_is_not_made() {
    let plan = adopted();
    for line in ["costs/flower-bulk", "products/bulk"] {
        redirect(&Request::post(&format!("{plan}/lines/{line}"), &[("action", "remove")]));
    }
    send(&plan, &["costs/flower-bulk", "products/bulk"]);
    trainer("amina");
    let before = native::bodies("model");
    let (status, _, data) = page(&decision(&["products/bulk"], "take", "Le vrac seulement.", &seen()));
    assert_eq!(
        (status, &data["wrong"], &data["faults"][0]["code"]),
        (422, &json!("faulty"), &json!("unknown-product"))
    );
    assert_eq!((native::bodies("model"), proposal()["standing"].clone()), (before, json!("open")));
    decide(&["costs/flower-bulk", "products/bulk"], "take", "");
    assert_eq!(line(&model()["plan"], "products", "bulk"), Value::Null);
}

fn turn_state(state: &str) {
    use crate::kinds::Model;
    use tiwizi_sdk::{Find, Store};
    native::as_holder(&["trainer"]);
    let mut entry = Store::<Model>::first(&Find::new().equal(Model::CODE, "saffron")).unwrap().unwrap();
    entry.body.state = serde_json::from_value(json!(state)).unwrap();
    Store::replace(&entry).unwrap();
}

#[test]
fn a_trainer_looks_before_deciding_and_names_new_lines() {
    let plan = adapted();
    send(&plan, &ALL);
    trainer("amina");
    let (status, _, whole) = page(&Request::get(DESK));
    assert_eq!((status, &whole["proposal"]["changes"][1]["nameless"]), (200, &json!(["ar"])));
    let (status, _, some) = page(&decision(&["costs/fairs"], "look", "", &seen()));
    assert_eq!(status, 200);
    assert_ne!(some["figures"], whole["figures"]);
    let seen = seen();
    let form = [
        ("yes", "costs/own-1"),
        ("name/costs/own-1/ar", NAME),
        ("action", "take"),
        ("remark", "Le reste non."),
        ("seen", seen.as_str()),
    ];
    redirect(&Request::post(DESK, &form));
    let made = line(&model()["plan"], "costs", "proposal-1-2");
    assert_eq!(made["label"], json!({ "fr": "Étiquettes", "ar": NAME }));
    native::as_member(FADMA);
    let (_, _, data) = page(&Request::get(&format!("{plan}/review")));
    let label = data["rows"].as_array().unwrap().iter().find(|row| row["place"] == "costs/proposal-1-2/label").unwrap();
    assert_eq!(label["found"], "offered");
}

#[test]
fn a_new_line_without_a_name_in_arabic_is_not_taken_and_with_it_the_desk_finds_nothing_wrong() {
    let plan = adapted();
    send(&plan, &ALL);
    trainer("amina");
    let before = native::bodies("model");
    let seen = seen();
    let form = [("yes", "costs/own-1"), ("action", "take"), ("remark", "La ligne seule."), ("seen", seen.as_str())];
    let (status, _, data) = page(&Request::post(DESK, &form));
    assert_eq!((status, &data["wrong"]), (422, &json!("nameless")));
    assert_eq!(
        (&data["decision"]["yes"], &data["decision"]["remark"]),
        (&json!(["costs/own-1"]), &json!("La ligne seule."))
    );
    assert_eq!((native::bodies("model"), proposal()["standing"].clone()), (before, json!("open")));
    decide(&["costs/own-1"], "take", "La ligne seule.");
    trainer("amina");
    redirect(&Request::post("/model-desk/saffron/step", &[("action", "open")]));
    assert_eq!(page(&Request::get("/model-desk/saffron")).2["draft"]["faults"], json!([]));
}

#[test]
fn of_a_deleted_plan_nothing_tells_whose_the_proposals_were() {
    let plan = adapted();
    send(&plan, &["parameters/flask/value"]);
    decide(&["parameters/flask/value"], "take", "");
    send(&plan, &["costs/fairs"]);
    redirect(&Request::post(&format!("{plan}/delete"), &[("sure", "yes")]));
    let id = plan.rsplit('/').next().unwrap();
    let deleted = Event {
        operation: Some(Operation::Delete),
        record: Some(id.to_owned()),
        ..Event::emitted("project-bank/own-plan", id, Value::Null)
    };
    assert_eq!(native::tell::<ProjectBank>(&deleted), [Outcome::Done]);
    assert_eq!(native::bodies("proposer"), Vec::<Value>::new());
    let standings: Vec<Value> = native::bodies("proposal").iter().map(|one| one["standing"].clone()).collect();
    assert_eq!(standings, [json!("taken"), json!("withdrawn")]);
}
