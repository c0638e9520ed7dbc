//! The inbox: what waits, narrowed and in order, page by page.
//!
//! One index answers the narrowest part of a question, and the rest is held against what it finds, up to a bound. A page may then be
//! short; its cursor goes on behind what was looked at.

use tiwizi_identity::Caller;
use tiwizi_model::limits::{OFFICE_LOOK_ROWS_MAX, OFFICE_PAGE_ROWS};
use tiwizi_model::{AccountId, KindName, ProvinceCode};
use tiwizi_records::{Filter, Operator, Query};

use super::source::WaitsFor;
use super::task::{StoredTask, Task, holder, status};
use super::{Office, OfficeError};
use crate::day::Day;

/// What is asked of the inbox. What is not named does not narrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// One province.
    pub province: Option<ProvinceCode>,
    /// What comes from one kind.
    pub source: Option<KindName>,
    /// Who holds it.
    pub holder: Option<Holder>,
    /// Whose turn it is.
    pub waits_for: Option<WaitsFor>,
    /// What should have been done before a day.
    pub overdue_before: Option<Day>,
    /// What still waits, or what is done.
    pub is_open: bool,
    /// In which order.
    pub order: Order,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// The tasks of a page; a page that ends inside what one step of the index found may have a few more.
    pub rows: u32,
}

/// Who holds a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// An account.
    Account(AccountId),
}

/// An order of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What is due first stands first: what is overdue is at the head.
    Due,
    /// What began to wait last stands first.
    Newest,
}

/// A page of the inbox.
#[derive(Debug, Clone)]
pub struct InboxPage {
    /// The tasks.
    pub tasks: Vec<StoredTask>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            province: None,
            source: None,
            holder: None,
            waits_for: None,
            overdue_before: None,
            is_open: true,
            order: Order::Due,
            cursor: None,
            rows: OFFICE_PAGE_ROWS,
        }
    }
}

impl Order {
    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Newest => "newest",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Due, Self::Newest].into_iter().find(|order| order.name() == name)
    }
}

impl Inbox {
    /// The question that one index answers.
    fn query(&self) -> Query {
        let mut filters = vec![Filter::equals("status", status(self.is_open))];
        let sort = match self.order {
            Order::Due => {
                filters.extend(self.narrowest());
                if let Some(day) = self.overdue_before {
                    filters.push(Filter { field: "due_on".into(), op: Operator::Lt, value: day.to_string().into() });
                }
                ("due_on".to_owned(), false)
            }
            Order::Newest => ("since".to_owned(), true),
        };
        Query { filters, sort: Some(sort), limit: self.rows, cursor: self.cursor.clone(), ..Query::default() }
    }

    /// The part of the question that leaves the least. What waits for others is the most of what waits: a filing of each cooperative.
    fn narrowest(&self) -> Option<Filter> {
        let held_by = |account: Option<AccountId>| Filter::equals("holder", holder(account));
        let waits_for = |whose: WaitsFor| {
            let is_asked = self.waits_for == Some(whose);
            is_asked.then(|| Filter::equals("waits_for", whose.name()))
        };
        let of_account = self.holder.and_then(|by| match by {
            Holder::Account(account) => Some(held_by(Some(account))),
            Holder::Nobody => None,
        });
        let by_office = || waits_for(WaitsFor::Office);
        let by_province = || self.province.map(|province| Filter::equals("province", province.to_string()));
        let by_source = || self.source.as_ref().map(|source| Filter::equals("source", source.to_string()));
        let of_nobody = || self.holder.filter(|by| *by == Holder::Nobody).map(|_| held_by(None));
        let by_others = || waits_for(WaitsFor::Others);
        of_account.or_else(by_office).or_else(by_province).or_else(by_source).or_else(of_nobody).or_else(by_others)
    }

    /// Whether a task is what is asked for.
    fn holds(&self, task: &Task) -> bool {
        self.province.is_none_or(|province| task.province == Some(province))
            && self.source.as_ref().is_none_or(|source| task.source == *source)
            && self.waits_for.is_none_or(|whose| task.waits_for == whose)
            && self.overdue_before.is_none_or(|day| task.due_on < day)
            && self.holder.is_none_or(|by| match by {
                Holder::Nobody => task.holder.is_none(),
                Holder::Account(account) => task.holder == Some(account),
            })
    }
}

impl Office {
    /// A page of what waits, as far as the caller may see it. Persons are named where the caller may see their names.
    ///
    /// # Errors
    /// When the caller may see no tasks, the cursor is wrong, or the database fails.
    pub async fn inbox(&self, caller: &Caller, asked: &Inbox) -> Result<InboxPage, OfficeError> {
        let permit = self.records.may_read(caller, &self.names.task)?;
        let mut query = asked.query();
        let (mut tasks, mut looked_at) = (Vec::new(), 0_usize);
        let rows = usize::try_from(asked.rows).unwrap_or(usize::MAX);
        loop {
            let page = self.records.list(&permit, &query).await?;
            looked_at = looked_at.saturating_add(page.items.len());
            let found = page.items.iter().filter_map(StoredTask::of);
            tasks.extend(found.filter(|stored| asked.holds(&stored.task) && self.may_see(caller, &stored.task)));
            query.cursor = page.next;
            if query.cursor.is_none() || tasks.len() >= rows || looked_at >= OFFICE_LOOK_ROWS_MAX {
                break;
            }
        }
        self.name_persons(caller, &mut tasks).await?;
        Ok(InboxPage { tasks, next: query.cursor })
    }
}
