//! What the operator decides about the federation. It is read at the edge (`cli/src/config.rs`) and stays as it is until the next start.

use tiwizi_federation_core::wire::VerifyingKey;
use tiwizi_outbound::OutboundSettings;

/// The operator's settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where others reach this instance; none for one that only dials out, as an office does.
    pub url: Option<String>,
    /// Whether it answers others.
    pub listens: bool,
    /// Whether it carries letters between others that cannot dial each other; not said, the nation does.
    pub carries: Option<bool>,
    /// The way out: the proxy, certificates of an own authority, private addresses that may be reached.
    pub outbound: OutboundSettings,
    /// The key that the directory is signed with. Without it no directory is taken.
    pub root: Option<VerifyingKey>,
}
