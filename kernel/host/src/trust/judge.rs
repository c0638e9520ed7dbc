//! Whether an instance accepts a bundle: chain, prefix, dates, revocations, versions, in this order.
//!
//! The signatures themselves were checked when the seal was read. Nothing here reads a file, a database or a clock.

use semver::Version;
use tiwizi_model::{FileHash, IdPrefixes, PluginId, PublicKey, TrustLevel, limits};
use tiwizi_registry::day::Day;

use super::certificate::{Certificate, Use};
use super::key::Signer;
use super::note::shown;
use super::revocations::{Entry, Revocations, Target};
use super::seal::Seal;
use crate::text::escaped;

/// A key that an instance trusts by decision of its administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Whose it is.
    pub holder: Signer,
    /// How far it is trusted. It certifies nobody above.
    pub level: TrustLevel,
    /// For which plugins.
    pub prefixes: IdPrefixes,
    /// The last day on which it certifies; none for no end.
    pub until: Option<Day>,
}

/// Which bundles an installation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Those that a trust root vouches for.
    Signed,
    /// Unsigned ones and those of a development key too.
    Development,
}

/// What is known of a bundle when it is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) plugin: &'a PluginId,
    pub(crate) version: &'a Version,
    pub(crate) bundle: FileHash,
    pub(crate) seal: Option<&'a Seal>,
}

/// Who vouches for a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// How far.
    pub level: TrustLevel,
    /// Who signed it; none when nobody did.
    pub publisher: Option<Signer>,
    /// For which plugins the publisher may speak.
    pub prefixes: IdPrefixes,
    /// The last day on which the publisher may sign.
    pub until: Option<Day>,
    /// The trust root at the end of the chain; none for development.
    pub root: Option<Signer>,
}

/// What whoever signed without a certificate is called: nobody says whose the key is.
pub const UNCERTIFIED: &str = "a publisher without a certificate";

/// Why a bundle is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No signature.
    #[error(
        "the bundle is not signed; ask its publisher for a signed one, or install what you built yourself with --dev"
    )]
    Unsigned,
    /// A signature for development.
    #[error(
        "the bundle is signed with a development key ({key}); ask its publisher for a signed one, or install it with --dev"
    )]
    Development {
        /// Which.
        key: PublicKey,
    },
    /// No chain to a root.
    #[error(
        "no trust root of this instance vouches for {name} ({key}); compare the key with its owner, then add it or its issuer with: tiwizi plugin trust add"
    )]
    Unknown {
        /// Who signed.
        name: String,
        /// With which key, or the last one that was certified.
        key: PublicKey,
    },
    /// A chain whose links do not fit each other.
    #[error("the certificate of {name} does not fit the one above it: {reason}; ask its publisher for another one")]
    Chain {
        /// Whose certificate.
        name: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// Another's plugin.
    #[error("{name} may sign for {prefixes}, not for {plugin}; ask who certified the key")]
    Prefix {
        /// Who signed.
        name: String,
        /// For which plugins the key is certified.
        prefixes: String,
        /// Which it is.
        plugin: PluginId,
    },
    /// Too late.
    #[error("the certificate of {name} ended on {until}; ask its publisher for a bundle that is signed anew")]
    Expired {
        /// Whose certificate.
        name: String,
        /// Its last day.
        until: Day,
    },
    /// Too early.
    #[error("the certificate of {name} begins on {from}; check the clock of this machine")]
    Early {
        /// Whose certificate.
        name: String,
        /// Its first day.
        from: Day,
    },
    /// A key that was taken back.
    #[error("the key {key} was revoked: {reason}; ask its publisher for a bundle that is signed with a new one")]
    RevokedKey {
        /// Which.
        key: PublicKey,
        /// Why.
        reason: String,
    },
    /// A bundle that was taken back.
    #[error("this bundle was revoked: {reason}; ask its publisher for a newer one")]
    RevokedBundle {
        /// Why.
        reason: String,
    },
    /// A version below the minimum.
    #[error("{plugin} {version} was revoked, {minimum} is the oldest that may run: {reason}")]
    Minimum {
        /// Which.
        plugin: PluginId,
        /// What came.
        version: String,
        /// What is allowed.
        minimum: String,
        /// Why.
        reason: String,
    },
    /// A version below what was here.
    #[error("{plugin} {version} is older than {highest}, which was installed here; take a version that is not older")]
    Older {
        /// Which.
        plugin: PluginId,
        /// What came.
        version: String,
        /// What was here.
        highest: String,
    },
}

/// What an instance trusts and what was taken back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    pub(crate) roots: Vec<Root>,
    pub(crate) lists: Vec<Revocations>,
}

impl Trust {
    /// Whether a bundle may be installed on this day. `highest` is the highest version that was installed here.
    pub(crate) fn judge(
        &self,
        claim: &Claim<'_>,
        acceptance: Acceptance,
        today: Day,
        highest: Option<&Version>,
    ) -> Result<Voucher, TrustError> {
        let voucher = self.voucher(claim, acceptance, Some(today))?;
        self.check_revoked(claim, &voucher)?;
        match highest {
            Some(highest) if claim.version.cmp_precedence(highest).is_lt() => Err(TrustError::Older {
                plugin: claim.plugin.clone(),
                version: claim.version.to_string(),
                highest: highest.to_string(),
            }),
            _ => Ok(voucher),
        }
    }

    /// Whether a plugin that was installed may go on, by what its installation needed. The end of a certificate forbids new
    /// installations, not what is there.
    pub(crate) fn still(&self, claim: &Claim<'_>, acceptance: Acceptance) -> Result<(), TrustError> {
        let voucher = self.voucher(claim, acceptance, None)?;
        self.check_revoked(claim, &voucher)
    }

    pub(crate) fn root(&self, key: PublicKey) -> Option<&Root> {
        self.roots.iter().find(|root| root.holder.key == key)
    }

    /// Follows the certificates up to a trust root and holds each to the one above it.
    fn voucher(&self, claim: &Claim<'_>, acceptance: Acceptance, today: Option<Day>) -> Result<Voucher, TrustError> {
        let Some(seal) = claim.seal else {
            return match acceptance {
                Acceptance::Development => Ok(nobody(None)),
                Acceptance::Signed => Err(TrustError::Unsigned),
            };
        };
        let (root, links) = match self.chain(seal) {
            Ok(found) => found,
            Err(error) => return for_development(seal, acceptance).unwrap_or(Err(error)),
        };
        let mut holder = Link::of_root(root);
        check_until(&holder, root.until, today)?;
        for (position, certificate) in links.iter().enumerate().rev() {
            holder = holder.certifies(certificate, if position == 0 { Use::Publish } else { Use::Certify })?;
            check_from(&holder, certificate.terms.from, today)?;
            check_until(&holder, Some(certificate.terms.until), today)?;
        }
        if !holder.prefixes.covers(claim.plugin) {
            return Err(TrustError::Prefix {
                name: shown(&holder.signer.name),
                prefixes: holder.prefixes.to_string(),
                plugin: claim.plugin.clone(),
            });
        }
        Ok(Voucher {
            level: holder.level,
            publisher: Some(holder.signer.clone()),
            prefixes: holder.prefixes.clone(),
            until: links.first().map_or(root.until, |own| Some(own.terms.until)),
            root: Some(root.holder.clone()),
        })
    }

    /// The root above a seal, and the certificates between, the signer's own first.
    fn chain<'a>(&self, seal: &'a Seal) -> Result<(&Root, &'a [Certificate]), TrustError> {
        let mut key = seal.key;
        let mut name = seal.name().map_or_else(|| UNCERTIFIED.to_owned(), shown);
        for (position, certificate) in seal.certificates.iter().enumerate() {
            if let Some(root) = self.root(key) {
                return Ok((root, seal.certificates.get(..position).unwrap_or_default()));
            }
            name = shown(&certificate.terms.holder.name);
            if certificate.terms.holder.key != key {
                return Err(TrustError::Chain { name, reason: "it is of another key" });
            }
            key = certificate.issuer;
        }
        let root = self.root(key).ok_or(TrustError::Unknown { name, key })?;
        Ok((root, &seal.certificates))
    }

    /// A list speaks about what its issuer vouched for, and about plugins within its issuer's prefixes that stand below it.
    fn check_revoked(&self, claim: &Claim<'_>, voucher: &Voucher) -> Result<(), TrustError> {
        let vouched = voucher.root.as_ref().map(|root| root.key);
        let below = vouched.and_then(|key| self.root(key)).map_or(TrustLevel::Local, |root| root.level);
        let speaks =
            |root: &Root| vouched == Some(root.holder.key) || root.level > below && root.prefixes.covers(claim.plugin);
        let lists = self.lists.iter().filter(|list| self.root(list.issuer).is_some_and(speaks));
        for entry in lists.flat_map(|list| &list.entries) {
            check_entry(entry, claim)?;
        }
        Ok(())
    }
}

fn check_entry(Entry { target, reason }: &Entry, claim: &Claim<'_>) -> Result<(), TrustError> {
    let reason = escaped(reason, limits::PROBLEM_CHARS_MAX);
    match target {
        Target::Key(key) if claim.seal.is_some_and(|seal| is_in(*key, seal)) => {
            Err(TrustError::RevokedKey { key: *key, reason })
        }
        Target::Bundle(hash) if *hash == claim.bundle => Err(TrustError::RevokedBundle { reason }),
        Target::Before(plugin, minimum) if plugin == claim.plugin && claim.version.cmp_precedence(minimum).is_lt() => {
            Err(TrustError::Minimum {
                plugin: plugin.clone(),
                version: claim.version.to_string(),
                minimum: minimum.to_string(),
                reason,
            })
        }
        Target::Key(_) | Target::Bundle(_) | Target::Before(..) => Ok(()),
    }
}

/// Whether a key signed the bundle or certified who did.
fn is_in(key: PublicKey, seal: &Seal) -> bool {
    seal.key == key || seal.certificates.iter().any(|certificate| certificate.issuer == key)
}

/// What becomes of a seal whose key certifies itself for development; none when it is no such seal.
fn for_development(seal: &Seal, acceptance: Acceptance) -> Option<Result<Voucher, TrustError>> {
    let [own] = seal.certificates.as_slice() else { return None };
    let is_local = own.is_of_itself() && own.terms.holder.key == seal.key && own.terms.level == TrustLevel::Local;
    is_local.then(|| match acceptance {
        Acceptance::Development => Ok(nobody(Some(own.terms.holder.clone()))),
        Acceptance::Signed => Err(TrustError::Development { key: seal.key }),
    })
}

/// Nobody vouches: the operator who installs it does.
fn nobody(publisher: Option<Signer>) -> Voucher {
    Voucher { level: TrustLevel::Local, publisher, prefixes: IdPrefixes::every(), until: None, root: None }
}

/// What somebody in a chain may do.
struct Link<'a> {
    signer: &'a Signer,
    level: TrustLevel,
    prefixes: &'a IdPrefixes,
}

impl<'a> Link<'a> {
    fn of_root(root: &'a Root) -> Self {
        Self { signer: &root.holder, level: root.level, prefixes: &root.prefixes }
    }

    /// The holder of a certificate, when it gives no more than this one has.
    fn certifies(&self, certificate: &'a Certificate, needed: Use) -> Result<Self, TrustError> {
        let terms = &certificate.terms;
        let chain = |reason| TrustError::Chain { name: shown(&terms.holder.name), reason };
        if terms.level > self.level {
            return Err(chain("it claims a higher level"));
        }
        if !self.prefixes.cover_all(&terms.prefixes) {
            return Err(chain("it names plugins for which its issuer may not speak"));
        }
        if terms.purpose != needed {
            return Err(chain(match needed {
                Use::Publish => "its key may certify others and not sign bundles",
                Use::Certify => "its key may sign bundles and not certify others",
            }));
        }
        Ok(Self { signer: &terms.holder, level: terms.level, prefixes: &terms.prefixes })
    }
}

fn check_until(holder: &Link<'_>, until: Option<Day>, today: Option<Day>) -> Result<(), TrustError> {
    match (until, today) {
        (Some(until), Some(today)) if today > until => {
            Err(TrustError::Expired { name: shown(&holder.signer.name), until })
        }
        _ => Ok(()),
    }
}

fn check_from(holder: &Link<'_>, from: Day, today: Option<Day>) -> Result<(), TrustError> {
    match today {
        Some(today) if today < from => Err(TrustError::Early { name: shown(&holder.signer.name), from }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
