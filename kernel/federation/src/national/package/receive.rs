//! Keeping what the nation published: parts are joined, held to the nation's signature and to its list, and kept.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::package::{Packed, Part, Parts};
use tiwizi_federation_core::wire::Hash;
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::package::{self as rows, PackageRow};

use super::super::National;
use super::super::error::NationalError;
use super::PackageState;

/// Parts that came, by their packages.
#[derive(Debug, Default)]
pub(in super::super) struct Arrived {
    known: BTreeSet<(String, u32)>,
    parts: BTreeMap<(String, u32, Hash), Parts>,
}

impl Arrived {
    /// Adds a part of a package that is not here yet.
    pub(in super::super) fn add(&mut self, part: Part) {
        if self.known.contains(&(part.name.clone(), part.version)) {
            return;
        }
        let key = (part.name.clone(), part.version, part.whole);
        self.parts.entry(key).or_default().add(part);
    }
}

impl<S: Store> National<S> {
    /// What is here already.
    pub(in super::super) async fn awaited(&self) -> Result<Arrived, NationalError> {
        let lines = super::list(&mut *self.db().read_single().await?).await?;
        let known = lines.into_iter().map(|line| (line.name, line.version)).collect();
        Ok(Arrived { known, parts: BTreeMap::new() })
    }

    /// Keeps the packages of which every part is here. What is not what it should be is told in the log and left.
    pub(in super::super) async fn receive(&self, arrived: Arrived) -> Result<usize, NationalError> {
        let mut kept = 0_usize;
        for ((name, version, _), parts) in arrived.parts {
            match self.receive_one(&name, version, &parts).await {
                Ok(is_new) => kept = kept.saturating_add(usize::from(is_new)),
                Err(error @ (NationalError::Packed(_) | NationalError::Package(_))) => {
                    tracing::error!(
                        package.name = name,
                        package.version = version,
                        error = &error as &dyn std::error::Error,
                        "a package of the nation is not taken"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    async fn receive_one(&self, name: &str, version: u32, parts: &Parts) -> Result<bool, NationalError> {
        let Some(bytes) = parts.joined()? else { return Ok(false) };
        let nation = self.nation()?;
        let package = Packed::decode(&bytes)?.open(&nation, self.roll.ring())?;
        if package.name != name || package.version != version {
            return Err(tiwizi_federation_core::package::PackedError::Torn.into());
        }
        let now = self.now();
        let row = PackageRow {
            name: name.to_owned(),
            version: version.into(),
            node: nation.0.0,
            envelope: bytes,
            state: PackageState::Received.name().to_owned(),
            difference: None,
            received_at: now,
            changed_at: now,
        };
        let mut tx = self.db().begin_write().await?;
        match rows::add(&mut tx, &row).await? {
            Added::New => {
                tx.commit().await?;
                tracing::info!(package.name = name, package.version = version, "a package of the nation came");
                Ok(true)
            }
            Added::Known => Ok(false),
            Added::Different => {
                tracing::error!(
                    package.name = name,
                    package.version = version,
                    "the nation signed two packages under one number; the first one stays"
                );
                Ok(false)
            }
        }
    }
}
