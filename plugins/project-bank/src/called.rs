//! The records of calls for projects. [`crate::calls`] has the rules.
//!
//! A call lies in its province, and whoever holds the role of registrar or observer there may organise it: the kernel says so by
//! [`CallDesk`], which nobody else can read. The records that decide are written by the plugin's own pages only, so that no other way leads
//! past their rules. What the jury and the ranking need of an application stands in it; who reads it sees the file and not the person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts};

use crate::calls::{Applicant, Because, Call, Outcome};
use crate::plan::Plan;

pub(crate) const CODE: &str = "^[a-z0-9][a-z0-9-]{0,47}$";
/// Times that an applicant may send a plan anew.
pub(crate) const SUBMISSIONS_MAX: u32 = 20;
/// Records of a page of a list.
pub(crate) const PAGE: u32 = 100;

/// A call for projects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(open, closes), read("plugin"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "نداء للمشاريع", fr = "Appel à projets"),
    purpose = "Calls for projects and their rules."
)]
#[kind(retention = "As long as its results are, ten years at least.")]
pub(crate) struct ProjectCall {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(each(max_length = 4000), description = "What it is about, and what those who are chosen get.")]
    pub(crate) about: Texts,
    #[field(province)]
    pub(crate) province: String,
    /// The first day for applications.
    pub(crate) opens: Date,
    /// The last day for applications.
    pub(crate) closes: Date,
    pub(crate) call: Call,
    /// Whether the call is published. From then on it stays as it is.
    pub(crate) open: bool,
    /// What the lots are drawn from: drawn once, after the last day for applications.
    #[field(max_length = 100)]
    pub(crate) seed: String,
    pub(crate) state: Stage,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// Applications and the jury's marks.
    Marking,
    /// There is a ranking, which only the organiser sees and can undo.
    Ranked,
    /// The ranking is public, and stays.
    Published,
}

/// That somebody organises calls there: only those who do can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("role:registrar", "role:observer"), create("role:registrar", "role:observer"))]
#[kind(plane = "local", title(ar = "مكتب النداء", fr = "Bureau de l’appel"), purpose = "Who may organise a call.")]
#[kind(retention = "As long as the call.")]
pub(crate) struct CallDesk {
    #[field(unique, max_length = 64)]
    pub(crate) call: String,
    #[field(province)]
    pub(crate) province: String,
}

/// A member of the jury of a call: an account that took up an invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]
#[kind(class = "internal", unique(call, number), index(call, account), index(account))]
#[kind(read("plugin"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "عضو لجنة التحكيم", fr = "Membre du jury"),
    purpose = "Who marks the applications to a call."
)]
#[kind(retention = "Ten years after the call.")]
pub(crate) struct Juror {
    #[field(max_length = 64)]
    pub(crate) call: String,
    /// From 1: what stands in the published data in place of the name.
    #[field(min = 1, max = 10)]
    pub(crate) number: u32,
    #[field(min_length = 1, max_length = 120, description = "What the organiser calls them.")]
    pub(crate) name: String,
    #[field(unique, max_length = 64, description = "The hash of the invitation's key.")]
    pub(crate) key: String,
    #[field(max_length = 100, description = "The account; empty until the invitation is taken up.")]
    pub(crate) account: String,
    #[field(max_length = 64, description = "The account's person, if it has one.")]
    pub(crate) person: String,
    /// Whether it is a member no more. Marks that were given count no more either.
    pub(crate) gone: bool,
}

/// An application to a call, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "the unique values and the indexes begin with the same field")]
#[kind(class = "internal", unique(call, person), unique(call, plan), unique(call, number))]
#[kind(index(person, call))]
#[kind(read("own", "plugin"), create("plugin:own"), change("plugin"))]
#[kind(plane = "local", title(ar = "ترشيح مشروع", fr = "Candidature d’un projet"))]
#[kind(purpose = "To choose the projects of a call, and to say why.", retention = "Ten years after the call.")]
pub(crate) struct Candidacy {
    #[field(max_length = 64)]
    pub(crate) call: String,
    #[field(subject)]
    pub(crate) person: String,
    #[field(max_length = 100, description = "The account that applied.")]
    pub(crate) account: String,
    #[field(max_items = 61, each(max_length = 64), description = "Everybody of the plan, who may not judge it.")]
    pub(crate) people: Vec<String>,
    #[field(max_length = 64)]
    pub(crate) plan: String,
    /// Its number in the call, drawn: what it is called in the published data.
    pub(crate) number: u32,
    #[field(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    pub(crate) applicant: Applicant,
    /// The cooperative that stands behind it; empty for none.
    #[field(max_length = 64)]
    pub(crate) cooperative: String,
    /// The last submission's number.
    #[field(min = 1, max = 20)]
    pub(crate) submission: u32,
    pub(crate) withdrawn: bool,
}

/// A plan as it was when it was sent. It is never changed: who sends a plan anew makes another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(call, person, number))]
#[kind(read("own", "plugin"), create("plugin:own"))]
#[kind(plane = "local", title(ar = "نسخة خطة مرسلة", fr = "Plan envoyé"))]
#[kind(purpose = "What the jury judges.", retention = "Ten years after the call.")]
pub(crate) struct Submission {
    #[field(max_length = 64)]
    pub(crate) call: String,
    #[field(subject)]
    pub(crate) person: String,
    #[field(min = 1, max = 20)]
    pub(crate) number: u32,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    #[field(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    #[field(max_length = 32)]
    pub(crate) model: String,
    pub(crate) version: u64,
    pub(crate) plan: Plan,
    pub(crate) figures: Figures,
}

/// What the plan came to when it was sent, in whole dirhams: the rules of a later year change nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Figures {
    pub(crate) needed: i64,
    pub(crate) own: i64,
    pub(crate) grants: i64,
    pub(crate) loans: i64,
    pub(crate) gap: i64,
    /// The turnover of each year.
    #[field(max_items = 5)]
    pub(crate) turnover: Vec<i64>,
    /// The result of each year.
    #[field(max_items = 5)]
    pub(crate) result: Vec<i64>,
    pub(crate) lowest_cash: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payback_month: Option<u32>,
}

/// That an application is a cooperative's: only those of the cooperative can read it, and only who acts for it can make it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("own"), create("plugin:own"))]
#[kind(plane = "local", title(ar = "تعاونية ترشيح", fr = "Coopérative d’une candidature"))]
#[kind(purpose = "To keep members of a cooperative from judging its file.", retention = "Ten years after the call.")]
pub(crate) struct Backing {
    #[field(unique, max_length = 130, description = "The call and the cooperative.")]
    pub(crate) key: String,
    #[field(subject)]
    pub(crate) cooperative: String,
}

/// What a member of the jury gives an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(candidacy, juror), index(call), read("plugin"), create("plugin"), change("plugin"))]
#[kind(plane = "local", title(ar = "ورقة تنقيط", fr = "Fiche de notes"), purpose = "To choose the projects of a call.")]
#[kind(retention = "Ten years after the call.")]
pub(crate) struct ScoreSheet {
    #[field(max_length = 64)]
    pub(crate) call: String,
    #[field(max_length = 64)]
    pub(crate) candidacy: String,
    #[field(max_length = 64)]
    pub(crate) juror: String,
    pub(crate) state: Marked,
    #[field(max_entries = 12)]
    pub(crate) marks: BTreeMap<String, u32>,
    #[field(max_entries = 12, each(max_length = 600), description = "Why, by the criterion's code.")]
    pub(crate) reasons: BTreeMap<String, String>,
    #[field(max_length = 500, description = "The conflict of interest that was declared.")]
    pub(crate) conflict: String,
    #[field(description = "The submission that was marked.")]
    pub(crate) submission: u32,
}

/// How a sheet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Marked {
    /// Only its author sees it, and it does not count.
    Draft,
    /// It counts. Others see it who are done with the same application.
    Done,
    /// Its author declared a conflict of interest, and judges this application no more.
    Conflict,
}

/// A ranking as it was reckoned. Undoing it before it is published takes it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("plugin"), create("plugin"), delete("plugin"))]
#[kind(plane = "local", title(ar = "ترتيب", fr = "Classement"), purpose = "How the projects of a call were chosen.")]
#[kind(retention = "As long as the call.")]
pub(crate) struct Ranking {
    #[field(unique, max_length = 64)]
    pub(crate) call: String,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    pub(crate) applications: u32,
    pub(crate) chosen: u32,
    /// The SHA-256 of the whole result, so that whoever calculates it again can compare.
    #[field(max_length = 64)]
    pub(crate) sum: String,
    /// Groups with fewer places than were kept, because too few of them reached the threshold.
    #[field(max_items = 80)]
    pub(crate) short: Vec<Shortage>,
}

/// A group that has fewer places than were kept for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Shortage {
    #[field(max_length = 80)]
    pub(crate) group: String,
    pub(crate) kept: u32,
    pub(crate) given: u32,
}

/// Some applications of a ranking, in its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(call, part), read("plugin"), create("plugin"), delete("plugin"))]
#[kind(
    plane = "local",
    title(ar = "نتيجة النداء", fr = "Résultat de l’appel"),
    purpose = "To tell each applicant, and everybody."
)]
#[kind(retention = "Ten years after the call.")]
pub(crate) struct Verdicts {
    #[field(max_length = 64)]
    pub(crate) call: String,
    pub(crate) part: u32,
    #[field(max_items = 50)]
    pub(crate) verdicts: Vec<Verdict>,
}

/// One application in a ranking: everything that it was reckoned from, and what came out. The applicant stands there by a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Verdict {
    #[field(max_length = 64)]
    pub(crate) candidacy: String,
    pub(crate) number: u32,
    pub(crate) applicant: Applicant,
    /// Each sheet that counted, with the number of the member of the jury.
    #[field(max_items = 10)]
    pub(crate) sheets: Vec<CountedSheet>,
    /// From 1.
    pub(crate) merit: u32,
    pub(crate) told: Told,
}

/// A sheet that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct CountedSheet {
    pub(crate) juror: u32,
    #[field(max_entries = 12)]
    pub(crate) marks: BTreeMap<String, u32>,
}

/// What an applicant is told: an outcome, in words that a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Told {
    /// `merit`, `kept`, `full`, `group-full`, `kept-for-others`, `below-threshold`.
    #[field(max_length = 20)]
    pub(crate) because: String,
    pub(crate) chosen: bool,
    /// Of 10,000.
    pub(crate) score: u32,
    /// What each criterion brought, in the call's order.
    #[field(max_items = 12)]
    pub(crate) points: Vec<u32>,
    /// Its place on the waiting list; nothing when it does not wait.
    pub(crate) waiting: u32,
    #[field(max_items = 80)]
    pub(crate) groups: Vec<String>,
}

impl ProjectCall {
    /// The call of a code.
    ///
    /// # Errors
    /// `not-found` when there is none.
    pub(crate) fn of(code: &str) -> Result<Entry<Self>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))?.ok_or_else(|| Error::not_found("there is no such call"))
    }

    /// The same, when it is published.
    ///
    /// # Errors
    /// `not-found` when it is not.
    pub(crate) fn published(code: &str) -> Result<Entry<Self>, Error> {
        Some(Self::of(code)?).filter(|call| call.body.open).ok_or_else(|| Error::not_found("there is no such call"))
    }
}

impl Juror {
    /// The members of a jury, in the order of their numbers; those who are gone too.
    pub(crate) fn of(call: &str) -> Result<Vec<Entry<Self>>, Error> {
        let find = Find::new().equal(Self::CALL, call).sort(Self::NUMBER).limit(PAGE);
        Ok(Store::list(&find)?.items)
    }

    /// The membership of an account, if it has one that is not over.
    pub(crate) fn of_account(call: &str, account: &str) -> Result<Option<Entry<Self>>, Error> {
        let find = Find::new().equal(Self::CALL, call).equal(Self::ACCOUNT, account);
        Ok(Store::list(&find)?.items.into_iter().find(|entry| !entry.body.gone))
    }
}

impl Candidacy {
    /// The application of a person.
    pub(crate) fn of(call: &str, person: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::CALL, call).equal(Self::PERSON, person))
    }

    /// The application of a number.
    ///
    /// # Errors
    /// `not-found` when there is none, or it was withdrawn.
    pub(crate) fn numbered(call: &str, number: u32) -> Result<Entry<Self>, Error> {
        Store::first(&Find::new().equal(Self::CALL, call).equal(Self::NUMBER, number))?
            .filter(|entry: &Entry<Self>| !entry.body.withdrawn)
            .ok_or_else(|| Error::not_found("there is no such application"))
    }

    /// All that were not withdrawn, by their numbers.
    pub(crate) fn all(call: &str) -> Result<Vec<Entry<Self>>, Error> {
        let find = Find::new().equal(Self::CALL, call).sort(Self::NUMBER).limit(PAGE);
        Ok(every(&find)?.into_iter().filter(|entry: &Entry<Self>| !entry.body.withdrawn).collect())
    }

    /// Some from a number on, by their numbers; those too that were withdrawn.
    pub(crate) fn from_number(call: &str, number: u32, rows_max: u32) -> Result<Vec<Entry<Self>>, Error> {
        let find = Find::new().equal(Self::CALL, call).at_least(Self::NUMBER, number).sort(Self::NUMBER);
        Ok(Store::list(&find.limit(rows_max))?.items)
    }

    /// The plan as it was sent last.
    ///
    /// # Errors
    /// `internal` when it is gone.
    pub(crate) fn sent(&self) -> Result<Submission, Error> {
        let find = Find::new().equal(Submission::CALL, self.call.as_str());
        let find = find.equal(Submission::PERSON, self.person.as_str()).equal(Submission::NUMBER, self.submission);
        let found: Option<Entry<Submission>> = Store::first(&find)?;
        found.map(|entry| entry.body).ok_or_else(|| Error::internal("the plan that was sent is gone"))
    }
}

impl ScoreSheet {
    /// All sheets of a call.
    pub(crate) fn all(call: &str) -> Result<Vec<Entry<Self>>, Error> {
        every(&Find::new().equal(Self::CALL, call).limit(PAGE))
    }

    /// The sheets of one application.
    pub(crate) fn of(candidacy: &str) -> Result<Vec<Entry<Self>>, Error> {
        Ok(Store::list(&Find::new().equal(Self::CANDIDACY, candidacy).limit(PAGE))?.items)
    }
}

impl Ranking {
    /// The ranking of a call, once there is one.
    pub(crate) fn of(call: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::CALL, call))
    }
}

impl Verdicts {
    /// The parts of a call's ranking, in its order.
    pub(crate) fn parts(call: &str) -> Result<Vec<Entry<Self>>, Error> {
        every(&Find::new().equal(Self::CALL, call).sort(Self::PART).limit(PAGE))
    }

    /// The whole ranking of a call.
    pub(crate) fn all(call: &str) -> Result<Vec<Verdict>, Error> {
        Ok(Self::parts(call)?.into_iter().flat_map(|part| part.body.verdicts).collect())
    }
}

impl Backing {
    /// What no other application of a call has.
    pub(crate) fn key(call: &str, cooperative: &str) -> String {
        format!("{call} {cooperative}")
    }

    /// The keys of all that the caller may read: those of their own cooperatives.
    pub(crate) fn own() -> Result<BTreeSet<String>, Error> {
        match every(&Find::<Self>::new().limit(PAGE)) {
            Ok(found) => Ok(found.into_iter().map(|entry| entry.body.key).collect()),
            // Whoever belongs to no cooperative may read none at all.
            Err(error) if error.is("denied") => Ok(BTreeSet::new()),
            Err(error) => Err(error),
        }
    }
}

impl Told {
    /// What an outcome tells its applicant.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let (because, groups): (_, &[String]) = match &outcome.because {
            Because::Merit => ("merit", &[]),
            Because::Kept { groups } => ("kept", groups),
            Because::Full { .. } => ("full", &[]),
            Because::GroupFull { groups, .. } => ("group-full", groups),
            Because::KeptForOthers { groups, .. } => ("kept-for-others", groups),
            Because::BelowThreshold => ("below-threshold", &[]),
        };
        Self {
            because: because.to_owned(),
            chosen: outcome.because.is_chosen(),
            score: outcome.score,
            points: outcome.points.clone(),
            waiting: outcome.because.waiting().unwrap_or_default(),
            groups: groups.to_vec(),
        }
    }
}

/// All records of a question, page by page. The applications to a call are bounded, and so are the sheets.
pub(crate) fn every<K: Kind>(find: &Find<K>) -> Result<Vec<Entry<K>>, Error> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = Store::list(&find.clone().after(next.as_deref()))?;
        all.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(all);
        }
    }
}
