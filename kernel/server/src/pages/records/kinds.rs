//! The kinds that a visitor may read, under the plugin that declares them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::PluginId;
use tiwizi_records::Kind;
use tiwizi_registry::kinds::Names;
use tiwizi_registry::readers::{By, Measure, Sight, Statistics};

use super::super::exchange;
use super::super::said::said;
use super::super::visit::Visit;
use super::opened::{Opened, path_of};
use super::words::{kind_said, readable};
use crate::app::App;
use crate::national::cover;
use crate::problem::Problem;

/// `GET /{language}/records`
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let totals = Totals::seen(&app, &visit).await?;
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for kind in app.records.kinds().iter() {
        let Some(opened) = Opened::of_kind(&app, &visit, Arc::clone(kind)) else { continue };
        let shown = context! {
            title => kind_said(kind, &visit.look),
            name => kind.name().as_str(),
            href => visit.look.address(&path_of(kind)),
            count => count(&app.pages.names, &totals, kind),
            may_create => opened.may_create().is_some(),
        };
        groups.entry(kind.name().namespace().to_owned()).or_default().push(shown);
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(namespace, kinds)| context! { title => namespace_title(&app, &visit, &namespace), kinds })
        .collect();
    let may_decide = app.records.may_read(visit.visitor.caller(), &app.pages.names.duplicate).is_ok();
    let duplicates = may_decide.then(|| visit.look.address("/register/duplicates"));
    let may_find = app.records.may_read(visit.visitor.caller(), &app.pages.names.person).is_ok();
    let persons = may_find.then(|| visit.look.address("/register/persons"));
    let answers = visit.visitor.caller().holds(tiwizi_identity::Role::Registrar);
    let requests = answers.then(|| visit.look.address("/register/requests"));
    let data = context! { groups, duplicates, persons, requests, exchange => exchange::ways(&visit) };
    visit.page(&app, "records/kinds.html", &visit.texts(&app).text("records"), data)
}

/// The sums of the register, as the visitor may see them: whoever reads memberships of some provinces does not work out a small count of the
/// others from the sum of all.
struct Totals {
    cooperatives: Option<i64>,
    members: Option<i64>,
}

impl Totals {
    async fn seen(app: &App, visit: &Visit) -> Result<Self, Problem> {
        let sight = Sight::of(visit.visitor.caller());
        let mut statistics = Statistics::open(&app.db, app.ambient.now()).await?;
        cover(app, &mut statistics).await?;
        Ok(Self {
            cooperatives: statistics.table(Measure::Cooperatives, By::Region, sight).await?.total,
            members: statistics.table(Measure::Members, By::Region, sight).await?.total,
        })
    }
}

/// How many there are, where a reader of the log keeps a count and the visitor may see it.
fn count(names: &Names, totals: &Totals, kind: &Kind) -> Option<Value> {
    let (label, count) = match kind.name() {
        name if *name == names.cooperative => ("total-cooperatives", totals.cooperatives?),
        name if *name == names.membership => ("total-members", totals.members?),
        _ => return None,
    };
    Some(context! { label, count })
}

/// The name of whoever declares a kind.
pub(super) fn namespace_title(app: &App, visit: &Visit, namespace: &str) -> Value {
    if namespace == "registry" {
        return visit.texts(app).text("namespace-registry").into();
    }
    let plugin = namespace.parse::<PluginId>().ok().and_then(|id| app.host.plugin(&id));
    plugin.map_or_else(|| readable(namespace).into(), |plugin| said(&visit.look, &plugin.name))
}
