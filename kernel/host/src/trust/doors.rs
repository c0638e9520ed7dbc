//! The doors of the host through which an administrator decides whom to trust.

use std::sync::Arc;

use bytes::Bytes;
use tiwizi_model::{PluginId, PublicKey, TrustLevel, limits};
use tiwizi_records::{Manifest, ManifestError};
use tiwizi_registry::day::Day;
use tiwizi_storage::StorageError;
use tiwizi_storage::plugin::PluginState;
use tiwizi_storage::trust::{self as rows, ListRow, PublisherRow, RootRow};

use super::certificate::Certificate;
use super::judge::{Acceptance, Claim, Root, TrustError, Voucher};
use super::ledger;
use super::note::NoteError;
use super::revocations::{Issue, Revocations};
use crate::bundle::{Bundle, BundleError};
use crate::host::Host;
use crate::load::{LoadError, version_of};
use crate::plugin::Plugin;
use crate::settings::HostError;

/// What the reason of a plugin begins with that was stopped because it is no longer trusted.
const STOPPED: &str = "no longer trusted";

/// Whether a plugin stands still for this reason because nobody vouches for it any more.
pub(crate) fn is_stop(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.starts_with(STOPPED))
}

/// Why a decision about trust was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// There is no such root.
    #[error("{key} is no trust root of this instance; see: tiwizi plugin trust list")]
    UnknownRoot {
        /// What was asked for.
        key: PublicKey,
    },
    /// Too many roots.
    #[error("an instance has at most {} trust roots; remove one first", limits::TRUST_ROOTS_MAX)]
    Many,
    /// A certificate of one key by another is no root.
    #[error(
        "this certificate was issued by another key ({issuer}); add the issuer, or the key itself by its .pub file"
    )]
    NoRoot {
        /// By which key.
        issuer: PublicKey,
    },
    /// The list cannot be read, or is forged.
    #[error("the list of revocations is refused")]
    List(#[source] NoteError),
    /// A list of somebody whom the instance does not trust.
    #[error(
        "the list was issued by {issuer}, which is no trust root of this instance; add it first if it should be one"
    )]
    Stranger {
        /// By whom.
        issuer: PublicKey,
    },
    /// A list that is older than what is there.
    #[error(
        "the list of {day} (number {number}) is older than the one of {have_day} (number {have_number}) that is here; ask its issuer for the newest"
    )]
    OlderList {
        /// Its day.
        day: Day,
        /// Its number.
        number: u32,
        /// The day of the one that is there.
        have_day: Day,
        /// The number of the one that is there.
        have_number: u32,
    },
    /// Two lists with the same day and number.
    #[error("another list of {day} with the number {number} is here already; its issuer must give the next number")]
    Twin {
        /// The day of both.
        day: Day,
        /// The number of both.
        number: u32,
    },
    /// A list from the future would hold up every later one.
    #[error("the list is dated {day}, and today is {today}; check the clock of this machine")]
    Future {
        /// Its day.
        day: Day,
        /// What the clock says.
        today: Day,
    },
    /// The database failed.
    #[error("the decision could not be read or written down")]
    Storage(#[source] StorageError),
}

/// What an import of a list came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The list.
    pub list: Revocations,
    /// Whether it was there already.
    pub is_known: bool,
    /// The plugins that it stopped.
    pub stopped: Vec<PluginId>,
}

/// What a look at a bundle came to.
#[derive(Debug)]
pub struct Verdict {
    /// The bundle.
    pub bundle: Bundle,
    /// What it declares.
    pub manifest: Manifest,
    /// Whether this instance would accept it.
    pub trusted: Result<Voucher, TrustError>,
}

/// Why a bundle could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The bundle is refused.
    #[error("the bundle is refused")]
    Bundle(#[source] BundleError),
    /// The manifest is refused.
    #[error("the manifest is refused")]
    Manifest(#[source] ManifestError),
    /// The version is refused.
    #[error("the version is refused")]
    Version(#[source] LoadError),
    /// The database failed.
    #[error("what this instance trusts could not be read")]
    Storage(#[source] StorageError),
}

impl Root {
    /// The root that a certificate of a key by itself describes.
    ///
    /// # Errors
    /// When another key issued it.
    pub fn of_certificate(certificate: &Certificate) -> Result<Self, DecisionError> {
        if !certificate.is_of_itself() {
            return Err(DecisionError::NoRoot { issuer: certificate.issuer });
        }
        let terms = certificate.terms.clone();
        Ok(Self { holder: terms.holder, level: terms.level, prefixes: terms.prefixes, until: Some(terms.until) })
    }
}

impl Host {
    /// Whether a bundle may be installed now; nothing is written.
    ///
    /// # Errors
    /// When it is no bundle, or the database fails.
    pub async fn verify(&self, bytes: &Bytes, acceptance: Acceptance) -> Result<Verdict, VerifyError> {
        let bundle = Bundle::read(bytes).map_err(VerifyError::Bundle)?;
        let manifest = Manifest::parse(&bundle.manifest).map_err(VerifyError::Manifest)?;
        let version = version_of(&manifest).map_err(VerifyError::Version)?;
        let claim = Claim { plugin: &manifest.id, version: &version, bundle: bundle.hash, seal: bundle.seal.as_ref() };
        let trusted = self.vouch(&claim, acceptance).await.map_err(VerifyError::Storage)?;
        Ok(Verdict { bundle, manifest, trusted })
    }

    /// Adds a trust root, or changes what its key is trusted for.
    ///
    /// # Errors
    /// When there are too many, or the database fails.
    pub async fn add_root(&self, root: &Root) -> Result<(), DecisionError> {
        let _alone = self.installing().lock().await;
        let mut tx = self.db().begin_write().await.map_err(DecisionError::Storage)?;
        let roots = rows::roots(&mut tx).await.map_err(DecisionError::Storage)?;
        let others = roots.iter().filter(|row| row.key != root.holder.key && row.removed_at.is_none());
        if others.count() >= limits::TRUST_ROOTS_MAX {
            return Err(DecisionError::Many);
        }
        let row = ledger::row_of(root, self.ground().ambient.now());
        rows::put_root(&mut tx, &row).await.map_err(DecisionError::Storage)?;
        tx.commit().await.map_err(DecisionError::Storage)?;
        tracing::info!(root.key = %root.holder.key, root.level = %root.level, "a trust root was added");
        self.stop_untrusted().await.map(drop).map_err(DecisionError::Storage)
    }

    /// Adds the roots that came with the program and that this instance has never had. One that was removed stays removed.
    ///
    /// # Errors
    /// When one is no root, there are too many, or the database fails.
    pub async fn adopt_roots(&self, certificates: &[Certificate]) -> Result<(), DecisionError> {
        let known = self.trust_roots().await?;
        for certificate in certificates {
            let root = Root::of_certificate(certificate)?;
            if !known.iter().any(|row| row.key == root.holder.key) {
                self.add_root(&root).await?;
            }
        }
        Ok(())
    }

    /// Takes trust back, and stops the plugins that only this root vouched for; says which.
    ///
    /// # Errors
    /// When there is no such root, or the database fails.
    pub async fn remove_root(&self, key: PublicKey) -> Result<Vec<PluginId>, DecisionError> {
        let _alone = self.installing().lock().await;
        let mut tx = self.db().begin_write().await.map_err(DecisionError::Storage)?;
        let now = self.ground().ambient.now();
        if !rows::remove_root(&mut tx, key, now).await.map_err(DecisionError::Storage)? {
            return Err(DecisionError::UnknownRoot { key });
        }
        tx.commit().await.map_err(DecisionError::Storage)?;
        tracing::info!(root.key = %key, "a trust root was removed");
        self.stop_untrusted().await.map_err(DecisionError::Storage)
    }

    /// Every trust root, with those that were removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trust_roots(&self) -> Result<Vec<RootRow>, DecisionError> {
        let mut tx = self.db().read().await.map_err(DecisionError::Storage)?;
        rows::roots(&mut tx).await.map_err(DecisionError::Storage)
    }

    /// Everybody who signed a plugin that was installed here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn publishers(&self) -> Result<Vec<PublisherRow>, DecisionError> {
        let mut tx = self.db().read().await.map_err(DecisionError::Storage)?;
        rows::publishers(&mut tx).await.map_err(DecisionError::Storage)
    }

    /// The lists of revocations that count here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revocations(&self) -> Result<Vec<Revocations>, DecisionError> {
        let mut tx = self.db().read().await.map_err(DecisionError::Storage)?;
        ledger::trust(&mut tx).await.map(|trust| trust.lists).map_err(DecisionError::Storage)
    }

    /// Takes a list of revocations in and stops the plugins that it revokes. The same list once more changes nothing.
    ///
    /// # Errors
    /// When it is no list, not of a trust root, older than what is there, or the database fails.
    pub async fn import_revocations(&self, bytes: &[u8]) -> Result<Import, DecisionError> {
        let list = Revocations::read(bytes).map_err(DecisionError::List)?;
        let _alone = self.installing().lock().await;
        let now = self.ground().ambient.now();
        let mut tx = self.db().begin_write().await.map_err(DecisionError::Storage)?;
        let trust = ledger::trust(&mut tx).await.map_err(DecisionError::Storage)?;
        if trust.root(list.issuer).is_none() {
            return Err(DecisionError::Stranger { issuer: list.issuer });
        }
        let today = Day::of(now);
        // A day of grace: the issuer's day begins before ours does.
        if list.issue.day > Day::of(now.plus_ms(24 * 60 * 60 * 1000)) {
            return Err(DecisionError::Future { day: list.issue.day, today });
        }
        let there = trust.lists.iter().find(|there| there.issuer == list.issuer);
        let is_known = match there {
            Some(there) => is_known(&list, there)?,
            None => false,
        };
        let body = list.text();
        let row = ListRow { issuer: list.issuer, body, imported_at: now };
        rows::put_list(&mut tx, &row).await.map_err(DecisionError::Storage)?;
        tx.commit().await.map_err(DecisionError::Storage)?;
        let stopped = self.stop_untrusted().await.map_err(DecisionError::Storage)?;
        Ok(Import { list, is_known, stopped })
    }

    /// Judges a bundle by what is trusted now.
    pub(crate) async fn vouch(
        &self,
        claim: &Claim<'_>,
        acceptance: Acceptance,
    ) -> Result<Result<Voucher, TrustError>, StorageError> {
        let mut tx = self.db().read().await?;
        let trust = ledger::trust(&mut tx).await?;
        let highest = ledger::highest(&mut tx, claim.plugin).await?;
        let today = Day::of(self.ground().ambient.now());
        Ok(trust.judge(claim, acceptance, today, highest.as_ref()))
    }

    /// Refuses a plugin that may no longer run.
    pub(crate) async fn check_trusted(&self, plugin: &Plugin) -> Result<(), HostError> {
        let mut tx = self.db().read().await.map_err(HostError::Storage)?;
        let trust = ledger::trust(&mut tx).await.map_err(HostError::Storage)?;
        let publishers = rows::publishers(&mut tx).await.map_err(HostError::Storage)?;
        let still = trust.still(&plugin.claim(), needed(plugin, &publishers));
        still.map_err(|source| HostError::Untrusted { plugin: plugin.id().clone(), source: Box::new(source) })
    }

    /// Stops the plugins that may no longer run and says which were stopped now. Nothing is switched on again by itself.
    pub(crate) async fn stop_untrusted(&self) -> Result<Vec<PluginId>, StorageError> {
        let mut tx = self.db().read().await?;
        let trust = ledger::trust(&mut tx).await?;
        let publishers = rows::publishers(&mut tx).await?;
        drop(tx);
        let mut stopped = Vec::new();
        for plugin in self.loaded() {
            if let Err(error) = trust.still(&plugin.claim(), needed(&plugin, &publishers))
                && self.stop(&plugin, &error).await?
            {
                stopped.push(plugin.id().clone());
            }
        }
        Ok(stopped)
    }

    /// True when it was not stopped for this before.
    async fn stop(&self, plugin: &Arc<Plugin>, error: &TrustError) -> Result<bool, StorageError> {
        let reason = format!("{STOPPED}: {error}");
        let standing = plugin.standing();
        if standing.state == PluginState::Quarantined && standing.reason.as_ref() == Some(&reason) {
            return Ok(false);
        }
        tracing::error!(plugin.id = %plugin.id(), "a plugin is stopped: {reason}");
        self.set_state(plugin, PluginState::Quarantined, Some(reason)).await?;
        Ok(true)
    }
}

/// What the installation of a plugin needed. A level says it of all but the lowest, on which stands what a root of this level vouched for
/// beside what nobody did: of that the publisher's row tells.
fn needed(plugin: &Plugin, publishers: &[PublisherRow]) -> Acceptance {
    let key = plugin.provenance.seal.as_ref().map(|seal| seal.key);
    let was_vouched_for = publishers.iter().any(|row| Some(row.key) == key && row.root.is_some());
    if plugin.provenance.level == TrustLevel::Local && !was_vouched_for {
        Acceptance::Development
    } else {
        Acceptance::Signed
    }
}

/// Whether a list is the one that is there. One that is not newer is refused.
fn is_known(list: &Revocations, there: &Revocations) -> Result<bool, DecisionError> {
    let Issue { day, number } = list.issue;
    match list.issue.cmp(&there.issue) {
        std::cmp::Ordering::Greater => Ok(false),
        std::cmp::Ordering::Equal if list == there => Ok(true),
        std::cmp::Ordering::Equal => Err(DecisionError::Twin { day, number }),
        std::cmp::Ordering::Less => {
            Err(DecisionError::OlderList { day, number, have_day: there.issue.day, have_number: there.issue.number })
        }
    }
}
