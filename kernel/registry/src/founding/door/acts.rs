//! From a file to acts: each is entered through the door of acts, by the rules of its day, and none twice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tiwizi_identity::policy::ReadPermit;
use tiwizi_identity::{Caller, Secret};
use tiwizi_model::fold::fold;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::FieldError;

use super::Foundings;
use super::office::{Entry, NameAnswer};
use super::reading::Held;
use super::writing::{fields, merged};
use crate::acts::{
    ActData, ActError, ActKind, Appointment, Constitution, DenominationRequest, Founder as FounderOfAct, Holder,
    NewAct, State, Together,
};
use crate::day::Day;
use crate::founding::error::FoundingError;
use crate::founding::founder::{Founder, Seat};
use crate::founding::lacks::Lack;
use crate::founding::step::Section;
use crate::letters::plain;
use crate::national_id::SealError;
use crate::rule_pack::Stage;

impl Foundings {
    /// Enters the request for the name of a file, unless it is there, and the answer on it, unless it is there.
    pub(super) async fn enter_name(
        &self,
        caller: &Caller,
        held: &mut Held,
        answer: &NameAnswer,
    ) -> Result<State, FoundingError> {
        let mut state = self.state(caller, held.founding.cooperative).await?;
        if answer.is_approved && state.stage != Stage::DenominationApproved {
            // Before the file is taken with the request: whoever decides looks at what is alike, and sends the same again.
            let mut asked = self.request(held)?.data;
            confirm(&mut asked, &answer.confirm_distinct);
            self.acts.demand_distinct(caller, &asked).await.map_err(not_entered)?;
        }
        let is_open = state.stage == Stage::DenominationRequested;
        let is_asked = asks_for_this(&state, held) && (is_open || self.is_answered_now(caller, held).await?);
        if !is_asked {
            let request = self.request(held)?;
            state = self.enter_taking(caller, held, request).await?;
        }
        if state.stage == Stage::DenominationRequested {
            let mut data = json!({ "answer": if answer.is_approved { "approved" } else { "refused" } });
            if let Some(data) = data.as_object_mut() {
                let texts = [("reason", &answer.reason), ("certificate", &answer.certificate)];
                data.extend(
                    texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text.clone()?.into()))),
                );
            }
            confirm(&mut data, &answer.confirm_distinct);
            let act = act(ActKind::DenominationAnswered, self.today(), data);
            state = self.enter_taking(caller, held, act).await?;
        }
        let is_so = match state.stage {
            Stage::DenominationApproved => answer.is_approved,
            Stage::DenominationRefused => !answer.is_approved,
            _ => false,
        };
        // Another answer to this request was entered, and its file could not be written.
        if is_so { Ok(state) } else { Err(FoundingError::Moved) }
    }

    /// Whether the last act was entered on the request that the file makes now: by this decision, before it was cut off, or directly since the
    /// file asked. What was entered before answers a request that was made before, also when that was on the same day and for the same name.
    async fn is_answered_now(&self, caller: &Caller, held: &Held) -> Result<bool, FoundingError> {
        if held.founding.deciding_since.is_some() {
            return Ok(true);
        }
        match self.acts.ledger(caller, held.founding.cooperative).await {
            Ok((ledger, _)) => Ok(ledger.acts().last().is_some_and(|act| act.entered_at.0 > held.founding.since)),
            Err(ActError::Missing { .. }) => Ok(false),
            Err(error) => Err(FoundingError::Act(error)),
        }
    }

    /// Enters the constitution and the receipt of a file, as far as they are not there. What is there must say what the file says.
    pub(super) async fn enter_constitution(
        &self,
        caller: &Caller,
        held: &mut Held,
        persons: &BTreeMap<RecordId, RecordId>,
    ) -> Result<(), FoundingError> {
        let mut stage = self.state(caller, held.founding.cooperative).await?.stage;
        let filed_on = held.founding.filed_on.ok_or(FoundingError::Moved)?;
        let constituted = constituted(held, persons)?;
        let filed = NewAct {
            documents: held.founding.proofs(ActKind::Filed),
            ..act(
                ActKind::Filed,
                filed_on,
                json!({ "authority": held.founding.authority, "receipt": held.founding.receipt }),
            )
        };
        for (before, new) in [(Stage::DenominationApproved, constituted), (Stage::Constituted, filed)] {
            if stage == before {
                stage = self.enter_taking(caller, held, new).await?.stage;
            } else {
                self.demand_same(caller, held, new).await?;
            }
        }
        if stage == Stage::Filed { Ok(()) } else { Err(FoundingError::Moved) }
    }

    /// Whether the register has a constitution of the cooperative of a file.
    pub(super) async fn is_constituted(&self, caller: &Caller, held: &Held) -> Result<bool, FoundingError> {
        let stage = self.state(caller, held.founding.cooperative).await?.stage;
        Ok(matches!(stage, Stage::Constituted | Stage::Filed))
    }

    /// The act of this kind that stands in the register says what the file says.
    async fn demand_same(&self, caller: &Caller, held: &Held, new: NewAct) -> Result<(), FoundingError> {
        let cooperative = held.founding.cooperative;
        let (ledger, _) = self.acts.ledger(caller, cooperative).await.map_err(FoundingError::Act)?;
        let standing =
            ledger.standing().map_err(|source| FoundingError::Act(ActError::Broken { cooperative, source }))?;
        let Some(there) = standing.iter().find(|act| act.kind() == new.kind) else { return Err(FoundingError::Moved) };
        let says = ActData::read(new.kind, new.data).map_err(FoundingError::Encode)?;
        if there.effective_on == new.effective_on && there.data == says {
            return Ok(());
        }
        let message = format!(
            "the register has act {} of this cooperative, which says something else than the file: annul or correct it, then decide",
            there.sequence
        );
        Err(FoundingError::one(FieldError::of_field("act", "other-act", message)))
    }

    /// Enters an act of a decision. The first one takes the file in the same transaction, at the version that was looked at: if the file moved,
    /// nothing is entered, and from then on its founders do not change it.
    async fn enter_taking(&self, caller: &Caller, held: &mut Held, new: NewAct) -> Result<State, FoundingError> {
        let cooperative = held.founding.cooperative;
        let now = self.now();
        let is_taken = held.founding.deciding_since.is_some();
        let taken = (!is_taken).then(|| merged(&held.body, fields([("deciding_since", now.into())])));
        let together = taken.clone().map(|body| Together {
            kind: self.names.founding.clone(),
            id: held.id,
            body,
            seen: held.version,
        });
        // An act that was annulled is an act: the next one takes the place behind it.
        let is_first = match self.acts.ledger(caller, cooperative).await {
            Ok((ledger, _)) => ledger.is_empty(),
            Err(ActError::Missing { .. }) => true,
            Err(error) => return Err(FoundingError::Act(error)),
        };
        let entered = if is_first {
            self.acts.request_denomination_as(caller, cooperative, new, together).await
        } else {
            self.acts.enter_together(caller, cooperative, new, together).await
        };
        let state = entered.map_err(not_entered)?.state;
        if let Some(body) = taken {
            held.body = body;
            held.version = held.version.next();
            held.founding.deciding_since = Some(now);
        }
        Ok(state)
    }

    /// Enters the registration of a file, unless it is there.
    pub(super) async fn enter_registration(
        &self,
        caller: &Caller,
        held: &mut Held,
        entry: &Entry,
    ) -> Result<(), FoundingError> {
        let cooperative = held.founding.cooperative;
        let state = self.state(caller, cooperative).await?;
        match state.stage {
            Stage::Filed => {
                let mut data = json!({ "court": entry.court.trim(), "number": entry.number.trim() });
                confirm(&mut data, &entry.confirm_distinct);
                let act = act(ActKind::Registered, entry.registered_on, data);
                self.enter_taking(caller, held, act).await.map(drop)
            }
            Stage::Registered if is_this(&state, entry) => Ok(()),
            _ => Err(FoundingError::Moved),
        }
    }

    /// The persons of the founders, by the records of the founders: those that the register knows, and new ones for the others. Persons who
    /// may be the same are not held up (decision 22).
    ///
    /// The number of a card is what a founder typed. Whoever has it in the register under another day of birth, or another name, is not
    /// made of that founder, whose account would then act as that person: the office is told.
    pub(super) async fn register_persons(
        &self,
        caller: &Caller,
        held: &Held,
    ) -> Result<BTreeMap<RecordId, RecordId>, FoundingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.person)?;
        let (mut persons, mut unit, mut others) = (BTreeMap::new(), self.unit(caller), Vec::new());
        let mut to_come = BTreeSet::new();
        for seat in &held.seats {
            if let Some(person) = seat.founder.person {
                persons.insert(seat.id, person);
                continue;
            }
            let number = self.number_of(seat)?;
            let known = self.known_person(&permit, seat, number.as_ref()).await?;
            let person = match known {
                Some(record) if !is_same_person(&seat.founder, &record.body) => {
                    let values = vec![("who", seat.founder.called().unwrap_or_default().to_owned())];
                    let (section, founder) = (Section::Founders, Some(seat.id));
                    others.push(Lack { section, code: "other-person", founder, values });
                    continue;
                }
                Some(record) => record.id,
                None => {
                    // The id is given out first: the number is sealed for the record that gets it.
                    let id = self.records.ambient().new_id();
                    let body = self.person_body(seat, id, number.as_ref())?;
                    to_come.insert(id);
                    unit.create_by_kernel_as(&self.names.person, id, body).map_err(FoundingError::gathered)?.id
                }
            };
            self.put_seat(&mut unit, seat, fields([("person", person.to_string().into())])).await?;
            persons.insert(seat.id, person);
        }
        if !others.is_empty() {
            return Err(FoundingError::Lacks { lacks: others });
        }
        self.try_constitution(caller, held, &persons, &to_come).await?;
        self.store(unit, held.id).await?;
        Ok(persons)
    }

    /// Tries the constitution before its persons are entered: what the rules refuse leaves nobody in the register, and what founders correct
    /// then is what becomes of them.
    async fn try_constitution(
        &self,
        caller: &Caller,
        held: &Held,
        persons: &BTreeMap<RecordId, RecordId>,
        to_come: &BTreeSet<RecordId>,
    ) -> Result<(), FoundingError> {
        let cooperative = held.founding.cooperative;
        if self.state(caller, cooperative).await?.stage != Stage::DenominationApproved {
            return Ok(());
        }
        let act = constituted(held, persons)?;
        self.acts.rehearse(caller, cooperative, act, to_come).await.map_err(FoundingError::Act)?;
        Ok(())
    }

    /// The number of a founder's card; none of a founder whose number came before numbers were kept.
    fn number_of(&self, seat: &Seat) -> Result<Option<Secret>, FoundingError> {
        let sealed = seat.founder.national_id_sealed.as_deref();
        let opened = sealed.map(|sealed| self.national_id_key.open(seat.id, sealed)).transpose();
        opened.map_err(|source| FoundingError::Sealed { founder: seat.id, source })
    }

    /// The person of the register who has the card of a founder, under whichever key.
    async fn known_person(
        &self,
        permit: &ReadPermit,
        seat: &Seat,
        number: Option<&Secret>,
    ) -> Result<Option<Record>, FoundingError> {
        let mut hashes: Vec<String> = seat.founder.national_id_key.iter().cloned().collect();
        if let Some(number) = number {
            hashes = self.national_id_key.hashes(number.reveal()).unwrap_or_default();
        }
        for hash in hashes {
            let found = self.records.find_unique(permit, 0, &[Value::from(hash)]).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The body of the person that is made of a founder, with the number of the card sealed for it.
    fn person_body(&self, seat: &Seat, id: RecordId, number: Option<&Secret>) -> Result<Value, FoundingError> {
        let failed = |source| FoundingError::Sealed { founder: seat.id, source };
        let card = match (number, &seat.founder.national_id_key) {
            (Some(number), _) => {
                let hash = self.national_id_key.hash(number.reveal()).map_err(SealError::Number).map_err(failed)?;
                let sealed = self.national_id_key.seal(id, number.reveal()).map_err(failed)?;
                fields([("national_id_key", hash.into()), ("national_id_sealed", sealed.into())])
            }
            (None, Some(hash)) => fields([("national_id_key", hash.as_str().into())]),
            (None, None) => Map::new(),
        };
        Ok(merged(&seat.founder.person_body(), card))
    }

    /// The legal persons for which founders act, in the register: that with the same ICE where there is one, else a new one. The file with what
    /// its founders know of them then.
    pub(super) async fn register_legal_persons(&self, caller: &Caller, held: Held) -> Result<Held, FoundingError> {
        let kind = &self.names.legal_person;
        let permit = self.records.may_read(&Caller::system(), kind)?;
        let (mut unit, mut others, mut is_changed) = (self.unit(caller), Vec::new(), false);
        let of_legal = |seat: &&Seat| seat.founder.holder == Holder::LegalPerson && seat.founder.legal_person.is_none();
        for seat in held.seats.iter().filter(of_legal) {
            let founder = &seat.founder;
            let known = match &founder.legal_ice {
                Some(ice) => self.records.find_unique(&permit, 0, &[Value::from(ice.as_str())]).await?,
                None => None,
            };
            let id = match known {
                Some(record) if !is_same_legal_person(founder, &record.body) => {
                    let values = vec![("who", founder.called().unwrap_or_default().to_owned())];
                    let (section, founder) = (Section::Founders, Some(seat.id));
                    others.push(Lack { section, code: "other-legal-person", founder, values });
                    continue;
                }
                Some(record) => record.id,
                None => unit.create_by_kernel(kind, founder.legal_body()).map_err(FoundingError::gathered)?.id,
            };
            self.put_seat(&mut unit, seat, fields([("legal_person", id.to_string().into())])).await?;
            is_changed = true;
        }
        if !others.is_empty() {
            return Err(FoundingError::Lacks { lacks: others });
        }
        if !is_changed {
            return Ok(held);
        }
        self.store(unit, held.id).await?;
        let now = self.load(held.id).await?;
        // Decided is on the file that was looked at.
        if now.version == held.version { Ok(now) } else { Err(FoundingError::Moved) }
    }

    /// The state of a cooperative by its acts; that of none while it has none.
    async fn state(&self, caller: &Caller, cooperative: RecordId) -> Result<State, FoundingError> {
        match self.acts.ledger(caller, cooperative).await {
            Ok((ledger, _)) => ledger
                .project(self.acts.packs())
                .map_err(|source| FoundingError::Act(ActError::Broken { cooperative, source })),
            Err(ActError::Missing { .. }) => Ok(State::default()),
            Err(error) => Err(FoundingError::Act(error)),
        }
    }

    fn request(&self, held: &Held) -> Result<NewAct, FoundingError> {
        let founding = &held.founding;
        let request = DenominationRequest {
            name_ar: founding.name_ar.clone(),
            name_fr: founding.name_fr.clone(),
            name_zgh: founding.name_zgh.clone(),
            category: founding.category.clone(),
            sector: founding.sector.clone().unwrap_or_default(),
            branch: founding.branch.clone(),
            province: founding.province,
            commune: founding.commune.clone(),
            entity: founding.entity,
        };
        let data = serde_json::to_value(request).map_err(FoundingError::Encode)?;
        Ok(act(ActKind::DenominationRequested, founding.asked_on.unwrap_or_else(|| self.today()), data))
    }
}

fn act(kind: ActKind, effective_on: Day, data: Value) -> NewAct {
    NewAct { kind, effective_on, documents: Vec::new(), corrects: None, data }
}

/// Puts into an act from which cooperatives this one is said to be distinct.
fn confirm(data: &mut Value, confirmed: &[RecordId]) {
    if let Some(data) = data.as_object_mut().filter(|_| !confirmed.is_empty()) {
        let ids: Vec<String> = confirmed.iter().map(ToString::to_string).collect();
        data.insert("confirm_distinct".to_owned(), ids.into());
    }
}

/// Why an act was not entered. What the cooperative may be the same as is told at the fields of the decision, which has no `data`.
fn not_entered(error: ActError) -> FoundingError {
    let ActError::Alike { mut fields } = error else { return FoundingError::Act(error) };
    for field in &mut fields {
        if let Some(own) = field.pointer.strip_prefix("/data").map(ToOwned::to_owned) {
            field.pointer = own;
        }
    }
    FoundingError::Act(ActError::Alike { fields })
}

/// Whether what a founder says of itself is of the person who has its card in the register: born on the same day, or, where the register
/// does not know that day, of the same name.
fn is_same_person(founder: &Founder, known: &Value) -> bool {
    let text = |field: &str| known.get(field).and_then(Value::as_str);
    if let Some(born) = text("birth_date") {
        return founder.birth_date.is_some_and(|day| day.to_string() == born);
    }
    let is_named =
        |field: &str, said: Option<&str>| text(field).zip(said).is_some_and(|(known, said)| fold(known) == fold(said));
    is_named("name_ar", founder.name_ar.as_deref()) || is_named("name_fr", founder.name_fr.as_deref())
}

/// Whether what a founder says of a legal person is of the one that has its ICE in the register: of the same name.
fn is_same_legal_person(founder: &Founder, known: &Value) -> bool {
    let text = |field: &str| known.get(field).and_then(Value::as_str);
    let is_named =
        |field: &str, said: Option<&str>| text(field).zip(said).is_some_and(|(known, said)| fold(known) == fold(said));
    is_named("name_ar", founder.legal_name_ar.as_deref()) || is_named("name_fr", founder.legal_name_fr.as_deref())
}

/// Whether the last request for a name is the one that the file makes.
fn asks_for_this(state: &State, held: &Held) -> bool {
    let founding = &held.founding;
    let is_same = state.names.ar == founding.name_ar
        && state.names.fr == founding.name_fr
        && state.names.zgh == founding.name_zgh
        && state.sector == founding.sector
        && state.entity == founding.entity
        && state.province == Some(founding.province);
    let is_of_day = |day: Day| state.denomination.as_ref().is_some_and(|request| request.requested_on == day);
    is_same && founding.asked_on.is_some_and(is_of_day)
}

fn is_this(state: &State, entry: &Entry) -> bool {
    let is = |stands: &Option<String>, given: &str| stands.as_deref().is_some_and(|text| text == plain(given.trim()));
    let is_there = is(&state.court, &entry.court) && is(&state.number, &entry.number);
    is_there && state.registered_on == Some(entry.registered_on)
}

/// The act of the founding assembly, with what proves it.
fn constituted(held: &Held, persons: &BTreeMap<RecordId, RecordId>) -> Result<NewAct, FoundingError> {
    let founded_on = held.founding.founded_on.ok_or(FoundingError::Moved)?;
    let documents = held.founding.proofs(ActKind::Constituted);
    Ok(NewAct { documents, ..act(ActKind::Constituted, founded_on, constitution(held, persons)?) })
}

/// What the founding assembly decided. Members are numbered in the order in which they came to the file.
fn constitution(held: &Held, persons: &BTreeMap<RecordId, RecordId>) -> Result<Value, FoundingError> {
    let founding = &held.founding;
    let (mut founders, mut officers) = (Vec::new(), Vec::new());
    for (at, seat) in held.seats.iter().enumerate() {
        let person = *persons.get(&seat.id).ok_or(FoundingError::Moved)?;
        let (shares, paid_mad) = (seat.founder.shares.unwrap_or_default(), seat.founder.paid_mad.unwrap_or_default());
        let holder = seat.founder.holder;
        founders.push(FounderOfAct {
            number: at.saturating_add(1).to_string(),
            person: seat.founder.member(person).ok_or(FoundingError::Moved)?,
            holder,
            represented_by: (!holder.is_person()).then_some(person),
            shares,
            paid_mad,
        });
        officers.extend(seat.founder.role.map(|role| Appointment { person, role, years: None }));
    }
    let (Some(form), Some(share_value_mad)) = (founding.form, founding.share_value_mad) else {
        return Err(FoundingError::Moved);
    };
    let statutes = founding.statutes.iter().map(|entry| entry.item.clone()).collect();
    let address = founding.address.clone();
    let constitution = Constitution { statutes, form, share_value_mad, founders, officers, address };
    serde_json::to_value(constitution).map_err(FoundingError::Encode)
}
