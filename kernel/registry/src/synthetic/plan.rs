//! The plan of a synthetic register: how many cooperatives where, of which sector, with how many members.
//!
//! The four totals are met exactly. The spread over provinces and sectors is plausible and no more: no open table of
//! the real one exists. It leans on three published points: Souss-Massa had 3,929 of 40,531 cooperatives in 2020,
//! Laâyoune-Sakia El Hamra a little over 2,000 of about 60,000 in 2023, and about 13 % were of women only in 2024.

use crate::sectors;
use crate::synthetic::dice::Dice;
use crate::territory;

/// What a register sums up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Cooperatives.
    pub cooperatives: u32,
    /// Their members.
    pub members: u32,
    /// The women among them.
    pub women: u32,
    /// The young people among them.
    pub youth: u32,
}

/// The published totals of the end of November 2025.
pub const NATION: Totals = Totals { cooperatives: 65_315, members: 788_969, women: 272_583, youth: 18_036 };

/// The year in which the published total of young people takes their ages: whoever compares asks for it.
pub const AGES_YEAR: u16 = 2025;

impl Totals {
    /// One of so many of the nation's.
    #[must_use]
    pub fn one_in(divisor: u32) -> Self {
        let divisor = divisor.max(1);
        Self {
            cooperatives: (NATION.cooperatives / divisor).max(1),
            members: (NATION.members / divisor).max(MEMBERS_MIN),
            women: NATION.women / divisor,
            youth: NATION.youth / divisor,
        }
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: u32) -> Self {
        let factor = factor.max(1);
        Self {
            cooperatives: self.cooperatives.saturating_mul(factor),
            members: self.members.saturating_mul(factor),
            women: self.women.saturating_mul(factor),
            youth: self.youth.saturating_mul(factor),
        }
    }
}

/// The smallest cooperative.
const MEMBERS_MIN: u32 = 5;

/// One cooperative of the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    /// Its place in the list of provinces.
    pub(super) province: usize,
    /// Its place in the list of sectors.
    pub(super) sector: usize,
    pub(super) members: u32,
    pub(super) women_only: bool,
}

/// The plan, province by province.
pub(super) fn plan(totals: Totals, dice: &mut Dice) -> Vec<Planned> {
    let weights = province_weights();
    let counts = apportion(totals.cooperatives, &weights);
    let mut planned = Vec::with_capacity(usize::try_from(totals.cooperatives).unwrap_or_default());
    for (province, count) in counts.into_iter().enumerate() {
        let weights = sector_weights(province);
        for _ in 0..count {
            let sector = dice.weighted(&weights);
            planned.push(Planned { province, sector, members: size(dice), women_only: false });
        }
    }
    level(&mut planned, totals.members);
    women_only(&mut planned, totals.women, dice);
    planned
}

/// Cooperatives of each region, in thousandths; estimates but for 09 and 11.
const REGION_WEIGHTS: [u32; 12] = [106, 106, 126, 97, 82, 82, 121, 92, 97, 48, 33, 10];

fn province_weights() -> Vec<u32> {
    territory::provinces()
        .iter()
        .map(|province| {
            let region = territory::regions().iter().position(|region| region.code == province.region);
            let region_weight = region.and_then(|index| REGION_WEIGHTS.get(index)).copied().unwrap_or_default();
            let of_region = territory::provinces().iter().filter(|other| other.region == province.region).count();
            // Cities have fewer; and no two provinces are alike.
            let share = if province.prefecture { 60 } else { 100 } + province.names.fr.len() * 3;
            region_weight * u32::try_from(share * 100 / of_region.max(1)).unwrap_or_default()
        })
        .collect()
}

/// Thousandths of all cooperatives, in the order of the list of sectors.
fn sector_weight(code: &str) -> u32 {
    match code {
        "agriculture" => 660,
        "crafts" => 155,
        "food" => 55,
        "housing" => 25,
        "argan" | "aromatic-plants" => 20,
        "fishing" => 12,
        "labour" | "tourism" | "forest" => 8,
        "retail" | "education" | "cannabis" => 5,
        "literacy" | "waste" | "transport" | "consulting" => 4,
        _ => 2,
    }
}

fn sector_weights(province: usize) -> Vec<u32> {
    let code = territory::provinces().get(province).map(|province| province.code.to_string()).unwrap_or_default();
    sectors::all().iter().map(|sector| sector_weight(&sector.code) * factor(&sector.code, &code)).collect()
}

/// Some sectors live in some places only.
fn factor(sector: &str, province: &str) -> u32 {
    let argan_country = province.starts_with("09.") || matches!(province, "07.211" | "07.161" | "10.261" | "10.473");
    let coast = matches!(
        province,
        "01.051"
            | "01.151"
            | "01.331"
            | "01.511"
            | "01.571"
            | "01.573"
            | "02.113"
            | "02.167"
            | "02.381"
            | "04.281"
            | "04.421"
            | "04.441"
            | "04.501"
            | "06.111"
            | "06.141"
            | "06.181"
            | "06.371"
            | "07.211"
            | "07.431"
            | "09.001"
            | "09.163"
            | "09.581"
            | "10.473"
            | "10.521"
            | "11.121"
            | "11.321"
            | "11.537"
            | "12.066"
            | "12.391"
    );
    match sector {
        "argan" => {
            if argan_country {
                9
            } else {
                0
            }
        }
        "fishing" => {
            if coast {
                3
            } else {
                0
            }
        }
        "cannabis" => {
            if matches!(province, "01.051" | "01.151" | "03.531") {
                30
            } else {
                0
            }
        }
        _ => 1,
    }
}

/// Most are small; a few are large. The mean is near the nation's 12.
fn size(dice: &mut Dice) -> u32 {
    let mut members = MEMBERS_MIN + dice.below(6);
    while members < 400 && dice.chance(9, 20) {
        members += dice.below(11);
        if dice.chance(1, 40) {
            members += dice.between(20, 60);
        }
    }
    members
}

/// Brings the sum of members to the total, by one member here and there.
fn level(planned: &mut [Planned], total: u32) {
    let mut sum: u32 = planned.iter().map(|cooperative| cooperative.members).sum();
    let floor = u32::try_from(planned.len()).unwrap_or(u32::MAX).saturating_mul(MEMBERS_MIN);
    let total = total.max(floor);
    while sum != total {
        for cooperative in &mut *planned {
            if sum < total {
                cooperative.members += 1;
                sum += 1;
            } else if sum > total && cooperative.members > MEMBERS_MIN {
                cooperative.members -= 1;
                sum -= 1;
            }
        }
    }
}

/// Marks the cooperatives of women only, never more than there are women for.
fn women_only(planned: &mut [Planned], women: u32, dice: &mut Dice) {
    let mut left = women;
    for cooperative in planned {
        let percent = match sectors::all().get(cooperative.sector).map(|sector| sector.code.as_str()) {
            Some("argan") => 88,
            Some("crafts") => 34,
            Some("food") => 42,
            Some("literacy") => 60,
            Some("housing" | "quarries" | "transport" | "labour") => 0,
            _ => 5,
        };
        cooperative.women_only = dice.chance(percent, 100) && cooperative.members <= left;
        left -= if cooperative.women_only { cooperative.members } else { 0 };
    }
}

/// Deals out a number by weights, the largest remainders first; everyone gets one while there are enough.
fn apportion(total: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum::<u64>().max(1);
    let base = u32::from(usize::try_from(total).is_ok_and(|total| total >= weights.len()));
    let spare = u64::from(total) - u64::from(base) * u64::try_from(weights.len()).unwrap_or_default();
    let shares = weights.iter().map(|weight| spare * u64::from(*weight));
    let mut counts: Vec<u32> =
        shares.clone().map(|share| base + u32::try_from(share / sum).unwrap_or_default()).collect();
    let mut by_remainder: Vec<(u64, usize)> = shares.enumerate().map(|(index, share)| (share % sum, index)).collect();
    by_remainder.sort_unstable_by(|one, other| other.cmp(one));
    let dealt: u32 = counts.iter().sum();
    let missing = usize::try_from(total - dealt).unwrap_or_default();
    for (_, index) in by_remainder.into_iter().take(missing) {
        if let Some(count) = counts.get_mut(index) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_of_the_nation_meets_the_published_totals() {
        let planned = plan(NATION, &mut Dice::new(1));
        assert_eq!(planned.len(), 65_315);
        assert_eq!(planned.iter().map(|cooperative| cooperative.members).sum::<u32>(), 788_969);
        let of_women = planned.iter().filter(|cooperative| cooperative.women_only).count();
        assert!((7_000..10_500).contains(&of_women), "{of_women} of women only");
        let provinces: std::collections::BTreeSet<_> = planned.iter().map(|cooperative| cooperative.province).collect();
        assert_eq!(provinces.len(), 75);
    }

    #[test]
    fn what_is_dealt_out_is_all_there_is() {
        for total in [0, 1, 74, 75, 76, 653, 65_315] {
            assert_eq!(apportion(total, &province_weights()).iter().sum::<u32>(), total);
        }
    }

    #[test]
    fn a_sector_stays_where_it_can_live() {
        let planned = plan(Totals::one_in(10), &mut Dice::new(2));
        let argan = sectors::all().iter().position(|sector| sector.code == "argan").unwrap();
        let inland = territory::provinces().iter().position(|province| province.names.fr == "Ifrane").unwrap();
        assert!(!planned.iter().any(|cooperative| cooperative.sector == argan && cooperative.province == inland));
        assert!(planned.iter().any(|cooperative| cooperative.sector == argan));
    }
}
