//! Brings a database to the version that this kernel knows.
//!
//! Migrations come in pairs, are numbered from 1 and never edited; the checksum of what was applied is kept, so that an
//! edit is found out. Each is one transaction. A database with a number that this kernel does not know is newer than the
//! kernel and is refused: an old kernel would write rows that the new one misreads.

use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tiwizi_model::Instant;

use crate::error::OpenError;

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: [Migration; 20] = [
    Migration {
        number: 1,
        name: "ground",
        sqlite: include_str!("../../../migrations/sqlite/0001_ground.sql"),
        postgres: include_str!("../../../migrations/postgres/0001_ground.sql"),
    },
    Migration {
        number: 2,
        name: "trust",
        sqlite: include_str!("../../../migrations/sqlite/0002_trust.sql"),
        postgres: include_str!("../../../migrations/postgres/0002_trust.sql"),
    },
    Migration {
        number: 3,
        name: "plugin_values",
        sqlite: include_str!("../../../migrations/sqlite/0003_plugin_values.sql"),
        postgres: include_str!("../../../migrations/postgres/0003_plugin_values.sql"),
    },
    Migration {
        number: 4,
        name: "plugin_before",
        sqlite: include_str!("../../../migrations/sqlite/0004_plugin_before.sql"),
        postgres: include_str!("../../../migrations/postgres/0004_plugin_before.sql"),
    },
    Migration {
        number: 5,
        name: "plugin_bounds",
        sqlite: include_str!("../../../migrations/sqlite/0005_plugin_bounds.sql"),
        postgres: include_str!("../../../migrations/postgres/0005_plugin_bounds.sql"),
    },
    Migration {
        number: 6,
        name: "blobs_and_notices",
        sqlite: include_str!("../../../migrations/sqlite/0006_blobs_and_notices.sql"),
        postgres: include_str!("../../../migrations/postgres/0006_blobs_and_notices.sql"),
    },
    Migration {
        number: 7,
        name: "job",
        sqlite: include_str!("../../../migrations/sqlite/0007_job.sql"),
        postgres: include_str!("../../../migrations/postgres/0007_job.sql"),
    },
    Migration {
        number: 8,
        name: "tally_memo",
        sqlite: include_str!("../../../migrations/sqlite/0008_tally_memo.sql"),
        postgres: include_str!("../../../migrations/postgres/0008_tally_memo.sql"),
    },
    Migration {
        number: 9,
        name: "duplicate_key",
        sqlite: include_str!("../../../migrations/sqlite/0009_duplicate_key.sql"),
        postgres: include_str!("../../../migrations/postgres/0009_duplicate_key.sql"),
    },
    Migration {
        number: 10,
        name: "own_notices",
        sqlite: include_str!("../../../migrations/sqlite/0010_own_notices.sql"),
        postgres: include_str!("../../../migrations/postgres/0010_own_notices.sql"),
    },
    Migration {
        number: 11,
        name: "office",
        sqlite: include_str!("../../../migrations/sqlite/0011_office.sql"),
        postgres: include_str!("../../../migrations/postgres/0011_office.sql"),
    },
    Migration {
        number: 12,
        name: "card_key",
        sqlite: include_str!("../../../migrations/sqlite/0012_card_key.sql"),
        postgres: include_str!("../../../migrations/postgres/0012_card_key.sql"),
    },
    Migration {
        number: 13,
        name: "file_upload",
        sqlite: include_str!("../../../migrations/sqlite/0013_file_upload.sql"),
        postgres: include_str!("../../../migrations/postgres/0013_file_upload.sql"),
    },
    Migration {
        number: 14,
        name: "instance_value",
        sqlite: include_str!("../../../migrations/sqlite/0014_instance_value.sql"),
        postgres: include_str!("../../../migrations/postgres/0014_instance_value.sql"),
    },
    Migration {
        number: 15,
        name: "person_birth",
        sqlite: include_str!("../../../migrations/sqlite/0015_person_birth.sql"),
        postgres: include_str!("../../../migrations/postgres/0015_person_birth.sql"),
    },
    Migration {
        number: 16,
        name: "federation",
        sqlite: include_str!("../../../migrations/sqlite/0016_federation.sql"),
        postgres: include_str!("../../../migrations/postgres/0016_federation.sql"),
    },
    Migration {
        number: 17,
        name: "tally_home",
        sqlite: include_str!("../../../migrations/sqlite/0017_tally_home.sql"),
        postgres: include_str!("../../../migrations/postgres/0017_tally_home.sql"),
    },
    Migration {
        number: 18,
        name: "peer_cut",
        sqlite: include_str!("../../../migrations/sqlite/0018_peer_cut.sql"),
        postgres: include_str!("../../../migrations/postgres/0018_peer_cut.sql"),
    },
    Migration {
        number: 19,
        name: "tally_elsewhere",
        sqlite: include_str!("../../../migrations/sqlite/0019_tally_elsewhere.sql"),
        postgres: include_str!("../../../migrations/postgres/0019_tally_elsewhere.sql"),
    },
    Migration {
        number: 20,
        name: "journey_home",
        sqlite: include_str!("../../../migrations/sqlite/0020_journey_home.sql"),
        postgres: include_str!("../../../migrations/postgres/0020_journey_home.sql"),
    },
];

const CREATE: &str = "CREATE TABLE IF NOT EXISTS migration (\
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const APPLIED: &str = "SELECT number, checksum FROM migration ORDER BY number";
const RECORD: &str = "INSERT INTO migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";

/// Kernels that start together on one PostgreSQL migrate one after the other. The number is "tiwizi" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(127996323789417)";

pub(crate) async fn migrate_sqlite(connection: &mut SqliteConnection, now: Instant) -> Result<(), OpenError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(reading)?;
    sqlx::query(CREATE).execute(&mut *tx).await.map_err(reading)?;
    let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *tx).await.map_err(reading)?;
    for migration in pending(&applied, |migration| migration.sqlite)? {
        let failed = |source| OpenError::Migrate { number: migration.number, source };
        sqlx::raw_sql(migration.sqlite).execute(&mut *tx).await.map_err(failed)?;
        sqlx::query(RECORD)
            .bind(migration.number)
            .bind(migration.name)
            .bind(checksum(migration.sqlite))
            .bind(now.0)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(reading)
}

pub(crate) async fn migrate_postgres(connection: &mut PgConnection, now: Instant) -> Result<(), OpenError> {
    let mut tx = connection.begin().await.map_err(reading)?;
    sqlx::query(LOCK).execute(&mut *tx).await.map_err(reading)?;
    sqlx::query(CREATE).execute(&mut *tx).await.map_err(reading)?;
    let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *tx).await.map_err(reading)?;
    for migration in pending(&applied, |migration| migration.postgres)? {
        let failed = |source| OpenError::Migrate { number: migration.number, source };
        sqlx::raw_sql(migration.postgres).execute(&mut *tx).await.map_err(failed)?;
        sqlx::query(RECORD)
            .bind(migration.number)
            .bind(migration.name)
            .bind(checksum(migration.postgres))
            .bind(now.0)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(reading)
}

fn reading(source: sqlx::Error) -> OpenError {
    OpenError::Migrate { number: 0, source }
}

/// The migrations that are still to be applied, when those that were are the ones that we know.
fn pending(
    applied: &[(i64, String)],
    text: impl Fn(&Migration) -> &'static str,
) -> Result<impl Iterator<Item = &'static Migration>, OpenError> {
    let found = applied.iter().map(|(number, _)| *number).max().unwrap_or_default();
    let known = MIGRATIONS.iter().map(|migration| migration.number).max().unwrap_or_default();
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for (number, sum) in applied {
        let same = MIGRATIONS.iter().any(|known| known.number == *number && checksum(text(known)) == *sum);
        if !same {
            return Err(OpenError::Altered { number: *number });
        }
    }
    Ok(MIGRATIONS.iter().filter(move |migration| migration.number > found))
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_from_one_without_a_gap() {
        let numbers: Vec<_> = MIGRATIONS.iter().map(|migration| migration.number).collect();
        assert_eq!(numbers, (1..=i64::try_from(MIGRATIONS.len()).unwrap()).collect::<Vec<_>>());
    }

    #[test]
    fn a_migration_that_was_edited_after_it_was_applied_is_found_out() {
        let applied = [(1, checksum("CREATE TABLE another (id BIGINT)"))];
        assert!(matches!(pending(&applied, |migration| migration.sqlite), Err(OpenError::Altered { number: 1 })));
    }
}
