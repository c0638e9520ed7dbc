//! What people are told of requests about their data: those who keep the register of the province, when something is asked; the person,
//! when the office wrote it down for them, and when it is answered.
//!
//! Who is given a request is told by its task, and whoever it waits for is reminded of its term by the office (`office`).

use serde_json::json;
use tiwizi_identity::{RecipientsError, Role};
use tiwizi_model::{ProvinceCode, RecordId};
use tiwizi_records::{Message, NoticeError, Recipient, Unit};

use super::request::Right;
use crate::day::Day;

/// The message to the office: somebody asks something.
const ASKED: &str = "notice-request-asked";
/// The messages to the person: the office wrote it down, and it is answered.
const NOTED: &str = "notice-own-request-asked";
const ANSWERED: &str = "notice-own-request-answered";
/// Where people see what they asked, after the language.
const OWN: &str = "/account/privacy";

/// Tells those who keep the register of a province what is asked, and until when it is answered. Of a person who lies nowhere the list of
/// what waits tells.
pub(super) async fn asked(
    unit: &mut Unit,
    request: RecordId,
    (right, due_on): (Right, Day),
    province: Option<ProvinceCode>,
) -> Result<(), NoticeError> {
    let Some(province) = province else { return Ok(()) };
    let args = json!({ "what": right.task(), "due": due_on.to_string() });
    let link = Some(format!("/register/requests/{request}"));
    let message = Message { key: ASKED.to_owned(), args: args.to_string(), link };
    tell(unit, Recipient::Role(Role::Registrar, Some(province)), &message).await
}

/// Tells a person that the office wrote down what they asked.
pub(super) async fn noted(unit: &mut Unit, person: RecordId, due_on: Day) -> Result<(), NoticeError> {
    let args = json!({ "due": due_on.to_string() });
    let message = Message { key: NOTED.to_owned(), args: args.to_string(), link: Some(OWN.to_owned()) };
    tell(unit, Recipient::Person(person), &message).await
}

/// Tells a person that what they asked is answered.
pub(super) async fn answered(unit: &mut Unit, person: RecordId) -> Result<(), NoticeError> {
    let message = Message { key: ANSWERED.to_owned(), args: json!({}).to_string(), link: Some(OWN.to_owned()) };
    tell(unit, Recipient::Person(person), &message).await
}

/// What is asked and answered is written also when too many are meant to be told.
async fn tell(unit: &mut Unit, recipient: Recipient, message: &Message) -> Result<(), NoticeError> {
    match unit.tell_by_kernel(recipient, message).await {
        Ok(()) => Ok(()),
        Err(error @ (NoticeError::Full | NoticeError::Recipients(RecipientsError::TooMany))) => {
            tracing::warn!(%error, "somebody was not told of a request");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
