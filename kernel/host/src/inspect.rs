//! A bundle looked at before anything is done with it: what an administrator has to know to consent.

use bytes::Bytes;
use tiwizi_model::{PluginId, TrustLevel};
use tiwizi_records::manifest::LocalText;

use crate::capability::shown_by;
use crate::host::Host;
use crate::install::{self, InstallError, Judged};
use crate::plugin::CapabilityView;
use crate::trust::{Acceptance, Seal, Signer};

/// What a bundle says of itself, and who stands behind it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The plugin.
    pub plugin: PluginId,
    /// Its version.
    pub version: String,
    /// Its name for people.
    pub name: LocalText,
    /// What it does.
    pub description: LocalText,
    /// Who publishes it, as it says itself.
    pub publisher: Option<String>,
    /// How far whoever signed it is trusted.
    pub level: TrustLevel,
    /// Who signed it.
    pub signer: Option<Signer>,
    /// What it asks for; nothing is granted yet.
    pub capabilities: Vec<CapabilityView>,
    /// The names of its kinds, for people.
    pub kinds: Vec<LocalText>,
}

impl Host {
    /// Judges a bundle as an installation would, and compiles and stores nothing.
    ///
    /// # Errors
    /// When the bundle is refused.
    pub async fn inspect(&self, bundle: &Bytes) -> Result<Inspection, InstallError> {
        let Judged { bundle, manifest, voucher, .. } = install::judge(self, bundle, Acceptance::Signed).await?;
        let capability = |request: &tiwizi_records::manifest::CapabilityRequest| CapabilityView {
            name: request.name.clone(),
            reason: request.reason.clone(),
            optional: request.optional,
            hosts: request.hosts.clone(),
            kinds: shown_by(&manifest, &request.name),
            granted: false,
        };
        Ok(Inspection {
            capabilities: manifest.capabilities.iter().map(capability).collect(),
            kinds: manifest.kinds.iter().map(|kind| kind.title.clone()).collect(),
            plugin: manifest.id,
            version: manifest.version,
            name: manifest.name,
            description: manifest.description,
            publisher: manifest.publisher,
            level: voucher.level,
            signer: bundle.seal.as_ref().map(Seal::signer),
        })
    }
}
