//! One account for each role, for instances that are there to try things: their passwords are made once and kept beside the data.

use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_identity::{Caller, NewAccount, Role, Scope, Secret};
use tiwizi_model::{Ambient, Jurisdiction, Language, RecordId};
use tiwizi_server::App;

use super::open;
use crate::config::write_private;

/// Where the accounts of an instance are kept, so that a second start can print them again.
pub(crate) struct Kept<'a> {
    /// The file in the data directory.
    pub(crate) file: &'a str,
    /// What the addresses end with.
    pub(crate) domain: &'a str,
    /// Where the registrar works: a scope as `user add` takes it.
    pub(crate) registrar: &'a str,
}

/// A cooperative and one of its members, for the accounts of an officer and a member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Belonging {
    pub(crate) cooperative: RecordId,
    pub(crate) person: RecordId,
}

/// The accounts that were made before; none when none were.
pub(crate) fn known(app: &Arc<App>, kept: &Kept<'_>) -> anyhow::Result<Option<Value>> {
    let path = app.settings.data.join(kept.file);
    if !path.exists() {
        return Ok(None);
    }
    serde_json::from_slice(&open::read_file(&path)?).context("the list of accounts is damaged").map(Some)
}

/// Makes the accounts and keeps them. Where nobody belongs to a cooperative of this register, there is no officer and no member.
pub(crate) async fn make(app: &Arc<App>, kept: &Kept<'_>, belonging: Option<Belonging>) -> anyhow::Result<Value> {
    let nation = || Scope::Jurisdiction(Jurisdiction::Nation);
    let mut wanted = vec![
        (Role::Administrator, nation(), Language::French, None),
        (Role::Registrar, kept.registrar.parse()?, Language::Arabic, None),
        (Role::Trainer, nation(), Language::French, None),
        (Role::Observer, nation(), Language::French, None),
    ];
    if let Some(Belonging { cooperative, person }) = belonging {
        wanted.push((Role::Officer, Scope::Cooperative(cooperative), Language::Arabic, None));
        wanted.push((Role::Member, Scope::Cooperative(cooperative), Language::Tachelhit, Some(person)));
    }
    let mut listed = Vec::new();
    for (role, scope, language, person) in wanted {
        let email = format!("{role}@{}", kept.domain);
        let password = new_password(&app.ambient);
        let new = NewAccount {
            email: email.clone(),
            name: format!("Démo {role}"),
            password: Secret::of(password.clone()),
            person,
            language,
        };
        let on = scope.to_string();
        app.identity.create_account_with_role(&Caller::system(), new, role, scope).await?;
        listed.push(json!({ "role": role.name(), "scope": on, "email": email, "password": password }));
    }
    let listed = Value::Array(listed);
    let path = app.settings.data.join(kept.file);
    write_private(&path, serde_json::to_string_pretty(&listed)?.as_bytes())?;
    Ok(listed)
}

/// The accounts as lines of a terminal.
pub(crate) fn lines(accounts: &Value) -> Vec<String> {
    let line = |account: &Value| {
        let text = |name: &str| account.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("  {:14} {:30} {}", text("role"), text("email"), text("password"))
    };
    accounts.as_array().into_iter().flatten().map(line).collect()
}

/// Four groups of four letters that nobody takes for one another.
fn new_password(ambient: &Ambient) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letters: String = ambient
        .secret()
        .iter()
        .take(16)
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> =
        letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}
