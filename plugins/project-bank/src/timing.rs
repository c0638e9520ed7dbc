//! A plan as large as one may be, for `examples/recompute.rs`, which measures how long its figures take.

use serde_json::{Value, json};

use tiwizi_sdk::Language;

use crate::export::book;
use crate::export::book::Direction;
use crate::plan::{LINES_MAX, Plan, check, outcome};

/// Half the lines sell, the other half are costs of what is sold: the most that a line can ask for.
fn large() -> Value {
    let half = LINES_MAX / 2;
    let products = (0..half).map(|number| {
        json!({ "code": format!("p{number}"), "label": { "fr": "Produit" }, "unit": "kg", "price": "123.45",
            "quantity": "1234.567", "vat": "20", "season": [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 90, 80], "ramp": [50, 75, 100] })
    });
    let costs = (0..half).map(|number| {
        json!({ "code": format!("c{number}"), "label": { "fr": "Coût" }, "basis": "per-unit", "product": format!("p{number}"),
            "amount": "61.7", "vat": "20", "source": "example" })
    });
    json!({
        "start": "2027-03", "years": 5, "discount": "10", "vat": true, "collect_months": 1, "pay_months": 1, "stock_months": 1,
        "parameters": [], "investments": [], "products": products.collect::<Vec<_>>(), "costs": costs.collect::<Vec<_>>(),
        "staff": [], "loans": [], "funds": [],
    })
}

/// Checks and reckons the large plan so many times; answers how many figures of cash came out, so that nothing is left out as unused.
///
/// # Errors
/// The plan is refused.
pub fn recompute(times: usize) -> Result<usize, String> {
    let plan: Plan = serde_json::from_value(large()).map_err(|error| error.to_string())?;
    let mut figures = 0;
    for _ in 0..times {
        let checked = check(&plan).map_err(|faults| format!("{faults:?}"))?;
        figures += outcome(&checked).cash.len();
    }
    Ok(figures)
}

/// Writes the large plan as a spreadsheet so many times; answers the bytes of all files.
///
/// # Errors
/// The plan is refused, or the file.
pub fn export(times: usize) -> Result<usize, String> {
    let plan: Plan = serde_json::from_value(large()).map_err(|error| error.to_string())?;
    let checked = check(&plan).map_err(|faults| format!("{faults:?}"))?;
    let mut bytes = 0;
    for _ in 0..times {
        let book = book(&plan, &checked, Language::French, &str::to_owned);
        bytes += book.to_xlsx(Direction::LeftToRight).map_err(|error| error.to_string())?.len();
    }
    Ok(bytes)
}
