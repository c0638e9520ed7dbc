//! The counts follow the log, however it is cut, and are counted again the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, Instant, Language, RecordId};
use tiwizi_records::{Moving, Unit, catch_up};
use tiwizi_storage::tally::{self, Range};
use tiwizi_storage::{cursor, memo};
use uuid::Uuid;

use super::totals as totals_of;
use super::*;
use crate::synthetic;
use crate::testing::{Register, THERE};

fn cooperative(number: u32, status: &str, province: &str) -> Value {
    json!({
        "court": "Taroudannt", "number": number.to_string(), "name_fr": "Tifaouine", "sector": "argan", "province": province,
        "status": status, "category": if number.is_multiple_of(2) { "a" } else { "c" }, "capital_mad": 1000,
        "registered_on": "2019-02-01",
    })
}

fn membership(cooperative: RecordId, number: u32, left: bool) -> Value {
    let mut body = json!({
        "cooperative": cooperative.to_string(), "number": number.to_string(), "person": cooperative.to_string(),
        "province": "09.541", "sector": "argan", "gender": if number.is_multiple_of(2) { "female" } else { "male" },
        "birth_year": 1985 + i64::from(number),
    });
    if left {
        body["left_on"] = json!("2024-01-01");
    }
    body
}

/// Writes one record and then other contents of it.
async fn write(register: &Register, kind: &tiwizi_model::KindName, bodies: &[Value]) -> RecordId {
    let mut written = None;
    for body in bodies {
        let mut unit = Unit::new(register.records.clone(), Caller::system());
        match written {
            None => written = Some(unit.create(kind, body.clone()).unwrap().id),
            Some(id) => drop(unit.patch(kind, id, body.clone(), None).await.unwrap()),
        }
        unit.commit(None).await.unwrap();
    }
    written.unwrap()
}

async fn rows(register: &Register) -> Vec<(String, String, i64)> {
    let all = Range { first: "registry.".to_owned(), end: "registry/".to_owned() };
    tally::within(&mut register.records.db().read().await.unwrap(), &all).await.unwrap()
}

async fn split(register: &Register, measure: Measure, by: By) -> BTreeMap<String, i64> {
    let now = register.records.ambient().now();
    counts(register.records.db(), Counted::Own, (measure, by), now).await.unwrap().into_iter().collect()
}

/// Cooperatives with members, moves, a closing; the reader follows after each write, or once at the end.
async fn life(stepwise: bool) -> Register {
    let register = Register::new().await;
    let (cooperatives, memberships) = (register.names.cooperative.clone(), register.names.membership.clone());
    for number in 1..=4_u32 {
        let id = write(&register, &cooperatives, &[cooperative(number, "registered", "09.541")]).await;
        if stepwise {
            register.totals().await;
        }
        for member in 1..=number.saturating_mul(4) {
            let left = member == 3;
            let bodies = [membership(id, member, false), membership(id, member, left)];
            write(&register, &memberships, if left { &bodies } else { &bodies[..1] }).await;
        }
        let mut unit = Unit::new(register.records.clone(), Caller::system());
        let moved = cooperative(number, if number == 4 { "struck_off" } else { "suspended" }, "01.051");
        unit.patch(&cooperatives, id, moved, None).await.unwrap();
        unit.commit(None).await.unwrap();
        if stepwise {
            register.totals().await;
        }
    }
    register.totals().await;
    register
}

#[tokio::test]
async fn counts_are_the_same_however_the_log_is_cut() {
    let (steps, once) = (life(true).await, life(false).await);
    assert_eq!(rows(&steps).await, rows(&once).await);
    assert!(rows(&steps).await.iter().all(|(_, _, amount)| *amount > 0));
}

#[tokio::test]
async fn each_split_sums_up_to_the_total() {
    let register = life(true).await;
    // Of the members 1 to 4, 1 to 8 and 1 to 12, the third has left each.
    assert_eq!(split(&register, Measure::Cooperatives, By::Region).await, [("01".to_owned(), 3)].into());
    assert_eq!(split(&register, Measure::Members, By::Province).await, [("01.051".to_owned(), 21)].into());
    assert_eq!(split(&register, Measure::Jobs, By::Sector).await, [("argan".to_owned(), 14)].into());
    assert_eq!(split(&register, Measure::Capital, By::Year).await, [("2019".to_owned(), 3_000)].into());
    assert_eq!(split(&register, Measure::Creations, By::Year).await, [("2019".to_owned(), 4)].into());
    assert_eq!(split(&register, Measure::Closings, By::Year).await, [("2025".to_owned(), 1)].into());
    let sizes = [("1-4".to_owned(), 1), ("5-9".to_owned(), 1), ("10-19".to_owned(), 1)].into();
    assert_eq!(split(&register, Measure::Cooperatives, By::Size).await, sizes);
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    for measure in Measure::ALL {
        let total = statistics.total(measure).await.unwrap();
        for by in measure.splits() {
            let sum: i64 = statistics.split(measure, *by).await.unwrap().iter().map(|(_, amount)| amount).sum();
            assert_eq!(sum, total, "{measure:?} {by:?}");
        }
    }
    assert_eq!(statistics.as_of().seq.0, register.changes().await);
    assert!(statistics.as_of().at.is_some());
}

#[tokio::test]
async fn a_cooperative_has_its_own_counts() {
    let register = Register::new().await;
    let id = write(&register, &register.names.cooperative, &[cooperative(1, "registered", "09.541")]).await;
    for number in 1..=7 {
        write(&register, &register.names.membership, &[membership(id, number, false)]).await;
    }
    register.totals().await;
    let totals = of_cooperative(register.records.db(), id, register.records.ambient().now()).await.unwrap();
    assert_eq!(totals, Totals { cooperatives: 1, members: 7, women: 3, youth: 3 });
}

#[tokio::test]
async fn who_turns_36_is_young_no_more_and_still_was_in_the_year_before() {
    let register = Register::new().await;
    let id = write(&register, &register.names.cooperative, &[cooperative(1, "registered", "09.541")]).await;
    // The fifth was born in 1990.
    write(&register, &register.names.membership, &[membership(id, 5, false)]).await;
    assert_eq!(register.totals().await.youth, 1);
    // The last second of 2025 in Morocco, and the first of 2026.
    for (now, year, band, young) in [(1_767_221_999_000, 2025, "25-35", 1), (1_767_222_000_000, 2026, "36-45", 0)] {
        let mut statistics = Statistics::open(register.records.db(), Instant(now)).await.unwrap();
        assert_eq!(statistics.youth_rule().reference_year, year);
        assert_eq!(statistics.split(Measure::Members, By::Age).await.unwrap(), [(band.to_owned(), 1)]);
        assert_eq!(statistics.totals().await.unwrap().youth, young);
        statistics.take_ages_in(2025);
        assert_eq!(statistics.split(Measure::Members, By::Age).await.unwrap(), [("25-35".to_owned(), 1)]);
        assert_eq!(statistics.totals().await.unwrap().youth, 1);
        let own = of_cooperative(register.records.db(), id, Instant(now)).await.unwrap();
        assert_eq!((own.members, own.youth), (1, young));
    }
}

#[tokio::test]
async fn counting_again_finds_nothing_wrong_and_mends_what_is() {
    let register = life(false).await;
    let right = rows(&register).await;
    let done = recount(&register.records).await.unwrap();
    assert_eq!((done.counts, done.mended, done.up_to.0), (right.len(), 0, register.changes().await));
    let mut tx = register.records.db().begin_write().await.unwrap();
    let wrong = |dimension: &str, key: &str, amount: i64| (dimension.to_owned(), key.to_owned(), amount);
    let deltas = [wrong("registry.members.province", "01.051", 9), wrong("registry.members.province", "12.391", 2)];
    tally::add(&mut tx, &deltas).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(recount(&register.records).await.unwrap().mended, 2);
    assert_eq!(rows(&register).await, right);
    // What it counted apart is gone, and the counts go on from there.
    let again = Range { first: "recount.".to_owned(), end: "recount/".to_owned() };
    let mut tx = register.records.db().read().await.unwrap();
    assert!(tally::within(&mut tx, &again).await.unwrap().is_empty());
    assert_eq!(cursor::stored(&mut tx, "registry.recount").await.unwrap(), None);
    drop(tx);
    write(&register, &register.names.cooperative, &[cooperative(9, "registered", "09.541")]).await;
    assert_eq!(register.totals().await.cooperatives, 4);
}

#[tokio::test]
async fn what_the_reader_keeps_is_made_anew_when_it_is_damaged() {
    let register = life(false).await;
    let right = rows(&register).await;
    let id = write(&register, &register.names.cooperative, &[cooperative(9, "registered", "09.541")]).await;
    let mut tx = register.records.db().begin_write().await.unwrap();
    memo::store(&mut tx, "registry.tally", &[(id, "no memo".to_owned())]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(catch_up(&register.records, &TallyReader::default()).await.is_err());
    assert!(recount(&register.records).await.unwrap().mended > 0);
    assert_eq!(register.totals().await.cooperatives, 4);
    assert_ne!(rows(&register).await, right);
}

/// The rows of the counts follow from places, sectors and years. A register of ten times the size has hardly more.
#[tokio::test]
async fn the_counts_do_not_grow_with_the_register() {
    let mut lengths = Vec::new();
    for one_in in [2_000, 200] {
        let register = Register::new().await;
        let made =
            synthetic::write(register.folder.path(), synthetic::Settings { one_in, ..synthetic::Settings::default() });
        let made = made.unwrap();
        register.import(&register.settings(&made.cooperatives, Some(&made.members))).await;
        let totals = register.totals().await;
        let planned = made.totals;
        let expected = [planned.cooperatives, planned.members, planned.women, planned.youth].map(i64::from);
        assert_eq!([totals.cooperatives, totals.members, totals.women, totals.youth], expected);
        lengths.push(rows(&register).await.len());
    }
    // 75 provinces and 20 sectors with the years of birth of two generations, and the few splits besides.
    let years_max = 65 + 20;
    let most = (75 + 20) * years_max + 5 * (75 + 20 + SIZES.len() + years_max) + 4 * years_max;
    assert!(lengths.iter().all(|length| *length <= most), "{lengths:?} of at most {most}");
}

#[tokio::test]
async fn the_public_sees_no_small_count_and_staff_see_all() {
    let register = life(false).await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    // Of 21 members, 3 + 7 + 11, those of the cooperative with 3 are hidden with the next larger class.
    let table = statistics.table(Measure::Members, By::Size, Sight::Public).await.unwrap();
    let shown: Vec<Option<i64>> = table.rows.iter().map(|row| row.amount).collect();
    assert_eq!(shown, [Some(0), None, None, Some(11), Some(0), Some(0), Some(0)]);
    assert_eq!((table.total, table.has_hidden()), (Some(21), true));
    let table = statistics.table(Measure::Members, By::Size, Sight::Staff).await.unwrap();
    assert_eq!((table.rows[1].amount, table.has_hidden()), (Some(3), false));
    let table = statistics.table(Measure::Cooperatives, By::Size, Sight::Public).await.unwrap();
    assert_eq!((table.rows[1].amount, table.rows.len()), (Some(1), SIZES.len()));
    for (by, rows) in [(By::Region, 12), (By::Province, 75), (By::Sector, 20), (By::Age, 7), (By::Year, 1)] {
        assert_eq!(statistics.table(Measure::Women, by, Sight::Public).await.unwrap().rows.len(), rows, "{by:?}");
    }
}

fn holder(role: &str, scope: &str) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(500)),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()],
    })
}

#[test]
fn who_may_read_the_lists_of_members_sees_small_counts() {
    assert_eq!(Sight::of(&Caller::public()), Sight::Public);
    assert_eq!(Sight::of(&Caller::system()), Sight::Staff);
    for role in ["registrar", "observer"] {
        assert_eq!(Sight::of(&holder(role, "nation")), Sight::Staff);
        assert!(matches!(Sight::of(&holder(role, "province:01.051")), Sight::Provinces(_)));
    }
    for role in ["trainer", "administrator"] {
        assert_eq!(Sight::of(&holder(role, "nation")), Sight::Public);
    }
}

#[tokio::test]
async fn the_office_of_a_province_sees_its_own_small_counts_and_those_of_no_other() {
    let register = life(false).await;
    let id = write(&register, &register.names.cooperative, &[cooperative(9, "registered", "09.541")]).await;
    write(&register, &register.names.membership, &[membership(id, 1, false)]).await;
    register.totals().await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    let mut seen = Vec::new();
    for sight in [
        Sight::Public,
        Sight::of(&holder("registrar", "province:01.051")),
        Sight::of(&holder("registrar", "province:09.541")),
        Sight::Staff,
    ] {
        let table = statistics.table(Measure::Members, By::Province, sight).await.unwrap();
        let of = |key: &str| table.rows.iter().find(|row| row.key == key).unwrap().amount;
        seen.push((of("01.051"), of("09.541"), table.total));
    }
    // With the total the first office would take its 21 from 22.
    let all = (Some(21), Some(1), Some(22));
    assert_eq!(seen, [(None, None, Some(22)), (Some(21), None, None), all, all]);
    let by_size =
        statistics.table(Measure::Members, By::Size, Sight::of(&holder("registrar", "province:09.541"))).await;
    assert_eq!(by_size.unwrap().rows[1].amount, None, "a class of size is of the nation");
}

#[tokio::test]
async fn jobs_are_hidden_where_the_few_other_members_could_be_worked_out() {
    let register = Register::new().await;
    // Ten members of a cooperative with jobs, and two of one without.
    for (number, name, members) in [(1, "Tifaouine", 10), (2, "Al Amal", 2)] {
        let mut body = cooperative(number, "registered", "09.541");
        body["name_fr"] = json!(name);
        let id = write(&register, &register.names.cooperative, &[body]).await;
        for member in 1..=members {
            write(&register, &register.names.membership, &[membership(id, member, false)]).await;
        }
    }
    register.totals().await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    let members = statistics.table(Measure::Members, By::Sector, Sight::Public).await.unwrap();
    assert_eq!((members.total, members.has_hidden()), (Some(12), false));
    let jobs = statistics.table(Measure::Jobs, By::Sector, Sight::Public).await.unwrap();
    assert_eq!((jobs.total, jobs.rows.iter().find_map(|row| row.amount.filter(|amount| *amount > 0))), (None, None));
    assert_eq!(statistics.table(Measure::Jobs, By::Sector, Sight::Staff).await.unwrap().total, Some(10));
}

#[tokio::test]
async fn a_year_without_a_woman_is_a_line_and_hidden_where_it_tells_of_a_few_men() {
    let register = Register::new().await;
    // Two men of 2019, and six women with six men of each of two other years.
    for (number, name, year, members) in
        [(1, "Tifaouine", 2019, 2), (2, "Al Amal", 2020, 12), (3, "Zitouna du Souss", 2021, 12)]
    {
        let mut body = cooperative(number, "registered", "09.541");
        body["name_fr"] = json!(name);
        body["registered_on"] = json!(format!("{year}-02-01"));
        let id = write(&register, &register.names.cooperative, &[body]).await;
        for member in 1..=members {
            let number = if year == 2019 { member * 2 - 1 } else { member };
            write(&register, &register.names.membership, &[membership(id, number, false)]).await;
        }
    }
    register.totals().await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    let mut shown = Vec::new();
    for sight in [Sight::Public, Sight::Staff] {
        let table = statistics.table(Measure::Women, By::Year, sight).await.unwrap();
        assert_eq!(table.rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["2019", "2020", "2021"]);
        shown.push(table.rows.iter().map(|row| row.amount).collect::<Vec<_>>());
    }
    assert_eq!(shown, [vec![None, None, Some(6)], vec![Some(0), Some(6), Some(6)]]);
}

#[tokio::test]
async fn other_homes_are_counted_apart_from_the_own_whatever_comes_again_and_by_home() {
    let register = Register::new().await;
    let names = register.names.clone();
    let own_root = write(&register, &names.cooperative, &[cooperative(1, "registered", "09.541")]).await;
    write(&register, &names.membership, &[membership(own_root, 2, false)]).await;
    let there = RecordId(Uuid::from_u128(70));
    let number = |number: u128| RecordId(Uuid::from_u128(number));
    register.receive(&names.cooperative, there, 3, cooperative(2, "registered", "01.051")).await;
    for place in 1..=3_u32 {
        register.receive(&names.membership, number(80 + u128::from(place)), 5, membership(there, place, false)).await;
    }
    let totals = register.totals().await;
    assert_eq!((totals.cooperatives, totals.members, totals.women), (2, 4, 2));
    let own = async || totals_of(register.records.db(), Counted::Own, register.records.ambient().now()).await.unwrap();
    let counted = own().await;
    assert_eq!((counted.cooperatives, counted.members, counted.women), (1, 1, 1), "this register's own alone");
    // Less of the same version, later versions with a gap between them, and a member who left.
    let mut less = membership(there, 2, false);
    less.as_object_mut().unwrap().remove("gender");
    register.receive_part(&names.membership, number(82), 5, (less, ["gender".to_owned()].into())).await;
    assert_eq!(register.totals().await.women, 1);
    register.receive(&names.membership, number(82), 9, membership(there, 2, false)).await;
    register.receive(&names.membership, number(83), 7, membership(there, 3, true)).await;
    let totals = register.totals().await;
    assert_eq!((totals.members, totals.women), (3, 2));
    let homes = async |measure: Measure| {
        let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
        statistics.by_home(measure).await.unwrap().into_iter().collect::<BTreeMap<_, _>>()
    };
    let here = register.records.instance();
    assert_eq!(homes(Measure::Cooperatives).await, BTreeMap::from([(here, 1), (THERE, 1)]));
    assert_eq!(homes(Measure::Members).await, BTreeMap::from([(here, 1), (THERE, 2)]));
    // What moves is counted where it is.
    let subjects = [there];
    let mut tx = register.records.db().begin_write().await.unwrap();
    let moving = Moving { subjects: &subjects, from: THERE, to: here, tenure: 2 };
    register.records.adopt(&mut tx, moving).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(register.totals().await.members, 3);
    assert_eq!(homes(Measure::Members).await, BTreeMap::from([(here, 3)]));
    assert_eq!((own().await.cooperatives, own().await.members), (2, 3), "what came is counted here");
    // And what goes is counted there, though its public facts stay.
    let mut tx = register.records.db().begin_write().await.unwrap();
    let going = [own_root];
    register.records.release(&mut tx, Moving { subjects: &going, from: here, to: THERE, tenure: 2 }).await.unwrap();
    tx.commit().await.unwrap();
    let all = register.totals().await;
    assert_eq!((all.cooperatives, all.members), (2, 3));
    assert_eq!((own().await.cooperatives, own().await.members), (1, 2));
    assert_eq!(split(&register, Measure::Cooperatives, By::Province).await, [("01.051".to_owned(), 1)].into());
    let membership_kind = &names.membership;
    let mut unit = Unit::new(register.records.clone(), Caller::system());
    let left = json!({ "left_on": "2024-01-01" });
    unit.patch(membership_kind, number(81), left, None).await.unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(register.totals().await.members, 2);
    assert_eq!(recount(&register.records).await.unwrap().mended, 0);
}

/// Cooperatives are in two provinces of Souss-Massa: what came from nowhere is not nought, and what is there is shown.
#[tokio::test]
async fn where_nothing_came_from_nothing_is_known() {
    let register = life(false).await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    let whole = statistics.table(Measure::Cooperatives, By::Province, Sight::Staff).await.unwrap();
    let filled: Vec<&str> = whole.rows.iter().filter(|row| row.amount != Some(0)).map(|row| row.key.as_str()).collect();
    assert!(!filled.is_empty() && whole.rows.iter().all(|row| !row.is_unknown));
    let covered = whole.rows.iter().find(|row| row.amount == Some(0)).unwrap().key.clone();
    statistics.know_only(Known::Provinces(std::iter::once(covered.parse().unwrap()).collect()));
    for measure in [Measure::Cooperatives, Measure::Women] {
        for by in [By::Province, By::Region] {
            let table = statistics.table(measure, by, Sight::Public).await.unwrap();
            let all = table.rows.len();
            let unknown = table.rows.iter().filter(|row| row.is_unknown).count();
            assert!(unknown > 0 && unknown < all && !table.is_unknown, "{measure:?} {by:?}");
            assert!(table.rows.iter().filter(|row| row.is_unknown).all(|row| row.amount.is_none() && !row.is_hidden()));
        }
    }
    let table = statistics.table(Measure::Cooperatives, By::Province, Sight::Public).await.unwrap();
    let of = |key: &str| table.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!((of(&covered).amount, of(&covered).is_unknown), (Some(0), false));
    assert!(filled.iter().all(|key| !of(key).is_unknown), "what is there is known");
    assert_eq!(table.total, whole.total);
}

/// The register came and its members did not: people are unknown there, and cooperatives are counted.
#[tokio::test]
async fn where_no_members_came_from_numbers_of_people_are_unknown() {
    let register = Register::new().await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    let of = |codes: &[&str]| Known::Provinces(codes.iter().map(|code| code.parse().unwrap()).collect());
    statistics.know_only(of(&["09.541", "09.551"]));
    statistics.know_members_only(of(&["09.551"]));
    for measure in Measure::ALL.into_iter().filter(|measure| measure.splits().contains(&By::Province)) {
        let table = statistics.table(measure, By::Province, Sight::Public).await.unwrap();
        let row = |key: &str| table.rows.iter().find(|row| row.key == key).unwrap();
        let expected = if measure.counts_people() { None } else { Some(0) };
        assert_eq!((row("09.541").amount, row("09.541").is_unknown), (expected, expected.is_none()), "{measure:?}");
        assert_eq!((row("09.551").amount, row("09.551").is_unknown), (Some(0), false), "{measure:?}");
    }
    let sizes = statistics.table(Measure::Cooperatives, By::Size, Sight::Public).await.unwrap();
    assert_eq!(sizes.rows.iter().map(|row| row.is_unknown).filter(|is_unknown| *is_unknown).count(), 1);
    statistics.know_members_only(of(&[]));
    let women = statistics.table(Measure::Women, By::Region, Sight::Public).await.unwrap();
    assert_eq!((women.total, women.is_unknown), (None, true));
}

#[tokio::test]
async fn from_nowhere_no_sum_is_known_either() {
    let register = Register::new().await;
    let mut statistics = Statistics::open(register.records.db(), register.records.ambient().now()).await.unwrap();
    statistics.know_only(Known::Provinces(std::collections::BTreeSet::new()));
    for by in [By::Region, By::Sector, By::Size] {
        let table = statistics.table(Measure::Cooperatives, by, Sight::Public).await.unwrap();
        assert_eq!((table.total, table.is_unknown, table.has_hidden()), (None, true, false), "{by:?}");
        assert!(table.rows.iter().all(|row| row.is_unknown), "{by:?}");
    }
}
