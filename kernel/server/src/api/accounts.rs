//! Accounts and their roles, for administrators.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tiwizi_identity::{AccountView, NewAccount, Role, RoleError, Scope, Secret};
use tiwizi_model::language::LanguageError;
use tiwizi_model::{AccountId, IdError, Language, RecordId, limits};
use utoipa::ToSchema;

use crate::api::question::read_limit;
use crate::api::shapes::PageView;
use crate::app::App;
use crate::caller::Administrator;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// An account that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccountBody {
    email: String,
    name: String,
    password: String,
    /// The person in the register whose account it is.
    person: Option<String>,
    /// The tag of a language.
    language: String,
}

/// A role on a scope.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantBody {
    /// administrator, registrar, trainer, observer, officer or member.
    role: String,
    /// `nation`, `province:09.541` or `cooperative:ID`.
    scope: String,
}

/// Whether an account may be used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisabledBody {
    disabled: bool,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountShown {
    id: String,
    email: String,
    name: String,
    person: Option<String>,
    language: String,
    disabled: bool,
    created: String,
    grants: Vec<GrantBody>,
}

impl From<AccountView> for AccountShown {
    fn from(account: AccountView) -> Self {
        let grants = account
            .roles
            .iter()
            .map(|grant| GrantBody { role: grant.role.to_string(), scope: grant.scope.to_string() });
        Self {
            grants: grants.collect(),
            id: account.id.to_string(),
            email: account.email.to_string(),
            name: account.name,
            person: account.person.map(|person| person.to_string()),
            language: account.language.to_string(),
            disabled: account.disabled,
            created: rfc3339(account.created_at),
        }
    }
}

impl GrantBody {
    fn read(&self) -> Result<(Role, Scope), Problem> {
        let role: Role = self.role.parse().map_err(|error: RoleError| wrong("/role", "role", &error))?;
        let scope: Scope = self.scope.parse().map_err(|error: RoleError| wrong("/scope", "scope", &error))?;
        Ok((role, scope))
    }
}

/// Lists the accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "identity",
    params(("limit" = Option<u32>, Query, description = "The length of a page, 1 to 100"), ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = PageView<AccountShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let limit = read_limit(&mut parameters)?.unwrap_or(limits::PAGE_ROWS_DEFAULT);
    let after = parameters.take("cursor")?;
    parameters.finish()?;
    let accounts = app.identity.accounts(administrator.caller(), after.as_deref(), limit).await?;
    let is_full = u32::try_from(accounts.len()).is_ok_and(|count| count == limit);
    let next = accounts.last().filter(|_| is_full).map(|account| account.email.clone());
    json::ok(&PageView { items: accounts.into_iter().map(AccountShown::from).collect(), next })
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountMade {
    id: String,
}

/// Makes an account. It has no role until one is granted.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "identity", request_body = NewAccountBody,
    responses((status = 201, body = AccountMade), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Shaped(wanted): Shaped<NewAccountBody>,
) -> Result<Response, Problem> {
    let account = app.identity.create_account(administrator.caller(), wanted.read()?).await?;
    json::answer(StatusCode::CREATED, &AccountMade { id: account.to_string() })
}

/// Grants a role on a scope.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/grants", tag = "identity", request_body = GrantBody,
    params(("account" = String, Path, description = "The id of the account")),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn grant(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(account): Path<String>,
    Shaped(grant): Shaped<GrantBody>,
) -> Result<Response, Problem> {
    let account = account_of(&account)?;
    let (role, scope) = grant.read()?;
    app.identity.grant_role(administrator.caller(), account, role, scope).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes a role on a scope back.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/grants", tag = "identity", request_body = GrantBody,
    params(("account" = String, Path, description = "The id of the account")),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(account): Path<String>,
    Shaped(grant): Shaped<GrantBody>,
) -> Result<Response, Problem> {
    let account = account_of(&account)?;
    let (role, scope) = grant.read()?;
    app.identity.revoke_role(administrator.caller(), account, role, &scope).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Disables an account, which ends its sessions and tokens, or enables it again.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/disabled", tag = "identity", request_body = DisabledBody,
    params(("account" = String, Path, description = "The id of the account")),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn disable(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(account): Path<String>,
    Shaped(wanted): Shaped<DisabledBody>,
) -> Result<Response, Problem> {
    let account = account_of(&account)?;
    if wanted.disabled {
        app.identity.disable_account(administrator.caller(), account).await?;
    } else {
        app.identity.enable_account(administrator.caller(), account).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl NewAccountBody {
    fn read(self) -> Result<NewAccount, Problem> {
        let person: Option<RecordId> = match self.person {
            Some(text) => Some(text.parse().map_err(|error: IdError| wrong("/person", "id", &error))?),
            None => None,
        };
        let language: Language =
            self.language.parse().map_err(|error: LanguageError| wrong("/language", "language", &error))?;
        Ok(NewAccount { email: self.email, name: self.name, password: Secret::of(self.password), person, language })
    }
}

fn account_of(text: &str) -> Result<AccountId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn wrong(pointer: &str, code: &str, error: &dyn std::error::Error) -> Problem {
    Problem::field(pointer, code, error.to_string())
}
