//! Writing an agreement: with whom and about which kinds, then its terms, then what it would give, then the offer.
//!
//! Nothing is stored before the offer: what was filled in goes from page to page with its reader, who may also keep it as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_federation::agreements::{Agreement, AgreementsError, Draft, DraftForm, KindForm};
use tiwizi_model::KindName;
use tiwizi_model::limits::FED_AGREEMENT_BYTES_MAX;
use tiwizi_registry::day::Day;
use tiwizi_storage::federation::peer::{self, PeerRow};

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{AGREEMENTS, form, frame, given, nowhere, posted, preview, wrongs};
use crate::api::agreements::id_of;
use crate::app::App;
use crate::federation::{Door, door, may_decide, may_see};
use crate::form::Posted;
use crate::parameters::decode_pairs;
use crate::problem::{Fault, Problem};

/// What a new draft begins with.
const DAYS: u32 = 365;
const ERASURE_DAYS: u32 = 30;

/// `GET /{language}/federation/agreements/new`: the choice of whom and what; with `peer` and kinds, or with `follows`, the form.
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    may_decide(&visit.visitor)?;
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let pairs = decode_pairs(&visit.look.query)?;
    let one = |name: &str| pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    if let Some(id) = one("follows") {
        let found = door.show(&view, id_of(&id)?).await?;
        let current = found.current.as_ref().ok_or(Fault::NotFound)?;
        let draft = Draft::after(&current.document, &door.me()).ok_or(Fault::NotFound)?;
        return fill(&app, &visit, &door, (&DraftForm::of(&draft), Vec::new())).await;
    }
    let kinds = |side: &str| -> BTreeMap<String, KindForm> {
        let chosen = pairs.iter().filter(|(name, _)| name == side).map(|(_, kind)| kind);
        let known = chosen.filter_map(|kind| Some((kind.clone(), door.kinds().get(&kind.parse::<KindName>().ok()?)?)));
        known.map(|(kind, classes)| (kind, form::proposed(classes))).collect()
    };
    let (gives, takes) = (kinds("gives"), kinds("takes"));
    let peer = one("peer").unwrap_or_default();
    if peer.is_empty() || (gives.is_empty() && takes.is_empty()) {
        return choose(&app, &visit, &door, (&peer, "", Vec::new())).await;
    }
    let expires_on = Day::of(app.ambient.now()).plus_days(DAYS).to_string();
    let (retention_days, erasure_days) = (DAYS, ERASURE_DAYS);
    let draft = DraftForm { peer, expires_on, retention_days, erasure_days, gives, takes, ..DraftForm::default() };
    fill(&app, &visit, &door, (&draft, Vec::new())).await
}

/// `POST /{language}/federation/agreements/new`: looks at the draft, changes it again, or offers it.
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, form: Posted) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let (decision, view) = (may_decide(&visit.visitor)?, may_see(&visit.visitor)?);
    let door = door(&app)?;
    let what = form.field("do").unwrap_or_default();
    let draft = match what {
        "preview" => given::draft(&form),
        "file" => match read(form.field("file").unwrap_or_default()) {
            Some(draft) => draft,
            None => {
                let text = form.field("file").unwrap_or_default();
                let wrong = vec![context! { key => "agreement-wrong-file", place => "" }];
                let again = choose(&app, &visit, &door, ("", text, wrong)).await?;
                return Ok(with_status(Fault::Invalid.status(), again));
            }
        },
        "edit" | "offer" => read(form.field("draft").unwrap_or_default()).ok_or(Fault::Malformed)?,
        _ => return Err(Problem::field("/do", "required", "the form does not say what is to be done")),
    };
    if what == "edit" {
        return fill(&app, &visit, &door, (&draft, Vec::new())).await;
    }
    let written = match draft.draft() {
        Ok(written) => written,
        Err(faults) => return refused(&app, &visit, &door, &draft, AgreementsError::Faults(faults)).await,
    };
    if what == "offer" {
        return match door.offer(&decision, &written).await {
            Ok(id) => Ok(visit.go(&format!("{AGREEMENTS}/{id}?done=agreement-offered"))),
            Err(error) => refused(&app, &visit, &door, &draft, error).await,
        };
    }
    let document = match door.write(&view, &written).await {
        Ok(document) => document,
        Err(error) => return refused(&app, &visit, &door, &draft, error).await,
    };
    let before: Option<Agreement> = match written.follows {
        Some(id) => Some(door.show(&view, id).await?),
        None => None,
    };
    let previewed = door.preview(&view, &document).await?;
    preview::of_draft(&app, &visit, &door, (&document, before.as_ref(), &previewed), &draft)
}

/// A draft out of a file, or out of the page that it was carried on.
fn read(text: &str) -> Option<DraftForm> {
    let value = tiwizi_records::json::parse(text.as_bytes(), FED_AGREEMENT_BYTES_MAX).ok()?;
    serde_json::from_value(value).ok()
}

/// The form again, with what is wrong with it.
async fn refused(
    app: &App,
    visit: &Visit,
    door: &Door,
    draft: &DraftForm,
    error: AgreementsError,
) -> Result<Response, Problem> {
    let Some(wrong) = wrongs(&error) else { return Err(error.into()) };
    let status = Problem::from(error).fault().status();
    let again = fill(app, visit, door, (draft, wrong)).await?;
    Ok(with_status(status, again))
}

/// Those with whom something can be agreed on.
async fn peers(app: &App) -> Result<Vec<PeerRow>, Problem> {
    Ok(peer::all(&mut *app.db.read_single().await?).await?)
}

async fn choose(
    app: &App,
    visit: &Visit,
    door: &Door,
    (chosen, file, wrong): (&str, &str, Vec<Value>),
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let peers = peers(app).await?;
    let one = |peer: &PeerRow| {
        let id = form::id_of(peer);
        let selected = id == chosen;
        context! { id, name => &*peer.name, selected }
    };
    let data = context! {
        peers => peers.iter().map(one).collect::<Vec<_>>(),
        planes => form::choices(app, visit, &texts, door.kinds()),
        action => visit.look.address(&format!("{AGREEMENTS}/new")),
        file,
        wrong,
        ..frame(visit)
    };
    visit.page(app, "federation/new.html", &texts.text("agreement-new"), data)
}

async fn fill(
    app: &App,
    visit: &Visit,
    door: &Door,
    (draft, wrong): (&DraftForm, Vec<Value>),
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let peers = peers(app).await?;
    let data = context! {
        form => form::controls(app, visit, door.kinds(), draft, &peers),
        file => serde_json::to_string_pretty(draft).map_err(Problem::internal)?,
        here => &*app.instance.name,
        action => visit.look.address(&format!("{AGREEMENTS}/new")),
        wrong,
        ..frame(visit)
    };
    visit.page(app, "federation/form.html", &texts.text("agreement-new"), data)
}
