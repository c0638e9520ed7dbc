//! The records of fairs. [`crate::fair`] has the rules.
//!
//! A fair lies in its province, and whoever holds the role of registrar or observer there may organise it: the kernel says so by
//! [`FairDesk`], which nobody else can read. The fair itself is written by the plugin's pages alone: whoever could write it past them could
//! choose its seed. What jobs write stands in records of their own, so that no page can write it by the way.

#![expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts};

use crate::fair::{Application, Because, Call, Ineligible, Outcome, Place};
use crate::money::Centimes;

const CODE: &str = "^[a-z0-9][a-z0-9-]{0,47}$";

/// A fair and its call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", unique(series, edition), index(open, until), read("public"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(plane = "marketplace", title(ar = "معرض", fr = "Foire"), purpose = "Fairs and their calls, open to all.")]
#[kind(retention = "As long as its results are, ten years at least.")]
pub(crate) struct Fair {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    /// Fairs of one kind, among which places rotate.
    #[field(pattern = CODE)]
    pub(crate) series: String,
    /// Its number among them, from 1.
    #[field(min = 1, max = 100_000)]
    pub(crate) edition: u32,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(min_length = 2, max_length = 300)]
    pub(crate) address: String,
    #[field(province)]
    pub(crate) province: String,
    /// When its phases are, in the order of those of the call.
    #[field(min_items = 1, max_items = 12)]
    pub(crate) times: Vec<Time>,
    /// Its last day.
    pub(crate) until: Date,
    /// The last day for applications.
    pub(crate) closes: Date,
    pub(crate) call: Call,
    /// Whether the call is published. From then on it stays as it is.
    pub(crate) open: bool,
    /// Whether the places are being given, or are: nobody applies any more.
    pub(crate) closed: bool,
}

/// The days of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Time {
    pub(crate) from: Date,
    pub(crate) until: Date,
}

/// That somebody organises fairs there: only those who do can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("role:registrar", "role:observer"), create("role:registrar", "role:observer"))]
#[kind(plane = "local", title(ar = "مكتب المعرض", fr = "Bureau de la foire"), purpose = "Who may organise a fair.")]
#[kind(retention = "As long as the fair.")]
pub(crate) struct FairDesk {
    #[field(unique, max_length = 64)]
    pub(crate) fair: String,
    #[field(province)]
    pub(crate) province: String,
}

/// What a cooperative asks for at a fair, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(fair, cooperative), index(fair, state, waiting), index(cooperative, fair))]
#[kind(read("own", "plugin"), create("plugin:own"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "ترشيح لمعرض", fr = "Candidature à une foire"),
    purpose = "To give the places of a fair, and to say why."
)]
#[kind(retention = "Ten years after the fair.")]
pub(crate) struct Candidacy {
    #[field(max_length = 64)]
    pub(crate) fair: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    /// Who applied, to be told what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(class = "personal", max_length = 64)]
    pub(crate) person: Option<String>,
    /// What the cooperative is called.
    #[field(each(max_length = 300))]
    pub(crate) name: Texts,
    pub(crate) application: Application,
    /// Whether the organiser has seen that its members are women, or are not.
    pub(crate) women_seen: bool,
    pub(crate) state: Standing,
    /// Its place on the waiting list of the allocation; nothing when it does not wait.
    pub(crate) waiting: u32,
    #[serde(default)]
    pub(crate) told: Option<Told>,
}

/// How an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    /// Nothing is decided yet.
    Sent,
    /// It has a place.
    In,
    /// It waits for one.
    Waiting,
    /// It cannot have one.
    Out,
    /// It was taken back.
    Withdrawn,
}

/// What an applicant is told: an outcome, in words that a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Told {
    /// `merit`, `kept`, `full`, `group-full`, `kept-for-others`, `ineligible`, `came-in`.
    #[field(max_length = 20)]
    pub(crate) because: String,
    /// Of 10,000.
    pub(crate) score: u64,
    /// Its place in the order of merit, from 1; nothing when it is not eligible.
    pub(crate) merit: u32,
    #[serde(default)]
    pub(crate) place: Option<Place>,
    #[field(max_items = 100)]
    pub(crate) groups: Vec<String>,
    #[field(max_items = 10)]
    pub(crate) reasons: Vec<Ineligible>,
}

/// How the allocation of a fair stands. Its jobs write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", read("public"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "توزيع الأماكن", fr = "Attribution des stands"),
    purpose = "How a fair's places were given."
)]
#[kind(retention = "As long as the fair.")]
pub(crate) struct Allotment {
    #[field(unique, max_length = 64)]
    pub(crate) fair: String,
    pub(crate) done: bool,
    pub(crate) at: u64,
    pub(crate) applications: u32,
    pub(crate) places: u32,
    /// The SHA-256 of the whole result, so that whoever calculates it again can compare.
    #[field(max_length = 64)]
    pub(crate) sum: String,
    /// Groups with fewer places than were kept, because too few of them applied.
    #[field(max_items = 1_200)]
    pub(crate) short: Vec<Shortage>,
}

/// A group that has fewer places than were kept for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Shortage {
    #[field(max_length = 32)]
    pub(crate) phase: String,
    #[field(max_length = 80)]
    pub(crate) group: String,
    pub(crate) kept: u32,
    pub(crate) given: u32,
}

/// Some of the result of an allocation, as it was calculated. It is never changed: what happens afterwards stands elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(fair, part), read("plugin"), create("plugin"))]
#[kind(
    plane = "local",
    title(ar = "نتيجة التوزيع", fr = "Résultat de l’attribution"),
    purpose = "To tell each applicant."
)]
#[kind(retention = "Ten years after the fair.")]
pub(crate) struct Verdicts {
    #[field(max_length = 64)]
    pub(crate) fair: String,
    pub(crate) part: u32,
    #[field(max_items = 120)]
    pub(crate) verdicts: Vec<Decided>,
}

/// The outcome of one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Decided {
    /// The record of the application.
    #[field(max_length = 64)]
    pub(crate) candidacy: String,
    pub(crate) waiting: u32,
    pub(crate) told: Told,
}

/// A place that was given, and its badge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(
    class = "public",
    index(fair, given, phase, stand),
    index(fair, cooperative),
    index(cooperative, series, edition)
)]
#[kind(read("public"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "مكان في معرض", fr = "Place à une foire"),
    purpose = "Who exhibits where, open to all."
)]
#[kind(retention = "Ten years after the fair.")]
pub(crate) struct Seat {
    #[field(max_length = 64)]
    pub(crate) fair: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(pattern = CODE)]
    pub(crate) series: String,
    pub(crate) edition: u32,
    #[field(each(max_length = 300))]
    pub(crate) name: Texts,
    #[field(max_length = 32)]
    pub(crate) phase: String,
    pub(crate) stand: u32,
    pub(crate) half: u32,
    /// Whether it still has it.
    pub(crate) given: bool,
    /// What no two have while both are given: fair, phase, stand and half.
    #[field(unique, max_length = 200)]
    pub(crate) place: String,
}

/// What a cooperative says that it sold at a fair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(fair, cooperative), index(fair), read("own", "plugin"), create("plugin:own"))]
#[kind(change("plugin:own"))]
#[kind(
    plane = "local",
    title(ar = "مبيعات معرض", fr = "Ventes à une foire"),
    purpose = "What fairs bring to cooperatives, in sums."
)]
#[kind(retention = "Ten years after the fair.")]
pub(crate) struct Takings {
    #[field(max_length = 64)]
    pub(crate) fair: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    pub(crate) amount: Centimes,
    #[field(max = 1_000_000)]
    pub(crate) buyers: u32,
}

impl Fair {
    /// The fair of a code.
    pub(crate) fn of(code: &str) -> Result<Entry<Self>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))?.ok_or_else(|| Error::not_found("there is no such fair"))
    }

    /// The same, when its call is published.
    pub(crate) fn published(code: &str) -> Result<Entry<Self>, Error> {
        Some(Self::of(code)?).filter(|fair| fair.body.open).ok_or_else(|| Error::not_found("there is no such fair"))
    }
}

impl Allotment {
    pub(crate) fn of(fair: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::FAIR, fair))
    }
}

impl Candidacy {
    pub(crate) fn of(fair: &str, cooperative: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::FAIR, fair).equal(Self::COOPERATIVE, cooperative))
    }

    /// Its place on the waiting list as it is now.
    pub(crate) fn turn(&self) -> Result<Option<u64>, Error> {
        if self.state != Standing::Waiting {
            return Ok(None);
        }
        let before = Find::new().equal(Self::FAIR, self.fair.as_str()).equal(Self::STATE, Standing::Waiting);
        Ok(Some(Store::count(&before.below(Self::WAITING, self.waiting))? + 1))
    }
}

impl Seat {
    /// A place for an application.
    pub(crate) fn of(fair: &Entry<Fair>, candidacy: &Candidacy, place: &Place) -> Self {
        let mut seat = Self {
            fair: fair.id.clone(),
            cooperative: candidacy.cooperative.clone(),
            series: fair.body.series.clone(),
            edition: fair.body.edition,
            name: candidacy.name.clone(),
            phase: place.phase.clone(),
            stand: place.stand,
            half: place.half,
            given: true,
            place: String::new(),
        };
        seat.place = Self::key(&seat);
        seat
    }

    /// The place that a cooperative has at a fair.
    pub(crate) fn given_to(fair: &str, cooperative: &str) -> Result<Option<Entry<Self>>, Error> {
        let seats = Store::list(&Find::new().equal(Self::FAIR, fair).equal(Self::COOPERATIVE, cooperative))?.items;
        Ok(seats.into_iter().find(|seat| seat.body.given))
    }
}

impl Told {
    /// What an outcome tells its applicant.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let (because, groups): (_, &[String]) = match &outcome.because {
            Because::Merit { .. } => ("merit", &[]),
            Because::Kept { groups, .. } => ("kept", groups),
            Because::Full { .. } => ("full", &[]),
            Because::GroupFull { groups, .. } => ("group-full", groups),
            Because::KeptForOthers { groups, .. } => ("kept-for-others", groups),
            Because::Ineligible { .. } => ("ineligible", &[]),
        };
        let reasons = if let Because::Ineligible { reasons } = &outcome.because { reasons.clone() } else { Vec::new() };
        Self {
            because: because.to_owned(),
            score: outcome.score,
            merit: outcome.merit.unwrap_or_default(),
            place: outcome.because.place().cloned(),
            groups: groups.to_vec(),
            reasons,
        }
    }
}

impl Standing {
    /// Its word in forms, records and messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::In => "in",
            Self::Waiting => "waiting",
            Self::Out => "out",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The marks of an application that a form brought: each of the call's criteria, from 0 to 100; or the criterion that is wrong.
pub(crate) fn marks(call: &Call, mark: impl Fn(&str) -> Option<u32>) -> Result<BTreeMap<String, u32>, String> {
    let marks = call.criteria.iter().map(|criterion| match mark(&criterion.code) {
        Some(points) if points <= 100 => Ok((criterion.code.clone(), points)),
        _ => Err(criterion.code.clone()),
    });
    marks.collect()
}
