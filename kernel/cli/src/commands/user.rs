//! `tiwizi user`: accounts and their roles.

use std::io::BufRead as _;

use anyhow::{Context as _, bail};
use serde_json::json;
use tiwizi_identity::{AccountView, Caller, Identity, NewAccount, Role, Scope, Secret};
use tiwizi_model::{AccountId, Ambient, Language, RecordId, limits};

use crate::arguments::{DataDirectory, User};
use crate::commands::open;
use crate::outcome;

pub(crate) async fn run(command: User) -> anyhow::Result<()> {
    match command {
        User::Add { directory, email, name, role, scope, person, password_stdin } => {
            let wanted = Wanted { email, name, role, scope, person, password_stdin };
            add(&directory, wanted).await
        }
        User::Reset { directory, account } => reset(&directory, account).await,
        User::List { directory } => list(&directory).await,
    }
}

struct Wanted {
    email: String,
    name: Option<String>,
    role: Option<String>,
    scope: Option<String>,
    person: Option<String>,
    password_stdin: bool,
}

async fn identity(directory: &DataDirectory) -> anyhow::Result<(tiwizi_storage::Db, Identity)> {
    let db = open::database(&directory.data, &open::config(&directory.data)?).await?;
    let identity = Identity::new(db.clone(), Ambient::system());
    Ok((db, identity))
}

async fn add(directory: &DataDirectory, wanted: Wanted) -> anyhow::Result<()> {
    let grant = grant(&wanted)?;
    let person: Option<RecordId> =
        wanted.person.as_deref().map(str::parse).transpose().context("--person is not right")?;
    let system = Caller::system();
    let (db, identity) = identity(directory).await?;
    let account = match identity.account_of(&system, &wanted.email).await? {
        Some(account) => {
            let (role, scope) = grant.context("the account is there: say with --role and --scope what it shall be")?;
            let granted = identity.grant_role(&system, account.id, role, scope).await;
            granted.context("could not grant the role")?;
            account.id
        }
        None => {
            let password = read_password(wanted.password_stdin)?;
            let name = wanted.name.unwrap_or_else(|| wanted.email.clone());
            let language = Language::French;
            let account = NewAccount { email: wanted.email.clone(), name, password, person, language };
            let added = match grant {
                Some((role, scope)) => identity.create_account_with_role(&system, account, role, scope).await,
                None => identity.create_account(&system, account).await,
            };
            added.context("could not add the account")?
        }
    };
    db.close().await;
    let answer =
        json!({ "account": account.to_string(), "email": wanted.email, "role": wanted.role, "scope": wanted.scope });
    let told = match (&wanted.role, &wanted.scope) {
        (Some(role), Some(scope)) => format!("{} is now {role} on {scope}.", wanted.email),
        _ => format!("{} has an account and no role yet.", wanted.email),
    };
    outcome::answer(directory.json, &answer, &told);
    Ok(())
}

/// The role that is wanted, on its scope; the command line has both or neither.
fn grant(wanted: &Wanted) -> anyhow::Result<Option<(Role, Scope)>> {
    let (Some(role), Some(scope)) = (&wanted.role, &wanted.scope) else { return Ok(None) };
    let role: Role = role.parse().context("--role is not right")?;
    let scope: Scope = scope.parse().context("--scope is not right")?;
    Ok(Some((role, scope)))
}

fn read_password(from_stdin: bool) -> anyhow::Result<Secret> {
    if !from_stdin {
        bail!("give the new account's password on standard input and say so with --password-stdin");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("could not read the password")?;
    Ok(Secret::of(line.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn reset(directory: &DataDirectory, account: AccountId) -> anyhow::Result<()> {
    let (db, identity) = identity(directory).await?;
    let reset = identity.reset_password(&Caller::system(), account).await;
    db.close().await;
    let reset = reset.with_context(|| format!("could not give {account} a new secret"))?;
    let answer = json!({ "account": account.to_string(), "secret": reset.secret.reveal() });
    let told = format!(
        "Its sessions and tokens have ended. Sign in with this secret within the hour, and choose a password:\n\n    {}\n\n\
         It is shown this once.",
        reset.secret.reveal(),
    );
    outcome::answer(directory.json, &answer, &told);
    Ok(())
}

/// All accounts, page by page.
async fn every_account(identity: &Identity) -> anyhow::Result<Vec<AccountView>> {
    let mut accounts: Vec<AccountView> = Vec::new();
    loop {
        let after = accounts.last().map(|account| account.email.clone());
        let page = identity.accounts(&Caller::system(), after.as_deref(), limits::PAGE_ROWS_MAX).await?;
        if page.is_empty() {
            return Ok(accounts);
        }
        accounts.extend(page);
    }
}

async fn list(directory: &DataDirectory) -> anyhow::Result<()> {
    let (db, identity) = identity(directory).await?;
    let accounts = every_account(&identity).await?;
    db.close().await;
    let answer: Vec<_> = accounts
        .iter()
        .map(|account| json!({ "account": account.id.to_string(), "email": account.email.to_string(), "name": account.name, "disabled": account.disabled, "roles": roles_of(account) }))
        .collect();
    let lines: Vec<String> = accounts
        .iter()
        .map(|account| format!("{}  {}  {}", account.id, account.email, roles_of(account).join(", ")))
        .collect();
    outcome::answer(directory.json, &json!({ "accounts": answer }), &lines.join("\n"));
    Ok(())
}

fn roles_of(account: &AccountView) -> Vec<String> {
    account.roles.iter().map(|grant| format!("{} on {}", grant.role, grant.scope)).collect()
}
