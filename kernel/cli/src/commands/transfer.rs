//! `tiwizi transfer …`: cooperatives go from one home to another; each command is a step of one of the three that have a part in it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tiwizi_federation::SqlStore;
use tiwizi_federation::transfers::{NewOffer, Side, TransferView, Transfers, TransfersError};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{FederationView, may_see_federation};
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_PARCEL_BYTES_MAX;
use tiwizi_server::App;
use uuid::Uuid;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome::{Outcome, Said};

type Door = Transfers<SqlStore>;

#[derive(Debug, Subcommand)]
pub(crate) enum TransferCommand {
    /// At the home: offer cooperatives to another instance. Nobody writes them from then on, until the transfer is sealed or called off.
    Offer {
        #[command(flatten)]
        directory: DataDirectory,
        /// The instance that shall be their home: `tiwizi peer list` shows the ids.
        #[arg(long, value_name = "NODE")]
        to: NodeId,
        /// The cooperatives. Those who are members of no cooperative that stays go along.
        #[arg(value_name = "COOPERATIVE", required = true)]
        cooperatives: Vec<RecordId>,
        /// Where the parcel for the receiver is written. A file that is there is not touched.
        #[arg(long, value_name = "FILE.tzparcel")]
        parcel: Option<PathBuf>,
    },
    /// At the home: write the parcel of an open offer once more. Only the receiver can open it.
    Parcel {
        #[command(flatten)]
        directory: DataDirectory,
        /// The transfer: `tiwizi transfer list` shows the ids.
        #[arg(value_name = "ID")]
        transfer: Uuid,
        /// Where it is written. A file that is there is not touched.
        #[arg(long, value_name = "FILE.tzparcel")]
        to: PathBuf,
    },
    /// At the receiver: check the parcel of an offer, take it in and accept.
    Accept {
        #[command(flatten)]
        directory: DataDirectory,
        /// The transfer.
        #[arg(value_name = "ID")]
        transfer: Uuid,
        /// The parcel, as the home wrote it.
        #[arg(long, value_name = "FILE.tzparcel")]
        parcel: PathBuf,
    },
    /// At the nation: seal an accepted transfer. The home changes, for good.
    Seal(Named),
    /// At the nation: call a transfer off that is not sealed.
    Void(Named),
    /// List transfers, the newest first, and who waits for whom.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    #[command(flatten)]
    directory: DataDirectory,
    /// The transfer: `tiwizi transfer list` shows the ids.
    #[arg(value_name = "ID")]
    transfer: Uuid,
}

pub(crate) async fn run(command: TransferCommand) -> anyhow::Result<()> {
    open::answering(directory(&command), async |app| act(app, &command).await).await
}

fn directory(command: &TransferCommand) -> &DataDirectory {
    use TransferCommand as C;
    match command {
        C::Offer { directory, .. }
        | C::Parcel { directory, .. }
        | C::Accept { directory, .. }
        | C::List { directory } => directory,
        C::Seal(named) | C::Void(named) => &named.directory,
    }
}

async fn act(app: &Arc<App>, command: &TransferCommand) -> anyhow::Result<Said> {
    use TransferCommand as C;
    let (caller, view) = (Caller::system(), may_see_federation(&Caller::system())?);
    let door = app
        .transfers()
        .context("this instance has no keys for the federation; make them with: tiwizi federation init")?;
    match command {
        C::Offer { to, cooperatives, parcel, .. } => {
            if let Some(path) = parcel {
                absent(path)?;
            }
            let offer = NewOffer { cooperatives: cooperatives.iter().copied().collect::<BTreeSet<_>>(), to: *to };
            let id = door.offer(&caller, &offer).await.map_err(told)?;
            if let Some(path) = parcel {
                write(path, &door.parcel(&caller, id).await.map_err(told)?)?;
            }
            shown(&door, &view, id).await
        }
        C::Parcel { transfer, to, .. } => {
            write(to, &door.parcel(&caller, *transfer).await.map_err(told)?)?;
            shown(&door, &view, *transfer).await
        }
        C::Accept { transfer, parcel, .. } => {
            let bytes = read(parcel)?;
            let checked = door.accept(&caller, *transfer, &bytes).await.map_err(told)?;
            let mut said = shown(&door, &view, *transfer).await?;
            for (kind, count) in &checked.records {
                said.text.push_str(&format!("\n  {kind}: {count}"));
            }
            Ok(said)
        }
        C::Seal(named) => {
            let tenure = door.show(&view, named.transfer).await.map_err(told)?.tenure;
            door.seal(&caller, named.transfer, tenure).await.map_err(told)?;
            shown(&door, &view, named.transfer).await
        }
        C::Void(named) => {
            door.void(&caller, named.transfer).await.map_err(told)?;
            shown(&door, &view, named.transfer).await
        }
        C::List { .. } => {
            let found = door.list(&view).await?;
            let lines: Vec<String> = found.iter().map(line).collect();
            let text = if lines.is_empty() { "There is no transfer.".to_owned() } else { lines.join("\n") };
            Ok(Said { value: json!({ "items": found.iter().map(value).collect::<Vec<_>>() }), text })
        }
    }
}

async fn shown(door: &Door, view: &FederationView, id: Uuid) -> anyhow::Result<Said> {
    let found = door.show(view, id).await.map_err(told)?;
    Ok(Said { value: value(&found), text: line(&found) })
}

/// What people can mend is a refusal; the rest is a failure.
fn told(error: TransfersError) -> anyhow::Error {
    use TransfersError as E;
    match error {
        error @ (E::Node(_) | E::Store(_) | E::Storage(_) | E::Damaged | E::Pack(_) | E::Foreign(_) | E::Read(_)) => {
            error.into()
        }
        error => anyhow::Error::new(error).context(Outcome::Refused),
    }
}

fn absent(path: &Path) -> anyhow::Result<()> {
    let is_there = path.try_exists().with_context(|| format!("could not look at {}", path.display()))?;
    if is_there { Err(refused(format!("{} is there already", path.display()))) } else { Ok(()) }
}

fn write(path: &Path, parcel: &PeerBytes) -> anyhow::Result<()> {
    absent(path)?;
    let could_not = || format!("could not write {}", path.display());
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).with_context(could_not)?;
    file.write_all(parcel.as_bytes()).and_then(|()| file.sync_all()).with_context(could_not)
}

/// A parcel, unless the file is larger than any.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).with_context(|| format!("could not read {}", path.display()))?.len();
    let max = u64::try_from(FED_PARCEL_BYTES_MAX).unwrap_or(u64::MAX);
    if length > max {
        return Err(refused(format!("{} is larger than any parcel", path.display())));
    }
    open::read_file(path)
}

fn refused(text: String) -> anyhow::Error {
    anyhow::Error::new(Outcome::Refused).context(text)
}

fn line(view: &TransferView) -> String {
    let waits = view.next().map_or_else(String::new, |next| {
        let here = if next.is_ours { " (here)" } else { "" };
        format!(", waits for {}{here} to {}", next.who, next.step.name())
    });
    let trouble = view.trouble.as_ref().map_or_else(String::new, |trouble| format!("\n  {trouble}"));
    let (from, to) = (&view.from.1, &view.to.1);
    let count = view.roots.len();
    format!(
        "{}  {} with {count} in all, from {from} to {to}: {}{waits}{trouble}",
        view.id,
        view.lead,
        view.state.name()
    )
}

fn value(view: &TransferView) -> Value {
    let side = match view.side {
        Side::Gives => "gives",
        Side::Takes => "takes",
        Side::Watches => "watches",
    };
    let steps: Vec<Value> = view
        .steps
        .iter()
        .map(|step| {
            json!({ "step": step.step.name(), "phase": step.phase.name(), "who": step.who, "ours": step.is_ours })
        })
        .collect();
    json!({
        "id": view.id.to_string(), "cooperative": view.lead.to_string(),
        "moves": view.roots.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "from": view.from.0.to_string(), "from_name": view.from.1, "to": view.to.0.to_string(), "to_name": view.to.1,
        "tenure": view.tenure, "state": view.state.name(), "side": side, "steps": steps, "trouble": view.trouble,
        "by": view.by, "made_at": view.made_at.rfc3339(), "changed_at": view.changed_at.rfc3339(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.tzparcel");
        absent(&path).unwrap();
        std::fs::write(&path, "kept").unwrap();
        let error = absent(&path).unwrap_err();
        assert_eq!(error.downcast_ref::<Outcome>(), Some(&Outcome::Refused));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept");
    }

    #[test]
    fn what_people_can_mend_is_a_refusal() {
        assert_eq!(told(TransfersError::Stale).downcast_ref::<Outcome>(), Some(&Outcome::Refused));
        assert_eq!(told(TransfersError::Damaged).downcast_ref::<Outcome>(), None);
    }

    #[test]
    fn a_file_larger_than_any_parcel_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.tzparcel");
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(u64::try_from(FED_PARCEL_BYTES_MAX).unwrap() + 1).unwrap();
        assert_eq!(read(&path).unwrap_err().downcast_ref::<Outcome>(), Some(&Outcome::Refused));
    }
}
