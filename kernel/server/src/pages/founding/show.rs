//! The page of a file: how far it has come, who is waited for, what is missing, and what the reader can do now.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::{Instant, RecordId};
use tiwizi_records::FieldError;
use tiwizi_registry::founding::{Founder, Lack, Seat, Section, Seen, Step, Viewer};
use tiwizi_registry::sectors;
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::{SignedIn, Visit};
use super::{HOME, caller, done, id_of, member, office, path, words};
use crate::app::App;
use crate::problem::Problem;

/// What a page of a file says besides the file: why something was refused, and what was typed then.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// What was missing when a step was refused.
    pub(super) lacks: &'a [Lack],
    /// The key of a message.
    pub(super) wrong: Option<&'static str>,
    /// Faults of the form of the office, or of an invitation.
    pub(super) faults: &'a [FieldError],
    /// What was typed in that form.
    pub(super) typed: Option<&'a [(String, String)]>,
    /// The link of an invitation that was given just now, and for whom.
    pub(super) link: Option<(String, &'a Seat)>,
}

/// `GET /{language}/founding/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let seen = app.foundings.look(caller(&visit), id_of(&id)?).await?;
    page(&app, &visit, &seen, &Said::default()).await
}

/// The page of a file.
pub(super) async fn page(app: &App, visit: &Visit, seen: &Seen, said: &Said<'_>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let title = seen.founding.called().map_or_else(|| texts.text("founding-unnamed"), str::to_owned);
    if let Viewer::Invited(_) = seen.viewer {
        let data = invited(visit, seen);
        return visit.page(app, "founding/invited.html", &title, data);
    }
    let decision = match seen.viewer {
        Viewer::Office => Some(office::panel(app, visit, &texts, seen, said).await?),
        _ => None,
    };
    let link = said.link.as_ref().map(|(link, seat)| invitation(&texts, link, seat));
    let data = context! {
        name => title,
        step => seen.founding.step.name(),
        steps => words::path(seen.founding.step),
        progress => context! { done => seen.progress.done, all => seen.progress.all },
        waits => words::waits(&texts, seen),
        due => seen.due.map(|day| texts.written_date(&day.to_string())),
        late => seen.due.is_some_and(|day| day < app.foundings.today()),
        regulated => seen.founding.sector.as_deref().and_then(sectors::sector).is_some_and(|sector| sector.regulated),
        reason => seen.founding.reason.as_deref(),
        corrections => corrections(seen),
        facts => facts(&texts, seen),
        sections => sections(visit, &texts, seen),
        seats => seats(visit, &texts, seen, &member::acts_for(app, visit, &seen.seats).await?),
        can => can(seen),
        lacks => said.lacks.iter().map(|lack| words::lack(&texts, lack)).collect::<Vec<_>>(),
        wrong => said.wrong,
        link,
        invite => invite(&texts, said, decision.is_some()),
        decision,
        seen => seen.version.0,
        base => visit.look.address(&path(seen.id)),
        list => visit.look.address(HOME),
        cooperative => cooperative(visit, seen),
        done => done(visit),
    };
    visit.page(app, "founding/file.html", &texts.text("founding"), data)
}

fn invited(visit: &Visit, seen: &Seen) -> Value {
    let opener = seen.seats.iter().find(|seat| seat.founder.account == Some(seen.founding.opened_by));
    context! {
        name => seen.founding.called(),
        opener => opener.and_then(|seat| seat.founder.called()),
        action => visit.look.address(&format!("{}/take-part", path(seen.id))),
        refuse => match seen.viewer {
            Viewer::Invited(id) => Some(visit.look.address(&format!("{}/founders/{id}/remove", path(seen.id)))),
            _ => None,
        },
        list => visit.look.address(HOME),
    }
}

/// The page of the cooperative, once the public sees it.
fn cooperative(visit: &Visit, seen: &Seen) -> Option<String> {
    let is_there = seen.founding.step == Step::Registered;
    is_there.then(|| visit.look.address(&format!("/directory/{}", seen.founding.cooperative)))
}

fn corrections(seen: &Seen) -> Vec<Value> {
    let one = |one: &tiwizi_registry::founding::Correction| {
        context! { section => words::section_key(one.section), text => &*one.text }
    };
    seen.founding.corrections.iter().map(one).collect()
}

/// What is known of the name and the place, in a few lines.
fn facts(texts: &Texts, seen: &Seen) -> Vec<Value> {
    let founding = &seen.founding;
    let day = |day: Option<tiwizi_registry::day::Day>| day.map(|day| texts.written_date(&day.to_string()));
    let code = founding.province.to_string();
    let rows = [
        ("founding-entity", (!founding.entity.is_cooperative()).then(|| texts.text("value-entity-union"))),
        ("sector", founding.sector.as_deref().map(|code| register::sector(texts, code))),
        ("field-category", founding.category.as_deref().map(|letters| register::category(texts, letters))),
        ("field-province", register::province(texts.language(), &code).map(ToOwned::to_owned)),
        ("field-commune", founding.commune.clone()),
        ("founding-certificate", founding.certificate.clone()),
        ("founding-valid-until", day(founding.valid_until)),
        ("field-court", founding.court.clone()),
        ("field-number", founding.number.clone()),
        ("field-registered-on", day(founding.registered_on)),
    ];
    let known = rows.into_iter().filter_map(|(label, text)| text.map(|text| (label, text)));
    known.map(|(label, text)| context! { label, text }).collect()
}

fn sections(visit: &Visit, texts: &Texts, seen: &Seen) -> Vec<Value> {
    let section = |section: Section| {
        let lacks: Vec<String> =
            seen.lacks.iter().filter(|lack| lack.section == section).map(|lack| words::lack(texts, lack)).collect();
        let at = match section {
            Section::Documents => format!("{}/documents", path(seen.id)),
            Section::Founders => String::new(),
            section => format!("{}/sections/{}", path(seen.id), section.name()),
        };
        context! {
            key => words::section_key(section),
            code => section.name(),
            href => (!at.is_empty()).then(|| visit.look.address(&at)),
            lacks,
            open => matches!(seen.viewer, Viewer::Founder(_)) && section.is_open(seen.founding.step),
        }
    };
    Section::ALL.map(section).to_vec()
}

fn seats(visit: &Visit, texts: &Texts, seen: &Seen, acts_for: &BTreeMap<RecordId, String>) -> Vec<Value> {
    let own = match seen.viewer {
        Viewer::Founder(id) => Some(id),
        _ => None,
    };
    let is_opener = |seat: &Seat| seat.founder.account == Some(seen.founding.opened_by);
    let own_seat = seen.seats.iter().find(|seat| Some(seat.id) == own);
    let opens = own_seat.is_some_and(is_opener);
    let is_open = seen.founding.step.is_open() && own.is_some();
    let looks_at_people = matches!(seen.viewer, Viewer::Office | Viewer::Observer);
    let seat = |seat: &Seat| {
        let founder = &seat.founder;
        let invites = own_seat.is_some_and(|own| founder.invited_by == own.founder.account);
        let at = |end: &str| visit.look.address(&format!("{}/founders/{}/{end}", path(seen.id), seat.id));
        let may_go = Some(seat.id) == own || opens || (!founder.has_joined() && invites);
        let since = founder.confirmed_at.or(founder.joined_at).unwrap_or(founder.invited_at);
        context! {
            name => founder.called(),
            acts_for => acts_for.get(&seat.id),
            state => words::state(founder),
            since => texts.date(Instant(since)),
            own => Some(seat.id) == own,
            opener => is_opener(seat),
            role => founder.role.map(|role| role.name()),
            again => (is_open && !founder.has_joined()).then(|| at("invite")),
            remove => (is_open && may_go && !is_opener(seat)).then(|| at("remove")),
            missing => if founder.has_joined() { founder.missing().len() } else { 0 },
            particulars => if looks_at_people { particulars(texts, founder) } else { Vec::new() },
        }
    };
    seen.seats.iter().map(seat).collect()
}

/// What a founder said of itself and subscribes, for the office that looks at the file. The number of the identity card is kept sealed, and not shown here.
fn particulars(texts: &Texts, founder: &Founder) -> Vec<Value> {
    let rows = [
        ("field-gender", founder.gender.as_deref().map(|code| texts.text(&format!("value-gender-{code}")))),
        ("field-birth-date", founder.birth_date.map(|day| texts.written_date(&day.to_string()))),
        ("field-address", founder.address.clone()),
        ("field-phone", founder.phone.clone()),
        ("email", founder.email.clone()),
        ("field-shares", founder.shares.map(|shares| texts.number(f64::from(shares)))),
        ("founding-paid", founder.paid_mad.map(|paid| register::figure(texts, paid))),
    ];
    let known = rows.into_iter().filter_map(|(label, text)| text.map(|text| (label, text)));
    known.map(|(label, text)| context! { label, text }).collect()
}

/// The steps that the reader can take now.
fn can(seen: &Seen) -> Value {
    let (step, is_founder) = (seen.founding.step, matches!(seen.viewer, Viewer::Founder(_)));
    let own = match seen.viewer {
        Viewer::Founder(id) => seen.seats.iter().find(|seat| seat.id == id),
        _ => None,
    };
    let opens = own.is_some_and(|seat| seat.founder.account == Some(seen.founding.opened_by));
    let confirms = own.is_some_and(|seat| !seat.founder.has_confirmed()) && step.is_open();
    context! {
        fill_in => is_founder && step.is_open(),
        confirm => confirms,
        ask_for_name => is_founder && step == Step::Name,
        submit => is_founder && step == Step::File,
        take_back => is_founder && matches!(step, Step::NameAsked | Step::Submitted),
        change_name => is_founder && step == Step::File,
        give_up => opens && !step.has_ended() && step != Step::Accepted,
    }
}

/// What was typed in the form of an invitation that was refused.
fn invite(texts: &Texts, said: &Said<'_>, is_office: bool) -> Value {
    let typed = |name: &str| {
        let typed = said.typed.filter(|_| !is_office).and_then(|typed| typed.iter().find(|(found, _)| found == name));
        typed.map_or("", |(_, text)| text.as_str()).to_owned()
    };
    let fault = |name: &str| {
        let pointer = format!("/{name}");
        let fault = said.faults.iter().filter(|_| !is_office).find(|fault| fault.pointer == pointer);
        fault.map(|fault| super::controls::said(texts, &fault.code))
    };
    context! {
        name => typed("name"), email => typed("email"), phone => typed("phone"),
        name_error => fault("name"), email_error => fault("email"), phone_error => fault("phone"),
        open => said.typed.is_some(),
    }
}

/// A link that was given just now: to be handed on by the telephone of whoever invites.
fn invitation(texts: &Texts, link: &str, seat: &Seat) -> Value {
    let founder = &seat.founder;
    let text = words::with(texts, "founding-invitation-text", &[("link", link.to_owned())]);
    let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let dialled =
        |text: &str| text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect::<String>();
    let mail = |email: &str| percent_encoding::utf8_percent_encode(email, MAIL).to_string();
    // A link without the address of the instance is opened here and copied from there.
    let is_whole = link.starts_with("http");
    context! {
        link,
        who => founder.called(),
        sms => founder.phone.as_deref().filter(|_| is_whole).map(|phone| format!("sms:{}?body={encoded}", dialled(phone))),
        mail => founder.email.as_deref().filter(|_| is_whole).map(|email| format!("mailto:{}?body={encoded}", mail(email))),
    }
}

/// What may not stand in the address of a `mailto:` as it is.
const MAIL: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'+');
