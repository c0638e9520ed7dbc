//! The numbers that a plugin counts in memory: those of its manifest, and no others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{list_at, text_at};

#[derive(Clone, Default)]
pub(super) struct Numbers {
    counted: BTreeMap<String, u64>,
    observed: BTreeMap<String, Vec<f64>>,
}

impl Numbers {
    pub(super) fn of_manifest(manifest: &Value) -> Self {
        let mut numbers = Self::default();
        for metric in list_at(manifest, "metrics") {
            let name = text_at(metric, "name");
            match text_at(metric, "type").as_str() {
                "histogram" => drop(numbers.observed.insert(name, Vec::new())),
                _ => drop(numbers.counted.insert(name, 0)),
            }
        }
        numbers
    }

    pub(super) fn add(&mut self, name: &str, delta: u64) {
        if let Some(total) = self.counted.get_mut(name) {
            *total = total.saturating_add(delta);
        }
    }

    pub(super) fn observe(&mut self, name: &str, value: f64) {
        if let Some(values) = self.observed.get_mut(name).filter(|_| value.is_finite()) {
            values.push(value);
        }
    }

    pub(super) fn counted(&self, name: &str) -> u64 {
        self.counted.get(name).copied().unwrap_or_default()
    }

    pub(super) fn observed(&self, name: &str) -> Vec<f64> {
        self.observed.get(name).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{native, telemetry};

    const MANIFEST: &str = r#"{ "capabilities": [{ "name": "telemetry" }], "metrics": [
        { "name": "lessons", "type": "counter" }, { "name": "seconds", "type": "histogram" }] }"#;

    #[test]
    fn what_the_manifest_declares_is_counted_and_nothing_else() {
        native::start(MANIFEST);
        telemetry::count("lessons", 2);
        telemetry::count("seconds", 1);
        telemetry::count("other", 1);
        telemetry::observe("seconds", 0.5);
        telemetry::observe("seconds", f64::NAN);
        assert_eq!((native::counted("lessons"), native::counted("other")), (2, 0));
        assert_eq!(native::observed("seconds"), [0.5]);
    }

    #[test]
    fn without_the_grant_nothing_is_counted() {
        native::start(MANIFEST);
        native::deny("telemetry");
        telemetry::count("lessons", 2);
        assert_eq!(native::counted("lessons"), 0);
    }
}
