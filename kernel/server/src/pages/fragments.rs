//! The parts that plugins have on the kernel's own pages: each made by its plugin, rendered as a plugin's page is, with the template of
//! the version that made it, and left out when anything about it fails.

use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_host::{Fragment, FragmentPage};
use tiwizi_records::manifest::Slot;

use super::visit::Visit;
use crate::app::App;

/// The parts of a page, in their order.
pub(super) async fn of(app: &App, visit: &Visit, slot: Slot, input: Json) -> Vec<Value> {
    // As with their own pages: nobody uses a plugin with the password of the first minute.
    if visit.must_change() {
        return Vec::new();
    }
    let page = FragmentPage {
        slot,
        input,
        caller: visit.visitor.caller().clone(),
        language: visit.look.language,
        request_id: Arc::clone(&visit.request_id),
    };
    let fragments = app.host.fragments(page).await;
    fragments.into_iter().filter_map(|fragment| rendered(app, visit, fragment)).collect()
}

fn rendered(app: &App, visit: &Visit, fragment: Fragment) -> Option<Value> {
    let Fragment { edition, template, title, data } = fragment;
    let (plugin, templates) = (edition.plugin(), app.pages.editions.templates(&edition));
    let data = Value::from(Serde(data));
    match app.pages.engine.fragment(&visit.look, &templates, &template, &title, data) {
        Ok(content) => Some(context! { plugin => plugin.as_str(), title, content => Value::from_safe_string(content) }),
        Err(error) => {
            tracing::error!(plugin.id = %plugin, template, error = &error as &dyn std::error::Error, "a part of a page could not be shown");
            None
        }
    }
}
