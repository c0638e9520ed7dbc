//! Words, numbers and days.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, i18n};

fn told(outcome: Result<String, Error>) -> Value {
    outcome.map_or_else(|error| json!({ "code": error.code, "message": error.message }), Value::from)
}

pub(crate) fn words(_: &Request) -> Result<Answer, Error> {
    let left = |count: &str, language| told(i18n::translate("left", &[("count", &count), ("who", &"Itto")], language));
    Answer::json(&json!({
        "one": left("1", None), "many": left("65315", Some("fr")), "code": left("007", None), "sister": left("2", Some("shi")),
        "arabic": told(i18n::translate("ready", &[("what", &"Tafukt")], Some("ary"))),
        "unknown": told(i18n::translate("kernel\nkey", &[], None)),
        "kernels": told(i18n::translate("sign-in", &[], None)),
        "nowhere": told(i18n::translate("left", &[], Some("en"))),
        "numbers": [i18n::number(-1_234.567, 1, None), i18n::number(1_234.567, 3, Some("ar")), i18n::number(f64::NAN, 200, Some("en"))],
        "days": [i18n::date(1_753_000_000_000, Some("shi")), i18n::date(u64::MAX, None)],
    }))
}
