//! `tiwizi register export`: the register in files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::ProvinceCode;
use tiwizi_registry::export::{self, Separator, Settings, Shape, Written};
use tiwizi_registry::import::Table;
use tiwizi_server::App;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome;

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    directory: DataDirectory,
    /// The file for the cooperatives.
    #[arg(long, value_name = "FILE", required_unless_present = "members")]
    cooperatives: Option<PathBuf>,
    /// The file for their members. It holds personal data; only you may read it.
    #[arg(long, value_name = "FILE")]
    members: Option<PathBuf>,
    /// csv, jsonl or xlsx; without it the ending of a file's name says so.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Shape>,
    /// What stands between the cells of CSV: comma, semicolon or tab.
    #[arg(long, value_name = "NAME", default_value = "comma")]
    separator: Separator,
    /// The code of a province, to export what lies there alone.
    #[arg(long, value_name = "RR.PPP")]
    province: Option<ProvinceCode>,
}

pub(crate) async fn run(export: &Export) -> anyhow::Result<()> {
    let mut wanted = Vec::new();
    for (table, to) in [(Table::Cooperatives, &export.cooperatives), (Table::Members, &export.members)] {
        if let Some(to) = to {
            let shape = shape(export.format, to)?;
            let (separator, province) = (export.separator, export.province);
            wanted.push(Settings { table, to: to.clone(), shape, separator, province });
        }
    }
    let data = &export.directory.data;
    let app = open::app(data, &open::config(data)?).await?;
    let written = write(&app, &wanted, export.directory.json).await;
    open::close(&app).await;
    answer(&export.directory, &wanted, &written?);
    Ok(())
}

/// The format that was asked for, or the one that the file's name ends in.
fn shape(asked: Option<Shape>, to: &Path) -> anyhow::Result<Shape> {
    if let Some(shape) = asked {
        return Ok(shape);
    }
    let ending = to.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    ending.parse().with_context(|| format!("{} does not say its format; add --format", to.display()))
}

async fn write(app: &App, wanted: &[Settings], is_quiet: bool) -> anyhow::Result<Vec<Written>> {
    let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let mut written = Vec::new();
    for settings in wanted {
        let show = |rows: u64| {
            bar.set_message(format!("{}: {rows} rows", settings.table.name()));
            bar.tick();
        };
        let done = export::run(&app.records, &Caller::system(), settings, show).await;
        written.push(done.with_context(|| format!("the export of {} stopped", settings.table.name()))?);
    }
    bar.finish_and_clear();
    Ok(written)
}

fn answer(directory: &DataDirectory, wanted: &[Settings], written: &[Written]) {
    let mut told = Map::new();
    let mut lines = Vec::new();
    for (settings, written) in wanted.iter().zip(written) {
        let name = settings.table.name();
        told.insert(name.to_owned(), json!({ "rows": written.rows, "left_out": written.left_out }));
        lines.push(format!("{name}: {} rows in {}", written.rows, settings.to.display()));
        if written.left_out > 0 {
            lines.push(format!("  {} are left out: their cooperative is not there", written.left_out));
        }
    }
    outcome::answer(directory.json, &Value::Object(told), &lines.join("\n"));
}
