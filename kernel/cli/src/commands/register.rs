//! `tiwizi register`: import from files, and the synthetic register. The export is in `register_export`, extracts are in `extract`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tiwizi_host::{HookView, PluginView};
use tiwizi_identity::Caller;
use tiwizi_records::{Reader, SearchReader, catch_up};
use tiwizi_registry::import::{self, Format, Progress, Settings, Summary, Table};
use tiwizi_registry::{JourneyReader, TallyReader, synthetic};
use tiwizi_server::App;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::arguments::{DataDirectory, Register};
use crate::commands::{extract, open, register_audit, register_export, register_rules, reseal};
use crate::outcome::{self, Outcome};

pub(crate) async fn run(command: Register) -> anyhow::Result<()> {
    match command {
        Register::Import { directory, cooperatives, members, dry_run, skip_bad, report, encoding } => {
            let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
            let settings = Settings {
                cooperatives,
                members,
                dry_run,
                skip_bad,
                report,
                encoding,
                national_id_key: app.national_ids.clone(),
                duplicates_rule: app.duplicates.book(),
            };
            let outcome = import(&app, &settings, Quiet(directory.json)).await;
            let unasked = unasked(&app);
            open::close(&app).await;
            answer(&directory, &settings, &outcome?, &unasked)
        }
        Register::Export(export) => register_export::run(&export).await,
        Register::Audit { directory } => register_audit::run(&directory).await,
        Register::Reevaluate(reevaluate) => register_rules::run(&reevaluate).await,
        Register::Extract(arguments) => extract::issue(arguments).await,
        Register::Verify(arguments) => extract::verify(arguments).await,
        Register::ReplaceKey(arguments) => extract::replace_key(arguments).await,
        Register::Reseal(arguments) => reseal::run(arguments).await,
        Register::Synthesise { to, one_in, times, provinces: jurisdiction } => {
            synthesise(&to, synthetic::Settings { one_in, times, jurisdiction, ..synthetic::Settings::default() }).await
        }
    }
}

/// The hooks that look at the register and were not asked: an import writes as the kernel.
fn unasked(app: &App) -> Vec<String> {
    let looks = |hook: &HookView| hook.declaration.kinds.iter().any(|kind| kind.namespace() == "registry");
    let hooks = |plugin: PluginView| {
        let named = move |hook: HookView| format!("{}/{}", plugin.id, hook.declaration.name);
        plugin.hooks.into_iter().filter(looks).map(named).collect::<Vec<_>>()
    };
    app.host.plugins().into_iter().flat_map(hooks).collect()
}

/// Whether progress is not shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quiet(pub(crate) bool);

/// Imports the files and lets the readers of the log catch up, so that a search finds what was imported.
pub(crate) async fn import(app: &Arc<App>, settings: &Settings, quiet: Quiet) -> anyhow::Result<Summary> {
    let bar = if quiet.0 { ProgressBar::hidden() } else { bar() };
    let (news, heard) = watch::channel(None);
    let shown = bar.clone();
    // It goes away with the import, and takes `news` along.
    let progress = move |progress: Progress| {
        show(&shown, progress);
        if progress.writing {
            news.send_replace(Some(progress.table));
        }
    };
    let caller = Caller::system();
    let importing = import::run(&app.records, &caller, settings, progress);
    let (summary, followed) = tokio::join!(importing, follow_beside(app, heard));
    let summary = summary.context("the import stopped")?;
    followed?;
    if summary.kept {
        bar.set_message("search and counts");
        follow(app).await?;
    }
    bar.finish_and_clear();
    Ok(summary)
}

/// Lets search, duplicates and counts follow while members are still being written, as long as there is news of them. One follows after the
/// other, so that they take little memory beside the import. Search and duplicates follow once: what is for them is cooperatives, which are
/// all written before the first member. What comes last is left to `follow`.
async fn follow_beside(app: &Arc<App>, mut news: watch::Receiver<Option<Table>>) -> anyhow::Result<()> {
    let mut is_first = true;
    while news.changed().await.is_ok() {
        if *news.borrow_and_update() != Some(Table::Members) {
            continue;
        }
        if is_first {
            catch_up_apart(app, SearchReader::new(app.records.catalogue().clone())).await?;
            let reader = app.duplicates.reader();
            reader.renew().await?;
            catch_up_apart(app, reader).await?;
            is_first = false;
        }
        catch_up_apart(app, TallyReader::default()).await?;
    }
    Ok(())
}

/// Search, counts and duplicates, each on a thread of its own: one reads and thinks while the other writes.
async fn follow(app: &Arc<App>) -> anyhow::Result<()> {
    let search = catch_up_apart(app, SearchReader::new(app.records.catalogue().clone()));
    let counts = catch_up_apart(app, TallyReader::default());
    let journey = catch_up_apart(app, JourneyReader::new(app.records.clone()));
    let reader = app.duplicates.reader();
    reader.renew().await?;
    let duplicates = catch_up_apart(app, reader);
    let (search, counts, journey, duplicates) = tokio::join!(search, counts, journey, duplicates);
    search.and(counts).and(journey).and(duplicates)
}

async fn catch_up_apart(app: &Arc<App>, reader: impl Reader + 'static) -> anyhow::Result<()> {
    let (records, runtime) = (app.records.clone(), Handle::current());
    tokio::task::spawn_blocking(move || runtime.block_on(catch_up(&records, &reader))).await??;
    Ok(())
}

/// A bar on a terminal; nothing where the output is no terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:18} {bar:30} {percent:>3} %  {elapsed} (about {eta} left)")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn show(bar: &ProgressBar, progress: Progress) {
    let work = if progress.writing { "writing" } else { "checking" };
    bar.set_message(format!("{work} {}", progress.table.name()));
    bar.set_length(progress.bytes_total);
    bar.set_position(progress.bytes_done);
}

fn answer(directory: &DataDirectory, settings: &Settings, summary: &Summary, unasked: &[String]) -> anyhow::Result<()> {
    let (mut told, mut text) = (summary.to_json(), sentences(settings, summary));
    if let (false, Some(told)) = (unasked.is_empty(), told.as_object_mut()) {
        told.insert("hooks_not_asked".to_owned(), json!(unasked));
        text.push_str("\nHooks that look at the register were not asked: ");
        text.push_str(&unasked.join(", "));
    }
    outcome::answer(directory.json, &told, &text);
    if summary.has_rejected() && !settings.skip_bad {
        let next = "mend the rows and import again, or keep the good rows with --skip-bad";
        return Err(anyhow::Error::new(Outcome::Refused).context(next));
    }
    Ok(())
}

fn sentences(settings: &Settings, summary: &Summary) -> String {
    let read = |format: &Format| format!("{} are read as {}", format.table.name(), format.describe());
    let mut lines: Vec<String> = summary.formats.iter().map(read).collect();
    for (name, counts) in [("cooperatives", &summary.cooperatives), ("members", &summary.members)] {
        lines.push(format!(
            "{name}: {} created, {} updated, {} unchanged, {} rejected",
            counts.created, counts.updated, counts.unchanged, counts.rejected
        ));
    }
    if summary.transcribed > 0 {
        lines.push(format!("{} names in Tifinagh were in Latin letters and put into Tifinagh", summary.transcribed));
    }
    if summary.flagged > 0 {
        lines.push(format!(
            "{} cooperatives may be the same as others; registrars find the pairs in the register.",
            summary.flagged
        ));
    }
    if settings.dry_run {
        lines.push("Nothing was written: this was a dry run.".to_owned());
    } else if !summary.kept {
        lines.push("Nothing was written.".to_owned());
    }
    for rejected in &summary.rejected {
        lines.push(format!(
            "  {} row {}, {}: {} ({:?})",
            rejected.table.name(),
            rejected.row,
            rejected.column,
            rejected.message,
            rejected.value
        ));
    }
    if let (true, Some(path)) = (summary.has_rejected(), &settings.report) {
        lines.push(format!("Every rejected row is in {}.", path.display()));
    }
    lines.join("\n")
}

async fn synthesise(to: &Path, settings: synthetic::Settings) -> anyhow::Result<()> {
    let made = write_synthetic(to, settings).await?;
    let totals = made.totals;
    let answer = json!({
        "cooperatives": made.cooperatives, "members": made.members,
        "totals": { "cooperatives": totals.cooperatives, "members": totals.members, "women": totals.women, "youth": totals.youth },
    });
    outcome::say(&answer.to_string());
    Ok(())
}

/// Writes the synthetic register on a thread of its own, as it does not wait for anything.
pub(crate) async fn write_synthetic(to: &Path, settings: synthetic::Settings) -> anyhow::Result<synthetic::Made> {
    let to = to.to_owned();
    let made = tokio::task::spawn_blocking(move || synthetic::write(&to, settings)).await?;
    made.context("could not write the synthetic register")
}
