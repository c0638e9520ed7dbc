//! The list of models: by words, by sector, by what they cost at most. It reads their cards and no sheet.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Language, Request, Store, context};

use super::model_desk;
use crate::card::Card;
use crate::kinds::{Sector, State};

/// Models on one page.
const MODELS_MAX: u32 = 24;

#[derive(Form)]
struct Search {
    #[field(max_length = 200)]
    words: Option<String>,
    sector: Option<Sector>,
    #[field(max = 1_000_000_000)]
    amount: Option<u64>,
    #[field(max_length = 500)]
    after: Option<String>,
}

/// `GET /?words=…&sector=…&amount=…`
pub(crate) fn models(request: &Request) -> Result<Answer, Error> {
    let (language, caller) = (request.page_language(), context::caller());
    let (search, filled) = match request.read_query::<Search>() {
        Ok(search) => (search, true),
        Err(_) => (Search { words: None, sector: None, amount: None, after: None }, false),
    };
    let mut find = Find::new().equal(Card::STATE, State::Published);
    if let Some(sector) = search.sector {
        find = find.equal(Card::SECTOR, sector);
    }
    if let Some(amount) = search.amount {
        find = find.at_most(Card::AMOUNT, amount);
    }
    if let Some(words) = &search.words {
        find = find.text(words);
    }
    let page = Store::list(&find.limit(MODELS_MAX).after(search.after.as_deref()))?;
    let models: Vec<Value> = page.items.iter().map(|entry| view(entry, language)).collect();
    let data = json!({
        "models": models,
        "sectors": Sector::ALL,
        "words": search.words.unwrap_or_default(),
        "sector": search.sector,
        "amount": search.amount,
        "understood": filled,
        "next": page.next,
        "is_author": model_desk::is_author(&caller),
        "has_person": caller.person.is_some(),
        "decides": super::proposals::decides(&caller),
    });
    Answer::page("models", "", &data)
}

fn view(entry: &Entry<Card>, language: Language) -> Value {
    let model = &entry.body;
    json!({
        "code": model.code,
        "title": model.title.best(language),
        "summary": model.summary.best(language),
        "sector": model.sector,
        "publics": model.publics,
        "amount": model.amount,
        "example": model.example,
    })
}
