//! A model's sheet: its chapters, and every figure of its plan.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, context};

use super::{figures, inputs, proposals};
use crate::improve::kinds::Proposal;
use crate::kinds::Model;
use crate::learn;
use crate::plan::{check, outcome, rules::Rules};

/// `GET /models/{model}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    page(request, &Model::demand(request.parameter("model"))?.body, false)
}

/// A model's sheet; as a preview it is not published, and nobody takes it.
pub(super) fn page(request: &Request, model: &Model, is_preview: bool) -> Result<Answer, Error> {
    let (language, caller) = (request.page_language(), context::caller());
    let figures = check(&model.plan).ok().map(|checked| figures::view(&outcome(&checked), &model.plan, language));
    let chapters: Vec<Value> = model
        .chapters
        .iter()
        .map(|chapter| json!({ "about": chapter.about, "text": chapter.text.best(language) }))
        .collect();
    let title = model.title.best(language);
    let drafted = language.best(&model.title.languages()).is_some_and(|shown| model.drafts.contains(&shown));
    let data = json!({
        "model": {
            "code": model.code,
            "version": model.version,
            "title": title,
            "summary": model.summary.best(language),
            "sector": model.sector,
            "publics": model.publics,
            "categories": model.categories,
            "provinces": model.provinces,
            "learn": learn::modules(&model.learn),
            "example": model.example,
            "sources": model.sources,
            "licence": model.licence,
            "author": model.author,
            "reviewers": model.reviewers,
        },
        "preview": is_preview,
        "draft": drafted,
        "chapters": chapters,
        "groups": inputs::groups(&model.plan, language),
        "rules": Rules::at(&model.plan.start).map(|rules| json!({ "source": rules.source, "checked": rules.checked })),
        "figures": figures,
        "proposals": Proposal::taken(&model.code, 0)?,
        "waiting": if proposals::decides(&caller) { Some(proposals::waiting(&model.code)?) } else { None },
        "can_adopt": !is_preview && caller.person.is_some(),
    });
    Answer::page("sheet", title, &data)
}
