//! Contracts between plugins in memory: what others answer is laid out by the test.

use serde_json::Value;

use super::imports::{Kernel, granted};
use super::json::{list_at, text_at};
use super::memory::{Memory, error};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::CallsImport;

const CALLS: &str = "calls";

/// What the manifest says of contracts, and what others answer.
#[derive(Clone, Default)]
pub(super) struct Contracts {
    /// Names with their versions.
    required: Vec<(String, u64)>,
    /// Names with their methods.
    provided: Vec<(String, Vec<String>)>,
    laid: Vec<(String, u32, String, Value)>,
}

impl Contracts {
    pub(super) fn of_manifest(manifest: &Value) -> Self {
        let version = |declared: &Value| declared.get("major").and_then(Value::as_u64).unwrap_or_default();
        let methods = |declared: &Value| {
            let methods = list_at(declared, "methods");
            methods.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
        };
        let (required, provided) = (list_at(manifest, "requires"), list_at(manifest, "provides"));
        Self {
            required: required.iter().map(|request| (text_at(request, "contract"), version(request))).collect(),
            provided: provided.iter().map(|declared| (text_at(declared, "contract"), methods(declared))).collect(),
            laid: Vec::new(),
        }
    }

    pub(super) fn provides(&self, contract: &str, method: &str) -> bool {
        let mut provided = self.provided.iter();
        provided.any(|(name, methods)| name == contract && methods.iter().any(|declared| declared == method))
    }
}

pub(super) fn lay_out(contract: &str, major: u32, method: &str, answer: Value) {
    Memory::with(|memory| memory.contracts.laid.push((contract.to_owned(), major, method.to_owned(), answer)));
}

impl CallsImport for Kernel {
    fn call(contract: &str, major: u32, method: &str, _: &str) -> Result<String, Error> {
        granted(CALLS, |memory| {
            let contracts = &memory.contracts;
            if !contracts.required.iter().any(|(name, version)| name == contract && *version == u64::from(major)) {
                return Err(error("denied", &format!("the manifest requires no contract {contract} {major}")));
            }
            let found = contracts
                .laid
                .iter()
                .rev()
                .find(|(name, version, laid, _)| name == contract && *version == major && laid == method);
            let missing = || {
                let details = serde_json::json!({ "contract": contract, "cause": "missing" }).to_string();
                Error { details, ..error("unavailable", &format!("nobody answers for the contract {contract}")) }
            };
            found.map(|(.., answer)| answer.to_string()).ok_or_else(missing)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::calls::{Asked, ask};
    use crate::ui::{Fragment, Slot};
    use crate::{Error, Plugin, native};

    const MANIFEST: &str = r#"{ "id": "market", "capabilities": [{ "name": "calls" }],
        "requires": [{ "contract": "training/progress", "major": 1 }],
        "provides": [{ "contract": "prices", "major": 1, "methods": ["price"] }] }"#;

    struct Market;

    impl Plugin for Market {
        fn invoke(asked: &Asked) -> Result<Value, Error> {
            let goods: Vec<String> = asked.payload()?;
            Ok(json!({ "for": asked.plugin, "contract": asked.contract, "goods": goods }))
        }
    }

    #[test]
    fn what_is_laid_out_is_answered_and_nothing_else() {
        native::start(MANIFEST);
        let learnt = |major| ask::<_, Value>("training/progress", major, "learnt", &json!({}));
        assert_eq!(learnt(1).unwrap_err().details["cause"], "missing");
        native::lay_out_contract("training/progress", 1, "learnt", json!(["founding"]));
        assert_eq!(learnt(1).unwrap(), json!(["founding"]));
        assert!(learnt(2).unwrap_err().is("denied"));
        native::deny("calls");
        assert!(learnt(1).unwrap_err().is("denied"));
    }

    #[test]
    fn a_part_of_a_page_reads_and_does_not_write() {
        struct Greeter;
        impl Plugin for Greeter {
            fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
                if slot.name != "home" {
                    return Ok(None);
                }
                let refused = crate::kv::set("seen", &true, None).unwrap_err();
                Fragment::new("greeting", "Azul", &json!({ "refused": refused.code })).map(Some)
            }
        }
        native::start(r#"{ "id": "greeter", "capabilities": [{ "name": "kv" }] }"#);
        let fragment = native::render::<Greeter>("home", &json!({})).unwrap().unwrap();
        assert_eq!((fragment.title.as_str(), &fragment.data["refused"]), ("Azul", &json!("denied")));
        assert_eq!(native::render::<Greeter>("account", &json!({})), Ok(None));
        assert_eq!(crate::kv::get::<bool>("seen"), Ok(None));
    }

    #[test]
    fn only_what_the_manifest_provides_can_be_asked() {
        native::start(MANIFEST);
        let asked = |method, payload: Value| native::invoke::<Market>("shop", "prices", method, &payload);
        let answer = asked("price", json!(["oil"])).unwrap();
        assert_eq!(answer, json!({ "for": "shop", "contract": "market/prices", "goods": ["oil"] }));
        assert!(asked("sell", json!([])).unwrap_err().is("invalid"));
        assert!(asked("price", json!(7)).unwrap_err().is("invalid"));
    }
}
