//! Exports that are read again.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use tiwizi_identity::Caller;

use super::*;
use crate::import::Counts;
use crate::synthetic;
use crate::testing::Register;

const COOPERATIVES: &str = "\
court,number,name_fr,name_ar,name_zgh,ice,sector,province,phone,capital_mad,registered_on,address
Taroudannt,1/2019,Tifaouine,تعاونية النور,ⵜⵉⴼⴰⵡⵉⵏ,001561191000066,argan,09.541,+212600000000,12500.5,2019-02-01,\"1, rue \"\"A\"\"\"
Taroudannt,2/2019,'=SUM(A1),,,,crafts,09.541,,,,'@x
";

const MEMBERS: &str = "\
court,number,member_number,name_fr,gender,birth_date,national_id,joined_on,shares,share_value_mad
Taroudannt,1/2019,1,Fatima A,female,1995-05-01,JA111111,2019-02-01,3,100
Taroudannt,2/2019,1,-Mohammed B,male,1970-01-01,,2019-02-01,1,
";

async fn filled() -> Register {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    let summary = register.import(&register.settings(&cooperatives, Some(&members))).await;
    assert!(summary.kept && !summary.has_rejected(), "{:?}", summary.rejected);
    register
}

/// An export as CSV, with commas, of everything.
fn plain(table: Table, to: PathBuf) -> Settings {
    Settings { table, to, shape: Shape::Csv, separator: Separator::Comma, province: None }
}

async fn export(register: &Register, table: Table, shape: Shape, name: &str) -> (PathBuf, Written) {
    let to = register.folder.path().join(name);
    let settings = Settings { table, to: to.clone(), shape, separator: Separator::Comma, province: None };
    let written = run(&register.records, &Caller::system(), &settings, |_| {}).await.unwrap();
    (to, written)
}

async fn assert_unchanged(register: &Register, cooperatives: &Path, members: &Path, rows: (u64, u64)) {
    let before = register.changes().await;
    let summary = register.import(&register.settings(cooperatives, Some(members))).await;
    let unchanged = |unchanged| Counts { unchanged, ..Counts::default() };
    assert_eq!(
        (summary.cooperatives, summary.members),
        (unchanged(rows.0), unchanged(rows.1)),
        "{:?}",
        summary.rejected
    );
    assert_eq!(register.changes().await, before);
}

#[tokio::test]
async fn an_export_is_imported_again_and_changes_nothing() {
    let register = filled().await;
    for (shape, ending) in [(Shape::Csv, "csv"), (Shape::Xlsx, "xlsx")] {
        let (cooperatives, written) = export(&register, Table::Cooperatives, shape, &format!("out-c.{ending}")).await;
        assert_eq!(written, Written { rows: 2, left_out: 0 });
        let (members, written) = export(&register, Table::Members, shape, &format!("out-m.{ending}")).await;
        assert_eq!(written, Written { rows: 2, left_out: 0 });
        assert_unchanged(&register, &cooperatives, &members, (2, 2)).await;
    }
}

#[tokio::test]
async fn the_synthetic_register_is_exported_and_imported_again() {
    let register = Register::new().await;
    let settings = synthetic::Settings { one_in: 500, ..synthetic::Settings::default() };
    let made = synthetic::write(register.folder.path(), settings).unwrap();
    register.import(&register.settings(&made.cooperatives, Some(&made.members))).await;
    let rows = (u64::from(made.totals.cooperatives), u64::from(made.totals.members));
    for (shape, ending) in [(Shape::Csv, "csv"), (Shape::Xlsx, "xlsx")] {
        let (cooperatives, _) = export(&register, Table::Cooperatives, shape, &format!("out-c.{ending}")).await;
        let (members, _) = export(&register, Table::Members, shape, &format!("out-m.{ending}")).await;
        assert_unchanged(&register, &cooperatives, &members, rows).await;
    }
}

#[tokio::test]
async fn i03_a_cell_that_a_spreadsheet_would_run_is_text_in_csv() {
    let register = filled().await;
    let (to, _) = export(&register, Table::Cooperatives, Shape::Csv, "out.csv").await;
    let text = std::fs::read_to_string(to).unwrap();
    assert!(text.starts_with('\u{feff}'));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, column: &str| {
        let place = columns.iter().position(|name| name == column).unwrap();
        rows[row].get(place).unwrap().to_owned()
    };
    assert_eq!(cell(0, "phone"), "'+212600000000");
    assert_eq!(cell(1, "name_fr"), "'=SUM(A1)");
    assert_eq!(cell(1, "address"), "'@x");
    assert_eq!((cell(0, "address").as_str(), cell(0, "capital_mad").as_str()), ("1, rue \"A\"", "12500.5"));
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
}

#[tokio::test]
async fn i03_a_program_that_ends_cells_elsewhere_finds_nothing_to_run_either() {
    let register = Register::new().await;
    let rows = "court;number;name_fr;sector;province\nA;1;\"x;=1+1\";argan;09.541\nA;2;\"y,=1+1\";argan;09.541\n";
    let file = register.file("c.csv", rows);
    register.import(&register.settings(&file, None)).await;
    let stored = register.all(&register.names.cooperative).await;
    assert_eq!((&stored[0]["name_fr"], &stored[1]["name_fr"]), (&json!("x;=1+1"), &json!("y,=1+1")));
    let to = register.folder.path().join("out.csv");
    for separator in Separator::ALL {
        let settings = Settings { separator, ..plain(Table::Cooperatives, to.clone()) };
        run(&register.records, &Caller::system(), &settings, |_| {}).await.unwrap();
        let text = std::fs::read_to_string(&to).unwrap();
        assert!(!text.contains(";=") && !text.contains(",="), "{text}");
        let summary = register.import(&register.settings(&to, None)).await;
        assert_eq!(summary.cooperatives, Counts { unchanged: 2, ..Counts::default() }, "{:?}", summary.rejected);
    }
}

#[tokio::test]
async fn i03_a_cell_that_a_spreadsheet_would_run_is_text_in_xlsx() {
    let register = filled().await;
    let (to, _) = export(&register, Table::Cooperatives, Shape::Xlsx, "out.xlsx").await;
    let mut workbook = Xlsx::new(Cursor::new(std::fs::read(to).unwrap())).unwrap();
    let values = workbook.worksheet_range("cooperatives").unwrap();
    assert!(values.used_cells().any(|(_, _, value)| *value == Data::String("=SUM(A1)".to_owned())));
    let formulas = workbook.worksheet_formula("cooperatives").unwrap();
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
}

#[tokio::test]
async fn json_lines_hold_values_as_they_are() {
    let register = filled().await;
    let (to, _) = export(&register, Table::Members, Shape::JsonLines, "out.jsonl").await;
    let text = std::fs::read_to_string(to).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["court"], json!("Taroudannt"));
    assert_eq!(rows[0]["shares"], json!(3));
    assert_eq!(rows[1]["name_fr"], json!("-Mohammed B"));
    assert!(!text.contains("national_id") && !text.contains("null"));
}

#[tokio::test]
async fn who_may_not_read_the_members_gets_no_file() {
    let register = filled().await;
    let to = register.folder.path().join("out.csv");
    let settings = plain(Table::Members, to.clone());
    let refused = run(&register.records, &Caller::public(), &settings, |_| {}).await.unwrap_err();
    assert!(matches!(refused, ExportError::Read(_)), "{refused}");
    assert!(!to.exists() && !to.with_file_name("out.csv.part").exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_an_error() {
    let register = filled().await;
    let to = register.folder.path().join("nowhere").join("out.csv");
    let settings = plain(Table::Cooperatives, to);
    let failed = run(&register.records, &Caller::system(), &settings, |_| {}).await.unwrap_err();
    assert!(matches!(failed, ExportError::Write { .. }), "{failed}");
}

#[tokio::test]
async fn legal_members_are_exported_and_imported_again() {
    let register = Register::new().await;
    let cooperatives = register.file(
        "c.csv",
        "court,number,name_fr,sector,province,entity\n\
         Taroudannt,1/2019,Tifaouine,argan,09.541,\n\
         Taroudannt,2/2019,Union des arganeraies,argan,09.541,union\n",
    );
    let members = register.file(
        "m.csv",
        "court,number,member_number,name_fr,legal_form,ice,paid_mad\n\
         Taroudannt,2/2019,1,Arganier SARL,company,002136093000040,250.5\n",
    );
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    let names = &register.names;
    let permit = register.records.may_read(&Caller::system(), &names.cooperative).unwrap();
    let page = register.records.list(&permit, &tiwizi_records::Query::default()).await.unwrap();
    let id = |number: &str| page.items.iter().find(|record| record.body["number"] == number).unwrap().id.to_string();
    // A cooperative without an ICE is a member of the union.
    let body = json!({ "cooperative": id("2/2019"), "number": "2", "member_cooperative": id("1/2019"), "province": "09.541",
        "sector": "argan" });
    let drafts = vec![tiwizi_records::Draft::create(names.membership.clone(), body)];
    register.records.submit(&Caller::system(), drafts, None).await.unwrap();
    let (cooperatives, _) = export(&register, Table::Cooperatives, Shape::Csv, "out-c.csv").await;
    let (members, written) = export(&register, Table::Members, Shape::Csv, "out-m.csv").await;
    assert_eq!(written, Written { rows: 2, left_out: 0 });
    assert_unchanged(&register, &cooperatives, &members, (2, 2)).await;
}

#[tokio::test]
async fn numbers_typed_in_arabic_or_persian_digits_are_the_same_numbers_in_every_file() {
    let register = Register::new().await;
    let (names, records) = (&register.names, &register.records);
    let body = json!({ "court": "المحكمة ١\u{200f}", "number": "١٢/٢٠١٩", "name_fr": "Tifaouine", "sector": "argan",
        "province": "09.541", "status": "registered" });
    let person = json!({ "name_fr": "Fadma", "province": "09.541" });
    let drafts = vec![
        tiwizi_records::Draft::create(names.cooperative.clone(), body),
        tiwizi_records::Draft::create(names.person.clone(), person),
    ];
    let made = records.submit(&Caller::system(), drafts, None).await.unwrap();
    let membership = json!({ "cooperative": made[0].id.to_string(), "number": "۷", "person": made[1].id.to_string(),
        "province": "09.541", "sector": "argan" });
    let drafts = vec![tiwizi_records::Draft::create(names.membership.clone(), membership)];
    assert_eq!(records.submit(&Caller::system(), drafts, None).await.unwrap()[0].body["number"], "7");
    let stored = register.all(&names.cooperative).await;
    assert_eq!((&stored[0]["court"], &stored[0]["number"]), (&json!("المحكمة 1"), &json!("12/2019")));
    let (cooperatives, _) = export(&register, Table::Cooperatives, Shape::Csv, "out-c.csv").await;
    let (members, _) = export(&register, Table::Members, Shape::Csv, "out-m.csv").await;
    assert_unchanged(&register, &cooperatives, &members, (1, 1)).await;
    let typed =
        register.file("typed.csv", "court,number,name_fr,sector,province\nالمحكمة ١,١٢/٢٠١٩,Tifaouine,argan,09.541\n");
    let summary = register.import(&register.settings(&typed, None)).await;
    assert_eq!(summary.cooperatives, Counts { unchanged: 1, ..Counts::default() }, "{:?}", summary.rejected);
}

#[tokio::test]
async fn an_export_goes_out_in_pieces_with_the_separator_and_of_the_province_that_were_asked_for() {
    let register = filled().await;
    for (province, rows) in [("09.541", 2), ("01.051", 0)] {
        let settings = Settings {
            separator: Separator::Semicolon,
            province: Some(province.parse().unwrap()),
            ..plain(Table::Cooperatives, PathBuf::from("export"))
        };
        let (sender, mut pieces) = channel(1);
        let (records, caller) = (&register.records, Caller::system());
        let sending = send(records, &caller, &settings, sender);
        let reading = async {
            let mut text = Vec::new();
            while let Some(piece) = pieces.recv().await {
                text.extend(piece.unwrap());
            }
            String::from_utf8(text).unwrap()
        };
        let (written, text) = tokio::join!(sending, reading);
        assert_eq!(written.unwrap().rows, rows);
        assert!(text.starts_with("\u{feff}court;number;"), "{text}");
        assert_eq!(text.lines().count(), usize::try_from(rows).unwrap() + 1);
        // What a spreadsheet would run is text here too.
        assert_eq!(text.contains("'=SUM(A1)"), rows > 0, "{text}");
    }
}

#[tokio::test]
async fn an_export_that_nobody_reads_any_more_ends() {
    let register = filled().await;
    let (sender, pieces) = channel(1);
    drop(pieces);
    let settings = plain(Table::Members, PathBuf::from("export"));
    let ended = send(&register.records, &Caller::system(), &settings, sender).await;
    assert!(matches!(ended, Err(ExportError::Write { .. })), "{ended:?}");
}
