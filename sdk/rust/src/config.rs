//! The settings that the manifest declares, as the administrator set them, or their defaults.

use serde::de::DeserializeOwned;

use crate::Error;
use crate::imports::{ConfigImport as _, Kernel};

/// One setting.
///
/// # Errors
/// `not-found` when the manifest declares no such setting, `internal` when it is of another type.
pub fn get<Value: DeserializeOwned>(name: &str) -> Result<Value, Error> {
    let value = Kernel::get(name).map_err(Error::from_wire)?;
    Ok(serde_json::from_str(&value)?)
}

/// Every setting, as a structure with their names.
///
/// # Errors
/// `internal` when the structure has another shape.
pub fn all<Settings: DeserializeOwned>() -> Result<Settings, Error> {
    let settings = Kernel::get_all().map_err(Error::from_wire)?;
    Ok(serde_json::from_str(&settings)?)
}
