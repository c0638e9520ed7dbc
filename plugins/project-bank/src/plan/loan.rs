//! How a loan is paid back, month by month. The last payment takes what rounding left, so that nothing stays owed.

use rust_decimal::Decimal;

use super::check::Debt;
use super::number::centimes;
use super::sheet::Repayment;

/// A rate is a year's.
const MONTHS: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// One month of a loan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Payment {
    /// The plan's month.
    pub(crate) month: usize,
    pub(crate) interest: Decimal,
    pub(crate) principal: Decimal,
}

/// All payments of a loan; the first a month after it came.
pub(crate) fn payments(debt: &Debt) -> Vec<Payment> {
    let amount = centimes(debt.amount);
    let rate = debt.rate / MONTHS;
    let repaying = debt.months.saturating_sub(debt.grace_months);
    let instalment = match debt.repayment {
        Repayment::Annuity => annuity(amount, rate, repaying),
        Repayment::Principal => centimes(amount / count(repaying.max(1))),
    };
    let mut owed = amount;
    let mut payments = Vec::with_capacity(debt.months);
    for past in 1..=debt.months {
        let interest = centimes(owed * debt.rate / MONTHS);
        let principal = if past <= debt.grace_months {
            Decimal::ZERO
        } else if past == debt.months {
            owed
        } else {
            let part = match debt.repayment {
                Repayment::Annuity => instalment - interest,
                Repayment::Principal => instalment,
            };
            part.clamp(Decimal::ZERO, owed)
        };
        owed -= principal;
        payments.push(Payment { month: debt.month + past, interest, principal });
    }
    payments
}

/// The constant sum that pays a loan with its interest in so many months.
pub(crate) fn annuity(amount: Decimal, rate: Decimal, months: usize) -> Decimal {
    if rate.is_zero() {
        return centimes(amount / count(months.max(1)));
    }
    // At most 60 months at 1/12: far from what a decimal can hold.
    let growth = (0..months).fold(Decimal::ONE, |growth, _| growth * (Decimal::ONE + rate));
    centimes(amount * rate * growth / (growth - Decimal::ONE))
}

fn count(items: usize) -> Decimal {
    Decimal::from(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn debt(repayment: Repayment, grace_months: usize) -> Debt {
        let rate = Decimal::new(6, 2);
        Debt { amount: Decimal::from(100_000), rate, month: 0, months: 36, grace_months, repayment }
    }

    fn exact(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn a_loan_is_paid_back_to_the_centime_whatever_its_kind() {
        for repayment in [Repayment::Annuity, Repayment::Principal] {
            for grace in [0, 6, 35] {
                let payments = payments(&debt(repayment, grace));
                assert_eq!(payments.len(), 36);
                assert_eq!(payments.iter().map(|payment| payment.principal).sum::<Decimal>(), Decimal::from(100_000));
                assert!(payments.iter().take(grace).all(|payment| payment.principal.is_zero()));
            }
        }
    }

    #[test]
    fn an_annuity_is_what_tables_say() {
        // 100,000 at 0.5 % a month over 36 months: 3,042.19 a month, 500.00 of it interest at first.
        let payments = payments(&debt(Repayment::Annuity, 0));
        let first = payments.first().unwrap();
        assert_eq!((first.interest, first.principal), (exact("500.00"), exact("2542.19")));
        assert!(payments.iter().take(35).all(|payment| payment.interest + payment.principal == exact("3042.19")));
    }

    #[test]
    fn a_loan_without_interest_is_parted_evenly() {
        let free = Debt { rate: Decimal::ZERO, ..debt(Repayment::Annuity, 0) };
        let payments = payments(&free);
        assert_eq!(payments.first().map(|payment| payment.principal), Some(exact("2777.78")));
        assert_eq!(payments.last().map(|payment| payment.principal), Some(exact("2777.70")));
    }
}
