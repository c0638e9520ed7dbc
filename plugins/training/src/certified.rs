//! How many certificates were given, of one module, course or path: by region and province, in a year or in one of its months.
//!
//! It shows what the last count found ([`crate::tally`]) and reads no certificate. What is told of a year and of its months is decided together,
//! because a reader has both: see [`crate::cells`]. Nothing is summed over what they are of, so that each is a table by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Find, Language, Request, Store, config, i18n, places};

use crate::cells::{self, CELL_MIN, Cell, Sum};
use crate::kinds::Course;
use crate::path::{self, Path};
use crate::programme::{self, quoted};
use crate::tally::{self, Counting, Known, Part};

/// The months of a year, and the year.
const TIMES: usize = 13;
/// Where the year stands after its months.
const YEAR: usize = 12;
/// What is counted of each, in its order: women and young people are parts of the first.
const COLUMNS: [&str; 3] = ["certificates", "women", "young"];
/// What stands after the codes of all regions.
const NOWHERE: &str = "~";
/// Courses whose names are looked up.
const COURSES_MAX: u32 = 100;

/// What is looked at.
struct Chosen {
    of: String,
    title: String,
    year: u32,
    /// None for the whole year.
    month: Option<u32>,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    All,
    /// Where nobody knows, it has no code.
    Region(String),
    Province(String),
}

/// Everything of one thing in one year, and what of it is not told.
struct Table {
    lines: Vec<Line>,
}

struct Line {
    place: Place,
    /// By what is counted, then by month with the year at the end; none where it is not told.
    told: [[Option<u32>; TIMES]; 3],
}

type Counts = [[u32; TIMES]; 3];

/// A line before it is known what of it is told.
struct Row {
    place: Place,
    counts: Counts,
    /// The lines whose sum it is, if it is one.
    parts: Vec<usize>,
}

impl Row {
    fn of(place: Place, counts: Counts) -> Self {
        Self { place, counts, parts: Vec::new() }
    }
}

/// `GET /programme/certificates`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    programme::may_see()?;
    page(request, None, None)
}

/// `POST /programme/certificates/csv`: the same table as a file.
pub(crate) fn export(request: &Request) -> Result<Answer, Error> {
    programme::may_see()?;
    let language = request.page_language();
    let Some(counting) = tally::shown()? else { return page(request, None, None) };
    let Some(chosen) = chosen(&counting, &Names::read(language)?, request) else { return page(request, None, None) };
    let text = csv(&read(counting.run, &chosen)?, &chosen, language);
    page(request, Some(programme::keep_file(&text)?), None)
}

/// `POST /programme/certificates/count`: has everything counted now, and not only by night.
pub(crate) fn count(request: &Request) -> Result<Answer, Error> {
    programme::may_see()?;
    match tally::ask() {
        Ok(()) => Ok(Answer::redirect("/programme/certificates?asked=1")),
        Err(error) if error.is("denied") => Ok(page(request, None, Some("certified-no-count"))?.with_status(422)),
        Err(error) => Err(error),
    }
}

fn page(request: &Request, file: Option<String>, refused: Option<&'static str>) -> Result<Answer, Error> {
    let language = request.page_language();
    let (counting, names) = (tally::shown()?, Names::read(language)?);
    let chosen = counting.as_ref().and_then(|counting| chosen(counting, &names, request));
    let mut data = json!({
        "asked": request.query("asked").is_some(),
        "refused": refused,
        "counted_at": counting.as_ref().map(|counting| counting.run),
        "columns": COLUMNS,
        "min": CELL_MIN,
        "age": config::get::<u32>("young_age_max")?,
        "file": file,
        "chosen": null,
    });
    if let (Some(counting), Some(chosen), Value::Object(members)) = (counting, chosen, &mut data) {
        let table = read(counting.run, &chosen)?;
        let time = chosen.time();
        members.insert("groups".to_owned(), groups(&counting, &names));
        let years: BTreeSet<u32> = counting.known.iter().flat_map(|known| known.years.clone()).collect();
        members.insert("years".to_owned(), json!(years.into_iter().rev().collect::<Vec<_>>()));
        members.insert("lines".to_owned(), table.view(time, language));
        members.insert("regions".to_owned(), table.chart(time, language));
        members.insert("months".to_owned(), table.months(chosen.year));
        let name = chosen.name();
        let Chosen { of, title, year, month } = chosen;
        let view = json!({ "of": of, "title": title, "year": year, "month": month, "time": name });
        members.insert("chosen".to_owned(), view);
    }
    Answer::page("certified", "", &data)
}

/// What the request asks for; what it leaves out is the first thing that was counted, its newest year, and all of it.
fn chosen(counting: &Counting, names: &Names, request: &Request) -> Option<Chosen> {
    let asked = |name: &str| request.form(name).or_else(|| request.query(name)).filter(|value| !value.is_empty());
    let known = match asked("of") {
        Some(of) => counting.known.iter().find(|known| known.of == of).or_else(|| counting.known.first()),
        None => counting.known.first(),
    }?;
    let number = |name: &str| asked(name).and_then(|value| value.parse::<u32>().ok());
    let year = number("year").filter(|year| (1970..=9999).contains(year)).or_else(|| known.years.last().copied())?;
    let month = number("month").filter(|month| (1..=12).contains(month));
    Some(Chosen { of: known.of.clone(), title: names.title(&known.of), year, month })
}

impl Chosen {
    /// The column of its time.
    fn time(&self) -> usize {
        self.month.map_or(YEAR, |month| (month as usize).saturating_sub(1))
    }

    /// `2026`, or `2026-04`.
    fn name(&self) -> String {
        self.month.map_or_else(|| self.year.to_string(), |month| format!("{}-{month:02}", self.year))
    }
}

/// What courses, their modules and paths are called, in one language.
struct Names {
    courses: Vec<Course>,
    paths: Vec<Path>,
    language: Language,
}

impl Names {
    fn read(language: Language) -> Result<Self, Error> {
        let courses = Store::list(&Find::new().sort(Course::ORDER).limit(COURSES_MAX))?.items;
        let courses = courses.into_iter().map(|course| course.body).collect();
        Ok(Self { courses, paths: path::all()?, language })
    }

    /// The name of what a certificate is of; its code where it is there no more.
    fn title(&self, of: &str) -> String {
        let codes: Vec<&str> = of.split('/').collect();
        let course = |code: &str| self.courses.iter().find(|course| course.code == code);
        let (found, code) = match *codes.as_slice() {
            ["module", of_course, code] => {
                let module = course(of_course).and_then(|course| course.modules.iter().find(|one| one.code == code));
                (module.map(|module| &module.title), code)
            }
            ["course", code] => (course(code).map(|course| &course.title), code),
            ["path", code] => (self.paths.iter().find(|path| path.code == code).map(|path| &path.title), code),
            _ => (None, of),
        };
        found.map_or(code, |title| title.best(self.language)).to_owned()
    }

    /// The same, and of a module its course before it.
    fn label(&self, of: &str) -> String {
        let course = of.strip_prefix("module/").and_then(|of| of.split_once('/'));
        let course = course.map(|(code, _)| self.title(&format!("course/{code}")));
        course.map_or_else(|| self.title(of), |course| format!("{course} – {}", self.title(of)))
    }
}

/// What there are certificates of, as modules, courses and paths; a module after the name of its course.
fn groups(counting: &Counting, names: &Names) -> Value {
    let view = |known: &Known| json!({ "of": known.of, "title": names.label(&known.of) });
    let group = |level: &str| {
        let of_level = |known: &&Known| known.of.split('/').next() == Some(level);
        let items: Vec<Value> = counting.known.iter().filter(of_level).map(view).collect();
        json!({ "level": level, "items": items })
    };
    ["module", "course", "path"].map(group).into_iter().collect()
}

fn read(run: u64, chosen: &Chosen) -> Result<Table, Error> {
    Ok(Table::of(&tally::find(run, &chosen.of, chosen.year)?))
}

impl Table {
    /// Lines of which somebody is: those of nobody are nought, which says nothing of anybody.
    fn of(parts: &[Part]) -> Self {
        Self { lines: told(rows(parts)) }
    }
}

/// All of a table, before it is known what of it is told.
fn rows(parts: &[Part]) -> Vec<Row> {
    let mut provinces: BTreeMap<&str, BTreeMap<&str, Counts>> = BTreeMap::new();
    for part in parts {
        // Regions in the order of their codes, and whom nobody knows a place of at the end.
        let region = places::region_of(&part.province).unwrap_or(NOWHERE);
        let line = provinces.entry(region).or_default().entry(part.province.as_str()).or_default();
        add(line, part);
    }
    let (mut regions, mut rows) = (Vec::new(), Vec::new());
    for (region, provinces) in provinces {
        // The line of all goes before.
        let at = rows.len() + 1;
        let counts = total(provinces.values());
        let code = if region == NOWHERE { "" } else { region };
        let below = provinces.into_iter().filter(|(province, _)| !province.is_empty());
        let below: Vec<Row> = below.map(|(code, counts)| Row::of(Place::Province(code.to_owned()), counts)).collect();
        let parts = (at + 1..=at + below.len()).collect();
        rows.push(Row { place: Place::Region(code.to_owned()), counts, parts });
        rows.extend(below);
        regions.push((at, counts));
    }
    let (parts, counts): (Vec<usize>, Vec<Counts>) = regions.into_iter().unzip();
    rows.insert(0, Row { place: Place::All, counts: total(counts.iter()), parts });
    rows
}

/// Adds a month, to its year too.
fn add(counts: &mut Counts, part: &Part) {
    for (counts, amount) in counts.iter_mut().zip([part.all, part.women, part.young]) {
        for time in [(part.month as usize).saturating_sub(1), YEAR] {
            if let Some(count) = counts.get_mut(time) {
                *count += amount;
            }
        }
    }
}

fn total<'a>(lines: impl Iterator<Item = &'a Counts>) -> Counts {
    lines.fold(Counts::default(), |mut total, line| {
        for (total, count) in total.iter_mut().flatten().zip(line.iter().flatten()) {
            *total += count;
        }
        total
    })
}

/// What may be told of rows.
fn told(rows: Vec<Row>) -> Vec<Line> {
    let sums = sums(&rows);
    let cells = |of: usize| -> Vec<u32> {
        rows.iter().flat_map(|row| row.counts.get(of).copied().unwrap_or([0; TIMES])).collect()
    };
    let all = cells(0);
    let whole: Vec<Cell> = all.iter().map(|amount| Cell { amount: *amount, rest: None }).collect();
    let hidden = cells::hidden(&whole, &sums, &[]);
    // Of whom it is not told how many they are, it is not told either how many are women.
    let part = |of: usize| {
        let rest = |(amount, all): (u32, &u32)| Cell { amount, rest: Some(all.saturating_sub(amount)) };
        cells::hidden(&cells(of).into_iter().zip(&all).map(rest).collect::<Vec<_>>(), &sums, &hidden)
    };
    let hides = [hidden.clone(), part(1), part(2)];
    let line = |(at, row): (usize, Row)| {
        let mut told = [[None; TIMES]; 3];
        for ((told, counts), hidden) in told.iter_mut().zip(row.counts).zip(&hides) {
            let hidden = hidden.iter().skip(at * TIMES);
            for ((told, count), is_hidden) in told.iter_mut().zip(counts).zip(hidden) {
                *told = (!is_hidden).then_some(count);
            }
        }
        Line { place: row.place, told }
    };
    rows.into_iter().enumerate().map(line).collect()
}

/// Each row is the sum of those below it, at each time, and its year is the sum of its months.
fn sums(rows: &[Row]) -> Vec<Sum> {
    let mut sums = Vec::new();
    for (line, Row { parts, .. }) in rows.iter().enumerate() {
        let first = line * TIMES;
        // The months of a line that is a sum itself make its year because those of its parts do.
        let follows = !parts.is_empty();
        sums.push(Sum { whole: first + YEAR, parts: (first..first + YEAR).collect(), follows });
        for time in (0..TIMES).filter(|_| !parts.is_empty()) {
            let parts = parts.iter().map(|part| part * TIMES + time).collect();
            sums.push(Sum { whole: first + time, parts, follows: false });
        }
    }
    sums
}

impl Line {
    fn at(&self, time: usize) -> [Option<u32>; 3] {
        self.told.map(|told| told.get(time).copied().flatten())
    }
}

impl Place {
    fn level(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Region(_) => "region",
            Self::Province(_) => "province",
        }
    }

    fn code(&self) -> &str {
        match self {
            Self::All => "",
            Self::Region(code) | Self::Province(code) => code,
        }
    }

    fn name(&self, language: Language) -> String {
        let message = |key: &str| i18n::translate(key, &[], Some(language.tag())).unwrap_or_default();
        match self {
            Self::All => message("certified-all"),
            Self::Region(code) if code.is_empty() => message("programme-unknown-place"),
            Self::Region(code) => places::region(code, language),
            Self::Province(code) => places::province(code, language),
        }
    }
}

impl Table {
    fn view(&self, time: usize, language: Language) -> Value {
        let view = |line: &Line| json!({ "level": line.place.level(), "name": line.place.name(language), "cells": line.at(time) });
        self.lines.iter().map(view).collect()
    }

    /// The regions, as a chart wants them.
    fn chart(&self, time: usize, language: Language) -> Value {
        let regions = self.lines.iter().filter(|line| line.place.level() == "region");
        regions.map(|line| json!({ "label": line.place.name(language), "amount": line.at(time)[0] })).collect()
    }

    /// The months of the year, of all places together.
    fn months(&self, year: u32) -> Value {
        let all = self.lines.first();
        let amount = |time: usize| all.and_then(|line| line.at(time)[0]);
        let view = |time: usize| json!({ "month": time + 1, "label": format!("{year}-{:02}", time + 1), "amount": amount(time) });
        (0..YEAR).map(view).collect()
    }
}

/// The table as a file; a cell that is not told is empty, and the line says so.
fn csv(table: &Table, chosen: &Chosen, language: Language) -> String {
    let mut text = "of,title,time,level,code,name,certificates,women,young,hidden\r\n".to_owned();
    let time = chosen.name();
    for line in &table.lines {
        let cells = line.at(chosen.time());
        let shown = cells.map(|cell| cell.map(|cell| cell.to_string()).unwrap_or_default()).join(",");
        let hidden = if cells.contains(&None) { "yes" } else { "no" };
        let (title, name) = (quoted(&chosen.title), quoted(&line.place.name(language)));
        let (level, code) = (line.place.level(), line.place.code());
        text.push_str(
            &[&chosen.of, &title, &time, level, code, &name, &shown, hidden].map(AsRef::<str>::as_ref).join(","),
        );
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests;
