//! Imports from the page over a real database: tried, imported, ended, cut off, taken away; and who sees them.

use serde_json::Value;
use tiwizi_identity::{AccountCaller, RoleGrant};
use tiwizi_model::limits::IMPORT_KEPT_MS;
use tiwizi_model::{AccountId, Instant, Language};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::notice;
use uuid::Uuid;

use super::*;
use crate::import::Table;
use crate::synthetic;
use crate::testing::Register;

const GOOD: &str = "court;number;name_fr;sector;province\nA;1;Tifaouine;argan;09.541\nA;2;Al Amal;crafts;09.541\n";
const MIXED: &str = "court;number;name_fr;sector;province\nA;1;Tifaouine;argan;09.541\nA;2;Al Amal;crafts;99.999\n";
const MEMBERS: &str = "court,number,member_number,name_fr,gender\nA,1,1,Fadma,female\nA,1,2,Lhou,male\n";

struct Bureau {
    register: Register,
    imports: Imports,
}

/// An account that keeps the register of the nation, or of a province.
fn registrar(number: u128, scope: &str) -> Caller {
    of(number, RoleGrant::new(Role::Registrar, scope.parse().unwrap()).unwrap())
}

fn of(number: u128, role: RoleGrant) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(number)),
        name: format!("Account {number}"),
        person: None,
        language: Language::French,
        roles: vec![role],
    })
}

impl Bureau {
    async fn open() -> Self {
        let register = Register::new().await;
        let bureau = Self { imports: door(&register), register };
        for number in [1, 2] {
            bureau.account(number).await;
        }
        bureau
    }

    async fn account(&self, number: u128) {
        let row = AccountRow {
            id: AccountId(Uuid::from_u128(number)),
            email: format!("{number}@example.org"),
            name: format!("Account {number}"),
            password_hash: String::new(),
            person: None,
            language: Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: Instant(1),
        };
        let mut tx = self.register.records.db().begin_write().await.unwrap();
        account::create(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn send(&self, text: &str) -> RecordId {
        let caller = registrar(1, "nation");
        let mut incoming = self.imports.begin(&caller).await.unwrap();
        incoming.write(text.as_bytes()).await.unwrap();
        let new = NewImport { name: "C:\\fichiers\\liste.csv".to_owned(), ..NewImport::default() };
        self.imports.take(&caller, new, incoming).await.unwrap()
    }

    async fn work(&self) {
        while self.imports.run_next().await.unwrap() {}
    }

    async fn run(&self, id: RecordId) -> Run {
        self.imports.read(id).await.unwrap().unwrap().run
    }

    async fn stored(&self) -> Vec<Value> {
        self.register.all(&self.register.names.cooperative).await
    }

    /// The keys of what the sender was told, the newest first.
    async fn told(&self) -> Vec<String> {
        let mut tx = self.register.records.db().read().await.unwrap();
        let rows = notice::list(&mut tx, AccountId(Uuid::from_u128(1)), None, 99).await.unwrap();
        rows.into_iter().map(|row| row.key).collect()
    }
}

fn door(register: &Register) -> Imports {
    let (key, rule) = (Register::key(), Register::duplicates_rule());
    Imports::open(register.records.clone(), key, rule, &register.folder.path().join("data")).unwrap()
}

#[tokio::test]
async fn a_good_file_is_tried_then_imported_and_a_second_time_changes_nothing() {
    let bureau = Bureau::open().await;
    let me = registrar(1, "nation");
    for expected in [(2, 0), (0, 2)] {
        let id = bureau.send(GOOD).await;
        assert_eq!(bureau.run(id).await.status, Status::Waiting);
        let before = bureau.stored().await.len();
        bureau.work().await;
        let run = bureau.run(id).await;
        assert_eq!((run.status, run.table, &*run.name), (Status::Checked, Some(Table::Cooperatives), "liste.csv"));
        assert_eq!((run.counts.created, run.counts.unchanged), expected);
        assert_eq!(bureau.stored().await.len(), before, "a dry run wrote");
        let found = bureau.imports.show(&me, id).await.unwrap().findings.unwrap();
        assert_eq!((found.format.as_deref(), found.separator.as_deref()), (Some("csv"), Some("semicolon")));
        assert_eq!(found.columns.len(), 5);
        bureau.imports.import(&me, id, false).await.unwrap();
        bureau.work().await;
        let run = bureau.run(id).await;
        assert_eq!((run.status, (run.counts.created, run.counts.unchanged)), (Status::Imported, expected));
        assert_eq!(bureau.stored().await.len(), 2);
    }
    assert_eq!(bureau.told().await[..2], ["notice-import-imported", "notice-import-checked"]);
}

#[tokio::test]
async fn wrong_rows_hold_the_whole_file_back_unless_the_good_ones_are_wanted_alone() {
    let bureau = Bureau::open().await;
    let (me, id) = (registrar(1, "nation"), bureau.send(MIXED).await);
    bureau.work().await;
    assert_eq!(bureau.run(id).await.counts.rejected, 1);
    let found = bureau.imports.show(&me, id).await.unwrap().findings.unwrap();
    assert_eq!((found.rejected.len(), found.rejected[0].row, &*found.rejected[0].column), (1, 3, "province"));
    let report = std::fs::read_to_string(bureau.imports.report(&me, id).await.unwrap()).unwrap();
    assert!(report.contains("99.999"), "{report}");
    let refused = bureau.imports.import(&me, id, false).await;
    assert!(matches!(refused, Err(ImportsError::Rejected { rejected: 1 })), "{refused:?}");
    bureau.imports.import(&me, id, true).await.unwrap();
    bureau.work().await;
    let run = bureau.run(id).await;
    assert_eq!((run.status, run.counts.created, run.counts.rejected), (Status::Imported, 1, 1));
    assert_eq!(bureau.stored().await.len(), 1);
}

#[tokio::test]
async fn members_come_alone_to_cooperatives_that_are_there() {
    let bureau = Bureau::open().await;
    let me = registrar(1, "nation");
    for (file, status) in [(MEMBERS, 0), (GOOD, 2), (MEMBERS, 2)] {
        let id = bureau.send(file).await;
        bureau.work().await;
        assert_eq!(bureau.run(id).await.counts.created, status);
        if status > 0 {
            bureau.imports.import(&me, id, false).await.unwrap();
            bureau.work().await;
        }
    }
    assert_eq!(bureau.register.all(&bureau.register.names.membership).await.len(), 2);
}

#[tokio::test]
async fn a_file_that_is_not_understood_says_why_without_the_place_where_it_lies() {
    let bureau = Bureau::open().await;
    let (me, id) = (registrar(1, "nation"), bureau.send("court,number,sector,province,colour\n").await);
    bureau.work().await;
    let run = bureau.run(id).await;
    assert_eq!((run.status, run.error.as_deref()), (Status::Failed, Some("header")));
    let found = bureau.imports.show(&me, id).await.unwrap().findings.unwrap();
    assert_eq!(found.columns.iter().filter(|column| column.name.is_none()).count(), 1);
    let detail = found.detail.unwrap();
    assert!(detail.contains("colour") && detail.contains("liste.csv"), "{detail}");
    assert!(!detail.contains(&bureau.register.folder.path().display().to_string()), "{detail}");
    bureau.imports.try_again(&me, id).await.unwrap();
    assert_eq!(bureau.run(id).await.status, Status::Waiting);
}

#[tokio::test]
async fn what_waits_is_taken_back_and_a_stop_of_the_instance_begins_nothing() {
    let bureau = Bureau::open().await;
    let (me, id) = (registrar(1, "nation"), bureau.send(GOOD).await);
    bureau.imports.stop(&me, id).await.unwrap();
    assert_eq!(bureau.run(id).await.status, Status::Stopped);
    bureau.imports.try_again(&me, id).await.unwrap();
    bureau.imports.close();
    bureau.work().await;
    assert_eq!(bureau.run(id).await.status, Status::Waiting);
    // The next start goes on with it.
    let next = door(&bureau.register);
    next.recover().await.unwrap();
    while next.run_next().await.unwrap() {}
    assert_eq!(bureau.run(id).await.status, Status::Checked);
}

#[tokio::test]
async fn a_stop_between_the_look_and_the_work_is_not_lost() {
    let bureau = Bureau::open().await;
    let me = registrar(1, "nation");
    // It was not its turn after all: whoever was told that it ends finds it ended.
    let id = bureau.send(GOOD).await;
    let (halter, _halt) = crate::import::halt();
    let current = Current { id, account_name: String::new(), halter, progress: None, is_stopped: false };
    bureau.imports.on_current(|place| *place = Some(current));
    bureau.imports.stop(&me, id).await.unwrap();
    assert_eq!(bureau.run(id).await.status, Status::Waiting);
    assert!(!bureau.imports.leave(id, Ok(false)).await.unwrap());
    assert_eq!(bureau.run(id).await.status, Status::Stopped);
    assert!(bureau.imports.on_current(|place| place.is_none()));
    // What was worked on meanwhile is looked at again, and not an error of the database.
    let id = bureau.send(GOOD).await;
    let seen = bureau.imports.read(id).await.unwrap().unwrap();
    bureau.work().await;
    assert!(!bureau.imports.take_back(&me, seen).await.unwrap());
    let late = bureau.imports.stop(&me, id).await;
    assert!(matches!(late, Err(ImportsError::NotNow { status: Status::Checked })), "{late:?}");
}

#[tokio::test]
async fn what_a_crash_cut_off_says_so_after_the_next_start_and_can_be_tried_again() {
    let bureau = Bureau::open().await;
    let (me, id) = (registrar(1, "nation"), bureau.send(GOOD).await);
    let StoredRun { version, mut run, .. } = bureau.imports.read(id).await.unwrap().unwrap();
    run.status = Status::Importing;
    bureau.imports.store(&Caller::system(), id, version, &run).await.unwrap();
    // While one writes no other does.
    let other = bureau.send(GOOD).await;
    assert!(bureau.imports.run_next().await.unwrap());
    bureau.imports.import(&me, other, false).await.unwrap();
    assert!(!bureau.imports.run_next().await.unwrap(), "two wrote at once");
    bureau.imports.recover().await.unwrap();
    assert_eq!(bureau.run(id).await.status, Status::Cut);
    assert_eq!(bureau.told().await[0], "notice-import-cut");
    bureau.work().await;
    assert_eq!(bureau.run(other).await.status, Status::Imported);
    bureau.imports.try_again(&me, id).await.unwrap();
    bureau.work().await;
    assert_eq!(bureau.run(id).await.counts.unchanged, 2);
}

#[tokio::test]
async fn an_import_ends_also_when_what_was_found_cannot_be_written_down() {
    let bureau = Bureau::open().await;
    let (me, id) = (registrar(1, "nation"), bureau.send(GOOD).await);
    let folder = bureau.register.folder.path().join("data").join("imports").join(id.to_string());
    std::fs::create_dir(folder.join("findings.part")).unwrap();
    for status in [Status::Checked, Status::Imported] {
        bureau.work().await;
        assert_eq!(bureau.run(id).await.status, status);
        if status == Status::Checked {
            bureau.imports.import(&me, id, false).await.unwrap();
        }
    }
    assert!(bureau.imports.show(&me, id).await.unwrap().findings.is_none());
}

#[tokio::test]
async fn an_import_that_is_ended_while_it_writes_says_how_much_stays() {
    let bureau = Bureau::open().await;
    let many = synthetic::Settings { one_in: 20, ..synthetic::Settings::default() };
    let made = synthetic::write(bureau.register.folder.path(), many).unwrap();
    let settings = bureau.register.settings(&made.cooperatives, None);
    let (halter, halt) = crate::import::halt();
    let progress = |progress: Progress| {
        if progress.writing {
            halter.halt();
        }
    };
    let (records, caller) = (&bureau.register.records, Caller::system());
    let ended = crate::import::run_until(records, &caller, &settings, halt, progress).await;
    let Err(crate::import::ImportError::Halted { written }) = ended else { panic!("{ended:?}") };
    let all = u64::from(made.totals.cooperatives);
    assert!(written > 0 && written < all, "{written} of {all}");
    assert_eq!(bureau.stored().await.len(), usize::try_from(written).unwrap());
    let again = bureau.register.import(&settings).await;
    assert_eq!((again.cooperatives.unchanged, again.cooperatives.created), (written, all - written));
}

#[tokio::test]
async fn only_who_sent_it_and_administrators_see_it_and_only_some_may_send() {
    let bureau = Bureau::open().await;
    let id = bureau.send(GOOD).await;
    bureau.work().await;
    let admin = of(2, RoleGrant::new(Role::Administrator, "nation".parse().unwrap()).unwrap());
    assert!(bureau.imports.show(&admin, id).await.is_ok());
    assert_eq!(bureau.imports.list(&admin).await.unwrap().len(), 1);
    let other = registrar(2, "nation");
    assert!(matches!(bureau.imports.show(&other, id).await, Err(ImportsError::Missing)));
    assert!(matches!(bureau.imports.report(&other, id).await, Err(ImportsError::Missing)));
    assert!(bureau.imports.list(&other).await.unwrap().is_empty());
    for nobody in [registrar(2, "province:09.541"), Caller::public()] {
        assert!(matches!(bureau.imports.begin(&nobody).await, Err(ImportsError::Refused)));
        assert!(matches!(bureau.imports.list(&nobody).await, Err(ImportsError::Refused)));
    }
}

#[tokio::test]
async fn the_file_goes_at_once_or_after_a_week_and_no_record_holds_what_was_in_it() {
    let bureau = Bureau::open().await;
    let me = registrar(1, "nation");
    let (now, later) = (bureau.send(MIXED).await, bureau.send(MIXED).await);
    bureau.work().await;
    bureau.imports.remove(&me, now).await.unwrap();
    assert_eq!((bureau.run(now).await.status, bureau.run(now).await.has_files), (Status::GivenUp, false));
    // What a machine that stopped, or another kernel, left of it.
    let left = bureau.register.folder.path().join("data").join("imports").join(now.to_string());
    std::fs::create_dir(&left).unwrap();
    assert_eq!(bureau.imports.sweep().await.unwrap(), 1);
    assert!(!left.exists());
    assert!(bureau.imports.show(&me, now).await.unwrap().findings.is_none());
    assert!(matches!(bureau.imports.import(&me, now, true).await, Err(ImportsError::Removed)));
    assert_eq!(bureau.imports.sweep().await.unwrap(), 0);
    bureau.register.clock.advance_ms(IMPORT_KEPT_MS.unsigned_abs() + 1);
    assert_eq!(bureau.imports.sweep().await.unwrap(), 1);
    assert!(!bureau.run(later).await.has_files);
    assert!(matches!(bureau.imports.report(&me, later).await, Err(ImportsError::Removed)));
    let records = bureau.register.all(&bureau.register.names.import).await;
    assert!(records.iter().all(|body| !body.to_string().contains("99.999")), "{records:?}");
}
