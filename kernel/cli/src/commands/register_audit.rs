//! `tiwizi register audit`: whether what the register shows is what follows from its acts.

use anyhow::Context as _;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tiwizi_model::RecordId;
use tiwizi_registry::acts::{AuditedPart, Drift};
use tiwizi_server::App;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome;

/// Cooperatives that the answer names of each sort.
const NAMED_MAX: usize = 20;

/// What was found.
#[derive(Default)]
struct Found {
    looked: u64,
    drifted: u64,
    broken: u64,
    first: Vec<Value>,
}

pub(crate) async fn run(directory: &DataDirectory) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let found = audit(&app, directory).await;
    open::close(&app).await;
    let found = found?;
    let value = json!({
        "looked": found.looked, "drifted": found.drifted, "broken": found.broken, "first": found.first,
    });
    outcome::answer(directory.json, &value, &sentences(&found).join("\n"));
    if found.drifted == 0 && found.broken == 0 {
        return Ok(());
    }
    anyhow::bail!(
        "the register is not what follows from its acts: keep a copy of the database and tell the maintainers"
    )
}

async fn audit(app: &App, directory: &DataDirectory) -> anyhow::Result<Found> {
    let bar = if directory.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let (mut found, mut cursor) = (Found::default(), None);
    loop {
        let part = app.acts.audit_part(cursor).await.context("the register could not be read")?;
        cursor = part.next.clone();
        found.add(part);
        bar.set_message(format!("{} cooperatives, {} not as they must be", found.looked, found.drifted));
        bar.tick();
        if cursor.is_none() {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(found)
}

impl Found {
    fn add(&mut self, part: AuditedPart) {
        self.looked = self.looked.saturating_add(part.looked);
        for (cooperative, drifts) in part.drifted {
            self.drifted = self.drifted.saturating_add(1);
            let records: Vec<Value> = drifts.iter().take(NAMED_MAX).map(told).collect();
            self.name(cooperative, json!({ "records": records, "count": drifts.len() }));
        }
        for (cooperative, why) in part.broken {
            self.broken = self.broken.saturating_add(1);
            self.name(cooperative, json!({ "broken": why }));
        }
    }

    fn name(&mut self, cooperative: RecordId, mut what: Value) {
        if self.first.len() < NAMED_MAX {
            if let Some(what) = what.as_object_mut() {
                what.insert("cooperative".to_owned(), cooperative.to_string().into());
            }
            self.first.push(what);
        }
    }
}

/// A record that differs, by its fields alone: what stands in them may be of a person.
fn told(drift: &Drift) -> Value {
    json!({ "kind": drift.kind.to_string(), "place": drift.place, "fields": drift.fields() })
}

fn sentences(found: &Found) -> Vec<String> {
    let mut lines = vec![format!("{} cooperatives have acts.", found.looked)];
    if found.drifted > 0 {
        lines.push(format!("{} have records that are not what follows from their acts.", found.drifted));
    }
    if found.broken > 0 {
        lines.push(format!("The acts of {} cannot be replayed.", found.broken));
    }
    if found.drifted == 0 && found.broken == 0 {
        lines.push("Their records are what follows from them.".to_owned());
    }
    lines.extend(found.first.iter().map(|one| format!("  {one}")));
    lines
}
