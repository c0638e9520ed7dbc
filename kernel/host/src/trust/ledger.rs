//! What an instance trusts, as the database holds it.

use semver::Version;
use tiwizi_model::{Instant, PluginId};
use tiwizi_registry::day::Day;
use tiwizi_storage::trust::{self as rows, PublisherRow, RootRow};
use tiwizi_storage::{StorageError, Tx, WriteTx};

use super::judge::{Claim, Root, Trust, Voucher};
use super::key::Signer;
use super::revocations::Revocations;

/// Everything that counts today. A list that cannot be read counts for nothing and is reported.
pub(crate) async fn trust(tx: &mut Tx) -> Result<Trust, StorageError> {
    let roots = rows::roots(tx).await?.iter().filter(|root| root.removed_at.is_none()).map(root_of).collect();
    let mut lists = Vec::new();
    for row in rows::lists(tx).await? {
        match Revocations::read(row.body.as_bytes()) {
            Ok(list) => lists.push(list),
            Err(error) => tracing::error!(issuer = %row.issuer, %error, "a list of revocations cannot be read"),
        }
    }
    Ok(Trust { roots, lists })
}

fn root_of(row: &RootRow) -> Root {
    Root {
        holder: Signer { name: row.name.clone(), key: row.key },
        level: row.level,
        prefixes: row.prefixes.clone(),
        until: row.until.as_deref().and_then(|day| day.parse::<Day>().ok()),
    }
}

/// The row of a root that is added now.
pub(super) fn row_of(root: &Root, added_at: Instant) -> RootRow {
    RootRow {
        key: root.holder.key,
        name: root.holder.name.clone(),
        level: root.level,
        prefixes: root.prefixes.clone(),
        until: root.until.map(|day| day.to_string()),
        added_at,
        removed_at: None,
    }
}

/// The highest version of a plugin that was installed here.
pub(crate) async fn highest(tx: &mut Tx, plugin: &PluginId) -> Result<Option<Version>, StorageError> {
    let text = rows::highest(tx, plugin).await?;
    Ok(text.and_then(|text| Version::parse(&text).ok()))
}

/// Notes the publisher of a plugin and its version. What nobody vouched for holds up no later version.
pub(crate) async fn note_installed(
    tx: &mut WriteTx,
    claim: &Claim<'_>,
    voucher: &Voucher,
    now: Instant,
) -> Result<(), StorageError> {
    if let Some(publisher) = &voucher.publisher {
        let row = PublisherRow {
            key: publisher.key,
            name: publisher.name.clone(),
            level: voucher.level,
            prefixes: voucher.prefixes.clone(),
            until: voucher.until.map(|day| day.to_string()),
            root: voucher.root.as_ref().map(|root| root.key),
            seen_at: now,
        };
        rows::put_publisher(tx, &row).await?;
    }
    let higher = highest(tx, claim.plugin).await?.is_none_or(|highest| claim.version.cmp_precedence(&highest).is_gt());
    if voucher.root.is_some() && higher {
        rows::set_highest(tx, claim.plugin, &claim.version.to_string(), now).await?;
    }
    Ok(())
}
