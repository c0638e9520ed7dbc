//! Who is calling, and what they may do.
//!
//! Accounts, their credentials and their roles live here, apart from records (`account` is no kind). The `policy`
//! module is the only maker of permits: a value that every read and write of records demands.
//!
//! Nothing here is cached: a role that was taken away, a session that was closed or an account that was disabled
//! counts at the very next call, on every kernel that shares the database. Secrets are stored as hashes only.

pub mod account;
pub mod caller;
pub mod colleagues;
pub mod email;
mod hasher;
pub mod identity;
mod manage;
mod names;
mod notices;
pub mod password;
pub mod policy;
pub mod recipients;
pub mod role;
pub mod secret;
pub mod session;
pub mod token;

#[cfg(test)]
mod tests;

pub use account::{AccountError, AccountView, NewAccount, OneTimeSecret};
pub use caller::{AccountCaller, Caller};
pub use colleagues::Colleague;
pub use email::{Email, EmailError};
pub use hasher::HashError;
pub use identity::Identity;
pub use password::{Password, PasswordError};
pub use recipients::RecipientsError;
pub use role::{Role, RoleError, RoleGrant, Scope};
pub use secret::Secret;
pub use session::{NewSession, SessionView, SignInError};
pub use token::{NewToken, TokenError, TokenView};
