//! What the reader of the inbox asks for. What is not understood is left out: an old link still leads somewhere.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_model::{AccountId, KindName, ProvinceCode};
use tiwizi_registry::day::Day;
use tiwizi_registry::office::{Holder, Inbox, Order, WaitsFor};

/// Whose tasks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Mine,
    Nobody,
}

/// A question to the inbox, as addresses carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) province: Option<ProvinceCode>,
    pub(super) source: Option<KindName>,
    pub(super) whose: Option<Whose>,
    pub(super) waits_for: Option<WaitsFor>,
    pub(super) overdue: bool,
    pub(super) done: bool,
    pub(super) order: Option<Order>,
    pub(super) cursor: Option<String>,
}

impl Whose {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Nobody => "nobody",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Mine, Self::Nobody].into_iter().find(|whose| whose.name() == name)
    }
}

impl Asked {
    pub(super) fn read(parameters: Vec<(String, String)>) -> Self {
        let mut asked = Self::default();
        for (name, value) in parameters {
            match name.as_str() {
                "province" => asked.province = value.parse().ok(),
                "source" => asked.source = value.parse().ok(),
                "whose" => asked.whose = Whose::named(&value),
                "waits_for" => asked.waits_for = WaitsFor::named(&value),
                "overdue" => asked.overdue = value == "yes",
                "done" => asked.done = value == "yes",
                "sort" => asked.order = Order::named(&value),
                "cursor" if !value.is_empty() => asked.cursor = Some(value),
                _ => {}
            }
        }
        asked
    }

    /// The question of an account on a day.
    pub(super) fn inbox(&self, me: Option<AccountId>, today: Day, rows: u32) -> Inbox {
        let holder = match self.whose {
            Some(Whose::Mine) => me.map(Holder::Account),
            Some(Whose::Nobody) => Some(Holder::Nobody),
            None => None,
        };
        Inbox {
            province: self.province,
            source: self.source.clone(),
            holder,
            waits_for: self.waits_for,
            overdue_before: self.overdue.then_some(today),
            is_open: !self.done,
            order: self.order.unwrap_or(Order::Due),
            cursor: self.cursor.clone(),
            rows,
        }
    }

    /// The query of this question, with a cursor or from its beginning.
    pub(super) fn query(&self, cursor: Option<&str>) -> String {
        let yes = |is: bool| is.then(|| "yes".to_owned());
        let pairs = [
            ("province", self.province.map(|province| province.to_string())),
            ("source", self.source.as_ref().map(ToString::to_string)),
            ("whose", self.whose.map(|whose| whose.name().to_owned())),
            ("waits_for", self.waits_for.map(|whose| whose.name().to_owned())),
            ("overdue", yes(self.overdue)),
            ("done", yes(self.done)),
            ("sort", self.order.map(|order| order.name().to_owned())),
            ("cursor", cursor.map(str::to_owned)),
        ];
        let given = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let encoded = given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
        encoded.collect::<Vec<_>>().join("&")
    }

    /// The address of this question below a path.
    pub(super) fn address(&self, path: &str, cursor: Option<&str>) -> String {
        let query = self.query(cursor);
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Whether it is narrowed by what is folded away on a phone.
    pub(super) fn is_narrowed(&self) -> bool {
        self.province.is_some() || self.source.is_some() || self.overdue || self.done || self.order.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_reads_its_own_address_and_leaves_out_what_it_does_not_know() {
        let query = "province=09.541&source=registry%2Ffiling&whose=mine&waits_for=others&overdue=yes&sort=newest";
        let read = |query: &str| Asked::read(crate::parameters::decode_pairs(query).unwrap());
        let asked = read(query);
        assert_eq!((asked.whose, asked.overdue, asked.done), (Some(Whose::Mine), true, false));
        assert_eq!(read(&asked.query(None)), asked);
        assert_eq!(read("province=space&source=x&whose=all&waits_for=me&overdue=1&sort=name&utm=1"), Asked::default());
        assert_eq!(Asked::default().address("/fr/office", None), "/fr/office");
        assert!(asked.query(Some("a/b")).ends_with("cursor=a%2Fb"));
    }

    #[test]
    fn mine_is_a_question_of_one_account() {
        let asked = Asked { whose: Some(Whose::Mine), ..Asked::default() };
        let me = AccountId(uuid::Uuid::from_u128(7));
        let today: Day = "2026-03-01".parse().unwrap();
        assert_eq!(asked.inbox(Some(me), today, 40).holder, Some(Holder::Account(me)));
        assert_eq!(Asked::default().inbox(Some(me), today, 40).holder, None);
    }
}
