//! Settings, as an administrator set them.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, config};

pub(crate) fn all(_: &Request) -> Result<Answer, Error> {
    Answer::json(&json!({ "all": config::all::<Value>()?, "size": config::get::<u8>("size")? }))
}

/// A setting that the manifest does not declare.
pub(crate) fn foreign(_: &Request) -> Result<Answer, Error> {
    Answer::json(&config::get::<Value>("key\nof another").map_err(|error| error.code).err())
}
