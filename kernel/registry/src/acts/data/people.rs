//! What acts say of members, shares and officers.

use serde::{Deserialize, Serialize};
use tiwizi_model::RecordId;

use crate::acts::text;
use crate::day::Day;
use crate::holder::Holder;
use crate::money::Mad;
use crate::rule_pack::{BodyForm, Role};

/// A mandate that begins with the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The record of the person.
    #[serde(with = "text")]
    pub person: RecordId,
    /// The office.
    pub role: Role,
    /// For how many years; none takes the longest that the rules give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u16>,
}

/// Mandates that begin and end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficersChange {
    /// Another form of management; all mandates of the other form end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BodyForm>,
    /// Mandates that begin; one who holds the office already is appointed anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appointed: Vec<Appointment>,
    /// Mandates that end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<Ended>,
}

/// A mandate that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The record of the person.
    #[serde(with = "text")]
    pub person: RecordId,
    /// The office.
    pub role: Role,
}

/// What changes in the shares of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapitalChange {
    /// Shares that are subscribed anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribed: Vec<Subscription>,
    /// What is paid of shares that were subscribed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<Payment>,
    /// A part of the shares that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<ShareCall>,
    /// Shares that are given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Withdrawal>,
}

/// A call on the shares (law 112-12, article 26): so much of each is to be paid, with what was paid before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareCall {
    /// How many parts.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
    /// The last day on which it may be paid.
    pub due_on: Day,
}

/// Shares that a member subscribes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The member's number.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// How many shares.
    pub shares: u32,
    /// What is paid of them at once, in dirhams.
    pub paid_mad: Mad,
}

/// A payment of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The member's number.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// How much, in dirhams.
    pub amount_mad: Mad,
}

/// Shares that a member gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The member's number.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// How many shares.
    pub shares: u32,
}

/// What changes among the members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MembersChange {
    /// Those who join.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joining>,
    /// Those who leave; their shares go with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Leaving>,
    /// The numbers of those who were given formal notice to pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "text::keys")]
    pub noticed: Vec<String>,
    /// Who acts from now on for members that are legal persons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub represented: Vec<Representation>,
}

/// Who acts for a member that is a legal person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representation {
    /// The member's number.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// The record of the natural person.
    #[serde(with = "text")]
    pub by: RecordId,
}

/// A member who joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joining {
    /// The number in the cooperative's own list; one that was used is not used again.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// The record of the person, natural or legal.
    #[serde(with = "text")]
    pub person: RecordId,
    /// What the member is.
    #[serde(default, skip_serializing_if = "Holder::is_person")]
    pub holder: Holder,
    /// The natural person who acts for a member that is a legal person.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::maybe")]
    pub represented_by: Option<RecordId>,
    /// Shares that are subscribed.
    pub shares: u32,
    /// What is paid of them, in dirhams.
    pub paid_mad: Mad,
}

/// A member who leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// The member's number.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// Why.
    pub reason: LeavingReason,
}

/// Why a member leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeavingReason {
    /// By the member's own wish.
    Withdrawn,
    /// Excluded for a reason of the statutes.
    Excluded,
    /// Excluded because shares were not paid; needs a formal notice before (law 112-12, article 26).
    ExcludedUnpaid,
    /// Dead.
    Died,
}
