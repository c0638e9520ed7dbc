//! Entries that are messages: agreements, proposals, transfers, keys. Whom each is for is committed in the entry itself.

use serde_json::Value;
use tiwizi_model::KindName;

use crate::wire::{Entry, Field, GroupNo, Header, NodeId, decode_json, encode_json, field_no};

use super::verdict::Verdict;

/// The name of the public field that says for whom a message is: a list of instances. No schema can have such a name.
pub const ADDRESSEES: &str = "@to";

/// That field, for an entry about a record of a kind.
#[must_use]
pub fn addressees(kind: &KindName, nodes: &[NodeId]) -> Field {
    let nodes = Value::Array(nodes.iter().map(|node| Value::String(node.to_string())).collect());
    // A list of texts is never nested too deep.
    Field { no: field_no(kind, ADDRESSEES), value: encode_json(&nodes).unwrap_or_default() }
}

/// A message between some: everything for them, nothing for others.
pub(super) fn private(header: &Header, entry: &Entry, receiver: &NodeId) -> Verdict {
    if is_addressed(header, entry, receiver) { Verdict::Addressed } else { Verdict::Hidden }
}

/// A message that all must know: what is public of it for everybody, the rest for those whom it names.
pub(super) fn public(header: &Header, entry: &Entry, receiver: &NodeId) -> Verdict {
    if is_addressed(header, entry, receiver) { Verdict::Addressed } else { Verdict::Announced }
}

fn is_addressed(header: &Header, entry: &Entry, receiver: &NodeId) -> bool {
    let number = field_no(&header.entity.kind, ADDRESSEES);
    let public = entry.groups.iter().filter(|group| group.no == GroupNo::PUBLIC);
    let field = public.flat_map(|group| &group.fields).find(|field| field.no == number);
    let Some(Ok(Value::Array(nodes))) = field.map(|field| decode_json(&field.value)) else { return false };
    let receiver = receiver.to_string();
    nodes.iter().any(|node| node.as_str() == Some(receiver.as_str()))
}
