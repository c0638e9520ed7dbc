//! The pages: each reads, asks the rules, and answers data for a template.

pub(crate) mod bank;
pub(crate) mod basket;
pub(crate) mod card;
pub(crate) mod checkout;
pub(crate) mod claims;
pub(crate) mod desk;
pub(crate) mod fair_desk;
pub(crate) mod fairs;
pub(crate) mod holders;
pub(crate) mod labels;
pub(crate) mod market;
pub(crate) mod money;
pub(crate) mod order;
pub(crate) mod owed;
pub(crate) mod payouts;
pub(crate) mod pictures;
pub(crate) mod remittance;
pub(crate) mod shop_desk;
pub(crate) mod stand;
mod texts;
pub(crate) mod ware_desk;
mod ware_form;
