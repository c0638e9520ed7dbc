//! What a paper says, in the words of its language, in the order of the page: the dictionary that `layout.typ` draws.

use fluent_bundle::FluentArgs;
use serde_json::{Value, json};
use tiwizi_model::{Instant, Language, ProvinceCode};
use tiwizi_registry::extract::{ExtractAct, ExtractData, ExtractOfficer, Paper};
use tiwizi_registry::{sectors, territory};
use tiwizi_words::Texts;
use tiwizi_words::format::Day;

use crate::press::Job;

/// How many characters of the address stand in one line.
const ADDRESS_LINE_CHARS: usize = 76;

/// The dictionary of a paper.
pub(crate) fn of(job: &Job<'_>, texts: &Texts, code: &str) -> Value {
    let certified = job.certified;
    let (data, issued_at) = (&certified.data, Instant(certified.issued_at));
    let day = Day::of(issued_at);
    let title = match certified.paper {
        Paper::Extract => "print-extract",
        Paper::Certificate => "print-certificate",
    };
    json!({
        "title": texts.text(title),
        "office": certified.office,
        "day": { "year": day.year, "month": day.month, "day": day.day },
        "reference": job.reference,
        "names": names(texts.language(), data),
        "lead": lead(certified.paper, texts, data, issued_at),
        "groups": groups(texts, data),
        "lists": lists(texts, data),
        "issued": issued(job, texts, issued_at),
        "note": texts.text("print-verify"),
        "address": lines(job.address),
        "qr": code,
        "qr_alt": texts.text("print-code"),
        "draft": job.is_draft.then(|| texts.text("draft-content")),
    })
}

/// What a paper says of the cooperative, in words: `names`, `groups` of rows, `lists` with columns and perhaps a note. For whoever shows beside a
/// paper what it must say.
#[must_use]
pub fn content(data: &ExtractData, texts: &Texts) -> Value {
    json!({ "names": names(texts.language(), data), "groups": groups(texts, data), "lists": lists(texts, data) })
}

/// The names, the one in the paper's language first.
fn names(language: Language, data: &ExtractData) -> Vec<Value> {
    use Language::{Arabic, French, StandardAmazigh};
    let order = match language {
        Arabic | Language::Darija => [Arabic, French, StandardAmazigh],
        French => [French, Arabic, StandardAmazigh],
        _ => [StandardAmazigh, French, Arabic],
    };
    let name = |language: Language| match language {
        Arabic => data.name_ar.as_deref(),
        French => data.name_fr.as_deref(),
        _ => data.name_zgh.as_deref(),
    };
    let shown = |language: Language| {
        Some(json!({ "text": name(language)?, "language": language.tag(), "rtl": language.is_right_to_left() }))
    };
    order.into_iter().filter_map(shown).collect()
}

fn lead(paper: Paper, texts: &Texts, data: &ExtractData, issued_at: Instant) -> String {
    let mut args = FluentArgs::new();
    match paper {
        Paper::Extract => {
            args.set("date", texts.date(issued_at));
            texts.text_with("print-lead-extract", &args)
        }
        Paper::Certificate => {
            args.set("state", texts.value(&status(texts, data)));
            texts.text_with("print-lead-certificate", &args)
        }
    }
}

/// A line of facts; none where the register says nothing.
fn row(texts: &Texts, label: &str, value: Option<Piece>) -> Option<Value> {
    let Piece { text, is_code } = value?;
    Some(json!({ "label": texts.text(label), "text": text, "code": is_code }))
}

/// A value with its direction: codes and numbers run from left to right.
struct Piece {
    text: String,
    is_code: bool,
}

fn code(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), is_code: true }
}

fn words(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), is_code: false }
}

fn groups(texts: &Texts, data: &ExtractData) -> Vec<Value> {
    let day = |day: &Option<String>| day.as_deref().map(|day| words(texts.written_date(day)));
    let register = [
        row(texts, "field-court", Some(words(data.court.as_str()))),
        row(texts, "field-number", Some(code(data.number.as_str()))),
        row(texts, "field-registered-on", day(&data.registered_on)),
        row(texts, "field-founded-on", day(&data.founded_on)),
        row(texts, "field-ice", data.ice.as_deref().map(code)),
        row(texts, "field-status", Some(words(status(texts, data)))),
    ];
    let groups = [
        ("cooperative-register", register.into_iter().flatten().collect::<Vec<_>>()),
        ("cooperative-seat", seat(texts, data)),
        ("print-activity", activity(texts, data)),
    ];
    let shown = |(title, rows): (&str, Vec<Value>)| json!({ "title": texts.text(title), "rows": rows });
    groups.into_iter().filter(|(_, rows)| !rows.is_empty()).map(shown).collect()
}

fn seat(texts: &Texts, data: &ExtractData) -> Vec<Value> {
    let province = data.province.parse::<ProvinceCode>().ok().and_then(territory::province);
    let is_prefecture = province.is_some_and(|province| province.prefecture);
    let label = if is_prefecture { "field-prefecture" } else { "field-province" };
    let name = province.map_or(data.province.as_str(), |province| province.names.name(texts.language()));
    let rows = [
        row(texts, label, Some(words(name))),
        row(texts, "field-commune", data.commune.as_deref().map(words)),
        row(texts, "field-address", data.address.as_deref().map(words)),
    ];
    rows.into_iter().flatten().collect()
}

fn activity(texts: &Texts, data: &ExtractData) -> Vec<Value> {
    let language = texts.language();
    let sector = sectors::sector(&data.sector);
    let sector_name = texts.find(&format!("sector-{}", data.sector), &FluentArgs::new());
    let sector_name =
        sector_name.unwrap_or_else(|| sector.map_or(data.sector.as_str(), |sector| sector.name(language)).to_owned());
    let branch = |code: &str| {
        let branch = sector.and_then(|sector| sector.branch(code));
        words(branch.map_or(code, |branch| branch.name(language)))
    };
    let rows = [
        row(texts, "field-category", data.category.as_deref().map(|letters| words(category(texts, letters)))),
        row(texts, "sector", Some(words(sector_name))),
        row(texts, "field-branch", data.branch.as_deref().map(branch)),
        row(texts, "field-capital", data.capital_mad.as_deref().map(|amount| words(dirhams(texts, amount)))),
    ];
    rows.into_iter().flatten().collect()
}

fn lists(texts: &Texts, data: &ExtractData) -> Vec<Value> {
    [officers(texts, &data.officers), acts(texts, data)].into_iter().flatten().collect()
}

/// The officers. Where the register knows no terms, the paper has no columns for them.
fn officers(texts: &Texts, officers: &[ExtractOfficer]) -> Option<Value> {
    let is_known = officers.iter().any(|officer| officer.from.is_some() || officer.until.is_some());
    let mut columns = vec![texts.text("name"), texts.text("print-office")];
    if is_known {
        columns.extend([texts.text("print-from"), texts.text("print-until")]);
    }
    let line = |officer: &ExtractOfficer| {
        let mut line = vec![said(&person(texts.language(), officer)), said(&office(texts, &officer.role))];
        if is_known {
            line.extend([day(texts, &officer.from), day(texts, &officer.until)]);
        }
        line
    };
    let rows: Vec<Vec<Value>> = officers.iter().map(line).collect();
    let title = texts.text("print-officers");
    (!rows.is_empty()).then(|| json!({ "title": title, "note": null, "columns": columns, "rows": rows }))
}

/// A name in both scripts, where both are known.
fn person(language: Language, officer: &ExtractOfficer) -> String {
    let (arabic, french) = (officer.name_ar.as_deref(), officer.name_fr.as_deref());
    let order = if language.is_right_to_left() { [arabic, french] } else { [french, arabic] };
    let name = order.into_iter().flatten().collect::<Vec<_>>().join(" – ");
    // Who sits there for a member that is a legal person says for whom.
    match &officer.represents {
        Some(member) => format!("{name} ({member})"),
        None => name,
    }
}

fn office(texts: &Texts, role: &str) -> String {
    texts.find(&format!("value-role-{role}"), &FluentArgs::new()).unwrap_or_else(|| role.to_owned())
}

/// The inscriptions; where there are more than a paper holds, with how many older ones there are.
fn acts(texts: &Texts, data: &ExtractData) -> Option<Value> {
    let columns = ["print-act", "print-effective", "print-entered", "print-subject"].map(|key| texts.text(key));
    let line = |act: &ExtractAct| {
        let name = texts.find(&format!("act-{}", act.act), &FluentArgs::new()).unwrap_or_else(|| act.act.clone());
        let subject = act.subject.as_deref().unwrap_or_default();
        [said(&name), day(texts, &act.effective_on), day(texts, &act.entered_on), said(subject)]
    };
    let rows: Vec<[Value; 4]> = data.acts.iter().map(line).collect();
    let note = data.acts_unlisted.map(|count| {
        let mut args = FluentArgs::new();
        args.set("count", count);
        texts.text_with("print-acts-unlisted", &args)
    });
    let title = texts.text("print-acts");
    (!rows.is_empty()).then(|| json!({ "title": title, "note": note, "columns": columns, "rows": rows }))
}

fn issued(job: &Job<'_>, texts: &Texts, issued_at: Instant) -> Vec<Value> {
    let certified = job.certified;
    let rows = [
        row(texts, "print-issued-on", Some(words(texts.date(issued_at)))),
        row(texts, "print-issued-by", certified.issued_by.as_deref().map(words)),
        row(texts, "print-reference", Some(code(job.reference))),
    ];
    rows.into_iter().flatten().collect()
}

fn said(text: &str) -> Value {
    json!({ "text": text, "code": false })
}

fn day(texts: &Texts, day: &Option<String>) -> Value {
    said(&day.as_deref().map(|day| texts.written_date(day)).unwrap_or_default())
}

fn status(texts: &Texts, data: &ExtractData) -> String {
    let key = format!("status-{}", data.status.replace('_', "-"));
    texts.find(&key, &FluentArgs::new()).unwrap_or_else(|| data.status.clone())
}

/// `abc` is a combination of the three categories of article 1.
fn category(texts: &Texts, letters: &str) -> String {
    let known = letters.chars().filter(|letter| matches!(letter, 'a' | 'b' | 'c'));
    known.map(|letter| texts.text(&format!("category-{letter}"))).collect::<Vec<_>>().join(" · ")
}

fn dirhams(texts: &Texts, amount: &str) -> String {
    let Ok(number) = amount.parse::<f64>() else { return amount.to_owned() };
    let mut args = FluentArgs::new();
    args.set("amount", number);
    texts.text_with("field-capital-amount", &args)
}

/// An address in lines that fit beside the code.
fn lines(address: &str) -> Vec<String> {
    let letters: Vec<char> = address.chars().collect();
    letters.chunks(ADDRESS_LINE_CHARS).map(|line| line.iter().collect()).collect()
}
