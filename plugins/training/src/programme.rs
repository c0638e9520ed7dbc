//! The programme's view: how many learn what, by course, province and month, with women and the young, and no number that is so small that it speaks
//! of somebody.
//!
//! **What is not told.** A count below [`CELL_MIN`] is not told, nor one that could be told from the others of its column: when a column hides
//! one cell alone, or cells whose sum would tell them, its next smallest is hidden too, because the same people are counted by course, by province
//! and by month. A part of a line is not told either when the rest of the line would be too small. Everything is counted from enrolments
//! as they are; nobody types a number. Certificates have a page of their own ([`crate::certified`]): beside the sums of them here, what is hidden
//! there could be worked out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Error, Find, Language, Request, Store, blobs, config, context, csv, i18n, places};

use crate::cells::CELL_MIN;
use crate::kinds::{Course, Enrolment};

/// The pages of enrolments that are read, of all courses together; that there is more is said.
const PAGES_MAX: u32 = 20;
/// Courses that are counted.
const COURSES_MAX: u32 = 50;
/// How long the link to the file holds.
const LINK: Duration = Duration::from_secs(3_600);
const CSV: &str = "text/csv";

/// What is counted of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Line {
    all: u32,
    completed: u32,
    women: u32,
    young: u32,
}

/// The columns of a table, in their order: `all` stands first, and the next three are parts of it.
const COLUMNS: [&str; 4] = ["all", "completed", "women", "young"];

impl Line {
    fn cells(self) -> [u32; 4] {
        [self.all, self.completed, self.women, self.young]
    }

    fn add(&mut self, enrolment: &Enrolment, youngest: u32) {
        self.all += 1;
        self.completed += u32::from(enrolment.completed_at.is_some());
        self.women += u32::from(enrolment.woman == Some(true));
        self.young += u32::from(enrolment.born.is_some_and(|year| year >= youngest));
    }
}

/// Everything that is counted.
#[derive(Default)]
struct Counts {
    courses: Vec<(String, Line)>,
    provinces: BTreeMap<String, Line>,
    months: BTreeMap<String, Line>,
    languages: BTreeMap<String, Line>,
    /// Whether all of it was read.
    is_whole: bool,
    /// Enrolments of whom the register told nothing.
    unknown: u32,
}

/// `GET /programme`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    may_see()?;
    page(request, None)
}

/// `POST /programme/csv`: the same numbers as a file.
pub(crate) fn export(request: &Request) -> Result<Answer, Error> {
    may_see()?;
    let language = request.page_language();
    let text = csv(&tables(&counts(language)?, language));
    page(request, Some(keep_file(&text)?))
}

/// Keeps a table as a file for a while, and answers the link to it.
///
/// # Errors
/// As those of the files.
pub(crate) fn keep_file(text: &str) -> Result<String, Error> {
    let file = blobs::keep(CSV, text.as_bytes())?;
    // The file of the time before is not needed any more; its link would not be good for long.
    for old in blobs::list(100, None)?.items {
        let is_over = context::now().saturating_sub(old.created_at) > 2 * 3_600 * 1_000;
        if old.media_type == CSV && old.id != file.id && is_over {
            blobs::delete(&old.id)?;
        }
    }
    blobs::link(&file.id, LINK)
}

/// Ends the call of whoever is not of the programme.
///
/// # Errors
/// `denied`, or that one must sign in.
pub(crate) fn may_see() -> Result<(), Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    if !caller.holds("observer") && !caller.holds("trainer") {
        return Err(Error::denied("this page is for the programme"));
    }
    Ok(())
}

fn page(request: &Request, file: Option<String>) -> Result<Answer, Error> {
    let language = request.page_language();
    let counts = counts(language)?;
    let data = json!({
        "tables": tables(&counts, language),
        "whole": counts.is_whole,
        "unknown": shown(counts.unknown),
        "age": config::get::<u32>("young_age_max")?,
        "min": CELL_MIN,
        "file": file,
    });
    Answer::page("programme", "", &data)
}

fn counts(language: Language) -> Result<Counts, Error> {
    let year = context::today()?.as_str().get(..4).and_then(|year| year.parse().ok()).unwrap_or(0_u32);
    let youngest = year.saturating_sub(config::get::<u32>("young_age_max")?);
    let mut counts = Counts { is_whole: true, ..Counts::default() };
    let mut pages = 0;
    let courses = Store::list(&Find::new().sort(Course::ORDER).limit(COURSES_MAX))?.items;
    let mut by_course: BTreeMap<String, Line> = BTreeMap::new();
    for course in &courses {
        let find = Find::new().equal(Enrolment::COURSE, course.body.code.as_str()).limit(100);
        let mut cursor: Option<String> = None;
        loop {
            if pages == PAGES_MAX {
                counts.is_whole = false;
                break;
            }
            pages += 1;
            let page = Store::list(&find.clone().after(cursor.as_deref()))?;
            for enrolment in page.items.iter().map(|entry| &entry.body) {
                counts.take(enrolment, youngest);
                by_course.entry(enrolment.course.clone()).or_default().add(enrolment, youngest);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    counts.courses = courses
        .iter()
        .map(|course| {
            let line = by_course.get(&course.body.code).copied().unwrap_or_default();
            (course.body.title.best(language).to_owned(), line)
        })
        .collect();
    Ok(counts)
}

impl Counts {
    fn take(&mut self, enrolment: &Enrolment, youngest: u32) {
        let province = enrolment.lives_in.clone().unwrap_or_default();
        self.provinces.entry(province).or_default().add(enrolment, youngest);
        self.months.entry(month(enrolment.started_at)).or_default().add(enrolment, youngest);
        self.languages.entry(enrolment.language.name().to_owned()).or_default().add(enrolment, youngest);
        self.unknown += u32::from(enrolment.lives_in.is_none() || enrolment.woman.is_none());
    }
}

/// The month of a moment: `2026-11`.
fn month(at: u64) -> String {
    Date::of(at).and_then(|day| day.as_str().get(..7).map(str::to_owned)).unwrap_or_default()
}

/// The tables, with what may be told of each.
fn tables(counts: &Counts, language: Language) -> Vec<Value> {
    let unknown = i18n::translate("programme-unknown-place", &[], Some(language.tag())).unwrap_or_default();
    let provinces = counts.provinces.iter().map(|(code, line)| {
        let name = if code.is_empty() { unknown.clone() } else { places::province(code, language) };
        (name, *line)
    });
    let plain = |lines: &BTreeMap<String, Line>| lines.iter().map(|(name, line)| (name.clone(), *line)).collect();
    [
        ("course", counts.courses.clone()),
        ("province", provinces.collect()),
        ("month", plain(&counts.months)),
        ("language", plain(&counts.languages)),
    ]
    .into_iter()
    .map(|(by, lines)| json!({ "by": by, "columns": COLUMNS, "lines": told(&lines) }))
    .collect()
}

/// Each line with its cells; none where it is not told.
fn told(lines: &[(String, Line)]) -> Vec<Value> {
    let cells: Vec<[u32; 4]> = lines.iter().map(|(_, line)| line.cells()).collect();
    let mut hidden: Vec<[bool; 4]> = cells
        .iter()
        .map(|[all, completed, women, young]| {
            let part = |part: u32| shown_of(part, *all).is_none();
            [shown(*all).is_none(), part(*completed), part(*women), part(*young)]
        })
        .collect();
    for column in 0..COLUMNS.len() {
        hide_more(&cells, &mut hidden, column);
    }
    let mut views = Vec::with_capacity(lines.len());
    for (((name, _), cells), hidden) in lines.iter().zip(&cells).zip(&hidden) {
        let told = cells.iter().zip(hidden).map(|(cell, hidden)| (!hidden).then_some(*cell));
        views.push(json!({ "name": name, "cells": told.collect::<Vec<_>>() }));
    }
    views
}

/// Hides the smallest of the other cells that are not nought, until what a column hides cannot be told from its sum: one cell alone can, and so
/// can many that have one each.
fn hide_more(cells: &[[u32; 4]], hidden: &mut [[bool; 4]], column: usize) {
    for _ in 0..cells.len() {
        let (mut hides, mut sum, mut smallest) = (0, 0, None);
        for (place, (line, hidden)) in cells.iter().zip(hidden.iter()).enumerate() {
            let (Some(&count), Some(&is_hidden)) = (line.get(column), hidden.get(column)) else { return };
            if is_hidden {
                (hides, sum) = (hides + 1, sum + count);
            } else if count > 0 && smallest.is_none_or(|(least, _)| count < least) {
                smallest = Some((count, place));
            }
        }
        let is_told = hides == 1 || (1..CELL_MIN.max(hides + 1)).contains(&sum);
        let Some(cell) = smallest.filter(|_| is_told).and_then(|(_, place)| hidden.get_mut(place)?.get_mut(column))
        else {
            return;
        };
        *cell = true;
    }
}

fn shown(count: u32) -> Option<u32> {
    (count == 0 || count >= CELL_MIN).then_some(count)
}

/// A part of a whole; not told either when the rest could be told from it.
fn shown_of(part: u32, all: u32) -> Option<u32> {
    shown(all)?;
    shown(part).filter(|part| shown(all.saturating_sub(*part)).is_some())
}

/// The tables as one file; a cell that is not told is empty.
fn csv(tables: &[Value]) -> String {
    let mut text = format!("by,name,{}\r\n", COLUMNS.join(","));
    let list = |of: &Value, name: &str| of.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let word = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for table in tables {
        for line in list(table, "lines") {
            let cells = list(&line, "cells").into_iter().map(|cell| cell.as_u64().map(|cell| cell.to_string()));
            let cells: Vec<String> = cells.map(Option::unwrap_or_default).collect();
            let row = [word(table, "by"), quoted(&word(&line, "name")), cells.join(",")];
            text.push_str(&row.join(","));
            text.push_str("\r\n");
        }
    }
    text
}

/// A text of a cell: in quotes, and never read as a formula.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", csv::disarmed(text).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(of: &[(u32, u32)]) -> Vec<(String, Line)> {
        let line = |(all, completed): &(u32, u32)| Line { all: *all, completed: *completed, ..Line::default() };
        of.iter().map(|counts| ("x".to_owned(), line(counts))).collect()
    }

    fn column(of: &[(u32, u32)], place: usize) -> Vec<Value> {
        told(&lines(of)).into_iter().map(|line| line["cells"][place].clone()).collect()
    }

    #[test]
    fn no_small_number_can_be_told_or_told_from_the_others() {
        assert_eq!(column(&[(10, 0), (20, 0)], 0), [json!(10), json!(20)]);
        assert_eq!(column(&[(3, 0), (20, 0), (9, 0)], 0), [Value::Null, json!(20), Value::Null]);
        assert_eq!(column(&[(3, 0), (2, 0), (9, 0)], 0), [Value::Null, Value::Null, json!(9)]);
        assert_eq!(column(&[(3, 0)], 0), [Value::Null]);
        assert_eq!(column(&[(3, 0), (0, 0), (9, 0)], 0), [Value::Null, json!(0), Value::Null], "nought hides nothing");
        // Two hidden cells of two together would have one each.
        assert_eq!(column(&[(1, 0), (20, 0), (1, 0), (9, 0)], 0), [Value::Null, json!(20), Value::Null, Value::Null]);
        assert_eq!(column(&[(1, 0), (1, 0), (1, 0), (1, 0), (1, 0), (9, 0)], 0), [const { Value::Null }; 6]);
        // Of ten, eight completed: the two who did not would be told, and a second line is hidden with it.
        assert_eq!(column(&[(10, 8), (30, 10), (12, 6)], 1), [Value::Null, json!(10), Value::Null]);
        assert_eq!((shown_of(8, 10), shown_of(5, 10), shown_of(10, 10)), (None, Some(5), Some(10)));
    }

    #[test]
    fn a_month_is_that_of_the_calendar() {
        let told = [0, 951_782_400_000, 1_772_323_200_000, 1_795_737_600_000].map(month);
        assert_eq!(told, ["1970-01", "2000-02", "2026-03", "2026-11"]);
    }

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("Le \"vrai\" coût"), "\"Le \"\"vrai\"\" coût\"");
        // A French Excel ends cells at semicolons; spaces and full-width signs keep nothing from being run.
        for (name, cell) in [("Vendre; =1+1", "\"Vendre;' =1+1\""), (" =1", "\"' =1\""), ("＝1", "\"'＝1\"")] {
            assert_eq!(quoted(name), cell);
        }
    }
}
