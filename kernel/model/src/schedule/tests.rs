//! Schedules by example, around the days on which clocks are changed, and by law: each next time is the first of all times.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::{Schedule, ZONE_DEFAULT, Zone, instant, timestamp};
use crate::ambient::Instant;
use crate::cron::Cron;

fn at(text: &str) -> Instant {
    instant(text.parse().unwrap())
}

/// The next times in Morocco after a moment, as moments in UTC.
fn next(schedule: &str, after: &str, count: usize) -> Vec<String> {
    let (schedule, zone): (Schedule, Zone) = (schedule.parse().unwrap(), ZONE_DEFAULT.parse().unwrap());
    let mut moment = at(after);
    let mut found = Vec::new();
    for _ in 0..count {
        moment = schedule.next(moment, &zone).unwrap();
        found.push(timestamp(moment).to_string());
    }
    found
}

#[test]
fn a_schedule_goes_by_the_clock_of_its_zone() {
    // Morocco was an hour before Greenwich until September 2026, but for Ramadan.
    let found = next("0 3 * * *", "2026-07-01T12:00:00Z", 2);
    assert_eq!(found, ["2026-07-02T02:00:00Z", "2026-07-03T02:00:00Z"]);
    assert_eq!(next("30 8 * * 1-5", "2026-07-03T12:00:00Z", 1), ["2026-07-06T07:30:00Z"]);
    assert_eq!(next("0 0 31 12 *", "2025-01-01T00:00:00Z", 1), ["2025-12-30T23:00:00Z"]);
    assert_eq!(next("0 3 * * *", "2026-11-01T12:00:00Z", 1), ["2026-11-02T03:00:00Z"]);
    assert_eq!(next("*/20 * * * *", "2026-11-01T12:05:00Z", 2), ["2026-11-01T12:20:00Z", "2026-11-01T12:40:00Z"]);
}

/// In Ramadan the clocks stand at Greenwich time: on 15 February 2026 it is two o'clock again at three.
#[test]
fn what_comes_twice_when_ramadan_begins_happens_once() {
    let found = next("30 2 * * *", "2026-02-14T12:00:00Z", 2);
    assert_eq!(found, ["2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"]);
    let hourly = next("30 * * * *", "2026-02-15T00:45:00Z", 3);
    assert_eq!(hourly, ["2026-02-15T01:30:00Z", "2026-02-15T02:30:00Z", "2026-02-15T03:30:00Z"]);
}

/// On 22 March 2026 it is three o'clock at two.
#[test]
fn what_falls_into_the_gap_when_ramadan_ends_happens_after_it() {
    let found = next("30 2 * * *", "2026-03-21T12:00:00Z", 2);
    assert_eq!(found, ["2026-03-22T02:30:00Z", "2026-03-23T01:30:00Z"]);
    let found = next("0 3 * * *", "2026-03-21T12:00:00Z", 2);
    assert_eq!(found, ["2026-03-22T02:00:00Z", "2026-03-23T02:00:00Z"]);
}

/// On 20 September 2026 it is one o'clock again at two, and from then on there is no change any more.
#[test]
fn the_last_change_of_morocco_s_clocks_is_known() {
    let found = next("30 1 * * *", "2026-09-19T12:00:00Z", 2);
    assert_eq!(found, ["2026-09-20T00:30:00Z", "2026-09-21T01:30:00Z"]);
    let found = next("30 1 * * *", "2027-02-01T12:00:00Z", 60);
    assert!(found.iter().all(|at| at.ends_with("T01:30:00Z")), "{found:?}");
}

/// From the second half of the hour that comes twice, nothing of it is found again.
#[test]
fn the_hour_that_comes_twice_is_left_forwards() {
    assert_eq!(next("30 2 * * *", "2026-02-15T02:10:00Z", 1), ["2026-02-16T02:30:00Z"]);
    assert_eq!(next("15,45 2,3 * * *", "2026-02-15T02:10:00Z", 1), ["2026-02-15T03:15:00Z"]);
}

#[test]
fn every_night_of_the_year_has_one_run_also_when_ramadan_begins_and_ends() {
    for schedule in ["0 22 * * *", "30 2 * * *", "0 3 * * *", "59 23 * * *", "0 0 * * *"] {
        let days = next(schedule, "2025-12-31T23:30:00Z", 365);
        let zone = Zone::default();
        let days: Vec<_> = days.iter().map(|day| zone.day(at(day))).collect();
        let mut different = days.clone();
        different.dedup();
        assert_eq!(days, different, "{schedule}");
        let last = if schedule == "0 0 * * *" { (2027, 1, 1) } else { (2026, 12, 31) };
        assert_eq!(days.last(), Some(&last), "{schedule}");
    }
}

#[test]
fn every_hour_runs_at_each_hour_that_passes_also_when_the_clocks_change() {
    for schedule in ["0 * * * *", "17 * * * *", "*/15 * * * *"] {
        for around in ["2026-02-14T20:00:00Z", "2026-03-21T20:00:00Z"] {
            let runs = next(schedule, around, 60);
            let step = if schedule.starts_with('*') { 15 } else { 60 };
            for pair in runs.windows(2) {
                assert_eq!((at(&pair[1]).0 - at(&pair[0]).0) / 60_000, step, "{schedule} {pair:?}");
            }
        }
    }
}

/// Lord Howe moves its clocks by half an hour at two, Troll by two hours at one.
#[test]
fn gaps_of_other_lengths_are_left_at_their_first_time() {
    for (zone, schedule, after, expected) in [
        (
            "Australia/Lord_Howe",
            "25,30 2 * * *",
            "2026-10-03T12:00:00Z",
            ["2026-10-03T15:30:00Z", "2026-10-03T15:55:00Z"],
        ),
        (
            "Antarctica/Troll",
            "30 1,2,3 * * *",
            "2026-03-28T12:00:00Z",
            ["2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"],
        ),
    ] {
        let (zone, schedule): (Zone, Schedule) = (zone.parse().unwrap(), schedule.parse().unwrap());
        let first = schedule.next(at(after), &zone).unwrap();
        let second = schedule.next(first, &zone).unwrap();
        assert_eq!([first, second].map(|at| timestamp(at).to_string()), expected, "{}", zone.name());
    }
}

#[test]
fn what_is_no_schedule_is_refused_with_a_reason() {
    for text in ["", "daily", "* * * *", "* * * * * *", "61 * * * *", "0 3 31 2 *", "* * * * * UTC", "@daily"] {
        let error = text.parse::<Schedule>().unwrap_err().to_string();
        assert!(error.contains("five fields"), "{error}");
    }
}

#[test]
fn a_zone_is_known_by_its_name_and_has_days() {
    let zone: Zone = ZONE_DEFAULT.parse().unwrap();
    assert_eq!(zone.name(), ZONE_DEFAULT);
    assert_eq!(zone.day(at("2026-07-01T23:30:00Z")), (2026, 7, 2));
    assert!("Atlantis".parse::<Zone>().is_err());
    assert_eq!(Zone::default(), zone);
}

/// A field of a schedule: its text, and the values that it stands for.
#[derive(Debug, Clone)]
struct Field {
    text: String,
    values: BTreeSet<u8>,
}

impl Field {
    fn any(first: u8, last: u8) -> Self {
        Self { text: "*".to_owned(), values: (first..=last).collect() }
    }

    fn is_any(&self) -> bool {
        self.text == "*"
    }
}

/// A part of a field's list: a number, a range, every so many of a range, every so many of all.
fn part(first: u8, last: u8) -> impl Strategy<Value = Field> {
    (0..4_u8, first..=last, first..=last, 1..=last).prop_map(move |(form, one, other, step)| {
        let (from, to) = (one.min(other), one.max(other));
        let (text, values): (String, BTreeSet<u8>) = match form {
            0 => (one.to_string(), BTreeSet::from([one])),
            1 => (format!("{from}-{to}"), (from..=to).collect()),
            2 => (format!("{from}-{to}/{step}"), (from..=to).step_by(step.into()).collect()),
            _ => (format!("*/{step}"), (first..=last).step_by(step.into()).collect()),
        };
        Field { text, values }
    })
}

fn list(first: u8, last: u8) -> impl Strategy<Value = Field> {
    proptest::collection::vec(part(first, last), 1..4).prop_map(|parts| Field {
        text: parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(","),
        values: parts.into_iter().flat_map(|part| part.values).collect(),
    })
}

fn field(first: u8, last: u8) -> impl Strategy<Value = Field> {
    prop_oneof![1 => Just(Field::any(first, last)), 3 => list(first, last)]
}

/// A day of the week, where 7 is 0.
fn weekdays() -> impl Strategy<Value = Field> {
    field(0, 7).prop_map(|mut field| {
        if field.values.remove(&7) {
            field.values.insert(0);
        }
        field
    })
}

fn has(field: &Field, value: i8) -> bool {
    field.values.contains(&value.unsigned_abs())
}

/// The times of these fields on the days that fit, in their order.
fn walls<'a>(
    from: DateTime,
    days: i64,
    (minutes, hours): (&'a Field, &'a Field),
    fits: impl Fn(DateTime) -> bool + 'a,
) -> impl Iterator<Item = DateTime> + 'a {
    let midnight = from.date().at(0, 0, 0, 0);
    let days = (0..days).map(move |day| midnight.checked_add(day.days()).unwrap()).filter(move |day| fits(*day));
    days.flat_map(|day| {
        let minutes = hours
            .values
            .iter()
            .flat_map(|hour| minutes.values.iter().map(move |minute| i64::from(*hour) * 60 + i64::from(*minute)));
        minutes.map(move |minute| day.checked_add(minute.minutes()).unwrap())
    })
}

const ZONES: [&str; 6] =
    [ZONE_DEFAULT, "UTC", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Antarctica/Troll"];

/// Moments, many of them within two days of one at which clocks are changed somewhere.
fn moments() -> impl Strategy<Value = Timestamp> {
    let changes = [
        "2026-02-15T02:00:00Z",
        "2026-03-22T02:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-04-23T22:00:00Z",
        "2026-10-29T21:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-04-04T15:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
    ];
    let near = (0..changes.len(), -172_800_000..172_800_000_i64).prop_map(move |(position, apart)| {
        let change: Timestamp = changes[position].parse().unwrap();
        change.checked_add(apart.milliseconds()).unwrap()
    });
    let any = (1_767_225_600_000..1_924_991_999_000_i64).prop_map(|at| Timestamp::from_millisecond(at).unwrap());
    prop_oneof![3 => near, 1 => any]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_next_minute_of_five_fields_is_the_first_of_all_that_fit(
        (minutes, hours, days) in (field(0, 59), field(0, 23), field(1, 31)),
        (months, weekdays) in (field(1, 12), weekdays()),
        after in moments(),
    ) {
        let text = [&minutes, &hours, &days, &months, &weekdays].map(|field| field.text.as_str()).join(" ");
        let after = Zone::default().0.to_datetime(after);
        let fits = |day: DateTime| {
            let (of_month, of_week) = (has(&days, day.day()), has(&weekdays, day.weekday().to_sunday_zero_offset()));
            let is_day = if days.is_any() || weekdays.is_any() { of_month && of_week } else { of_month || of_week };
            is_day && has(&months, day.month())
        };
        // Nine years have every 29th of February; what does not come in them is found by nobody.
        let expected = walls(after, 366 * 9, (&minutes, &hours), fits).find(|wall| *wall > after);
        prop_assert_eq!(Cron::read(&text).unwrap().next(after), expected, "{}", text);
    }

    #[test]
    fn what_names_its_hours_comes_next_at_the_first_of_its_times_on_the_wall(
        (minutes, hours, weekdays) in (field(0, 59), list(0, 23), weekdays()),
        (after, zone) in (moments(), 0..ZONES.len()),
    ) {
        let zone: Zone = ZONES[zone].parse().unwrap();
        let schedule: Schedule = format!("{} {} * * {}", minutes.text, hours.text, weekdays.text).parse().unwrap();
        let from = zone.0.to_datetime(after).checked_sub(2.days()).unwrap();
        let fits = |day: DateTime| has(&weekdays, day.weekday().to_sunday_zero_offset());
        let times = walls(from, 12, (&minutes, &hours), fits).map(|wall| zone.0.to_timestamp(wall).unwrap());
        let expected = times.filter(|at| *at > after).min().map(instant);
        prop_assert_eq!(schedule.next(instant(after), &zone), expected, "{} {}", schedule, zone.name());
    }

    #[test]
    fn what_names_no_hour_comes_next_at_the_first_minute_that_passes_and_fits(
        (minutes, weekdays) in (list(0, 59), weekdays()),
        (after, zone) in (moments(), 0..ZONES.len()),
    ) {
        let zone: Zone = ZONES[zone].parse().unwrap();
        let schedule: Schedule = format!("{} * * * {}", minutes.text, weekdays.text).parse().unwrap();
        let whole = Timestamp::from_second(after.as_second().div_euclid(60) * 60).unwrap();
        let passing = (1..=9 * 24 * 60).map(|minute| whole.checked_add(i64::from(minute).minutes()).unwrap());
        let expected = passing.map(|at| (at, zone.0.to_datetime(at))).find(|(_, wall)| {
            has(&minutes, wall.minute()) && has(&weekdays, wall.weekday().to_sunday_zero_offset())
        });
        prop_assert_eq!(schedule.next(instant(after), &zone), expected.map(|(at, _)| instant(at)), "{}", schedule);
    }

    #[test]
    fn any_text_is_refused_or_has_a_next_time_after_any_moment(
        text in prop_oneof![any::<String>(), "[0-9*/, -]{0,30}", "([0-9*]{1,2} ){4}[0-9*]"],
        after in moments(),
    ) {
        if let Ok(schedule) = text.parse::<Schedule>() {
            prop_assert_eq!(schedule.text().parse::<Schedule>(), Ok(schedule.clone()));
            let next = schedule.next(instant(after), &Zone::default());
            prop_assert!(next.is_some_and(|next| next > instant(after)), "{}", schedule);
        }
    }
}
