//! The path of a person, and that of a cooperative: three stages with what was done, what comes next and why, and what plugins say of it.

use std::sync::Arc;

use axum::extract::{Path as Address, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::json;
use tiwizi_host::Edition;
use tiwizi_model::{Record, RecordId, limits};
use tiwizi_records::manifest::Slot;
use tiwizi_registry::journey::path::{Next, Path, Reached};
use tiwizi_registry::journey::{Lead, Stage};
use tiwizi_words::Texts;

use super::said::said;
use super::visit::{SignedIn, Visit};
use super::{fragments, register};
use crate::app::App;
use crate::problem::{Fault, Problem};

/// `GET /{language}/path`
pub(super) async fn own(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let path = app.journey.own(visit.visitor.caller()).await?;
    let has_person = visit.visitor.caller().person().is_some();
    let fragments = fragments::of(&app, &visit, Slot::Path, json!({})).await;
    let cooperatives: Vec<Value> = path.cooperatives.iter().map(|record| cooperative(&app, &visit, record)).collect();
    let page = Drawing::of(&app, &visit);
    let data = context! { has_person, cooperatives, fragments, ..page.path(&path) };
    visit.page(&app, "path.html", &page.texts.text("path"), data)
}

/// `GET /{language}/directory/{id}/path`
pub(super) async fn of_cooperative(
    State(app): State<Arc<App>>,
    Address((_, id)): Address<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let (record, path) = app.journey.of_cooperative(visit.visitor.caller(), id).await?;
    let fragments = fragments::of(&app, &visit, Slot::Path, json!({ "cooperative": id.to_string() })).await;
    let page = Drawing::of(&app, &visit);
    let names = register::names(visit.look.language, &record.body);
    let of = context! {
        name => names.first().map(register::Name::value),
        href => visit.look.address(&format!("/directory/{id}")),
    };
    let data = context! { has_person => true, of, fragments, ..page.path(&path) };
    visit.page(&app, "path.html", &page.texts.text("path"), data)
}

/// A cooperative of the person's: its path where they may see it, otherwise its public page.
fn cooperative(app: &App, visit: &Visit, record: &Record) -> Value {
    let end = if app.journey.may_see(visit.visitor.caller(), record) { "/path" } else { "" };
    let names = register::names(visit.look.language, &record.body);
    context! {
        name => names.first().map(register::Name::value),
        number => record.body.get("number").and_then(serde_json::Value::as_str),
        href => visit.look.address(&format!("/directory/{}{end}", record.id)),
    }
}

/// What a path is drawn with.
struct Drawing<'a> {
    visit: &'a Visit,
    texts: Texts,
    editions: Vec<Edition>,
    app: &'a App,
}

impl<'a> Drawing<'a> {
    fn of(app: &'a App, visit: &'a Visit) -> Self {
        Self { visit, texts: visit.texts(app), editions: app.host.in_use(), app }
    }

    fn path(&self, path: &Path) -> Value {
        let furthest = path.furthest();
        let stages = Stage::ALL.map(|stage| {
            let reached = path.reached.iter().filter(|reached| reached.stage == stage);
            let reached: Vec<Value> = reached.map(|reached| self.reached(reached)).collect();
            context! {
                code => stage.name(),
                title => self.texts.text(&format!("path-stage-{}", stage.name())),
                is_furthest => furthest == Some(stage),
                reached,
            }
        });
        let next = path.next.iter().filter_map(|next| self.next(next)).take(limits::PATH_STEPS_MAX);
        context! { stages => stages.to_vec(), next => next.collect::<Vec<_>>(), is_cut => path.is_cut }
    }

    /// Something that was reached, by the words of the plugin that says so; by its code where that plugin is gone.
    fn reached(&self, reached: &Reached) -> Value {
        let edition = self.editions.iter().find(|edition| edition.plugin().as_str() == reached.plugin);
        let declared = edition.and_then(|edition| edition.milestones().iter().find(|one| one.code == reached.code));
        let people = reached.people.map(|count| {
            let mut args = FluentArgs::new();
            args.set("count", count);
            self.texts.text_with("path-people", &args)
        });
        context! {
            title => declared.map(|declared| said(&self.visit.look, &declared.title)),
            code => &*reached.code,
            at => reached.at.0,
            people,
            proof => reached.proof.as_ref().and_then(|(kind, id)| self.proof(&kind.to_string(), *id)),
        }
    }

    /// The page of a record that proves something, where its kind is still in use.
    fn proof(&self, kind: &str, id: RecordId) -> Option<String> {
        let name = kind.parse().ok()?;
        self.app.records.may_read(self.visit.visitor.caller(), &name).ok()?;
        Some(self.visit.look.address(&format!("/records/{kind}/{id}")))
    }

    /// What comes next, with the pages that it leads to; none where it needs a page and there is none.
    fn next(&self, next: &Next) -> Option<Value> {
        let links = next.lead.as_ref().map(|lead| self.links(lead)).unwrap_or_default();
        if next.needs_page && links.is_empty() {
            return None;
        }
        Some(context! {
            title => self.texts.text(&format!("journey-next-{}", next.code)),
            why => self.texts.text(&format!("journey-why-{}", next.code)),
            links,
        })
    }

    fn links(&self, lead: &Lead) -> Vec<Value> {
        let link = |href: String, title: Value| context! { href => self.visit.look.address(&href), title };
        match lead {
            Lead::Page { page } => vec![link(page.clone(), self.texts.text("path-go").into())],
            Lead::Plugin { plugin, path } => {
                let found = self.editions.iter().filter(|edition| edition.plugin().as_str() == plugin);
                let routes = found.flat_map(|edition| edition.routes().iter().filter(|route| route.path == *path));
                routes.map(|route| link(format!("/p/{plugin}{path}"), said(&self.visit.look, &route.title))).collect()
            }
            Lead::Stage { stage } => {
                let of_stage = |edition: &&Edition| edition.milestones().iter().any(|one| one.stage == stage.name());
                let found = self.editions.iter().filter(of_stage);
                let links = found.flat_map(|edition| {
                    edition.menu().map(|route| {
                        let path = format!("/p/{}{}", edition.plugin(), route.path.trim_end_matches('/'));
                        link(path, said(&self.visit.look, &route.title))
                    })
                });
                links.collect()
            }
        }
    }
}
