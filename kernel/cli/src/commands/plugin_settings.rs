//! `tiwizi plugin settings|set|secrets|secret`: what an administrator sets for a plugin.

use std::io::Read as _;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use tiwizi_host::{SecretView, SettingChange, SettingView};
use tiwizi_identity::{Caller, Secret};
use tiwizi_model::{Language, PluginId, limits};

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
    /// Show which secrets a plugin asks for and which are set; never the secrets.
    Secrets {
        #[command(flatten)]
        directory: DataDirectory,
        /// The plugin.
        plugin: PluginId,
    },
    /// Set a secret of a plugin, or forget it.
    Secret {
        #[command(flatten)]
        directory: DataDirectory,
        /// The plugin.
        plugin: PluginId,
        /// The secret's name in the manifest.
        name: String,
        /// Read the secret from standard input. It is not taken from the command line, which others can see.
        #[arg(long, required_unless_present = "forget", conflicts_with = "forget")]
        stdin: bool,
        /// Forget the secret.
        #[arg(long)]
        forget: bool,
    },
}

pub(crate) async fn run(command: PluginSettings) -> anyhow::Result<()> {
    match command {
        PluginSettings::Settings { directory, plugin } => settings(&directory, &plugin).await,
        PluginSettings::Set { directory, plugin, values } => set(&directory, &plugin, &values).await,
        PluginSettings::Secrets { directory, plugin } => secrets(&directory, &plugin).await,
        PluginSettings::Secret { directory, plugin, name, stdin, .. } => {
            let secret = if stdin { Some(read_secret()?) } else { None };
            set_secret(&directory, &plugin, &name, secret).await
        }
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

async fn secrets(directory: &DataDirectory, plugin: &PluginId) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let views = app.host.secrets(plugin).await;
    open::close(&app).await;
    answer_secrets(directory, &views?);
    Ok(())
}

async fn set_secret(
    directory: &DataDirectory,
    plugin: &PluginId,
    name: &str,
    secret: Option<Secret>,
) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let outcome = async {
        app.host.set_secret(plugin, name, secret, &Caller::system()).await?;
        app.host.secrets(plugin).await
    };
    let outcome = outcome.await;
    open::close(&app).await;
    answer_secrets(directory, &outcome.context(Outcome::Refused)?);
    Ok(())
}

/// The whole of standard input, without the line break at its end.
fn read_secret() -> anyhow::Result<Secret> {
    let mut text = String::new();
    let longest = limits::SECRET_BYTES_MAX as u64 + 2;
    std::io::stdin().lock().take(longest).read_to_string(&mut text).context("could not read the secret")?;
    Ok(Secret::of(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn answer_secrets(directory: &DataDirectory, views: &[SecretView]) {
    let shown: Vec<Value> =
        views.iter().map(|view| json!({ "name": view.name, "set": view.set_at.is_some() })).collect();
    let line = |view: &SecretView| {
        let state = if view.set_at.is_some() { "set" } else { "not set" };
        format!("{}: {state}; {}", view.name, view.reason.in_language(Language::French))
    };
    let lines: Vec<String> = views.iter().map(line).collect();
    let text = if lines.is_empty() { "The plugin asks for no secret.".to_owned() } else { lines.join("\n") };
    outcome::answer(directory.json, &json!({ "secrets": shown }), &text);
}

/// What `NAME=VALUE` says. Where the schema takes texts the value is one; else it is JSON.
fn change(views: &[SettingView], text: &str) -> anyhow::Result<SettingChange> {
    let Some((name, value)) = text.split_once('=') else { return Ok((text.to_owned(), None)) };
    let schema = views.iter().find(|view| view.name == name).map(|view| &view.schema);
    let takes_text = schema.is_some_and(|schema| {
        let words = schema.get("enum").and_then(Value::as_array);
        schema.get("type").is_some_and(|kind| *kind == "string")
            || words.is_some_and(|words| words.iter().any(|word| *word == value))
    });
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
