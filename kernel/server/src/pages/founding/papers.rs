//! The papers of a file: photographed or scanned, one at a time, so that a slow link loses one and not all.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::HeaderMap;
use minijinja::{Value, context};
use tiwizi_model::FileHash;
use tiwizi_registry::founding::{Document, FoundingError, Paper, Section, Seen, Viewer, paper_list, papers};
use tiwizi_words::Texts;

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{caller, controls, done, id_of, path, seen, sent, words};
use crate::api::founders as api;
use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::{Visitor, refuse_other_sites};
use crate::form::Posted;
use crate::multipart;
use crate::problem::{Fault, Problem};

/// `GET /{language}/founding/{id}/documents`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    page(&app, &visit, &look(&app, &visit, &id).await?, None)
}

/// `POST /{language}/founding/{id}/documents`: nothing is read of what nobody may send.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    request: Request,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let (parts, body) = request.into_parts();
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(&app, &parts).await?;
    if let Err(error) = app.foundings.may_add_document(visitor.caller(), id).await {
        body::pass_over(body).await;
        return Err(error.into());
    }
    let form = multipart::read_form(&app, &parts, body, BodyLimit::PAPER).await?;
    let visit = asked.at(&format!("{}/documents", path(id))).by(&app, form.visitor.clone()).await;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let here = format!("{}/documents", path(id));
    if form.file.is_empty() {
        let seen = look(&app, &visit, &id.to_string()).await?;
        let page = page(&app, &visit, &seen, Some("founding-no-file"))?;
        return Ok(with_status(Fault::Invalid.status(), page));
    }
    let document = form.field("document").unwrap_or_default().to_owned();
    let new = api::store_paper(&app, document, form.name, form.file).await?;
    match app.foundings.add_document(caller(&visit), id, new).await {
        Ok(_) => Ok(visit.go(&format!("{here}?done=founding-document-added"))),
        Err(FoundingError::TooMany) => {
            let seen = look(&app, &visit, &id.to_string()).await?;
            Ok(with_status(Fault::Conflict.status(), page(&app, &visit, &seen, Some("founding-too-many"))?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /{language}/founding/{id}/documents/{hash}`
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path((_, id, hash)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let seen = look(&app, &visit, &id).await?;
    api::send_paper(&app, &seen, &hash, &headers).await
}

/// `POST /{language}/founding/{id}/documents/{hash}/remove`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path((_, id, hash)): Path<(String, String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let here = format!("{}/documents", path(id));
    let visit = sent(&app, asked.at(&here), &posted).await?;
    let hash: FileHash = hash.parse().map_err(|_| Fault::NotFound)?;
    match app.foundings.remove_document(caller(&visit), (id, seen(&posted)?), hash).await {
        Ok(_) => Ok(visit.go(&format!("{here}?done=founding-document-removed"))),
        Err(FoundingError::Moved) => {
            let seen = look(&app, &visit, &id.to_string()).await?;
            Ok(with_status(Fault::Conflict.status(), page(&app, &visit, &seen, Some("founding-moved"))?))
        }
        Err(error) => Err(error.into()),
    }
}

fn page(app: &App, visit: &Visit, seen: &Seen, wrong: Option<&'static str>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let asked = seen.founding.corrections.iter().filter(|one| one.section == Section::Documents);
    let data = context! {
        papers => papers().iter().map(|paper| shown(visit, &texts, seen, paper)).collect::<Vec<_>>(),
        to_verify => paper_list().is_some_and(|list| list.source.to_verify),
        corrections => asked.map(|one| one.text.clone()).collect::<Vec<_>>(),
        open => matches!(seen.viewer, Viewer::Founder(_)) && seen.founding.step.is_open(),
        size_max => texts.size(u64::try_from(tiwizi_model::limits::FOUNDING_DOCUMENT_BYTES_MAX).unwrap_or_default()),
        action => visit.look.address(&format!("{}/documents", path(seen.id))),
        file => visit.look.address(&path(seen.id)),
        seen => seen.version.0,
        wrong => wrong.map(|key| if key == "founding-no-file" { controls::said(&texts, "required") } else { texts.text(key) }),
        done => done(visit),
    };
    visit.page(app, "founding/documents.html", &texts.text("founding-section-documents"), data)
}

fn shown(visit: &Visit, texts: &Texts, seen: &Seen, paper: &Paper) -> Value {
    let of_paper = |document: &&Document| document.document == paper.code;
    let one = |document: &Document| {
        let at = format!("{}/documents/{}", path(seen.id), document.hash);
        context! {
            name => document.name.as_deref(),
            size => texts.size(document.bytes),
            added => texts.date(tiwizi_model::Instant(document.added_at)),
            href => visit.look.address(&at),
            remove => visit.look.address(&format!("{at}/remove")),
        }
    };
    let documents: Vec<Value> = seen.founding.documents.iter().filter(of_paper).map(one).collect();
    context! {
        code => &*paper.code,
        titles => words::wording(texts.language(), &paper.ar, &paper.fr),
        needed => paper.needed,
        documents,
    }
}

async fn look(app: &App, visit: &Visit, id: &str) -> Result<Seen, Problem> {
    let seen = app.foundings.look(caller(visit), id_of(id)?).await?;
    if matches!(seen.viewer, Viewer::Invited(_)) { Err(Fault::NotFound.into()) } else { Ok(seen) }
}
