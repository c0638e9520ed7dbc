//! The rules of the ranking, by example and by law.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const SEED: &str = "0123456789abcdef0123456789abcdef";

fn criterion(code: &str, weight: u32, scale: u32) -> Criterion {
    Criterion { code: code.to_owned(), weight, scale }
}

fn call(places: u32, quotas: Vec<Quota>) -> Call {
    Call {
        criteria: vec![criterion("market", 2, 20), criterion("jobs", 3, 10)],
        average: Average::Mean,
        threshold: 5_000,
        places,
        sheets_min: 1,
        ties: Ties::Criteria,
        quotas,
    }
}

fn quota(of: QuotaOf, code: &str, min: u32, max: Option<u32>) -> Quota {
    Quota { of, code: code.to_owned(), min, max }
}

fn application(id: &str, province: &str, sheets: &[(u32, u32)]) -> Application {
    let sheet =
        |(market, jobs): &(u32, u32)| BTreeMap::from([("market".to_owned(), *market), ("jobs".to_owned(), *jobs)]);
    Application {
        id: id.to_owned(),
        applicant: Applicant { province: province.to_owned(), sector: "food".to_owned(), women: false, youth: false },
        sheets: sheets.iter().map(sheet).collect(),
    }
}

fn of<'a>(ranked: &'a Ranked, id: &str) -> &'a Outcome {
    ranked.outcomes.iter().find(|outcome| outcome.application == id).unwrap()
}

#[test]
fn a_score_is_the_weighted_share_of_each_scale() {
    let ranked = rank(&call(1, vec![]), SEED, &[application("a", "01", &[(15, 8), (20, 9)])]).unwrap();
    // Market: 17.5 of 20 is 87.5 %, counts 2; jobs: 8.5 of 10 is 85 %, counts 3.
    assert_eq!((of(&ranked, "a").score, &of(&ranked, "a").points), (8_600, &vec![3_500, 5_100]));
}

#[test]
fn the_median_leaves_out_who_marks_far_from_all_others() {
    let all =
        [application("a", "01", &[(20, 10), (18, 8), (0, 0)]), application("b", "01", &[(17, 8), (17, 8), (17, 8)])];
    let by_mean = rank(&call(1, vec![]), SEED, &all).unwrap();
    assert_eq!(of(&by_mean, "b").merit, 1);
    let by_median = rank(&Call { average: Average::Median, ..call(1, vec![]) }, SEED, &all).unwrap();
    assert_eq!((of(&by_median, "a").merit, of(&by_median, "a").score), (1, 8_400));
}

#[test]
fn equal_scores_go_by_the_criterion_that_counts_most_and_then_by_the_lot() {
    // 2 × 50 % + 3 × 80 % = 2 × 80 % + 3 × 60 %
    let all = [application("a", "01", &[(16, 6)]), application("b", "01", &[(10, 8)])];
    assert_eq!(of(&rank(&call(1, vec![]), SEED, &all).unwrap(), "b").merit, 1);
    let by_lot = |seed: &str| of(&rank(&Call { ties: Ties::Lot, ..call(1, vec![]) }, seed, &all).unwrap(), "a").merit;
    let seeds: Vec<String> = (0..20).map(|number| format!("seed number {number}")).collect();
    assert!(seeds.iter().any(|seed| by_lot(seed) == 1) && seeds.iter().any(|seed| by_lot(seed) == 2));
}

#[test]
fn who_is_below_the_threshold_is_told_so_and_has_a_place_in_the_order() {
    let all = [application("a", "01", &[(4, 2)]), application("b", "01", &[(20, 10)])];
    let ranked = rank(&call(5, vec![]), SEED, &all).unwrap();
    assert_eq!((&of(&ranked, "a").because, of(&ranked, "a").merit), (&Because::BelowThreshold, 2));
    assert_eq!(of(&ranked, "b").because, Because::Merit);
}

#[test]
fn places_are_kept_and_each_reason_is_told() {
    let quotas = vec![quota(QuotaOf::Province, "01", 1, None), quota(QuotaOf::Province, "02", 0, Some(1))];
    let all = [
        application("a", "02", &[(20, 10)]),
        application("b", "02", &[(19, 10)]),
        application("c", "03", &[(18, 10)]),
        application("d", "03", &[(17, 10)]),
        application("e", "01", &[(12, 6)]),
        application("f", "01", &[(11, 6)]),
    ];
    let ranked = rank(&call(3, quotas), SEED, &all).unwrap();
    assert_eq!(of(&ranked, "a").because, Because::Merit);
    assert_eq!(of(&ranked, "b").because, Because::GroupFull { waiting: 1, groups: vec!["province:02".to_owned()] });
    assert_eq!(of(&ranked, "c").because, Because::Merit);
    assert_eq!(of(&ranked, "d").because, Because::KeptForOthers { waiting: 2, groups: vec!["province:01".to_owned()] });
    assert_eq!(of(&ranked, "e").because, Because::Kept { groups: vec!["province:01".to_owned()] });
    assert_eq!(of(&ranked, "f").because, Because::Full { waiting: 3 });
    assert_eq!(ranked.short, []);
}

#[test]
fn a_group_that_too_few_apply_of_is_named_and_its_place_goes_to_others() {
    let all = [application("a", "02", &[(20, 10)]), application("b", "02", &[(19, 10)])];
    let ranked = rank(&call(2, vec![quota(QuotaOf::Province, "01", 1, None)]), SEED, &all).unwrap();
    assert!(ranked.outcomes.iter().all(|outcome| outcome.because.is_chosen()));
    assert_eq!(ranked.short, [("province:01".to_owned(), 1, 0)]);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_reason() {
    let good = [application("a", "01", &[(1, 1)])];
    let wrong = |call: Call| rank(&call, SEED, &good).unwrap_err();
    assert_eq!(wrong(Call { criteria: vec![], ..call(1, vec![]) }), WrongCall::NoCriterion);
    let twice = vec![criterion("jobs", 1, 10), criterion("jobs", 1, 10)];
    assert_eq!(wrong(Call { criteria: twice, ..call(1, vec![]) }), WrongCall::CriterionTwice("jobs".to_owned()));
    let scale = vec![criterion("jobs", 1, 7)];
    assert_eq!(wrong(Call { criteria: scale, ..call(1, vec![]) }), WrongCall::Scale("jobs".to_owned()));
    let women = |max| quota(QuotaOf::Women, "", 1, max);
    assert_eq!(wrong(call(1, vec![women(Some(1))])), WrongCall::AtMost);
    assert_eq!(wrong(call(1, vec![women(None), women(None)])), WrongCall::QuotaTwice("women".to_owned()));
    let mixed = vec![women(None), quota(QuotaOf::Province, "01", 0, None)];
    assert_eq!(wrong(call(1, mixed)), WrongCall::QuotasOfTwoKinds);
    let province = |min, max| quota(QuotaOf::Province, "01", min, max);
    assert_eq!(wrong(call(9, vec![province(2, Some(1))])), WrongCall::QuotaMinAboveMax("province:01".to_owned()));
    assert_eq!(wrong(call(1, vec![province(2, None)])), WrongCall::QuotasAboveCapacity);
    let refused = |all: &[Application]| rank(&call(1, vec![]), SEED, all).unwrap_err();
    assert_eq!(refused(&[good[0].clone(), good[0].clone()]), WrongCall::ApplicationTwice("a".to_owned()));
    assert_eq!(refused(&[application("b", "01", &[])]), WrongCall::NotMarked(vec!["b".to_owned()]));
    assert_eq!(refused(&[application("b", "01", &[(21, 1)])]), WrongCall::Mark("b".to_owned()));
    let sheets = [(1, 1); 11];
    assert_eq!(refused(&[application("b", "01", &sheets)]), WrongCall::TooMany);
}

prop_compose! {
    fn any_applications()(
        all in prop::collection::vec((0u8..4, any::<bool>(), prop::collection::vec((0u32..=20, 0u32..=10), 1..6)), 1..25)
    ) -> Vec<Application> {
        let numbered = all.iter().enumerate();
        let made = numbered.map(|(number, (province, women, sheets))| {
            let mut one = application(&format!("app-{number:02}"), &format!("0{province}"), sheets);
            one.applicant.women = *women;
            one
        });
        made.collect()
    }
}

prop_compose! {
    fn any_call()(
        places in 1u32..12,
        median in any::<bool>(),
        by_lot in any::<bool>(),
        threshold in 0u32..8_000,
        women in prop::option::of(0u32..12),
        provinces in prop::collection::vec((0u32..4, prop::option::of(0u32..4)), 0..4),
    ) -> Call {
        let of_women = women.map(|min| vec![quota(QuotaOf::Women, "", min.min(places), None)]);
        let mut left = places;
        let of_provinces = (0u8..).zip(&provinces).map(|(province, (min, more))| {
            let min = (*min).min(left);
            left -= min;
            quota(QuotaOf::Province, &format!("0{province}"), min, more.map(|more| min + more))
        });
        let of_provinces = of_provinces.collect();
        Call {
            average: if median { Average::Median } else { Average::Mean },
            ties: if by_lot { Ties::Lot } else { Ties::Criteria },
            threshold,
            ..call(places, of_women.unwrap_or(of_provinces))
        }
    }
}

proptest! {
    #[test]
    fn the_ranking_is_the_same_whoever_calculates_it_and_in_whatever_order_all_came(
        call in any_call(), applications in any_applications(), turn in 0usize..25,
    ) {
        let ranked = rank(&call, SEED, &applications).unwrap();
        prop_assert_eq!(&rank(&call, SEED, &applications).unwrap(), &ranked);
        let mut turned = applications;
        let by = turn % turned.len();
        turned.rotate_left(by);
        turned.reverse();
        for application in &mut turned {
            application.sheets.reverse();
        }
        prop_assert_eq!(rank(&call, SEED, &turned).unwrap(), ranked);
    }

    #[test]
    fn quotas_hold_whenever_they_can_and_no_place_stays_empty_that_somebody_may_have(
        call in any_call(), applications in any_applications(),
    ) {
        let ranked = rank(&call, SEED, &applications).unwrap();
        let is_above = |one: &&Application| of(&ranked, &one.id).because != Because::BelowThreshold;
        let is_chosen = |one: &&Application| of(&ranked, &one.id).because.is_chosen();
        let given = applications.iter().filter(is_chosen).count();
        prop_assert!(given <= call.places as usize);
        for quota in &call.quotas {
            let there = applications.iter().filter(|one| quota.holds(&one.applicant));
            let (able, has) = (there.clone().filter(is_above).count(), there.filter(is_chosen).count());
            prop_assert!(has >= able.min(quota.min as usize), "{} has {has} of {able}", quota.name());
            prop_assert!(quota.max.is_none_or(|max| has <= max as usize));
        }
        if given < call.places as usize {
            let waits = ranked.outcomes.iter().find(|one| matches!(one.because, Because::Full { .. } | Because::KeptForOthers { .. }));
            prop_assert_eq!(waits, None);
        }
    }

    #[test]
    fn a_higher_mark_never_lowers_a_place(
        call in any_call(), applications in any_applications(), who in 0usize..25, whose in 0usize..6, more in 1u32..20, jobs in any::<bool>(),
    ) {
        let who = who % applications.len();
        let id = applications[who].id.clone();
        let before = rank(&call, SEED, &applications).unwrap();
        let mut better = applications;
        let whose = whose % better[who].sheets.len();
        let (code, scale) = if jobs { ("jobs", 10) } else { ("market", 20) };
        let mark = better[who].sheets[whose].get_mut(code).unwrap();
        *mark = (*mark + more).min(scale);
        let after = rank(&call, SEED, &better).unwrap();
        let (before, after) = (of(&before, &id), of(&after, &id));
        prop_assert!(after.score >= before.score && after.merit <= before.merit);
        prop_assert!(after.because.is_chosen() || !before.because.is_chosen());
        if let (Some(before), Some(after)) = (before.because.waiting(), after.because.waiting()) {
            prop_assert!(after <= before);
        }
    }

    #[test]
    fn who_has_the_best_marks_of_all_is_first(call in any_call(), applications in any_applications()) {
        let ranked = rank(&call, SEED, &applications).unwrap();
        prop_assert!(ranked.outcomes.array_windows().all(|[one, next]| one.score >= next.score));
        let merits: Vec<u32> = ranked.outcomes.iter().map(|outcome| outcome.merit).collect();
        prop_assert_eq!(merits, (1..).take(applications.len()).collect::<Vec<u32>>());
    }
}
