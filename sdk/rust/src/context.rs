//! Who asks, when and in which language. The kernel says it; nothing here can be set.

use std::time::Duration;

use crate::bindings::tiwizi::plugin::context as wire;
use crate::imports::{ContextImport as _, Kernel};
use crate::{Date, Error};

/// What kind of caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// Nobody has signed in.
    Public,
    /// Somebody has signed in.
    Account,
    /// The kernel itself, when it installs or upgrades the plugin.
    System,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What kind of caller.
    pub kind: CallerKind,
    /// The id of the account.
    pub account_id: Option<String>,
    /// The id of the record of the person that the account belongs to.
    pub person: Option<String>,
    /// The account's name; empty for the public.
    pub name: String,
    /// `administrator`, `registrar`, `trainer`, `observer`, `officer`, `member`.
    pub roles: Vec<String>,
}

impl Caller {
    /// Whether somebody has signed in.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.kind == CallerKind::Account
    }

    /// Whether the caller holds that role, anywhere.
    #[must_use]
    pub fn holds(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

/// The instance that the plugin runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The codes of the provinces that it serves: `09.541`.
    pub provinces: Vec<String>,
}

/// Who asks.
#[must_use]
pub fn caller() -> Caller {
    let caller = Kernel::caller();
    Caller {
        kind: match caller.kind {
            wire::CallerKind::Public => CallerKind::Public,
            wire::CallerKind::Account => CallerKind::Account,
            wire::CallerKind::System => CallerKind::System,
        },
        account_id: caller.account_id,
        person: caller.person,
        name: caller.name,
        roles: caller.roles,
    }
}

/// The id that also stands in the kernel's log and in problems that a user sees.
#[must_use]
pub fn request_id() -> String {
    Kernel::request_id()
}

/// The tag of the language that the page is asked in.
#[must_use]
pub fn language() -> String {
    Kernel::language()
}

/// The time, in milliseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn now() -> u64 {
    Kernel::now()
}

/// The day of the call, in UTC: see [`Date::of`].
///
/// # Errors
/// `internal` when the kernel's clock is out of the calendar.
pub fn today() -> Result<Date, Error> {
    Date::of(now()).ok_or_else(|| Error::internal("the clock is out of the calendar"))
}

/// How much of the call's time by the clock is left. It goes on while the plugin waits.
#[must_use]
pub fn deadline_left() -> Duration {
    Duration::from_millis(Kernel::deadline_left_ms().into())
}

/// The instance that the plugin runs in.
#[must_use]
pub fn instance() -> Instance {
    let instance = Kernel::instance();
    Instance { id: instance.id, name: instance.name, provinces: instance.provinces }
}

/// Where the instance is reached from outside, without a slash at its end: what is printed leads there for years. None when its
/// operator has not said it.
#[must_use]
pub fn address() -> Option<String> {
    Kernel::address()
}

/// The plugin's own id.
#[must_use]
pub fn plugin_id() -> String {
    Kernel::plugin_id()
}

/// The plugin's own version.
#[must_use]
pub fn plugin_version() -> String {
    Kernel::plugin_version()
}
