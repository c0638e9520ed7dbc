//! `tiwizi log`: the change log.

use anyhow::Context as _;
use serde_json::json;
use tiwizi_storage::change;

use crate::arguments::Log;
use crate::commands::open;
use crate::outcome;

pub(crate) async fn run(command: Log) -> anyhow::Result<()> {
    let Log::Verify { directory } = command;
    let db = open::database(&directory.data, &open::config(&directory.data)?).await?;
    db.sequence().await?;
    let mut tx = db.read().await?;
    let verified = change::verify(&mut tx).await;
    drop(tx);
    db.close().await;
    let head = verified.context("the log is not whole")?;
    let text = format!("{head} changes, numbered without a gap.");
    outcome::answer(directory.json, &json!({ "changes": head.0 }), &text);
    Ok(())
}
