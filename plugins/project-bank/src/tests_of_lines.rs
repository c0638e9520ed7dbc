//! Lines of one's own, through the pages: adding, changing, removing, taking back, and what follows from them everywhere.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::export::tests::agrees;
use crate::plan::{LINES_MAX, Plan, check, outcome};
use crate::tests::{HASSAN, adopted, call, corrected, kept, page, redirect, reviewing};

type Form<'a> = &'a [(&'a str, &'a str)];

const DRYER: Form<'_> = &[
    ("list", "investments"),
    ("label", "Séchoir solaire"),
    ("quantity", "2"),
    ("price", "12 500,50"),
    ("vat", "20"),
    ("month", "3"),
    ("life_years", "7"),
    ("source", "devis"),
];
const TEA: Form<'_> = &[
    ("list", "products"),
    ("label", "Thé"),
    ("unit", "kg"),
    ("price", "٤٠"),
    ("quantity", "١٢٫٥"),
    ("vat", "20"),
    ("season", "0 0 100 100 100 100 100 100 100 100 100 0"),
    ("ramp", "50 100"),
];
const RENT: Form<'_> =
    &[("list", "costs"), ("label", "Loyer"), ("basis", "monthly"), ("product", ""), ("amount", "1500"), ("vat", "20")];
const COOK: Form<'_> = &[
    ("list", "staff"),
    ("label", "Cuisinière"),
    ("people", "1"),
    ("wage", "3200"),
    ("from_month", "13"),
    ("declared", "true"),
];
const BANK: Form<'_> = &[
    ("list", "loans"),
    ("label", "Caisse locale"),
    ("amount", "20000"),
    ("rate", "6,5"),
    ("month", "0"),
    ("months", "24"),
    ("grace_months", "3"),
    ("repayment", "annuity"),
];
const AID: Form<'_> = &[("list", "funds"), ("label", "Aide"), ("origin", "grant"), ("amount", "10000"), ("month", "2")];
const ALL: [Form<'_>; 6] = [DRYER, TEA, RENT, COOK, BANK, AID];

/// A form with some of its fields otherwise.
fn with<'a>(form: Form<'a>, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = form.iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    kept.copied().chain(others.iter().copied()).collect()
}

fn add(path: &str, form: &[(&str, &str)]) -> Request {
    Request::post(&format!("{path}/lines/new"), form).in_language("fr")
}

fn line(list: &str, code: &str) -> Option<Value> {
    kept()["plan"][list].as_array().unwrap().iter().find(|line| line["code"] == code).cloned()
}

fn plan() -> Plan {
    serde_json::from_value(kept()["plan"].clone()).unwrap()
}

/// What a form is told, at its field.
fn fault(request: &Request, field: &str) -> Value {
    let (status, template, data) = page(request);
    assert_eq!((status, template.as_str()), (422, "line"), "{data}");
    if field == "label" {
        return data["label_fault"].clone();
    }
    let fields = data["fields"].as_array().unwrap();
    let there = fields.iter().find(|there| there["name"] == field).map(|there| there["error"].clone());
    there.unwrap_or_else(|| data["faults"][0].clone())
}

#[test]
fn a_line_of_each_kind_flows_through_accounts_cash_charts_and_the_monthly_table() {
    let path = adopted();
    let figures = || page(&Request::get(&path)).2["figures"].clone();
    let before = figures();
    for form in ALL {
        assert_eq!(redirect(&add(&path, form)), path);
    }
    let after = figures();
    let year = |figures: &Value, row: &str| figures["years"][1][row].as_f64().unwrap();
    for row in ["turnover", "fixed", "staff", "depreciation", "interest"] {
        assert!(year(&after, row) > year(&before, row), "{row}");
    }
    for row in ["investments", "grants", "loans"] {
        let of = |figures: &Value| figures["financing"][row].as_f64().unwrap();
        assert!(of(&after) > of(&before), "{row}");
    }
    // Two dryers with their tax, bought in the third month; the plan charges none, so the tax is a part of the cost.
    let bought = outcome(&check(&plan()).unwrap()).cash[3].invested;
    assert_eq!(bought.to_string(), "30001.20");
    assert_ne!(after["cash"], before["cash"]);
    assert_ne!(after["charts"], before["charts"]);
    assert_eq!(after["products"].as_array().unwrap().len(), before["products"].as_array().unwrap().len() + 1);
}

#[test]
fn libreoffice_reckons_lines_of_one_s_own_as_the_engine_does() {
    let path = adopted();
    for form in ALL {
        redirect(&add(&path, form));
    }
    let cost = [
        ("list", "costs"),
        ("label", "Sachet"),
        ("basis", "per-unit"),
        ("product", "own-2"),
        ("amount", "1,3355"),
        ("vat", "20"),
    ];
    redirect(&add(&path, &cost));
    redirect(&add(
        &path,
        &with(BANK, &[("repayment", "principal"), ("label", "Famille"), ("rate", "0"), ("month", "5")]),
    ));
    for label in ["Séchoir solaire", "Thé", "Sachet", "Famille"] {
        assert!(kept()["plan"].to_string().contains(label), "{label}");
    }
    assert!(agrees("own-lines", &plan()) > 1000);
}

#[test]
fn the_same_form_sent_twice_makes_one_line() {
    let path = adopted();
    let form = with(RENT, &[("code", "own-1")]);
    for _ in 0..3 {
        assert_eq!(redirect(&add(&path, &form)), path);
    }
    assert_eq!(kept()["plan"].to_string().matches("Loyer").count(), 1);
    // Two people with the same empty form before them: each gets a line.
    redirect(&add(&path, &with(RENT, &[("code", "own-1"), ("label", "Eau")])));
    assert_eq!(
        (
            line("costs", "own-1").unwrap()["label"]["fr"].clone(),
            line("costs", "own-2").unwrap()["label"]["fr"].clone()
        ),
        (json!("Loyer"), json!("Eau"))
    );
}

#[test]
fn a_form_of_a_new_line_has_its_fields_and_a_code() {
    let path = adopted();
    for list in ["investments", "products", "costs", "staff", "loans", "funds"] {
        let (status, template, data) = page(&Request::get(&format!("{path}/lines/new")).with_query("list", list));
        assert_eq!((status, template.as_str(), &data["code"]), (200, "line", &json!("own-1")), "{list}");
        assert!(data["fields"].as_array().unwrap().len() >= 3, "{list}");
    }
    assert_eq!(page(&Request::get(&format!("{path}/lines/new")).with_query("list", "parameters")).0, 404);
    assert_eq!(page(&Request::get(&format!("{path}/lines/costs/none"))).0, 404);
}

#[test]
fn a_line_is_changed_removed_and_each_step_taken_back() {
    let path = adopted();
    redirect(&add(&path, RENT));
    let there = format!("{path}/lines/costs/own-1");
    assert_eq!(page(&Request::get(&there)).2["label"], "Loyer");
    let first = kept()["plan"].clone();
    redirect(&Request::post(&there, &with(RENT, &[("amount", "1800"), ("basis", "yearly")])));
    assert_eq!(
        (line("costs", "own-1").unwrap()["amount"].clone(), line("costs", "own-1").unwrap()["basis"].clone()),
        (json!("1800"), json!("yearly"))
    );
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!(data["step"], json!({ "done": "changed", "label": "Loyer" }));
    let undo = Request::post(&format!("{path}/lines/undo"), &[]);
    redirect(&undo);
    assert_eq!(line("costs", "own-1").unwrap()["amount"], "1500");
    let before = kept();
    redirect(&undo);
    assert_eq!(kept(), before, "the same form twice takes back one step");
    for _ in 0..2 {
        assert_eq!(redirect(&Request::post(&there, &[("action", "remove")])), path);
    }
    assert_eq!(line("costs", "own-1"), None);
    redirect(&undo);
    assert_eq!(kept()["plan"], first, "every line is back in its place");
    redirect(&add(&path, AID));
    redirect(&undo);
    assert_eq!(kept()["plan"], first);
}

#[test]
fn a_line_of_the_model_is_removed_and_taken_back_but_its_text_is_the_model_s() {
    let path = adopted();
    let before = kept()["plan"].clone();
    let code = before["investments"][0]["code"].as_str().unwrap().to_owned();
    let there = format!("{path}/lines/investments/{code}");
    assert_eq!(page(&Request::get(&there)).2["is_own"], false);
    let renamed = with(DRYER, &[("label", "Autre")]);
    assert!(matches!(call(&Request::post(&there, &renamed)), Answer::Problem(error) if error.status == 404));
    redirect(&Request::post(&there, &[("action", "remove")]));
    assert_eq!(line("investments", &code), None);
    redirect(&Request::post(&format!("{path}/lines/undo"), &[]));
    assert_eq!(kept()["plan"], before);
}

#[test]
fn a_product_that_costs_are_counted_by_is_not_removed_before_them() {
    let path = adopted();
    redirect(&add(&path, TEA));
    let cost = [
        ("list", "costs"),
        ("label", "Sachet"),
        ("basis", "per-unit"),
        ("product", "own-1"),
        ("amount", "1"),
        ("vat", "20"),
    ];
    redirect(&add(&path, &cost));
    let product = Request::post(&format!("{path}/lines/products/own-1"), &[("action", "remove")]);
    assert_eq!(fault(&product, "line"), "product-in-use");
    redirect(&Request::post(&format!("{path}/lines/costs/own-2"), &[("action", "remove")]));
    redirect(&product);
    assert_eq!(line("products", "own-1"), None);
}

#[test]
fn negative_quantities_are_refused_with_the_reason() {
    let path = adopted();
    let before = kept();
    for (form, field) in [(DRYER, "quantity"), (DRYER, "price"), (TEA, "quantity"), (COOK, "people"), (AID, "amount")] {
        for typed in ["-3", "−٣", "-0,5"] {
            let form = with(form, &[(field, typed)]);
            assert_eq!(fault(&add(&path, &form), field), "negative", "{field} {typed}");
        }
    }
    for (form, field) in [(DRYER, "month"), (COOK, "from_month"), (BANK, "months")] {
        assert_eq!(fault(&add(&path, &with(form, &[(field, "-1")])), field), "negative", "{field}");
    }
    assert_eq!(kept(), before);
}

#[test]
fn a_loan_longer_than_the_plan_is_refused_with_the_reason() {
    let path = adopted();
    let before = kept();
    let months = format!("{}", plan().months() + 1);
    assert_eq!(fault(&add(&path, &with(BANK, &[("months", &months)])), "months"), "loan-longer-than-plan");
    assert_eq!(
        fault(&add(&path, &with(BANK, &[("month", "50"), ("months", "24")])), "months"),
        "loan-longer-than-plan"
    );
    assert_eq!(fault(&add(&path, &with(BANK, &[("grace_months", "24")])), "grace_months"), "grace-longer-than-loan");
    assert_eq!(kept(), before);
}

#[test]
fn numbers_in_arabic_digits_are_read() {
    let path = adopted();
    redirect(
        &add(&path, &with(BANK, &[("amount", "٢٠٬٠٠٠٫٥٠"), ("rate", "٦٫٥"), ("months", "٣٦"), ("grace_months", "۶")]))
            .in_language("ar"),
    );
    let loan = line("loans", "own-1").unwrap();
    assert_eq!(
        (&loan["amount"], &loan["rate"], &loan["months"], &loan["grace_months"]),
        (&json!("20000.5"), &json!("6.5"), &json!(36), &json!(6))
    );
    assert_eq!(loan["label"], json!({ "ar": "Caisse locale" }));
}

#[test]
fn what_makes_no_sense_in_a_line_is_told_at_its_field_and_stays_in_the_form() {
    let path = adopted();
    let before = kept();
    let long = "x".repeat(201);
    for (form, field, typed, code) in [
        (RENT, "label", "", "required"),
        (RENT, "label", long.as_str(), "too-long"),
        (RENT, "amount", "", "required"),
        (RENT, "amount", "1,250", "ambiguous"),
        (RENT, "amount", "cher", "number"),
        (RENT, "amount", "2000000000", "too-large"),
        (RENT, "vat", "19", "vat-rate"),
        (RENT, "basis", "sometimes", "required"),
        (DRYER, "month", "61", "too-large"),
        (DRYER, "life_years", "0", "too-small"),
        (DRYER, "life_years", "2,5", "whole-number"),
        (COOK, "from_month", "0", "too-small"),
        (TEA, "season", "100 50", "season"),
        (TEA, "ramp", "10 20 30 40 50 60", "ramp"),
        (BANK, "rate", "101", "too-large"),
    ] {
        let form = with(form, &[(field, typed)]);
        assert_eq!(fault(&add(&path, &form), field), code, "{field} {typed}");
        let (_, _, data) = page(&add(&path, &form));
        let shown = data["fields"].as_array().unwrap().iter().find(|there| there["name"] == field);
        assert_eq!(shown.map_or(&data["label"], |shown| &shown["value"]), typed, "{field}");
    }
    let cost = with(RENT, &[("basis", "per-unit"), ("product", "")]);
    assert_eq!(fault(&add(&path, &cost), "product"), "unknown-product");
    assert_eq!(kept(), before);
}

/// Fills the plan with lines until it has so many.
fn filled_to(path: &str, lines: usize) {
    let find = || tiwizi_sdk::Store::list(&tiwizi_sdk::Find::new()).unwrap().items.remove(0);
    let mut entry: tiwizi_sdk::Entry<crate::kinds::OwnPlan> = find();
    assert!(path.ends_with(&entry.id));
    let cost = entry.body.plan.costs.iter().find(|cost| cost.product.is_none()).cloned().unwrap();
    for number in entry.body.plan.lines()..lines {
        entry.body.plan.costs.push(crate::plan::sheet::Cost { code: format!("own-{}", number + 1000), ..cost.clone() });
    }
    tiwizi_sdk::Store::replace(&entry).unwrap();
}

#[test]
fn a_plan_has_at_most_300_lines_over_60_months() {
    let path = adopted();
    filled_to(&path, LINES_MAX - 1);
    assert_eq!((LINES_MAX, plan().months()), (300, 60));
    redirect(&add(&path, RENT));
    assert_eq!(plan().lines(), LINES_MAX);
    assert!(page(&Request::get(&path)).2["figures"]["cash"].as_array().is_some_and(|cash| cash.len() == 61));
    assert_eq!(fault(&add(&path, RENT), "line"), "too-many-lines");
    assert_eq!(plan().lines(), LINES_MAX);
    assert_eq!(page(&Request::get(&path)).2["has_room"], false);
    redirect(&Request::post(&format!("{path}/lines/costs/own-1299"), &[("action", "remove")]));
    redirect(&add(&path, RENT));
}

#[test]
fn a_correction_of_the_model_and_its_undoing_leave_lines_of_one_s_own() {
    let path = adopted();
    for form in ALL {
        redirect(&add(&path, form));
    }
    let own = |list: &str, code: &str| line(list, code).unwrap();
    let (dryer, tea) = (own("investments", "own-1"), own("products", "own-2"));
    // A model that uses such a code all the same does not get at the line.
    corrected(|plan| {
        plan["parameters"][0]["value"] = json!("36");
        let mut stray = plan["investments"][0].clone();
        stray["code"] = json!("own-1");
        plan["investments"].as_array_mut().unwrap().push(stray);
    });
    let review = format!("{path}/review");
    let (_, _, data) = page(&Request::get(&review));
    let row = data["rows"].as_array().unwrap().iter().find(|row| row["place"] == "investments/own-1").unwrap().clone();
    assert_eq!((&row["found"], &row["line"]), (&json!("kept"), &json!("Séchoir solaire")));
    redirect(&reviewing(&review, 1, &[("action", "all")]));
    assert_eq!(kept()["plan"]["parameters"][0]["value"], "36");
    assert_eq!((own("investments", "own-1"), own("products", "own-2")), (dryer.clone(), tea));
    redirect(&add(&path, &with(RENT, &[("label", "Après")])));
    redirect(&Request::post(&format!("{path}/undo"), &[]));
    assert_ne!(kept()["plan"]["parameters"][0]["value"], "36");
    assert_eq!(own("investments", "own-1"), dryer);
    assert_eq!(own("costs", "own-7")["label"]["fr"], "Après", "what came after the merge is not undone with it");
}

#[test]
fn a_line_that_lost_its_product_can_still_be_put_right() {
    let path = adopted();
    let product = kept()["plan"]["products"][0]["code"].as_str().unwrap().to_owned();
    let cost = [
        ("list", "costs"),
        ("label", "Sachet"),
        ("basis", "per-unit"),
        ("product", product.as_str()),
        ("amount", "1"),
        ("vat", "20"),
    ];
    redirect(&add(&path, &cost));
    redirect(&add(&path, TEA));
    corrected(|plan| {
        plan["products"].as_array_mut().unwrap().retain(|line| line["code"] != product.as_str());
        plan["costs"].as_array_mut().unwrap().retain(|line| line["product"] != product.as_str());
    });
    redirect(&reviewing(&format!("{path}/review"), 1, &[("action", "all")]));
    assert!(line("costs", "own-1").is_some());
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!(data["faults"]["costs/own-1/product"], "unknown-product");
    // Another line is added although the plan has a fault elsewhere, and the fault is mended at its line.
    redirect(&add(&path, AID));
    redirect(&Request::post(&format!("{path}/lines/costs/own-1"), &with(&cost, &[("product", "own-2")])));
    assert!(page(&Request::get(&path)).2["figures"].is_object());
}

#[test]
fn nobody_else_adds_a_line() {
    let path = adopted();
    native::as_member(HASSAN);
    assert!(matches!(call(&add(&path, RENT)), Answer::Problem(error) if error.status == 404));
    native::as_public();
    assert!(matches!(call(&add(&path, RENT)), Answer::Problem(error) if error.status == 401));
}
