//! One's own account: roles, and the tokens that programs use.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde_json::json;
use tiwizi_identity::{Secret, TokenError};
use tiwizi_model::AccountId;
use tiwizi_records::manifest::Slot;
use uuid::Uuid;

use super::console::done;
use super::visit::{Asked, SignedIn, Visit, with_status};
use super::{fragments, register};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What the page says beside the account itself.
#[derive(Default)]
struct Said<'a> {
    done: Option<&'static str>,
    wrong: Option<&'static str>,
    secret: Option<&'a Secret>,
}

/// `GET /{language}/account`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let said = Said { done: done(&visit), ..Said::default() };
    page(&app, &visit, said).await
}

/// `POST /{language}/account/tokens`: the answer shows the token, once.
pub(super) async fn create_token(
    State(app): State<Arc<App>>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let name = posted.field("name").unwrap_or_default().to_owned();
    let visit = asked.at("/account").by(&app, posted.visitor).await;
    match app.identity.create_token(account_of(&visit)?, &name).await {
        Ok(made) => page(&app, &visit, Said { secret: Some(&made.secret), ..Said::default() }).await,
        Err(TokenError::Name) => {
            let page = page(&app, &visit, Said { wrong: Some("token-name-wrong"), ..Said::default() }).await?;
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /{language}/account/tokens/{token}/revoke`
pub(super) async fn revoke_token(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let token = Uuid::try_parse(&token).map_err(|_| Fault::NotFound)?;
    let visit = asked.by(&app, posted.visitor).await;
    let is_revoked = app.identity.revoke_token(account_of(&visit)?, token).await?;
    if is_revoked { Ok(visit.go("/account?done=token-revoked")) } else { Err(Fault::NotFound.into()) }
}

fn account_of(visit: &Visit) -> Result<AccountId, Problem> {
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    visit.visitor.signed_in()?.account().ok_or_else(|| Fault::NotSignedIn.into())
}

async fn page(app: &App, visit: &Visit, said: Said<'_>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let tokens = app.identity.tokens(account_of(visit)?).await?;
    let tokens: Vec<Value> = tokens
        .iter()
        .map(|token| {
            context! {
                id => token.id.to_string(),
                name => &*token.name,
                created => token.created_at.0,
                used => token.used_at.map(|at| at.0),
            }
        })
        .collect();
    let roles = visit.visitor.caller().roles().iter();
    let roles: Vec<Value> = roles
        .map(|grant| context! { code => grant.role.name(), scope => register::scope(&texts, &grant.scope) })
        .collect();
    let data = context! {
        done => said.done,
        wrong => said.wrong,
        secret => said.secret.map(Secret::reveal),
        roles,
        tokens,
        path => visit.look.address("/path"),
        fragments => fragments::of(app, visit, Slot::Account, json!({})).await,
    };
    visit.page(app, "account.html", &texts.text("account"), data)
}
