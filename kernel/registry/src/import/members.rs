//! A batch of members: each is a membership and a person, compared with the register and written.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use tiwizi_model::{KindName, ProvinceCode, RecordId};
use tiwizi_records::{Draft, NewRecord};
use tiwizi_storage::{RecordRow, record};

use crate::holder::Holder;
use crate::import::ImportError;
use crate::import::member::MemberRow;
use crate::import::merge::{apply, misfit, set, stored};
use crate::import::parse::Batch;
use crate::import::places::{Known, Place, Places, key};
use crate::import::queue::Rows;
use crate::import::report::{Rejected, Table, shorten};
use crate::import::row::Field;
use crate::import::run::{Mode, Pass};

/// The unique index of memberships: cooperative and number.
const BY_NUMBER: usize = 0;
/// The unique index of persons: the keyed hash of the identity card.
const BY_NATIONAL_ID: usize = 0;

/// What is said of a cooperative among its own members.
const OWN_MEMBER: &str = "a cooperative is no member of itself";

/// What is stored that the rows of a batch are about.
#[derive(Default)]
pub(super) struct Stored {
    memberships: HashMap<String, RecordRow>,
    persons: HashMap<RecordId, RecordRow>,
    by_national_id: HashMap<String, RecordId>,
    pub(super) legal: HashMap<RecordId, RecordRow>,
    /// Legal persons and cooperatives.
    pub(super) by_ice: HashMap<String, (Holder, RecordId)>,
}

/// What a batch is going to write.
#[derive(Default)]
pub(super) struct Writes {
    new_persons: Vec<NewRecord>,
    pub(super) new_legal: Vec<NewRecord>,
    new_memberships: Vec<NewRecord>,
    pub(super) changed: HashMap<RecordId, Draft>,
}

/// What a row says of a person, natural or legal.
pub(super) struct Wanted {
    pub(super) kind: KindName,
    pub(super) id: RecordId,
    /// Whether the id was made for this row, so that nobody else has it.
    pub(super) is_fresh: bool,
    pub(super) fields: Vec<Field>,
    /// Where a new one is put.
    pub(super) province: Option<ProvinceCode>,
}

/// A row with the cooperative that it belongs to.
pub(super) struct Placed {
    pub(super) row: MemberRow,
    place: Place,
    /// The key of its membership.
    key: String,
}

impl Pass<'_> {
    /// Takes one batch.
    pub(super) async fn members_batch(
        &mut self,
        batch: Batch<MemberRow>,
        places: &mut Places,
    ) -> Result<(), ImportError> {
        self.members.rejected += batch.rejected_rows;
        self.report.add(batch.rejected)?;
        let rows = Rows::of(batch.rows.iter().map(|row| row.row), Table::Members);
        let mut placed = self.place(batch.rows, places).await?;
        if self.mode == Mode::Check {
            placed.retain(leans_on_stored);
        }
        if placed.is_empty() {
            return Ok(());
        }
        self.settle_persons(&placed).await?;
        let mut stored = self.stored_members(&placed).await?;
        let mut writes = Writes::default();
        for placed in placed {
            self.member(placed, &mut stored, &mut writes)?;
        }
        if self.mode == Mode::Write { self.write_members(writes, rows).await } else { Ok(()) }
    }

    /// Writes what a batch changes and makes. Whoever a membership goes to is there before it says so: a machine that stops in between
    /// leaves a person without a membership, which the same import brings again, and no membership of nobody.
    async fn write_members(&mut self, writes: Writes, rows: Rows) -> Result<(), ImportError> {
        let Writes { new_persons, new_legal, new_memberships, changed } = writes;
        let membership = self.kinds.membership.name();
        let memberships = changed.values().filter(|draft| draft.kind == *membership);
        let bodies = memberships.filter_map(|draft| draft.body().and_then(Value::as_object));
        let holders: HashSet<RecordId> =
            bodies.flat_map(|body| Holder::ALL.map(|one| id_of(body, one))).flatten().collect();
        let goes_first = |new: &NewRecord| holders.contains(&new.id);
        let (first_persons, new_persons): (Vec<_>, Vec<_>) = new_persons.into_iter().partition(goes_first);
        let (first_legal, new_legal): (Vec<_>, Vec<_>) = new_legal.into_iter().partition(goes_first);
        if !first_persons.is_empty() || !first_legal.is_empty() {
            let first = vec![(&self.kinds.person, first_persons), (&self.kinds.legal_person, first_legal)];
            self.create(first, rows).await?;
            self.settle().await?;
        }
        self.change(changed.into_values().collect(), rows).await?;
        let new = vec![
            (&self.kinds.person, new_persons),
            (&self.kinds.legal_person, new_legal),
            (&self.kinds.membership, new_memberships),
        ];
        self.create(new, rows).await
    }

    /// A person of this batch may be among those that are not written yet; then they are written first.
    async fn settle_persons(&mut self, placed: &[Placed]) -> Result<(), ImportError> {
        let known = self.queue.as_ref().is_some_and(|queue| {
            let mut keys = placed.iter().filter_map(|placed| placed.row.national_id_key.as_ref());
            // Legal persons are few, and found by an ICE that the queue does not know.
            keys.any(|key| queue.may_hold(key)) || placed.iter().any(|placed| placed.row.legal.is_some())
        });
        if known { self.settle().await } else { Ok(()) }
    }

    /// Finds the cooperative of each row; rows without one are rejected.
    async fn place(&mut self, rows: Vec<MemberRow>, places: &mut Places) -> Result<Vec<Placed>, ImportError> {
        let mut placed = Vec::with_capacity(rows.len());
        for row in rows {
            let place_key = key(&row.court, &row.number);
            if places.find(place_key).is_none() {
                let found = self.find_cooperative(&row.court, &row.number).await?;
                places.put(place_key, found.map_or(Known::Nowhere, Known::Here));
            }
            let fault = match places.find(place_key) {
                Some(Known::Here(place)) if is_itself(place, &row) => ("member_number", "own-member", OWN_MEMBER),
                Some(Known::Here(place)) => match self.membership_key(place, &row) {
                    Some(key) => {
                        placed.push(Placed { row, place: place.clone(), key });
                        continue;
                    }
                    None => ("member_number", "too-long", "the number is too long"),
                },
                Some(Known::Rejected) => ("number", "cooperative-rejected", "the row of its cooperative was rejected"),
                _ => ("number", "no-cooperative", "no cooperative has this court and number"),
            };
            self.members.rejected += 1;
            self.report.add(vec![rejected(&row, fault)])?;
        }
        Ok(placed)
    }

    fn membership_key(&self, place: &Place, row: &MemberRow) -> Option<String> {
        let values = [Value::from(place.id.to_string()), Value::from(row.member_number.as_str())];
        self.kinds.membership.unique_key(BY_NUMBER, &values)
    }

    /// The hashes of the cards of some rows, under every key that a person may be found by, each with the one that its row has.
    fn cards(&self, placed: &[Placed]) -> HashMap<String, String> {
        let mut cards = HashMap::new();
        for row in placed.iter().map(|placed| &placed.row) {
            let Some((current, number)) = row.national_id_key.as_ref().zip(row.national_id.as_ref()) else { continue };
            // A number that was read is one.
            for hash in self.settings.national_id_key.hashes(number.reveal()).unwrap_or_default() {
                cards.insert(hash, current.clone());
            }
        }
        cards
    }

    async fn stored_members(&self, placed: &[Placed]) -> Result<Stored, ImportError> {
        let keys: Vec<String> =
            placed.iter().filter(|placed| !placed.place.fresh).map(|placed| placed.key.clone()).collect();
        let cards = self.cards(placed);
        let national_ids: Vec<String> = cards.keys().cloned().collect();
        let has_legal = placed.iter().any(|placed| placed.row.legal.is_some());
        if keys.is_empty() && national_ids.is_empty() && !has_legal {
            return Ok(Stored::default());
        }
        let (membership, person) = (self.kinds.membership.number(), self.kinds.person.number());
        let mut tx = self.records.db().read().await.map_err(ImportError::Lookup)?;
        let memberships =
            record::find_unique_many(&mut tx, membership, BY_NUMBER, &keys).await.map_err(ImportError::Lookup)?;
        let known = record::find_unique_many(&mut tx, person, BY_NATIONAL_ID, &national_ids)
            .await
            .map_err(ImportError::Lookup)?;
        let (mut ids, mut legal_ids) = (Vec::with_capacity(memberships.len()), Vec::new());
        for (_, row) in &memberships {
            let body = stored(row)?;
            ids.extend(person_of(&body));
            legal_ids.extend(id_of(&body, Holder::LegalPerson));
        }
        let (legal, by_ice) = self.stored_legal(&mut tx, placed, legal_ids).await?;
        let of_row = |key: &String| cards.get(key).unwrap_or(key).clone();
        let by_national_id = known.iter().map(|(key, row)| (of_row(key), row.id)).collect();
        let persons = record::find_many(&mut tx, &ids).await.map_err(ImportError::Lookup)?;
        let persons = persons.into_iter().chain(known.into_iter().map(|(_, row)| row));
        Ok(Stored {
            memberships: memberships.into_iter().collect(),
            persons: persons.filter(|row| !row.deleted).map(|row| (row.id, row)).collect(),
            by_national_id,
            legal,
            by_ice,
        })
    }

    /// Compares one row with what is stored, and adds what is to be written.
    fn member(&mut self, placed: Placed, stored: &mut Stored, writes: &mut Writes) -> Result<(), ImportError> {
        let Placed { mut row, place, key } = placed;
        let old = stored.memberships.get(&key);
        let before = old.map(self::stored).transpose()?;
        let mut is_fresh = false;
        let (holder, id) = match &row.legal {
            Some(legal) => self.legal_holder(legal, before.as_ref(), &mut stored.by_ice),
            None => {
                let person = row.national_id_key.as_ref().and_then(|key| stored.by_national_id.get(key).copied());
                let person = person.or_else(|| before.as_ref().and_then(person_of));
                is_fresh = person.is_none();
                (Holder::Person, person.unwrap_or_else(|| self.records.ambient().new_id()))
            }
        };
        if id == place.id {
            self.members.rejected += 1;
            return self.report.add(vec![rejected(&row, ("member_number", "own-member", OWN_MEMBER))]);
        }
        let mut after = before.clone().unwrap_or_default();
        apply(&mut after, std::mem::take(&mut row.membership));
        set_holder(&mut after, holder, id);
        set(&mut after, "sector", (*place.sector).into());
        if let Some(province) = place.province {
            set(&mut after, "province", province.to_string().into());
        }
        if place.is_by_acts && before.as_ref() != Some(&after) {
            self.members.rejected += 1;
            let said = "the members of this cooperative follow from its acts: enter an act instead";
            return self.report.add(vec![rejected(&row, ("member_number", "kept-by-acts", said))]);
        }
        let changes = before.as_ref().is_some_and(|before| *before != after);
        if let Some(fault) = changes.then(|| misfit(Table::Members, row.row, &after, self.last_day)).flatten() {
            self.members.rejected += 1;
            return self.report.add(vec![fault]);
        }
        let person_changed = match holder {
            Holder::Person => self.person((id, is_fresh), &mut row, &place, stored, writes)?,
            Holder::LegalPerson => self.legal_person(id, &mut row, &place, stored, writes)?,
            // What the register says of a cooperative comes from its own row.
            Holder::Cooperative => false,
        };
        if let Some(key) = &row.national_id_key {
            stored.by_national_id.insert(key.clone(), id);
        }
        match old {
            None => {
                set(&mut after, "cooperative", place.id.to_string().into());
                set(&mut after, "number", row.member_number.into());
                writes
                    .new_memberships
                    .push(NewRecord { id: self.records.ambient().new_id(), body: Value::Object(after) });
                self.members.created += 1;
            }
            Some(old) if before.as_ref() != Some(&after) => {
                let name = self.kinds.membership.name().clone();
                writes.changed.insert(old.id, Draft::replace(name, old.id, Value::Object(after), old.version));
                self.members.updated += 1;
            }
            Some(_) if person_changed => self.members.updated += 1,
            Some(_) => self.members.unchanged += 1,
        }
        Ok(())
    }

    /// Compares the person of a row; says whether there is something to write.
    fn person(
        &self,
        (id, is_fresh): (RecordId, bool),
        row: &mut MemberRow,
        place: &Place,
        stored: &Stored,
        writes: &mut Writes,
    ) -> Result<bool, ImportError> {
        let mut fields = std::mem::take(&mut row.person);
        if let Some((key, number)) = row.national_id_key.as_ref().zip(row.national_id.as_ref()) {
            let sealed = self.settings.national_id_key.seal(id, number.reveal()).map_err(ImportError::Seal)?;
            fields.push(("national_id_key", Some(key.as_str().into())));
            fields.push(("national_id_sealed", Some(sealed.into())));
        }
        let wanted = Wanted { kind: self.kinds.person.name().clone(), id, is_fresh, fields, province: place.province };
        keep(wanted, &stored.persons, &mut writes.new_persons, &mut writes.changed)
    }
}

/// Compares what is wanted with what is there, and adds what is to be written; says whether there is something.
pub(super) fn keep(
    wanted: Wanted,
    known: &HashMap<RecordId, RecordRow>,
    new: &mut Vec<NewRecord>,
    changed: &mut HashMap<RecordId, Draft>,
) -> Result<bool, ImportError> {
    let Wanted { kind, id, is_fresh, fields, province } = wanted;
    let brought = if is_fresh { None } else { new.iter_mut().rev().find(|new| new.id == id) };
    if let Some(NewRecord { body: Value::Object(body), .. }) = brought {
        // A second membership of somebody whom an earlier row of this batch brought.
        apply(body, fields);
        return Ok(true);
    }
    let Some(old) = known.get(&id) else {
        let mut body = Map::new();
        apply(&mut body, fields);
        if let Some(province) = province {
            set(&mut body, "province", province.to_string().into());
        }
        new.push(NewRecord { id, body: Value::Object(body) });
        return Ok(true);
    };
    let earlier = changed.get(&id).and_then(Draft::body).and_then(Value::as_object);
    let before = match earlier {
        Some(body) => body.clone(),
        None => stored(old)?,
    };
    let mut after = before.clone();
    apply(&mut after, fields);
    if after == before {
        return Ok(false);
    }
    changed.insert(id, Draft::replace(kind, id, Value::Object(after), old.version));
    Ok(true)
}

/// The natural person of a membership.
pub(super) fn person_of(membership: &Map<String, Value>) -> Option<RecordId> {
    id_of(membership, Holder::Person)
}

/// Whose a membership is, when that is of one sort.
pub(super) fn id_of(membership: &Map<String, Value>, holder: Holder) -> Option<RecordId> {
    membership.get(holder.field()).and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// Says whose a membership is; what was said of a holder of another sort goes.
fn set_holder(body: &mut Map<String, Value>, holder: Holder, id: RecordId) {
    for other in Holder::ALL.into_iter().filter(|other| *other != holder) {
        body.remove(other.field());
    }
    set(body, holder.field(), id.to_string().into());
    let others: &[&str] = if holder.is_person() { &["represented_by"] } else { &["gender", "birth_year"] };
    for field in others {
        body.remove(*field);
    }
}

/// Whether it depends on what is stored if a row can be written: where acts keep the members, or one of two days is in the register alone.
fn leans_on_stored(placed: &Placed) -> bool {
    let says = |field: &str| placed.row.membership.iter().any(|(found, _)| *found == field);
    placed.place.is_by_acts || (!placed.place.fresh && says("joined_on") != says("left_on"))
}

/// Whether the member is the cooperative whose member it would be, as the ICE of both says before either is written.
fn is_itself(place: &Place, row: &MemberRow) -> bool {
    let ice = row.legal.as_ref().and_then(|legal| legal.ice.as_deref());
    ice.is_some() && ice == place.ice.as_deref()
}

fn rejected(row: &MemberRow, (column, code, message): (&str, &'static str, &str)) -> Rejected {
    let value = if column == "member_number" { &row.member_number } else { &row.number };
    Rejected {
        table: Table::Members,
        row: row.row,
        column: column.to_owned(),
        value: shorten(value),
        code,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_identity::Caller;
    use tiwizi_model::{Operation, Seq};

    use crate::testing::Register;

    #[tokio::test]
    async fn whoever_takes_a_membership_over_is_there_before_it_says_so() {
        let register = Register::new().await;
        let cooperatives =
            register.file("c.csv", "court,number,name_fr,sector,province\nTaroudannt,1/2019,Tifaouine,argan,09.541\n");
        let header = "court,number,member_number,name_fr,legal_form,ice\n";
        let person = register.file("person.csv", format!("{header}Taroudannt,1/2019,1,Fadma A,,\n"));
        register.import(&register.settings(&cooperatives, Some(&person))).await;
        let before = Seq(register.changes().await);
        let line = "Taroudannt,1/2019,1,Arganier SARL,company,002136093000040\n";
        let company = register.file("company.csv", format!("{header}{line}"));
        let summary = register.import(&register.settings(&cooperatives, Some(&company))).await;
        assert_eq!((summary.members.updated, summary.members.rejected), (1, 0), "{:?}", summary.rejected);
        let page = register.records.changes(&Caller::system(), before, 10).await.unwrap();
        let changes: Vec<(&str, Operation)> =
            page.items.iter().map(|change| (change.kind.name(), change.operation)).collect();
        assert_eq!(changes, [("legal-person", Operation::Create), ("membership", Operation::Replace)]);
    }
}
