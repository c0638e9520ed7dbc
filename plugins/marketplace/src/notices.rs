//! Notices to people. An instance may have refused the plugin to send any; then nothing is told, and nothing else changes.

use tiwizi_sdk::Error;
pub(crate) use tiwizi_sdk::notify::Message;

/// Tells a person, when there is one.
pub(crate) fn person(person: Option<&str>, message: &Message) -> Result<(), Error> {
    match person.map_or(Ok(()), |person| message.to_person(person)) {
        Err(error) if error.is("denied") => Ok(()),
        told => told,
    }
}
