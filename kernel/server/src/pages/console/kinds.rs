//! Kinds: what this instance keeps, for which purpose and how long, and which class every field has.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_identity::policy::Class;
use tiwizi_records::manifest::KindDeclaration;

use super::super::look::Look;
use super::super::said::said;
use super::{Administration, frame};
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/console/kinds`
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    let title = visit.texts(&app).text("console-kinds");
    let all = app.records.kinds();
    let kinds: Vec<Value> = all.iter().map(|kind| shown(kind.declaration(), &visit.look)).collect();
    visit.page(&app, "console/kinds.html", &title, context! { kinds, ..frame(&visit, None) })
}

fn shown(kind: &KindDeclaration, look: &Look) -> Value {
    let fields = |class: Class| -> Vec<String> {
        let fields = kind.classes.iter().filter(|(_, found)| **found == class);
        fields.map(|(field, _)| field.clone()).collect()
    };
    let classes: Vec<Value> = Class::ALL
        .into_iter()
        .map(|class| (class, fields(class)))
        .filter(|(_, fields)| !fields.is_empty())
        .map(|(class, fields)| context! { code => class.name(), fields })
        .collect();
    context! {
        name => kind.name.as_str(),
        title => said(look, &kind.title),
        purpose => &*kind.purpose,
        retention => &*kind.retention,
        classes,
    }
}
