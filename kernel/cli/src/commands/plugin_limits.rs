//! `tiwizi plugin limits`: how much a plugin may use, shown and set.

use std::str::FromStr;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use tiwizi_host::{BoundChange, BoundView};
use tiwizi_identity::Caller;
use tiwizi_model::{Bound, PluginId};

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome::{self, Outcome};

/// An amount, or `default`.
#[derive(Debug, Clone, Copy)]
struct Amount(Option<u64>);

impl FromStr for Amount {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "default" => Ok(Self(None)),
            text => text.parse().map(Some).map(Self).map_err(|_| "a number or `default` is expected".to_owned()),
        }
    }
}

/// Without a limit to set it shows them all. An amount is a number up to the limit's ceiling, or `default`.
#[derive(Debug, Args)]
pub(crate) struct Limits {
    #[command(flatten)]
    directory: DataDirectory,
    /// The plugin.
    plugin: PluginId,
    #[command(flatten)]
    wanted: Wanted,
}

#[derive(Debug, Args)]
struct Wanted {
    /// Processor time for one page, in milliseconds.
    #[arg(long, value_name = "N")]
    cpu_ms: Option<Amount>,
    /// Time by the clock for one page, in milliseconds.
    #[arg(long, value_name = "N")]
    wall_ms: Option<Amount>,
    /// Memory of one call.
    #[arg(long, value_name = "N")]
    memory_bytes: Option<Amount>,
    /// Elements of all tables of one call.
    #[arg(long, value_name = "N")]
    table_elements: Option<Amount>,
    /// Calls that run at once.
    #[arg(long, value_name = "N")]
    calls: Option<Amount>,
    /// Calls that wait behind those.
    #[arg(long, value_name = "N")]
    queue: Option<Amount>,
    /// Reads and writes of one page.
    #[arg(long, value_name = "N")]
    store_calls: Option<Amount>,
    /// Records that are kept.
    #[arg(long, value_name = "N")]
    rows: Option<Amount>,
    /// Their bodies together.
    #[arg(long, value_name = "N")]
    bytes: Option<Amount>,
    /// Files that are kept.
    #[arg(long, value_name = "N")]
    files: Option<Amount>,
    /// Their bytes together.
    #[arg(long, value_name = "N")]
    file_bytes: Option<Amount>,
    /// Outgoing requests that run at once.
    #[arg(long, value_name = "N")]
    outbound_at_once: Option<Amount>,
    /// Outgoing requests of one call.
    #[arg(long, value_name = "N")]
    outbound_calls: Option<Amount>,
    /// How long one outgoing request may take, in milliseconds.
    #[arg(long, value_name = "N")]
    outbound_ms: Option<Amount>,
    /// The answer to one outgoing request.
    #[arg(long, value_name = "N")]
    outbound_bytes: Option<Amount>,
}

impl Wanted {
    fn of(&self, bound: Bound) -> Option<Amount> {
        match bound {
            Bound::CpuMs => self.cpu_ms,
            Bound::WallMs => self.wall_ms,
            Bound::MemoryBytes => self.memory_bytes,
            Bound::TableElements => self.table_elements,
            Bound::Calls => self.calls,
            Bound::Queue => self.queue,
            Bound::StoreCalls => self.store_calls,
            Bound::Rows => self.rows,
            Bound::Bytes => self.bytes,
            Bound::Files => self.files,
            Bound::FileBytes => self.file_bytes,
            Bound::OutboundAtOnce => self.outbound_at_once,
            Bound::OutboundCalls => self.outbound_calls,
            Bound::OutboundMs => self.outbound_ms,
            Bound::OutboundBytes => self.outbound_bytes,
        }
    }

    fn changes(&self) -> Vec<BoundChange> {
        Bound::ALL.into_iter().filter_map(|bound| self.of(bound).map(|Amount(amount)| (bound, amount))).collect()
    }
}

pub(crate) async fn run(limits: Limits) -> anyhow::Result<()> {
    let Limits { directory, plugin, wanted } = limits;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let changes = wanted.changes();
    let views = if changes.is_empty() {
        app.host.limits(&plugin)
    } else {
        app.host.set_limits(&plugin, &changes, &Caller::system()).await
    };
    open::close(&app).await;
    let views = views.context(Outcome::Refused)?;
    let shown: Vec<Value> = views.iter().map(shown).collect();
    let lines: Vec<String> = views.iter().map(line).collect();
    outcome::answer(directory.json, &json!({ "limits": shown }), &lines.join("\n"));
    Ok(())
}

/// A limit in JSON.
pub(crate) fn shown(view: &BoundView) -> Value {
    json!({
        "name": view.bound.name(),
        "amount": view.amount,
        "set": view.is_set,
        "default": view.bound.default_amount(),
        "ceiling": view.bound.ceiling(),
    })
}

fn line(view: &BoundView) -> String {
    let origin = if view.is_set { "set" } else { "default" };
    format!("{} = {} ({origin}; at most {})", view.bound, view.amount, view.bound.ceiling())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::arguments::{Arguments, Command, Plugin};

    use super::*;

    fn changes(arguments: &[&str]) -> Vec<BoundChange> {
        let all = ["tiwizi", "plugin", "limits", "--data", "d", "notes"].iter().chain(arguments);
        match Arguments::try_parse_from(all).unwrap().command {
            Command::Plugin { command: Plugin::Limits(limits) } => limits.wanted.changes(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_limit_can_be_set_by_its_own_name() {
        for bound in Bound::ALL {
            let flag = format!("--{bound}");
            assert_eq!(changes(&[&flag, "7"]), [(bound, Some(7))]);
            assert_eq!(changes(&[&flag, "default"]), [(bound, None)]);
        }
        assert!(changes(&[]).is_empty());
        assert!("lots".parse::<Amount>().is_err());
    }
}
