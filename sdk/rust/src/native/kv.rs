//! The values by key of the kernel in memory.

use std::collections::BTreeMap;

use super::imports::{Kernel, granted, writing};
use super::memory::error;
use crate::bindings::tiwizi::plugin::kv::KeyPage;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::KvImport;

const KV: &str = "kv";
const KEYS_DEFAULT: u32 = 50;
const KEYS_MAX: u32 = 1_000;

#[derive(Clone, Default)]
pub(super) struct Values(BTreeMap<String, Value>);

#[derive(Clone)]
struct Value {
    bytes: Vec<u8>,
    expires_at: Option<u64>,
}

impl Values {
    fn find(&self, key: &str, now: u64) -> Option<&Value> {
        self.0.get(key).filter(|value| value.expires_at.is_none_or(|moment| moment > now))
    }

    fn put(&mut self, key: &str, bytes: Vec<u8>, expires_at: Option<u64>) {
        self.0.insert(key.to_owned(), Value { bytes, expires_at });
    }
}

impl KvImport for Kernel {
    fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
        checked(key)?;
        granted(KV, |memory| Ok(memory.values.find(key, memory.now).map(|value| value.bytes.clone())))
    }

    fn set(key: &str, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error> {
        checked(key)?;
        if ttl_ms == Some(0) {
            return Err(error("invalid", "a value must live for at least a millisecond"));
        }
        writing(KV, |memory| {
            let expires_at = ttl_ms.map(|ttl| memory.now.saturating_add(ttl));
            memory.values.put(key, value.to_vec(), expires_at);
            Ok(())
        })
    }

    fn delete(key: &str) -> Result<(), Error> {
        checked(key)?;
        writing(KV, |memory| {
            memory.values.0.remove(key);
            Ok(())
        })
    }

    fn cas(key: &str, expected: Option<&[u8]>, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error> {
        if Self::get(key)?.as_deref() != expected {
            return Err(Error { retryable: true, ..error("stale", &format!("another value stands under {key}")) });
        }
        Self::set(key, value, ttl_ms)
    }

    fn increment(key: &str, delta: i64) -> Result<i64, Error> {
        checked(key)?;
        writing(KV, |memory| {
            let found = memory.values.find(key, memory.now).cloned();
            let number = match &found {
                None => Some(0),
                Some(value) => std::str::from_utf8(&value.bytes).ok().and_then(|text| text.parse::<i64>().ok()),
            };
            let sum = number.and_then(|number| number.checked_add(delta));
            let sum = sum.ok_or_else(|| error("invalid", &format!("no whole number stands under {key}")))?;
            memory.values.put(key, sum.to_string().into_bytes(), found.and_then(|value| value.expires_at));
            Ok(sum)
        })
    }

    fn list_keys(prefix: &str, limit: u32, cursor: Option<&str>) -> Result<KeyPage, Error> {
        let limit = match limit {
            0 => KEYS_DEFAULT,
            limit => limit.min(KEYS_MAX),
        } as usize;
        granted(KV, |memory| {
            let live = memory.values.0.keys().filter(|key| memory.values.find(key, memory.now).is_some());
            let asked = live.filter(|key| key.starts_with(prefix) && cursor.is_none_or(|cursor| key.as_str() > cursor));
            let mut keys: Vec<String> = asked.take(limit + 1).cloned().collect();
            let more = keys.len() > limit;
            keys.truncate(limit);
            let next = keys.last().filter(|_| more).cloned();
            Ok(KeyPage { keys, next })
        })
    }
}

fn checked(key: &str) -> Result<(), Error> {
    if key.is_empty() || key.chars().any(char::is_control) {
        return Err(error("invalid", "a key has at least a letter and no control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{kv, native};

    const MANIFEST: &str = r#"{ "id": "notes", "capabilities": [{ "name": "kv" }] }"#;

    #[test]
    fn a_value_is_found_until_its_time_is_over() {
        native::start(MANIFEST);
        kv::set("greeting", &"azul", Some(Duration::from_secs(1))).unwrap();
        assert_eq!(kv::get::<String>("greeting").unwrap().as_deref(), Some("azul"));
        native::advance(1_000);
        assert_eq!(kv::get::<String>("greeting").unwrap(), None);
        assert!(kv::set("greeting", &"azul", Some(Duration::ZERO)).unwrap_err().is("invalid"));
        assert!(kv::set("", &"azul", None).unwrap_err().is("invalid"));
        assert!(kv::get::<String>("two\nlines").unwrap_err().is("invalid"));
    }

    #[test]
    fn a_swap_of_what_does_not_stand_there_is_stale() {
        native::start(MANIFEST);
        kv::swap("turn", None, &"fadma", None).unwrap();
        assert!(kv::swap("turn", Some(&"hassan"), &"omar", None).unwrap_err().is("stale"));
        kv::swap("turn", Some(&"fadma"), &"hassan", None).unwrap();
        assert_eq!(kv::get::<String>("turn").unwrap().as_deref(), Some("hassan"));
    }

    #[test]
    fn keys_come_in_order_and_in_pages() {
        native::start(MANIFEST);
        for key in ["b/2", "a/1", "b/1"] {
            assert_eq!(kv::increment(key, 2), Ok(2));
        }
        let first = kv::list("b/", 1, None).unwrap();
        assert_eq!(first.keys, ["b/1"]);
        assert_eq!(kv::list("b/", 1, first.next.as_deref()).unwrap().keys, ["b/2"]);
    }

    #[test]
    fn values_by_key_are_denied_without_a_grant() {
        native::start(MANIFEST);
        native::deny("kv");
        assert!(kv::set("greeting", &"azul", None).unwrap_err().is("denied"));
        assert!(kv::get::<String>("greeting").unwrap_err().is("denied"));
        assert!(kv::increment("visits", 1).unwrap_err().is("denied"));
        native::grant("kv");
        assert_eq!(kv::get::<String>("greeting").unwrap(), None);
    }
}
