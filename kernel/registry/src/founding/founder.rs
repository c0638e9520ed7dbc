//! Those who found a cooperative together: who was invited, who takes part, what each subscribes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tiwizi_model::{AccountId, ProvinceCode, RecordId, Version};

use super::error::FoundingError;
use crate::acts::{Role, text};
use crate::day::Day;
use crate::holder::Holder;
use crate::money::Mad;

/// What a founder says of itself. The number of its identity card comes as `national_id` and is kept sealed, beside its keyed hash.
pub const PERSONAL_FIELDS: [&str; 7] = ["name_ar", "name_fr", "gender", "birth_date", "phone", "email", "address"];

/// As what a founder takes part: as itself, or for a cooperative or a legal person that it names.
pub const MEMBER_FIELDS: [&str; 7] =
    ["holder", "member_cooperative", "legal_name_ar", "legal_name_fr", "legal_form", "legal_ice", "legal_number"];

/// What the founders agree on, for each of them.
pub const TERM_FIELDS: [&str; 3] = ["shares", "paid_mad", "role"];

/// A founder. Moments are in milliseconds since 1970-01-01T00:00:00Z, amounts in dirhams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// The file.
    #[serde(with = "text")]
    pub founding: RecordId,
    /// That of the file.
    #[serde(with = "text")]
    pub province: ProvinceCode,
    /// The account that takes part, or was invited.
    #[serde(default, with = "text::maybe", skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The record of the person, once there is one.
    #[serde(default, with = "text::maybe", skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordId>,
    /// The account that invited it; none for the one who opened the file.
    #[serde(default, with = "text::maybe", skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<AccountId>,
    /// When it was invited, or opened the file.
    pub invited_at: i64,
    /// Until when the invitation is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_until: Option<i64>,
    /// The hash of the invitation's secret; none once it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation_key: Option<String>,
    /// Since when it takes part; none while it is only invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<i64>,
    /// When it confirmed the terms as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<i64>,
    /// Its name in Arabic; one of Arabic and French is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_ar: Option<String>,
    /// Its name in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_fr: Option<String>,
    /// `female` or `male`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Its day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Day>,
    /// The keyed hash of the number of its identity card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_id_key: Option<String>,
    /// That number, sealed for the record of the founder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_id_sealed: Option<String>,
    /// As what it takes part.
    #[serde(default, skip_serializing_if = "Holder::is_person")]
    pub holder: Holder,
    /// The cooperative for which it acts.
    #[serde(default, with = "text::maybe", skip_serializing_if = "Option::is_none")]
    pub member_cooperative: Option<RecordId>,
    /// The record of the legal person for which it acts, once there is one.
    #[serde(default, with = "text::maybe", skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<RecordId>,
    /// The name of that legal person in Arabic; one of Arabic and French is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name_ar: Option<String>,
    /// Its name in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name_fr: Option<String>,
    /// What it is: `company`, `association`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_form: Option<String>,
    /// Its ICE: 15 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ice: Option<String>,
    /// Its number in the register that it is kept in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_number: Option<String>,
    /// Its telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Its e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Shares that it subscribes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<u32>,
    /// What it pays of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_mad: Option<Mad>,
    /// The office that it will hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// A founder with its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// The record.
    pub id: RecordId,
    /// Its version.
    pub version: Version,
    /// Who sits there.
    pub founder: Founder,
    /// The body of the record, as it is stored.
    pub(super) body: Value,
}

impl Seat {
    /// What a founder said of itself and what the founders agreed on for it: the fields that are there.
    #[must_use]
    pub fn shown(&self) -> Map<String, Value> {
        let fields = PERSONAL_FIELDS.into_iter().chain(MEMBER_FIELDS).chain(TERM_FIELDS);
        fields.filter_map(|field| Some((field.to_owned(), self.body.get(field)?.clone()))).collect()
    }
}

impl Founder {
    /// Reads the body of a record.
    ///
    /// # Errors
    /// `Damaged` when it is not what this module writes.
    pub(super) fn of_body(id: RecordId, body: &Value) -> Result<Self, FoundingError> {
        serde_json::from_value(body.clone()).map_err(|source| FoundingError::Damaged { id, source })
    }

    /// Whether it takes part.
    #[must_use]
    pub fn has_joined(&self) -> bool {
        self.joined_at.is_some()
    }

    /// Whether it was invited, has not joined, and may still do so at a moment.
    #[must_use]
    pub fn is_invited(&self, now: i64) -> bool {
        !self.has_joined() && self.invited_until.is_some_and(|until| until >= now)
    }

    /// Whether it takes part and has confirmed the terms as they stand.
    #[must_use]
    pub fn has_confirmed(&self) -> bool {
        self.has_joined() && self.confirmed_at.is_some()
    }

    /// The name by which the others are told of it.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        self.name_fr.as_deref().or(self.name_ar.as_deref())
    }

    /// What of its own it has not said yet, by the names of fields.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let is_named = self.name_ar.is_some() || self.name_fr.is_some();
        let said = [
            ("name", is_named),
            ("gender", self.gender.is_some()),
            ("birth_date", self.birth_date.is_some()),
            ("national_id", self.national_id_key.is_some()),
            ("address", self.address.is_some()),
        ];
        said.into_iter().filter(|(_, is_there)| !is_there).map(|(field, _)| field).collect()
    }

    /// What is not said yet of the cooperative or legal person for which it acts: the code of a lack.
    pub(super) fn member_lack(&self) -> Option<&'static str> {
        let is_named = self.legal_name_ar.is_some() || self.legal_name_fr.is_some();
        match self.holder {
            Holder::Person => None,
            Holder::Cooperative => self.member_cooperative.is_none().then_some("founder-cooperative"),
            Holder::LegalPerson => (!is_named || self.legal_form.is_none()).then_some("founder-legal"),
        }
    }

    /// The member that it makes, when `person` is its own record: itself, or whom it acts for. None while that has no record.
    pub(super) fn member(&self, person: RecordId) -> Option<RecordId> {
        match self.holder {
            Holder::Person => Some(person),
            Holder::Cooperative => self.member_cooperative,
            Holder::LegalPerson => self.legal_person,
        }
    }

    /// The body of the record that the register has of the legal person for which it acts.
    pub(super) fn legal_body(&self) -> Value {
        let texts = [
            ("name_ar", &self.legal_name_ar),
            ("name_fr", &self.legal_name_fr),
            ("form", &self.legal_form),
            ("ice", &self.legal_ice),
            ("registry_number", &self.legal_number),
        ];
        let said = texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text.clone()?.into())));
        let mut body: Map<String, Value> = said.collect();
        body.insert("province".to_owned(), self.province.to_string().into());
        Value::Object(body)
    }

    /// The body of the record that the register has of a person, without the number of the card, which is sealed for its own record.
    pub(super) fn person_body(&self) -> Value {
        let mut body = Map::new();
        let mut set = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        };
        set("name_ar", self.name_ar.clone().map(Value::from));
        set("name_fr", self.name_fr.clone().map(Value::from));
        set("gender", self.gender.clone().map(Value::from));
        set("birth_date", self.birth_date.map(|day| day.to_string().into()));
        set("phone", self.phone.clone().map(Value::from));
        set("email", self.email.clone().map(Value::from));
        set("address", self.address.clone().map(Value::from));
        set("province", Some(json!(self.province.to_string())));
        Value::Object(body)
    }
}
