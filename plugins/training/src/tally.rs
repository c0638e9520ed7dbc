//! Certificates counted by what they are of, by year, month and province: a job counts all of them by night and when it is asked to, so that no page
//! reads them.
//!
//! **Why anew each time.** A plugin keeps 100,000 records at most, so one count is some hundred short calls in the background. It counts what there
//! is: a certificate that was taken back or erased, or given back, is right the next morning, and people who ask for theirs at the same moment do
//! not wait for one counter.
//!
//! **Invariant.** A count is told whole or not at all: its tallies carry the number of their count, and the page shows those of the last one
//! that came to its end. What is older is deleted then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::jobs::{Job, Later, Outcome};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts, context, places};

use crate::certificate::Certificate;

/// The job of the manifest.
const JOB: &str = "certificates";
/// What the one record is called that says which count is shown.
const CERTIFICATES: &str = "certificates";
/// Certificates of a page: each may be of something else, whose tally is read and written.
const PAGE: u32 = 50;
/// Reads and writes of one step; the kernel allows 200 of a call.
const CALLS_MAX: usize = 180;
/// Tallies that one step deletes.
const SWEPT: u32 = 100;
/// Achievements that a count tells of; `Counting` says the same of its field.
const KNOWN_MAX: usize = 1_000;

/// What was given of one thing in one year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local", unique(run, of, year), index(run))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "عدد الشهادات", fr = "Compte d’attestations"))]
#[kind(purpose = "To tell the programme how many were certified where, without reading certificates.")]
#[kind(retention = "Until the next count.")]
pub(crate) struct Tally {
    /// When its count began; milliseconds since 1970, UTC.
    run: u64,
    /// As the certificate says it.
    #[field(max_length = 90)]
    of: String,
    /// As it was called the last time.
    #[field(each(max_length = 400))]
    title: Texts,
    #[field(min = 1970, max = 9999)]
    year: u32,
    /// 75 provinces and nowhere, in twelve months.
    #[field(max_items = 912)]
    pub(crate) parts: Vec<Part>,
}

/// What was given in one month to people of one province.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Part {
    /// Empty where nobody knows.
    #[field(max_length = 6)]
    pub(crate) province: String,
    #[field(min = 1, max = 12)]
    pub(crate) month: u32,
    pub(crate) all: u32,
    pub(crate) women: u32,
    pub(crate) young: u32,
}

/// The count that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local")]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "آخر عد للشهادات", fr = "Dernier compte des attestations"))]
#[kind(purpose = "To show one count of certificates, whole.", retention = "Replaced by each count.")]
pub(crate) struct Counting {
    #[field(unique, max_length = 32)]
    of: String,
    /// When it began; milliseconds since 1970, UTC.
    pub(crate) run: u64,
    #[field(max_items = 1_000)]
    pub(crate) known: Vec<Known>,
}

/// Something of which certificates were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Known {
    #[field(max_length = 90)]
    pub(crate) of: String,
    #[field(each(max_length = 400))]
    pub(crate) title: Texts,
    /// In which years, the oldest first.
    #[field(max_items = 100)]
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

/// The count that is shown; none before the first one.
pub(crate) fn shown() -> Result<Option<Entry<Counting>>, Error> {
    Store::first(&Find::new().equal(Counting::OF, CERTIFICATES))
}

/// What a count says of one thing in one year.
pub(crate) fn find(run: u64, of: &str, year: u32) -> Result<Option<Entry<Tally>>, Error> {
    Store::first(&Find::new().equal(Tally::RUN, run).equal(Tally::OF, of).equal(Tally::YEAR, year))
}

/// Has everything counted anew, as soon as there is time; once, however often it is asked.
///
/// # Errors
/// `denied` without the capability `jobs`.
pub(crate) fn ask() -> Result<(), Error> {
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

/// What a step has counted, by what it is of and by year.
type Counted = BTreeMap<(String, u32), Tally>;

fn count(step: &Step) -> Result<(), Error> {
    let mut counted = Counted::new();
    let mut cursor = step.cursor.clone();
    let mut pages = 0;
    loop {
        let page = Store::list(&Find::<Certificate>::new().limit(PAGE).after(cursor.as_deref()))?;
        pages += 1;
        for certificate in page.items.into_iter().map(|entry| entry.body) {
            add(&mut counted, step.run, certificate);
        }
        cursor = page.next;
        if cursor.is_none() || pages + 2 * (counted.len() + PAGE as usize) >= CALLS_MAX {
            break;
        }
    }
    for tally in counted.into_values() {
        keep(tally)?;
    }
    next(step.run, if cursor.is_some() { Stage::Count } else { Stage::Show }, cursor)
}

/// Counts a certificate that holds.
fn add(counted: &mut Counted, run: u64, certificate: Certificate) {
    let day = Date::of(certificate.at);
    let number =
        |range: std::ops::Range<usize>| day.as_ref().and_then(|day| day.as_str().get(range)?.parse::<u32>().ok());
    let (Some(year), Some(month), None) = (number(0..4), number(5..7), &certificate.taken_back) else { return };
    let Certificate { of, title, holder, .. } = certificate;
    let holder = holder.unwrap_or_default();
    let tally = counted.entry((of.clone(), year)).or_insert_with(|| Tally {
        run,
        of,
        title: title.clone(),
        year,
        parts: Vec::new(),
    });
    tally.title = title;
    tally.add(Part {
        province: holder.province.filter(|code| places::is_province(code)).unwrap_or_default(),
        month,
        all: 1,
        women: u32::from(holder.woman == Some(true)),
        young: u32::from(holder.young == Some(true)),
    });
}

impl Tally {
    fn add(&mut self, part: Part) {
        let is_it = |known: &&mut Part| known.province == part.province && known.month == part.month;
        match self.parts.iter_mut().find(is_it) {
            Some(known) => {
                known.all += part.all;
                known.women += part.women;
                known.young += part.young;
            }
            None => self.parts.push(part),
        }
    }
}

/// Adds what a step counted to what the steps before have.
fn keep(tally: Tally) -> Result<(), Error> {
    let Some(mut known) = find(tally.run, &tally.of, tally.year)? else { return Store::create(&tally).map(drop) };
    known.body.title = tally.title;
    for part in tally.parts {
        known.body.add(part);
    }
    Store::replace(&known).map(drop)
}

/// Shows a count that has come to its end, unless a newer one has.
fn show(step: &Step) -> Result<(), Error> {
    let shown = shown()?;
    if shown.as_ref().is_none_or(|shown| shown.body.run < step.run) {
        let counting = Counting { of: CERTIFICATES.to_owned(), run: step.run, known: known(step.run)? };
        match shown {
            Some(entry) => Store::replace(&Entry { body: counting, ..entry }).map(drop)?,
            None => Store::create(&counting).map(drop)?,
        }
    }
    next(step.run, Stage::Sweep, None)
}

fn known(run: u64) -> Result<Vec<Known>, Error> {
    let mut known: BTreeMap<String, (Texts, Vec<u32>)> = BTreeMap::new();
    let mut cursor: Option<String> = None;
    for _ in 0..CALLS_MAX / 2 {
        let page = Store::list(&Find::new().equal(Tally::RUN, run).limit(100).after(cursor.as_deref()))?;
        for Tally { of, title, year, .. } in page.items.into_iter().map(|entry| entry.body) {
            let (_, years) = known.entry(of).or_insert_with(|| (title, Vec::new()));
            years.push(year);
            years.sort_unstable();
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(known.into_iter().take(KNOWN_MAX).map(|(of, (title, years))| Known { of, title, years }).collect())
}

/// Deletes the tallies of counts before the one that is shown.
fn sweep(step: &Step) -> Result<(), Error> {
    let Some(shown) = shown()? else { return Ok(()) };
    let old = Store::list(&Find::new().below(Tally::RUN, shown.body.run).limit(SWEPT))?;
    for entry in &old.items {
        Store::delete(entry)?;
    }
    if old.next.is_some() { next(step.run, Stage::Sweep, None) } else { Ok(()) }
}
