//! The file of what was noted: what stands in it, who may have it, and that it goes with its plan.

use serde_json::{Value, json};
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Answer, Request, blobs, native};

use crate::ProjectBank;
use crate::tests::{FADMA, HASSAN, adopted, call, page, redirect};

fn note(path: &str, month: &str, amounts: &[(&str, &str)]) {
    let seen = page(&Request::get(&format!("{path}/actual")).with_query("month", month)).2["seen"].clone();
    let form = [("month", month), ("seen", seen.as_str().unwrap())];
    let form: Vec<(&str, &str)> = form.iter().chain(amounts).copied().collect();
    redirect(&Request::post(&format!("{path}/actual"), &form));
}

fn ask(path: &str) -> Request {
    Request::post(&format!("{path}/actual/file"), &[("month", "2")]).in_language("fr")
}

/// The file's name in the plugin's files.
fn blob(data: &Value) -> String {
    let link = data["file"].as_str().unwrap();
    let (path, _) = link.split_once('?').unwrap();
    path.strip_prefix("/p/project-bank/blobs/").unwrap().to_owned()
}

fn made(path: &str) -> (String, String) {
    let (status, template, data) = page(&ask(path));
    assert_eq!((status, template.as_str()), (200, "actual"));
    let blob = blob(&data);
    let text = String::from_utf8(blobs::read_all(&blob).unwrap()).unwrap();
    (blob, text)
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.strip_prefix('\u{feff}').unwrap().split_terminator("\r\n");
    lines.map(|line| line.split(';').map(str::to_owned).collect()).collect()
}

#[test]
fn the_file_says_what_the_page_says_in_the_language_of_the_page() {
    let path = adopted();
    note(&path, "1", &[("sales", "1 234,50"), ("text", "fête du safran")]);
    native::advance(86_400_000);
    note(&path, "2", &[("sales", "100"), ("costs", "900"), ("cash", "-250")]);
    note(&path, "2", &[("sales", "120")]);
    let (_, text) = made(&path);
    let rows = rows(&text);
    let headings = ["Mois", "Ce qui s’est passé", "Unité", "Prévu", "Réel", "Écart", "Remarque", "Noté le"];
    assert_eq!((rows.len(), rows[0].as_slice()), (7, &headings.map(str::to_owned)[..]));
    let page = page(&Request::get(&format!("{path}/actual"))).2;
    let shown = |value: &Value| value.as_f64().map_or(String::new(), |value| format!("{value:.2}"));
    let number = |cell: &str| {
        if cell.is_empty() { String::new() } else { format!("{:.2}", cell.replace(',', ".").parse::<f64>().unwrap()) }
    };
    for (at, row) in rows[1..].iter().enumerate() {
        let cell = &page["rows"][at / 3]["groups"][at % 3];
        assert_eq!(row[0], (at / 3 + 1).to_string());
        for (place, key) in [(3, "planned"), (4, "actual"), (5, "difference")] {
            assert_eq!(number(&row[place]), shown(&cell[key]), "{row:?} {key}");
        }
    }
    assert_eq!((rows[1][1].as_str(), rows[1][2].as_str()), ("Encaissé des clients", "\"DH, taxes comprises\""));
    assert_eq!((rows[1][4].as_str(), rows[1][6].as_str()), ("1234,5", "fête du safran"));
    // The note that counts; of costs of the first month nothing is noted.
    assert_eq!((rows[4][4].as_str(), rows[6][4].as_str()), ("120", "-250"));
    assert_eq!(&rows[2][4..], ["", "", "", ""]);
    // A day later.
    assert!(rows[1][7] < rows[4][7] && rows[1][7].len() == "2026-11-27".len(), "{rows:?}");
    native::add_messages("ar", include_str!("../../../manifests/project-bank/locales/ar.ftl"));
    let (_, _, data) = crate::tests::page(&ask(&path).in_language("ar"));
    let text = String::from_utf8(blobs::read_all(&blob(&data)).unwrap()).unwrap();
    assert!(text.starts_with("\u{feff}الشهر;ما حدث;الوحدة;المتوقع;الواقع;الفرق;ملاحظة;دُوّن في\r\n"), "{text}");
}

#[test]
fn i03_a_remark_that_a_spreadsheet_would_run_is_a_text() {
    let path = adopted();
    note(&path, "1", &[("sales", "1"), ("text", "=HYPERLINK(\"http://x\";\"vu\")")]);
    note(&path, "2", &[("cash", "-5"), ("text", "+212600000000")]);
    let (_, text) = made(&path);
    assert!(text.contains(";\"'=HYPERLINK(\"\"http://x\"\";\"\"vu\"\")\";"), "{text}");
    assert!(text.contains(";-5;") && text.contains(";'+212600000000;"), "{text}");
    assert!(!text.contains(";=") && !text.contains(";\"="), "{text}");
}

#[test]
fn who_reads_the_page_has_the_file_and_a_stranger_learns_of_no_plan() {
    let path = adopted();
    note(&path, "1", &[("sales", "1000")]);
    redirect(&Request::post(&format!("{path}/team/code"), &[("role", "coach")]));
    let code = native::bodies("invite")[0]["code"].as_str().unwrap().to_owned();
    native::as_member(HASSAN);
    assert!(matches!(call(&ask(&path)), Answer::Problem(error) if error.status == 404));
    native::as_holder(&["trainer"]);
    assert!(matches!(call(&ask(&path)), Answer::Problem(error) if error.status == 404));
    native::as_public();
    assert!(matches!(call(&ask(&path)), Answer::Problem(error) if error.status == 401));
    assert_eq!(native::bodies("noted-file"), Vec::<Value>::new());
    // A coach reads the page and changes nothing of it.
    native::as_member(HASSAN);
    redirect(&Request::post(&format!("/join/{code}"), &[("name", "Hassan")]));
    assert!(made(&path).1.contains(";1000;"));
    let refused = call(&Request::post(&format!("{path}/actual"), &[("month", "1"), ("seen", "1"), ("sales", "1")]));
    assert!(matches!(refused, Answer::Problem(error) if error.status == 403));
}

#[test]
fn while_nothing_is_noted_there_is_no_file() {
    let path = adopted();
    assert_eq!(page(&Request::get(&format!("{path}/actual"))).2["has_notes"], json!(false));
    assert_eq!(redirect(&ask(&path)), format!("{path}/actual"));
    assert_eq!(native::bodies("noted-file"), Vec::<Value>::new());
}

#[test]
fn what_was_noted_after_the_end_of_a_plan_that_was_made_shorter_is_in_the_file() {
    let path = adopted();
    note(&path, "60", &[("cash", "5")]);
    redirect(&Request::post(&path, &[("years", "3"), ("action", "keep"), ("loans/bank/months", "36")]));
    let rows = rows(&made(&path).1);
    assert_eq!(
        (rows.len(), &rows[3][0], &rows[3][3], &rows[3][4]),
        (4, &"60".to_owned(), &String::new(), &"5".to_owned())
    );
}

#[test]
fn a_plan_has_one_file_of_its_notes_and_it_goes_with_the_plan() {
    let path = adopted();
    note(&path, "1", &[("sales", "1")]);
    let (first, _) = made(&path);
    assert_eq!(made(&path).0, first, "asked for twice, it is one file");
    note(&path, "1", &[("sales", "2")]);
    let (second, _) = made(&path);
    assert_ne!(second, first);
    assert_eq!((blobs::stat(&first).unwrap(), native::bodies("noted-file").len()), (None, 1));
    // Another plan of which the same was noted has the same file, and keeps it.
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    note(&other, "1", &[("sales", "2")]);
    assert_eq!(made(&other).0, second);
    for (path, is_left) in [(&path, true), (&other, false)] {
        redirect(&Request::post(&format!("{path}/delete"), &[("sure", "yes")]));
        let plan = path.rsplit('/').next().unwrap();
        let deleted = Event {
            operation: Some(Operation::Delete),
            record: Some(plan.to_owned()),
            ..Event::emitted("project-bank/own-plan", plan, Value::Null)
        };
        assert_eq!(native::tell::<ProjectBank>(&deleted), [Outcome::Done]);
        assert_eq!(blobs::stat(&second).unwrap().is_some(), is_left);
    }
    assert_eq!(native::bodies("noted-file"), Vec::<Value>::new());
    native::as_member(FADMA);
}
