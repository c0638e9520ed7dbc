//! Values that the plugin keeps by key: a cache, a counter, the place where it stopped. They are no records.
//!
//! ```
//! # use tiwizi_sdk::{Error, kv};
//! fn visits() -> Result<i64, Error> {
//!     kv::set("greeting", &"azul", Some(std::time::Duration::from_secs(3_600)))?;
//!     let greeting: Option<String> = kv::get("greeting")?;
//!     assert_eq!(greeting.as_deref(), Some("azul"));
//!     kv::increment("visits", 1)
//! }
//! # tiwizi_sdk::native::start(r#"{ "capabilities": [{ "name": "kv" }] }"#);
//! # assert_eq!(visits(), Ok(1));
//! ```

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::imports::{Kernel, KvImport as _};

/// Some keys, in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<String>,
    /// What [`list`] takes for the next page; none when this is the last.
    pub next: Option<String>,
}

/// The value under a key, read from JSON.
///
/// # Errors
/// `denied` without the capability `kv`, `internal` when something else stands there.
pub fn get<Value: DeserializeOwned>(key: &str) -> Result<Option<Value>, Error> {
    Ok(get_bytes(key)?.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
}

/// Writes a value as JSON, whatever stands there; for a while or for good.
///
/// # Errors
/// `denied` without the capability `kv`, `over-limit` when the value or all values together are too large.
pub fn set<Value: Serialize>(key: &str, value: &Value, ttl: Option<Duration>) -> Result<(), Error> {
    set_bytes(key, &serde_json::to_vec(value)?, ttl)
}

/// Writes a value as JSON when `expected` stands there, or nothing where `expected` is none.
///
/// # Errors
/// `stale` when something else stands there; else as [`set`]. When it changes before the call is committed, nothing of the
/// call is kept, and a request is made again.
pub fn swap<Value: Serialize>(
    key: &str,
    expected: Option<&Value>,
    value: &Value,
    ttl: Option<Duration>,
) -> Result<(), Error> {
    let expected = expected.map(serde_json::to_vec).transpose()?;
    Kernel::cas(key, expected.as_deref(), &serde_json::to_vec(value)?, milliseconds(ttl)).map_err(Error::from_wire)
}

/// The value under a key, as it is.
///
/// # Errors
/// `denied` without the capability `kv`.
pub fn get_bytes(key: &str) -> Result<Option<Vec<u8>>, Error> {
    Kernel::get(key).map_err(Error::from_wire)
}

/// Writes a value as it is.
///
/// # Errors
/// As [`set`].
pub fn set_bytes(key: &str, value: &[u8], ttl: Option<Duration>) -> Result<(), Error> {
    Kernel::set(key, value, milliseconds(ttl)).map_err(Error::from_wire)
}

/// Forgets a value; there need not be one.
///
/// # Errors
/// `denied` without the capability `kv`.
pub fn delete(key: &str) -> Result<(), Error> {
    Kernel::delete(key).map_err(Error::from_wire)
}

/// Adds to a whole number and answers the sum; where nothing stands it counts from 0. No two calls are given the same sum: of
/// the slower one nothing is kept, and a request is made again.
///
/// # Errors
/// `invalid` when no whole number stands there; else as [`set`].
pub fn increment(key: &str, delta: i64) -> Result<i64, Error> {
    Kernel::increment(key, delta).map_err(Error::from_wire)
}

/// The keys that begin with `prefix`, so many at most (0 lets the kernel choose), from the `next` of the page before.
///
/// # Errors
/// `denied` without the capability `kv`.
pub fn list(prefix: &str, limit: u32, cursor: Option<&str>) -> Result<Keys, Error> {
    let page = Kernel::list_keys(prefix, limit, cursor).map_err(Error::from_wire)?;
    Ok(Keys { keys: page.keys, next: page.next })
}

/// A time shorter than a millisecond is one millisecond.
fn milliseconds(ttl: Option<Duration>) -> Option<u64> {
    // Less than a millisecond is one; nothing is nothing, which the kernel refuses.
    ttl.map(|ttl| if ttl.is_zero() { 0 } else { u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1) })
}
