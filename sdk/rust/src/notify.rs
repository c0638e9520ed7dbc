//! Notices to people, each in their own language.
//!
//! ```
//! # use tiwizi_sdk::notify::Message;
//! # use tiwizi_sdk::{Error, native};
//! fn tell(person: &str, order: u32) -> Result<(), Error> {
//!     Message::new("order-ready").value("order", order).link(format!("/orders/{order}")).to_person(person)
//! }
//! # native::start(r#"{ "id": "market", "capabilities": [{ "name": "notify" }] }"#);
//! # native::add_messages("fr", "order-ready = La commande { $order } est prête\n");
//! # tell("00000000-0000-7000-8000-000000000001", 17).unwrap();
//! # assert_eq!(native::told()[0].text("fr"), "La commande 17 est prête");
//! ```

use std::fmt::Display;

use crate::Error;
use crate::bindings::tiwizi::plugin::notify as wire;
use crate::imports::{Kernel, NotifyImport as _};

/// A message of the plugin's locales, which the kernel renders in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    key: String,
    values: Vec<(String, String)>,
    link: Option<String>,
}

impl Message {
    /// The message of that key.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), values: Vec::new(), link: None }
    }

    /// The same with a value.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl Display) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same with a path below the plugin, where it leads.
    #[must_use]
    pub fn link(mut self, path: impl Into<String>) -> Self {
        self.link = Some(path.into());
        self
    }

    /// Tells the accounts of a person. Nothing says whether there are any.
    ///
    /// # Errors
    /// `denied` without the capability `notify`, `invalid` when no locale has the message, `over-limit` when the call sends too much.
    pub fn to_person(&self, person: &str) -> Result<(), Error> {
        Kernel::to_person(person, &self.to_wire()).map_err(Error::from_wire)
    }

    /// Tells those who hold a role on a scope that covers a province; without one, wherever they hold it.
    ///
    /// # Errors
    /// `invalid` when there is no such role or province; else as [`Message::to_person`].
    pub fn to_role(&self, role: &str, province: Option<&str>) -> Result<(), Error> {
        Kernel::to_role(role, province, &self.to_wire()).map_err(Error::from_wire)
    }

    fn to_wire(&self) -> wire::Message {
        wire::Message { key: self.key.clone(), args: self.values.clone(), link: self.link.clone() }
    }
}
