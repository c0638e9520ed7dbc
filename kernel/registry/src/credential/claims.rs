//! What a plugin says of a credential, held to what Open Badges 3.0 asks of an achievement and its subject.
//!
//! It has its own short form, because issuer, contexts, types and times are not a plugin's to say; what is unknown in it is refused.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_model::limits::{
    CREDENTIAL_ADDRESS_CHARS_MAX, CREDENTIAL_NAME_CHARS_MAX, CREDENTIAL_TAGS_MAX, CREDENTIAL_TEXT_CHARS_MAX,
    CREDENTIAL_UNTIL_MS_MAX,
};
use tiwizi_model::{Instant, Language, PluginId, RecordId};

use super::card::may_be_card_number;

/// What Open Badges 3.0 calls achievements (its enumeration `AchievementType`).
const TYPES: [&str; 31] = [
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "Badge",
    "BachelorDegree",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CommunityService",
    "Competency",
    "Course",
    "CoCurricular",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "Membership",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "MasterCertificate",
    "MasterDegree",
    "MicroCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
];
/// How an address may begin.
const SCHEMES: [&str; 4] = ["https://", "http://", "urn:", "did:"];

/// Why claims are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// They have another form.
    #[error("the claims of a credential: {message}")]
    Form {
        /// What is wrong, and where.
        message: String,
    },
    /// A field of theirs is not right.
    #[error("{at} of a credential: {message}")]
    Field {
        /// Which, as a JSON pointer.
        at: &'static str,
        /// What is wrong with it.
        message: String,
    },
}

/// What a plugin says, as it says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claims {
    subject: SubjectClaims,
    achievement: AchievementClaims,
    valid_until: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SubjectClaims {
    record: Option<String>,
    name: Option<String>,
    hashed: Option<HashedClaims>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HashedClaims {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AchievementClaims {
    id: String,
    name: String,
    description: String,
    criteria: CriteriaClaims,
    achievement_type: Option<String>,
    in_language: Option<String>,
    #[serde(default)]
    tag: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CriteriaClaims {
    id: Option<String>,
    narrative: Option<String>,
}

/// Claims that a credential can be made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The person in the register, if the plugin named one.
    pub record: Option<RecordId>,
    /// Until when it holds; none for good.
    pub valid_until: Option<Instant>,
    pub(super) identifiers: Vec<Value>,
    pub(super) achievement: Map<String, Value>,
    /// The achievement's name.
    pub(super) title: String,
    pub(super) achievement_id: String,
}

/// For whom claims are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) plugin: &'a PluginId,
    /// The public address of the instance.
    pub(super) address: &'a str,
    pub(super) now: Instant,
    /// Thirty-two bytes that nobody can guess: the salt is made of them.
    pub(super) secret: [u8; 32],
}

impl Claims {
    /// Reads claims.
    ///
    /// # Errors
    /// `Form` when they have another form.
    pub fn of(claims: Value) -> Result<Self, ClaimsError> {
        serde_json::from_value(claims).map_err(|source| ClaimsError::Form { message: source.to_string() })
    }

    /// The person in the register, if the plugin named one.
    ///
    /// # Errors
    /// `Field` when that is no id.
    pub fn record(&self) -> Result<Option<RecordId>, ClaimsError> {
        let record = self.subject.record.as_deref().map(str::parse::<RecordId>).transpose();
        record.map_err(|source| wrong("/subject/record", source.to_string()))
    }

    pub(super) fn judged(self, reading: Reading<'_>) -> Result<Wanted, ClaimsError> {
        let record = self.record()?;
        let valid_until = self.valid_until.map(Instant);
        if valid_until.is_some_and(|until| until <= reading.now) {
            return Err(wrong("/validUntil", "that time is over"));
        }
        if valid_until.is_some_and(|until| until.0 > CREDENTIAL_UNTIL_MS_MAX) {
            return Err(wrong("/validUntil", "is a time in milliseconds, before the year 10000"));
        }
        let identifiers = identifiers(&self.subject, reading.secret)?;
        let (title, achievement) = (self.achievement.name.clone(), achievement(self.achievement, reading)?);
        let achievement_id = achievement.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Wanted { record, valid_until, identifiers, achievement, title, achievement_id })
    }
}

fn wrong(at: &'static str, message: impl Into<String>) -> ClaimsError {
    ClaimsError::Field { at, message: message.into() }
}

/// How the subject is known: by a name as it is, or by something of theirs hashed with a salt of the kernel's.
fn identifiers(subject: &SubjectClaims, secret: [u8; 32]) -> Result<Vec<Value>, ClaimsError> {
    let mut identifiers = Vec::new();
    if let Some(name) = &subject.name {
        text("/subject/name", name, CREDENTIAL_NAME_CHARS_MAX)?;
        no_card_number("/subject/name", name)?;
        identifiers.push(json!({
            "type": "IdentityObject", "identityHash": name, "identityType": "name", "hashed": false,
        }));
    }
    if let Some(HashedClaims { kind, value }) = &subject.hashed {
        if !["emailAddress", "userName", "systemId"].contains(&kind.as_str()) {
            return Err(wrong("/subject/hashed/type", "is emailAddress, userName or systemId"));
        }
        text("/subject/hashed/value", value, CREDENTIAL_NAME_CHARS_MAX)?;
        // The number of a card has so few forms that no salt hides it.
        if kind != "emailAddress" {
            no_card_number("/subject/hashed/value", value)?;
        }
        let salt = hex(secret.first_chunk::<16>().copied().unwrap_or_default());
        let hash = hex::<32>(Sha256::digest(format!("{value}{salt}")).into());
        identifiers.push(json!({
            "type": "IdentityObject", "identityHash": format!("sha256${hash}"), "identityType": kind, "hashed": true,
            "salt": salt,
        }));
    }
    if identifiers.is_empty() { Err(wrong("/subject", "has a name or something hashed")) } else { Ok(identifiers) }
}

fn no_card_number(at: &'static str, value: &str) -> Result<(), ClaimsError> {
    if may_be_card_number(value) {
        return Err(wrong(at, "may be the number of an identity card, which stands in no credential"));
    }
    Ok(())
}

fn achievement(claims: AchievementClaims, reading: Reading<'_>) -> Result<Map<String, Value>, ClaimsError> {
    let AchievementClaims { id, name, description, criteria, achievement_type, in_language, tag } = claims;
    let mut achievement = Map::new();
    let mut set = |field: &str, value: Value| achievement.insert(field.to_owned(), value);
    set("id", address("/achievement/id", &id, reading)?.into());
    set("type", json!(["Achievement"]));
    text("/achievement/name", &name, CREDENTIAL_NAME_CHARS_MAX)?;
    set("name", name.into());
    text("/achievement/description", &description, CREDENTIAL_TEXT_CHARS_MAX)?;
    set("description", description.into());
    set("criteria", criteria_of(criteria, reading)?);
    if let Some(kind) = achievement_type {
        if !TYPES.contains(&kind.as_str()) {
            return Err(wrong("/achievement/achievementType", "is no type of achievement of Open Badges 3.0"));
        }
        set("achievementType", kind.into());
    }
    if let Some(tag) = in_language {
        let language: Result<Language, _> = tag.parse();
        let language = language.map_err(|_| wrong("/achievement/inLanguage", "is one of the seven languages"))?;
        set("inLanguage", language.tag().into());
    }
    if tag.len() > CREDENTIAL_TAGS_MAX {
        return Err(wrong("/achievement/tag", format!("has at most {CREDENTIAL_TAGS_MAX} words")));
    }
    for word in &tag {
        text("/achievement/tag", word, CREDENTIAL_NAME_CHARS_MAX)?;
    }
    if !tag.is_empty() {
        set("tag", tag.into());
    }
    Ok(achievement)
}

fn criteria_of(claims: CriteriaClaims, reading: Reading<'_>) -> Result<Value, ClaimsError> {
    let mut criteria = Map::new();
    if let Some(id) = &claims.id {
        criteria.insert("id".to_owned(), address("/achievement/criteria/id", id, reading)?.into());
    }
    if let Some(narrative) = claims.narrative {
        text("/achievement/criteria/narrative", &narrative, CREDENTIAL_TEXT_CHARS_MAX)?;
        criteria.insert("narrative".to_owned(), narrative.into());
    }
    if criteria.is_empty() {
        return Err(wrong("/achievement/criteria", "has a narrative or an id"));
    }
    Ok(Value::Object(criteria))
}

/// An address as a credential has it. A path is below the plugin's own pages: a plugin need not know where the instance is.
fn address(at: &'static str, given: &str, reading: Reading<'_>) -> Result<String, ClaimsError> {
    let is_plain = given.chars().all(|letter| letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>' | '\\'));
    let address = if given.starts_with('/') {
        if given.starts_with("//") {
            return Err(wrong(at, "begins with one slash"));
        }
        format!("{}/p/{}{given}", reading.address, reading.plugin)
    } else {
        given.to_owned()
    };
    let is_whole = SCHEMES.iter().any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
    if !is_plain || !is_whole || address.len() > CREDENTIAL_ADDRESS_CHARS_MAX {
        return Err(wrong(at, "is an address (https, urn, did) or a path below the plugin's own pages, in ASCII"));
    }
    Ok(address)
}

fn text(at: &'static str, text: &str, chars_max: usize) -> Result<(), ClaimsError> {
    let is_right = !text.trim().is_empty()
        && text.chars().count() <= chars_max
        && text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
    if is_right { Ok(()) } else { Err(wrong(at, format!("is a text of 1 to {chars_max} characters"))) }
}

pub(super) fn hex<const BYTES: usize>(bytes: [u8; BYTES]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
