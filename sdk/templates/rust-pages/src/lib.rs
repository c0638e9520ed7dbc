//! __TITLE__: pages over the register of cooperatives. The plugin keeps nothing of its own.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Answer, Error, Find, Form, Plugin, Request, Route, router};

#[cfg(test)]
mod tests;

/// How many cooperatives a page lists.
const ROWS_MAX: u32 = 20;

/// What stands behind the `?`.
#[derive(Form)]
struct Search {
    #[field(max_length = 100)]
    words: Option<String>,
    after: Option<String>,
}

/// What the page shows of a cooperative. A field that the caller may not see is missing.
#[derive(Debug, Serialize, Deserialize)]
struct Shown {
    #[serde(default)]
    name_fr: String,
    #[serde(default)]
    name_ar: String,
    #[serde(default)]
    commune: String,
}

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct __TYPE__;

impl Plugin for __TYPE__ {
    fn handle(request: &Request) -> Result<Answer, Error> {
        let routes = [Route::get("/", list), Route::get("/cooperatives/{id}", show)];
        router::answer(&routes, request)
    }
}

fn list(request: &Request) -> Result<Answer, Error> {
    let search: Search = request.read_query()?;
    let find = match &search.words {
        Some(words) => Find::new().text(words),
        None => Find::new().sort(Cooperative::NAME_FR),
    };
    let page = registry::cooperatives::<Shown>(&find.limit(ROWS_MAX).after(search.after.as_deref()))?;
    let cooperatives: Vec<_> =
        page.items.iter().map(|entry| json!({ "id": entry.id, "cooperative": entry.body })).collect();
    let data = json!({ "cooperatives": cooperatives, "words": search.words.unwrap_or_default(), "next": page.next });
    Answer::page("list", "__TITLE__", &data)
}

fn show(request: &Request) -> Result<Answer, Error> {
    let found = registry::cooperative::<Shown>(request.parameter("id"))?;
    let entry = found.ok_or_else(|| Error::not_found("there is no such cooperative"))?;
    Answer::page("cooperative", &entry.body.name_fr, &json!({ "cooperative": entry.body }))
}

tiwizi_sdk::export!(__TYPE__);
