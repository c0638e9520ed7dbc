//! What is counted of a cooperative, and how it is kept.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// 2024-06-01 and 2026-06-01.
const AT: [Instant; 2] = [Instant(1_717_200_000_000), Instant(1_780_272_000_000)];

fn cooperative(status: &str) -> Value {
    json!({
        "status": status, "province": "09.541", "sector": "argan", "category": "ac", "capital_mad": 1500.5,
        "registered_on": "2019-02-01"
    })
}

fn amount(memo: &Memo, measure: Measure, by: By, key: &str) -> i64 {
    let mut counts = HashMap::new();
    memo.count(&mut counts, 1);
    counts.get(&Place::Split(Whose::Own, measure, by, key.to_owned())).copied().unwrap_or_default()
}

#[test]
fn a_cooperative_counts_for_what_it_is() {
    let mut memo = Memo::default();
    memo.step(Some(&cooperative("registered")), AT[0]);
    let woman = Seat::of(&json!({"gender": "female", "birth_year": 1995})).unwrap();
    memo.seat(woman, 3);
    memo.seat(Seat::of(&json!({})).unwrap(), 2);
    for (measure, by, key, expected) in [
        (Measure::Cooperatives, By::Province, "09.541", 1),
        (Measure::Members, By::Sector, "argan", 5),
        (Measure::Women, By::Size, "5-9", 3),
        (Measure::Jobs, By::Year, "2019", 5),
        (Measure::Capital, By::Province, "09.541", 1500),
        (Measure::Creations, By::Year, "2019", 1),
        (Measure::Members, By::Age, "1995", 3),
        (Measure::Members, By::Age, "unknown", 2),
        (Measure::Women, By::Age, "unknown", 0),
    ] {
        assert_eq!(amount(&memo, measure, by, key), expected, "{measure:?} {by:?} {key}");
    }
    assert_eq!((memo.born_since(1990), memo.born_since(0)), (3, 3));
}

#[test]
fn a_membership_counts_by_the_fields_that_are_read_of_it() {
    let id = "01935f2e-0000-7000-8000-000000000001";
    let whole = json!({
        "cooperative": id, "number": "1", "person": id, "gender": "female", "birth_year": 1995, "role": "member",
        "province": "09.541", "sector": "argan", "joined_on": "2019-02-01", "shares": 2, "share_value_mad": 100, "paid_mad": 200
    });
    let with = |field: &str, value: Value| {
        let mut body = whole.clone();
        body[field] = value;
        body
    };
    let ended = with("left_on", json!("2024-01-31"));
    let (legal, member) = (with("legal_person", json!(id)), with("member_cooperative", json!(id)));
    for body in [&whole, &ended, &legal, &member, &with("gender", json!("male")), &with("birth_year", json!(null))] {
        let part: Value = Taken::FIELDS.iter().filter_map(|field| Some((*field, body.get(field)?.clone()))).collect();
        assert_eq!(Taken::of(&part), Taken::of(body), "{body}");
    }
    assert!(Taken::of(&whole).0.is_some() && Taken::of(&ended).0.is_none() && Taken::of(&legal).0.is_none());
}

#[test]
fn a_closing_is_of_the_year_of_its_change_and_is_taken_back() {
    let mut memo = Memo::default();
    memo.step(Some(&cooperative("registered")), AT[0]);
    memo.step(Some(&cooperative("dissolved")), AT[0]);
    memo.step(Some(&cooperative("struck_off")), AT[1]);
    assert_eq!(amount(&memo, Measure::Closings, By::Year, "2024"), 1);
    assert_eq!(amount(&memo, Measure::Cooperatives, By::Year, "2019"), 0);
    assert_eq!(amount(&memo, Measure::Creations, By::Year, "2019"), 1);
    memo.step(Some(&cooperative("registered")), AT[1]);
    assert_eq!(amount(&memo, Measure::Closings, By::Year, "2024"), 0);
    let mut imported = Memo::default();
    imported.step(Some(&cooperative("struck_off")), AT[1]);
    assert_eq!(amount(&imported, Measure::Closings, By::Year, "unknown"), 1);
    imported.step(None, AT[1]);
    let mut counts = HashMap::new();
    imported.count(&mut counts, 1);
    assert!(counts.is_empty());
}

#[test]
fn a_closing_of_the_first_hour_of_a_year_is_of_that_year() {
    // 2024-12-31 at 22:30 and 23:30 of universal time: Morocco was an hour ahead.
    for (at, year) in [(1_735_684_200_000, "2024"), (1_735_687_800_000, "2025")] {
        let mut memo = Memo::default();
        memo.step(Some(&cooperative("registered")), AT[0]);
        memo.step(Some(&cooperative("struck_off")), Instant(at));
        assert_eq!(amount(&memo, Measure::Closings, By::Year, year), 1, "{at}");
    }
}

#[test]
fn an_alias_counts_for_nothing_until_it_is_none_again() {
    let mut alias = cooperative("registered");
    let mut memo = Memo::default();
    memo.step(Some(&alias), AT[0]);
    memo.seat(Seat::of(&json!({})).unwrap(), 1);
    alias["merged_into"] = json!("01890000-0000-7000-8000-000000000000");
    memo.step(Some(&alias), AT[1]);
    let mut counts = HashMap::new();
    memo.count(&mut counts, 1);
    assert!(counts.is_empty(), "{counts:?}");
    alias["merged_into"] = json!(null);
    memo.step(Some(&alias), AT[1]);
    assert_eq!(amount(&memo, Measure::Members, By::Province, "09.541"), 1);
    assert_eq!(amount(&memo, Measure::Creations, By::Year, "2019"), 1);
}

#[test]
fn what_another_home_has_counts_apart_and_what_moves_changes_sides() {
    let mut memo = Memo::default();
    memo.step(Some(&cooperative("registered")), AT[0]);
    let home = InstanceId(uuid::Uuid::from_u128(9));
    let mut seen = Vec::new();
    for whose in [Whose::Elsewhere, Whose::Own] {
        memo.is_of(home, whose);
        let mut counts = HashMap::new();
        memo.count(&mut counts, 1);
        let sides = Whose::ALL.map(|side| Place::Split(side, Measure::Cooperatives, By::Sector, "argan".to_owned()));
        seen.push(sides.map(|side| counts.get(&side).copied().unwrap_or_default()));
    }
    assert_eq!(seen, [[0, 1], [1, 0]]);
}

#[test]
fn a_member_who_left_has_no_seat() {
    assert_eq!(Seat::of(&json!({"left_on": "2024-01-01"})), None);
    assert!(Seat::of(&json!({"left_on": null})).is_some());
}

#[test]
fn what_is_no_memo_is_refused() {
    for line in [
        "",
        "c|09.541",
        "c|09.541|argan||x|2019||||",
        "||||||",
        "|||||||f1990||",
        "|||||||q1990:1||",
        "z|a|b||1|2||||",
        "|||||||||x",
        "||||||||o|",
        "||||||||o|x",
        "||||||||q|01890000-0000-7000-8000-000000000000",
        "|||||||||01890000-0000-7000-8000-000000000000",
    ] {
        assert!(line.parse::<Memo>().is_err(), "{line}");
    }
    for line in ["", "x|f1990", "01890000-0000-7000-8000-000000000000|q1"] {
        assert!(line.parse::<Taken>().is_err(), "{line}");
    }
}

proptest! {
    #[test]
    fn a_memo_is_read_as_it_was_written(
        statuses in proptest::collection::vec(0_usize..4, 0..4),
        seats in proptest::collection::vec((any::<bool>(), 1880_u16..2200, -3_i64..40), 0..12),
    ) {
        let mut memo = Memo::default();
        for index in statuses {
            let body = ["registered", "dissolved", "awaited"].get(index).map(|status| cooperative(status));
            memo.step(body.as_ref(), AT[index % 2]);
        }
        for (is_woman, birth_year, count) in seats {
            let seat = Seat { is_woman, birth_year };
            memo.seat(seat, count);
            let whose = if is_woman { Whose::Elsewhere } else { Whose::Own };
            memo.is_of(InstanceId(uuid::Uuid::from_u128(birth_year.into())), whose);
            let taken = Taken(Some((RecordId(uuid::Uuid::from_u128(7)), seat)));
            prop_assert_eq!(taken.to_string().parse::<Taken>(), Ok(taken));
        }
        prop_assert_eq!(Taken(None).to_string().parse::<Taken>(), Ok(Taken(None)));
        prop_assert_eq!(memo.to_string().parse::<Memo>(), Ok(memo));
    }
}
