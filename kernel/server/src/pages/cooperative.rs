//! The page of one cooperative: what the public register says of it. Never a person's data: it is read as the public
//! reads it, whoever is signed in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::{Value as Json, json};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_records::manifest::Slot;
use tiwizi_registry::duplicates::survivor;
use tiwizi_registry::territory;
use tiwizi_words::Texts;

use super::federation::coverage::home_of;
use super::visit::Visit;
use super::{acts, extract, fragments, register, succession};
use crate::app::App;
use crate::moving::where_is;
use crate::problem::{Fault, Problem};

/// `GET /{language}/directory/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.cooperative)?;
    let record = app.records.read(&permit, id).await?.filter(|record| !record.deleted).ok_or(Fault::NotFound)?;
    let texts = visit.texts(&app);
    let title = register::names(visit.look.language, &record.body).first().map(|name| name.text().to_owned());
    let fragments = fragments::of(&app, &visit, Slot::Cooperative, json!({ "cooperative": id.to_string() })).await;
    let (extracts, issued) = (extract::offer(&app, &visit, &record), extract::issued(&app, &visit, &record).await?);
    let acts = acts::offer(&app, &visit, &record);
    let remains = survivor(&app.records, &permit, id).await?;
    let is_union = record.body.get("entity").and_then(Json::as_str) == Some("union");
    let union = is_union.then(|| visit.look.address(&format!("/register/unions/{id}")));
    let remains = (remains != id).then(|| visit.look.address(&format!("/directory/{remains}")));
    let sees = app.records.may_read(visit.visitor.caller(), &app.pages.names.filing);
    let sees = sees.is_ok_and(|permit| permit.classes(Some(id), record.province).is_some());
    let filings = sees.then(|| visit.look.address(&format!("/directory/{id}/filings")));
    let sees = app.journey.may_see(visit.visitor.caller(), &record);
    let path = sees.then(|| visit.look.address(&format!("/directory/{id}/path")));
    let succession = succession::of(&app, &visit, id).await?;
    let elsewhere = record.home != app.instance.id;
    let home = home_of(&app, &texts, &record).await?;
    let moves = moves(&app, &visit, &record).await?;
    let data = context! {
        fragments, extracts, issued, acts, remains, union, path, filings, succession, elsewhere, home, moves, ..data(&texts, &record)
    };
    visit.page(&app, "cooperative.html", &title.unwrap_or_default(), data)
}

/// Where the cooperative is: at another home, on the way to one, or here, where its reader may offer it.
async fn moves(app: &App, visit: &Visit, record: &Record) -> Result<Value, Problem> {
    let found = where_is(app, record).await?;
    let caller = visit.visitor.caller();
    let is_offered = found.in_transfer || found.home.is_some();
    let may_offer = !is_offered && app.transfers().is_some_and(|door| door.could_offer(caller, record));
    let may_look = found.in_transfer && may_see_federation(caller).is_ok();
    let home = found.home.map(|home| {
        let path = format!("/{}/directory/{}", visit.look.language.tag(), record.id);
        let page = home.url.map(|url| format!("{}{path}", url.trim_end_matches('/')));
        context! { name => home.name, page }
    });
    Ok(context! {
        elsewhere => record.home != app.instance.id,
        home,
        in_transfer => found.in_transfer,
        transfers => may_look.then(|| visit.look.address("/federation/transfers")),
        offer => may_offer.then(|| visit.look.address(&format!("/federation/transfers/new?cooperative={}", record.id))),
    })
}

/// One line of facts.
struct Row {
    label: &'static str,
    text: String,
    /// Codes and numbers run from left to right in every language.
    ltr: bool,
    href: Option<String>,
}

impl Row {
    fn value(self) -> Value {
        context! { label => self.label, text => self.text, ltr => self.ltr, href => self.href }
    }
}

fn data(texts: &Texts, record: &Record) -> Value {
    let language = texts.language();
    let body = &record.body;
    let mut names = register::names(language, body).into_iter();
    let name = names.next().map(|name| name.value());
    let status = field(body, "status").map(|status| status.replace('_', "-"));
    let cooperative = context! {
        name => name.unwrap_or_else(|| context! { language => "", text => field(body, "number").unwrap_or_default() }),
        names => names.map(|name| name.value()).collect::<Vec<_>>(),
        sector => field(body, "sector").map(|code| register::sector(texts, code)),
        status => status.as_deref().and_then(|code| texts.find(&format!("status-{code}"), &FluentArgs::new())),
        status_code => status.as_deref().unwrap_or_default(),
        place => field(body, "province").and_then(|code| register::province(language, code)),
    };
    let groups = [("seat", seat(texts, body)), ("contact", contact(body)), ("register", entry(texts, body))];
    let groups: Vec<Value> = groups
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(code, rows)| context! { code, rows => rows.into_iter().map(Row::value).collect::<Vec<_>>() })
        .collect();
    context! { cooperative, groups, changed => record.changed_at.0 }
}

fn seat(texts: &Texts, body: &Json) -> Vec<Row> {
    let language = texts.language();
    let code: Option<ProvinceCode> = field(body, "province").and_then(|code| code.parse().ok());
    let province = code.and_then(territory::province);
    let region = province.and_then(|province| territory::region(&province.region));
    let label =
        if province.is_some_and(|province| province.prefecture) { "field-prefecture" } else { "field-province" };
    let rows = [
        ("field-region", region.map(|region| region.names.name(language))),
        (label, province.map(|province| province.names.name(language))),
        ("field-commune", field(body, "commune")),
        ("field-address", field(body, "address")),
    ];
    rows.into_iter().filter_map(|(label, text)| Some(plain(label, text?))).collect()
}

fn contact(body: &Json) -> Vec<Row> {
    let link = |label, name, scheme| {
        let text = field(body, name)?;
        Some(Row { label, text: text.to_owned(), ltr: true, href: Some(format!("{scheme}:{}", dialled(text))) })
    };
    [link("field-phone", "phone", "tel"), link("email", "email", "mailto")].into_iter().flatten().collect()
}

/// What the register says: the entry itself, its days, its numbers.
fn entry(texts: &Texts, body: &Json) -> Vec<Row> {
    let code = |label, name| Some(Row { ltr: true, ..plain(label, field(body, name)?) });
    let day = |label, name| Some(plain(label, &texts.written_date(field(body, name)?)));
    let branch = field(body, "branch").zip(field(body, "sector"));
    let rows = [
        branch.map(|(branch, sector)| plain("field-branch", &register::branch(texts, sector, branch))),
        field(body, "category").map(|letters| plain("field-category", &register::category(texts, letters))),
        day("field-founded-on", "founded_on"),
        day("field-registered-on", "registered_on"),
        field(body, "court").map(|court| plain("field-court", court)),
        code("field-number", "number"),
        code("field-ice", "ice"),
        body.get("capital_mad").and_then(Json::as_f64).map(|amount| plain("field-capital", &dirhams(texts, amount))),
    ];
    rows.into_iter().flatten().collect()
}

fn dirhams(texts: &Texts, amount: f64) -> String {
    let mut args = FluentArgs::new();
    args.set("amount", amount);
    texts.text_with("field-capital-amount", &args)
}

fn plain(label: &'static str, text: &str) -> Row {
    Row { label, text: text.to_owned(), ltr: false, href: None }
}

fn field<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Json::as_str)
}

/// An address or number for a link: without what could end it or begin another part.
fn dialled(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "+@._-".contains(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_nothing_but_its_number() {
        assert_eq!(dialled("+212 6-00\"><b>"), "+2126-00b");
        assert_eq!(dialled("a.b@c.ma?subject=x"), "a.b@c.masubjectx");
    }
}
