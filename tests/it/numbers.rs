//! Are the statistics what anybody gets who counts the exported data by hand, and the published totals?

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::demo::Demo;
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};
use tiwizi_tests::{Client, Instance};

use crate::database::on_both;

on_both! {
    every_table_is_what_a_plain_count_over_the_exported_data_gives,
}

/// One cooperative for so many of the nation's.
const ONE_IN: u32 = 250;
/// The totals that were published for the end of November 2025: cooperatives, members, women, young people.
const PUBLISHED: [(&str, i64); 4] =
    [("cooperatives", 65_315), ("members", 788_969), ("women", 272_583), ("youth", 18_036)];
/// The year in which the published total of young people takes their ages, and the oldest who counts.
const YOUTH: (i64, i64) = (2025, 35);

/// Counts by the code of what they are split up by.
type Counts = BTreeMap<String, i64>;

/// The counts of one measure, by what it is split up by.
#[derive(Default)]
struct Counted(BTreeMap<(&'static str, &'static str), Counts>);

impl Counted {
    fn add(&mut self, measure: &'static str, by: &'static str, key: &str, amount: i64) {
        *self.0.entry((measure, by)).or_default().entry(key.to_owned()).or_default() += amount;
    }
}

/// A cooperative of the open data.
struct Cooperative {
    province: String,
    sector: String,
    year: String,
    gives_work: bool,
    capital: i64,
    members: Vec<Member>,
}

/// A member of the exported lists.
struct Member {
    is_woman: bool,
    birth_year: Option<i64>,
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The cells of a line of CSV.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

/// What the open data has of cooperatives, by court and number; it is the same in both of its forms.
async fn cooperatives(client: &Client) -> anyhow::Result<BTreeMap<(String, String), Cooperative>> {
    let lines = client.get("/open-data/cooperatives.ndjson").await?.expect(200)?.text;
    let table = client.get("/open-data/cooperatives.csv").await?.expect(200)?.text;
    ensure!(table.lines().count() == lines.lines().count() + 1, "the two forms do not have the same rows");
    let mut all = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        let body = record.get("body").context("a record has a body")?;
        ensure!(text(body, "status") == "registered", "{body}");
        let one = Cooperative {
            province: text(body, "province").to_owned(),
            sector: text(body, "sector").to_owned(),
            year: text(body, "registered_on").chars().take(4).collect(),
            gives_work: text(body, "category").contains('c'),
            capital: body.get("capital_mad").and_then(Value::as_i64).context("a whole capital")?,
            members: Vec::new(),
        };
        all.insert((text(body, "court").to_owned(), text(body, "number").to_owned()), one);
    }
    Ok(all)
}

/// Puts the members of an exported list to their cooperatives; those who left are no members.
fn put_members(all: &mut BTreeMap<(String, String), Cooperative>, list: &str) -> anyhow::Result<()> {
    let mut lines = list.trim_start_matches('\u{feff}').lines();
    let header = cells(lines.next().context("no header")?);
    let place = |name: &str| header.iter().position(|column| column == name).with_context(|| format!("no {name}"));
    let [court, number, gender, birth, left] =
        [place("court")?, place("number")?, place("gender")?, place("birth_date")?, place("left_on")?];
    for line in lines {
        let row = cells(line);
        let cell = |place: usize| row.get(place).map(String::as_str).unwrap_or_default();
        if !cell(left).is_empty() {
            continue;
        }
        let key = (cell(court).to_owned(), cell(number).to_owned());
        let cooperative = all.get_mut(&key).with_context(|| format!("{key:?} is not in the open data"))?;
        let birth_year = cell(birth).get(..4).and_then(|year| year.parse().ok());
        cooperative.members.push(Member { is_woman: cell(gender) == "female", birth_year });
    }
    Ok(())
}

/// The class of a number of members.
fn size(members: usize) -> &'static str {
    match members {
        0 => "0",
        1..=4 => "1-4",
        5..=9 => "5-9",
        10..=19 => "10-19",
        20..=49 => "20-49",
        50..=99 => "50-99",
        _ => "100-",
    }
}

/// The band of an age.
fn band(birth_year: Option<i64>) -> &'static str {
    match birth_year.map(|year| YOUTH.0 - year) {
        None => "unknown",
        Some(..=24) => "0-24",
        Some(25..=35) => "25-35",
        Some(36..=45) => "36-45",
        Some(46..=55) => "46-55",
        Some(56..=65) => "56-65",
        Some(_) => "66-",
    }
}

/// Counts by hand.
fn count(all: &BTreeMap<(String, String), Cooperative>) -> anyhow::Result<Counted> {
    let mut counted = Counted::default();
    for one in all.values() {
        let region = one.province.get(..2).context("a province has a region")?;
        let women = one.members.iter().filter(|member| member.is_woman).count();
        let is_young = |member: &&Member| member.birth_year.is_some_and(|year| YOUTH.0 - year <= YOUTH.1);
        let youth = i64::try_from(one.members.iter().filter(is_young).count())?;
        let (members, women) = (i64::try_from(one.members.len())?, i64::try_from(women)?);
        let jobs = if one.gives_work { members } else { 0 };
        let size = size(one.members.len());
        for (by, key) in [
            ("region", region),
            ("province", one.province.as_str()),
            ("sector", one.sector.as_str()),
            ("size", size),
            ("year", one.year.as_str()),
        ] {
            counted.add("cooperatives", by, key, 1);
            counted.add("capital", by, key, one.capital);
            counted.add("members", by, key, members);
            counted.add("women", by, key, women);
            counted.add("jobs", by, key, jobs);
            if !matches!(by, "size" | "year") {
                counted.add("youth", by, key, youth);
            }
        }
        counted.add("creations", "year", &one.year, 1);
        for member in &one.members {
            counted.add("members", "age", band(member.birth_year), 1);
            counted.add("women", "age", band(member.birth_year), i64::from(member.is_woman));
        }
    }
    Ok(counted)
}

/// A table as those see it from whom nothing is hidden.
async fn shown(client: &Client, measure: &str, by: &str) -> anyhow::Result<Counts> {
    let answer =
        client.get(&format!("/api/v1/statistics/{measure}?by={by}&ages={}", YOUTH.0)).await?.expect(200)?.json();
    ensure!(answer.get("hidden").and_then(Value::as_array).is_none_or(Vec::is_empty), "{answer}");
    let counts = answer.get("counts").and_then(Value::as_object).context("no counts")?;
    let counts: Counts = counts
        .iter()
        .filter_map(|(key, amount)| Some((key.clone(), amount.as_i64()?)))
        .filter(|(_, amount)| *amount != 0)
        .collect();
    let sum: i64 = counts.values().sum();
    ensure!(
        answer.get("total").and_then(Value::as_i64) == Some(sum),
        "{measure} by {by}: the total is not {sum}: {answer}"
    );
    Ok(counts)
}

async fn every_table_is_what_a_plain_count_over_the_exported_data_gives(instance: &mut Instance) -> anyhow::Result<()> {
    instance.stop()?;
    let folder = tempfile::tempdir()?;
    let files = folder.path().join("register");
    Tiwizi::words("register synthesise --to").word(&files).option("--one-in", ONE_IN.to_string()).succeed()?;
    let import = Tiwizi::words("register import --json").data(instance.data());
    let import = import.option("--cooperatives", files.join("cooperatives.csv"));
    import.option("--members", files.join("members.csv")).succeed()?;
    let list = folder.path().join("members.csv");
    let export = Tiwizi::words("register export --json").data(instance.data());
    export.option("--cooperatives", folder.path().join("c.csv")).option("--members", &list).succeed()?;
    instance.serve()?;
    let mut all = cooperatives(&instance.visitor()?).await?;
    put_members(&mut all, &std::fs::read_to_string(&list)?)?;
    let staff = instance.visitor()?.sign_in(REGISTRAR, PASSWORD).await?;
    let counted = count(&all)?;
    ensure!(counted.0.len() == 31, "{} tables are counted", counted.0.len());
    for ((measure, by), mut counts) in counted.0 {
        counts.retain(|_, amount| *amount != 0);
        let shown = shown(&staff, measure, by).await?;
        ensure!(shown == counts, "{measure} by {by}: {shown:?} and not {counts:?}");
    }
    for (measure, published) in PUBLISHED {
        let sum: i64 = shown(&staff, measure, "region").await?.values().sum();
        ensure!(sum == published / i64::from(ONE_IN), "{sum} {measure}, and not 1 in {ONE_IN} of {published}");
    }
    Ok(())
}

/// The demonstration is one in so many of the published totals; the whole of it is held to them by itself when it is made, and by the bench.
#[tokio::test]
async fn the_demonstration_shows_its_share_of_the_published_totals() -> anyhow::Result<()> {
    let demo = Demo::start(ONE_IN)?;
    let overview = demo.visitor()?.get("/api/v1/statistics").await?.expect(200)?.json();
    let public = overview.get("measures").and_then(Value::as_array).context("no measures")?;
    let observer = demo.account("observer")?;
    let staff = demo.visitor()?.sign_in(&observer.email, &observer.password).await?;
    let overview = staff.get(&format!("/api/v1/statistics?ages={}", YOUTH.0)).await?.expect(200)?.json();
    let all = overview.get("measures").and_then(Value::as_array).context("no measures")?;
    let today = staff.get("/api/v1/statistics").await?.expect(200)?.json();
    let today = today.get("measures").and_then(Value::as_array).context("no measures")?;
    let total = |measures: &[Value], name: &str| {
        measures.iter().find(|one| one["measure"] == name).and_then(|one| one["total"].as_i64())
    };
    let printed = demo.log();
    for (measure, published) in PUBLISHED {
        let share = published / i64::from(ONE_IN);
        ensure!(printed.contains(&format!("\"{measure}\":{share}")), "{share} {measure} are not in {printed}");
        ensure!(total(all, measure) == Some(share), "{measure}: {:?}, not {share}", total(all, measure));
        // Who is young today was young in that year, but for those who have grown older since.
        let (shown, expected) = (total(public, measure), total(today, measure));
        ensure!(shown == expected, "{measure}: {shown:?}, not {expected:?}");
        ensure!(measure == "youth" || shown == Some(share), "{measure}: {shown:?}, not {share}");
        ensure!(shown.is_some_and(|shown| shown <= share), "{measure}: {shown:?}, and {share} before");
    }
    Ok(())
}
