//! Finding, refusing, confirming, deciding, over a real SQLite database; `tests/it/duplicates.rs` asks the same of both databases.

mod across;
mod merging;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::CONFIRMED_DISTINCT_MAX;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Draft, Filter, Query, WriteError, catch_up};

use super::*;
use crate::import;
use crate::synthetic;
use crate::testing::Register;

fn cooperative(number: &str, name: (&str, &str)) -> Value {
    json!({
        "court": "Taroudannt", "number": number, name.0: name.1, "sector": "argan", "province": "09.541",
        "commune": "Aoulouz", "status": "registered"
    })
}

fn search(register: &Register) -> Duplicates {
    Duplicates::new(register.records.clone(), std::sync::Arc::new(RuleBook::own().unwrap()))
}

async fn create(register: &Register, body: Value) -> Result<RecordId, WriteError> {
    let draft = Draft::create(register.names.cooperative.clone(), body);
    Ok(register.records.submit(&Caller::system(), vec![draft], None).await?[0].id)
}

async fn pairs(register: &Register) -> Vec<Record> {
    catch_up(&register.records, &search(register).reader()).await.unwrap();
    let permit = register.records.may_read(&Caller::system(), &register.names.duplicate).unwrap();
    register.records.list(&permit, &Query { limit: 100, ..Query::default() }).await.unwrap().items
}

/// The records that an answer names, with the codes.
fn named(refused: Result<RecordId, WriteError>) -> Vec<(Option<RecordId>, String)> {
    let Err(WriteError::Alike { fields, .. }) = refused else { panic!("{refused:?}") };
    fields.into_iter().map(|field| (field.record, field.code.into_owned())).collect()
}

#[tokio::test]
async fn a_near_name_is_refused_in_three_scripts_whether_the_reader_has_come_there_or_not() {
    let register = Register::new().await;
    let first = create(&register, cooperative("1/2019", ("name_fr", "Coopérative Tafoukt Argan"))).await.unwrap();
    for is_followed in [false, true] {
        if is_followed {
            assert!(pairs(&register).await.is_empty());
        }
        for (number, name) in [
            ("2/2020", ("name_fr", "TAFOUKTE ARGANE")),
            ("3/2020", ("name_ar", "تعاونية تافوكت أركان")),
            ("4/2020", ("name_fr", "Argan Tafoukt d'Aoulouz")),
        ] {
            let refused = create(&register, cooperative(number, name)).await;
            assert_eq!(named(refused), [(Some(first), "duplicate-likely".to_owned())], "{name:?} {is_followed}");
        }
        let mut body = cooperative("5/2020", ("name_fr", "Unrelated"));
        body["name_zgh"] = json!("ⵜⴰⵎⵙⵙⵏⵜⵍⵜ ⵜⴰⴼⵓⴽⵜ ⴰⵔⴳⴰⵏ");
        assert_eq!(named(create(&register, body).await).len(), 1);
    }
    let elsewhere = json!({ "province": "09.551", "commune": "Tata" });
    let mut body = cooperative("6/2020", ("name_fr", "Tafoukt Argan"));
    for (field, value) in elsewhere.as_object().unwrap() {
        body[field] = value.clone();
    }
    create(&register, body).await.unwrap();
    create(&register, cooperative("7/2020", ("name_fr", "Tiwizi Saffran"))).await.unwrap();
}

#[tokio::test]
async fn i07_a_name_that_only_looks_the_same_is_told() {
    let register = Register::new().await;
    let first = create(&register, cooperative("1/2019", ("name_fr", "Coopérative Tafoukt Argan"))).await.unwrap();
    for (number, name) in [
        ("2/2020", "Coope\u{301}rative Tafoukt Argan"),
        ("3/2020", "Tafo\u{200d}ukt\u{200b} Argan"),
        ("4/2020", "Tafoukt\u{202e} Argan\u{202c}"),
        ("5/2020", "ＴＡＦＯＵＫＴ Argan"),
    ] {
        let refused = create(&register, cooperative(number, ("name_fr", name))).await;
        assert_eq!(named(refused), [(Some(first), "duplicate-likely".to_owned())], "{name:?}");
    }
    // A letter of another alphabet that looks like one of ours is a slip of one letter.
    create(&register, cooperative("6/2020", ("name_fr", "Tafoukt \u{410}rgan"))).await.unwrap();
    let found = pairs(&register).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0].body["status"], &found[0].body["level"]), (&json!("open"), &json!("possible")));
}

#[tokio::test]
async fn a_number_that_is_taken_names_its_record() {
    let register = Register::new().await;
    let mut body = cooperative("1/2019", ("name_fr", "Tafoukt"));
    body["ice"] = json!("001561191000066");
    let first = create(&register, body.clone()).await.unwrap();
    let taken = (Some(first), "taken".to_owned());
    body["number"] = json!("2/2019");
    body["name_fr"] = json!("Azekka Zaytoun");
    assert_eq!(named(create(&register, body.clone()).await), std::slice::from_ref(&taken));
    body.as_object_mut().unwrap().remove("ice");
    body["number"] = json!("1/2019");
    body["confirm_distinct"] = json!([first.to_string()]);
    assert_eq!(named(create(&register, body).await), [taken.clone(), taken]);
}

#[tokio::test]
async fn what_its_author_says_is_distinct_is_kept_and_its_pair_is_closed() {
    let register = Register::new().await;
    let first = create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let mut body = cooperative("2/2020", ("name_fr", "Tafoukt Argan"));
    body["confirm_distinct"] = json!([first.to_string()]);
    let second = create(&register, body).await.unwrap();
    let found = pairs(&register).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].body["status"], &found[0].body["level"]), (&json!("distinct"), &json!("likely")));
    let ids = [&found[0].body["first"], &found[0].body["second"]];
    assert!(ids.contains(&&json!(second.to_string())) && ids.contains(&&json!(first.to_string())), "{ids:?}");
    // The reader may see a record again: a pair is opened once.
    let patch = Draft::patch(register.names.cooperative.clone(), second, json!({ "phone": "0528" }), None);
    register.records.submit(&Caller::system(), vec![patch], None).await.unwrap();
    assert_eq!(pairs(&register).await.len(), 1);
}

#[tokio::test]
async fn a_name_that_more_have_than_one_can_name_is_kept_once_those_are_named() {
    let register = Register::new().await;
    let twin = |number: usize| cooperative(&format!("{number}/2020"), ("name_fr", "Tafoukt Argan"));
    let drafts = (0..25).map(|number| Draft::create(register.names.cooperative.clone(), twin(number))).collect();
    register.records.submit(&Caller::system(), drafts, None).await.unwrap();
    let ids: Vec<Option<RecordId>> =
        named(create(&register, twin(99)).await).into_iter().map(|(record, _)| record).collect();
    assert_eq!(ids.len(), CONFIRMED_DISTINCT_MAX);
    let mut body = twin(99);
    body["confirm_distinct"] = ids.into_iter().flatten().map(|id| id.to_string()).collect();
    create(&register, body).await.unwrap();
}

#[tokio::test]
async fn what_is_only_possible_is_let_pass_and_flagged() {
    let register = Register::new().await;
    create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let mut body = cooperative("2/2020", ("name_fr", "Tafoukt Argan"));
    body.as_object_mut().unwrap().remove("commune");
    create(&register, body).await.unwrap();
    let found = pairs(&register).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].body["status"], &found[0].body["level"]), (&json!("open"), &json!("possible")));
}

#[tokio::test]
async fn a_common_name_hides_no_pair_of_those_that_came_last() {
    let register = Register::new().await;
    // Of one name in as many communes, but for the last two. Those of one batch are not compared before they are written.
    let body = |number: usize| {
        let mut body = cooperative(&format!("{number}/2020"), ("name_fr", "Tafoukt Argan"));
        body["commune"] = json!(format!("Douar {}", number.min(70)));
        body
    };
    let drafts = (0..72).map(|number| Draft::create(register.names.cooperative.clone(), body(number))).collect();
    let written = register.records.submit(&Caller::system(), drafts, None).await.unwrap();
    let [.., one, other] = written.as_slice() else { panic!("{written:?}") };
    let found = pairs(&register).await;
    let ids = |pair: &Record| [pair.body["first"].clone(), pair.body["second"].clone()];
    assert_eq!(found.iter().map(ids).collect::<Vec<_>>(), [[json!(one.id.to_string()), json!(other.id.to_string())]]);
}

/// The rule of the program, and a version from a day on for which one more word says nothing.
fn with_a_version(effective_from: &str, generic_word: &str) -> std::sync::Arc<RuleBook> {
    let mut rule: Value = serde_json::from_str(include_str!("../../../../manifests/rules/duplicates.json")).unwrap();
    let mut version = rule["versions"][0].clone();
    version["effective_from"] = json!(effective_from);
    version["generic_words"].as_array_mut().unwrap().push(json!(generic_word));
    rule["versions"].as_array_mut().unwrap().push(version);
    std::sync::Arc::new(RuleBook::parse(rule.to_string().as_bytes()).unwrap())
}

/// The stored records that the search takes for another one of that name.
async fn alike(search: &Duplicates, name: &str) -> Vec<RecordId> {
    let found = search.find(Subject::Cooperative, &cooperative("2/2019", ("name_fr", name))).await.unwrap();
    found.into_iter().map(|found| found.id).collect()
}

#[tokio::test]
async fn another_rule_makes_the_codes_anew_and_misses_nothing_meanwhile() {
    let register = Register::new().await;
    let first = create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    assert!(!search(&register).reader().renew().await.unwrap(), "there is no code yet");
    assert!(pairs(&register).await.is_empty());
    assert!(!search(&register).reader().renew().await.unwrap(), "the rule is the same");
    assert!(alike(&search(&register), "Argan").await.is_empty());
    let other = Duplicates::new(register.records.clone(), with_a_version("2020-01-01", "tafoukt"));
    assert!(other.reader().renew().await.unwrap() && other.reader().is_renewing().await.unwrap());
    assert_eq!(alike(&other, "Argan").await, [first], "what the reader has not come to is looked at");
    catch_up(&register.records, &other.reader()).await.unwrap();
    assert!(!other.reader().is_renewing().await.unwrap() && !other.reader().renew().await.unwrap());
    assert_eq!(alike(&other, "Argan").await, [first]);
}

#[tokio::test]
async fn a_reader_that_is_put_back_twice_is_done_when_it_comes_to_where_it_first_stood() {
    let register = Register::new().await;
    create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    pairs(&register).await;
    for word in ["tafoukt", "argan"] {
        let other = Duplicates::new(register.records.clone(), with_a_version("2020-01-01", word));
        other.reader().renew().await.unwrap();
        assert!(other.reader().is_renewing().await.unwrap(), "{word}");
    }
}

#[tokio::test]
async fn codes_are_made_anew_on_the_first_day_of_a_version() {
    let register = Register::new().await;
    let first = create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let dated = Duplicates::new(register.records.clone(), with_a_version("2025-12-01", "tafoukt"));
    let reader = dated.reader();
    reader.renew().await.unwrap();
    catch_up(&register.records, &reader).await.unwrap();
    assert!(!reader.renew().await.unwrap() && alike(&dated, "Argan").await.is_empty());
    register.clock.advance_ms(24 * 60 * 60 * 1_000);
    assert!(reader.renew().await.unwrap(), "the second version holds from today on");
    catch_up(&register.records, &reader).await.unwrap();
    assert_eq!(alike(&dated, "Argan").await, [first]);
}

#[tokio::test]
async fn an_import_goes_by_the_rule_that_it_is_given() {
    let register = Register::new().await;
    create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let file = "court,number,name_fr,sector,province,commune\nTaroudannt,2/2020,Argan,argan,09.541,Aoulouz\n";
    let path = register.file("c.csv", file);
    let settings = import::Settings { dry_run: true, ..register.settings(&path, None) };
    assert_eq!(register.import(&settings).await.flagged, 0);
    let settings = import::Settings { duplicates_rule: with_a_version("2020-01-01", "tafoukt"), ..settings };
    assert_eq!(register.import(&settings).await.flagged, 1);
}

#[tokio::test]
async fn persons_are_found_by_the_day_of_their_birth() {
    let register = Register::new().await;
    let person = |name: &str, day: &str| {
        let body = json!({ "name_fr": name, "birth_date": day, "gender": "female", "province": "09.541" });
        Draft::create(register.names.person.clone(), body)
    };
    let caller = Caller::system();
    let submit = |draft: Draft| register.records.submit(&caller, vec![draft], None);
    submit(person("Fatima Ait Brahim", "1990-02-03")).await.unwrap();
    let refused = submit(person("Fatima Aït Brahim", "1990-02-03")).await;
    assert!(matches!(refused, Err(WriteError::Alike { .. })), "{refused:?}");
    submit(person("Fatima Ait Brahim", "1990-02-04")).await.unwrap();
    submit(person("Khadija Alaoui", "1990-02-03")).await.unwrap();
}

#[tokio::test]
async fn a_person_is_found_behind_a_hundred_others_of_the_same_day_whatever_the_age() {
    let register = Register::new().await;
    let caller = Caller::system();
    // A hundred and fifteen years before the day of the test, and the day that is noted where none is known.
    let person = |name: &str| {
        let body = json!({ "name_fr": name, "birth_date": "1910-01-01", "gender": "female", "province": "09.541" });
        Draft::create(register.names.person.clone(), body)
    };
    let submit = |drafts: Vec<Draft>| register.records.submit(&caller, drafts, None);
    // Those of one batch are not compared with each other. They were made first, so they come first in every list.
    submit((0..150).map(|_| person("Khadija Alaoui")).collect()).await.unwrap();
    let first = submit(vec![person("Fatima Ait Brahim")]).await.unwrap()[0].id;
    let refused = submit(vec![person("Fatima Aït Brahim")]).await.map(|records| records[0].id);
    assert_eq!(named(refused), [(Some(first), "duplicate-likely".to_owned())]);
}

#[tokio::test]
async fn an_import_flags_rows_like_the_register_and_like_each_other_and_keeps_them() {
    let register = Register::new().await;
    create(&register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let file = "court,number,name_fr,name_ar,sector,province,commune\n\
        Taroudannt,2/2020,,تعاونية تافوكت أركان,argan,09.541,Aoulouz\n\
        Taroudannt,3/2020,Tiwizi Saffran,,argan,09.541,Taliouine\n\
        Taroudannt,4/2020,Coopérative Tiouizi Safrane,,argan,09.541,TALIOUINE\n\
        Taroudannt,5/2020,Asirem Tamment,,argan,09.541,Taliouine\n";
    let path = register.file("c.csv", file);
    let report = register.folder.path().join("report.csv");
    let mut settings = register.settings(&path, None);
    settings.report = Some(report.clone());
    let summary = register.import(&settings).await;
    assert_eq!(
        (summary.cooperatives.created, summary.cooperatives.rejected, summary.flagged),
        (4, 0, 2),
        "{summary:?}"
    );
    let report = std::fs::read_to_string(report).unwrap();
    let lines: Vec<&str> = report.lines().filter(|line| line.contains("duplicate-likely")).collect();
    assert_eq!(lines.len(), 2, "{report}");
    assert!(lines[0].starts_with("cooperatives,2,name_ar") && lines[1].contains("row 3"), "{report}");
    assert_eq!(pairs(&register).await.len(), 2);
    let again = register.import(&settings).await;
    assert_eq!((again.cooperatives.unchanged, again.flagged), (4, 0));
}

/// Names of the synthetic register are drawn from few words, so that many are alike in one province; every row is another cooperative.
#[tokio::test]
async fn few_cooperatives_of_the_synthetic_register_are_taken_for_one_another() {
    let register = Register::new().await;
    let settings = synthetic::Settings { one_in: 50, ..synthetic::Settings::default() };
    let made = synthetic::write(register.folder.path(), settings).unwrap();
    let summary = register.import(&register.settings(&made.cooperatives, None)).await;
    let total = summary.cooperatives.created;
    assert_eq!(total, u64::from(made.totals.cooperatives), "{:?}", summary.rejected);
    assert!(summary.flagged * 100 <= total, "{} of {total} are flagged", summary.flagged);
    let found = pairs(&register).await.len();
    assert!(found * 100 <= usize::try_from(total).unwrap(), "{found} pairs of {total}");
}

#[tokio::test]
async fn a_row_in_another_script_is_found_in_the_census_and_open_pairs_are_listed_by_their_points() {
    let register = Register::new().await;
    let book = RuleBook::own().unwrap();
    let mut census = Census::new(&book, &register.records);
    let body = cooperative("1/2019", ("name_fr", "Coopérative Tanmirt Izlan"));
    let profile = census.profile(&body);
    census.add(Origin::Row(2), profile);
    let planted = cooperative("9/2025", ("name_ar", "تعاونية تانميرت إزلان"));
    let found = census.find(&census.profile(&planted), &planted);
    assert_eq!(
        found.iter().map(|twin| (twin.origin, twin.finding.level)).collect::<Vec<_>>(),
        [(Origin::Row(2), Level::Likely)]
    );
    let mut confirmed = planted.clone();
    confirmed["confirm_distinct"] = json!([RecordId(uuid::Uuid::from_u128(1)).to_string()]);
    assert_eq!(census.find(&census.profile(&confirmed), &confirmed).len(), 1, "another record was named");
    let filter = Filter::equals("status", "open");
    let permit = register.records.may_read(&Caller::system(), &register.names.duplicate).unwrap();
    let query = Query { filters: vec![filter], sort: Some(("points".to_owned(), true)), ..Query::default() };
    assert!(register.records.list(&permit, &query).await.unwrap().items.is_empty());
}
