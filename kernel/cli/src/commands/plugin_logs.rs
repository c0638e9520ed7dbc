//! `tiwizi plugin logs`: what a plugin said, and what the kernel did to it. It reads the plugin's log file and nothing else, so it works
//! while the server runs.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;
use tiwizi_host::{LogAuthor, LogFile, LogLine};
use tiwizi_model::PluginId;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome;

const LOOK_AGAIN: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    directory: DataDirectory,
    /// The plugin.
    plugin: PluginId,
    /// How many of the last lines to show.
    #[arg(long, value_name = "N", default_value_t = 100)]
    lines: usize,
    /// Go on with what comes, until the command is stopped.
    #[arg(long)]
    follow: bool,
}

pub(crate) async fn run(logs: Logs) -> anyhow::Result<()> {
    let Logs { directory, plugin, lines, follow } = logs;
    // A directory without an instance is refused before a plugin's log is missed in it.
    open::config(&directory.data)?;
    let log = LogFile::of(&directory.data, &plugin);
    let read = || format!("could not read the log of {plugin}");
    let (last, mut follower) = log.tail_and_follow(lines).with_context(read)?;
    for line in last {
        say(directory.json, &line);
    }
    if !follow {
        return Ok(());
    }
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        for line in follower.read().with_context(read)? {
            say(directory.json, &line);
        }
    }
}

fn say(json: bool, line: &LogLine) {
    outcome::say(&if json { line.json() } else { text(line) });
}

/// A line for people. What the kernel says of a plugin is marked.
fn text(line: &LogLine) -> String {
    let author = match line.author {
        LogAuthor::Plugin => "",
        LogAuthor::Kernel => "[kernel] ",
    };
    let fields: String =
        line.fields.iter().map(|(name, value)| format!(" {name}={}", Value::from(value.as_str()))).collect();
    let request = if line.request.is_empty() { String::new() } else { format!(" ({})", line.request) };
    format!("{} {:5} {author}{}{fields}{request}", line.at.rfc3339(), line.level.as_str(), line.message)
}

#[cfg(test)]
mod tests {
    use tiwizi_host::Level;
    use tiwizi_model::Instant;

    use super::*;

    #[test]
    fn a_line_says_when_how_loud_and_who() {
        let mut line = LogLine {
            at: Instant(0),
            level: Level::Warn,
            author: LogAuthor::Kernel,
            request: "r1".to_owned(),
            message: "the plugin crashed".to_owned(),
            fields: Vec::new(),
        };
        assert_eq!(text(&line), "1970-01-01T00:00:00.000Z warn  [kernel] the plugin crashed (r1)");
        line.author = LogAuthor::Plugin;
        line.request = String::new();
        line.fields = vec![("n".to_owned(), "a b".to_owned())];
        assert_eq!(text(&line), "1970-01-01T00:00:00.000Z warn  the plugin crashed n=\"a b\"");
    }
}
