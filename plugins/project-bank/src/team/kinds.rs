//! The records of a team. A person's id is all that they hold of the register; the name is the one that its owner gave the team.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Kind, Shape, context};

use crate::plan::number::Number;
use crate::plan::sheet::CODE;

/// Digits of a code by which people join: more than anybody tries out in the time that it is good.
pub(crate) const CODE_DIGITS: usize = 12;
/// A province of the register.
const PROVINCE: &str = "^[0-9]{2}\\.[0-9]{3}$";
/// A day.
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// What somebody is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    /// Whose plan it is: invites, removes, founds.
    Lead,
    /// Works on everything.
    Member,
    /// Reads, and counts as no founder.
    Coach,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Member => "member",
            Self::Coach => "coach",
        }
    }

    /// Whether somebody in this role founds too.
    pub(crate) const fn founds(self) -> bool {
        !matches!(self, Self::Coach)
    }
}

/// The place of one person in the team of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes end with the same field")]
#[kind(class = "internal", unique(plan, person), index(plan, since), index(person, since))]
#[kind(read("own", "plugin"), create("plugin"), change("plugin"), delete("own", "plugin"))]
#[kind(plane = "local", title(ar = "عضو فريق", fr = "Membre d’une équipe"))]
#[kind(
    purpose = "To let several people work on one plan.",
    retention = "As long as its person takes part, and its plan is there."
)]
pub(crate) struct Seat {
    #[field(max_length = 64)]
    pub(crate) plan: String,
    #[field(subject)]
    pub(crate) person: String,
    #[field(min_length = 1, max_length = 120, description = "By what name the team knows them.")]
    pub(crate) name: String,
    pub(crate) role: Role,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) since: u64,
    #[field(max = 100000, description = "Shares that they will subscribe.")]
    pub(crate) shares: u32,
    #[field(description = "What they have paid in, in dirhams.")]
    pub(crate) paid: Number,
    #[field(max_items = 100, each(max_length = 65), description = "Modules that they have completed: course/module.")]
    pub(crate) learnt: Vec<String>,
}

impl Seat {
    /// Somebody who comes now.
    pub(crate) fn new(plan: &str, person: &str, name: &str, role: Role) -> Self {
        let name: String = name.trim().chars().take(120).collect();
        Self {
            plan: plan.to_owned(),
            person: person.to_owned(),
            name: if name.is_empty() { "…".to_owned() } else { name },
            role,
            since: context::now(),
            shares: 0,
            paid: Number::default(),
            learnt: Vec::new(),
        }
    }
}

impl Team {
    /// One that has agreed on nothing yet.
    pub(crate) fn empty(plan: &str) -> Self {
        Self {
            plan: plan.to_owned(),
            name_fr: String::new(),
            name_ar: String::new(),
            name_zgh: String::new(),
            place: None,
            commune: String::new(),
            share: None,
            tasks: Vec::new(),
            start: None,
        }
    }
}

/// What the team of a plan has agreed on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(plane = "local", title(ar = "فريق مشروع", fr = "Équipe d’un projet"))]
#[kind(purpose = "What a team prepares before it founds a cooperative.", retention = "As long as its plan.")]
pub(crate) struct Team {
    #[field(unique, max_length = 64)]
    pub(crate) plan: String,
    #[field(max_length = 160)]
    pub(crate) name_fr: String,
    #[field(max_length = 160)]
    pub(crate) name_ar: String,
    #[field(max_length = 160)]
    pub(crate) name_zgh: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = PROVINCE, description = "The province of the seat that they want.")]
    pub(crate) place: Option<String>,
    #[field(max_length = 100)]
    pub(crate) commune: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "The value of one share, in dirhams.")]
    pub(crate) share: Option<Number>,
    #[field(max_items = 20)]
    pub(crate) tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 64, description = "The record that the founding file begins with.")]
    pub(crate) start: Option<String>,
}

/// Something that is to be done, with who does it and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Task {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(max_length = 64, description = "The seat of who does it; empty for nobody yet.")]
    pub(crate) who: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = DAY)]
    pub(crate) until: Option<String>,
    #[field(description = "Ticked by hand; what the system knows it ticks itself.")]
    pub(crate) done: bool,
}

/// A code by which people join the team of a plan. A new one takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(plan, role), unique(code))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(plane = "local", title(ar = "رمز دعوة", fr = "Code d’invitation"))]
#[kind(
    purpose = "To let people join a team.",
    retention = "Until another code takes its place, or its plan is deleted."
)]
pub(crate) struct Invite {
    #[field(max_length = 64)]
    pub(crate) plan: String,
    pub(crate) role: Role,
    #[field(pattern = "^[0-9]{12}$")]
    pub(crate) code: String,
    #[field(description = "Milliseconds since 1970, UTC: until then it is good.")]
    pub(crate) until: u64,
    #[field(max_length = 120, description = "By what name the team knows who invites.")]
    pub(crate) by: String,
}

/// What one save changed in a plan: by it a later one that began before knows what others did meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(plan, version))]
#[kind(read("own", "plugin"), create("plugin"), delete("own", "plugin"))]
#[kind(plane = "local", title(ar = "تعديل خطة", fr = "Modification d’un plan"))]
#[kind(
    purpose = "To merge what several people change at once.",
    retention = "The last fifty of each plan, as long as it is there."
)]
pub(crate) struct Edit {
    #[field(max_length = 64)]
    pub(crate) plan: String,
    #[field(min = 1, description = "The version of the plan that it made.")]
    pub(crate) version: u64,
    #[field(subject)]
    pub(crate) person: String,
    #[field(max_length = 120)]
    pub(crate) name: String,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    #[field(max_items = 2000)]
    pub(crate) changed: Vec<Changed>,
}

/// A figure or a text of a plan that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Changed {
    #[field(max_length = 120)]
    pub(crate) place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 300, description = "Nothing when it was not there.")]
    pub(crate) from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 300, description = "Nothing when it is no longer there.")]
    pub(crate) to: Option<String>,
}

/// What a founding file begins with, for the person who leads the team. The register's page reads `founding`, and the person confirms there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(plan, person))]
#[kind(read("own", "plugin:own"), create("plugin:own"), change("plugin:own"), delete("own", "plugin:own"))]
#[kind(plane = "local", title(ar = "بداية التأسيس", fr = "Début d’une création"))]
#[kind(purpose = "To begin a founding file with what a team prepared.", retention = "As long as its plan.")]
pub(crate) struct Start {
    #[field(max_length = 64)]
    pub(crate) plan: String,
    #[field(subject)]
    pub(crate) person: String,
    pub(crate) founding: Proposed,
}

/// The shape that the register reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Proposed {
    #[field(max_length = 200)]
    pub(crate) name_fr: String,
    #[field(max_length = 200)]
    pub(crate) name_ar: String,
    #[field(max_length = 200)]
    pub(crate) name_zgh: String,
    #[field(max_length = 8)]
    pub(crate) category: String,
    #[field(max_length = 40)]
    pub(crate) sector: String,
    #[field(max_length = 40)]
    pub(crate) branch: String,
    #[field(max_length = 8)]
    pub(crate) province: String,
    #[field(max_length = 100)]
    pub(crate) commune: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) share_value_mad: Option<Number>,
    #[field(max_items = 100)]
    pub(crate) founders: Vec<ProposedFounder>,
}

/// Somebody who shall found too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct ProposedFounder {
    #[field(max_length = 64)]
    pub(crate) person: String,
    #[field(max_length = 120)]
    pub(crate) name: String,
    #[field(max = 100000)]
    pub(crate) shares: u32,
    pub(crate) paid_mad: Number,
}
