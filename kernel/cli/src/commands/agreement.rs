//! `tiwizi agreement …`: what is given to other instances and taken of them, looked at, offered, signed, held up and ended.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tiwizi_federation::SqlStore;
use tiwizi_federation::agreements::{
    Agreement, Agreements, AgreementsError, DraftForm, LookedAt, Previewed, Step, Version,
};
use tiwizi_federation_core::agreement::{AgreementId, Document, Fault};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{FederationView, may_decide_federation, may_see_federation};
use tiwizi_model::limits::FED_AGREEMENT_BYTES_MAX;
use tiwizi_server::App;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome::{Outcome, Said};

/// The door to agreements.
pub(crate) type Door = Agreements<SqlStore>;

#[derive(Debug, Subcommand)]
pub(crate) enum AgreementCommand {
    /// Sign what a file says and offer it to the other side. `preview` shows first what would leave.
    Offer(Draft),
    /// Sign what the other side offered. `preview` shows first what would leave.
    Accept(Named),
    /// Decline what the other side offered.
    Decline(Named),
    /// Take back what was offered here, as long as the other side's signature is not known.
    Withdraw(Named),
    /// List agreements, those that wait for a signature here first.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Show what an agreement says.
    Show(Named),
    /// Tell what would leave: counts, bytes, fields about people and masked rows. Nothing is signed.
    Preview {
        #[command(flatten)]
        directory: DataDirectory,
        /// The agreement.
        #[arg(value_name = "ID", required_unless_present = "file", conflicts_with = "file")]
        agreement: Option<AgreementId>,
        /// A draft, as `offer` takes it.
        #[arg(long, value_name = "FILE.json")]
        file: Option<PathBuf>,
    },
    /// Hold up what is in force: nothing is given, in either direction.
    Suspend(Named),
    /// Hold it up no more.
    Resume(Named),
    /// End it for good: each side erases what it was given.
    Terminate(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Draft {
    #[command(flatten)]
    directory: DataDirectory,
    /// What is to be agreed on, in JSON: peer, purpose, legal_basis, expires_on, retention_days, erasure_days, gives, takes.
    #[arg(long, value_name = "FILE.json")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    #[command(flatten)]
    directory: DataDirectory,
    /// The agreement: `tiwizi agreement list` shows the ids.
    #[arg(value_name = "ID")]
    agreement: AgreementId,
}

pub(crate) async fn run(command: AgreementCommand) -> anyhow::Result<()> {
    open::answering(directory(&command), async |app| act(app, &command).await).await
}

fn directory(command: &AgreementCommand) -> &DataDirectory {
    use AgreementCommand as C;
    match command {
        C::Offer(draft) => &draft.directory,
        C::List { directory } | C::Preview { directory, .. } => directory,
        C::Accept(named)
        | C::Decline(named)
        | C::Withdraw(named)
        | C::Show(named)
        | C::Suspend(named)
        | C::Resume(named)
        | C::Terminate(named) => &named.directory,
    }
}

async fn act(app: &Arc<App>, command: &AgreementCommand) -> anyhow::Result<Said> {
    use AgreementCommand as C;
    let view = may_see_federation(&Caller::system())?;
    let door = door(app)?;
    match command {
        C::Offer(draft) => offer(&door, &view, &draft.file).await,
        C::List { .. } => list(&door, &view).await,
        C::Show(named) => Ok(shown(&door.show(&view, named.agreement).await?)),
        C::Preview { agreement: Some(id), .. } => {
            let found = door.show(&view, *id).await?;
            let version = found.next.as_ref().or(found.current.as_ref()).context("the agreement has no version")?;
            preview(&door, &view, &version.document).await
        }
        C::Preview { file, .. } => {
            let form = read(file.as_deref().context("a draft or an agreement is needed")?)?;
            let draft = form.draft().map_err(refused)?;
            let document = door.write(&view, &draft).await.map_err(told)?;
            preview(&door, &view, &document).await
        }
        C::Accept(named) => step(&door, &view, named.agreement, Step::Accept).await,
        C::Decline(named) => step(&door, &view, named.agreement, Step::Decline).await,
        C::Withdraw(named) => step(&door, &view, named.agreement, Step::Withdraw).await,
        C::Suspend(named) => step(&door, &view, named.agreement, Step::Suspend).await,
        C::Resume(named) => step(&door, &view, named.agreement, Step::Resume).await,
        C::Terminate(named) => step(&door, &view, named.agreement, Step::Terminate).await,
    }
}

/// The door of an instance that has keys.
pub(crate) fn door(app: &App) -> anyhow::Result<Door> {
    app.agreements().context("this instance has no keys for the federation; make them with: tiwizi federation init")
}

/// Signs what a file says and offers it.
pub(crate) async fn offer(door: &Door, view: &FederationView, file: &std::path::Path) -> anyhow::Result<Said> {
    let decision = may_decide_federation(&Caller::system())?;
    let draft = read(file)?.draft().map_err(refused)?;
    let id = door.offer(&decision, &draft).await.map_err(told)?;
    Ok(shown(&door.show(view, id).await?))
}

async fn list(door: &Door, view: &FederationView) -> anyhow::Result<Said> {
    let found = door.list(view).await?;
    let lines: Vec<String> = found.iter().map(line).collect();
    let text = if lines.is_empty() { "There is no agreement.".to_owned() } else { lines.join("\n") };
    Ok(Said { value: json!({ "items": found.iter().map(value).collect::<Vec<_>>() }), text })
}

/// Takes a step with an agreement, as it is looked at now.
pub(crate) async fn step(door: &Door, view: &FederationView, id: AgreementId, step: Step) -> anyhow::Result<Said> {
    let decision = may_decide_federation(&Caller::system())?;
    let found = door.show(view, id).await?;
    let version = if step.is_of_offer() { found.next.as_ref() } else { found.current.as_ref() };
    let version = version.with_context(|| format!("there is nothing to {} in agreement {id}", step.name()))?;
    let looked_at = LookedAt { version: version.document.version, hash: Some(version.document.hash()) };
    door.step(&decision, id, looked_at, step).await.map_err(told)?;
    Ok(shown(&door.show(view, id).await?))
}

async fn preview(door: &Door, view: &FederationView, document: &Document) -> anyhow::Result<Said> {
    let found = door.preview(view, document).await?;
    let mut lines = Vec::new();
    for plane in &found.planes {
        let preview = &plane.preview;
        lines.push(format!(
            "{}: {} of {} entries looked at, {} bytes",
            plane.plane, plane.looked_at, plane.entries, preview.bytes
        ));
        for (kind, count) in &preview.counts {
            lines.push(format!(
                "  {kind}: {} shown, {} hidden, {} withdrawn",
                count.shown, count.hidden, count.withdrawn
            ));
        }
        for ((kind, field), class) in &preview.personal {
            lines.push(format!("  {kind} gives {field}, which is {class}"));
        }
        for sample in &preview.samples {
            let fields: Vec<String> = sample.fields.iter().map(|(name, text)| format!("{name} {text}")).collect();
            lines.push(format!("  {}: {}", sample.kind, fields.join(", ")));
        }
    }
    if lines.is_empty() {
        lines.push("This instance would give nothing.".to_owned());
    }
    Ok(Said { value: previewed(&found), text: lines.join("\n") })
}

fn read(path: &std::path::Path) -> anyhow::Result<DraftForm> {
    let bytes = open::read_file(path)?;
    let wrong =
        |error: anyhow::Error| error.context(Outcome::Refused).context(format!("{} is no draft", path.display()));
    let value = tiwizi_records::json::parse(&bytes, FED_AGREEMENT_BYTES_MAX).map_err(|error| wrong(error.into()))?;
    serde_json::from_value(value).map_err(|error| wrong(error.into()))
}

/// Everything that is wrong, a line each.
fn refused(faults: Vec<Fault>) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    anyhow::Error::new(Outcome::Refused).context(lines.join("\n"))
}

fn told(error: AgreementsError) -> anyhow::Error {
    match error {
        AgreementsError::Faults(faults) => refused(faults),
        error @ (AgreementsError::Uncovered(_) | AgreementsError::Stranger { .. }) => {
            anyhow::Error::new(Outcome::Refused).context(error.to_string())
        }
        error => error.into(),
    }
}

fn shown(agreement: &Agreement) -> Said {
    let mut lines = vec![line(agreement)];
    for version in [&agreement.current, &agreement.next].into_iter().flatten() {
        let document = &version.document;
        lines.push(format!("version {}, {}: {}", document.version, version.state, document.purpose));
        for (giver, planes) in &document.grants {
            let name = document.parties.iter().find(|party| party.node == *giver).map_or("?", |party| &party.name);
            for (kind, terms) in planes.values().flatten() {
                let given: Vec<&str> = terms.given().into_iter().collect();
                lines.push(format!("  {name} gives {kind}: {}", given.join(", ")));
            }
        }
    }
    Said { value: value(agreement), text: lines.join("\n") }
}

fn line(agreement: &Agreement) -> String {
    let state = |version: &Version| format!("version {} {}", version.document.version, version.state);
    let versions: Vec<String> = [&agreement.current, &agreement.next].into_iter().flatten().map(state).collect();
    let waits = if agreement.waits_for_us() { ", waits for a signature here" } else { "" };
    format!("{} with {}: {}{waits}", agreement.id, agreement.other.name, versions.join(", "))
}

fn value(agreement: &Agreement) -> Value {
    let version = |version: &Version| {
        let document: Value = serde_json::from_slice(&version.document.encode()).unwrap_or_default();
        json!({
            "version": version.document.version, "state": version.state.to_string(), "ours": version.is_ours,
            "held_up_here": version.is_held_up_here, "held_up_there": version.is_held_up_there, "document": document,
        })
    };
    json!({
        "id": agreement.id.to_string(), "peer": agreement.other.node.to_string(), "peer_name": agreement.other.name,
        "waits_for_us": agreement.waits_for_us(), "current": agreement.current.as_ref().map(version),
        "next": agreement.next.as_ref().map(version),
    })
}

fn previewed(found: &Previewed) -> Value {
    let plane = |plane: &tiwizi_federation::agreements::PlanePreview| {
        let preview = &plane.preview;
        let counts: serde_json::Map<String, Value> = preview
            .counts
            .iter()
            .map(|(kind, count)| {
                let counts = json!({ "shown": count.shown, "hidden": count.hidden, "withdrawn": count.withdrawn });
                (kind.to_string(), counts)
            })
            .collect();
        let personal: Vec<Value> = preview
            .personal
            .iter()
            .map(|((kind, field), class)| json!({ "kind": kind.as_str(), "field": field, "class": class.to_string() }))
            .collect();
        let samples: Vec<Value> = preview
            .samples
            .iter()
            .map(|sample| json!({ "kind": sample.kind.as_str(), "fields": sample.fields }))
            .collect();
        json!({
            "plane": plane.plane.as_str(), "looked_at": plane.looked_at, "entries": plane.entries, "bytes": preview.bytes,
            "counts": counts, "personal": personal, "samples": samples,
        })
    };
    json!({
        "bytes": found.bytes(), "whole": found.is_whole(),
        "planes": found.planes.iter().map(plane).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_draft_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("draft.json");
        for text in ["", "[]", "{\"peer\":\"a\",\"peer\":\"b\"}", "{\"peer\":\"a\",\"colour\":\"red\"}"] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err();
            assert_eq!(error.downcast_ref::<Outcome>(), Some(&Outcome::Refused), "{text}");
            assert!(format!("{error:#}").contains("draft.json"), "{error:#}");
        }
    }

    #[test]
    fn every_fault_of_a_draft_is_told_with_its_place() {
        let form = DraftForm { peer: "nobody".to_owned(), expires_on: "soon".to_owned(), ..DraftForm::default() };
        let error = refused(form.draft().unwrap_err());
        let text = format!("{error:#}");
        assert!(text.contains("/peer") && text.contains("/expires_on"), "{text}");
        assert_eq!(error.downcast_ref::<Outcome>(), Some(&Outcome::Refused));
    }
}
