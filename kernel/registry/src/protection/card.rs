//! The number of an identity card in what is given out: opened for its person, left out for the office.
//!
//! Invariant: what is sealed and what is hashed leaves in no dossier, and a number only behind the look that is stored.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::RecordId;

use super::dossier::{About, Dossier};
use crate::kinds::Names;
use crate::people::{People, PeopleError};

const HASH: &str = "national_id_key";
const SEALED: &str = "national_id_sealed";
/// The number itself, as only its person takes it out.
const NUMBER: &str = "national_id";

/// Puts the numbers in the place of what is kept of them, for their person. What does not open is left out, and the dossier says so.
pub(super) async fn open(dossier: &mut Dossier, people: &People, caller: &Caller) -> Result<(), PeopleError> {
    if bodies(&mut dossier.kinds).any(|(_, body)| body.contains_key(SEALED)) {
        people.note_access(caller, dossier.person).await?;
    }
    for (id, body) in bodies(&mut dossier.kinds) {
        let (hashed, sealed) = (body.remove(HASH), body.remove(SEALED));
        match sealed.as_ref().and_then(Value::as_str).map(|sealed| people.opened(id, sealed)) {
            Some(Ok(number)) => {
                body.insert(NUMBER.to_owned(), number.reveal().into());
            }
            Some(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a number could not be given to its person");
                dossier.is_card_sealed = true;
            }
            None => dossier.is_card_sealed |= hashed.is_some(),
        }
    }
    Ok(())
}

/// Leaves out what is kept of the numbers, and says that there is something.
pub(super) fn close(dossier: &mut Dossier) {
    for (_, body) in bodies(&mut dossier.kinds) {
        let (hashed, sealed) = (body.remove(HASH), body.remove(SEALED));
        dossier.is_card_sealed |= hashed.is_some() || sealed.is_some();
    }
}

/// What the records of persons and founders say, and said, each with the record for which its number is sealed.
fn bodies(kinds: &mut [About]) -> impl Iterator<Item = (RecordId, &mut Map<String, Value>)> {
    let names = Names::new();
    let with_cards = kinds.iter_mut().filter(move |about| [&names.person, &names.founder].contains(&&about.kind));
    with_cards.flat_map(|about| about.records.iter_mut()).flat_map(|(record, versions)| {
        let id = record.id;
        let before = versions.iter_mut().map(|entry| &mut entry.record.body);
        std::iter::once(&mut record.body).chain(before).filter_map(move |body| Some((id, body.as_object_mut()?)))
    })
}
