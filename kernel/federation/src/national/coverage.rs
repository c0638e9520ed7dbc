//! What the nation has of each region, and as of when.
//!
//! A province is covered when the register of an instance that keeps it has come here to its end at least once. Of every other one nothing
//! is known, whatever the counts say (`tiwizi_registry::readers::Known`). "As of" is the moment, by the clock here, at which the instance's
//! log was last read to its end: until then nothing is missing. What came under an agreement that is over was dropped with it and counts for
//! nothing.
//!
//! Members come in a log of their own, under terms of their own. So numbers of people are known where that log was read to its end, and a
//! register without it says nothing of them.
//!
//! An instance that is not the nation, or knows nobody, shows its own register, and all of that is known.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::State;
use tiwizi_federation_core::wire::{Hash, Member, NodeId, Role};
use tiwizi_model::{InstanceId, Instant, ProvinceCode};
use tiwizi_registry::readers::Known;
use tiwizi_registry::territory;
use tiwizi_storage::federation::agreement::{self, AgreementNo};
use tiwizi_storage::federation::checkpoint;
use tiwizi_storage::federation::cursor::{self, CursorRow};
use tiwizi_storage::federation::log::{self, LogNo};
use tiwizi_storage::{StorageError, Tx};

use crate::directory::Roll;

/// The plane of the register.
const REGISTRY: &str = "registry";
/// The plane of its members.
const MEMBERS: &str = "members";

/// How much of one log is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaneCoverage {
    /// The entries that were taken.
    pub taken: u64,
    /// The entries that the last proven checkpoint is over; none before the first.
    pub size: Option<u64>,
    /// When it was last read to its end; none while that has not happened.
    pub reached_at: Option<Instant>,
    /// When anything last came.
    pub changed_at: Instant,
    /// Whether it follows or loads: the word of the cursor.
    pub state: String,
    /// Why nothing more of it is taken.
    pub stopped: Option<String>,
}

/// An instance whose data may be here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who.
    pub node: NodeId,
    /// What its records name as their home.
    pub home: InstanceId,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Nothing is exchanged with it for now; what came before is here.
    pub suspended: bool,
    /// The provinces that it keeps.
    pub provinces: BTreeSet<ProvinceCode>,
    /// Its planes of which something is taken.
    pub planes: BTreeMap<String, PlaneCoverage>,
}

impl Source {
    /// When its register was last read to its end.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        self.as_of_plane(REGISTRY)
    }

    /// When what it gives of a plane was last read to its end.
    #[must_use]
    pub fn as_of_plane(&self, plane: &str) -> Option<Instant> {
        self.planes.get(plane)?.reached_at
    }
}

/// Why nothing is known of a province.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No instance of the directory keeps it.
    NotEnrolled,
    /// Whoever keeps it has agreed to give nothing, or nothing has come yet.
    NothingCame,
    /// Its register is being loaded, and is not here whole.
    Loading,
}

impl Missing {
    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotEnrolled => "not-enrolled",
            Self::NothingCame => "nothing-came",
            Self::Loading => "loading",
        }
    }
}

/// How much of a region is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionState {
    /// All of its provinces.
    Whole,
    /// Some of them.
    Part,
    /// None.
    Missing,
}

impl RegionState {
    /// Its name in the API and in keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::Missing => "missing",
        }
    }
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionCoverage {
    /// Its code.
    pub code: String,
    /// How much of it is known.
    pub state: RegionState,
    /// Its provinces of which nothing is known, each with the reason.
    pub missing: BTreeMap<ProvinceCode, Missing>,
    /// Since when nothing of what is known is missing: the oldest of its sources.
    pub as_of: Option<Instant>,
    /// The places of its sources in `Coverage::sources`.
    pub sources: Vec<usize>,
}

impl RegionCoverage {
    /// Why nothing is known of it: the reason of its provinces that says most. None when something is known.
    #[must_use]
    pub fn reason(&self) -> Option<Missing> {
        if self.state != RegionState::Missing {
            return None;
        }
        most_telling(&self.missing.values().copied().collect::<Vec<_>>())
    }
}

/// Of several reasons the one that says most; none of none.
fn most_telling(reasons: &[Missing]) -> Option<Missing> {
    [Missing::Loading, Missing::NothingCame, Missing::NotEnrolled].into_iter().find(|reason| reasons.contains(reason))
}

/// What is known of all regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    is_national: bool,
    regions: Vec<RegionCoverage>,
    sources: Vec<Source>,
    missing: BTreeMap<ProvinceCode, Missing>,
    /// The provinces of whose members nothing is known; all of `missing` are in it.
    missing_members: BTreeMap<ProvinceCode, Missing>,
}

impl Coverage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(tx: &mut Tx, roll: &Roll) -> Result<Self, StorageError> {
        let is_national = roll.own().is_some_and(|own| own.role == Role::National);
        let mut planes = planes(tx).await?;
        let own = roll.here().node;
        let others = roll.members().filter(|member| Some(member.node) != own);
        let sources = others.map(|member| source(member, planes.remove(&member.node).unwrap_or_default())).collect();
        Ok(Self::of(is_national, sources))
    }

    fn of(is_national: bool, sources: Vec<Source>) -> Self {
        let (mut missing, mut missing_members) = (BTreeMap::new(), BTreeMap::new());
        for province in territory::provinces().iter().filter(|_| is_national) {
            let of_register = reason(&sources, REGISTRY, province.code);
            missing.extend(of_register.map(|reason| (province.code, reason)));
            let of_members = of_register.or_else(|| reason(&sources, MEMBERS, province.code));
            missing_members.extend(of_members.map(|reason| (province.code, reason)));
        }
        let regions = if is_national {
            territory::regions().iter().map(|region| of_region(&region.code, &sources, &missing)).collect()
        } else {
            Vec::new()
        };
        Self { is_national, regions, sources, missing, missing_members }
    }

    /// Whether this is the nation: only there a region can be missing.
    #[must_use]
    pub fn is_national(&self) -> bool {
        self.is_national
    }

    /// The regions in the order of their codes; none where this is not the nation.
    #[must_use]
    pub fn regions(&self) -> &[RegionCoverage] {
        &self.regions
    }

    /// The other instances.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The instance whose records name this home.
    #[must_use]
    pub fn source_of(&self, home: InstanceId) -> Option<&Source> {
        let mut of_home = self.sources.iter().filter(|source| source.home == home);
        let first = of_home.next()?;
        // One that was enrolled again has two entries, the older one suspended.
        Some(of_home.find(|source| !source.suspended).filter(|_| first.suspended).unwrap_or(first))
    }

    /// The provinces of which something is known.
    #[must_use]
    pub fn known(&self) -> Known {
        self.known_beside(&self.missing)
    }

    /// The provinces of whose members something is known.
    #[must_use]
    pub fn known_members(&self) -> Known {
        self.known_beside(&self.missing_members)
    }

    fn known_beside(&self, missing: &BTreeMap<ProvinceCode, Missing>) -> Known {
        if !self.is_national {
            return Known::Everywhere;
        }
        let codes = territory::provinces().iter().map(|province| province.code);
        Known::Provinces(codes.filter(|code| !missing.contains_key(code)).collect())
    }

    /// Why nothing is known of a place: a province, or a region of which no province is known.
    #[must_use]
    pub fn missing(&self, code: &str) -> Option<Missing> {
        if let Ok(province) = code.parse::<ProvinceCode>() {
            return self.missing.get(&province).copied();
        }
        self.regions.iter().find(|region| region.code == code)?.reason()
    }

    /// Why nothing is known of the members of a place: a province, or a region of whose provinces that holds for each.
    #[must_use]
    pub fn missing_members(&self, code: &str) -> Option<Missing> {
        if let Ok(province) = code.parse::<ProvinceCode>() {
            return self.missing_members.get(&province).copied();
        }
        let provinces = territory::provinces().iter().filter(|province| province.region == code);
        let reasons: Option<Vec<Missing>> =
            provinces.map(|province| self.missing_members.get(&province.code).copied()).collect();
        most_telling(&reasons?)
    }

    /// How many regions something is known of, and how many there are. None where this is not the nation.
    #[must_use]
    pub fn count(&self) -> Option<(usize, usize)> {
        let known = self.regions.iter().filter(|region| region.state != RegionState::Missing).count();
        self.is_national.then_some((known, self.regions.len()))
    }

    /// Since when nothing of what is known is missing: the oldest region that is known.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        self.regions.iter().filter_map(|region| region.as_of).min()
    }
}

fn of_region(code: &str, all: &[Source], missing: &BTreeMap<ProvinceCode, Missing>) -> RegionCoverage {
    let provinces = territory::provinces().iter().filter(|province| province.region == code);
    let codes: Vec<ProvinceCode> = provinces.map(|province| province.code).collect();
    let of_region: BTreeMap<ProvinceCode, Missing> =
        codes.iter().filter_map(|code| Some((*code, *missing.get(code)?))).collect();
    let state = match of_region.len() {
        0 => RegionState::Whole,
        count if count == codes.len() => RegionState::Missing,
        _ => RegionState::Part,
    };
    let keeps = |source: &Source| codes.iter().any(|code| source.provinces.contains(code));
    let sources: Vec<usize> =
        all.iter().enumerate().filter(|(_, source)| keeps(source)).map(|(place, _)| place).collect();
    let as_of = sources.iter().filter_map(|place| all.get(*place)?.as_of()).min();
    RegionCoverage { code: code.to_owned(), state, missing: of_region, as_of, sources }
}

/// Why nothing of a plane is known of a province; none when it is here.
fn reason(sources: &[Source], plane: &str, province: ProvinceCode) -> Option<Missing> {
    let keepers: Vec<&Source> = sources.iter().filter(|source| source.provinces.contains(&province)).collect();
    if keepers.iter().any(|source| source.as_of_plane(plane).is_some()) {
        return None;
    }
    let is_loading =
        |source: &&Source| source.planes.get(plane).is_some_and(|found| found.taken > 0 || found.size.is_some());
    if keepers.iter().any(is_loading) {
        return Some(Missing::Loading);
    }
    Some(if keepers.is_empty() { Missing::NotEnrolled } else { Missing::NothingCame })
}

fn source(member: &Member, planes: BTreeMap<String, PlaneCoverage>) -> Source {
    Source {
        node: member.node,
        home: member.instance,
        name: member.name.clone(),
        role: member.role,
        suspended: member.suspended,
        provinces: member.provinces.clone(),
        planes,
    }
}

/// What is taken of each instance's logs. Of a log that is taken under several agreements, or in several epochs, the fullest counts.
async fn planes(tx: &mut Tx) -> Result<BTreeMap<NodeId, BTreeMap<String, PlaneCoverage>>, StorageError> {
    let logs: BTreeMap<_, _> = log::all(tx).await?.into_iter().map(|row| (row.no, row)).collect();
    let over = [State::Terminated, State::Expired].map(|state| state.to_string());
    let ended = agreement::all(tx).await?.into_iter().filter(|agreement| over.contains(&agreement.state));
    let ended: BTreeSet<AgreementNo> = ended.map(|agreement| agreement.no).collect();
    let sizes: BTreeMap<LogNo, u64> = checkpoint::sizes(tx).await?.into_iter().collect();
    let mut found: BTreeMap<NodeId, BTreeMap<String, PlaneCoverage>> = BTreeMap::new();
    for row in cursor::all(tx).await? {
        if ended.contains(&row.agreement) {
            continue;
        }
        let Some(log) = logs.get(&row.log) else { continue };
        let planes = found.entry(NodeId(Hash(log.node))).or_default();
        let plane = of_cursor(&row, sizes.get(&row.log).copied(), log.stopped.clone());
        let is_fuller = |known: &PlaneCoverage| {
            (known.reached_at, known.taken, known.changed_at) >= (plane.reached_at, plane.taken, plane.changed_at)
        };
        if !planes.get(&log.plane).is_some_and(is_fuller) {
            planes.insert(log.plane.clone(), plane);
        }
    }
    Ok(found)
}

fn of_cursor(row: &CursorRow, size: Option<u64>, stopped: Option<String>) -> PlaneCoverage {
    PlaneCoverage {
        taken: row.next_seq,
        size,
        reached_at: row.reached_at,
        changed_at: row.changed_at,
        state: row.state.clone(),
        stopped,
    }
}

#[cfg(test)]
mod tests;
