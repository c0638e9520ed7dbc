//! The import of the national register against the import of the same rows by SQLite alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
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

/// The rows: time and memory.
pub(crate) async fn national(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let files = stage.files()?;
    let instance = stage.instance(Some(paths::bundle("training")?))?;
    let watch = Stopwatch::start();
    let (ending, memory) = stage::import(instance.data(), &files).run_measured()?;
    let ours = watch.elapsed().as_secs_f64();
    let answer = ending.json()?;
    let created = |what: &str| answer.pointer(&format!("/{what}/created")).and_then(serde_json::Value::as_u64);
    let counts = (created("cooperatives").context("no count")?, created("members").context("no count")?);
    ensure!(counts == (65_315, 788_969), "the register did not come in whole: {answer}");
    stage.keep(instance);
    let theirs = shell(&files, &stage.path("bare.sqlite"))?;
    #[expect(clippy::cast_precision_loss, reason = "MiB for people to read")]
    let mib = memory as f64 / f64::from(1 << 20);
    Ok(vec![
        Row {
            work: "import of 65,315 cooperatives and 788,969 members".to_owned(),
            measured: format!("{ours:.1} s"),
            baseline: format!("sqlite3 .import {theirs:.1} s"),
            figure: ours / theirs,
            goal: Goal::RatioAtMost(6.0),
        },
        Row {
            work: "its memory at most".to_owned(),
            measured: format!("{mib:.0} MiB"),
            baseline: "–".to_owned(),
            figure: mib,
            goal: Goal::AtMost(300.0, "MiB"),
        },
    ])
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
