//! Who stands where on the path: for people, women, the young and cooperatives, each stage as a bar, and by region and sector as tables with their
//! files. Each stage is a table of its own, so no sum over the stages is shown.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::{HeaderValue, header};
use minijinja::{Value, context};
use tiwizi_model::limits;
use tiwizi_registry::journey::funnel::{Funnel, FunnelTable, Wait, Who};
use tiwizi_registry::readers::{By, Sight};
use tiwizi_words::Texts;

use super::super::charts::{Bar, Frame, Naming, bars};
use super::super::federation::coverage::covered;
use super::super::visit::Visit;
use super::{float, keys};
use crate::app::App;
use crate::national::cover_funnel;
use crate::open_data;
use crate::problem::Problem;

/// `GET /{language}/statistics/journey`
pub(in super::super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let sight = Funnel::sight(visit.visitor.caller());
    let texts = visit.texts(&app);
    let mut funnel = Funnel::open(&app.db, app.ambient.now()).await?;
    let coverage = cover_funnel(&app, &mut funnel).await?;
    let page = Drawing { texts: &texts, is_right_to_left: visit.look.language.is_right_to_left() };
    let (mut sections, mut is_anything_hidden) = (Vec::new(), false);
    for who in Who::ALL {
        let waits = funnel.waits(who, sight).await?;
        for by in who.splits() {
            let tables = open_data::funnel_tables(&mut funnel, (who, *by), sight).await?;
            is_anything_hidden |= tables.iter().any(FunnelTable::has_hidden);
            let is_first = who.splits().first() == Some(by);
            sections.push(page.section(&tables, (who, *by), is_first.then_some(waits.as_slice())));
        }
    }
    let (as_of, rule) = (funnel.as_of(), funnel.youth_rule());
    let data = context! {
        sections,
        coverage => covered(&visit, &texts, &coverage),
        youth => context! { age => rule.age_max, year => rule.reference_year.to_string() },
        as_of => as_of.at.map(|at| context! { moment => texts.moment(at), seq => as_of.seq.0 }),
        minimum => limits::STATISTICS_CELL_MIN,
        hidden => is_anything_hidden,
        staff => sight == Sight::Staff,
        office => matches!(sight, Sight::Provinces(_)),
        statistics => visit.look.address("/statistics"),
    };
    let mut response = visit.page(&app, "funnel.html", &texts.text("funnel"), data)?;
    response.headers_mut().append(header::LINK, HeaderValue::from_static(open_data::LINKS));
    Ok(response)
}

/// What sections are drawn with.
struct Drawing<'a> {
    texts: &'a Texts,
    is_right_to_left: bool,
}

impl Drawing<'_> {
    /// Those of one sort, with a chart of the stages above the first table.
    fn section(&self, tables: &[FunnelTable], (who, by): (Who, By), waits: Option<&[Wait]>) -> Value {
        let named = self.texts.text(&format!("by-{}", by.name()));
        let title = format!("{} · {named}", self.texts.text(&format!("funnel-{}", who.name())));
        let id = format!("journey-{}-{}", who.name(), by.name());
        let frame = Frame {
            id: &id,
            title: &title,
            description: &self.texts.text("funnel-chart"),
            is_right_to_left: self.is_right_to_left,
            naming: Naming::Elements,
        };
        let chart = waits.map(|_| bars(&frame, &tables.iter().map(|table| self.bar(table)).collect::<Vec<_>>()));
        context! {
            id => &*id,
            by => named,
            title => &*title,
            is_youth => who == Who::Youth,
            chart => chart.map(Value::from_safe_string),
            stages => tables.iter().map(|table| self.stage(table)).collect::<Vec<_>>(),
            rows => self.rows(tables, by),
            totals => tables.iter().map(|table| self.said(table.total, table.is_unknown)).collect::<Vec<_>>(),
            waits => waits.unwrap_or_default().iter().map(|wait| self.wait(*wait)).collect::<Vec<_>>(),
            csv => format!("/open-data/statistics/{}", open_data::funnel_file(who, by)),
        }
    }

    fn rows(&self, tables: &[FunnelTable], by: By) -> Vec<Value> {
        // A code that is in no list may be in one table alone: what the others lack is nothing.
        let mut codes: Vec<&str> = Vec::new();
        for row in tables.iter().flat_map(|table| &table.rows) {
            if !codes.contains(&row.key.as_str()) {
                codes.push(&row.key);
            }
        }
        let row = |key: &str| {
            let of = |table: &FunnelTable| {
                let row = table.rows.iter().find(|row| row.key == key);
                row.map_or_else(|| self.said(Some(0), false), |row| self.said(row.amount, row.is_unknown))
            };
            context! {
                code => keys::is_coded(by).then_some(key),
                name => keys::name(self.texts, by, key),
                shown => tables.iter().map(of).collect::<Vec<_>>(),
            }
        };
        codes.into_iter().map(row).collect()
    }

    fn bar(&self, table: &FunnelTable) -> Bar {
        let shown = self.said(table.total, table.is_unknown);
        let parts = table.total.map(|total| (shown.clone(), total)).into_iter().collect();
        Bar { label: self.stage(table), shown, parts }
    }

    fn stage(&self, table: &FunnelTable) -> String {
        self.texts.text(&format!("path-stage-{}", table.stage.name()))
    }

    /// How long it takes, in a sentence.
    fn wait(&self, wait: Wait) -> String {
        let name = |stage: &str| self.texts.text(&format!("path-stage-{stage}"));
        let mut args = FluentArgs::new();
        args.set("from", name(wait.from.name()));
        args.set("to", wait.from.following().map(|to| name(to.name())).unwrap_or_default());
        args.set("days", wait.median_days);
        args.set("count", wait.count);
        self.texts.text_with("funnel-wait", &args)
    }

    /// An amount in words; what is not known, and what is hidden, says so.
    fn said(&self, amount: Option<i64>, is_unknown: bool) -> String {
        match amount {
            Some(amount) => self.texts.number(float(amount)),
            None if is_unknown => self.texts.text("statistics-no-data"),
            None => self.texts.text("statistics-hidden"),
        }
    }
}
