//! What would leave, before anybody signs: counts, bytes, masked rows, fields about people, and what changes for the other side.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_federation::agreements::{Agreement, DraftForm, PlanePreview, Previewed};
use tiwizi_federation_core::agreement::{Difference, Document, Retraction, State as Phase, Widening};
use tiwizi_federation_core::preview::Sample;
use tiwizi_model::KindName;
use tiwizi_words::Texts;

use super::super::protection::words as fields;
use super::super::visit::{SignedIn, Visit};
use super::{AGREEMENTS, frame, nowhere, plane, terms};
use crate::api::agreements::{difference, id_of};
use crate::app::App;
use crate::federation::{Door, may_see};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem};

/// `GET /{language}/federation/agreements/{agreement}/preview?version=`: what is on offer is signed here.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, agreement)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let found = door.show(&view, id_of(&agreement)?).await?;
    let mut parameters = Parameters::of_query(Some(&visit.look.query))?;
    let number: Option<u32> = parameters.take_as("version", "the number of a version")?;
    let version = match number {
        Some(number) => found.version(number),
        None => found.next.as_ref().or(found.current.as_ref()),
    };
    let version = version.ok_or(Fault::NotFound)?;
    let previewed = door.preview(&view, &version.document).await?;
    let may_sign = view.may_decide() && version.state == Phase::Offered && !version.is_ours;
    let address = visit.look.address(&format!("{AGREEMENTS}/{}", found.id));
    let ways = context! {
        back => &*address,
        sign => may_sign.then(|| {
            context! { action => &*address, version => version.document.version, hash => version.document.hash().to_string() }
        }),
    };
    page(&app, &visit, &door, (&version.document, Some(&found), &previewed), ways)
}

/// The same for a draft, which is offered here or changed again.
pub(super) fn of_draft(
    app: &App,
    visit: &Visit,
    door: &Door,
    shown: (&Document, Option<&Agreement>, &Previewed),
    form: &DraftForm,
) -> Result<Response, Problem> {
    let draft = serde_json::to_string(form).map_err(Problem::internal)?;
    let ways = context! { offer => context! { action => visit.look.address(&format!("{AGREEMENTS}/new")), draft } };
    page(app, visit, door, shown, ways)
}

fn page(
    app: &App,
    visit: &Visit,
    door: &Door,
    (document, before, previewed): (&Document, Option<&Agreement>, &Previewed),
    ways: Value,
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let changes = difference(before, document, &door.me());
    let receiver = document.other(&door.me()).and_then(|node| document.parties.iter().find(|one| one.node == *node));
    let data = context! {
        receiver => receiver.map(|party| party.name.clone()),
        terms => terms::of(app, visit, door, document),
        planes => previewed.planes.iter().map(|one| of_plane(app, visit, &texts, one)).collect::<Vec<_>>(),
        personal => previewed.planes.iter().flat_map(|one| personal(app, visit, one)).collect::<Vec<_>>(),
        samples => previewed.planes.iter().flat_map(|one| &one.preview.samples).map(|one| sample(app, visit, one)).collect::<Vec<_>>(),
        bytes => texts.size(previewed.bytes()),
        is_whole => previewed.is_whole(),
        changes => if document.version > 1 { of_changes(app, visit, &changes) } else { Vec::new() },
        ..context! { ..ways, ..frame(visit) }
    };
    visit.page(app, "federation/preview.html", &texts.text("agreement-preview"), data)
}

fn of_plane(app: &App, visit: &Visit, texts: &Texts, one: &PlanePreview) -> Value {
    let counts = one.preview.counts.iter().map(|(kind, count)| {
        context! {
            title => terms::title(app, visit, kind),
            shown => count.shown,
            hidden => count.hidden,
            withdrawn => count.withdrawn,
        }
    });
    context! {
        title => plane(texts, one.plane.as_str()),
        looked_at => one.looked_at,
        entries => one.entries,
        bytes => texts.size(one.preview.bytes),
        counts => counts.collect::<Vec<_>>(),
    }
}

fn personal(app: &App, visit: &Visit, one: &PlanePreview) -> Vec<Value> {
    let field = |((kind, field), class): (&(KindName, String), &tiwizi_federation_core::agreement::Class)| {
        context! {
            kind => terms::title(app, visit, kind),
            label => terms::label(&fields::of_kind(app, visit, kind), kind, field),
            is_sensitive => matches!(class, tiwizi_federation_core::agreement::Class::Sensitive),
        }
    };
    one.preview.personal.iter().map(field).collect()
}

fn sample(app: &App, visit: &Visit, one: &Sample) -> Value {
    let texts = fields::of_kind(app, visit, &one.kind);
    let row = |(field, value): (&String, &String)| {
        context! { label => terms::label(&texts, &one.kind, field), value => &**value }
    };
    context! { title => terms::title(app, visit, &one.kind), rows => one.fields.iter().map(row).collect::<Vec<_>>() }
}

/// What the other side loses and wins, kind by kind.
fn of_changes(app: &App, visit: &Visit, changes: &Difference) -> Vec<Value> {
    let mut found = Vec::new();
    let mut add = |kind: &KindName, key: &'static str, names: Vec<&String>| {
        let texts = fields::of_kind(app, visit, kind);
        let names: Vec<String> = names.into_iter().map(|field| terms::label(&texts, kind, field)).collect();
        let mut args = FluentArgs::new();
        args.set("fields", names.join(" · "));
        found.push(context! { title => terms::title(app, visit, kind), text => texts.text_with(key, &args) });
    };
    for ((_, kind), retractions) in &changes.retract {
        for retraction in retractions {
            match retraction {
                Retraction::Kind => add(kind, "preview-retract-kind", Vec::new()),
                Retraction::Fields(fields) => add(kind, "preview-retract-fields", fields.iter().collect()),
                Retraction::Rows { .. } => add(kind, "preview-retract-rows", Vec::new()),
            }
        }
    }
    for ((_, kind), widenings) in &changes.fill {
        for widening in widenings {
            match widening {
                Widening::Kind => add(kind, "preview-fill-kind", Vec::new()),
                Widening::Fields(fields) => add(kind, "preview-fill-fields", fields.iter().collect()),
                Widening::Rows { .. } => add(kind, "preview-fill-rows", Vec::new()),
            }
        }
    }
    found
}
