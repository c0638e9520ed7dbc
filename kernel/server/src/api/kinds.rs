//! The kinds that this instance knows, with their schemas. Schemas are public: they hold no data.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};
use tiwizi_model::IdError;
use tiwizi_records::{Kind, KindIndex};
use utoipa::ToSchema;

use crate::api::plugins::by_language;
use crate::api::shapes::ListView;
use crate::app::App;
use crate::json;
use crate::problem::{Fault, Problem, ProblemBody};

/// A kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct KindView {
    /// `namespace/name`.
    name: String,
    /// Its title, by language.
    #[schema(value_type = Object)]
    title: Map<String, Value>,
    /// The plane in which it federates.
    plane: String,
    /// Why this data is kept.
    purpose: String,
    /// How long this data is kept.
    retention: String,
    /// JSON Schema 2020-12 of the content.
    #[schema(value_type = Object)]
    schema: Value,
    /// The class of each field.
    #[schema(value_type = Object)]
    classes: Map<String, Value>,
    /// What must be unique, each a list of fields.
    unique: Vec<Vec<String>>,
    /// What can be filtered and sorted by, each a list of fields.
    indexes: Vec<Vec<String>>,
    /// The fields that `q` searches.
    search: Vec<String>,
}

impl KindView {
    fn of(kind: &Kind) -> Self {
        let declared = kind.declaration();
        let names = |index: &KindIndex| index.names().map(ToOwned::to_owned).collect();
        Self {
            name: kind.name().to_string(),
            title: by_language(&declared.title),
            plane: declared.plane.clone(),
            purpose: declared.purpose.clone(),
            retention: declared.retention.clone(),
            schema: declared.schema().clone(),
            classes: declared.classes.iter().map(|(field, class)| (field.clone(), class.name().into())).collect(),
            unique: kind.unique().iter().map(names).collect(),
            indexes: kind.sorted().iter().map(names).collect(),
            search: declared.search.clone(),
        }
    }
}

/// Lists the kinds.
#[utoipa::path(get, path = "/api/v1/kinds", tag = "records", responses((status = 200, body = ListView<KindView>)))]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let kinds = app.records.kinds();
    json::ok(&ListView { items: kinds.iter().map(|kind| KindView::of(kind)).collect() })
}

/// One kind.
#[utoipa::path(get, path = "/api/v1/kinds/{namespace}/{kind}", tag = "records",
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name")),
    responses((status = 200, body = KindView), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path((namespace, kind)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let kind = find(&app, &namespace, &kind)?;
    json::ok(&KindView::of(&kind))
}

/// The kind of an address.
pub(crate) fn find(app: &App, namespace: &str, kind: &str) -> Result<Arc<Kind>, Problem> {
    let name = format!("{namespace}/{kind}").parse().map_err(|_: IdError| Fault::UnknownKind)?;
    app.records.kinds().find(&name).cloned().ok_or_else(|| Fault::UnknownKind.into())
}
