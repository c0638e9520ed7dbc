//! The notices of the kernel in memory. It knows no accounts: it keeps what was sent, and to whom.

use super::i18n::rendered;
use super::imports::{Kernel, writing};
use super::judge::is_path_below;
use super::memory::{Memory, check_id, error};
use crate::bindings::tiwizi::plugin::notify::Message;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::NotifyImport;

const NOTIFY: &str = "notify";
const ROLES: [&str; 6] = ["administrator", "registrar", "trainer", "observer", "officer", "member"];

/// To whom a notice went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// To the accounts of a person.
    Person(String),
    /// To those who hold a role, in a province or anywhere.
    Role(String, Option<String>),
}

/// A notice that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// To whom.
    pub to: To,
    /// The key of its message.
    pub key: String,
    /// The values of its message.
    pub values: Vec<(String, String)>,
    /// The path below the plugin.
    pub link: Option<String>,
}

impl Told {
    /// What its reader sees, in a language or in the nearest that has the message.
    #[must_use]
    pub fn text(&self, language: &str) -> String {
        rendered(&self.key, &self.values, Some(language)).unwrap_or_default()
    }
}

impl NotifyImport for Kernel {
    fn to_person(person: &str, message: &Message) -> Result<(), Error> {
        check_id(person)?;
        tell(To::Person(person.to_owned()), message)
    }

    fn to_role(role: &str, province: Option<&str>, message: &Message) -> Result<(), Error> {
        if !ROLES.contains(&role) {
            return Err(error("invalid", &format!("{role} is not a role")));
        }
        tell(To::Role(role.to_owned(), province.map(ToOwned::to_owned)), message)
    }
}

fn tell(to: To, message: &Message) -> Result<(), Error> {
    writing(NOTIFY, |_| Ok(()))?;
    if rendered(&message.key, &message.args, None).is_err() {
        return Err(error("invalid", &format!("no locale has the message {}", message.key)));
    }
    if message.link.as_deref().is_some_and(|link| !is_path_below(link)) {
        return Err(error("invalid", "a link is a path below the plugin, as in `/orders/17`"));
    }
    let told = Told { to, key: message.key.clone(), values: message.args.clone(), link: message.link.clone() };
    Memory::with(|memory| memory.told.push(told));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::To;
    use crate::native;
    use crate::notify::Message;

    const PERSON: &str = "00000000-0000-7000-8000-00000000000a";

    fn start() {
        native::start(r#"{ "id": "market", "capabilities": [{ "name": "notify" }] }"#);
        native::add_messages("fr", "ready = { $what } est prêt\n");
    }

    #[test]
    fn a_notice_is_kept_for_whom_it_was_sent() {
        start();
        Message::new("ready").value("what", "Le tapis").to_person(PERSON).unwrap();
        Message::new("ready").value("what", 3).link("/orders").to_role("trainer", Some("09.541")).unwrap();
        let told = native::told();
        assert_eq!((&told[0].to, told[0].text("shi").as_str()), (&To::Person(PERSON.to_owned()), "Le tapis est prêt"));
        assert_eq!(told[1].to, To::Role("trainer".to_owned(), Some("09.541".to_owned())));
        assert!(Message::new("other").to_person(PERSON).unwrap_err().is("invalid"));
        assert!(Message::new("ready").to_role("king", None).unwrap_err().is("invalid"));
        assert!(Message::new("ready").link("https://evil.example.org/").to_person(PERSON).unwrap_err().is("invalid"));
    }

    #[test]
    fn notices_are_denied_without_a_grant() {
        start();
        native::deny("notify");
        assert!(Message::new("ready").to_person(PERSON).unwrap_err().is("denied"));
        assert!(native::told().is_empty());
    }
}
