//! What a plugin may know of founding: where the file stands that was opened from a record of its own, and the rules that it counts with.

use serde_json::{Map, Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::Record;
use tiwizi_records::{ReadError, Records};

use super::carried::Source;
use super::door::BY_SOURCE;
use super::founder::Founder;
use super::step::Step;
use crate::day::Day;
use crate::kinds::Names;
use crate::rule_pack::RulePack;

/// The place of the index by account and file among the unique ones of `registry/founder`.
const BY_ACCOUNT: usize = 0;

/// The file that was opened from a record, for a caller who takes part in it or was invited: its record, with `step`, `since`, `waits_for`,
/// and `cooperative` once that is in the register. None for everybody else.
///
/// # Errors
/// When the database fails.
pub async fn of_source(records: &Records, caller: &Caller, source: &Source) -> Result<Option<Record>, ReadError> {
    let (names, kernel) = (Names::new(), Caller::system());
    let Some(account) = caller.account() else { return Ok(None) };
    let permit = records.may_read(&kernel, &names.founding)?;
    let Some(found) = records.find_unique(&permit, BY_SOURCE, &[source.to_string().into()]).await? else {
        return Ok(None);
    };
    let permit = records.may_read(&kernel, &names.founder)?;
    let key = [account.to_string().into(), found.id.to_string().into()];
    let seat = records.find_unique(&permit, BY_ACCOUNT, &key).await?;
    let now = records.ambient().now().0;
    let takes_part = seat
        .and_then(|seat| Founder::of_body(seat.id, &seat.body).ok())
        .is_some_and(|founder| founder.has_joined() || founder.is_invited(now));
    Ok(takes_part.then(|| Record { body: told(&found.body), ..found }))
}

/// Where a file stands.
fn told(body: &Value) -> Value {
    let step = body.get("step").and_then(Value::as_str).and_then(Step::named);
    let mut told = Map::new();
    for field in ["step", "since"] {
        told.extend(body.get(field).map(|value| (field.to_owned(), value.clone())));
    }
    let waits_for = step.and_then(Step::waits_for);
    told.extend(waits_for.map(|party| ("waits_for".to_owned(), party.name().into())));
    if step == Some(Step::Registered) {
        told.extend(body.get("cooperative").map(|id| ("cooperative".to_owned(), id.clone())));
    }
    Value::Object(told)
}

/// The rules by which a cooperative is founded on a day, and which of them are still to be compared with the text of the law; none when no
/// pack is in force.
#[must_use]
pub fn rules_told(pack: Option<&RulePack>, today: Day) -> Option<Value> {
    let (pack, rules) = pack.map(|pack| (pack, &pack.rules))?;
    let unsure = [
        ("founders_min", rules.founders_min.source.to_verify),
        ("capital_min_mad", rules.capital_min_mad.source.to_verify),
        ("share_min_mad", rules.share_min_mad.source.to_verify),
        ("paid_at_subscription", rules.paid_at_subscription.source.to_verify),
    ];
    let paid = rules.paid_at_subscription.value;
    Some(json!({
        "pack": pack.reference(),
        "on": today.to_string(),
        "founders_min": rules.founders_min.value,
        "capital_min_mad": rules.capital_min_mad.value,
        "share_min_mad": rules.share_min_mad.value,
        "paid_at_subscription": { "numerator": paid.numerator, "denominator": paid.denominator },
        "to_verify": unsure.iter().filter(|(_, is_unsure)| *is_unsure).map(|(name, _)| *name).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule_pack;

    #[test]
    fn a_plugin_is_told_the_step_and_no_name_and_the_cooperative_once_it_is_one() {
        let body = |step: &str| json!({ "step": step, "since": 7, "cooperative": "c", "name_fr": "Tifaouine", "number": "12" });
        assert_eq!(told(&body("name-asked")), json!({ "step": "name-asked", "since": 7, "waits_for": "office" }));
        assert_eq!(told(&body("registered")), json!({ "step": "registered", "since": 7, "cooperative": "c" }));
    }

    #[test]
    fn the_rules_are_those_of_the_pack_of_the_day() {
        let packs = rule_pack::built_in().unwrap();
        let today: Day = "2026-01-01".parse().unwrap();
        let told = rules_told(packs.at(today), today).unwrap();
        assert_eq!(told["founders_min"], packs.at(today).unwrap().rules.founders_min.value);
        assert_eq!(told["to_verify"][0], "founders_min");
        assert_eq!(rules_told(None, today), None);
    }
}
