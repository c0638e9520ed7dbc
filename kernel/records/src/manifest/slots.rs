//! The slots of a manifest: where on the kernel's own pages a plugin has a part.

use serde::Deserialize;

use super::{Manifest, ManifestError};

/// A part of one of the kernel's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotDeclaration {
    /// Which page.
    pub slot: Slot,
    /// Parts with a lower one stand above.
    pub order: i32,
}

/// A page of the kernel that has room for plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The home page.
    Home,
    /// The page of a cooperative.
    Cooperative,
    /// The page of one's own account.
    Account,
    /// The path of a person or a cooperative: what comes next and why.
    Path,
}

impl Slot {
    /// Its name in manifests and in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Cooperative => "cooperative",
            Self::Account => "account",
            Self::Path => "path",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotWire {
    slot: PageWire,
    #[serde(default = "order_default")]
    order: i32,
}

fn order_default() -> i32 {
    100
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum PageWire {
    Home,
    Cooperative,
    Account,
    Path,
}

impl SlotWire {
    pub(super) fn declare(self) -> SlotDeclaration {
        let slot = match self.slot {
            PageWire::Home => Slot::Home,
            PageWire::Cooperative => Slot::Cooperative,
            PageWire::Account => Slot::Account,
            PageWire::Path => Slot::Path,
        };
        SlotDeclaration { slot, order: self.order }
    }
}

/// The rules that the schema cannot say.
pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    super::rules::no_twins("/slots", manifest.slots.iter().map(|declared| declared.slot.name()))
}
