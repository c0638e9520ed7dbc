//! Contracts between plugins: questions to others, and answers to theirs.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use tiwizi_sdk::calls::{Asked, ask};
//! use tiwizi_sdk::{Error, Plugin, native};
//! use serde_json::{Value, json};
//!
//! /// Asks the training plugin what a person has learnt.
//! fn learnt(person: &str) -> Result<Vec<String>, Error> {
//!     ask("training/progress", 1, "learnt", &json!({ "person": person }))
//! }
//!
//! struct Market;
//!
//! impl Plugin for Market {
//!     /// Answers others about prices, as `provides` of the manifest promises.
//!     fn invoke(asked: &Asked) -> Result<Value, Error> {
//!         match asked.method.as_str() {
//!             "price" => Ok(json!({ "price": 12 })),
//!             other => Err(Error::not_found(format!("there is no method {other}"))),
//!         }
//!     }
//! }
//!
//! native::start(r#"{ "id": "market", "capabilities": [{ "name": "calls" }],
//!     "requires": [{ "contract": "training/progress", "major": 1 }],
//!     "provides": [{ "contract": "prices", "major": 1, "methods": ["price"] }] }"#);
//! native::lay_out_contract("training/progress", 1, "learnt", json!(["founding"]));
//! assert_eq!(learnt("00000000-0000-7000-8000-000000000001").unwrap(), ["founding"]);
//! assert_eq!(native::invoke::<Market>("shop", "prices", "price", &json!({})).unwrap(), json!({ "price": 12 }));
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::imports::{CallsImport as _, Kernel};

/// A question of another plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asks. The caller of the context is the person for whom it does.
    pub plugin: String,
    /// The contract, `plugin/contract`; one's own.
    pub contract: String,
    /// What is asked.
    pub method: String,
    payload: String,
}

impl Asked {
    pub(crate) fn new(plugin: String, contract: String, method: String, payload: String) -> Self {
        Self { plugin, contract, method, payload }
    }

    /// What was sent along.
    ///
    /// # Errors
    /// `invalid` when it has another shape.
    pub fn payload<Payload: DeserializeOwned>(&self) -> Result<Payload, Error> {
        serde_json::from_str(&self.payload)
            .map_err(|error| Error::invalid(format!("the payload is not right: {error}")))
    }
}

/// Asks the plugin that provides a contract, `plugin/contract`, in this major version. What it writes is kept or given up together with
/// this call.
///
/// # Errors
/// `denied` without the capability `calls`, or when `requires` of the manifest does not name the contract; `unavailable` when nobody answers,
/// with the cause in the details; else what the other plugin says.
pub fn ask<Payload: Serialize, Answer: DeserializeOwned>(
    contract: &str,
    major: u32,
    method: &str,
    payload: &Payload,
) -> Result<Answer, Error> {
    let payload = serde_json::to_string(payload)?;
    let answer = Kernel::call(contract, major, method, &payload).map_err(Error::from_wire)?;
    Ok(serde_json::from_str(&answer)?)
}
