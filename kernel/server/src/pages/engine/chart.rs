//! `chart`, which a plugin's template calls: the drawing of the statistics, with a legend and a table of the same numbers.
//!
//! The wall around plugins' pages takes no `title` and `desc`, so a chart is named by a label here, and what a part of it says when it is
//! pointed at stands in the table alone.

use std::fmt::Write as _;

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, HtmlEscape, Value};
use tiwizi_model::limits;
use tiwizi_words::Texts;

use super::super::charts::{Bar, Frame, Naming, Point, bars, line};

/// What the largest amount of a chart is drawn as; the others follow.
const LARGEST: f64 = 1_000_000_000.0;

/// One row: its name, and what each series has there.
struct Row {
    label: String,
    amounts: Vec<Option<f64>>,
}

/// What a chart is called and how it is told apart.
struct Told {
    id: String,
    title: String,
    description: String,
    series: Vec<String>,
    by: String,
    csv: Option<String>,
}

/// The function for templates in the language of the texts.
pub(super) fn function(texts: &Texts) -> Value {
    let texts = texts.clone();
    Value::from_function(move |kind: &str, rows: Value, more: Kwargs| {
        let told = told(&more)?;
        let rows = rows_of(&rows, told.series.len().max(1))?;
        drawn(&texts, kind, &rows, &told).map(Value::from_safe_string)
    })
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

fn told(more: &Kwargs) -> Result<Told, Error> {
    let series: Option<Vec<String>> = more.get("series")?;
    let told = Told {
        id: more.get("id")?,
        title: more.get("title")?,
        description: more.get::<Option<String>>("description")?.unwrap_or_default(),
        series: series.unwrap_or_default(),
        by: more.get::<Option<String>>("by")?.unwrap_or_default(),
        csv: more.get("csv")?,
    };
    more.assert_all_used()?;
    if told.series.len() > limits::CHART_SERIES_MAX {
        return Err(wrong(format!("a chart has at most {} series", limits::CHART_SERIES_MAX)));
    }
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if told.id.is_empty() || !told.id.chars().all(is_name) {
        return Err(wrong("the id of a chart is of letters, digits and hyphens"));
    }
    Ok(told)
}

fn rows_of(rows: &Value, series: usize) -> Result<Vec<Row>, Error> {
    let mut read = Vec::new();
    for row in rows.try_iter()? {
        if read.len() >= limits::CHART_ROWS_MAX {
            return Err(wrong(format!("a chart has at most {} rows", limits::CHART_ROWS_MAX)));
        }
        let amounts = row.get_attr("amounts")?;
        let amounts = match amounts.is_undefined() {
            true => vec![amount(&row.get_attr("amount")?)?],
            false => amounts
                .try_iter()?
                .take(series.saturating_add(1))
                .map(|value| amount(&value))
                .collect::<Result<_, _>>()?,
        };
        if amounts.len() != series {
            return Err(wrong("each row of a chart has an amount, or none, for each of its series"));
        }
        read.push(Row { label: row.get_attr("label")?.to_string(), amounts });
    }
    Ok(read)
}

/// A number; none where it is not known.
fn amount(value: &Value) -> Result<Option<f64>, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    f64::try_from(value.clone())
        .ok()
        .filter(|amount| amount.is_finite())
        .map(Some)
        .ok_or_else(|| wrong("an amount of a chart is a number"))
}

fn drawn(texts: &Texts, kind: &str, rows: &[Row], told: &Told) -> Result<String, Error> {
    let frame = Frame {
        id: &told.id,
        title: &told.title,
        description: &told.description,
        is_right_to_left: texts.language().is_right_to_left(),
        naming: Naming::Label,
    };
    let amounts = || rows.iter().flat_map(|row| row.amounts.iter().copied().flatten());
    let svg = match kind {
        "bars" | "stacked" if amounts().any(|amount| amount < 0.0) => {
            return Err(wrong("bars have no amounts below nothing; lines have"));
        }
        "bars" if told.series.len() > 1 => return Err(wrong("bars have one series; several are stacked, or lines")),
        "bars" | "stacked" => {
            let largest = rows.iter().map(sum).fold(0.0, f64::max);
            bars(&frame, &rows.iter().map(|row| bar(texts, row, largest)).collect::<Vec<_>>())
        }
        "lines" => {
            let reach = amounts().map(f64::abs).fold(0.0, f64::max);
            let highest = amounts().fold(0.0, f64::max);
            line(&frame, &rows.iter().map(|row| point(texts, row, reach)).collect::<Vec<_>>(), &texts.number(highest))
        }
        _ => return Err(wrong("a chart is of bars, stacked or lines")),
    };
    Ok(figure(texts, (kind, &svg), rows, told))
}

fn sum(row: &Row) -> f64 {
    row.amounts.iter().flatten().sum()
}

fn bar(texts: &Texts, row: &Row, largest: f64) -> Bar {
    let part = |amount: &Option<f64>| (String::new(), scaled(amount.unwrap_or_default(), largest));
    let is_known = row.amounts.iter().any(Option::is_some);
    let shown = if is_known { texts.number(sum(row)) } else { "–".to_owned() };
    Bar { label: row.label.clone(), shown, parts: row.amounts.iter().map(part).collect() }
}

fn point(texts: &Texts, row: &Row, reach: f64) -> Point {
    let amounts = row.amounts.iter();
    let amounts = amounts.map(|amount| amount.map(|amount| (scaled(amount, reach), texts.number(amount))));
    Point { label: row.label.clone(), amounts: amounts.collect() }
}

/// An amount as a whole number whose largest has nine digits.
fn scaled(amount: f64, largest: f64) -> i64 {
    if largest <= 0.0 {
        return 0;
    }
    // A float is no whole number, and its digits are.
    format!("{:.0}", amount / largest * LARGEST).parse().unwrap_or_default()
}

/// The drawing with what stands around it.
fn figure(texts: &Texts, (kind, svg): (&str, &str), rows: &[Row], told: &Told) -> String {
    let mut html = format!("<figure class=\"numbers-of {kind}\">");
    // Writing to a String cannot fail, here and below.
    let mut put = |part: std::fmt::Arguments<'_>| html.write_fmt(part).unwrap_or_default();
    let title = HtmlEscape(&told.title);
    put(format_args!("<figcaption><strong id=\"{}-name\">{title}</strong>", HtmlEscape(&told.id)));
    if told.series.len() > 1 {
        put(format_args!("<span class=\"legend\">"));
        for (index, name) in told.series.iter().enumerate() {
            put(format_args!("<span class=\"key key-{index}\">{}</span>", HtmlEscape(name)));
        }
        put(format_args!("</span>"));
    }
    put(format_args!("</figcaption>{svg}<details><summary>{}</summary>", HtmlEscape(&texts.text("statistics-table"))));
    put(format_args!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{}-name\">",
        HtmlEscape(&told.id)
    ));
    put(format_args!("<table class=\"counts\"><thead><tr><th scope=\"col\">{}</th>", HtmlEscape(&told.by)));
    let names = if told.series.is_empty() { std::slice::from_ref(&told.title) } else { told.series.as_slice() };
    for name in names {
        put(format_args!("<th scope=\"col\">{}</th>", HtmlEscape(name)));
    }
    put(format_args!("</tr></thead><tbody>"));
    for row in rows {
        put(format_args!("<tr><th scope=\"row\"><bdi>{}</bdi></th>", HtmlEscape(&row.label)));
        for amount in &row.amounts {
            let shown = amount.map_or_else(|| "–".to_owned(), |amount| texts.number(amount));
            put(format_args!("<td>{}</td>", HtmlEscape(&shown)));
        }
        put(format_args!("</tr>"));
    }
    put(format_args!("</tbody></table></div></details>"));
    if let Some(csv) = &told.csv {
        let words = texts.text("statistics-csv");
        put(format_args!("<p><a href=\"{}\" download>{}</a></p>", address(csv), HtmlEscape(&words)));
    }
    put(format_args!("</figure>"));
    html
}

/// An address in an attribute. The engine's own escaping turns its slashes into what the wall does not read as slashes.
fn address(csv: &str) -> String {
    csv.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
