//! The marketplace: shop windows of cooperatives, baskets over several of them, payment, returns, the books, and fairs.
//!
//! The rules stand first and know nothing of records, pages and the clock: money, law as data, prices, stock, orders, payment, the
//! ledger, payouts, the allocation of fairs. What follows them reads and writes the plugin's records and answers pages.

pub mod basket;
pub mod day;
pub mod delivery;
pub mod fair;
pub mod law;
pub mod ledger;
pub mod money;
pub mod order;
pub mod payment;
pub mod payout;
pub mod price;
pub mod stock;

#[cfg(test)]
mod laws;
