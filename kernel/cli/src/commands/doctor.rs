//! `tiwizi doctor`: checks an instance and prints the limits that hold.

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_model::limits;
use tiwizi_storage::change;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome;

pub(crate) async fn run(directory: DataDirectory) -> anyhow::Result<()> {
    let config = open::config(&directory.data)?;
    let app = open::app(&directory.data, &config).await?;
    app.db.sequence().await?;
    let mut tx = app.db.read().await?;
    let log = change::verify(&mut tx).await;
    drop(tx);
    let plugins: Vec<Value> = app
        .host
        .plugins()
        .into_iter()
        .map(|plugin| json!({ "id": plugin.id.to_string(), "version": plugin.version, "state": plugin.state.as_str() }))
        .collect();
    open::close(&app).await;
    let head = log.context("the change log is not whole")?;
    let answer = json!({
        "instance": app.instance.id.to_string(),
        "name": app.instance.name,
        "provinces": app.instance.jurisdiction.to_string(),
        "database": if config.database.is_some() { "postgresql" } else { "sqlite" },
        "changes": head.0,
        "plugins": plugins,
        "limits": limits_in_force(),
    });
    outcome::answer(directory.json, &answer, &serde_json::to_string_pretty(&answer)?);
    Ok(())
}

/// The limits that an operator meets; `model/src/limits.rs` has them all.
fn limits_in_force() -> Value {
    json!({
        "record_bytes_max": limits::RECORD_BYTES_MAX,
        "page_rows_max": limits::PAGE_ROWS_MAX,
        "batch_writes_max": limits::BATCH_WRITES_MAX,
        "body_bytes_max": limits::BODY_BYTES_MAX,
        "connections_max": limits::CONNECTIONS_MAX,
        "header_wait_ms": limits::HEADER_WAIT_MS,
        "body_wait_ms": limits::BODY_WAIT_MS,
        "session_idle_ms": limits::SESSION_IDLE_MS,
        "session_life_ms": limits::SESSION_LIFE_MS,
        "plugin_memory_bytes_max": limits::PLUGIN_MEMORY_BYTES_MAX,
        "plugin_cpu_ms_max": limits::PLUGIN_CPU_MS_MAX,
        "plugin_wall_ms_max": limits::PLUGIN_WALL_MS_MAX,
        "plugin_answer_bytes_max": limits::PLUGIN_ANSWER_BYTES_MAX,
        "plugin_log_bytes_max": limits::PLUGIN_LOG_BYTES_MAX,
        "plugin_calls_max": limits::PLUGIN_CALLS_MAX,
        "host_calls_max": limits::HOST_CALLS_MAX,
        "kv_items_max": limits::KV_ITEMS_MAX,
        "kv_bytes_max": limits::KV_BYTES_MAX,
        "kv_value_bytes_max": limits::KV_VALUE_BYTES_MAX,
        "outbound_calls_max": limits::OUTBOUND_CALLS_MAX,
        "outbound_at_once_max": limits::OUTBOUND_AT_ONCE_MAX,
        "outbound_bytes_max": limits::OUTBOUND_BYTES_MAX,
        "component_bytes_max": limits::COMPONENT_BYTES_MAX,
        "bundle_bytes_max": limits::BUNDLE_BYTES_MAX,
        "import_line_bytes_max": limits::IMPORT_LINE_BYTES_MAX,
    })
}
