//! A union of cooperatives with its members, and the people behind them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::RecordId;
use tiwizi_registry::day::Day;
use tiwizi_registry::holder::Holder;
use tiwizi_registry::people::UnionMember;
use tiwizi_registry::youth::youth_rule;
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::Visit;
use super::parts::{choice, cooperative, day, field, name, shares};
use crate::app::App;
use crate::problem::{Fault, Problem};

/// `GET /{language}/register/unions/{id}`
pub(in crate::pages) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let sheet = app.people.union_sheet(visit.visitor.caller(), id).await?;
    let texts = visit.texts(&app);
    let today = Day::of(app.ambient.now()).to_string();
    let members = sheet
        .members
        .as_ref()
        .map(|members| members.iter().map(|member| line(&visit, &texts, member, &today)).collect::<Vec<Value>>());
    let totals = sheet.totals.map(|totals| {
        context! { members => totals.members, people => totals.people, women => totals.women, youth => totals.youth }
    });
    let rule = youth_rule(app.ambient.now()).ok();
    let youth = rule.map(|rule| context! { age => rule.age_max, year => rule.reference_year.to_string() });
    let title = register::names(visit.look.language, &sheet.record.body).first().map(|name| name.text().to_owned());
    let data = context! { union => cooperative(&visit, &sheet.record), members, totals, youth, directory => visit.look.address("/directory") };
    visit.page(&app, "people/union.html", &title.unwrap_or_default(), data)
}

fn line(visit: &Visit, texts: &Texts, member: &UnionMember, today: &str) -> Value {
    let body = &member.membership.body;
    let path = |record: &tiwizi_model::Record| match member.holder {
        Holder::Cooperative => format!("/directory/{}", record.id),
        Holder::LegalPerson => format!("/records/registry/legal-person/{}", record.id),
        Holder::Person => format!("/register/persons/{}", record.id),
    };
    context! {
        number => field(body, "number"),
        name => member.record.as_ref().map(|record| name(visit, record)),
        href => member.record.as_ref().map(|record| visit.look.address(&path(record))),
        holder => choice(texts, "holder", member.holder.name()),
        joined => day(texts, body, "joined_on"),
        left => day(texts, body, "left_on"),
        shares => shares(texts, body, today),
        people => member.people.map(|people| context! {
            members => people.members, women => people.women, youth => people.youth,
        }),
    }
}
