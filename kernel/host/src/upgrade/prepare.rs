//! Everything about a new version that can be known before its migration: is it accepted, is it newer, what does it ask for.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use tiwizi_records::Manifest;
use tiwizi_storage::plugin::{PluginRow, PluginState};

use super::difference::Difference;
use super::error::UpgradeError;
use super::{Stage, Upgrade};
use crate::capability::{Capability, Grants};
use crate::exports;
use crate::host::Host;
use crate::install::{self, Judged};
use crate::load::texts_of_bundle;
use crate::plugin::{Parts, Plugin, Standing, asked};
use crate::trust::{Acceptance, Seal, Voucher};

/// A new version that may be tried.
pub(super) struct Prepared {
    pub(super) old: Arc<Plugin>,
    pub(super) new: Arc<Plugin>,
    pub(super) row: PluginRow,
    pub(super) grants: BTreeSet<Capability>,
    pub(super) voucher: Voucher,
    pub(super) difference: Difference,
    /// The files of the bundle, to be stored when it is upgraded to.
    pub(super) files: Vec<Bytes>,
}

/// What a new version is tried for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// To see what would happen; what it newly asks for is taken as granted when the administrator was not asked.
    Rehearsal,
    /// To be stored.
    Real,
}

/// A new version that is compiled. Compiling takes long, so what was found before it is asked once more when it settles.
pub(super) struct Candidate {
    judged: Judged,
    pre: exports::Prepared,
}

/// Judges and compiles a new version. Nobody who switches off or revokes waits for this.
pub(super) async fn compile(host: &Host, upgrade: &Upgrade, run: Run) -> Result<Candidate, UpgradeError> {
    let judged = install::judge(host, &upgrade.bundle, upgrade.acceptance).await.map_err(UpgradeError::Refused)?;
    weigh(host, upgrade, run, &judged)?;
    (upgrade.watch)(Stage::Compiling);
    let pre = install::compiled(host, &judged.bundle, &judged.manifest).await.map_err(UpgradeError::Refused)?;
    Ok(Candidate { judged, pre })
}

/// What a new version is held against.
struct Weighed {
    old: Arc<Plugin>,
    difference: Difference,
    grants: BTreeSet<Capability>,
}

/// Holds a new version against the one that is installed, what was granted, and what other plugins provide and require.
fn weigh(host: &Host, upgrade: &Upgrade, run: Run, judged: &Judged) -> Result<Weighed, UpgradeError> {
    let Judged { bundle, manifest, provenance, voucher } = judged;
    let id = &manifest.id;
    if let Some(wanted) = upgrade.only.clone().filter(|wanted| wanted != id) {
        return Err(UpgradeError::Other { wanted, plugin: id.clone() });
    }
    let old = host.find(id).ok_or_else(|| UpgradeError::NotInstalled { plugin: id.clone() })?;
    let order = provenance.version.cmp_precedence(&old.provenance.version);
    if order.is_lt() || (order.is_eq() && upgrade.acceptance != Acceptance::Development) {
        return Err(UpgradeError::NotNewer {
            plugin: id.clone(),
            version: provenance.version.to_string(),
            installed: old.provenance.version.to_string(),
        });
    }
    let signer = bundle.seal.as_ref().map(Seal::signer);
    let difference = Difference::between(&old, manifest, (voucher.level, signer));
    let consent = match (&upgrade.consent, run) {
        (None, Run::Rehearsal) => Some(Grants::Some(difference.new_capabilities())),
        (consent, _) => consent.clone(),
    };
    let grants = granted(&old.standing().grants, &asked(manifest), consent.as_ref());
    if run == Run::Real {
        let more = held(&difference, consent.as_ref(), &grants);
        if !more.is_empty() {
            return Err(UpgradeError::Held { plugin: id.clone(), version: manifest.version.clone(), more });
        }
        install::check_grants(manifest, &grants).map_err(UpgradeError::Refused)?;
    }
    check_contracts(host, &old, manifest)?;
    Ok(Weighed { old, difference, grants })
}

impl Candidate {
    /// The new version as it may be tried now: judged and weighed once more.
    pub(super) async fn settle(mut self, host: &Host, upgrade: &Upgrade, run: Run) -> Result<Prepared, UpgradeError> {
        self.judged.again(host, upgrade.acceptance).await.map_err(UpgradeError::Refused)?;
        let Weighed { old, difference, grants } = weigh(host, upgrade, run, &self.judged)?;
        let Self { judged: Judged { bundle, manifest, provenance, voucher }, pre } = self;
        let standing = old.standing();
        // What the kernel stopped gets another chance with new code; what an administrator switched off stays off.
        let (state, reason) = match standing.state {
            PluginState::Disabled => (PluginState::Disabled, standing.reason),
            PluginState::Enabled | PluginState::Quarantined => (PluginState::Enabled, None),
        };
        let now = host.ground().ambient.now();
        let row = PluginRow {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            bundle: bundle.hash,
            manifest: String::from_utf8_lossy(&bundle.manifest).into_owned(),
            state,
            reason: reason.clone(),
            installed_at: now,
            installed_by: upgrade.by.account(),
            level: voucher.level,
            publisher: bundle.seal.as_ref().map(|seal| seal.key),
            signature: bundle.seal.as_ref().map(Seal::text),
        };
        let files = bundle.files.values().map(|(_, content)| content.clone()).collect();
        let new = Arc::new(Plugin::new(Parts {
            gate: old.gate.clone(),
            watch: Arc::clone(&old.watch),
            texts: texts_of_bundle(&bundle),
            bundle: bundle.hash,
            pre: Ok(pre),
            standing: Standing { state, reason, grants: Arc::new(grants.clone()) },
            installed_at: now,
            installed_by: row.installed_by,
            provenance,
            before: None,
            manifest,
        }));
        Ok(Prepared { old, new, row, grants, voucher, difference, files })
    }
}

/// What it cannot do without is there, and what others cannot do without stays.
fn check_contracts(host: &Host, old: &Plugin, manifest: &Manifest) -> Result<(), UpgradeError> {
    install::check_contracts(host, manifest).map_err(UpgradeError::Refused)?;
    let by = host.requirers(old, Some(manifest));
    if by.is_empty() {
        return Ok(());
    }
    Err(UpgradeError::Required { plugin: manifest.id.clone(), version: manifest.version.clone(), by })
}

/// What was granted stays as far as it is still asked for; what the administrator grants now comes to it.
fn granted(
    before: &BTreeSet<Capability>,
    asked: &BTreeSet<Capability>,
    consent: Option<&Grants>,
) -> BTreeSet<Capability> {
    let now = consent.map(|consent| consent.of(asked)).unwrap_or_default();
    before.intersection(asked).copied().chain(now).collect()
}

/// What the new version asks for beyond the old one and the administrator has not decided on: everything new when nobody was asked,
/// and hosts, kinds and topics that would come to a grant which stands.
fn held(difference: &Difference, consent: Option<&Grants>, granted: &BTreeSet<Capability>) -> Vec<String> {
    let capabilities = difference.new_capabilities().into_iter().filter(|_| consent.is_none());
    let mut more: Vec<String> = capabilities.map(|capability| capability.name().to_owned()).collect();
    for capability in [Capability::HttpOut, Capability::Hooks, Capability::Events] {
        let is_named = match consent {
            Some(Grants::All) => true,
            Some(Grants::Some(named)) => named.contains(&capability),
            None => false,
        };
        if granted.contains(&capability) && !is_named {
            more.extend(difference.more_of(capability).map(|name| format!("{capability} {name}")));
        }
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_stays_and_what_is_named_comes_to_it() {
        let set = |names: &[Capability]| names.iter().copied().collect::<BTreeSet<_>>();
        let (store, kv, secrets, telemetry) =
            (Capability::Store, Capability::Kv, Capability::Secrets, Capability::Telemetry);
        let (before, asked) = (set(&[store, telemetry]), set(&[store, kv, secrets]));
        let granted = |consent: Option<&str>| {
            let consent = consent.map(|text| Grants::parse(text).unwrap());
            granted(&before, &asked, consent.as_ref())
        };
        assert_eq!(granted(None), set(&[store]));
        assert_eq!(granted(Some("kv, http-out")), set(&[store, kv]));
        assert_eq!(granted(Some("all")), asked);
    }
}
