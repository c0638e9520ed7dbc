//! Writing the parts of a sheet: nobody's words are lost, and what makes no sense comes back at its field.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, Store, native};

use super::models::{refused, shown, step, thyme, trainer, written};
use super::{adopted, call, kept, page, redirect, reviewing};
use crate::drafts::kinds::ModelDraft;
use crate::plan::LINES_MAX;

const PART: &str = "/model-desk/thyme/part";

fn draft() -> Value {
    native::bodies("model-draft").remove(0)
}

fn opened(of: &str) -> Value {
    page(&Request::get(PART).with_query("of", of)).2
}

/// The field of that name.
fn field<'a>(data: &'a Value, name: &str) -> &'a Value {
    data["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()
}

/// A form of the French texts, made when the page was `seen`.
fn french(seen: &str, title: &str, summary: &str) -> Answer {
    let value = "Du thym.";
    let form = [
        ("of", "texts/fr"),
        ("seen", seen),
        ("title", title),
        ("summary", summary),
        ("chapter/value", value),
        ("chapter/process", value),
        ("native", "yes"),
    ];
    call(&Request::post(PART, &form))
}

#[test]
fn two_people_editing_one_text_see_both_and_other_fields_of_each_are_kept() {
    thyme();
    let seen = opened("texts/fr")["seen"].as_str().unwrap().to_owned();
    trainer("karim");
    assert!(matches!(french(&seen, "Thym de Karim", "Résumé de Karim"), Answer::Redirect(_)));
    trainer("amina");
    // She changed the summary only: his title stays, and the summary is asked.
    let Answer::Page { status: 409, data, .. } = french(&seen, "Thym séché", "Résumé d’Amina") else {
        panic!("a text is lost")
    };
    assert_eq!((&data["wrong"], &field(&data, "title")["value"]), (&json!("clash"), &json!("Thym de Karim")));
    let summary = field(&data, "summary");
    assert_eq!((&summary["value"], &summary["theirs"]), (&json!("Résumé d’Amina"), &json!("Résumé de Karim")));
    assert_eq!(draft()["summary"]["fr"], "Résumé de Karim");
    let again = french(data["seen"].as_str().unwrap(), "Thym de Karim", "Résumé des deux");
    assert!(matches!(again, Answer::Redirect(_)));
    assert_eq!(
        (&draft()["title"]["fr"], &draft()["summary"]["fr"]),
        (&json!("Thym de Karim"), &json!("Résumé des deux"))
    );
    assert_eq!(draft()["authors"], json!(["amina", "karim"]));
}

#[test]
fn two_people_editing_different_fields_both_keep_theirs() {
    thyme();
    let seen = opened("texts/fr")["seen"].as_str().unwrap().to_owned();
    french(&seen, "Thym de Karim", "Du thym.");
    let answer = french(&seen, "Thym séché", "Résumé d’Amina");
    assert!(matches!(&answer, Answer::Redirect(path) if path.ends_with("kept=both")), "{answer:?}");
    assert_eq!(
        (&draft()["title"]["fr"], &draft()["summary"]["fr"]),
        (&json!("Thym de Karim"), &json!("Résumé d’Amina"))
    );
}

#[test]
fn what_is_typed_into_a_sheet_that_was_handed_in_or_thrown_away_stays_in_the_page() {
    thyme();
    let seen = opened("texts/fr")["seen"].as_str().unwrap().to_owned();
    step("thyme", "review");
    for wrong in ["in-review", "gone"] {
        let Answer::Page { status: 409, data, .. } = french(&seen, "Thym", "Un texte long et beau") else {
            panic!("{wrong}")
        };
        assert_eq!(
            (&data["wrong"], &field(&data, "summary")["value"]),
            (&json!(wrong), &json!("Un texte long et beau"))
        );
        step("thyme", "take-back");
        step("thyme", "discard");
    }
}

#[test]
fn a_form_that_waited_for_a_sheet_to_be_read_does_not_write_over_what_others_wrote() {
    thyme();
    let seen = opened("texts/fr")["seen"].as_str().unwrap().to_owned();
    trainer("karim");
    french(&seen, "Thym de Karim", "Du thym.");
    step("thyme", "review");
    trainer("amina");
    let Answer::Page { status: 409, data, .. } = french(&seen, "Thym séché", "Résumé d’Amina") else {
        panic!("in review")
    };
    step("thyme", "take-back");
    // She sends what the page shows, in which his title does not stand yet.
    assert!(matches!(french(data["seen"].as_str().unwrap(), "Thym séché", "Résumé d’Amina"), Answer::Redirect(_)));
    assert_eq!(
        (&draft()["title"]["fr"], &draft()["summary"]["fr"]),
        (&json!("Thym de Karim"), &json!("Résumé d’Amina"))
    );
}

#[test]
fn a_line_that_somebody_took_away_comes_back_with_what_is_kept() {
    thyme();
    let code = draft()["plan"]["funds"][0]["code"].as_str().unwrap().to_owned();
    let of = format!("funds/{code}");
    let seen = opened(&of)["seen"].as_str().unwrap().to_owned();
    let remove = [("of", of.as_str()), ("seen", &seen), ("action", "remove")];
    assert_eq!(redirect(&Request::post(PART, &remove)), "/model-desk/thyme");
    assert_eq!(redirect(&Request::post(PART, &remove)), "/model-desk/thyme", "sent twice");
    let mut form = vec![
        ("of", of.as_str()),
        ("seen", &seen),
        ("label/fr", "Parts"),
        ("origin", "own"),
        ("amount", "500"),
        ("month", "0"),
    ];
    let Answer::Page { status: 409, data, .. } = call(&Request::post(PART, &form)) else { panic!("it is gone") };
    assert_eq!(
        (&data["wrong"], &data["is_new"], &field(&data, "amount")["value"]),
        (&json!("line-gone"), &json!(true), &json!("500"))
    );
    form.retain(|(name, _)| *name != "seen");
    form.extend([("seen", ""), ("new", "yes")]);
    redirect(&Request::post(PART, &form));
    assert_eq!(draft()["plan"]["funds"][0]["amount"], "500");
}

#[test]
fn a_line_that_was_changed_meanwhile_is_not_taken_away_unseen() {
    thyme();
    let of = format!("funds/{}", draft()["plan"]["funds"][0]["code"].as_str().unwrap());
    let seen = opened(&of)["seen"].as_str().unwrap().to_owned();
    written("thyme", &of, &[("amount", "30000")]);
    let remove = Request::post(PART, &[("of", &of), ("seen", &seen), ("action", "remove")]);
    assert_eq!(refused(call(&remove)), (409, "changed-line".to_owned()));
    assert_eq!(draft()["plan"]["funds"][0]["amount"], "30000");
}

#[test]
fn a_line_that_was_taken_away_is_put_back_where_it_stood() {
    thyme();
    let before = draft()["plan"].clone();
    let of = format!("products/{}", before["products"][0]["code"].as_str().unwrap());
    let seen = opened(&of)["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(PART, &[("of", &of), ("seen", &seen), ("action", "remove")]));
    assert_eq!(
        (&shown("thyme")["draft"]["removed"], draft()["plan"]["products"].as_array().unwrap().len()),
        (&json!("Thym"), 0)
    );
    for _ in 0..2 {
        redirect(&Request::post("/model-desk/thyme/undo", &[]));
        assert_eq!(draft()["plan"], before);
    }
}

#[test]
fn a_line_that_is_not_there_is_not_taken_away() {
    thyme();
    let before = draft();
    let remove = [("of", "funds/nothing"), ("seen", ""), ("new", "yes"), ("action", "remove")];
    assert_eq!(redirect(&Request::post(PART, &remove)), "/model-desk/thyme");
    assert_eq!(draft(), before);
}

#[test]
fn a_line_is_put_back_once_there_is_room_for_it() {
    thyme();
    let fund = draft()["plan"]["funds"][0].clone();
    let of = format!("funds/{}", fund["code"].as_str().unwrap());
    let seen = opened(&of)["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(PART, &[("of", &of), ("seen", &seen), ("action", "remove")]));
    let lines = |count: usize| {
        native::as_public();
        let mut entry = ModelDraft::find("thyme").unwrap().unwrap();
        let mut plan = serde_json::to_value(&entry.body.plan).unwrap();
        let named = |number: usize| {
            let mut line = fund.clone();
            line["code"] = json!(format!("f{number}"));
            line
        };
        plan["funds"] = (0..count).map(named).collect();
        entry.body.plan = serde_json::from_value(plan).unwrap();
        Store::replace(&entry).unwrap();
        trainer("amina");
    };
    let others = draft()["plan"]["products"].as_array().unwrap().len()
        + draft()["plan"]["investments"].as_array().unwrap().len();
    lines(LINES_MAX - others);
    redirect(&Request::post("/model-desk/thyme/undo", &[]));
    assert_eq!(shown("thyme")["draft"]["removed"], "Thym", "it waits");
    lines(1);
    redirect(&Request::post("/model-desk/thyme/undo", &[]));
    assert_eq!(draft()["plan"]["funds"][0], fund);
}

#[test]
fn names_far_behind_the_last_line_are_none() {
    thyme();
    let data = opened(&format!("names/fr/{}", usize::MAX));
    assert_eq!((&data["fields"], &data["next"]), (&json!([]), &Value::Null));
}

#[test]
fn the_form_of_a_new_line_sent_twice_makes_one() {
    thyme();
    let data = opened("staff");
    let form = [
        ("of", data["of"].as_str().unwrap()),
        ("seen", ""),
        ("new", "yes"),
        ("label/fr", "Tri"),
        ("people", "2"),
        ("wage", "3 200"),
        ("from_month", "1"),
        ("declared", "yes"),
    ];
    redirect(&Request::post(PART, &form));
    redirect(&Request::post(PART, &form));
    assert_eq!(draft()["plan"]["staff"].as_array().unwrap().len(), 1);
    assert_eq!(draft()["plan"]["staff"][0]["wage"], "3200");
}

#[test]
fn what_makes_no_sense_in_a_sheet_comes_back_at_its_field_and_nothing_is_kept() {
    thyme();
    let before = draft();
    let product = format!("products/{}", before["plan"]["products"][0]["code"].as_str().unwrap());
    let fund = format!("funds/{}", before["plan"]["funds"][0]["code"].as_str().unwrap());
    let long = "x".repeat(4_001);
    for (of, name, typed, code) in [
        ("facts", "sector", "weaving", "choice"),
        ("facts", "branch", "crafts.nothing", "choice"),
        ("facts", "provinces", "99.999", "choice"),
        ("facts", "learn", "founding m1", "module"),
        ("facts", "licence", &long, "too-long"),
        ("frame", "start", "2027-13", "month"),
        ("frame", "years", "6", "years"),
        ("frame", "discount", "cher", "number"),
        ("frame", "pay_months", "7", "too-large"),
        ("texts/fr", "chapter/market", &long, "too-long"),
        (&product, "price", "12", "both"),
        (&product, "quantity", "-4", "negative"),
        (&product, "season", "1 deux", "number"),
        (&fund, "amount", "1,250", "ambiguous"),
        (&fund, "origin", "theft", "required"),
    ] {
        let Answer::Page { status, data, .. } = written("thyme", of, &[(name, typed)]) else {
            panic!("{of} {name} was kept")
        };
        let field = field(&data, name);
        assert_eq!((status, &field["error"]), (422, &json!(code)), "{of} {name} {typed}");
        assert_eq!(field["value"], typed, "{of} {name}");
        assert_eq!(draft(), before, "{of} {name}");
    }
}

#[test]
fn what_a_form_does_not_send_stays() {
    thyme();
    let seen = opened("texts/fr")["seen"].as_str().unwrap().to_owned();
    redirect(&Request::post(PART, &[("of", "texts/fr"), ("seen", &seen), ("title", "Thym")]));
    let (before, data) = (draft(), opened("texts/fr"));
    assert_eq!((&before["title"]["fr"], &before["summary"]["fr"]), (&json!("Thym"), &json!("Du thym.")));
    assert_eq!(field(&data, "chapter/process")["value"], "Du thym.");
}

#[test]
fn a_name_in_its_last_language_is_not_taken_away() {
    thyme();
    let of = format!("funds/{}", draft()["plan"]["funds"][0]["code"].as_str().unwrap());
    assert!(matches!(written("thyme", "names/ar", &[(&of, "")]), Answer::Redirect(_)));
    let Answer::Page { status: 422, data, .. } = written("thyme", "names/fr", &[(&of, "")]) else {
        panic!("no name is left")
    };
    assert_eq!(field(&data, &of)["error"], "required");
    let faults = shown("thyme")["draft"]["faults"].clone();
    assert_eq!(
        (&faults[0]["part"], &faults[0]["key"], &faults[0]["code"]),
        (&json!(of), &json!("field-label"), &json!("required"))
    );
}

#[test]
fn a_figure_that_stood_there_is_read_again_as_what_it_is() {
    thyme();
    let of = format!("products/{}", draft()["plan"]["products"][0]["code"].as_str().unwrap());
    written("thyme", &of, &[("quantity", "0,125")]);
    assert_eq!(draft()["plan"]["products"][0]["quantity"], "0.125");
    written("thyme", &of, &[("quantity", "1.2340")]);
    assert!(matches!(written("thyme", &of, &[("label/shi", "ⴰⵣⵓⴽⵏⵏⵉ")]), Answer::Redirect(_)));
    assert_eq!(draft()["plan"]["products"][0]["quantity"], "1.234");
}

#[test]
fn the_frame_is_typed_in_the_digits_of_both_scripts_and_what_stands_there_is_kept() {
    thyme();
    let start = || draft()["plan"]["start"].clone();
    for (typed, kept) in [("٢٠٢٨-٠٣", "2028-03"), ("2029-4", "2029-04")] {
        assert!(matches!(written("thyme", "frame", &[("start", typed)]), Answer::Redirect(_)), "{typed}");
        assert_eq!(start(), kept);
    }
    for typed in ["2027-13", "1999-12", "2100-01", "2027-+1", "2027", "2027-0", "-2027-1"] {
        assert!(matches!(written("thyme", "frame", &[("start", typed)]), Answer::Page { status: 422, .. }), "{typed}");
    }
    assert!(matches!(written("thyme", "frame", &[("discount", "8,1250"), ("years", "٤")]), Answer::Redirect(_)));
    assert!(matches!(written("thyme", "frame", &[("pay_months", "2")]), Answer::Redirect(_)), "8.125 stands there");
    let plan = draft()["plan"].clone();
    assert_eq!((&plan["discount"], &plan["years"], &plan["pay_months"]), (&json!("8.125"), &json!(4), &json!(2)));
}

#[test]
fn a_text_beside_the_one_that_is_written_and_what_is_missing_are_shown() {
    thyme();
    let (_, _, data) = page(&Request::get(PART).with_query("of", "texts/shi").with_query("beside", "fr"));
    assert_eq!((&field(&data, "title")["value"], &field(&data, "title")["beside"]), (&json!(""), &json!("Thym séché")));
    written("thyme", "texts/shi", &[("title", "ⴰⵣⵓⴽⵏⵏⵉ")]);
    let languages = shown("thyme")["draft"]["languages"].clone();
    let tachelhit = languages.as_array().unwrap().iter().find(|one| one["tag"] == "shi").unwrap();
    assert_eq!((&tachelhit["texts"], &tachelhit["names"], &tachelhit["native"]), (&json!(3), &json!(4), &json!(false)));
    written("thyme", "texts/shi", &[("title", "")]);
    assert_eq!(draft()["title"].get("shi"), None);
}

#[test]
fn the_preview_reckons_with_a_draft_and_offers_nobody_to_take_it() {
    thyme();
    let (status, template, data) = page(&Request::get("/model-desk/thyme/preview"));
    assert_eq!(
        (status, template.as_str(), &data["preview"], &data["can_adopt"]),
        (200, "sheet", &json!(true), &json!(false))
    );
    assert_eq!(data["figures"]["financing"]["investments"], 14_400.0);
    let of = format!("products/{}", draft()["plan"]["products"][0]["code"].as_str().unwrap());
    written("thyme", &of, &[("quantity", "9999999999")]);
    let (_, _, data) = page(&Request::get("/model-desk/thyme/preview"));
    assert_eq!(data["figures"], Value::Null);
    assert_eq!(shown("thyme")["draft"]["faults"][0]["code"], "too-large");
}

#[test]
fn a_figure_of_a_plan_stays_within_the_bounds_of_its_model() {
    let path = adopted();
    trainer("amina");
    step("saffron", "open");
    let part = |fields: &[(&str, &str)]| written("saffron", "parameters/flask", fields);
    assert!(matches!(part(&[("least", "60"), ("most", "20")]), Answer::Redirect(_)));
    let faults = shown("saffron")["draft"]["faults"].clone();
    let codes: Vec<&str> = faults.as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["least-above-most", "below-least"]);
    part(&[("least", "20"), ("most", "60")]);
    step("saffron", "review");
    trainer("karim");
    step("saffron", "publish");
    native::as_member(super::FADMA);
    redirect(&reviewing(&format!("{path}/review"), 1, &[("action", "all")]));
    for (typed, code) in [("19", "below-least"), ("61", "above-most")] {
        let form = [("parameters/flask/value", typed), ("action", "keep")];
        let (status, _, data) = page(&Request::post(&path, &form));
        assert_eq!((status, &data["faults"]["parameters/flask/value"]), (422, &json!(code)), "{typed}");
    }
    redirect(&Request::post(&path, &[("parameters/flask/value", "60"), ("action", "keep")]));
    assert_eq!(kept()["plan"]["parameters"][0]["value"], "60");
}

#[test]
fn more_people_than_a_sheet_names_cannot_write_one() {
    thyme();
    for number in 0..crate::drafts::kinds::AUTHORS_MAX {
        trainer(&format!("trainer-{number}"));
        let answer = written("thyme", "texts/fr", &[("summary", &format!("Texte {number}"))]);
        let is_last = number + 1 == crate::drafts::kinds::AUTHORS_MAX;
        assert_eq!(matches!(answer, Answer::Page { status: 422, .. }), is_last, "{number}");
    }
}
