//! On which databases do the tests run?

use std::path::Path;

use sqlx::Connection as _;
use tiwizi_tests::Setting;
use tiwizi_tests::instance::REGISTRAR;

/// Another registrar of the whole nation.
pub(crate) const OTHER: &str = "other@tests.invalid";

/// What the tests that run on both databases have in common.
pub(crate) fn setting(database: Option<String>) -> Setting {
    let users = vec![[REGISTRAR, "registrar", "nation"], [OTHER, "registrar", "nation"]];
    Setting { database, users, ..Setting::default() }
}

/// Makes each function a test on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                let setting = crate::database::setting(None);
                super::$name(&mut tiwizi_tests::Instance::start(&setting)?).await
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                let database = tiwizi_tests::postgres::Database::create().await?;
                let setting = crate::database::setting(Some(database.url().to_owned()));
                super::$name(&mut tiwizi_tests::Instance::start(&setting)?).await
            })*
        }
    };
}
pub(crate) use on_both;

/// Writes into a SQLite database that a later program has migrated it.
pub(crate) async fn pretend_newer(data: &Path) -> anyhow::Result<()> {
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("tiwizi.sqlite"));
    let mut connection = sqlx::SqliteConnection::connect_with(&file).await?;
    sqlx::query("INSERT INTO migration (number, name, checksum, applied_at) VALUES (9999, 'later', '', 0)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}
