//! Personal tokens, for programs. A token is shown once, when it is made.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tiwizi_model::AccountId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::shapes::ListView;
use crate::app::App;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// A token that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTokenBody {
    /// What it is for, in its owner's words.
    name: String,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenMade {
    /// Its id.
    id: String,
    /// The token itself, for `Authorization: Bearer`; it is never shown again.
    token: String,
    /// When it ends.
    expires: String,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenShown {
    id: String,
    name: String,
    created: String,
    used: Option<String>,
    expires: Option<String>,
}

/// Lists one's own tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "identity",
    responses((status = 200, body = ListView<TokenShown>), (status = 401, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let tokens = app.identity.tokens(own_account(&visitor)?).await?;
    let items = tokens
        .into_iter()
        .map(|token| TokenShown {
            id: token.id.to_string(),
            name: token.name,
            created: rfc3339(token.created_at),
            used: token.used_at.map(rfc3339),
            expires: token.expires_at.map(rfc3339),
        })
        .collect();
    json::ok(&ListView { items })
}

/// Makes a token with the roles of its owner.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "identity", request_body = NewTokenBody,
    responses((status = 201, body = TokenMade), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(wanted): Shaped<NewTokenBody>,
) -> Result<Response, Problem> {
    let made = app.identity.create_token(own_account(&visitor)?, &wanted.name).await?;
    let view = TokenMade {
        id: made.id.to_string(),
        token: made.secret.reveal().to_owned(),
        expires: rfc3339(made.expires_at),
    };
    json::answer(StatusCode::CREATED, &view)
}

/// Revokes one of one's own tokens; it counts for nothing from the next request on.
#[utoipa::path(delete, path = "/api/v1/tokens/{token}", tag = "identity",
    params(("token" = String, Path, description = "The id of the token")),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let account = own_account(&visitor)?;
    let token = Uuid::try_parse(&token).map_err(|_| Fault::NotFound)?;
    let is_revoked = app.identity.revoke_token(account, token).await?;
    if is_revoked { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(Fault::NotFound.into()) }
}

fn own_account(visitor: &Visitor) -> Result<AccountId, Problem> {
    visitor.signed_in()?.account().ok_or_else(|| Fault::NotSignedIn.into())
}
