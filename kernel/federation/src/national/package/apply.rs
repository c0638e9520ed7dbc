//! Applying a version, or none: what stood before is replaced, in one transaction.

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::package::PackageKind;
use tiwizi_identity::policy::FederationDecision;
use tiwizi_registry::readers::{self, By, Counted, Measure};
use tiwizi_registry::{Published, sectors};
use tiwizi_storage::WriteTx;
use tiwizi_storage::federation::package::{self as rows, PackageChange};

use super::super::National;
use super::super::error::{NationalError, PackageFault};
use super::difference::{Difference, between};
use super::publish::check_names;
use super::{PackageState, Stored, applied, find, holds_texts, texts_in_force};

/// What shall be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// This version; also one before the one that is applied, which undoes that one.
    Version(u32),
    /// None: what comes with the program holds again, and records go.
    Nothing,
}

/// When it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesEffect {
    /// It does already.
    Now,
    /// When the program is started again: rules are read then.
    AtNextStart,
}

/// What applying came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What changed.
    pub difference: Difference,
    /// When it holds.
    pub takes_effect: TakesEffect,
}

impl<S: Store> National<S> {
    /// Applies a version of a package, or takes back the one that is applied. `seen` is the version that was applied when somebody looked at
    /// the difference.
    ///
    /// # Errors
    /// `Absent`; `Stale` when another version is applied by now; `Own` for records that this instance publishes; `Fault`, `Published` and
    /// `Step` with what is wrong; when the database fails. Nothing was changed then.
    pub async fn apply(
        &self,
        decision: &FederationDecision,
        name: &str,
        target: Target,
        seen: Option<u32>,
    ) -> Result<Applied, NationalError> {
        // Counted before the transaction begins: nobody waits for it.
        let used = self.sectors_in_use().await?;
        let mut tx = self.db().begin_write().await?;
        let before = applied(&mut tx, name).await?;
        if before.as_ref().map(|stored| stored.package.version) != seen {
            return Err(NationalError::Stale);
        }
        let after = match target {
            Target::Version(version) => Some(find(&mut tx, name, version).await?),
            Target::Nothing => None,
        };
        let any = after.as_ref().or(before.as_ref()).ok_or(NationalError::Absent { what: "package" })?;
        let (kind, publisher) = (any.package.kind, any.publisher);
        if let Some(after) = &after {
            // What was not said to others yet is not applied: it would not be said any more.
            if after.state == PackageState::Publishing {
                return Err(NationalError::Stale);
            }
            self.demand_signed(after)?;
        }
        let difference = between(before.as_ref(), after.as_ref())?;
        if holds_texts(kind) {
            let rest = texts_in_force(&mut tx, Some(name)).await?;
            check_texts(kind, (&rest, name), after.as_ref(), &used)?;
            self.demand_once(&mut tx, name, after.as_ref()).await?;
        } else {
            // What is so already is not written again: to apply a version twice mends what was lost.
            self.write_records(&mut tx, publisher, (before.as_ref(), after.as_ref())).await?;
        }
        self.keep_state(&mut tx, name, (before.as_ref(), after.as_ref()), &difference).await?;
        tx.commit().await?;
        let account =
            decision.author().account.map_or_else(|| "the instance".to_owned(), |account| account.to_string());
        tracing::info!(package.name = name, package.version = difference.to, account, "a package was applied");
        let takes_effect = if holds_texts(kind) { TakesEffect::AtNextStart } else { TakesEffect::Now };
        Ok(Applied { difference, takes_effect })
    }

    /// It is the nation's, by the keys that are known today.
    fn demand_signed(&self, stored: &Stored) -> Result<(), NationalError> {
        let nation = self.nation()?;
        stored.packed.open(&nation, self.roll.ring())?;
        Ok(())
    }

    /// The sectors of cooperatives that are here.
    async fn sectors_in_use(&self) -> Result<Vec<String>, NationalError> {
        let counts = readers::counts(self.db(), Counted::All, (Measure::Cooperatives, By::Sector), self.now()).await?;
        Ok(counts.into_iter().map(|(code, _)| code).collect())
    }

    /// A text is in one package alone.
    async fn demand_once(&self, tx: &mut WriteTx, name: &str, after: Option<&Stored>) -> Result<(), NationalError> {
        let Some(after) = after else { return Ok(()) };
        for line in super::list(tx).await? {
            if line.state != PackageState::Applied || line.name == name {
                continue;
            }
            let other = find(tx, &line.name, line.version).await?;
            let twice = after.packed.contents.keys().find(|record| other.packed.contents.contains_key(*record));
            if let Some(record) = twice {
                let fault = PackageFault::Twice { record: record.clone(), package: line.name };
                return Err(NationalError::Fault(fault));
            }
        }
        Ok(())
    }

    async fn keep_state(
        &self,
        tx: &mut WriteTx,
        name: &str,
        (before, after): (Option<&Stored>, Option<&Stored>),
        difference: &Difference,
    ) -> Result<(), NationalError> {
        let (at, text) = (self.now(), difference.text());
        let is_same = before.map(|one| one.package.version) == after.map(|one| one.package.version);
        if is_same {
            return Ok(());
        }
        let change =
            |stored: &Stored, to: PackageState| (u64::from(stored.package.version), stored.state.name(), to.name());
        let moves = [
            before.map(|stored| change(stored, PackageState::Replaced)),
            after.map(|stored| change(stored, PackageState::Applied)),
        ];
        for (version, from, to) in moves.into_iter().flatten() {
            let difference = (to == PackageState::Applied.name()).then_some(text.as_str());
            let moved = rows::change_state(tx, PackageChange { name, version, from, to, difference, at }).await?;
            if !moved {
                return Err(NationalError::Stale);
            }
        }
        Ok(())
    }
}

/// Holds texts to what the next start will hold them to, together with those that are applied, and sectors to what is in the register.
fn check_texts(
    kind: PackageKind,
    (rest, name): (&Published, &str),
    after: Option<&Stored>,
    used: &[String],
) -> Result<(), NationalError> {
    let texts = match after {
        Some(after) => {
            check_names(kind, &after.packed.contents).map_err(NationalError::Fault)?;
            rest.with(after.packed.contents.clone())
        }
        None => rest.clone(),
    };
    texts.trial().map_err(NationalError::Published)?;
    let list = texts.nomenclature().map_err(NationalError::Published)?;
    let mut codes = list.lacks_of(sectors::in_use());
    codes.retain(|code| used.contains(code));
    if codes.is_empty() {
        return Ok(());
    }
    tracing::info!(package.name = name, sectors = codes.join(" "), "a list of sectors would take away what is in use");
    Err(NationalError::Fault(PackageFault::InUse { codes }))
}
