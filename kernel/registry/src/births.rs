//! Persons by the day of their birth, wherever they lie.
//!
//! Their index has the province before the day. Files come, and people are entered, office by office, and what is written together then stands
//! together; an index of days alone is written to all over, which was half of the work of SQLite in an import. So the question of a day is
//! put for each province at once, and for whoever lies in none.

use serde_json::Value;
use tiwizi_identity::policy::ReadPermit;
use tiwizi_model::Record;
use tiwizi_records::{ReadError, Records};

use crate::territory;

/// The index of persons: the province and the day of birth.
const BY_BIRTH: usize = 0;

/// The persons of a day of birth whom a permit shows, province by province, at most so many.
///
/// # Errors
/// When the kind is not in use, the permit shows nobody's day of birth, or the database fails.
pub async fn born_on(
    records: &Records,
    permit: &ReadPermit,
    day: &str,
    rows_max: u32,
) -> Result<Vec<Record>, ReadError> {
    let provinces = territory::provinces().iter().map(|province| Value::from(province.code.to_string()));
    let places = provinces.chain(std::iter::once(Value::Null));
    let values: Vec<Vec<Value>> = places.map(|place| vec![place, Value::from(day)]).collect();
    records.find_sorted(permit, BY_BIRTH, &values, rows_max).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiwizi_identity::Caller;
    use tiwizi_records::Draft;

    use super::*;
    use crate::testing::Register;

    #[tokio::test]
    async fn whoever_was_born_on_a_day_is_found_in_every_province_and_in_none() {
        let register = Register::new().await;
        let caller = Caller::system();
        let mut drafts = Vec::new();
        for (name, day, province) in [
            ("Itto Ouali", "1990-05-01", Some("01.051")),
            ("Fadma Idrissi", "1990-05-01", Some("09.541")),
            ("Khadija Alaoui", "1990-05-01", None),
            ("Zahra Amrani", "1990-05-02", Some("09.541")),
        ] {
            let mut body = json!({ "name_fr": name, "birth_date": day });
            if let Some(province) = province {
                body["province"] = json!(province);
            }
            drafts.push(Draft::create(register.names.person.clone(), body));
        }
        drafts.push(Draft::create(register.names.person.clone(), json!({ "name_fr": "Aicha", "province": "09.541" })));
        let made = register.records.submit(&caller, drafts, None).await.unwrap();
        let permit = register.records.may_read(&caller, &register.names.person).unwrap();
        let found = async |day: &str, rows_max: u32| {
            let found = born_on(&register.records, &permit, day, rows_max).await.unwrap();
            found.into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        assert_eq!(found("1990-05-01", 10).await, [made[0].id, made[1].id, made[2].id]);
        assert_eq!(found("1990-05-01", 2).await, [made[0].id, made[1].id]);
        assert_eq!(found("1990-05-02", 10).await, [made[3].id]);
        assert!(found("1990-05-03", 10).await.is_empty());
    }

    #[test]
    fn the_index_is_the_one_that_is_asked() {
        let manifest: Value = serde_json::from_slice(crate::kinds::MANIFEST).unwrap();
        let kinds = manifest["kinds"].as_array().unwrap();
        let person = kinds.iter().find(|kind| kind["name"] == "person").unwrap();
        assert_eq!(person["indexes"][BY_BIRTH]["fields"], json!(["province", "birth_date"]));
    }
}
