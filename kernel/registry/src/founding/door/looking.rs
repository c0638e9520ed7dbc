//! Looking at files: one's own, one whole, and those that wait for the office.

use std::collections::HashMap;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::{FOUNDINGS_PAGE_ROWS, PAGE_ROWS_MAX};
use tiwizi_model::{ProvinceCode, RecordId, Version};
use tiwizi_records::{Filter, Query};

use super::reading::Held;
use super::{Foundings, account_of, hidden};
use crate::day::Day;
use crate::founding::error::FoundingError;
use crate::founding::file::Founding;
use crate::founding::founder::{Founder, Seat};
use crate::founding::lacks::{Lack, Progress, lacks, progress};
use crate::founding::step::Step;

/// As what somebody looks at a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// As the founder with that record, who takes part.
    Founder(RecordId),
    /// As one who was invited and has not joined.
    Invited(RecordId),
    /// As whoever keeps the register of its province.
    Office,
    /// As somebody who sees personal fields there, and decides nothing.
    Observer,
}

/// A file, as somebody sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The file.
    pub id: RecordId,
    /// Its version: it goes with every change.
    pub version: Version,
    /// What it holds.
    pub founding: Founding,
    /// Its founders, in the order in which they came.
    pub seats: Vec<Seat>,
    /// As what the caller looks at it.
    pub viewer: Viewer,
    /// What is missing before it can be handed in.
    pub lacks: Vec<Lack>,
    /// How far it has come.
    pub progress: Progress,
    /// Until when the office answers, by the rules; none when they say nothing of this step.
    pub due: Option<Day>,
}

/// A file in which an account takes part, or to which it was invited.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The file.
    pub id: RecordId,
    /// What it holds.
    pub founding: Founding,
    /// Whether the account has joined; otherwise it is only invited.
    pub has_joined: bool,
}

/// Which files are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingQuery<'a> {
    /// At which step.
    pub step: Step,
    /// In which province; none stands for all that the caller keeps.
    pub province: Option<ProvinceCode>,
    /// Where the page before ended.
    pub cursor: Option<&'a str>,
}

/// Files that stand at one step, those that wait longest first.
#[derive(Debug, Clone)]
pub struct WaitingPage {
    /// The files: each with its id, and until when it is to be answered.
    pub items: Vec<(RecordId, Founding, Option<Day>)>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

impl Foundings {
    /// A file, for whoever takes part in it, was invited to it, or may see it by office.
    ///
    /// # Errors
    /// `Missing` when there is no such file for this caller.
    pub async fn look(&self, caller: &Caller, id: RecordId) -> Result<Seen, FoundingError> {
        let held = self.load(id).await?;
        let viewer = self.viewer(caller, &held)?;
        let lacks = match viewer {
            Viewer::Invited(_) => Vec::new(),
            _ => lacks(&held.founding, &held.seats, self.rules()?, self.today()),
        };
        let Held { id, version, founding, seats, .. } = held;
        let (progress, due) = (progress(founding.step, &lacks), self.due(&founding));
        Ok(Seen { id, version, founding, seats, viewer, lacks, progress, due })
    }

    fn viewer(&self, caller: &Caller, held: &Held) -> Result<Viewer, FoundingError> {
        if let Some(seat) = self.standing_seat(caller, held) {
            let as_what = if seat.founder.has_joined() { Viewer::Founder } else { Viewer::Invited };
            return Ok(as_what(seat.id));
        }
        let Err(error) = self.demand_office(caller, held) else { return Ok(Viewer::Office) };
        let permit = self.records.may_read(caller, &self.names.founding).map_err(|_| FoundingError::Missing)?;
        let place = (Some(held.founding.cooperative), Some(held.founding.province));
        let sees = permit.classes(place.0, place.1).is_some_and(|classes| classes.holds(Class::Personal));
        if sees { Ok(Viewer::Observer) } else { Err(hidden(error)) }
    }

    /// The files in which the caller's account takes part, and those to which it was invited; those that wait for somebody first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn of_account(&self, caller: &Caller) -> Result<Vec<Mine>, FoundingError> {
        let account = account_of(caller)?;
        let permit = self.records.may_read(&Caller::system(), &self.names.founder)?;
        let filters = vec![Filter::equals("account", account.to_string())];
        let query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut seats = HashMap::new();
        for record in self.records.list(&permit, &query).await?.items {
            let founder = Founder::of_body(record.id, &record.body)?;
            seats.insert(founder.founding, (founder.has_joined(), founder.is_invited(self.now())));
        }
        let ids: Vec<RecordId> = seats.keys().copied().collect();
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let mut mine = Vec::with_capacity(ids.len());
        for record in self.records.read_many(&permit, &ids).await? {
            let founding = Founding::of_body(record.id, &record.body)?;
            // An invitation to a file that is closed, or whose time is over, is none any more.
            let (has_joined, is_invited) = seats.get(&record.id).copied().unwrap_or_default();
            if has_joined || (is_invited && founding.step.is_open()) {
                mine.push(Mine { id: record.id, founding, has_joined });
            }
        }
        mine.sort_by_key(|mine| (mine.founding.step.has_ended(), std::cmp::Reverse(mine.founding.since)));
        Ok(mine)
    }

    /// Files that stand at a step, as far as the caller may see them by office; those that stand there longest first.
    ///
    /// # Errors
    /// `Read` when it may see none at all.
    pub async fn waiting(&self, caller: &Caller, asked: WaitingQuery<'_>) -> Result<WaitingPage, FoundingError> {
        let permit = self.records.may_read(caller, &self.names.founding)?;
        let mut filters = vec![Filter::equals("step", asked.step.name())];
        filters.extend(asked.province.map(|province| Filter::equals("province", province.to_string())));
        let query = Query {
            filters,
            sort: Some(("since".to_owned(), false)),
            limit: FOUNDINGS_PAGE_ROWS,
            cursor: asked.cursor.map(str::to_owned),
            ..Query::default()
        };
        let page = self.records.list(&permit, &query).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for record in page.items {
            let founding = Founding::of_body(record.id, &record.body)?;
            let due = self.due(&founding);
            items.push((record.id, founding, due));
        }
        Ok(WaitingPage { items, next: page.next })
    }

    /// Until when the office answers, by the rules of the day on which it was asked.
    #[must_use]
    pub fn due(&self, founding: &Founding) -> Option<Day> {
        let asked_on = founding.asked_on.filter(|_| founding.step == Step::NameAsked)?;
        let pack = self.acts.packs().at(asked_on)?;
        Some(asked_on.plus_days(pack.rules.denomination_answer_days.value))
    }
}
