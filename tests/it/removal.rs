//! Is a removed plugin gone from every table?

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::postgres::Database;
use tiwizi_tests::{Instance, Setting};

use crate::workshop::{Workshop, become_next, install, listed};

/// What may still name it: the log and the numbers of kinds that the log speaks of, and the highest version, which keeps older ones out.
pub(crate) const KEPT: [&str; 3] = ["change", "kind", "plugin_highest"];
const NAME: &str = "chaos";

/// The tables with a row that names the plugin, as text or as the bytes of that text.
fn naming(name: &str, rows: &[(String, String)]) -> Vec<String> {
    let bytes: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    let names = |row: &str| row.contains(name) || row.to_lowercase().contains(&bytes);
    let mut tables: Vec<String> = rows.iter().filter(|(_, row)| names(row)).map(|(table, _)| table.clone()).collect();
    tables.dedup();
    tables
}

/// The tables of the instance in a data directory that name a plugin.
pub(crate) async fn sqlite(data: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    Ok(naming(name, &rows(data).await?))
}

/// The tables of the instance in a data directory that hold one of these texts.
pub(crate) async fn sqlite_holds(data: &Path, texts: &[&str]) -> anyhow::Result<Vec<String>> {
    let rows = rows(data).await?;
    Ok(texts.iter().flat_map(|text| naming(text, &rows)).collect())
}

/// Every value of every table, as text.
async fn rows(data: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let path = data.join("tiwizi.sqlite");
    let mut connection: SqliteConnection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
    let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut connection).await?;
    let mut rows = Vec::new();
    for table in tables {
        let table: String = table.try_get(0)?;
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        for column in sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut connection).await? {
            let column: String = column.try_get(0)?;
            let text = format!("SELECT quote(\"{column}\") FROM \"{table}\"");
            for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut connection).await? {
                rows.push((table.clone(), row.try_get(0)?));
            }
        }
    }
    Ok(rows)
}

async fn postgres(url: &str) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::connect(url).await?;
    let tables = sqlx::query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
    let mut rows = Vec::new();
    for table in tables.fetch_all(&mut connection).await? {
        let table: String = table.try_get(0)?;
        let text = format!("SELECT t::text FROM \"{table}\" t");
        for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut connection).await? {
            rows.push((table.clone(), row.try_get(0)?));
        }
    }
    Ok(naming(NAME, &rows))
}

/// A plugin with something in every table, in its second version.
async fn lived_in(database: Option<&Database>) -> anyhow::Result<(Workshop, Instance)> {
    let setting = Setting { database: database.map(|database| database.url().to_owned()), ..Setting::default() };
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&setting)?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("first", |_| ())?)?;
    Tiwizi::words("plugin set").data(instance.data()).word("chaos").word("size=5").succeed()?;
    let secret = Tiwizi::words("plugin secret").data(instance.data()).word("chaos").word("token").word("--stdin");
    secret.input("hush").succeed()?;
    instance.serve()?;
    let visitor = instance.visitor()?;
    for text in ["gone", "one two"] {
        visitor.submit("/fr/p/chaos/write", &[("text", text)]).await?.expect(200)?;
    }
    visitor.submit("/fr/p/chaos/kv/set", &[("text", "a value")]).await?.expect(200)?;
    // Work that waits for the next century.
    let work =
        serde_json::json!({ "name": "work", "payload": { "text": "later" }, "at": 4_102_444_800_000_u64 }).to_string();
    visitor.submit("/fr/p/chaos/jobs/enqueue", &[("text", &work)]).await?.expect(200)?;
    visitor.submit("/fr/p/chaos/blobs/keep", &[("text", "text/plain a file")]).await?.expect(200)?;
    let told =
        visitor.submit("/fr/p/chaos/notify/send", &[("text", "role administrator - news")]).await?.expect(200)?;
    ensure!(told.text.contains("told"), "nobody was told");
    instance.stop()?;
    let next = workshop.bundle("next", |manifest| {
        become_next(manifest, "mixed");
        let page = manifest.pointer("/kinds/0").cloned().map(|mut page| {
            let changes = serde_json::json!({
                "name": "page", "classes": { "title": "public" }, "unique": [], "search": ["title"],
            });
            let fields = serde_json::json!({
                "properties": { "title": { "type": "string", "maxLength": 100 } }, "required": ["title"],
            });
            overlay(Some(&mut page), changes);
            overlay(page.pointer_mut("/schema"), fields);
            page
        });
        if let Some(kinds) = manifest.pointer_mut("/kinds").and_then(Value::as_array_mut) {
            kinds.extend(page);
        }
    })?;
    Tiwizi::words("plugin upgrade").data(instance.data()).word(&next).succeed()?;
    Ok((workshop, instance))
}

/// Removes it, after writing its records to a file.
fn remove(workshop: &Workshop, instance: &Instance) -> anyhow::Result<()> {
    let file = workshop.file("records.ndjson");
    let remove = || Tiwizi::words("plugin remove --json").data(instance.data()).word("chaos").option("--export", &file);
    let unsure = remove().run()?;
    ensure!(unsure.code == Some(1) && unsure.complaint.contains("--yes"), "{unsure:?}");
    ensure!(!file.exists() && listed(instance)?.is_some(), "it asked and did it all the same");
    let removed = remove().word("--yes").succeed()?.json()?;
    // Two notes and a page; the note that the migration deleted is a tombstone.
    ensure!(removed.pointer("/exported") == Some(&3.into()), "{removed}");
    ensure!(removed.pointer("/records") == Some(&4.into()), "{removed}");
    let lines = fs::read_to_string(&file)?;
    let kinds =
        lines.lines().map(|line| Ok(serde_json::from_str::<Value>(line)?)).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(kinds.len() == 3, "{lines}");
    ensure!(listed(instance)?.is_none(), "it is still installed");
    Tiwizi::words("log verify").data(instance.data()).succeed()?;
    Ok(())
}

fn ensure_gone(before: &[String], after: &[String]) -> anyhow::Result<()> {
    let lived_in = [
        "blob",
        "capability_grant",
        "job",
        "kv",
        "notice",
        "plugin",
        "plugin_before",
        "plugin_secret",
        "plugin_setting",
        "record",
        "schedule",
    ];
    for table in lived_in {
        ensure!(before.iter().any(|named| named == table), "nothing in {table} named the plugin before: {before:?}");
    }
    let left: Vec<&String> = after.iter().filter(|table| !KEPT.contains(&table.as_str())).collect();
    ensure!(left.is_empty(), "tables that still name the plugin: {left:?}; see kernel/storage/src/removal.rs");
    Ok(())
}

#[tokio::test]
async fn no_table_names_a_removed_plugin_on_sqlite() -> anyhow::Result<()> {
    let (workshop, instance) = lived_in(None).await?;
    let before = sqlite(instance.data(), NAME).await?;
    remove(&workshop, &instance)?;
    ensure_gone(&before, &sqlite(instance.data(), NAME).await?)
}

#[tokio::test]
async fn no_table_names_a_removed_plugin_on_postgres() -> anyhow::Result<()> {
    let database = Database::create().await.context("a database for the test")?;
    let (workshop, instance) = lived_in(Some(&database)).await?;
    let before = postgres(database.url()).await?;
    remove(&workshop, &instance)?;
    ensure_gone(&before, &postgres(database.url()).await?)
}

/// Puts members in the place of those with the same names.
fn overlay(object: Option<&mut Value>, members: Value) {
    if let (Some(Value::Object(object)), Value::Object(members)) = (object, members) {
        object.extend(members);
    }
}
