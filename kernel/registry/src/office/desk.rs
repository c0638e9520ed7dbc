//! Who works on what: a registrar takes a task, gives it to a colleague, or hands it back.
//!
//! Whoever keeps the register where the task lies may do all three; whom it is given to must keep it there too. What changed hands, and
//! through whom, stands in the history of the task.

use tiwizi_identity::policy::{self, Access, Action, Grantee, Placement};
use tiwizi_identity::{Caller, Colleague, Role, colleagues};
use tiwizi_model::{AccountId, RecordId, Version};
use tiwizi_records::{Message, Recipient, Unit};

use super::remind::{args_of, task_link, tell};
use super::task::{StoredTask, Task};
use super::{Office, OfficeError};

/// What a colleague is told who is given a task.
const GIVEN: &str = "notice-task-given";

impl Office {
    /// A task, for somebody who may see it.
    ///
    /// # Errors
    /// `Missing` when there is none for this caller.
    pub async fn task(&self, caller: &Caller, id: RecordId) -> Result<StoredTask, OfficeError> {
        let permit = self.records.may_read(caller, &self.names.task)?;
        let record = self.records.read(&permit, id).await?.ok_or(OfficeError::Missing { task: id })?;
        let stored = StoredTask::of(&record).ok_or(OfficeError::Damaged { task: id })?;
        if self.may_see(caller, &stored.task) { Ok(stored) } else { Err(OfficeError::Missing { task: id }) }
    }

    /// Whether the caller keeps the register where a task lies.
    #[must_use]
    pub fn may_work(&self, caller: &Caller, task: &Task) -> bool {
        self.demand(caller, task).is_ok()
    }

    /// Those to whom a task can be given, by name.
    ///
    /// # Errors
    /// When they are too many, or the database fails.
    pub async fn colleagues(&self, task: &Task) -> Result<Vec<Colleague>, OfficeError> {
        let mut tx = self.records.db().read_single().await?;
        Ok(colleagues::registrars_of(&mut tx, task.province).await?)
    }

    /// The names of those who hold some tasks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holders<'a>(&self, tasks: impl IntoIterator<Item = &'a Task>) -> Result<Vec<Colleague>, OfficeError> {
        let accounts = tasks.into_iter().filter_map(|task| task.holder).collect();
        let mut tx = self.records.db().read_single().await?;
        Ok(colleagues::named(&mut tx, &accounts).await?)
    }

    /// Takes a task that nobody holds. `seen` is the version that the caller looked at; none takes what is there.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Done`; `Held` when a colleague has it; `Moved` when somebody else was faster.
    pub async fn take(&self, caller: &Caller, id: RecordId, seen: Option<Version>) -> Result<(), OfficeError> {
        let stored = self.to_work(caller, id).await?;
        let me = caller.account();
        if stored.task.holder.is_some() && stored.task.holder != me {
            return Err(OfficeError::Held);
        }
        self.hold(caller, stored, seen, me).await
    }

    /// Hands a task back: nobody holds it then.
    ///
    /// # Errors
    /// As `take`, but for `Held`.
    pub async fn hand_back(&self, caller: &Caller, id: RecordId, seen: Option<Version>) -> Result<(), OfficeError> {
        let stored = self.to_work(caller, id).await?;
        self.hold(caller, stored, seen, None).await
    }

    /// Gives a task to a colleague, who is told.
    ///
    /// # Errors
    /// As `hand_back`; `Stranger` when the colleague does not keep the register where the task lies.
    pub async fn assign(
        &self,
        caller: &Caller,
        id: RecordId,
        seen: Option<Version>,
        to: AccountId,
    ) -> Result<(), OfficeError> {
        let stored = self.to_work(caller, id).await?;
        if !self.colleagues(&stored.task).await?.iter().any(|colleague| colleague.account == to) {
            return Err(OfficeError::Stranger);
        }
        self.hold(caller, stored, seen, Some(to)).await
    }

    /// An open task, for somebody who may work on it.
    async fn to_work(&self, caller: &Caller, id: RecordId) -> Result<StoredTask, OfficeError> {
        let stored = self.task(caller, id).await?;
        self.demand(caller, &stored.task).map_err(OfficeError::Refused)?;
        if stored.task.is_open { Ok(stored) } else { Err(OfficeError::Done) }
    }

    async fn hold(
        &self,
        caller: &Caller,
        stored: StoredTask,
        seen: Option<Version>,
        holder: Option<AccountId>,
    ) -> Result<(), OfficeError> {
        if stored.task.holder == holder {
            return Ok(());
        }
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        let after = Task { holder, ..stored.task };
        let seen = seen.unwrap_or(stored.version);
        unit.replace_by_kernel(&self.names.task, stored.id, after.body(), seen).await.map_err(OfficeError::gathered)?;
        if let Some(to) = holder.filter(|to| Some(*to) != caller.account()) {
            let message = Message { key: GIVEN.to_owned(), args: args_of(&after), link: Some(task_link(stored.id)) };
            tell(&mut unit, Recipient::Account(to), &message).await?;
        }
        unit.commit(None).await.map_err(OfficeError::written)?;
        Ok(())
    }

    fn demand(&self, caller: &Caller, task: &Task) -> Result<(), policy::Refusal> {
        let access = Access { change: vec![Grantee::Role(Role::Registrar)], ..Access::default() };
        let place = Placement { subject: task.cooperative, province: task.province };
        policy::may_write(caller, &self.names.task, &access, Action::Change, place).map(|_| ())
    }
}
