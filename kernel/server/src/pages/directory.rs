//! The directory: every cooperative of the register, by name, place and sector.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_identity::Caller;
use tiwizi_model::{Language, ProvinceCode, Record, limits};
use tiwizi_records::query::Page;
use tiwizi_records::{Filter, Query};
use tiwizi_registry::readers::{self, By, Counted, Measure};
use tiwizi_registry::{sectors, territory};
use tiwizi_words::Texts;

use super::exchange;
use super::federation::coverage::{covered, home};
use super::register;
use super::visit::{Asked, Visit};
use crate::app::App;
use crate::caller::Visitor;
use crate::problem::Problem;

/// The cooperatives of one page: few enough for a phone on a poor link.
const CARDS: u32 = 20;

/// What the reader looks for. What is not understood is left out: an old link still leads somewhere.
#[derive(Debug, Default, PartialEq, Eq)]
struct Search {
    text: Option<String>,
    place: Option<String>,
    sector: Option<String>,
    cursor: Option<String>,
}

impl Search {
    fn read(parameters: Vec<(String, String)>) -> Self {
        let mut search = Self::default();
        for (name, value) in parameters {
            let value = value.trim();
            match name.as_str() {
                "q" if !value.is_empty() => search.text = Some(value.chars().take(limits::SEARCH_CHARS_MAX).collect()),
                "place" => search.place = known_province(value),
                "sector" => search.sector = sectors::sector(value).map(|sector| sector.code.clone()),
                "cursor" if !value.is_empty() => search.cursor = Some(value.to_owned()),
                _ => {}
            }
        }
        search
    }

    /// The question, in an order that an index has: by name, or as the words are found.
    fn query(&self, language: Language) -> Query {
        let place = self.place.as_deref().map(|code| Filter::equals("province", code));
        let sector = self.sector.as_deref().map(|code| Filter::equals("sector", code));
        let filters: Vec<Filter> = place.into_iter().chain(sector).collect();
        let by_arabic_name = filters.is_empty() && language.is_right_to_left();
        let name = if by_arabic_name { "name_ar" } else { "name_fr" };
        Query {
            sort: self.text.is_none().then(|| (name.to_owned(), false)),
            text: self.text.clone(),
            filters,
            limit: CARDS,
            cursor: self.cursor.clone(),
        }
    }

    /// The address of this search, with a cursor or from its beginning.
    fn address(&self, directory: &str, cursor: Option<&str>) -> String {
        let pairs = [
            ("q", self.text.as_deref()),
            ("place", self.place.as_deref()),
            ("sector", self.sector.as_deref()),
            ("cursor", cursor),
        ];
        let given = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query: Vec<String> =
            given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
        if query.is_empty() { directory.to_owned() } else { format!("{directory}?{}", query.join("&")) }
    }

    fn is_narrowed(&self) -> bool {
        self.text.is_some() || self.place.is_some() || self.sector.is_some()
    }
}

fn known_province(text: &str) -> Option<String> {
    let code: ProvinceCode = text.parse().ok()?;
    territory::province(code).map(|province| province.code.to_string())
}

/// `GET /{language}/directory`
pub(super) async fn show(State(app): State<Arc<App>>, asked: Asked, visitor: Visitor) -> Result<Response, Problem> {
    let search = Search::read(asked.parameters()?);
    let visit = asked.by(&app, visitor).await;
    // The directory shows what is public, to everybody the same.
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.cooperative)?;
    let page = app.records.list(&permit, &search.query(visit.look.language)).await?;
    let total = count(&app, &search, &page).await?;
    let texts = visit.texts(&app);
    let coverage = app.national().coverage().await?;
    let directory = visit.look.address("/directory");
    let shown = |record: &Record| card(&visit, &texts, record, home(&app, &texts, &coverage, record));
    let data = context! {
        search => context! {
            text => search.text.as_deref().unwrap_or_default(),
            place => search.place.as_deref().unwrap_or_default(),
            sector => search.sector.as_deref().unwrap_or_default(),
        },
        narrowed => search.is_narrowed(),
        exchange => exchange::ways(&visit),
        regions => register::regions(visit.look.language),
        sectors => register::sector_choices(&texts),
        total,
        coverage => covered(&visit, &texts, &coverage),
        results => page.items.iter().map(shown).collect::<Vec<_>>(),
        next => page.next.as_deref().map(|cursor| search.address(&directory, Some(cursor))),
        first => search.cursor.is_some().then(|| search.address(&directory, None)),
    };
    visit.page(&app, "directory.html", &texts.text("directory"), data)
}

/// How many there are, where a count is kept or the whole list is in view. The list holds what came of other homes as well.
async fn count(app: &App, search: &Search, page: &Page) -> Result<Option<i64>, Problem> {
    if search.cursor.is_none() && page.next.is_none() {
        return Ok(i64::try_from(page.items.len()).ok());
    }
    let now = app.ambient.now();
    let (by, code) = match (&search.text, &search.place, &search.sector) {
        (None, None, None) => return Ok(Some(readers::totals(&app.db, Counted::All, now).await?.cooperatives)),
        (None, Some(place), None) => (By::Province, place),
        (None, None, Some(sector)) => (By::Sector, sector),
        _ => return Ok(None),
    };
    let counts = readers::counts(&app.db, Counted::All, (Measure::Cooperatives, by), now).await?;
    Ok(counts.into_iter().find(|(key, _)| key == code).map(|(_, count)| count))
}

fn card(visit: &Visit, texts: &Texts, record: &Record, home: Option<Value>) -> Value {
    let language = visit.look.language;
    let field = |name: &str| record.body.get(name).and_then(serde_json::Value::as_str);
    let mut names = register::names(language, &record.body).into_iter();
    let first = names.next().map(|name| name.value());
    let province = field("province").and_then(|code| register::province(language, code));
    // A commune often has its province's name.
    let mut places: Vec<String> = Vec::new();
    for place in [field("commune").map(ToOwned::to_owned), province.map(|name| name.to_string())].into_iter().flatten()
    {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    context! {
        url => visit.look.address(&format!("/directory/{}", record.id)),
        name => first.unwrap_or_else(|| context! { language => "", text => field("number").unwrap_or_default() }),
        names => names.map(|name| name.value()).collect::<Vec<_>>(),
        sector => field("sector").map(|code| register::sector(texts, code)),
        places => places,
        home,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(pairs: &[(&str, &str)]) -> Search {
        Search::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let found = search(&[("q", "  "), ("place", "99.999"), ("sector", "space"), ("utm", "x"), ("cursor", "")]);
        assert_eq!(found, Search::default());
        assert!(!found.is_narrowed());
    }

    #[test]
    fn a_search_reads_its_own_address() {
        let first = search(&[("q", "argan & ⴰⵔⴳⴰⵏ"), ("place", "09.541"), ("sector", "argan")]);
        let address = first.address("/shi/directory", None);
        let query = address.split_once('?').unwrap().1;
        assert_eq!(Search::read(crate::parameters::decode_pairs(query).unwrap()), first);
        assert_eq!(Search::default().address("/fr/directory", None), "/fr/directory");
    }

    #[test]
    fn a_list_is_sorted_by_a_name_that_has_an_index() {
        let sort = |search: &Search, language| search.query(language).sort.map(|(field, _)| field);
        assert_eq!(sort(&search(&[]), Language::Darija).as_deref(), Some("name_ar"));
        assert_eq!(sort(&search(&[("sector", "argan")]), Language::Arabic).as_deref(), Some("name_fr"));
        assert_eq!(sort(&search(&[("q", "x")]), Language::French), None);
    }
}
