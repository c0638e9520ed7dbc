//! The federation: how long a register takes to reach the nation, what a line costs, and how much memory what waits takes.

mod files;
mod pair;

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tiwizi_tests::postgres::Database;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Instance, memory};

use crate::row::{Goal, Row};
use crate::stage::{self, Stage};
use files::{Part, Wanted};
use pair::{Federation, until};

/// A region's register.
const COOPERATIVES: u64 = 6_000;
const MEMBERS: u64 = 72_000;
/// What has piled up when an office's line is back.
const CHANGES: u64 = 10_000;
/// A slow line, and how long each byte is under way, one way: 300 ms there and back.
const KBIT: u32 = 256;
const LATENCY_MS: u64 = 150;
/// How long an idle line is watched, and how long it is let come to rest before.
const IDLE: Duration = Duration::from_secs(40 * 60);
const REST: Duration = Duration::from_secs(20 * 60);
const DAY_S: f64 = 86_400.0;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long an instance without a federation is looked at for the memory that it has anyway.
const ALONE: Duration = Duration::from_secs(120);
/// All regions of the country.
const REGIONS: [&str; 12] = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];
const NATION: u64 = 65_315;

#[expect(clippy::cast_precision_loss, reason = "numbers for people to read")]
fn float(number: u64) -> f64 {
    number as f64
}

fn mib(bytes: u64) -> f64 {
    float(bytes) / f64::from(1 << 20)
}

fn alone(work: String, measured: String, figure: f64, goal: Goal) -> Row {
    Row { work, measured, baseline: "–".to_owned(), figure, goal }
}

/// Cuts a part out of the national register.
fn part(stage: &mut Stage, name: &str, wanted: &Wanted<'_>) -> anyhow::Result<Part> {
    let register = stage.files()?;
    files::cut(&register, stage.path(name), wanted)
}

fn import(instance: &Instance, part: &Part) -> anyhow::Result<()> {
    stage::import(instance.data(), &part.folder).succeed().map(drop)
}

/// The register of one region for the first time, against a dump of the same rows from one PostgreSQL into another.
pub(crate) async fn load(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let wanted = Wanted { regions: &REGIONS, cooperatives_max: COOPERATIVES, members_max: MEMBERS };
    let part = part(stage, "load", &wanted)?;
    let mut federation = Federation::new(stage, "load", std::slice::from_ref(&part.provinces), true)?;
    import(&federation.regions.first().context("a region")?.instance, &part)?;
    federation.serve_nation()?;
    federation.serve_regions()?;
    // From the signature on: it includes that the region makes the entries of its logs.
    let watch = Stopwatch::start();
    federation.sign().await?;
    // Of each member a person and a membership.
    federation.come(part.cooperatives + 2 * part.members).await?;
    let seconds = watch.elapsed().as_secs_f64();
    let bytes = federation.line.counts().up_bytes;
    federation.stop()?;
    let work = format!("first load of {} cooperatives and {} members", part.cooperatives, part.members);
    let measured = format!("{seconds:.1} s, {:.1} MiB over the line", mib(bytes));
    let row = match dump(&part).await {
        Ok(theirs) => Row {
            work,
            measured,
            baseline: format!("pg_dump | psql {theirs:.1} s"),
            figure: seconds / theirs,
            goal: Goal::RatioAtMost(10.0),
        },
        // Where there is no PostgreSQL there is no baseline, and it is said.
        Err(error) => {
            let baseline = format!("none: {error:#}");
            Row { work, measured, baseline, figure: seconds, goal: Goal::None("s") }
        }
    };
    Ok(vec![row])
}

/// `pg_dump | psql` of the same rows; gives the seconds.
async fn dump(part: &Part) -> anyhow::Result<f64> {
    let (from, to) = (Database::create().await?, Database::create().await?);
    for (table, file) in [("cooperative", "cooperatives.csv"), ("member", "members.csv")] {
        let path = part.folder.join(file);
        let header = std::io::BufRead::lines(std::io::BufReader::new(std::fs::File::open(&path)?)).next();
        let header = header.context("the file has a header")??;
        let columns: Vec<String> =
            header.trim_start_matches('\u{feff}').split(',').map(|name| format!("\"{name}\" text")).collect();
        let create = format!("CREATE TABLE {table} ({})", columns.join(", "));
        let copy = format!("\\copy {table} FROM '{}' WITH (FORMAT csv, HEADER true)", path.display());
        let psql = Command::new("psql").args(["-q", "-d", from.url(), "-c", &create, "-c", &copy]).status();
        ensure!(psql.context("there is no psql")?.success(), "psql could not fill {table}");
    }
    let watch = Stopwatch::start();
    let mut dump = Command::new("pg_dump")
        .args(["-d", from.url()])
        .stdout(Stdio::piped())
        .spawn()
        .context("there is no pg_dump")?;
    let piped = dump.stdout.take().context("a pipe")?;
    let load = Command::new("psql").args(["-q", "-d", to.url()]).stdin(piped).stdout(Stdio::null()).status()?;
    let dumped = dump.wait()?;
    ensure!(load.success() && dumped.success(), "the dump did not go through");
    Ok(watch.elapsed().as_secs_f64())
}

/// Ten thousand changes over a slow line, against the time that their bytes take.
pub(crate) async fn slow_line(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let wanted = Wanted { regions: &REGIONS, cooperatives_max: CHANGES, members_max: 0 };
    let part = part(stage, "line", &wanted)?;
    let mut federation = Federation::new(stage, "line", std::slice::from_ref(&part.provinces), false)?;
    federation.serve_nation()?;
    federation.serve_regions()?;
    federation.sign().await?;
    federation.come(0).await?;
    for region in &mut federation.regions {
        region.instance.stop()?;
        import(&region.instance, &part)?;
    }
    federation.line.kbit_max(Some(KBIT));
    federation.line.latency_ms(LATENCY_MS);
    let before = federation.line.counts().up_bytes;
    federation.serve_regions()?;
    let watch = Stopwatch::start();
    federation.come(part.cooperatives).await?;
    let seconds = watch.elapsed().as_secs_f64();
    let bytes = federation.line.counts().up_bytes.saturating_sub(before);
    federation.stop()?;
    let least = float(bytes) * 8.0 / (f64::from(KBIT) * 1_000.0);
    let work = format!("{} changes over {KBIT} kbit/s, 300 ms there and back", part.cooperatives);
    let measured = format!("{seconds:.0} s, {:.2} MB", float(bytes) / 1e6);
    Ok(vec![
        alone(work, measured, seconds, Goal::AtMost(240.0, "s")),
        Row {
            work: "the same, against the time that its bytes take".to_owned(),
            measured: format!("{seconds:.0} s"),
            baseline: format!("the bytes {least:.0} s"),
            figure: seconds / least,
            goal: Goal::RatioAtMost(1.5),
        },
    ])
}

/// What a line costs on a day on which nothing happens.
pub(crate) async fn idle(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let wanted = Wanted { regions: &["09"], cooperatives_max: 100, members_max: 0 };
    let part = part(stage, "idle", &wanted)?;
    let mut federation = Federation::new(stage, "idle", std::slice::from_ref(&part.provinces), false)?;
    import(&federation.regions.first().context("a region")?.instance, &part)?;
    federation.serve_nation()?;
    federation.serve_regions()?;
    federation.sign().await?;
    federation.come(part.cooperatives).await?;
    tokio::time::sleep(REST).await;
    let before = federation.line.counts();
    tokio::time::sleep(IDLE).await;
    let after = federation.line.counts();
    federation.stop()?;
    let bytes = after.up_bytes.saturating_sub(before.up_bytes) + after.down_bytes.saturating_sub(before.down_bytes);
    let day = float(bytes) * DAY_S / IDLE.as_secs_f64() / 1e6;
    let measured = format!(
        "{day:.2} MB a day ({bytes} bytes in {} min, {} requests)",
        IDLE.as_secs() / 60,
        after.requests - before.requests
    );
    Ok(vec![alone("an idle line, both ways, without TCP and TLS".to_owned(), measured, day, Goal::AtMost(1.0, "MB"))])
}

/// What the federation takes of the memory of a region that has a backlog, beside what the same instance takes without one.
pub(crate) async fn backlog(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let sizes = [
        ("10", Wanted { regions: &REGIONS, cooperatives_max: 10_000, members_max: 0 }),
        // A cooperative is one entry, a member two.
        ("100", Wanted { regions: &REGIONS, cooperatives_max: 5_000, members_max: 47_500 }),
    ];
    let mut rows = Vec::new();
    for (name, wanted) in sizes {
        let part = part(stage, &format!("backlog-{name}"), &wanted)?;
        rows.push(backlog_of(stage, name, &part).await?);
    }
    Ok(rows)
}

async fn backlog_of(stage: &Stage, name: &str, part: &Part) -> anyhow::Result<Row> {
    let entries = part.cooperatives + 2 * part.members;
    let name = format!("backlog-{name}-of");
    let mut federation = Federation::new(stage, &name, std::slice::from_ref(&part.provinces), true)?;
    federation.serve_nation()?;
    federation.serve_regions()?;
    federation.sign().await?;
    federation.come(0).await?;
    let region = &mut federation.regions.first_mut().context("a region")?.instance;
    region.stop()?;
    import(region, part)?;
    // The same register, served by an instance that talks to nobody.
    region.serve()?;
    let without = most(region, async || Ok(false)).await?;
    region.stop()?;
    federation.line.cut()?;
    federation.serve_regions()?;
    let house = federation.regions.first().context("a region")?;
    let (region, administrator) = (&house.instance, house.administrator().await?);
    // First everything waits, then it drains: the most of both counts.
    until(async || Ok(Federation::waiting(&administrator).await? >= entries)).await?;
    federation.line.pass()?;
    let with = most(region, async || Ok(Federation::waiting(&administrator).await? == 0)).await?;
    let peak = memory::peak(region.process().context("it has ended")?).max(with);
    federation.stop()?;
    let figure = mib(peak) - mib(without);
    let measured = format!("{figure:.0} MiB ({:.0} less {:.0})", mib(peak), mib(without));
    Ok(alone(
        format!("memory of the federation part, {entries} entries waiting"),
        measured,
        figure,
        Goal::AtMost(64.0, "MiB"),
    ))
}

/// The most memory that an instance holds until something is so, or for two minutes when it never is.
async fn most(instance: &Instance, mut is_done: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<u64> {
    let process = instance.process().context("it has ended")?;
    let watch = Stopwatch::start();
    let mut most = 0;
    loop {
        most = most.max(memory::resident(process));
        if is_done().await? || watch.elapsed() > ALONE {
            return Ok(most.max(memory::peak(process)));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The cooperatives of the whole nation, from twelve regions at once.
pub(crate) async fn nation(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut parts = Vec::new();
    for region in REGIONS {
        let wanted = Wanted { regions: &[region], cooperatives_max: u64::MAX, members_max: 0 };
        parts.push(part(stage, &format!("nation-{region}"), &wanted)?);
    }
    let all: u64 = parts.iter().map(|part| part.cooperatives).sum();
    ensure!(all == NATION, "the regions have {all} cooperatives of {NATION}");
    let provinces: Vec<String> = parts.iter().map(|part| part.provinces.clone()).collect();
    let mut federation = Federation::new(stage, "nation", &provinces, false)?;
    for (house, part) in federation.regions.iter().zip(&parts) {
        import(&house.instance, part)?;
    }
    federation.serve_nation()?;
    federation.serve_regions()?;
    let watch = Stopwatch::start();
    federation.sign().await?;
    federation.come(all).await?;
    let seconds = watch.elapsed().as_secs_f64();
    let bytes = federation.line.counts().up_bytes;
    federation.stop()?;
    let measured = format!("{seconds:.0} s, {:.1} MiB over the line", mib(bytes));
    let work = format!("the nation of {all} cooperatives from twelve regions");
    Ok(vec![alone(work, measured, seconds, Goal::AtMost(300.0, "s"))])
}
