//! The office over a real database: what waits, who works on it, who is reminded, and a filing from the draft to the act.

use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, FileHash, Instant, Language, RecordId};
use tiwizi_records::{Draft, FieldError, Moving};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::notice::{self, NoticeRow};
use uuid::Uuid;

use super::*;
use crate::acts::{ActKind, NewAct};
use crate::day::Day;
use crate::filings::{FilingError, Status, Values};
use crate::testing::{Register, THERE};

mod imported;
mod people;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const HERE: &str = "province:09.541";

struct House {
    register: Register,
    office: Office,
    filings: Filings,
    cooperative: RecordId,
    registrar: Caller,
}

/// An account as it is stored.
fn account_of(number: u128, person: Option<RecordId>) -> AccountRow {
    AccountRow {
        id: AccountId(Uuid::from_u128(number)),
        email: format!("{number}@example.org"),
        name: format!("Tanirt {number}"),
        password_hash: String::new(),
        person,
        language: Language::French,
        disabled: false,
        wrong_count: 0,
        wait_until: None,
        secret_until: None,
        created_at: Instant(1),
    }
}

/// A caller with one role, whose account is stored.
async fn holder_of(register: &Register, number: u128, role: &str, scope: &str) -> Caller {
    let row = account_of(number, None);
    let id = row.id;
    let mut tx = register.records.db().begin_write().await.unwrap();
    account::create(&mut tx, &row).await.unwrap();
    let grant = GrantRow {
        account: id,
        role: role.to_owned(),
        scope: scope.to_owned(),
        granted_at: Instant(1),
        granted_by: None,
    };
    grant::add(&mut tx, &grant).await.unwrap();
    tx.commit().await.unwrap();
    Caller::of_account(AccountCaller {
        account: id,
        name: row.name,
        person: None,
        language: Language::French,
        roles: vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()],
    })
}

impl House {
    /// A cooperative that was taken over at the beginning of 2024.
    async fn new() -> Self {
        let register = Register::new().await;
        let registrar = holder_of(&register, 1, "registrar", HERE).await;
        let body = json!({ "court": "Taroudannt", "number": "3/2010", "registered_on": "2010-05-06", "name_fr": "Ancienne",
            "name_ar": "القديمة", "sector": "crafts", "province": "09.541", "status": "registered" });
        let drafts = vec![Draft::create(register.names.cooperative.clone(), body)];
        let cooperative = register.records.submit(&registrar, drafts, None).await.unwrap()[0].id;
        let amended = NewAct {
            kind: ActKind::Amended,
            effective_on: day("2024-01-05"),
            documents: Vec::new(),
            corrects: None,
            data: json!({ "commune": "Tiout" }),
        };
        register.acts().enter(&registrar, cooperative, amended).await.unwrap();
        let rule = Arc::new(OfficeRule::own().unwrap());
        let filings = Filings::new(register.records.clone(), register.acts(), Arc::clone(&rule));
        let office = Office::new(register.records.clone(), register.acts(), filings.clone(), rule);
        office.follow().await.unwrap();
        Self { register, office, filings, cooperative, registrar }
    }

    async fn officer(&self) -> Caller {
        holder_of(&self.register, 20, "officer", &format!("cooperative:{}", self.cooperative)).await
    }

    /// Everything that waits, as the registrar sees it.
    async fn waiting(&self) -> Vec<StoredTask> {
        self.office.follow().await.unwrap();
        self.office.inbox(&self.registrar, &Inbox::default()).await.unwrap().tasks
    }

    async fn task(&self) -> StoredTask {
        let mut waiting = self.waiting().await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        waiting.remove(0)
    }

    async fn told(&self, caller: &Caller) -> Vec<NoticeRow> {
        let mut tx = self.register.records.db().read().await.unwrap();
        notice::list(&mut tx, caller.account().unwrap(), None, 50).await.unwrap()
    }

    async fn keys(&self, caller: &Caller) -> Vec<String> {
        self.told(caller).await.into_iter().map(|notice| notice.key).collect()
    }

    async fn submit(&self, caller: &Caller, year: u16, values: Values) -> Result<(), FilingError> {
        let opened = self.filings.open(caller, self.cooperative, year).await?;
        let seen = opened.stored.map(|(_, version)| version);
        self.filings.submit(caller, (self.cooperative, year), seen, values).await.map(|_| ())
    }

    async fn accept(&self, caller: &Caller, year: u16) -> Result<(), FilingError> {
        let opened = self.filings.open(caller, self.cooperative, year).await?;
        let (_, seen) = opened.stored.unwrap();
        self.filings.accept(caller, (self.cooperative, year), seen).await
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn values() -> Values {
    Values {
        assembly_on: Some(day("2025-03-01")),
        minutes: Some(FileHash([1; 32])),
        accounts: Some(FileHash([2; 32])),
        turnover: "90000.50".parse().ok(),
        surplus: "1200".parse().ok(),
        members: Some(12),
        women: Some(7),
        ..Values::default()
    }
}

fn codes(fields: &[FieldError]) -> Vec<(&str, &str)> {
    fields.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect()
}

#[tokio::test]
async fn a_year_is_expected_submitted_and_accepted_as_an_act() {
    let house = House::new().await;
    let officer = house.officer().await;
    let expected = house.task().await;
    assert_eq!((expected.task.what.as_str(), expected.task.waits_for), ("filing-expected", WaitsFor::Others));
    assert_eq!((expected.task.due_on, expected.task.names["name_fr"].as_str()), (day("2025-07-31"), Some("Ancienne")));

    let Err(FilingError::Invalid { fields }) = house.submit(&officer, 2024, Values::default()).await else {
        panic!("an empty filing is refused")
    };
    assert_eq!(fields.len(), 6, "{fields:?}");
    let wrong = Values { women: Some(13), accounts: Some(FileHash([1; 32])), ..values() };
    let Err(FilingError::Invalid { fields }) = house.submit(&officer, 2024, wrong).await else { panic!("refused") };
    assert_eq!(codes(&fields), [("/accounts", "repeated"), ("/women", "too-large")]);

    house.submit(&officer, 2024, values()).await.unwrap();
    let submitted = house.task().await;
    assert_eq!((submitted.id, submitted.task.what.as_str()), (expected.id, "filing-submitted"));
    assert_eq!((submitted.task.since, submitted.task.due_on), (day("2025-11-30"), day("2025-12-30")));
    let twice = house.submit(&officer, 2024, values()).await;
    assert!(matches!(twice, Err(FilingError::Standing { status: Status::Submitted })), "{twice:?}");
    let refused = house.accept(&officer, 2024).await;
    assert!(matches!(refused, Err(FilingError::Refused(_))), "{refused:?}");

    house.accept(&house.registrar, 2024).await.unwrap();
    assert!(house.waiting().await.is_empty());
    let state = house.register.acts().state(&house.registrar, house.cooperative).await.unwrap().0;
    assert_eq!((state.filings[&2024].filed_on, state.filings[&2024].content.members), (day("2025-11-30"), 12));
    assert_eq!(house.keys(&officer).await, ["notice-filing-accepted"]);
    let (years, rights) = house.filings.years(&officer, house.cooperative).await.unwrap();
    assert_eq!((years[0].year, years[0].status), (2024, Some(Status::Accepted)));
    assert!(rights.file && !rights.judge);
    let again = house.accept(&house.registrar, 2024).await;
    assert!(matches!(again, Err(FilingError::Standing { status: Status::Accepted })), "{again:?}");
}

#[tokio::test]
async fn the_next_year_begins_with_the_values_of_the_last() {
    let house = House::new().await;
    house.submit(&house.registrar, 2024, values()).await.unwrap();
    house.accept(&house.registrar, 2024).await.unwrap();
    house.register.clock.advance_ms(40 * DAY_MS);
    assert!(house.office.keep().await.unwrap() && !house.office.keep().await.unwrap());
    assert_eq!(house.task().await.task.due_on, day("2026-07-31"));
    let opened = house.filings.open(&house.registrar, house.cooperative, 2025).await.unwrap();
    let carried = &opened.filing.values;
    assert_eq!((opened.filing.carried_from, carried.members, carried.women), (Some(2024), Some(12), Some(7)));
    assert_eq!((carried.turnover, carried.assembly_on, carried.minutes), (values().turnover, None, None));
    let same = Values { assembly_on: Some(day("2026-01-05")), ..values() };
    let Err(FilingError::Invalid { fields }) = house.submit(&house.registrar, 2025, same.clone()).await else {
        panic!("amounts that were carried over are confirmed")
    };
    assert_eq!(codes(&fields), [("/same_as_before", "same-as-before")]);
    house.submit(&house.registrar, 2025, Values { same_as_before: true, ..same }).await.unwrap();
    let not_over = house.filings.open(&house.registrar, house.cooperative, 2026).await;
    assert!(matches!(not_over, Err(FilingError::NotOpen { year: 2026 })), "{not_over:?}");
}

#[tokio::test]
async fn what_is_sent_back_comes_back_and_counts_from_its_first_day() {
    let house = House::new().await;
    let officer = house.officer().await;
    house.submit(&officer, 2024, values()).await.unwrap();
    let task = house.task().await;
    house.office.take(&house.registrar, task.id, Some(task.version)).await.unwrap();
    let key = (house.cooperative, 2024);
    let seen = house.filings.open(&officer, key.0, key.1).await.unwrap().stored.unwrap().1;
    let silent = house.filings.send_back(&house.registrar, key, seen, "  ").await;
    assert!(matches!(silent, Err(FilingError::Reason)), "{silent:?}");
    house.filings.send_back(&house.registrar, key, seen, "Le procès-verbal n’est pas signé.").await.unwrap();
    let back = house.task().await;
    assert_eq!((back.task.what.as_str(), back.task.due_on), ("filing-correction", day("2025-12-15")));
    let told = house.told(&officer).await;
    assert_eq!(told[0].link, Some(format!("/directory/{}/filings/2024", house.cooperative)));
    assert_eq!(serde_json::from_str::<Value>(&told[0].args).unwrap()["year"], "2024");

    house.register.clock.advance_ms(3 * DAY_MS);
    let stale = house.filings.submit(&officer, key, Some(seen), values()).await;
    assert!(matches!(stale, Err(FilingError::Moved)), "{stale:?}");
    house.submit(&officer, 2024, Values { minutes: Some(FileHash([3; 32])), ..values() }).await.unwrap();
    let again = house.task().await;
    assert_eq!((again.task.what.as_str(), again.task.holder), ("filing-submitted", house.registrar.account()));
    assert_eq!(house.keys(&house.registrar).await, ["notice-task-back"]);
    house.accept(&house.registrar, 2024).await.unwrap();
    let state = house.register.acts().state(&house.registrar, house.cooperative).await.unwrap().0;
    assert_eq!(state.filings[&2024].filed_on, day("2025-11-30"));
}

#[tokio::test]
async fn a_filing_is_accepted_also_when_a_later_act_was_entered_while_it_waited() {
    let house = House::new().await;
    house.submit(&house.registrar, 2024, values()).await.unwrap();
    house.register.clock.advance_ms(3 * DAY_MS);
    let amended = NewAct {
        kind: ActKind::Amended,
        effective_on: day("2025-12-02"),
        documents: Vec::new(),
        corrects: None,
        data: json!({ "commune": "Igherm" }),
    };
    house.register.acts().enter(&house.registrar, house.cooperative, amended).await.unwrap();
    house.accept(&house.registrar, 2024).await.unwrap();
    let state = house.register.acts().state(&house.registrar, house.cooperative).await.unwrap().0;
    assert_eq!(state.filings[&2024].filed_on, day("2025-12-02"));
}

#[tokio::test]
async fn an_act_that_was_entered_elsewhere_settles_the_filing_and_its_annulment_opens_it_again() {
    let house = House::new().await;
    let data = json!({ "year": 2024, "assembly_on": "2025-03-01", "minutes": "1".repeat(64), "accounts": "2".repeat(64),
        "turnover_mad": 1, "surplus_mad": 0, "members": 5 });
    let documents = vec!["1".repeat(64).parse().unwrap(), "2".repeat(64).parse().unwrap()];
    let kind = ActKind::YearlyFiling;
    let new = NewAct { kind, effective_on: day("2025-04-01"), documents, corrects: None, data };
    let acts = house.register.acts();
    let entered = acts.enter(&house.registrar, house.cooperative, new).await.unwrap();
    assert!(house.waiting().await.is_empty());
    let opened = house.filings.open(&house.registrar, house.cooperative, 2024).await.unwrap();
    assert_eq!((opened.filing.status, opened.filing.act), (Status::Accepted, Some(entered.act.sequence)));
    let annulled = NewAct {
        kind: ActKind::Corrected,
        effective_on: day("2025-11-01"),
        documents: Vec::new(),
        corrects: Some(entered.act.sequence),
        data: json!({ "reason": "it is of another cooperative" }),
    };
    acts.enter(&house.registrar, house.cooperative, annulled).await.unwrap();
    assert_eq!(house.task().await.task.what, "filing-expected");
}

#[tokio::test]
async fn a_task_is_taken_given_and_handed_back_by_those_who_keep_the_register_there() {
    let house = House::new().await;
    let colleague = holder_of(&house.register, 2, "registrar", "nation").await;
    let elsewhere = holder_of(&house.register, 3, "registrar", "province:01.051").await;
    let observer = holder_of(&house.register, 4, "observer", "nation").await;
    let task = house.task().await;
    let (office, id) = (&house.office, task.id);

    let hidden = office.take(&elsewhere, id, None).await;
    assert!(matches!(hidden, Err(OfficeError::Missing { .. })), "{hidden:?}");
    let looks = office.take(&observer, id, None).await;
    assert!(matches!(looks, Err(OfficeError::Refused(_))), "{looks:?}");
    assert!(!office.may_work(&observer, &task.task) && office.may_work(&colleague, &task.task));

    office.take(&house.registrar, id, Some(task.version)).await.unwrap();
    let held = office.take(&colleague, id, None).await;
    assert!(matches!(held, Err(OfficeError::Held)), "{held:?}");
    let stale = office.hand_back(&house.registrar, id, Some(task.version)).await;
    assert!(matches!(stale, Err(OfficeError::Moved)), "{stale:?}");
    let stranger = office.assign(&house.registrar, id, None, elsewhere.account().unwrap()).await;
    assert!(matches!(stranger, Err(OfficeError::Stranger)), "{stranger:?}");
    let names: Vec<String> =
        office.colleagues(&task.task).await.unwrap().into_iter().map(|colleague| colleague.name).collect();
    assert_eq!(names, ["Tanirt 1", "Tanirt 2"]);

    office.assign(&house.registrar, id, None, colleague.account().unwrap()).await.unwrap();
    assert_eq!(house.keys(&colleague).await, ["notice-task-given"]);
    let of = async |holder| {
        let asked = Inbox { holder: Some(holder), ..Inbox::default() };
        office.inbox(&house.registrar, &asked).await.unwrap().tasks.len()
    };
    assert_eq!((of(Holder::Account(colleague.account().unwrap())).await, of(Holder::Nobody).await), (1, 0));
    office.hand_back(&colleague, id, None).await.unwrap();
    assert_eq!(of(Holder::Nobody).await, 1);
}

#[tokio::test]
async fn everybody_is_reminded_once_of_each_step() {
    let house = House::new().await;
    let officer = house.officer().await;
    // Overdue since the end of July: the steps that passed are one reminder.
    assert_eq!(house.office.remind(day("2025-11-30")).await.unwrap(), 1);
    assert_eq!(house.office.remind(day("2025-11-30")).await.unwrap(), 0);
    assert_eq!(house.keys(&officer).await, ["notice-own-overdue"]);
    assert!(house.told(&house.registrar).await.is_empty());

    house.submit(&officer, 2024, values()).await.unwrap();
    assert_eq!(house.task().await.task.reminded, 0);
    assert_eq!(house.office.remind(day("2025-11-30")).await.unwrap(), 1);
    let told = house.told(&house.registrar).await;
    assert_eq!(told[0].key, "notice-tasks-unheld");
    assert_eq!(serde_json::from_str::<Value>(&told[0].args).unwrap(), json!({ "count": "1", "province": "09.541" }));
    let task = house.task().await;
    house.office.take(&house.registrar, task.id, None).await.unwrap();
    assert_eq!(house.office.remind(day("2025-12-31")).await.unwrap(), 1);
    assert_eq!(house.keys(&house.registrar).await, ["notice-task-overdue", "notice-tasks-unheld"]);
    assert_eq!(house.told(&house.registrar).await[0].link, Some(format!("/office/{}", task.id)));
    assert_eq!(house.keys(&officer).await.len(), 1);
}

#[tokio::test]
async fn of_very_much_that_nobody_holds_a_province_gets_one_notice() {
    let house = House::new().await;
    let names = tiwizi_model::limits::OFFICE_UNIT_TASKS_MAX + 5;
    for number in 1..=names {
        let data =
            json!({ "name_fr": format!("Nom {number}"), "category": "a", "sector": "argan", "province": "09.541" });
        let new = NewAct {
            kind: ActKind::DenominationRequested,
            effective_on: day("2025-11-20"),
            documents: Vec::new(),
            corrects: None,
            data,
        };
        house.register.acts().request_denomination(&Caller::system(), new).await.unwrap();
    }
    house.office.follow().await.unwrap();
    // The filing of the cooperative is due too, and waits for others.
    let all = u64::try_from(names).unwrap() + 1;
    assert_eq!(house.office.remind(day("2025-11-30")).await.unwrap(), all);
    let told = house.told(&house.registrar).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let args = serde_json::from_str::<Value>(&told[0].args).unwrap();
    assert_eq!(args, json!({ "count": names.to_string(), "province": "09.541" }));
    assert_eq!(house.office.remind(day("2025-11-30")).await.unwrap(), 0);
}

#[tokio::test]
async fn the_inbox_is_narrowed_ordered_and_paged() {
    let house = House::new().await;
    for (number, province) in [("10", "09.541"), ("11", "09.551"), ("12", "09.541"), ("13", "09.551")] {
        let data =
            json!({ "name_fr": format!("Nom {number}"), "category": "a", "sector": "argan", "province": province });
        let new = NewAct {
            kind: ActKind::DenominationRequested,
            effective_on: day("2025-11-20"),
            documents: Vec::new(),
            corrects: None,
            data,
        };
        let nation = Caller::system();
        house.register.acts().request_denomination(&nation, new).await.unwrap();
    }
    house.office.follow().await.unwrap();
    let all = Caller::system();
    let ask = async |asked: Inbox| {
        let page = house.office.inbox(&all, &asked).await.unwrap();
        (page.tasks.iter().map(|stored| stored.task.what.clone()).collect::<Vec<_>>(), page.next)
    };
    let (everything, _) = ask(Inbox::default()).await;
    assert_eq!((everything.len(), everything[0].as_str()), (5, "filing-expected"));
    let here = Inbox { province: "09.551".parse().ok(), ..Inbox::default() };
    assert_eq!(ask(here.clone()).await.0, ["denomination-requested", "denomination-requested"]);
    assert_eq!(ask(Inbox { waits_for: Some(WaitsFor::Others), ..here.clone() }).await.0.len(), 0);
    assert_eq!(ask(Inbox { overdue_before: Some(day("2025-11-01")), ..Inbox::default() }).await.0.len(), 1);
    let source = house.register.names.denomination.clone();
    let narrow = Inbox { source: Some(source), order: Order::Newest, rows: 1, ..here };
    let (first, next) = ask(narrow.clone()).await;
    assert_eq!(first.len(), 1);
    let (second, _) = ask(Inbox { cursor: next, ..narrow }).await;
    assert_eq!(second.len(), 1);
    assert_eq!(house.waiting().await.len(), 3, "a registrar sees the own province");
}

#[tokio::test]
async fn what_moves_to_another_home_waits_here_no_more_and_nothing_is_expected_of_it() {
    let house = House::new().await;
    house.task().await;
    let (subjects, from) = ([house.cooperative], house.register.records.instance());
    let mut tx = house.register.records.db().begin_write().await.unwrap();
    let moving = Moving { subjects: &subjects, from, to: THERE, tenure: 2 };
    house.register.records.release(&mut tx, moving).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.waiting().await, Vec::new());
    assert_eq!(house.office.expect_filings(day("2027-01-02")).await.unwrap(), 0);
    assert_eq!(house.waiting().await, Vec::new());
}
