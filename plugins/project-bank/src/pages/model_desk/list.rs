//! All models of the desk: what is in work, what is published, and beginning a new one from nothing or from a copy.

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Language, Request, Store, Texts};

use super::part::is_code;
use super::{to_sheet, trainer};
use crate::card::Card;
use crate::drafts::kinds::ModelDraft;
use crate::kinds::{Model, ModelVersion, Sector};

/// Models, and drafts, on one page.
const MODELS_MAX: u32 = 24;
const DRAFTS_MAX: u32 = 50;

#[derive(Form)]
struct Search {
    #[field(max_length = 200)]
    words: Option<String>,
    #[field(max_length = 500)]
    after: Option<String>,
    #[field(max_length = 500)]
    drafts: Option<String>,
}

#[derive(Form)]
struct Begun {
    #[field(min_length = 2, max_length = 32)]
    code: String,
    #[field(min_length = 2, max_length = 200)]
    title_ar: Option<String>,
    #[field(min_length = 2, max_length = 200)]
    title_fr: Option<String>,
    sector: Option<Sector>,
    #[field(max_length = 200)]
    author: Option<String>,
    #[field(max_length = 32)]
    from: Option<String>,
}

/// `GET /model-desk?words=…`
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    trainer()?;
    let form = match request.query("from") {
        Some(from) => Filled::empty().with("from", from),
        None => Filled::empty(),
    };
    page(request, &form)
}

fn page(request: &Request, form: &Filled) -> Result<Answer, Error> {
    let language = request.page_language();
    let search = request.read_query::<Search>().unwrap_or(Search { words: None, after: None, drafts: None });
    let find = Find::<ModelDraft>::new().limit(DRAFTS_MAX).after(search.drafts.as_deref());
    let drafts = Store::list(&find)?;
    let mut find = Find::<Card>::new().limit(MODELS_MAX).after(search.after.as_deref());
    if let Some(words) = &search.words {
        find = find.text(words);
    }
    let models = Store::list(&find)?;
    let from = form.value("from").filter(|from| !from.is_empty());
    let copied = match from {
        Some(from) => Card::find(from)?.map(|card| card.title.best(language).to_owned()),
        None => None,
    };
    let data = json!({
        "drafts": drafts.items.iter().map(|entry| draft_row(entry, language)).collect::<Vec<_>>(),
        "more_drafts": drafts.next,
        "models": models.items.iter().map(|entry| row(entry, language)).collect::<Vec<_>>(),
        "next": models.next,
        "words": search.words,
        "sectors": Sector::ALL,
        "from": from,
        "copied": copied,
        "form": form,
    });
    Answer::page("model-desks", "", &data)
}

fn draft_row(entry: &Entry<ModelDraft>, language: Language) -> Value {
    let draft = &entry.body;
    json!({
        "code": draft.code,
        "title": draft.title.best(language),
        "stage": draft.stage,
        "is_new": draft.base == 0,
        "sent_back": !draft.remark.is_empty(),
    })
}

fn row(entry: &Entry<Card>, language: Language) -> Value {
    let model = &entry.body;
    json!({
        "code": model.code,
        "title": model.title.best(language),
        "state": model.state,
        "version": model.version,
        "sector": model.sector,
    })
}

/// `POST /model-desk`: a new sheet, empty or, with `from`, with everything that stands in a model. The same form twice makes one.
pub(crate) fn create(request: &Request) -> Result<Answer, Error> {
    let account = trainer()?;
    let begun = match request.read_form::<Begun>() {
        Ok(begun) => begun,
        Err(filled) => return Ok(page(request, &filled)?.with_status(422)),
    };
    let mut title = Texts::new();
    for (language, text) in [(Language::Arabic, &begun.title_ar), (Language::French, &begun.title_fr)] {
        if let Some(text) = text {
            title.insert(language, text.as_str());
        }
    }
    let mut filled = Filled::of(request);
    if title.is_empty() {
        filled = filled.refuse("title_fr", "required");
    }
    if !is_code(&begun.code) {
        filled = filled.refuse("code", "pattern");
    }
    let model = match begun.from.as_deref() {
        Some(from) => Model::find(from)?,
        None => None,
    };
    if begun.from.is_some() && model.is_none() {
        filled = filled.refuse("code", "no-model");
    }
    if !filled.is_good() {
        return Ok(page(request, &filled)?.with_status(422));
    }
    let mut draft = match model {
        Some(model) => ModelDraft::of(&model.body).copied(&begun.code, title),
        None => ModelDraft::empty(&begun.code, title),
    };
    if let Some(sector) = begun.sector.filter(|_| begun.from.is_none()) {
        draft.sector = sector;
    }
    draft.author = begun.author.unwrap_or_default();
    draft.authors = vec![account];
    let there = ModelDraft::find(&begun.code)?;
    if there.as_ref().is_some_and(|entry| entry.body == draft) {
        return Ok(to_sheet(&begun.code));
    }
    // A code is never given twice, not even when its model is gone: plans that were taken from it know it by that.
    if there.is_some() || Model::find(&begun.code)?.is_some() || ModelVersion::highest(&begun.code)? > 0 {
        let filled = filled.refuse("code", "duplicate");
        return Ok(page(request, &filled)?.with_status(422));
    }
    match Store::create(&draft) {
        Ok(_) => Ok(to_sheet(&begun.code)),
        Err(error) => Ok(page(request, &filled.refused_by(error)?)?.with_status(422)),
    }
}
