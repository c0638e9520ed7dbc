//! The import of the national register against the import of the same rows by SQLite alone, and what it is like the second time, at
//! twice the size and when every row is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::paths;
use tiwizi_tests::stopwatch::Stopwatch;

use crate::row::{Goal, Row};
use crate::stage::{self, Stage};

/// The indexes that the kernel keeps on the same columns.
const COOPERATIVE_INDEXES: [&str; 8] = [
    "UNIQUE:court,number",
    "ice",
    "name_fr",
    "name_ar",
    "province,name_fr",
    "sector,name_fr",
    "province,sector,name_fr",
    "status,registered_on",
];

/// The nation.
const COOPERATIVES: u64 = 65_315;
const MEMBERS: u64 = 788_969;

/// What an import took, and what it answered.
struct Run {
    seconds: f64,
    mib: f64,
    code: Option<i32>,
    answer: Value,
}

impl Run {
    fn of(command: &Tiwizi) -> anyhow::Result<Self> {
        let watch = Stopwatch::start();
        let (ending, memory) = command.run_measured()?;
        let seconds = watch.elapsed().as_secs_f64();
        let answer = serde_json::from_str(&ending.output).with_context(|| format!("no answer: {ending:?}"))?;
        #[expect(clippy::cast_precision_loss, reason = "MiB for people to read")]
        let mib = memory as f64 / f64::from(1 << 20);
        Ok(Self { seconds, mib, code: ending.code, answer })
    }

    /// Every row ended so, and no other way.
    fn holds(&self, became: &str, times: u64) -> anyhow::Result<()> {
        for (what, rows) in [("cooperatives", COOPERATIVES * times), ("members", MEMBERS * times)] {
            let found = self.answer.pointer(&format!("/{what}/{became}")).and_then(Value::as_u64);
            ensure!(found == Some(rows), "{rows} {what} were to be {became}: {}", self.answer);
        }
        Ok(())
    }
}

/// A row of what an import held in memory.
fn memory(work: &str, mib: f64) -> Row {
    let (work, measured) = (work.to_owned(), format!("{mib:.0} MiB"));
    Row { work, measured, baseline: "–".to_owned(), figure: mib, goal: Goal::AtMost(300.0, "MiB") }
}

/// The rows: time and memory of the nation, of the same files again, of twice as many, and of a file in which every row is wrong.
pub(crate) async fn national(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let files = stage.files()?;
    let instance = stage.instance(Some(paths::bundle("training")?))?;
    let first = Run::of(&stage::import(instance.data(), &files))?;
    first.holds("created", 1)?;
    let before = changes(instance.data())?;
    let again = Run::of(&stage::import(instance.data(), &files))?;
    again.holds("unchanged", 1)?;
    ensure!(changes(instance.data())? == before, "the second import wrote");
    stage.keep(instance);
    let theirs = shell(&files, &stage.path("bare.sqlite"))?;
    let wrong = wrong(stage, &files)?;
    let twice = twice(stage)?;
    let once = format!("once {:.1} s", first.seconds);
    let held = format!("once {:.0} MiB", first.mib);
    Ok(vec![
        Row {
            work: "import of 65,315 cooperatives and 788,969 members".to_owned(),
            measured: format!("{:.1} s", first.seconds),
            baseline: format!("sqlite3 .import {theirs:.1} s"),
            figure: first.seconds / theirs,
            goal: Goal::RatioAtMost(6.0),
        },
        memory("its memory at most", first.mib),
        Row {
            work: "the same files again: nothing changes".to_owned(),
            measured: format!("{:.1} s", again.seconds),
            baseline: once.clone(),
            figure: again.seconds / first.seconds,
            goal: Goal::RatioAtMost(1.0),
        },
        memory("its memory at most", again.mib),
        Row {
            work: "788,969 wrong rows, each reported once".to_owned(),
            measured: format!("{:.1} s", wrong.seconds),
            baseline: once,
            figure: wrong.seconds / first.seconds,
            goal: Goal::RatioAtMost(1.0),
        },
        memory("its memory at most", wrong.mib),
        memory("memory of an import of twice as many", twice.mib),
        Row {
            work: "the same, against once".to_owned(),
            measured: format!("{:.0} MiB", twice.mib),
            baseline: held,
            figure: twice.mib / first.mib,
            goal: Goal::RatioAtMost(1.25),
        },
    ])
}

/// Entries of the change log.
fn changes(data: &Path) -> anyhow::Result<Value> {
    Ok(Tiwizi::words("log verify --json").data(data).succeed()?.json()?.get("changes").cloned().unwrap_or_default())
}

/// The first import of a register of twice the size, into an instance of its own.
fn twice(stage: &Stage) -> anyhow::Result<Run> {
    let files = stage.larger(2)?;
    let instance = stage.instance(None)?;
    let run = Run::of(&stage::import(instance.data(), &files))?;
    run.holds("created", 2)?;
    std::fs::remove_dir_all(files)?;
    Ok(run)
}

/// The nation with a gender in every row of its members that there is none of: refused whole, and each row named once.
fn wrong(stage: &Stage, files: &Path) -> anyhow::Result<Run> {
    let (wrong, report) = (stage.path("wrong.csv"), stage.path("report.csv"));
    let text = std::fs::read_to_string(files.join("members.csv"))?;
    std::fs::write(&wrong, text.replace(",female,", ",nobody,").replace(",male,", ",nobody,"))?;
    let instance = stage.instance(None)?;
    let import = Tiwizi::words("register import --json").data(instance.data());
    let import = import.option("--cooperatives", files.join("cooperatives.csv")).option("--members", &wrong);
    let run = Run::of(&import.option("--report", &report))?;
    ensure!(run.code == Some(3), "wrong rows were let in: {}", run.answer);
    let report = std::fs::read_to_string(report)?;
    // Cooperatives that may be the same are let pass and told too.
    let lines: Vec<&str> = report.lines().filter(|line| line.starts_with("members,")).collect();
    let named: std::collections::BTreeSet<&str> = lines.iter().filter_map(|line| line.split(',').nth(1)).collect();
    let rows = usize::try_from(MEMBERS)?;
    ensure!(lines.len() == rows && named.len() == rows, "{} lines name {} rows", lines.len(), named.len());
    Ok(run)
}

/// `sqlite3 .import` of both files into tables with indexes; gives the seconds.
fn shell(files: &Path, database: &Path) -> anyhow::Result<f64> {
    let (cooperatives, members) = (files.join("cooperatives.csv"), files.join("members.csv"));
    let mut script = String::from("PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n");
    script.push_str(&table("cooperative", &columns(&cooperatives)?, &COOPERATIVE_INDEXES));
    let columns = columns(&members)?;
    let key = columns.iter().take(3).cloned().collect::<Vec<_>>().join(",");
    script.push_str(&table("member", &columns, &[&key]));
    for (table, file) in [("cooperative", &cooperatives), ("member", &members)] {
        script.push_str(&format!(".import --csv --skip 1 '{}' {table}\n", file.display()));
    }
    let path = database.with_extension("sql");
    std::fs::write(&path, &script)?;
    let watch = Stopwatch::start();
    let output = Command::new("sqlite3")
        .arg(database)
        .arg(format!(".read '{}'", path.display()))
        .output()
        .context("the sqlite3 shell is missing: `sudo apt-get install -y sqlite3`")?;
    let seconds = watch.elapsed().as_secs_f64();
    ensure!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr));
    Ok(seconds)
}

fn columns(file: &PathBuf) -> anyhow::Result<Vec<String>> {
    use std::io::BufRead as _;
    let mut header = String::new();
    std::io::BufReader::new(std::fs::File::open(file)?).read_line(&mut header)?;
    Ok(header.trim().trim_start_matches('\u{feff}').split(',').map(|name| name.trim_matches('"').to_owned()).collect())
}

fn table(name: &str, columns: &[String], indexes: &[&str]) -> String {
    let fields: Vec<String> = columns.iter().map(|column| format!("\"{column}\" TEXT")).collect();
    let mut script = format!("CREATE TABLE {name} ({});\n", fields.join(", "));
    for (number, index) in indexes.iter().enumerate() {
        let (unique, fields) = index.strip_prefix("UNIQUE:").map_or(("", *index), |fields| ("UNIQUE ", fields));
        script.push_str(&format!("CREATE {unique}INDEX {name}_{number} ON {name} ({fields});\n"));
    }
    script
}
