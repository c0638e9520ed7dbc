//! The figures that say whether a plan is worth it: break-even, payback, present value, internal rate.

use rust_decimal::{Decimal, RoundingStrategy};

use super::number::centimes;

/// Halvings of the interval in which a rate is looked for: more than its 6 digits need.
const HALVINGS: usize = 48;
/// Rates are looked for between these, as fractions: from losing nine tenths a year to a thousand per cent.
const RATE_MIN: Decimal = Decimal::from_parts(9, 0, 0, true, 1);
const RATE_MAX: Decimal = Decimal::TEN;

/// The value today of what comes at the end of year 0, 1, 2…; nothing when the figures leave what can be held.
pub(crate) fn present_value(flows: &[Decimal], rate: Decimal) -> Option<Decimal> {
    let growth = Decimal::ONE + rate;
    let mut factor = Decimal::ONE;
    let mut value = Decimal::ZERO;
    for flow in flows {
        value = value.checked_add(flow.checked_div(factor)?)?;
        factor = factor.checked_mul(growth)?;
    }
    Some(value)
}

/// The yearly rate at which the flows are worth nothing today, 6 digits; nothing when there is none, or when it is not one rate: a project
/// that only earns, only costs, or turns from one into the other more than once.
pub(crate) fn internal_rate(flows: &[Decimal]) -> Option<Decimal> {
    let signs: Vec<bool> = flows.iter().filter(|flow| !flow.is_zero()).map(Decimal::is_sign_positive).collect();
    let turns = signs.windows(2).filter(|pair| pair.first() != pair.last()).count();
    if turns != 1 || signs.first() != Some(&false) {
        return None;
    }
    let (mut low, mut high) = (RATE_MIN, RATE_MAX);
    if present_value(flows, low)? < Decimal::ZERO || present_value(flows, high)? > Decimal::ZERO {
        return None;
    }
    for _ in 0..HALVINGS {
        let middle = (low + high) / Decimal::TWO;
        if present_value(flows, middle)? > Decimal::ZERO {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(((low + high) / Decimal::TWO).round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}

/// The first month in which everything that was paid out has come back; month 0 when nothing was; nothing when it never does.
pub(crate) fn payback_month(flows: impl Iterator<Item = Decimal>) -> Option<usize> {
    let mut sum = Decimal::ZERO;
    let mut back = None;
    for (month, flow) in flows.enumerate() {
        sum += flow;
        if sum < Decimal::ZERO {
            back = None;
        } else if back.is_none() {
            back = Some(month);
        }
    }
    back
}

/// How much has to be sold so that nothing is lost, as turnover and as a fraction of what is planned; nothing when each sale loses.
pub(crate) fn break_even(turnover: Decimal, variable: Decimal, standing: Decimal) -> Option<(Decimal, Decimal)> {
    let margin = turnover - variable;
    if margin <= Decimal::ZERO {
        return None;
    }
    let share = standing.checked_div(margin)?;
    let needed = turnover.checked_mul(share)?;
    Some((centimes(needed), share.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(amounts: &[i64]) -> Vec<Decimal> {
        amounts.iter().map(|amount| Decimal::from(*amount)).collect()
    }

    fn exact(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn present_value_and_rate_agree_with_a_spreadsheet() {
        // =NPV(0.1;30000;40000;50000;20000)-100000
        let flows = flows(&[-100_000, 30_000, 40_000, 50_000, 20_000]);
        let rate = internal_rate(&flows).unwrap();
        assert!(present_value(&flows, rate).unwrap().abs() < Decimal::ONE);
        assert_eq!(centimes(present_value(&flows, Decimal::new(1, 1)).unwrap()), exact("11556.59"));
    }

    #[test]
    fn a_rate_that_does_not_exist_is_none() {
        for amounts in [&[100, 100][..], &[-100, -100], &[], &[-100, 300, -210], &[100, -50], &[-100, 1, 1]] {
            let found = internal_rate(&flows(amounts));
            assert!(found.is_none() || amounts == [-100, 1, 1], "{amounts:?}: {found:?}");
        }
        assert_eq!(internal_rate(&flows(&[-100, 110])), Some(exact("0.1")));
        assert_eq!(internal_rate(&flows(&[-100, 50])), Some(exact("-0.5")));
        assert_eq!(internal_rate(&flows(&[-1, 1_000_000])), None);
    }

    #[test]
    fn money_is_back_when_it_stays_back() {
        for (amounts, month) in
            [(&[-10, 5, 5][..], Some(2)), (&[-10, 20, -20, 20], Some(3)), (&[-10, 1], None), (&[0, 1], Some(0))]
        {
            assert_eq!(payback_month(flows(amounts).into_iter()), month, "{amounts:?}");
        }
    }

    #[test]
    fn what_loses_with_each_sale_never_breaks_even() {
        let number = |value: i64| Decimal::from(value);
        assert_eq!(break_even(number(100), number(60), number(20)), Some((exact("50"), exact("0.5"))));
        assert_eq!(break_even(number(100), number(100), number(20)), None);
        assert_eq!(break_even(number(0), number(0), number(20)), None);
    }
}
