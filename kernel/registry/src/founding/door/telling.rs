//! What people are told when a file goes on: the founders, and those who keep the register of its province.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_identity::{RecipientsError, Role};
use tiwizi_model::AccountId;
use tiwizi_records::{Message, NoticeError, Recipient, Unit};

use super::Foundings;
use super::reading::Held;
use crate::founding::error::FoundingError;
use crate::founding::founder::Seat;

/// Which message of the kernel it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum News {
    /// To the one who was invited.
    Invited,
    /// To the one who opened the file: somebody joined.
    Joined,
    /// To the one who opened the file: somebody confirmed.
    Confirmed,
    /// To the one who opened the file: somebody left.
    Left,
    /// To the founders: what they confirmed has changed.
    Changed,
    /// To the office: a name is asked for.
    NameAsked,
    /// To the office: a file is handed in.
    Submitted,
    /// To the founders.
    NameApproved,
    /// To the founders.
    NameRefused,
    /// To the founders: the office asks for corrections.
    Corrections,
    /// To the founders.
    Accepted,
    /// To the founders.
    Registered,
    /// To the founders.
    GivenUp,
}

impl News {
    fn key(self) -> &'static str {
        match self {
            Self::Invited => "founding-notice-invited",
            Self::Joined => "founding-notice-joined",
            Self::Confirmed => "founding-notice-confirmed",
            Self::Left => "founding-notice-left",
            Self::Changed => "founding-notice-changed",
            Self::NameAsked => "founding-notice-name-asked",
            Self::Submitted => "founding-notice-submitted",
            Self::NameApproved => "founding-notice-name-approved",
            Self::NameRefused => "founding-notice-name-refused",
            Self::Corrections => "founding-notice-corrections",
            Self::Accepted => "founding-notice-accepted",
            Self::Registered => "founding-notice-registered",
            Self::GivenUp => "founding-notice-given-up",
        }
    }
}

impl Foundings {
    /// Gathers what one account is told; nobody is told of what they did themselves.
    pub(super) async fn tell_one(
        &self,
        unit: &mut Unit,
        held: &Held,
        account: AccountId,
        (news, who): (News, &str),
    ) -> Result<(), FoundingError> {
        if unit.caller().account() == Some(account) {
            return Ok(());
        }
        unit.tell_by_kernel(Recipient::Account(account), &message(held, news, who)).await.map_err(FoundingError::Tell)
    }

    /// Gathers what those are told who keep the register of the province. The file waits in their list also when there are too many of them
    /// to be told.
    pub(super) async fn tell_office(&self, unit: &mut Unit, held: &Held, news: News) -> Result<(), FoundingError> {
        let recipient = Recipient::Role(Role::Registrar, Some(held.founding.province));
        match unit.tell_by_kernel(recipient, &message(held, news, "")).await {
            Ok(()) | Err(NoticeError::Full | NoticeError::Recipients(RecipientsError::TooMany)) => Ok(()),
            Err(error) => Err(FoundingError::Tell(error)),
        }
    }
}

/// Gathers what the founders are told who take part.
pub(super) fn tell_founders(unit: &mut Unit, held: &Held, news: News) -> Result<(), FoundingError> {
    tell_seats(unit, held, held.seats.iter().filter(|seat| seat.founder.has_joined()), news)
}

/// Gathers what some founders are told, as one message: a file has more of them than one unit has messages. Nobody is told of what they did
/// themselves.
pub(super) fn tell_seats<'a>(
    unit: &mut Unit,
    held: &Held,
    seats: impl Iterator<Item = &'a Seat>,
    news: News,
) -> Result<(), FoundingError> {
    let own = unit.caller().account();
    let accounts: BTreeSet<AccountId> =
        seats.filter_map(|seat| seat.founder.account).filter(|account| own != Some(*account)).collect();
    unit.tell_accounts_by_kernel(accounts, &message(held, news, "")).map_err(FoundingError::Tell)
}

/// What is said of a file.
pub(super) fn message(held: &Held, news: News, who: &str) -> Message {
    let args: Value = json!({ "name": held.founding.called().unwrap_or("…"), "who": who });
    Message { key: news.key().to_owned(), args: args.to_string(), link: Some(format!("/founding/{}", held.id)) }
}
