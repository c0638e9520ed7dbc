//! The numbers of the register: sums, a map of the regions, bars and lines, each with its table and its CSV. Counts are those that a reader
//! of the log keeps; the public does not see small counts of people.

pub(super) mod funnel;
mod keys;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::{HeaderValue, header};
use minijinja::{Value, context};
use tiwizi_model::limits;
use tiwizi_registry::day::civil_year;
use tiwizi_registry::readers::{By, Measure, Sight, Statistics, Table};
use tiwizi_words::Texts;

use super::charts::{Bar, Frame, Naming, Point, Tile, bars, line, tiles};
use super::federation::coverage::covered;
use super::visit::Visit;
use crate::ages;
use crate::app::App;
use crate::national::cover;
use crate::open_data;
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// `GET /{language}/statistics`
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let (measure, year) = chosen(&visit.look.query)?;
    let sight = Sight::of(visit.visitor.caller());
    let texts = visit.texts(&app);
    let now = app.ambient.now();
    let mut statistics = Statistics::open(&app.db, now).await?;
    let is_another_year = ages::take(&mut statistics, year.as_deref(), &visit.visitor, now)?;
    let coverage = cover(&app, &mut statistics).await?;
    let rule = statistics.youth_rule();
    let mut sums = Vec::new();
    let mut is_anything_hidden = false;
    for measure in Measure::ALL {
        let by = measure.splits().first().copied().unwrap_or(By::Year);
        let table = statistics.table(measure, by, sight).await?;
        is_anything_hidden |= table.has_hidden();
        sums.push((measure, table.total, table.is_unknown));
    }
    let page = Drawing {
        texts: &texts,
        is_right_to_left: visit.look.language.is_right_to_left(),
        ages: is_another_year.then_some(rule.reference_year),
        coverage: covered(&visit, &texts, &coverage),
    };
    let mut sections = Vec::new();
    for by in measure.splits() {
        let table = statistics.table(measure, *by, sight).await?;
        is_anything_hidden |= table.has_hidden();
        let part = match (measure, by) {
            (Measure::Members, By::Region) => Some(statistics.table(Measure::Women, *by, sight).await?),
            _ => None,
        };
        sections.push(page.section(&table, part.as_ref()));
    }
    let as_of = statistics.as_of();
    let data = context! {
        measures => sums.iter().map(|(one, sum, unknown)| page.sum(&visit, *one, (*sum, *unknown), measure))
            .collect::<Vec<_>>(),
        coverage => &page.coverage,
        measure => measure.name(),
        sections,
        youth => context! { age => rule.age_max, year => rule.reference_year.to_string() },
        follows_ages => measure.splits().iter().any(|by| measure.follows_ages(*by)),
        years => context! { first => limits::AGES_YEAR_MIN, last => civil_year(now) },
        as_of => as_of.at.map(|at| context! { moment => texts.moment(at), seq => as_of.seq.0 }),
        minimum => limits::STATISTICS_CELL_MIN,
        hidden => is_anything_hidden,
        staff => sight == Sight::Staff,
        office => matches!(sight, Sight::Provinces(_)),
        funnel => visit.look.address("/statistics/journey"),
        catalogue => open_data::CATALOGUE,
        licence => open_data::LICENCE_NAME,
    };
    let mut response = visit.page(&app, "statistics.html", &texts.text("statistics"), data)?;
    response.headers_mut().append(header::LINK, HeaderValue::from_static(open_data::LINKS));
    Ok(response)
}

/// The measure of the address, members when it names none that there is; and the year of ages, when it names one.
fn chosen(query: &str) -> Result<(Measure, Option<String>), Problem> {
    let pairs = decode_pairs(query)?;
    let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let measure = value("measure").and_then(Measure::named).unwrap_or(Measure::Members);
    Ok((measure, value(ages::PARAMETER).filter(|year| !year.is_empty()).map(str::to_owned)))
}

/// What sections are drawn with.
struct Drawing<'a> {
    texts: &'a Texts,
    is_right_to_left: bool,
    /// The year of ages, when it is another than the one that stands: addresses carry it on.
    ages: Option<u16>,
    /// Of which regions something is known, and as of when; none where this instance is not the nation.
    coverage: Option<Value>,
}

impl Drawing<'_> {
    /// A sum, as a door to its measure.
    fn sum(&self, visit: &Visit, measure: Measure, (sum, is_unknown): (Option<i64>, bool), chosen: Measure) -> Value {
        context! {
            title => self.measure(measure),
            shown => self.said(sum, is_unknown),
            url => format!("{}?measure={}{}", visit.look.address("/statistics"), measure.name(), self.year('&')),
            current => measure == chosen,
        }
    }

    /// The year of ages as a parameter of an address, after the sign that joins it.
    fn year(&self, joint: char) -> String {
        self.ages.map(|year| format!("{joint}{}={year}", ages::PARAMETER)).unwrap_or_default()
    }

    /// One chart with its table.
    fn section(&self, table: &Table, part: Option<&Table>) -> Value {
        let by = self.texts.text(&open_data::split_key(table.measure, table.by));
        let title = format!("{} · {by}", self.measure(table.measure));
        let id = format!("{}-{}", table.measure.name(), table.by.name());
        let description = self.description(table);
        let frame = |id| Frame {
            id,
            title: &title,
            description: &description,
            is_right_to_left: self.is_right_to_left,
            naming: Naming::Elements,
        };
        let map_id = format!("{id}-map");
        let map = (table.by == By::Region).then(|| tiles(&frame(&map_id), &self.tiles(table)));
        let chart = match table.by {
            // Seventy-five bars are a table.
            By::Province => None,
            By::Year => {
                let points = self.points(table);
                let largest = table.rows.iter().filter_map(|row| row.amount).max();
                (points.len() > 1).then(|| line(&frame(&id), &points, &self.amount(largest)))
            }
            By::Region | By::Sector | By::Size | By::Age => Some(bars(&frame(&id), &self.bars(table, part))),
        };
        context! {
            id, by,
            title => &*title,
            map => map.map(Value::from_safe_string),
            chart => chart.map(Value::from_safe_string),
            legend => part.map(|part| vec![self.measure(part.measure), self.texts.text("statistics-others")]),
            column => self.measure(table.measure),
            part => part.map(|part| self.measure(part.measure)),
            rows => self.rows(table, part),
            coverage => &self.coverage,
            total => self.said(table.total, table.is_unknown),
            part_total => part.map(|part| self.said(part.total, part.is_unknown)),
            csv => format!("/open-data/statistics/{}{}", open_data::file(table.measure, table.by), self.year('?')),
        }
    }

    fn rows(&self, table: &Table, part: Option<&Table>) -> Vec<Value> {
        let rows = table.rows.iter().enumerate();
        rows.map(|(index, row)| {
            let part = part.and_then(|part| part.rows.get(index)).map(|row| self.said(row.amount, row.is_unknown));
            context! {
                code => keys::is_coded(table.by).then_some(row.key.as_str()),
                name => keys::name(self.texts, table.by, &row.key),
                shown => self.said(row.amount, row.is_unknown),
                hidden => row.amount.is_none(),
                part,
            }
        })
        .collect()
    }

    fn tiles(&self, table: &Table) -> Vec<Tile> {
        let tile = |row: &tiwizi_registry::readers::Row| {
            let shown = self.said(row.amount, row.is_unknown);
            let hint = format!("{}: {shown}", keys::name(self.texts, table.by, &row.key));
            // A tile has room for a sign alone; its hint says what the sign means.
            let short = if row.is_unknown { "?".to_owned() } else { self.short(row.amount) };
            Tile { code: row.key.clone(), hint, shown: short, amount: row.amount }
        };
        table.rows.iter().map(tile).collect()
    }

    /// Bars of one part; or of the part and the others, where both may be seen.
    fn bars(&self, table: &Table, part: Option<&Table>) -> Vec<Bar> {
        let rows = table.rows.iter().enumerate();
        rows.map(|(index, row)| {
            let hint = |amount: i64| self.amount(Some(amount));
            let inner = part.and_then(|part| part.rows.get(index)).and_then(|row| row.amount);
            let parts = match (row.amount, inner) {
                (None, _) => Vec::new(),
                (Some(amount), Some(inner)) => {
                    let others = amount.saturating_sub(inner);
                    vec![(hint(inner), inner), (hint(others), others)]
                }
                // With a part that is hidden, the whole stands where the others do.
                (Some(amount), None) if part.is_some() => vec![(hint(0), 0), (hint(amount), amount)],
                (Some(amount), None) => vec![(hint(amount), amount)],
            };
            let label = keys::name(self.texts, table.by, &row.key);
            Bar { label, shown: self.said(row.amount, row.is_unknown), parts }
        })
        .collect()
    }

    /// Every year from the first to the last, also those with nothing; what has no year is in the table alone.
    fn points(&self, table: &Table) -> Vec<Point> {
        let known = |row: &tiwizi_registry::readers::Row| row.key.parse::<u16>().ok().map(|year| (year, row.amount));
        let years: std::collections::BTreeMap<u16, Option<i64>> = table.rows.iter().filter_map(known).collect();
        let (Some(first), Some(last)) = (years.keys().next(), years.keys().next_back()) else { return Vec::new() };
        let point = |year: u16| {
            let amount = years.get(&year).copied().unwrap_or(Some(0));
            let hint = |amount: i64| (amount, format!("{year}: {}", self.amount(Some(amount))));
            Point { label: year.to_string(), amounts: vec![amount.map(hint)] }
        };
        (*first..=*last).map(point).collect()
    }

    fn measure(&self, measure: Measure) -> String {
        self.texts.text(&format!("measure-{}", measure.name()))
    }

    /// An amount in words; what is not known, and what is hidden, says so.
    fn said(&self, amount: Option<i64>, is_unknown: bool) -> String {
        if is_unknown { self.texts.text("statistics-no-data") } else { self.amount(amount) }
    }

    /// An amount in words; what is hidden says so.
    fn amount(&self, amount: Option<i64>) -> String {
        amount.map_or_else(|| self.texts.text("statistics-hidden"), |amount| self.texts.number(float(amount)))
    }

    /// The same in the room of a tile: thousands and millions as such.
    fn short(&self, amount: Option<i64>) -> String {
        let Some(amount) = amount else { return self.amount(None) };
        let (unit, key) = match amount {
            ..100_000 => return self.amount(Some(amount)),
            100_000..1_000_000 => (1_000, "statistics-thousands"),
            1_000_000..1_000_000_000 => (1_000_000, "statistics-millions"),
            _ => (1_000_000_000, "statistics-thousand-millions"),
        };
        let mut args = FluentArgs::new();
        args.set("amount", self.texts.number(float(amount / unit)));
        self.texts.text_with(key, &args)
    }

    /// What a chart shows, in a sentence.
    fn description(&self, table: &Table) -> String {
        let mut shown: Vec<_> = table.rows.iter().filter_map(|row| Some((row.amount?, row))).collect();
        shown.sort_by_key(|(amount, _)| *amount);
        let Some((amount, row)) = shown.last() else { return self.texts.text("statistics-chart-empty") };
        let mut args = FluentArgs::new();
        args.set("name", self.texts.value(&keys::name(self.texts, table.by, &row.key)));
        args.set("amount", self.amount(Some(*amount)));
        self.texts.text_with("statistics-chart", &args)
    }
}

/// An amount for the functions that write numbers.
fn float(amount: i64) -> f64 {
    amount.to_string().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_shows_members() {
        assert_eq!(chosen("").unwrap(), (Measure::Members, None));
        assert_eq!(chosen("script=latn&measure=jobs&ages=").unwrap(), (Measure::Jobs, None));
        assert_eq!(chosen("measure=people&ages=2025").unwrap(), (Measure::Members, Some("2025".to_owned())));
    }
}
