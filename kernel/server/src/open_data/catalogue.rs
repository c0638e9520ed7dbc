//! The catalogue of the open data: DCAT 3 (W3C), as JSON-LD. Its addresses are relative to its own, so that it is right behind any
//! proxy. Whoever answers for the data of the instance is the one to ask; while nobody has said who that is, nobody is named.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tiwizi_model::Language;
use tiwizi_registry::journey::funnel::Who;
use tiwizi_registry::readers::{AsOf, Measure, Statistics};
use tiwizi_words::Texts;

use super::{CATALOGUE, LICENCE, LINKS, file, funnel_file, split_key};
use crate::app::App;
use crate::json;
use crate::problem::Problem;
use crate::time::rfc3339;

const CSV: &str = "https://www.iana.org/assignments/media-types/text/csv";
const LINES: &str = "https://www.iana.org/assignments/media-types/application/x-ndjson";
/// Morocco, by the list of countries that European catalogues use.
const MOROCCO: &str = "http://publications.europa.eu/resource/authority/country/MAR";

pub(super) async fn answer(app: &App) -> Result<Response, Problem> {
    let as_of = Statistics::open(&app.db, app.ambient.now()).await?.as_of();
    let messages = app.host.kernel_messages();
    let texts = [Language::Arabic, Language::French].map(|language| Texts::new(language, Arc::clone(&messages)));
    let coverage = app.protection.coverage().await?;
    let asked = coverage.controller.as_ref().map(|controller| contact(&controller.body));
    let mut response = json::ok(&catalogue(&app.instance.name, &texts, as_of, asked.as_ref()))?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/ld+json"));
    headers.insert(header::LINK, HeaderValue::from_static(LINKS));
    Ok(response)
}

fn catalogue(instance: &str, texts: &[Texts; 2], as_of: AsOf, asked: Option<&Value>) -> Value {
    let mut datasets = vec![register(texts, as_of)];
    for measure in Measure::ALL {
        for by in measure.splits() {
            let title = |texts: &Texts| {
                let words = (format!("measure-{}", measure.name()), split_key(measure, *by));
                format!("{} · {}", texts.text(&words.0), texts.text(&words.1))
            };
            let address = format!("/open-data/statistics/{}", file(measure, *by));
            let service = format!("/api/v1/statistics/{}?by={}", measure.name(), by.name());
            let mut dataset = dataset(&address, &said(texts, title), as_of, &[(address.as_str(), CSV)]);
            put(&mut dataset, "dct:description", said(texts, |texts| texts.text("statistics-lead")));
            put(&mut dataset, "dcat:landingPage", id(&service));
            datasets.push(dataset);
        }
    }
    datasets.extend(funnel(texts, as_of));
    let publisher = json!({"@type": "foaf:Agent", "foaf:name": instance});
    for dataset in &mut datasets {
        put(dataset, "dct:publisher", publisher.clone());
        if let Some(asked) = asked {
            put(dataset, "dcat:contactPoint", asked.clone());
        }
    }
    let mut catalogue = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": CATALOGUE,
        "@type": "dcat:Catalog",
        "dct:title": said(texts, |texts| texts.text("open-data")),
        "dct:description": said(texts, |texts| texts.text("open-data-lead")),
        "dct:publisher": publisher,
        "dct:license": id(LICENCE),
        "dct:spatial": id(MOROCCO),
        "dct:language": ["ar", "fr"],
        "dcat:dataset": datasets,
    });
    if let Some(asked) = asked {
        put(&mut catalogue, "dcat:contactPoint", asked.clone());
    }
    put_date(&mut catalogue, as_of);
    catalogue
}

/// Whom to ask: the names and addresses by which whoever answers for the data is known to everybody (`/privacy`).
fn contact(controller: &Value) -> Value {
    let text = |field: &str| controller.get(field).and_then(Value::as_str);
    let names = [("ar", "name_ar"), ("fr", "name_fr")].into_iter();
    let names = names.filter_map(|(tag, field)| Some(json!({"@language": tag, "@value": text(field)?})));
    let mut contact = json!({"@type": "vcard:Organization", "vcard:fn": names.collect::<Vec<_>>()});
    for (name, scheme, found) in
        [("vcard:hasEmail", "mailto", text("email")), ("vcard:hasTelephone", "tel", text("phone"))]
    {
        // Without what does not belong into an address.
        let letters = found.unwrap_or_default().chars();
        let address: String =
            letters.filter(|letter| letter.is_ascii_graphic() && !"<>\"{}|\\^`".contains(*letter)).collect();
        if !address.is_empty() {
            put(&mut contact, name, id(&format!("{scheme}:{address}")));
        }
    }
    contact
}

/// The register itself.
fn register(texts: &[Texts; 2], as_of: AsOf) -> Value {
    let files = [("/open-data/cooperatives.csv", CSV), ("/open-data/cooperatives.ndjson", LINES)];
    let title = said(texts, |texts| texts.text("directory"));
    let mut dataset = dataset("/open-data/cooperatives", &title, as_of, &files);
    put(&mut dataset, "dct:description", said(texts, |texts| texts.text("open-data-lead")));
    dataset
}

/// Who stands where on the path.
fn funnel(texts: &[Texts; 2], as_of: AsOf) -> Vec<Value> {
    let tables = Who::ALL.into_iter().flat_map(|who| who.splits().iter().map(move |by| (who, *by)));
    tables
        .map(|(who, by)| {
            let title = |texts: &Texts| {
                let parts = ["funnel".to_owned(), format!("funnel-{}", who.name()), format!("by-{}", by.name())];
                parts.map(|key| texts.text(&key)).join(" · ")
            };
            let address = format!("/open-data/statistics/{}", funnel_file(who, by));
            let service = format!("/api/v1/statistics/journey/{}?by={}", who.name(), by.name());
            let mut dataset = dataset(&address, &said(texts, title), as_of, &[(address.as_str(), CSV)]);
            put(&mut dataset, "dct:description", said(texts, |texts| texts.text("funnel-lead")));
            put(&mut dataset, "dcat:landingPage", id(&service));
            dataset
        })
        .collect()
}

fn dataset(address: &str, title: &Value, as_of: AsOf, files: &[(&str, &str)]) -> Value {
    let distribution = |(address, media_type): &(&str, &str)| {
        json!({
            "@type": "dcat:Distribution",
            "dcat:downloadURL": id(address),
            "dcat:accessURL": id(address),
            "dcat:mediaType": id(media_type),
            "dct:license": id(LICENCE),
        })
    };
    let mut dataset = json!({
        "@id": format!("{address}#dataset"),
        "@type": "dcat:Dataset",
        "dct:title": title,
        "dct:license": id(LICENCE),
        "dct:spatial": id(MOROCCO),
        "dcat:distribution": files.iter().map(distribution).collect::<Vec<_>>(),
    });
    put_date(&mut dataset, as_of);
    dataset
}

/// A text in Arabic and French.
fn said(texts: &[Texts; 2], text: impl Fn(&Texts) -> String) -> Value {
    texts.iter().map(|texts| json!({"@language": texts.language().tag(), "@value": text(texts)})).collect()
}

fn id(address: &str) -> Value {
    json!({"@id": address})
}

fn put_date(value: &mut Value, as_of: AsOf) {
    if let Some(at) = as_of.at {
        put(value, "dct:modified", json!({"@type": "xsd:dateTime", "@value": rfc3339(at)}));
    }
}

fn put(value: &mut Value, name: &str, content: Value) {
    if let Value::Object(members) = value {
        members.insert(name.to_owned(), content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_answers_for_the_data_is_the_one_to_ask() {
        let controller = json!({"name_fr": "Délégation", "email": "donnees@exemple.ma", "phone": "+212 5 00 00 00 00"});
        let asked = contact(&controller);
        assert_eq!(asked["vcard:fn"], json!([{"@language": "fr", "@value": "Délégation"}]));
        assert_eq!(asked["vcard:hasEmail"]["@id"], "mailto:donnees@exemple.ma");
        assert_eq!(asked["vcard:hasTelephone"]["@id"], "tel:+212500000000");
        assert!(contact(&json!({"name_ar": "مندوبية"})).get("vcard:hasEmail").is_none());
    }
}
