//! The text that is signed (RFC 9421, 2.5).

use std::collections::BTreeSet;

use sfv::{InnerList, ItemSerializer, ListEntry, ListSerializer};
use tiwizi_model::limits;

use super::component::Component;
use super::error::{SignatureError, echo};
use super::message::Message;

/// The parts that a signature covers, with what it says about itself, as a header has them.
pub(super) fn written(covered: &InnerList) -> String {
    let mut list = ListSerializer::new();
    list.members([&ListEntry::InnerList(covered.clone())]);
    list.finish().unwrap_or_default()
}

/// The parts that a signature covers.
pub(super) fn components(covered: &InnerList) -> Result<BTreeSet<Component>, SignatureError> {
    if covered.items.len() > limits::FED_SIGNED_PARTS_MAX {
        return Err(SignatureError::Lines);
    }
    let mut components = BTreeSet::new();
    for item in &covered.items {
        if !components.insert(Component::read(item)?) {
            let name = item.bare_item.as_string().map(|name| echo(name.as_str())).unwrap_or_default();
            return Err(SignatureError::Twice { name });
        }
    }
    Ok(components)
}

/// The text that is signed.
pub(super) fn base(covered: &InnerList, message: Message<'_>) -> Result<String, SignatureError> {
    let mut base = String::new();
    for item in &covered.items {
        let named = ItemSerializer::new().bare_item(&item.bare_item).parameters(&item.params).finish();
        let value = Component::read(item)?.value(message)?;
        base.push_str(&format!("{named}: {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {}", written(covered)));
    Ok(base)
}
