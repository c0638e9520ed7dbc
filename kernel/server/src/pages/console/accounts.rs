//! Accounts: who has one, with which roles; and adding one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_identity::{AccountError, AccountView, NewAccount, Role, RoleGrant, Scope, Secret};
use tiwizi_model::limits;
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::{Asked, Visit, with_status};
use super::{Administration, frame, posted};
use crate::app::App;
use crate::form::Posted;
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// What was typed into the form, but for the password.
#[derive(Default)]
struct Given {
    name: String,
    email: String,
    role: String,
    scope: String,
}

/// `GET /{language}/console/accounts`
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    let given = Given { role: Role::Member.name().to_owned(), ..Given::default() };
    page(&app, &visit, &given, None).await
}

/// `POST /{language}/console/accounts`: an account with one role, or with none yet: founders of a cooperative get theirs when it is
/// registered.
pub(in super::super) async fn add(
    State(app): State<Arc<App>>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let field = |name: &str| form.field(name).unwrap_or_default().to_owned();
    let given = Given { name: field("name"), email: field("email"), role: field("role"), scope: field("scope") };
    let grant = given.grant();
    if grant.is_none() && !given.role.is_empty() {
        return wrong(&app, &visit, &given, "account-role-wrong").await;
    }
    let new = NewAccount {
        email: given.email.clone(),
        name: given.name.clone(),
        password: Secret::of(field("password")),
        person: None,
        language: visit.look.language,
    };
    let by = visit.visitor.caller();
    let made = match grant {
        Some(grant) => app.identity.create_account_with_role(by, new, grant.role, grant.scope).await,
        None => app.identity.create_account(by, new).await,
    };
    match made {
        Ok(_) => Ok(visit.go("/console/accounts?done=account-added")),
        Err(AccountError::Email(_) | AccountError::EmailTaken | AccountError::Name | AccountError::Password(_)) => {
            wrong(&app, &visit, &given, "account-wrong").await
        }
        Err(error) => Err(error.into()),
    }
}

impl Given {
    /// The role on its scope, when they fit each other.
    fn grant(&self) -> Option<RoleGrant> {
        let scope: Scope = self.scope.trim().parse().ok()?;
        RoleGrant::new(self.role.parse().ok()?, scope).ok()
    }
}

async fn wrong(app: &App, visit: &Visit, given: &Given, key: &str) -> Result<Response, Problem> {
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page(app, visit, given, Some(key)).await?))
}

async fn page(app: &App, visit: &Visit, given: &Given, wrong: Option<&str>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let parameters = decode_pairs(&visit.look.query)?;
    let after = parameters.iter().find(|(name, _)| name == "after").map(|(_, value)| value.as_str());
    let accounts = app.identity.accounts(visit.visitor.caller(), after, limits::PAGE_ROWS_DEFAULT).await?;
    let is_full = u32::try_from(accounts.len()).is_ok_and(|rows| rows == limits::PAGE_ROWS_DEFAULT);
    let next = accounts.last().filter(|_| is_full).map(|last| {
        let after = utf8_percent_encode(&last.email, NON_ALPHANUMERIC);
        format!("{}?after={after}", visit.look.address("/console/accounts"))
    });
    let none = vec![String::new(), texts.text("roles-none")];
    let roles = Role::ALL.iter().map(|role| vec![role.name().to_owned(), texts.text(&format!("role-{role}"))]);
    let role_choices: Vec<Vec<String>> = std::iter::once(none).chain(roles).collect();
    let data = context! {
        accounts => accounts.iter().map(|account| shown(&texts, account)).collect::<Vec<_>>(),
        next,
        role_choices,
        given => context! { name => &*given.name, email => &*given.email, role => &*given.role, scope => &*given.scope },
        ..frame(visit, wrong)
    };
    visit.page(app, "console/accounts.html", &texts.text("console-accounts"), data)
}

fn shown(texts: &Texts, account: &AccountView) -> Value {
    let role = |grant: &RoleGrant| {
        context! { code => grant.role.name(), scope => register::scope(texts, &grant.scope) }
    };
    context! {
        name => &*account.name,
        email => &*account.email,
        disabled => account.disabled,
        roles => account.roles.iter().map(role).collect::<Vec<_>>(),
    }
}
