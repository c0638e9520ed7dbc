//! Certificates counted by what they are of, by year, month and province: a job counts all of them by night and when it is asked to, so that no page
//! reads them.
//!
//! **Why anew each time.** A plugin keeps 100,000 records at most, so one count is some hundred short calls in the background. It counts what there
//! is: a certificate that was taken back or erased, or given back, is right the next morning, and people who ask for theirs at the same moment do
//! not wait for one counter.
//!
//! **Why no records.** A record keeps what it said before, and those bodies count for what the plugin may keep: a count that writes its tallies again
//! in each step of each night would leave learners no room. So they are values by key, which have no history.
//!
//! **Invariant.** A count is told whole or not at all: its tallies stand under the number of their count, and the page shows those of the last one
//! that came to its end. What is older is deleted then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::jobs::{Job, Later, Outcome};
use tiwizi_sdk::{Date, Error, Find, Store, context, kv, places};

use crate::certificate::Certificate;

/// The job of the manifest.
const JOB: &str = "certificates";
/// Under which key it stands which count is shown.
const SHOWN: &str = "certificates/shown";
/// What the keys of tallies begin with: the number of the count, what it is of and the year follow.
const TALLIES: &str = "certificates/count/";
/// Certificates of a page: each may be of something else, whose tally is read and written.
const PAGE: u32 = 50;
/// Reads and writes of one step; the kernel allows 200 of a call.
const CALLS_MAX: usize = 180;
/// Tallies that one step deletes.
const SWEPT: u32 = 100;
/// Keys of one page of a list, and the pages of a count that are read: more than ten thousand things and years are not told.
const KEYS: u32 = 1_000;
const KEY_PAGES_MAX: u32 = 10;

/// What was given of one thing in one year, by province and month: how many, and how many of them to women and to young people. Whose province
/// nobody knows stands under the empty code. With 75 provinces and twelve months it stays below the 64 KiB of a value.
type Tally = BTreeMap<String, BTreeMap<u32, [u32; 3]>>;

/// What was given in one month to people of one province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Empty where nobody knows.
    pub(crate) province: String,
    pub(crate) month: u32,
    pub(crate) all: u32,
    pub(crate) women: u32,
    pub(crate) young: u32,
}

/// The count that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counting {
    /// When it began; milliseconds since 1970, UTC.
    pub(crate) run: u64,
    pub(crate) known: Vec<Known>,
}

/// Something of which certificates were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// As the certificate says it.
    pub(crate) of: String,
    /// In which years, the oldest first.
    pub(crate) years: Vec<u32>,
}

/// A part of a count, small enough for one call.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    run: u64,
    #[serde(default)]
    stage: Stage,
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    #[default]
    Count,
    Show,
    Sweep,
}

/// The count that is shown; none before the first one, or without the capability `kv`.
///
/// # Errors
/// As those of the values.
pub(crate) fn shown() -> Result<Option<Counting>, Error> {
    let run = match kv::get::<u64>(SHOWN) {
        Ok(Some(run)) => run,
        Ok(None) => return Ok(None),
        Err(error) if error.is("denied") => return Ok(None),
        Err(error) => return Err(error),
    };
    let (prefix, mut cursor) = (of_run(run), None);
    let mut known: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for _ in 0..KEY_PAGES_MAX {
        let page = kv::list(&prefix, KEYS, cursor.as_deref())?;
        for key in &page.keys {
            let parts = key.strip_prefix(&prefix).and_then(|rest| rest.rsplit_once('/'));
            if let Some((of, Ok(year))) = parts.map(|(of, year)| (of, year.parse())) {
                known.entry(of.to_owned()).or_default().push(year);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(Some(Counting { run, known: known.into_iter().map(|(of, years)| Known { of, years }).collect() }))
}

/// What a count says of one thing in one year.
///
/// # Errors
/// As those of the values.
pub(crate) fn find(run: u64, of: &str, year: u32) -> Result<Vec<Part>, Error> {
    let tally: Tally = kv::get(&key(run, of, year))?.unwrap_or_default();
    let parts = tally.into_iter().flat_map(|(province, months)| {
        months.into_iter().map(move |(month, [all, women, young])| Part {
            province: province.clone(),
            month,
            all,
            women,
            young,
        })
    });
    Ok(parts.collect())
}

/// Has everything counted anew, as soon as there is time; once, however often it is asked.
///
/// # Errors
/// `denied` without the capability `jobs`, or `kv`.
pub(crate) fn ask() -> Result<(), Error> {
    // Where the job could keep nothing, it is not asked for.
    kv::get::<u64>(SHOWN)?;
    Later::new(JOB).once("asked").enqueue(&json!({})).map(drop)
}

/// Does a step, and puts the next one aside.
pub(crate) fn run(job: &Job) -> Outcome {
    let begins = job.payload.get("run").is_none();
    let step = if begins { Ok(Step { run: context::now(), stage: Stage::Count, cursor: None }) } else { job.read() };
    let done = step.and_then(|step| match step.stage {
        Stage::Count => count(&step),
        Stage::Show => show(&step),
        Stage::Sweep => sweep(&step),
    });
    done.into()
}

fn next(run: u64, stage: Stage, cursor: Option<String>) -> Result<(), Error> {
    Later::new(JOB).enqueue(&Step { run, stage, cursor }).map(drop)
}

/// The keys of a count are in the order of when it began.
fn of_run(run: u64) -> String {
    format!("{TALLIES}{run:016}/")
}

fn key(run: u64, of: &str, year: u32) -> String {
    format!("{}{of}/{year}", of_run(run))
}

/// What a step has counted, by what it is of and by year.
type Counted = BTreeMap<(String, u32), Tally>;

fn count(step: &Step) -> Result<(), Error> {
    let mut counted = Counted::new();
    let mut cursor = step.cursor.clone();
    let mut pages = 0;
    loop {
        let page = Store::list(&Find::<Certificate>::new().limit(PAGE).after(cursor.as_deref()))?;
        pages += 1;
        for entry in &page.items {
            take(&mut counted, &entry.body);
        }
        cursor = page.next;
        if cursor.is_none() || pages + 2 * (counted.len() + PAGE as usize) >= CALLS_MAX {
            break;
        }
    }
    for ((of, year), tally) in counted {
        keep(&key(step.run, &of, year), tally)?;
    }
    next(step.run, if cursor.is_some() { Stage::Count } else { Stage::Show }, cursor)
}

/// Counts a certificate that holds.
fn take(counted: &mut Counted, certificate: &Certificate) {
    let day = Date::of(certificate.at);
    let number =
        |range: std::ops::Range<usize>| day.as_ref().and_then(|day| day.as_str().get(range)?.parse::<u32>().ok());
    let (Some(year), Some(month), None) = (number(0..4), number(5..7), &certificate.taken_back) else { return };
    let holder = certificate.holder.clone().unwrap_or_default();
    let province = holder.province.filter(|code| places::is_province(code)).unwrap_or_default();
    let counts = [1, u32::from(holder.woman == Some(true)), u32::from(holder.young == Some(true))];
    add(counted.entry((certificate.of.clone(), year)).or_default(), province, month, counts);
}

fn add(tally: &mut Tally, province: String, month: u32, counts: [u32; 3]) {
    let known = tally.entry(province).or_default().entry(month).or_default();
    for (known, count) in known.iter_mut().zip(counts) {
        *known = known.saturating_add(count);
    }
}

/// Adds what a step counted to what the steps before have.
fn keep(key: &str, counted: Tally) -> Result<(), Error> {
    let mut tally: Tally = kv::get(key)?.unwrap_or_default();
    for (province, months) in counted {
        for (month, counts) in months {
            add(&mut tally, province.clone(), month, counts);
        }
    }
    kv::set(key, &tally, None)
}

/// Shows a count that has come to its end, unless a newer one has.
fn show(step: &Step) -> Result<(), Error> {
    let shown = kv::get::<u64>(SHOWN)?;
    if shown.is_none_or(|shown| shown < step.run) {
        kv::swap(SHOWN, shown.as_ref(), &step.run, None)?;
    }
    next(step.run, Stage::Sweep, None)
}

/// Deletes the tallies of counts before the one that is shown.
fn sweep(step: &Step) -> Result<(), Error> {
    let Some(shown) = kv::get::<u64>(SHOWN)? else { return Ok(()) };
    let first = of_run(shown);
    let page = kv::list(TALLIES, SWEPT, None)?;
    let old: Vec<&String> = page.keys.iter().filter(|key| **key < first).collect();
    for key in &old {
        kv::delete(key)?;
    }
    // Had there been a newer one on the page, nothing older would stand behind it.
    if page.next.is_some() && old.len() == page.keys.len() { next(step.run, Stage::Sweep, None) } else { Ok(()) }
}
