//! `tiwizi register reevaluate`: what another rule pack would change for the cooperatives that are there.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::RULE_PACK_BYTES_MAX;
use tiwizi_model::{ProvinceCode, Record};
use tiwizi_registry::RulePacks;
use tiwizi_registry::acts::{Affected, PackChange, ReevaluatedPart, Reevaluation, Standing};
use tiwizi_registry::day::Day;
use tiwizi_registry::rule_pack::RulePack;
use tiwizi_server::App;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome::{self, Outcome};

/// Affected cooperatives that the answer names; a file has all of them.
const NAMED_MAX: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct Reevaluate {
    #[command(flatten)]
    directory: DataDirectory,
    /// The pack that would hold, as in manifests/rules; without it, the newest one of this program.
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// The pack that holds; without it, the one of this program that is in force on the day.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The day on which cooperatives are held to both; today without it.
    #[arg(long, value_name = "DAY")]
    day: Option<Day>,
    /// Only the cooperatives of this province, such as 09.541.
    #[arg(long, value_name = "CODE")]
    province: Option<ProvinceCode>,
    /// Write every cooperative for which something changes to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

/// What was found.
struct Found {
    packs: [String; 2],
    day: Day,
    /// Without the cooperatives, which are many.
    sums: Reevaluation,
    looked: u64,
    unread: u64,
    affected: u64,
    first: Vec<Value>,
}

pub(crate) async fn run(arguments: &Reevaluate) -> anyhow::Result<()> {
    let data = &arguments.directory.data;
    let app = open::app(data, &open::config(data)?).await?;
    let found = evaluate(&app, arguments).await;
    open::close(&app).await;
    answer(arguments, &found?);
    Ok(())
}

async fn evaluate(app: &App, arguments: &Reevaluate) -> anyhow::Result<Found> {
    let day = arguments.day.unwrap_or_else(|| Day::of(app.records.ambient().now()));
    let packs = app.acts.packs();
    let given = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
    let (old, new) = (given(&arguments.against)?, given(&arguments.pack)?);
    let old = old.as_ref().or_else(|| packs.at(day)).with_context(|| format!("no rule pack is in force on {day}"))?;
    let new = new.as_ref().or_else(|| packs.newest()).context("there is no rule pack")?;
    let change = PackChange { old, new, day, province: arguments.province };
    let mut list = arguments.list.as_deref().map(create).transpose()?;
    let bar = if arguments.directory.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let mut found = Found {
        packs: [old.reference(), new.reference()],
        day,
        sums: Reevaluation::default(),
        looked: 0,
        unread: 0,
        affected: 0,
        first: Vec::new(),
    };
    let mut cursor = None;
    loop {
        let part = app.acts.reevaluate_part(&Caller::system(), change, cursor).await.context("the register stopped")?;
        cursor = part.next.clone();
        found.add(part, list.as_mut())?;
        bar.set_message(format!("{} cooperatives, {} affected", found.looked, found.affected));
        bar.tick();
        // Packs that do not differ change nothing for anybody.
        if cursor.is_none() || found.sums.rules.is_empty() {
            break;
        }
    }
    bar.finish_and_clear();
    if let (Some(file), Some(path)) = (list, &arguments.list) {
        file.into_inner()
            .map_err(anyhow::Error::from)
            .with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, mut part: ReevaluatedPart, mut list: Option<&mut BufWriter<File>>) -> anyhow::Result<()> {
        let affected = std::mem::take(&mut part.found.cooperatives);
        for (affected, record) in affected.iter().zip(&part.records) {
            let told = told(affected, record);
            if let Some(list) = list.as_mut() {
                writeln!(list, "{told}").context("could not write the list")?;
            }
            if self.first.len() < NAMED_MAX {
                self.first.push(told);
            }
            self.affected = self.affected.saturating_add(1);
        }
        self.sums.join(part.found);
        self.looked = self.looked.saturating_add(part.looked);
        self.unread = self.unread.saturating_add(part.unread);
        Ok(())
    }
}

/// A cooperative for which something changes, with what people know it by.
fn told(affected: &Affected, record: &Record) -> Value {
    let field = |name: &str| record.body.get(name).cloned().unwrap_or_default();
    json!({
        "cooperative": record.id.to_string(), "court": field("court"), "number": field("number"), "name_fr": field("name_fr"),
        "name_ar": field("name_ar"), "province": field("province"), "arises": affected.arises, "ends": affected.ends,
        "activity_before": affected.activity_before, "activity_after": affected.activity_after,
    })
}

fn read(path: &Path) -> anyhow::Result<RulePack> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("could not open {name}"))?;
    let mut text = String::new();
    let bytes_max = u64::try_from(RULE_PACK_BYTES_MAX)?;
    file.take(bytes_max.saturating_add(1))
        .read_to_string(&mut text)
        .with_context(|| format!("could not read {name}"))?;
    let refused = |error: anyhow::Error| error.context(Outcome::Refused);
    if text.len() > RULE_PACK_BYTES_MAX {
        return Err(refused(anyhow::anyhow!("{name} has more than {RULE_PACK_BYTES_MAX} bytes")));
    }
    RulePacks::trial(&name, &text).map_err(|error| refused(error.into()))
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create_new(path).with_context(|| format!("could not make {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn answer(arguments: &Reevaluate, found: &Found) {
    let Found { packs: [old, new], day, sums, looked, unread, affected, first } = found;
    let value = json!({
        "old": old, "new": new, "day": day, "rules": sums.rules, "looked": looked, "unread": unread, "affected": affected,
        "before": sums.before, "after": sums.after, "first": first,
    });
    outcome::answer(arguments.directory.json, &value, &sentences(found).join("\n"));
}

fn sentences(found: &Found) -> Vec<String> {
    let Found { packs: [old, new], day, sums, looked, unread, affected, first } = found;
    if sums.rules.is_empty() {
        return vec![format!("{new} holds the same rules as {old}: nothing changes.")];
    }
    let mut lines = vec![format!("{old} -> {new}, on {day}:")];
    lines.extend(sums.rules.iter().map(|change| format!("  {}: {} -> {}", change.rule, change.before, change.after)));
    lines
        .push(format!("{looked} cooperatives were looked at, {affected} are affected; how many do not fulfil a rule:"));
    lines.extend(compared(&sums.before, &sums.after));
    if *unread > 0 {
        lines.push(format!("{unread} could not be looked at; the log says which."));
    }
    for one in first {
        let codes = |list: &str| {
            let findings = one.get(list).and_then(Value::as_array).into_iter().flatten();
            let rules = findings.filter_map(|finding| finding.get("rule")?.as_str());
            rules.collect::<Vec<_>>().join(", ")
        };
        let text = |field: &str| one.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        lines.push(format!(
            "  {} {} ({}): arises [{}], ends [{}]",
            text("court"),
            text("number"),
            text("cooperative"),
            codes("arises"),
            codes("ends")
        ));
    }
    let more = affected.saturating_sub(u64::try_from(first.len()).unwrap_or_default());
    if more > 0 {
        lines.push(format!("  and {more} more: --list FILE writes all of them"));
    }
    lines
}

/// How many there are before and after, line by line.
fn compared(before: &Standing, after: &Standing) -> Vec<String> {
    let line = |name: &str, before: u64, after: u64| format!("  {name}: {before} -> {after}");
    let mut lines = vec![line("every rule is fulfilled", before.in_order, after.in_order)];
    for (before, after) in [(&before.findings, &after.findings), (&before.activity, &after.activity)] {
        let mut names: Vec<&&str> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let of = |counts: &std::collections::BTreeMap<&'static str, u64>, name: &str| {
            counts.get(name).copied().unwrap_or_default()
        };
        lines.extend(names.into_iter().map(|name| line(name, of(before, name), of(after, name))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_pack_is_refused_and_counts_stand_beside_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack.json");
        std::fs::write(&path, "{}").unwrap();
        let refused = read(&path).unwrap_err();
        assert!(refused.downcast_ref::<Outcome>().is_some(), "{refused:#}");
        let before = Standing { findings: [("form", 2)].into(), activity: [("active", 3)].into(), in_order: 1 };
        let after = Standing { findings: [("office", 1)].into(), ..before.clone() };
        let lines = compared(&before, &after);
        assert_eq!(
            lines,
            ["  every rule is fulfilled: 1 -> 1", "  form: 2 -> 0", "  office: 0 -> 1", "  active: 3 -> 3"]
        );
    }
}
