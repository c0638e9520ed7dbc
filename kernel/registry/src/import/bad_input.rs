//! Files as people really send them, and files that are meant to hurt. The numbers in the names are the cases of the
//! project's list of threats.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook};
use serde_json::json;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::testing::Register;

const HEADER: &str = "court,number,name_fr,name_ar,sector,province,registered_on,capital_mad\n";

fn created(created: u64, rejected: u64) -> Counts {
    Counts { created, rejected, ..Counts::default() }
}

/// Imports a file of cooperatives, bad rows left out.
async fn import(register: &Register, file: impl AsRef<[u8]>) -> Summary {
    let path = register.file("file.csv", file);
    register.import(&Settings { skip_bad: true, ..register.settings(&path, None) }).await
}

async fn refused(register: &Register, file: impl AsRef<[u8]>) -> ImportError {
    let path = register.file("refused", file);
    let settings = register.settings(&path, None);
    let refused = run(&register.records, &tiwizi_identity::Caller::system(), &settings, |_| {}).await.unwrap_err();
    assert_eq!(register.changes().await, 0);
    refused
}

fn codes(summary: &Summary) -> Vec<(u64, &str, &str)> {
    summary.rejected.iter().map(|fault| (fault.row, fault.column.as_str(), fault.code)).collect()
}

fn sheet_error(error: ImportError) -> SheetError {
    match error {
        ImportError::Sheet { source, .. } => *source,
        other => panic!("{other:?}"),
    }
}

/// The same table in every way in which a spreadsheet saves it.
#[tokio::test]
async fn every_delimiter_and_encoding_is_read_and_reported() {
    let table = "المحكمة;الرقم;الاسم بالعربية;الاسم بالفرنسية;القطاع;الإقليم\n\
                 تارودانت;12/2019;تعاونية النور لإنتاج زيت الأركان;Coopérative An-Nour;argan;تارودانت\n";
    let french = "Tribunal;Numéro;Nom (français);Secteur;Préfecture\n\
                  Béni Mellal;7/2020;École des tisserandes à Béni Mellal;Artisanat;Béni Mellal\n";
    let legacy = |encoding: &'static encoding_rs::Encoding, text: &str| encoding.encode(text).0.into_owned();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16_high = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for (file, described) in [
        (table.as_bytes().to_vec(), "CSV, utf-8, semicolon"),
        (format!("\u{feff}{table}").into_bytes(), "CSV, utf-8 with a byte order mark, semicolon"),
        (table.replace(';', ",").into_bytes(), "CSV, utf-8, comma"),
        (table.replace(';', "\t").into_bytes(), "CSV, utf-8, tab"),
        (utf16(&format!("\u{feff}{table}")), "CSV, utf-16le with a byte order mark, semicolon"),
        (utf16_high(&format!("\u{feff}{table}")), "CSV, utf-16be with a byte order mark, semicolon"),
        (utf16(table), "CSV, utf-16le, semicolon"),
        (utf16_high(table), "CSV, utf-16be, semicolon"),
        (legacy(encoding_rs::WINDOWS_1256, table), "CSV, windows-1256, semicolon"),
        (legacy(encoding_rs::WINDOWS_1252, french), "CSV, windows-1252, semicolon"),
        (format!("sep=;\n{table}").into_bytes(), "CSV, utf-8, semicolon"),
    ] {
        let register = Register::new().await;
        let summary = import(&register, file).await;
        assert_eq!(summary.cooperatives, created(1, 0), "{described}: {:?}", summary.rejected);
        assert_eq!(summary.formats[0].describe(), described);
        let stored = &register.all(&register.names.cooperative).await[0];
        let expected = match stored.get("name_ar") {
            Some(name) => (name, json!("تعاونية النور لإنتاج زيت الأركان")),
            None => (&stored["name_fr"], json!("École des tisserandes à Béni Mellal")),
        };
        assert_eq!(*expected.0, expected.1, "{described}");
    }
}

#[tokio::test]
async fn a_named_encoding_is_taken_for_granted() {
    let register = Register::new().await;
    let file = b"court,number,name_fr,sector,province\nA,1,Soci\xe9t\xe9 \xd0,argan,09.541\n";
    let path = register.file("c.csv", file);
    let settings = Settings { encoding: Some(Encoding::Windows1256), skip_bad: true, ..register.settings(&path, None) };
    assert_eq!(register.import(&settings).await.cooperatives, created(1, 0));
    assert_eq!(register.all(&register.names.cooperative).await[0]["name_fr"], json!("Société ذ"));
}

#[tokio::test]
async fn days_are_read_by_what_their_column_decides() {
    let register = Register::new().await;
    let undecided = format!("{HEADER}A,1,X,,argan,09.541,03/04/2020,\nA,2,X,,argan,09.541,2020-05-06,\n");
    let summary = import(&register, &undecided).await;
    assert_eq!(codes(&summary), [(2, "registered_on", "date-order")]);
    let decided = format!("{undecided}A,3,X,,argan,09.541,٢٥/١٢/٢٠١٩,\n");
    let summary = import(&register, &decided).await;
    assert_eq!((summary.cooperatives.created, summary.cooperatives.rejected), (2, 0), "{:?}", summary.rejected);
    let stored = register.all(&register.names.cooperative).await;
    let mut days: Vec<&str> = stored.iter().filter_map(|body| body["registered_on"].as_str()).collect();
    days.sort_unstable();
    assert_eq!(days, ["2019-12-25", "2020-04-03", "2020-05-06"]);
}

#[tokio::test]
async fn every_wrong_row_is_reported_once() {
    let register = Register::new().await;
    let mut file = HEADER.to_owned();
    for row in 0..7_000 {
        writeln!(file, "A,{row},X,,argan,09.541,2019-02-30,").unwrap();
    }
    let path = register.file("c.csv", file);
    let report = register.folder.path().join("report.csv");
    let settings = Settings { report: Some(report.clone()), ..register.settings(&path, None) };
    let summary = register.import(&settings).await;
    assert_eq!((summary.cooperatives, summary.kept), (created(0, 7_000), false));
    assert_eq!(summary.rejected.len(), SHOWN_MAX);
    let report = std::fs::read_to_string(report).unwrap();
    let rows: std::collections::BTreeSet<&str> =
        report.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!((report.lines().count(), rows.len()), (7_001, 7_000));
}

#[tokio::test]
async fn i01_what_looks_like_sql_is_a_name() {
    let register = Register::new().await;
    let name = "x'); DROP TABLE record; --";
    let summary = import(&register, format!("{HEADER}{name},1,{name},,argan,09.541,,\n")).await;
    assert_eq!(summary.cooperatives, created(1, 0));
    assert_eq!(register.all(&register.names.cooperative).await[0]["court"], json!(name));
}

#[tokio::test]
async fn i02_a_value_longer_than_its_field_never_reaches_the_database() {
    let register = Register::new().await;
    let long = "x".repeat(60_000);
    let summary = import(&register, format!("{HEADER}A,1,{long},,argan,09.541,,\nA,{long},X,,argan,09.541,,\n")).await;
    assert_eq!(codes(&summary), [(2, "name_fr", "too-long"), (3, "number", "too-long")]);
    assert!(summary.rejected.iter().all(|fault| fault.value.chars().count() <= tiwizi_model::limits::ECHO_CHARS_MAX));
}

#[tokio::test]
async fn i04_each_broken_row_costs_itself_and_no_other() {
    let register = Register::new().await;
    let giant = "x".repeat(4 << 20);
    let commas = ",".repeat(60_000);
    let mut file = format!(
        "{HEADER}A,1,X,,argan,09.541,,\nA,2,a\0b,,argan,09.541,,\nA,3,{giant},,argan,09.541,,\nA,4{commas}\n\
         A,5,\"X,,argan,09.541,,\nA,6/\u{200f}2019,X,,argan,09.541,,\n"
    )
    .into_bytes();
    file.extend_from_slice(&encoding_rs::WINDOWS_1256.encode("A,7,X,تعاونية النور,argan,09.541,,\n").0);
    file.extend_from_slice("A,8,X,تعاونية النور,argan,09.541,,\n".as_bytes());
    let path = register.file("c.csv", &file);
    let whole = register.import(&register.settings(&path, None)).await;
    assert_eq!((whole.kept, register.changes().await), (false, 0));
    let summary = import(&register, &file).await;
    let expected = [
        (3, "name_fr", "nul"),
        (4, "", "row-too-long"),
        (5, "", "columns"),
        (6, "", "quote"),
        (8, "name_ar", "encoding"),
    ];
    assert_eq!((codes(&summary), summary.cooperatives), (expected.to_vec(), created(3, 5)));
    let numbers: Vec<_> =
        register.all(&register.names.cooperative).await.iter().map(|body| body["number"].clone()).collect();
    assert_eq!(numbers, ["1", "6/2019", "8"]);
}

#[tokio::test]
async fn i04_a_header_of_a_million_columns_is_refused() {
    let register = Register::new().await;
    let error = refused(&register, "x,".repeat(1_000_000)).await;
    assert!(matches!(error, ImportError::Header { source, .. } if *source == HeaderError::TooLong));
}

#[tokio::test]
async fn a_spreadsheet_is_read_with_its_dates_and_numbers() {
    let register = Register::new().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (place, name) in (0_u16..).zip(HEADER.trim().split(',')) {
        sheet.write_string(0, place, name).unwrap();
    }
    let date = Look::new().set_num_format("dd/mm/yyyy");
    for row in 1..=3 {
        for (place, text) in [(0, "Tata"), (2, "Ifri"), (4, "Artisanat"), (5, "طاطا")] {
            sheet.write_string(row, place, text).unwrap();
        }
        sheet.write_number(row, 1, row).unwrap();
    }
    sheet.write_datetime_with_format(1, 6, ExcelDateTime::from_ymd(2019, 2, 1).unwrap(), &date).unwrap();
    sheet.write_number(1, 7, 12_500.5).unwrap();
    sheet.write_number(2, 6, 43_830).unwrap();
    sheet.write_formula(2, 7, Formula::new("=100*10").set_result("1000")).unwrap();
    sheet.write_datetime_with_format(3, 1, ExcelDateTime::from_ymd(2019, 1, 1).unwrap(), &date).unwrap();
    let summary = import(&register, book.save_to_buffer().unwrap()).await;
    assert_eq!(summary.formats[0].describe(), "XLSX");
    assert_eq!((summary.cooperatives, codes(&summary)), (created(2, 1), vec![(4, "number", "date-cell")]));
    let stored = register.all(&register.names.cooperative).await;
    assert_eq!((&stored[0]["registered_on"], &stored[0]["capital_mad"]), (&json!("2019-02-01"), &json!(12500.5)));
    assert_eq!((&stored[1]["registered_on"], &stored[1]["capital_mad"]), (&json!("2019-12-31"), &json!(1000)));
    assert_eq!((&stored[1]["number"], &stored[1]["province"]), (&json!("2"), &json!("09.551")));
}

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";

/// A spreadsheet made by hand.
fn book(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("[Content_Types].xml", TYPES.as_bytes())].iter().chain(parts) {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn i05_a_bomb_is_refused_before_it_is_unpacked() {
    let register = Register::new().await;
    let zeros = vec![b' '; 64 << 20];
    let error = refused(&register, book(&[("xl/worksheets/sheet1.xml", zeros.as_slice())])).await;
    assert!(matches!(sheet_error(error), SheetError::Ratio { part } if part == "xl/worksheets/sheet1.xml"));
    let names: Vec<String> = (0..3_000).map(|part| format!("xl/part{part}.xml")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"<x/>"[..])).collect();
    assert!(matches!(sheet_error(refused(&register, book(&many)).await), SheetError::Parts));
}

#[tokio::test]
async fn i05_entities_shared_texts_and_formulas_are_bounded() {
    let register = Register::new().await;
    let entity: &[u8] = b"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><worksheet>&a;</worksheet>";
    let error = refused(&register, book(&[("xl/worksheets/sheet1.xml", entity)])).await;
    assert!(matches!(sheet_error(error), SheetError::Markup { .. }));
    let promise: &[u8] = b"<sst uniqueCount=\"10000000\"><si><t>a</t></si></sst>";
    assert!(matches!(
        sheet_error(refused(&register, book(&[("xl/sharedStrings.xml", promise)])).await),
        SheetError::Strings
    ));
    let formula: &[u8] =
        b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><f>HYPERLINK(A2)</f></c></row></sheetData></worksheet>";
    let error = refused(&register, book(&[("xl/worksheets/sheet1.xml", formula)])).await;
    assert!(matches!(sheet_error(error), SheetError::Formula { cell, .. } if cell == "A1"));
    let error = refused(&register, book(&[("readme.xml", b"<x/>".as_slice())])).await;
    assert!(matches!(sheet_error(error), SheetError::Open(_) | SheetError::NoSheet));
}

#[tokio::test]
async fn i06_a_file_is_what_its_bytes_say() {
    let register = Register::new().await;
    // In two pieces, or virus scanners would take this very file away.
    let eicar = [&b"X5O!P%@AP[4\\PZX54(P^)7CC)7}"[..], b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    for file in [
        &b"GIF89a/*<svg onload=alert(1)>*/"[..],
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\x7fELF\x02\x01\x01\0\0\0",
        eicar.as_slice(),
    ] {
        let error = refused(&register, file).await;
        assert!(matches!(error, ImportError::Header { .. } | ImportError::Encoding { .. }), "{error:?}");
    }
    let path = register.file("really.xlsx", format!("{HEADER}A,1,X,,argan,09.541,,\n"));
    assert_eq!(register.import(&register.settings(&path, None)).await.cooperatives, created(1, 0));
}

#[tokio::test]
async fn i07_unusual_names_are_stored_as_they_are() {
    let register = Register::new().await;
    let names = [
        "Coop\u{202e}evitar\u{202c}",
        "Ti\u{200d}faouine",
        "e\u{301}cole",
        "école",
        "<script>alert(1)</script>",
        "🙂 \u{1f469}\u{200d}\u{1f33e}",
        "Ṱ̺̺̕o͞ ̷i̲̬n̝̗",
        "null",
        "NaN",
        "1/0",
    ];
    let mut file = HEADER.to_owned();
    for (number, name) in names.iter().enumerate() {
        writeln!(file, "A,{number},{name},,argan,09.541,,").unwrap();
    }
    let summary = import(&register, file).await;
    assert_eq!(summary.cooperatives, created(10, 0), "{:?}", summary.rejected);
    let stored = register.all(&register.names.cooperative).await;
    assert_eq!(stored.iter().map(|body| body["name_fr"].as_str().unwrap()).collect::<Vec<_>>(), names);
}

#[tokio::test]
async fn i10_a_rejected_value_cannot_write_lines_of_its_own() {
    let register = Register::new().await;
    let path = register.file("c.csv", format!("{HEADER}A,1,\"a\u{1b}[31m\r\nfake,row\",,argan,09.541,,\n"));
    let report = register.folder.path().join("report.csv");
    let settings = Settings { report: Some(report.clone()), ..register.settings(&path, None) };
    let summary = register.import(&settings).await;
    assert_eq!(codes(&summary), [(2, "name_fr", "control")]);
    assert!(!summary.rejected[0].value.contains(char::is_control));
    let report = std::fs::read_to_string(report).unwrap();
    assert_eq!(report.lines().count(), 2);
    assert!(!report.contains('\u{1b}'));
}

#[tokio::test]
async fn names_in_old_tifinagh_letters_are_put_into_tifinagh_and_counted() {
    let register = Register::new().await;
    let header = "court,number,name_fr,name_zgh,sector,province\n";
    let file =
        format!("{header}A,1,X,tifawin,argan,09.541\nA,2,X,Tifaouine,argan,09.541\nA,3,X,ⵜⵉⴼⴰⵡⵉⵏ,argan,09.541\n");
    let summary = import(&register, file).await;
    assert_eq!((summary.transcribed, codes(&summary)), (1, vec![(3, "name_zgh", "script")]));
    let stored = register.all(&register.names.cooperative).await;
    assert!(stored.iter().all(|body| body["name_zgh"] == json!("ⵜⵉⴼⴰⵡⵉⵏ")));
}
