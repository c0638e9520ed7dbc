//! The export, reckoned anew by LibreOffice, which knows nothing of this engine: every formula of every sheet gives what the engine gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value as Json, json};
use tiwizi_sdk::Language;

use super::book::{Book, Cell, Direction};
use super::desk::{COSTS, PRICES, QUANTITIES};
use super::{book, results};
use crate::plan::outcome::Turned;
use crate::plan::{Plan, check, outcome};

/// LibreOffice keeps what a file says unless it is told to reckon.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;
/// Every sheet as a file of its own, figures whole and not as they are shown.
const AS_TEXT: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
/// A figure that no cell has: what a file shows that was not reckoned.
const POISON: Decimal = Decimal::from_parts(987_654_321, 0, 0, false, 3);

fn models() -> BTreeMap<String, Plan> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: PathBuf| {
        let model: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        (model["code"].as_str().unwrap().to_owned(), serde_json::from_value(model["plan"].clone()).unwrap())
    };
    files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).map(read).collect()
}

/// A plan with everything that a plan may have: tax, both kinds of loans, grace, a season, parameters in other units, a loss.
fn full() -> Plan {
    let text = |fr: &str| json!({ "fr": fr, "ar": "اسم" });
    serde_json::from_value(json!({
        "start": "2027-11", "years": 4, "discount": "@money", "vat": true, "collect_months": 2, "pay_months": 1, "stock_months": 2,
        "parameters": [
            { "code": "gram", "label": text("Prix du gramme"), "value": "31.475", "measure": "mad-per-g", "source": "example" },
            { "code": "money", "label": text("Argent"), "value": "8.5", "measure": "percent", "source": "example" },
        ],
        "investments": [
            { "code": "dryer", "label": text("Séchoir"), "quantity": "2", "price": "33333.335", "vat": "20", "month": 0, "life_years": 7, "source": "example" },
            { "code": "room", "label": text("Local"), "quantity": "1", "price": "81000", "vat": "10", "month": 14, "life_years": 2, "source": "example" },
        ],
        "products": [
            { "code": "saffron", "label": text("Safran"), "unit": "kg", "price": "@gram", "quantity": "1.234567", "vat": "20",
              "season": [0, 33, 100, 100, 87, 100, 100, 100, 100, 100, 250, 300], "ramp": [35, 75, 110] },
            { "code": "visit", "label": text("Visite"), "unit": "visit", "price": "45.5", "quantity": "41", "vat": "10" },
        ],
        "costs": [
            { "code": "bulbs", "label": text("Bulbes"), "basis": "per-unit", "product": "saffron", "amount": "@gram", "vat": "0", "source": "example" },
            { "code": "box", "label": text("Boîte"), "basis": "per-unit", "product": "saffron", "amount": "313.13", "vat": "20", "source": "example" },
            { "code": "tea", "label": text("Thé"), "basis": "per-unit", "product": "visit", "amount": "3.335", "vat": "10", "source": "example" },
            { "code": "rent", "label": text("Loyer"), "basis": "monthly", "amount": "2500.005", "vat": "20", "source": "example" },
            { "code": "fair", "label": text("Foire"), "basis": "yearly", "amount": "9999.99", "vat": "20", "source": "example" },
        ],
        "staff": [
            { "code": "one", "label": text("Gérante"), "people": "1", "wage": "3111.15", "declared": true, "from_month": 1 },
            { "code": "two", "label": text("Saisonniers"), "people": "2.5", "wage": "2800", "declared": false, "from_month": 13 },
        ],
        "loans": [
            { "code": "bank", "label": text("Banque"), "amount": "90000.01", "rate": "6.25", "month": 0, "months": 36, "grace_months": 6, "repayment": "annuity" },
            { "code": "kin", "label": text("Famille"), "amount": "20000", "rate": "0", "month": 3, "months": 30, "grace_months": 0, "repayment": "annuity" },
            { "code": "fund", "label": text("Fonds"), "amount": "50000", "rate": "2", "month": 5, "months": 24, "grace_months": 3, "repayment": "principal" },
        ],
        "funds": [
            { "code": "shares", "label": text("Parts"), "origin": "own", "amount": "40000", "month": 0 },
            { "code": "grant", "label": text("Aide"), "origin": "grant", "amount": "60000", "month": 6 },
        ],
    }))
    .unwrap()
}

/// A plan with the fewest lines, that never pays.
fn poor() -> Plan {
    let mut plan = full();
    plan.years = 3;
    plan.parameters.retain(|parameter| parameter.code == "money");
    plan.products.retain(|line| line.code == "visit");
    plan.costs.clear();
    plan.investments.clear();
    plan.loans.clear();
    plan.funds.clear();
    plan.vat = false;
    plan
}

fn written(plan: &Plan) -> Book {
    book(plan, &check(plan).unwrap(), Language::French, &str::to_owned)
}

/// The book with what a program is to find out taken away.
fn poisoned(book: &Book) -> Book {
    let mut book = book.clone();
    for cell in book.sheets.iter_mut().flat_map(|sheet| sheet.cells.values_mut()) {
        if let Cell::Formula(_, value) = cell {
            *value = Some(POISON);
        }
    }
    book
}

/// Has LibreOffice open the files, reckon, and write every sheet; answers the cells by file, sheet and place.
fn reckoned(name: &str, books: &BTreeMap<String, Book>) -> BTreeMap<String, Vec<Vec<Vec<String>>>> {
    let folder = std::env::temp_dir().join(format!("tiwizi-bank-{name}-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    let user = folder.join("profile/user");
    std::fs::create_dir_all(&user).unwrap();
    std::fs::write(user.join("registrymodifications.xcu"), SETTINGS).unwrap();
    let mut program = Command::new("soffice");
    program.arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()));
    program.args(["--headless", "--norestore", "--convert-to", AS_TEXT, "--outdir"]).arg(&folder);
    for (code, book) in books {
        let file = folder.join(format!("{code}.xlsx"));
        std::fs::write(&file, poisoned(book).to_xlsx(Direction::RightToLeft).unwrap()).unwrap();
        program.arg(file);
    }
    let done = program.output().expect("soffice of LibreOffice is there: `cargo xtask setup` installs it");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let sheets = |code: &str, book: &Book| {
        let file = |name: &str| folder.join(format!("{code}-{name}.csv"));
        book.sheets.iter().map(|sheet| read(&std::fs::read_to_string(file(&sheet.name)).unwrap())).collect()
    };
    let found = books.iter().map(|(code, book)| (code.clone(), sheets(code, book))).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    found
}

/// The cells of a file with commas; texts that hold one stand in quotes.
fn read(text: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                other => cell.push(other),
            }
        }
        cells.push(cell);
        cells
    };
    text.lines().map(row).collect()
}

/// Every formula of the book is what was reckoned; answers how many there are.
fn compare(code: &str, book: &Book, found: &[Vec<Vec<String>>]) -> usize {
    let mut formulas = 0;
    for (sheet, rows) in book.sheets.iter().zip(found) {
        for ((row, column), cell) in &sheet.cells {
            let Cell::Formula(formula, value) = cell else { continue };
            let shown =
                rows.get(*row as usize).and_then(|row| row.get(usize::from(*column))).map_or("", String::as_str);
            let place = format!("{code}, {}, row {}, column {column}: {formula}", sheet.name, row + 1);
            match value {
                None => assert_eq!(shown, "", "{place}"),
                Some(value) => {
                    let shown: f64 = shown.parse().unwrap_or_else(|_| panic!("{place} gives {shown:?}, not {value}"));
                    assert!((shown - value.to_f64().unwrap()).abs() < 1e-6, "{place} gives {shown}, not {value}");
                }
            }
            formulas += 1;
        }
    }
    formulas
}

/// Has LibreOffice reckon a plan's file, and holds every figure of it against the engine's; answers how many formulas there are.
pub(crate) fn agrees(name: &str, plan: &Plan) -> usize {
    let books = BTreeMap::from([("plan".to_owned(), written(plan))]);
    let found = reckoned(name, &books);
    books.iter().map(|(code, book)| compare(code, book, found.get(code).unwrap())).sum()
}

#[test]
fn libreoffice_reckons_every_figure_as_the_engine_does() {
    let mut plans = models();
    plans.insert("full".to_owned(), full());
    plans.insert("poor".to_owned(), poor());
    let books: BTreeMap<String, Book> = plans.iter().map(|(code, plan)| (code.clone(), written(plan))).collect();
    let found = reckoned("figures", &books);
    for (code, book) in &books {
        let formulas = compare(code, book, found.get(code).unwrap());
        assert!(formulas > 1000, "{code}: {formulas}");
    }
}

#[test]
fn turning_a_factor_of_the_first_sheet_gives_the_sensitivity_table() {
    let tried = outcome(&check(&full()).unwrap()).sensitivity;
    let mut books = BTreeMap::new();
    for (past, line) in tried.iter().enumerate() {
        let mut book = written(&full());
        let row = match line.turned {
            Turned::Price => PRICES,
            Turned::Quantity => QUANTITIES,
            Turned::Cost => COSTS,
        };
        book.sheets.first_mut().unwrap().input(row, 1, Decimal::new(100 + line.percent, 2));
        books.insert(format!("turned{past}"), book);
    }
    let found = reckoned("turned", &books);
    for (past, line) in tried.iter().enumerate() {
        let sheet = found.get(&format!("turned{past}")).unwrap().last().unwrap();
        let cell = |row: u32| sheet.get(row as usize).and_then(|row| row.get(1)).unwrap().parse::<f64>().unwrap();
        for (row, value) in [
            (results::LAST_RESULT, line.result),
            (results::LOWEST, line.lowest),
            (results::PRESENT_VALUE, line.present_value.unwrap()),
        ] {
            assert!((cell(row) - value.to_f64().unwrap()).abs() < 1e-6, "{line:?}, row {row}: {}", cell(row));
        }
    }
}

#[test]
fn the_same_plan_is_the_same_file() {
    let file = |plan: &Plan| written(plan).to_xlsx(Direction::LeftToRight).unwrap();
    assert_eq!(file(&full()), file(&full()));
    assert_ne!(file(&full()), file(&poor()));
    assert!(file(&full()).starts_with(b"PK"));
}
