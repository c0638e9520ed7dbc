//! `notify`: messages to people, gathered in the call's unit. Words are made of them where they are read.

use serde_json::{Map, Value};
use tiwizi_identity::{RecipientsError, Role, RoleError};
use tiwizi_model::limits;
use tiwizi_model::place::ProvinceCodeError;
use tiwizi_records::{Message, NoticeError, Recipient};

use crate::answer::is_path_below;
use crate::bindings::tiwizi::plugin::notify::{Host, Message as Wire};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{nearly_full, unavailable};
use crate::imports::{error, record_id};
use crate::text::escaped;

impl Host for CallState {
    async fn to_person(&mut self, person: String, message: Wire) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.notify_person(&person, message)).await;
        Ok(self.counted(outcome))
    }

    async fn to_role(
        &mut self,
        role: String,
        province: Option<String>,
        message: Wire,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.notify_role(&role, province.as_deref(), message)).await;
        Ok(self.counted(outcome))
    }
}

impl CallState {
    async fn notify_person(&mut self, person: &str, message: Wire) -> Result<(), Error> {
        self.require_writing(Capability::Notify)?;
        let recipient = Recipient::Person(record_id(person)?);
        self.tell(recipient, message).await
    }

    async fn notify_role(&mut self, role: &str, province: Option<&str>, message: Wire) -> Result<(), Error> {
        self.require_writing(Capability::Notify)?;
        let role: Role = role.parse().map_err(|failed: RoleError| error("invalid", failed.to_string()))?;
        let province = province.map(str::parse).transpose();
        let province = province.map_err(|failed: ProvinceCodeError| error("invalid", failed.to_string()))?;
        self.tell(Recipient::Role(role, province), message).await
    }

    async fn tell(&mut self, recipient: Recipient, message: Wire) -> Result<(), Error> {
        let message = self.message(message)?;
        self.unit.tell(recipient, &message).await.map_err(|failed| notice_error(&failed))
    }

    fn message(&self, message: Wire) -> Result<Message, Error> {
        let Wire { key, args, link } = message;
        if key.len() > limits::NOTICE_KEY_BYTES_MAX || !self.plugin.messages().has(&key) {
            let key = escaped(&key, limits::ECHO_CHARS_MAX);
            return Err(error("invalid", format!("no locale of {} has the message {key}", self.plugin.id())));
        }
        let bytes = args
            .iter()
            .fold(0_usize, |bytes, (name, value)| bytes.saturating_add(name.len()).saturating_add(value.len()));
        if args.len() > limits::NOTICE_ARGS_MAX || bytes > limits::NOTICE_ARGS_BYTES_MAX {
            let message = format!(
                "a message has at most {} values with {} bytes",
                limits::NOTICE_ARGS_MAX,
                limits::NOTICE_ARGS_BYTES_MAX
            );
            return Err(error("over-limit", message));
        }
        if link.as_deref().is_some_and(|link| !is_path_below(link)) {
            return Err(error("invalid", "a link is a path below the plugin, as in `/orders/17`"));
        }
        let args: Map<String, Value> = args.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Ok(Message { key, args: Value::Object(args).to_string(), link })
    }
}

fn notice_error(failed: &NoticeError) -> Error {
    match failed {
        NoticeError::Nobody => error("denied", failed.to_string()),
        NoticeError::Full => error("over-limit", failed.to_string()),
        NoticeError::Recipients(failed @ RecipientsError::TooMany) => error("over-limit", failed.to_string()),
        NoticeError::Recipients(failed @ RecipientsError::Storage(_)) => unavailable(failed),
        NoticeError::Disk(full) => nearly_full(*full),
        NoticeError::Storage(_) => unavailable(failed),
    }
}
