//! The rules of the register that a schema cannot say: check digits, real days, places and sectors that exist.
//!
//! The same rules hold for every path that writes: the API and pages come through [`Rules`], the import calls
//! [`check`] for each row. They look at one body alone; rules of law with dates of effect are in rule packs, and acts are held to them.
//! What a record is found by (court, number, number of a member) is brought to one form on each of these paths.
//!
//! What follows from acts is not written by hand: not the fields of a cooperative that has acts, nor its memberships. Imports are such a
//! hand too. Memberships that are made in one piece (`Records::prepare_bulk`) are not reviewed: whoever makes them asks
//! [`keeps_acts`] of the cooperative first, as the import does.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Instant, KindName, RecordId, Version};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{FieldError, Proposal, ReadError, Records, Rejection, Review, ReviewError};
use tiwizi_storage::StorageError;

use crate::day::{Day, DayError};
use crate::ice;
use crate::kept::{KEPT_BY_ACTS, keeps_acts};
use crate::kinds::Names;
use crate::letters::{plain, strange};
use crate::national_id::NationalIdKey;
use crate::sectors;
use crate::territory;

/// A clock that goes a little wrong, or a place further east, must not make today's date one of the future.
const FUTURE_MS: i64 = 24 * 60 * 60 * 1000;

/// How far from a whole centime a number may be: the precision of a double at the largest amount that is taken.
const CENTIME_TOLERANCE: f64 = 0.02;

/// The reviewer of the kinds `registry/…`.
#[derive(Debug, Clone)]
pub struct Rules {
    ambient: Ambient,
    /// Where a membership's cooperative is looked up.
    records: Option<Records>,
    /// What opens the sealed numbers of identity cards.
    national_ids: Option<NationalIdKey>,
}

impl Rules {
    /// Rules that know the day from this clock.
    #[must_use]
    pub fn new(ambient: Ambient) -> Self {
        Self { ambient, records: None, national_ids: None }
    }

    /// The same, with the key that opens sealed numbers of identity cards: one that does not open for its person, or is not the one whose
    /// hash stands beside it, is refused. So the number and what it is found by never part, whoever writes.
    #[must_use]
    pub fn sealed_by(self, key: NationalIdKey) -> Self {
        Self { national_ids: Some(key), ..self }
    }

    /// The same, with records in which they look up what a body refers to. Those must have no reviewers of their own.
    #[must_use]
    pub fn over(self, records: Records) -> Self {
        Self { records: Some(records), ..self }
    }
}

impl Review for Rules {
    fn shape(&self, kind: &KindName, body: &mut Value) -> bool {
        let fields = if kind.namespace() == "registry" { keys_of(kind.name()) } else { &[] };
        let mut is_changed = false;
        for field in fields {
            let Some(Value::String(text)) = body.get_mut(*field) else { continue };
            if !text.is_ascii() {
                let shaped = plain(text).into_owned();
                is_changed |= shaped != *text;
                *text = shaped;
            }
        }
        is_changed
    }

    fn check(&self, proposal: &Proposal<'_>) -> Result<(), Rejection> {
        let kind = proposal.kind();
        let mut fields = match (kind.namespace(), proposal.body()) {
            ("registry", Some(body)) => check(kind.name(), body, last_day(self.ambient.now())),
            _ => Vec::new(),
        };
        if kind.as_str() == "registry/cooperative" && !is_by_acts(proposal.caller()) {
            fields.extend(by_hand(proposal));
        }
        if kind.namespace() == "registry" {
            fields.extend(names(proposal));
        }
        if kind.as_str() == "registry/person" {
            fields.extend(self.sealed(proposal));
        }
        if fields.is_empty() { Ok(()) } else { Err(Rejection { fields }) }
    }

    fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        let older = self.older_hashes(proposal);
        let person = proposal.id();
        let is_asked = proposal.kind().as_str() == "registry/membership" && !is_by_acts(proposal.caller());
        let cooperatives = if is_asked { cooperatives_of(proposal) } else { Vec::new() };
        Box::pin(async move {
            let Some(records) = &self.records else { return Ok(()) };
            for hashed in older {
                if is_taken(records, person, hashed).await.map_err(ReviewError::Storage)? {
                    let field = FieldError::of_field("national_id_key", "taken", "another person has this number");
                    return Err(ReviewError::Rejected(Rejection::one(field)));
                }
            }
            for cooperative in cooperatives {
                match acts_of(records, cooperative).await.map_err(ReviewError::Storage)? {
                    HasActs::Yes => return Err(ReviewError::Rejected(Rejection::one(kept_by_acts("", cooperative)))),
                    // Its first act moves it, and then this is looked at again.
                    HasActs::No(version) => proposal.begin_on(cooperative, version),
                    HasActs::Unknown => {}
                }
            }
            Ok(())
        })
    }
}

impl Rules {
    /// The hashes, under keys that are being replaced, of a number that is given to a person: the unique index knows only the one under
    /// which it is stored.
    fn older_hashes(&self, proposal: &Proposal<'_>) -> Vec<String> {
        let Some(key) = self.national_ids.as_ref().filter(|key| !key.older().is_empty()) else { return Vec::new() };
        if proposal.kind().as_str() != "registry/person" {
            return Vec::new();
        }
        let sealed = |body: &Value| body.get("national_id_sealed").and_then(Value::as_str).map(str::to_owned);
        let Some(given) = proposal.body().and_then(sealed) else { return Vec::new() };
        if proposal.before().is_some_and(|before| sealed(&before).as_ref() == Some(&given)) {
            return Vec::new();
        }
        let number = key.open(proposal.id(), &given).ok();
        let mut hashes = number.and_then(|number| key.hashes(number.reveal()).ok()).unwrap_or_default();
        hashes.retain(|hash| !key.is_current_hash(hash));
        hashes
    }

    /// A sealed number that is not this person's.
    fn sealed(&self, proposal: &Proposal<'_>) -> Option<FieldError> {
        let (key, body) = (self.national_ids.as_ref()?, proposal.body()?);
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let sealed = text("national_id_sealed")?;
        let kept = |body: &Value| ["national_id_sealed", "national_id_key"].map(|field| body.get(field).cloned());
        // What stands there was held to this before.
        if proposal.before().is_some_and(|before| kept(&before) == kept(body)) {
            return None;
        }
        let fits = key.fits(proposal.id(), sealed, text("national_id_key").unwrap_or_default());
        let message = "the sealed number is not that of this person: set it with PUT /api/v1/persons/{id}/national-id";
        (!fits).then(|| FieldError::of_field("national_id_sealed", "sealed", message))
    }
}

/// Whether it is the door of acts that writes: a rule of the kernel, and not the command line or an import.
pub(crate) fn is_by_acts(caller: &Caller) -> bool {
    caller.is_kernel() && !caller.is_system()
}

/// The fields by which people find a record and files say which one they mean. However they are typed, they are kept in one form.
fn keys_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "cooperative" | "founding" => &["court", "number"],
        "membership" => &["number"],
        _ => &[],
    }
}

/// The fields of names: of a record, of what an act gives, of what somebody asks to be called, and of whom a founder acts for.
const NAMES: [&str; 5] = ["name_ar", "name_fr", "name_zgh", "legal_name_ar", "legal_name_fr"];

/// Names that hold what the import refuses too. What stood there before is left alone: nothing else of the record could be mended.
fn names(proposal: &Proposal<'_>) -> Vec<FieldError> {
    let Some(body) = proposal.body() else { return Vec::new() };
    let mut found = strange_names(body);
    if !found.is_empty() {
        let before = proposal.before().unwrap_or_default();
        found.retain(|fault| before.pointer(&fault.pointer) != body.pointer(&fault.pointer));
    }
    found
}

fn strange_names(body: &Value) -> Vec<FieldError> {
    let mut found = Vec::new();
    // Every row of an import comes by here: a pointer is written only for what is wrong.
    for (place, names) in [("", Some(body)), ("/data", body.get("data")), ("/changes", body.get("changes"))] {
        let Some(names) = names else { continue };
        for field in NAMES {
            let text = names.get(field).and_then(Value::as_str).unwrap_or_default();
            if let Some((code, message)) = text.chars().find_map(strange) {
                found.push(FieldError::new(format!("{place}/{field}"), code, format!("{field}: {message}")));
            }
        }
    }
    found
}

/// What a write by hand changes in a cooperative, though it follows from acts.
fn by_hand(proposal: &Proposal<'_>) -> Vec<FieldError> {
    let (before, body, id) = (proposal.before(), proposal.body(), proposal.id());
    let Some(before) = before.filter(keeps_acts) else {
        let is_set = body.is_some_and(|body| body.get("acts").is_some());
        return if is_set { vec![kept_by_acts("acts", id)] } else { Vec::new() };
    };
    let Some(body) = body else { return vec![kept_by_acts("", id)] };
    let changed = KEPT_BY_ACTS.into_iter().filter(|field| before.get(*field) != body.get(*field));
    changed.map(|field| kept_by_acts(field, id)).collect()
}

/// A fault that names the door; an empty field stands for the whole record.
fn kept_by_acts(field: &str, cooperative: RecordId) -> FieldError {
    let message = format!(
        "this follows from the acts of the cooperative and is not written by hand: enter an act with POST \
         /api/v1/cooperatives/{cooperative}/acts, or correct the one that was wrong"
    );
    match field {
        "" => FieldError::new("", "kept-by-acts", message),
        field => FieldError::of_field(field, "kept-by-acts", message),
    }
}

/// The cooperatives that a membership belongs to, and belonged to.
fn cooperatives_of(proposal: &Proposal<'_>) -> Vec<RecordId> {
    let bodies = [proposal.before(), proposal.body().cloned()];
    let id = |body: &Value| body.get("cooperative").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let mut found: Vec<RecordId> = bodies.iter().flatten().filter_map(id).collect();
    found.dedup();
    found
}

/// Whether another person is found by this hash.
async fn is_taken(records: &Records, person: RecordId, hashed: String) -> Result<bool, StorageError> {
    let Ok(permit) = records.may_read(&Caller::system(), &Names::new().person) else { return Ok(false) };
    match records.find_unique(&permit, 0, &[Value::from(hashed)]).await {
        Ok(found) => Ok(found.is_some_and(|record| record.id != person)),
        Err(ReadError::Storage(source)) => Err(source),
        Err(_) => Ok(false),
    }
}

/// Whether a cooperative has acts.
enum HasActs {
    /// It has, registered or not.
    Yes,
    /// Its record has none at this version.
    No(Version),
    /// There is neither a record nor a request for a name.
    Unknown,
}

async fn acts_of(records: &Records, cooperative: RecordId) -> Result<HasActs, StorageError> {
    let names = Names::new();
    let Ok(permit) = records.may_read(&Caller::system(), &names.cooperative) else { return Ok(HasActs::Unknown) };
    match records.read(&permit, cooperative).await {
        Ok(Some(record)) if keeps_acts(&record.body) => return Ok(HasActs::Yes),
        Ok(Some(record)) => return Ok(HasActs::No(record.version)),
        Err(ReadError::Storage(source)) => return Err(source),
        Ok(None) | Err(_) => {}
    }
    // Before it is registered it has acts and no record yet.
    let Ok(permit) = records.may_read(&Caller::system(), &names.denomination) else { return Ok(HasActs::Unknown) };
    match records.find_unique(&permit, 0, &[Value::from(cooperative.to_string())]).await {
        Ok(Some(_)) => Ok(HasActs::Yes),
        Err(ReadError::Storage(source)) => Err(source),
        Ok(None) | Err(_) => Ok(HasActs::Unknown),
    }
}

/// The last day that is not in the future.
#[must_use]
pub fn last_day(now: Instant) -> Day {
    Day::of(now.plus_ms(FUTURE_MS))
}

/// Checks the body of a kernel's own kind, and tells every fault.
#[must_use]
pub fn check(kind: &str, body: &Value, last_day: Day) -> Vec<FieldError> {
    let Some(body) = body.as_object() else {
        return Vec::new();
    };
    let mut faults = Faults { body, last_day, found: Vec::new() };
    match kind {
        "cooperative" => cooperative(&mut faults),
        "person" => {
            faults.day("birth_date");
            faults.province();
        }
        "legal-person" => {
            faults.ice("ice");
            faults.province();
        }
        "membership" => membership(&mut faults),
        "milestone" => faults.province(),
        "founding" => founding(&mut faults),
        "founder" => {
            faults.day("birth_date");
            faults.money("paid_mad");
            faults.ice("legal_ice");
        }
        _ => {}
    }
    faults.found
}

fn cooperative(faults: &mut Faults<'_>) {
    faults.ice("ice");
    faults.province();
    faults.sector();
    faults.money("capital_mad");
    let (founded, registered) = (faults.day("founded_on"), faults.day("registered_on"));
    if let (Some(founded), Some(registered)) = (founded, registered)
        && founded > registered
    {
        faults.add("founded_on", "order", "a cooperative is founded before it is registered".into());
    }
}

fn membership(faults: &mut Faults<'_>) {
    faults.province();
    faults.sector();
    for field in ["share_value_mad", "paid_mad", "called_mad"] {
        faults.money(field);
    }
    // A natural person acts in person.
    if faults.text("represented_by").is_some() && faults.text("person").is_some() {
        faults.add("represented_by", "not-represented", "only a member that is a legal person is represented".into());
    }
    let (joined, left) = (faults.day("joined_on"), faults.day("left_on"));
    if let (Some(joined), Some(left)) = (joined, left)
        && left < joined
    {
        faults.add("left_on", "order", "a member leaves after joining".into());
    }
}

/// What is filled in on the way to registration may still lack everything; what is there must be real.
fn founding(faults: &mut Faults<'_>) {
    faults.province();
    faults.sector();
    faults.money("share_value_mad");
    let (founded, filed) = (faults.day("founded_on"), faults.day("filed_on"));
    if let (Some(founded), Some(filed)) = (founded, filed)
        && filed < founded
    {
        faults.add("filed_on", "order", "the receipt is of the day of the assembly or a later one".into());
    }
    faults.day("registered_on");
}

/// A body under examination.
struct Faults<'a> {
    body: &'a Map<String, Value>,
    last_day: Day,
    found: Vec<FieldError>,
}

impl<'a> Faults<'a> {
    fn add(&mut self, field: &str, code: &'static str, message: String) {
        self.found.push(FieldError::of_field(field, code, message));
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A day that exists and is not in the future.
    fn day(&mut self, field: &str) -> Option<Day> {
        let parsed: Result<Day, DayError> = self.text(field)?.parse();
        match parsed {
            Ok(day) if day <= self.last_day => Some(day),
            Ok(_) => {
                self.add(field, "future", format!("{field} is in the future"));
                None
            }
            Err(error) => {
                self.add(field, "date", error.to_string());
                None
            }
        }
    }

    fn ice(&mut self, field: &str) {
        if let Some(Err(error)) = self.text(field).map(ice::check) {
            self.add(field, "ice", error.to_string());
        }
    }

    fn province(&mut self) {
        let known = |text: &str| text.parse().is_ok_and(|code| territory::province(code).is_some());
        if self.text("province").is_some_and(|text| !known(text)) {
            self.add("province", "province", "no province or prefecture has this code".into());
        }
    }

    fn sector(&mut self) {
        let Some(code) = self.text("sector") else {
            return;
        };
        let Some(sector) = sectors::sector(code) else {
            return self.add("sector", "sector", "no sector has this code".into());
        };
        let branch = self.text("branch");
        if branch.is_some_and(|code| !sector.branches.iter().any(|branch| branch.code == code)) {
            self.add("branch", "branch", format!("no branch of {} has this code", sector.fr));
        }
    }

    /// An amount in dirhams has at most two decimals.
    fn money(&mut self, field: &str) {
        let Some(amount) = self.body.get(field).and_then(Value::as_f64) else {
            return;
        };
        let centimes = amount * 100.0;
        if (centimes - centimes.round()).abs() > CENTIME_TOLERANCE {
            self.add(field, "decimals", format!("{field} has at most two decimals"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(kind: &str, body: &Value) -> Vec<(String, String)> {
        let last_day = "2025-12-01".parse().unwrap();
        check(kind, body, last_day).into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
    }

    #[test]
    fn a_right_cooperative_has_no_fault() {
        let body = json!({
            "court": "Tribunal de première instance de Taroudannt", "number": "12/2019", "name_fr": "Tifaouine",
            "ice": "001561191000066", "sector": "argan", "branch": "oil", "province": "09.541",
            "founded_on": "2019-01-02", "registered_on": "2019-02-01", "capital_mad": 12000.5, "status": "registered"
        });
        assert_eq!(codes("cooperative", &body), []);
    }

    #[test]
    fn each_wrong_field_is_named_with_its_code() {
        for (field, value, code) in [
            ("ice", json!("001561191000065"), "ice"),
            ("ice", json!("12"), "ice"),
            ("province", json!("09.999"), "province"),
            ("province", json!("souss"), "province"),
            ("sector", json!("space"), "sector"),
            ("branch", json!("pottery"), "branch"),
            ("registered_on", json!("2019-02-30"), "date"),
            ("registered_on", json!("2026-01-01"), "future"),
            ("founded_on", json!("2019-02-02"), "order"),
            ("capital_mad", json!(1000.001), "decimals"),
        ] {
            let mut body = json!({ "sector": "argan", "province": "09.541", "registered_on": "2019-02-01" });
            body[field] = value.clone();
            assert_eq!(codes("cooperative", &body), [(format!("/{field}"), code.to_owned())], "{field} {value}");
        }
    }

    #[test]
    fn whoever_is_a_hundred_and_fifteen_is_taken() {
        for kind in ["person", "founder"] {
            assert_eq!(codes(kind, &json!({ "birth_date": "1910-12-01" })), [], "{kind}");
        }
    }

    #[test]
    fn a_name_holds_no_letter_that_the_import_refuses_wherever_it_stands() {
        let codes = |body: Value| -> Vec<(String, String)> {
            strange_names(&body).into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
        };
        for (name, code) in
            [("a\u{1b}[31mb", "control"), ("a\0b", "nul"), ("a\u{fffd}", "encoding"), ("a\nb", "control")]
        {
            assert_eq!(codes(json!({ "name_fr": name })), [("/name_fr".to_owned(), code.to_owned())]);
            let act = codes(json!({ "data": { "name_ar": name }, "name_fr": "Tifaouine" }));
            assert_eq!(act, [("/data/name_ar".to_owned(), code.to_owned())]);
        }
        // Marks of direction and joiners are part of how Arabic is written.
        assert_eq!(codes(json!({ "name_ar": "تعاونية\u{200f} النور\u{200c}", "name_zgh": "ⵜⵉⴼⴰⵡⵉⵏ" })), []);
    }

    #[test]
    fn a_member_cannot_leave_before_joining() {
        let body =
            json!({ "joined_on": "2020-05-01", "left_on": "2020-04-30", "province": "09.541", "sector": "argan" });
        assert_eq!(codes("membership", &body), [("/left_on".into(), "order".into())]);
        let body = json!({ "person": "p", "represented_by": "q", "province": "09.541", "sector": "argan" });
        assert_eq!(codes("membership", &body), [("/represented_by".into(), "not-represented".into())]);
        assert_eq!(codes("person", &json!({ "birth_date": "1990-02-31" })), [("/birth_date".into(), "date".into())]);
    }
}
