//! What a signature says about itself: read and written as a structured field.

use sfv::{BareItem, Dictionary, InnerList, Integer, Key, ListEntry, Parser};

use super::LABEL;
use super::error::SignatureError;
use super::message::Lines;

pub(super) const SIGNATURE_INPUT: &str = "signature-input";
pub(super) const SIGNATURE: &str = "signature";

/// A signature as it stands in its two headers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signature {
    pub(super) covered: InnerList,
    pub(super) bytes: [u8; 64],
}

/// The signature under our name. Those under other names are for others, and are passed over.
pub(super) fn find(lines: &Lines) -> Result<Signature, SignatureError> {
    let covered = match dictionary(lines, SIGNATURE_INPUT)?.swap_remove(LABEL) {
        Some(ListEntry::InnerList(covered)) => covered,
        Some(ListEntry::Item(_)) => return Err(SignatureError::Field { field: SIGNATURE_INPUT }),
        None => return Err(SignatureError::Missing),
    };
    let bytes = match dictionary(lines, SIGNATURE)?.get(LABEL) {
        Some(ListEntry::Item(item)) => item.bare_item.as_byte_sequence().and_then(|bytes| bytes.try_into().ok()),
        _ => None,
    };
    Ok(Signature { covered, bytes: bytes.ok_or(SignatureError::Field { field: SIGNATURE })? })
}

fn dictionary(lines: &Lines, field: &'static str) -> Result<Dictionary, SignatureError> {
    let value = lines.value(field).ok_or(SignatureError::Missing)?;
    Parser::new(&value).parse().map_err(|_| SignatureError::Field { field })
}

/// A parameter that is a text.
pub(super) fn text<'a>(covered: &'a InnerList, name: &str) -> Option<&'a str> {
    covered.params.get(name).and_then(BareItem::as_string).map(|text| text.as_str())
}

/// A parameter that is a number.
pub(super) fn number(covered: &InnerList, name: &str) -> Option<i64> {
    covered.params.get(name).and_then(BareItem::as_integer).map(i64::from)
}

/// Sets a parameter that is a text.
pub(super) fn put_text(covered: &mut InnerList, name: &'static str, value: &str) -> Result<(), SignatureError> {
    let wrong = || SignatureError::Parameter { name };
    let value = sfv::String::try_from(value.to_owned()).map_err(|_| wrong())?;
    put(covered, name, BareItem::String(value))
}

/// Sets a parameter that is a number.
pub(super) fn put_number(covered: &mut InnerList, name: &'static str, value: i64) -> Result<(), SignatureError> {
    let value = Integer::try_from(value).map_err(|_| SignatureError::Parameter { name })?;
    put(covered, name, BareItem::Integer(value))
}

/// Sets a parameter.
pub(super) fn put(covered: &mut InnerList, name: &'static str, value: BareItem) -> Result<(), SignatureError> {
    let key = Key::try_from(name.to_owned()).map_err(|_| SignatureError::Parameter { name })?;
    covered.params.insert(key, value);
    Ok(())
}

/// The two headers of a signature under our name.
pub(super) fn push(lines: &mut Lines, covered: &InnerList, bytes: &[u8; 64]) -> Result<(), SignatureError> {
    let signature = sfv::ItemSerializer::new().bare_item(&BareItem::ByteSequence(bytes.to_vec())).finish();
    lines.push(SIGNATURE_INPUT, &format!("{LABEL}={}", super::base::written(covered)))?;
    lines.push(SIGNATURE, &format!("{LABEL}={signature}"))
}
