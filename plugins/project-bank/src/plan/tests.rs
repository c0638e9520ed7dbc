//! A plan that is small enough to be reckoned by hand, and everything that a plan refuses.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::{Outcome, Plan, check, outcome};

/// One press of 12,000 that lasts 4 years; 100 l a month at 100, each costing 60 (10 % tax inside); 500 a month; one worker; a loan.
fn small() -> Json {
    json!({
        "start": "2027-01", "years": 3, "discount": "10", "vat": false,
        "collect_months": 1, "pay_months": 0, "stock_months": 0,
        "parameters": [
            { "code": "price", "label": { "fr": "Prix" }, "value": "100", "measure": "mad-per-l", "source": "example" },
            { "code": "weight", "label": { "fr": "Prix au kilo" }, "value": "100", "measure": "mad-per-kg", "source": "example" },
        ],
        "investments": [{ "code": "press", "label": { "fr": "Presse" }, "quantity": "1", "price": "10000", "vat": "20",
            "month": 0, "life_years": 4, "source": "example" }],
        "products": [{ "code": "oil", "label": { "fr": "Huile" }, "unit": "l", "price": "@price", "quantity": "100", "vat": "20" }],
        "costs": [
            { "code": "seeds", "label": { "fr": "Graines" }, "basis": "per-unit", "product": "oil", "amount": "50", "vat": "20", "source": "example" },
            { "code": "rent", "label": { "fr": "Loyer" }, "basis": "monthly", "amount": "500", "vat": "0", "source": "example" },
        ],
        "staff": [{ "code": "worker", "label": { "fr": "Ouvrière" }, "people": "1", "wage": "2000", "declared": false, "from_month": 1 }],
        "loans": [{ "code": "bank", "label": { "fr": "Banque" }, "amount": "6000", "rate": "0", "month": 0, "months": 12,
            "grace_months": 0, "repayment": "principal" }],
        "funds": [{ "code": "shares", "label": { "fr": "Parts" }, "origin": "own", "amount": "9000", "month": 0 }],
    })
}

fn plan(changed: impl FnOnce(&mut Json)) -> Plan {
    let mut json = small();
    changed(&mut json);
    serde_json::from_value(json).unwrap()
}

fn figures(changed: impl FnOnce(&mut Json)) -> Outcome {
    outcome(&check(&plan(changed)).unwrap())
}

fn faults(changed: impl FnOnce(&mut Json)) -> Vec<(String, &'static str)> {
    check(&plan(changed)).unwrap_err().into_iter().map(|fault| (fault.place, fault.code)).collect()
}

fn exact(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn the_account_of_a_small_plan_is_what_is_reckoned_by_hand() {
    let found = figures(|_| ());
    let year = found.years.first().unwrap();
    assert_eq!(year.turnover, exact("120000"));
    assert_eq!(year.variable, exact("72000"), "tax that cannot be taken back is a part of the cost");
    assert_eq!((year.fixed, year.staff, year.depreciation), (exact("6000"), exact("24000"), exact("3000")));
    assert_eq!((year.before_tax, year.tax, year.exempt), (exact("15000"), Decimal::ZERO, true));
    assert_eq!(year.break_even, Some((exact("82500"), exact("0.6875"))));
}

#[test]
fn cash_follows_buyers_who_pay_a_month_later() {
    let found = figures(|_| ());
    // 9,000 + 6,000 - 12,000 before; then 6,000 + 500 + 2,000 go out and 500 to the bank before the first 10,000 come in.
    let balances: Vec<Decimal> = found.cash.iter().take(3).map(|cash| cash.balance).collect();
    assert_eq!(balances, [exact("3000"), exact("-6000"), exact("-5000")]);
    assert_eq!(found.lowest, (1, exact("-6000")));
    assert_eq!(found.financing.working_capital, exact("9000"));
    assert_eq!(found.financing.gap, exact("6000"), "what is missing is named: 12,000 + 9,000 against 15,000");
}

#[test]
fn the_flows_end_with_what_is_left() {
    let found = figures(|_| ());
    // Each year 18,000 but for the month that buyers owe; at the end a press worth 3,000 and that month.
    assert_eq!(found.worth.flows, ["-12000", "8000", "18000", "31000"].map(exact));
    assert_eq!(found.worth.payback_month, Some(15));
    assert_eq!(found.worth.present_value, Some(exact("33439.52")));
    let rate = found.worth.internal_rate.unwrap();
    assert!(rate > exact("1.0") && rate < exact("1.2"), "{rate}");
}

#[test]
fn with_value_added_tax_the_accounts_are_before_it_and_cash_carries_it() {
    let found = figures(|plan| plan["vat"] = json!(true));
    let year = found.years.first().unwrap();
    assert_eq!((year.variable, year.depreciation), (exact("60000"), exact("2500")));
    let months: Vec<(Decimal, Decimal)> = found.cash.iter().take(4).map(|cash| (cash.received, cash.taxes)).collect();
    // 2,000 charged less 1,000 paid each month, less the credit of 2,000 of the press: two months are free.
    let expected =
        [("0", "0"), ("0", "0"), ("12000", "0"), ("12000", "0")].map(|(one, other)| (exact(one), exact(other)));
    assert_eq!(months, expected);
    assert_eq!(found.cash.get(4).map(|cash| cash.taxes), Some(exact("1000")));
}

#[test]
fn a_season_and_a_ramp_make_the_quantity_of_a_month() {
    let found = figures(|plan| {
        plan["start"] = json!("2027-11");
        plan["products"][0]["season"] = json!([0, 100, 100, 100, 100, 100, 100, 100, 100, 100, 50, 200]);
        plan["products"][0]["ramp"] = json!([50, 100]);
    });
    let units: Vec<Decimal> = found.sold.first().unwrap().units.iter().collect();
    assert_eq!(units.get(..4).unwrap(), ["0", "25", "100", "0"].map(exact));
    assert_eq!(units.get(13), Some(&exact("50")));
    assert_eq!(units.get(25), Some(&exact("50")), "the last year of a ramp goes on");
}

#[test]
fn a_turnover_past_the_bound_is_taxed_after_losses() {
    let found = figures(|plan| {
        plan["products"][0]["quantity"] = json!("10000");
        plan["products"][0]["ramp"] = json!([0, 100]);
    });
    let [first, second, _] = found.years.as_slice() else { panic!("three years") };
    assert_eq!((first.before_tax, first.exempt), (exact("-33000"), true));
    assert_eq!(second.turnover, exact("12000000"));
    assert_eq!(second.tax, exact("946800"), "a fifth of 4,767,000 less 33,000");
    assert!(!second.exempt);
}

#[test]
fn dearer_costs_and_lower_prices_are_worth_less() {
    let found = figures(|_| ());
    assert_eq!(found.sensitivity.len(), 12);
    let by_change: BTreeMap<(String, i64), Decimal> =
        found.sensitivity.iter().map(|tried| ((format!("{:?}", tried.turned), tried.percent), tried.result)).collect();
    let result = |turned: &str, percent: i64| *by_change.get(&(turned.to_owned(), percent)).unwrap();
    assert_eq!(result("Price", -10), exact("3000"));
    assert_eq!(result("Quantity", 10), exact("19800"));
    assert_eq!(result("Cost", 20), exact("-600"));
}

#[test]
fn what_makes_no_sense_is_refused_at_its_field() {
    type Change = fn(&mut Json);
    let table: [(Change, &str, &str); 15] = [
        (|plan| plan["products"][0]["quantity"] = json!("-1"), "products/oil/quantity", "negative"),
        (|plan| plan["products"][0]["price"] = json!("@weight"), "products/oil/price", "unit"),
        (|plan| plan["products"][0]["price"] = json!("@none"), "products/oil/price", "unknown-parameter"),
        (|plan| plan["products"][0]["price"] = json!("9999999999"), "products/oil/price", "too-large"),
        (|plan| plan["products"][0]["season"] = json!([1, 2]), "products/oil/season", "season"),
        (|plan| plan["products"][0]["vat"] = json!("19"), "products/oil/vat", "vat-rate"),
        (|plan| plan["loans"][0]["months"] = json!(37), "loans/bank/months", "loan-longer-than-plan"),
        (|plan| plan["loans"][0]["grace_months"] = json!(12), "loans/bank/grace_months", "grace-longer-than-loan"),
        (|plan| plan["loans"][0]["rate"] = json!("101"), "loans/bank/rate", "too-large"),
        (|plan| plan["costs"][0]["product"] = json!("none"), "costs/seeds/product", "unknown-product"),
        (|plan| plan["investments"][0]["month"] = json!(37), "investments/press/month", "after-the-end"),
        (|plan| plan["investments"][0]["life_years"] = json!(0), "investments/press/life_years", "too-small"),
        (|plan| plan["products"] = json!([]), "products", "no-product"),
        (|plan| plan["years"] = json!(6), "years", "years"),
        (|plan| plan["start"] = json!("2027-13"), "start", "month"),
    ];
    for (change, place, code) in table {
        let found = faults(change);
        assert!(found.contains(&(place.to_owned(), code)), "{place} {code}: {found:?}");
    }
    let twice = faults(|plan| {
        let line = plan["staff"][0].clone();
        plan["staff"].as_array_mut().unwrap().push(line);
    });
    assert_eq!(twice, [("staff/worker".to_owned(), "duplicate")]);
}

#[test]
fn a_price_in_another_unit_of_the_same_dimension_is_converted() {
    let found = figures(|plan| plan["products"][0]["quantity"] = json!("100"));
    let other = figures(|plan| {
        plan["parameters"][0]["measure"] = json!("mad-per-g");
        plan["parameters"][0]["value"] = json!("0.1");
        plan["products"][0]["unit"] = json!("kg");
    });
    assert_eq!(found.years, other.years);
}

#[test]
fn a_plan_as_large_as_one_may_be_is_reckoned() {
    let large = figures(|plan| {
        plan["years"] = json!(5);
        let line = plan["products"][0].clone();
        let lines = (0..100).map(|number| {
            let mut line = line.clone();
            line["code"] = json!(format!("p{number}"));
            line["price"] = json!("1000000000");
            line["quantity"] = json!("1000000000");
            line["season"] = json!([1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]);
            line
        });
        plan["products"] = lines.collect();
        plan["costs"] = json!([]);
    });
    assert!(large.years.iter().all(|year| year.turnover > exact("1000000000000000000000")));
}
