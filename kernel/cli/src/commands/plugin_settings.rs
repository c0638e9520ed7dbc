//! `tiwizi plugin settings` and `tiwizi plugin set`: what an administrator sets for a plugin.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use tiwizi_host::{SettingChange, SettingView};
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome::{self, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum PluginSettings {
    /// Show the settings of a plugin.
    Settings {
        #[command(flatten)]
        directory: DataDirectory,
        /// The plugin.
        plugin: PluginId,
    },
    /// Set settings of a plugin.
    Set {
        #[command(flatten)]
        directory: DataDirectory,
        /// The plugin.
        plugin: PluginId,
        /// A text is written as it is, everything else as JSON; `NAME` alone puts the default back.
        #[arg(value_name = "NAME=VALUE", required = true)]
        values: Vec<String>,
    },
}

pub(crate) async fn run(command: PluginSettings) -> anyhow::Result<()> {
    match command {
        PluginSettings::Settings { directory, plugin } => settings(&directory, &plugin).await,
        PluginSettings::Set { directory, plugin, values } => set(&directory, &plugin, &values).await,
    }
}

async fn settings(directory: &DataDirectory, plugin: &PluginId) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let views = app.host.settings(plugin).await;
    open::close(&app).await;
    answer(directory, &views?);
    Ok(())
}

async fn set(directory: &DataDirectory, plugin: &PluginId, values: &[String]) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let outcome = async {
        let views = app.host.settings(plugin).await?;
        let changes = values.iter().map(|text| change(&views, text)).collect::<anyhow::Result<_>>()?;
        Ok::<_, anyhow::Error>(app.host.set_settings(plugin, changes, &Caller::system()).await?)
    };
    let outcome = outcome.await;
    open::close(&app).await;
    answer(directory, &outcome.context(Outcome::Refused)?);
    Ok(())
}

/// What `NAME=VALUE` says. Where the schema takes texts the value is one; else it is JSON.
fn change(views: &[SettingView], text: &str) -> anyhow::Result<SettingChange> {
    let Some((name, value)) = text.split_once('=') else { return Ok((text.to_owned(), None)) };
    let schema = views.iter().find(|view| view.name == name).map(|view| &view.schema);
    let takes_text = schema
        .is_some_and(|schema| schema.get("type").is_some_and(|kind| *kind == "string") || schema.get("enum").is_some());
    let parsed = serde_json::from_str(value);
    let value = match (takes_text, parsed) {
        (true, _) => Value::from(value),
        (false, parsed) => parsed.with_context(|| format!("the value of {name} is not JSON"))?,
    };
    Ok((name.to_owned(), Some(value)))
}

fn answer(directory: &DataDirectory, views: &[SettingView]) {
    let shown: Vec<Value> = views
        .iter()
        .map(|view| json!({ "name": view.name, "value": view.value, "default": view.default, "set": view.is_set }))
        .collect();
    let line = |view: &SettingView| {
        let origin = if view.is_set { "" } else { " (default)" };
        format!("{} = {}{origin}", view.name, view.value)
    };
    let lines: Vec<String> = views.iter().map(line).collect();
    let text = if lines.is_empty() { "The plugin has no settings.".to_owned() } else { lines.join("\n") };
    outcome::answer(directory.json, &json!({ "settings": shown }), &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, schema: Value) -> SettingView {
        SettingView { name: name.to_owned(), value: Value::Null, default: Value::Null, is_set: false, schema }
    }

    #[test]
    fn a_text_is_taken_as_it_is_and_the_rest_as_json() {
        let views = [view("word", json!({ "type": "string" })), view("size", json!({ "type": "integer" }))];
        assert_eq!(change(&views, "word=3").unwrap(), ("word".to_owned(), Some(json!("3"))));
        assert_eq!(change(&views, "word=a=b").unwrap(), ("word".to_owned(), Some(json!("a=b"))));
        assert_eq!(change(&views, "size=3").unwrap(), ("size".to_owned(), Some(json!(3))));
        assert_eq!(change(&views, "size").unwrap(), ("size".to_owned(), None));
        assert!(change(&views, "size=three").is_err());
    }
}
