//! Cards: the payment page of a gateway, and what it tells us afterwards.
//!
//! The buyer follows an address of the gateway that carries the fields of [`Ask`], signed. The gateway tells the result by fields of its
//! own, signed with the same key: to our address from server to server, and again through the buyer's browser. It may tell it twice, in
//! any order, hours late, or never; the browser may bring it before the server does. So the result is a fact about an [`Attempt`], and
//! [`Attempt::tell`] answers for every fact what is to be booked for it, once.
//!
//! No number of a card ever comes here.
//!
//! A signature is the HMAC-SHA-256 of all fields but itself, in the order of their names, each as `name=value` with `%`, `&` and `=`
//! written as `%25`, `%26` and `%3D`, joined by `&`, in small hexadecimal digits.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tiwizi_sdk::Shape;

use crate::money::Centimes;

/// The number of the dirham (ISO 4217).
pub const CURRENCY: &str = "504";
/// The field that carries the signature.
pub const SIGNATURE: &str = "signature";
/// Transactions that one attempt may have: the paying one, and those that have to go back.
pub const TRANSACTIONS_MAX: usize = 10;
/// Bytes that the value of a field of a result may have.
const VALUE_BYTES_MAX: usize = 200;

/// What the gateway is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// Who we are to the gateway.
    pub merchant: &'a str,
    /// The attempt: one order may be tried several times.
    pub attempt: &'a str,
    /// How much.
    pub amount: Centimes,
    /// The language of its page.
    pub language: &'a str,
    /// Where the buyer goes afterwards.
    pub back: &'a str,
    /// Where it tells the result.
    pub tell: &'a str,
}

/// What is asked of a gateway that told nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'a> {
    /// Who we are to the gateway.
    pub merchant: &'a str,
    /// The attempt that it is about.
    pub attempt: &'a str,
}

/// What a gateway answers when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It knows of no payment.
    Nothing,
    /// What it should have told before.
    Fact(Fact),
}

/// What the gateway told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The attempt that it is about.
    pub attempt: String,
    /// The gateway's own number of what it did.
    pub transaction: String,
    /// How much.
    pub amount: Centimes,
    /// Whether the money is ours.
    pub paid: bool,
}

/// Why what was told is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbelieved {
    /// It carries no signature, or one that is not the gateway's.
    Signature,
    /// A field is missing, there twice, or no such value.
    Field(&'static str),
}

/// A try to pay an order by card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Attempt {
    /// How much was asked for.
    pub amount: Centimes,
    /// What the gateway did, each once.
    #[field(max_items = 10)]
    pub transactions: Vec<Transaction>,
}

/// Something that the gateway did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Transaction {
    /// The gateway's own number.
    #[field(max_length = 64)]
    pub number: String,
    /// How much.
    pub amount: Centimes,
    /// What it was for us.
    pub outcome: Outcome,
}

/// What a transaction is for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It pays the order.
    Pays,
    /// The card was refused.
    Declined,
    /// Money that pays nothing: the order was paid already, or it is another amount than was asked for. It goes back.
    GoesBack,
}

/// What is to be done with a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is new: do what its outcome says.
    New(Outcome),
    /// It was told before: nothing.
    Again,
    /// It says something else about a transaction than before: a person has to ask the gateway.
    Contradicts,
    /// More transactions than an attempt can have: a person has to ask the gateway.
    TooMany,
}

impl Ask<'_> {
    /// The fields of the address, signed.
    #[must_use]
    pub fn fields(&self, key: &[u8]) -> Vec<(String, String)> {
        let pairs = [
            ("amount", self.amount.to_string()),
            ("back", self.back.to_owned()),
            ("currency", CURRENCY.to_owned()),
            ("language", self.language.to_owned()),
            ("merchant", self.merchant.to_owned()),
            ("order", self.attempt.to_owned()),
            ("tell", self.tell.to_owned()),
        ];
        signed(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), key)
    }

    /// The address that the buyer follows.
    #[must_use]
    pub fn address(&self, gateway: &str, key: &[u8]) -> String {
        let fields = self.fields(key);
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        format!("{gateway}?{}", pairs.join("&"))
    }
}

impl Question<'_> {
    /// The body of the question, signed, as a form writes it.
    #[must_use]
    pub fn body(&self, key: &[u8]) -> String {
        let pairs = [("merchant", self.merchant), ("order", self.attempt), ("question", "state")];
        let fields = signed(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(), key);
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        pairs.join("&")
    }
}

impl Said {
    /// Reads an answer about an attempt: the fields that are told otherwise, or that the result is `none`.
    ///
    /// # Errors
    /// When it is not believed; an answer about another attempt is none.
    pub fn read(body: &[u8], attempt: &str, key: &[u8]) -> Result<Self, Unbelieved> {
        let fields = form(body);
        let value = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
        if !is_signed(&fields, key) {
            return Err(Unbelieved::Signature);
        }
        if value("order") != Some(attempt) {
            return Err(Unbelieved::Field("order"));
        }
        if value("result") == Some("none") {
            return Ok(Self::Nothing);
        }
        Fact::read(&fields, key).map(Self::Fact)
    }
}

impl Fact {
    /// Reads what was told, once its signature is the gateway's.
    ///
    /// # Errors
    /// When it is not believed.
    pub fn read(fields: &[(String, String)], key: &[u8]) -> Result<Self, Unbelieved> {
        if !is_signed(fields, key) {
            return Err(Unbelieved::Signature);
        }
        let value = |name: &'static str| {
            let mut values = fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str());
            match (values.next(), values.next()) {
                (Some(value), None) if !value.is_empty() && value.len() <= VALUE_BYTES_MAX => Ok(value),
                _ => Err(Unbelieved::Field(name)),
            }
        };
        if value("currency")? != CURRENCY {
            return Err(Unbelieved::Field("currency"));
        }
        Ok(Self {
            attempt: value("order")?.to_owned(),
            transaction: Some(value("transaction")?)
                .filter(|number| number.len() <= 64)
                .ok_or(Unbelieved::Field("transaction"))?
                .to_owned(),
            amount: Centimes::read(value("amount")?).map_err(|_| Unbelieved::Field("amount"))?,
            paid: match value("result")? {
                "paid" => true,
                "declined" => false,
                _ => return Err(Unbelieved::Field("result")),
            },
        })
    }
}

impl Attempt {
    /// An attempt of which nothing was told yet.
    #[must_use]
    pub const fn of(amount: Centimes) -> Self {
        Self { amount, transactions: Vec::new() }
    }

    /// Whether a transaction pays it.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.transactions.iter().any(|transaction| transaction.outcome == Outcome::Pays)
    }

    /// Notes what was told. `open` says whether the order still waits for this money; one that is paid otherwise, or given up, does not.
    pub fn tell(&mut self, fact: &Fact, open: bool) -> Told {
        if let Some(known) = self.transactions.iter().find(|known| known.number == fact.transaction) {
            let same = known.amount == fact.amount && (known.outcome != Outcome::Declined) == fact.paid;
            return if same { Told::Again } else { Told::Contradicts };
        }
        if self.transactions.len() >= TRANSACTIONS_MAX {
            return Told::TooMany;
        }
        let outcome = if !fact.paid {
            Outcome::Declined
        } else if open && !self.is_paid() && fact.amount == self.amount {
            Outcome::Pays
        } else {
            Outcome::GoesBack
        };
        let (number, amount) = (fact.transaction.clone(), fact.amount);
        self.transactions.push(Transaction { number, amount, outcome });
        Told::New(outcome)
    }
}

/// The fields with their signature.
#[must_use]
pub fn signed(mut fields: Vec<(String, String)>, key: &[u8]) -> Vec<(String, String)> {
    let signature = mac(&fields, key).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default();
    fields.push((SIGNATURE.to_owned(), signature));
    fields
}

/// Whether the fields carry exactly one signature, and it is that of the key. It takes as long for a wrong one.
#[must_use]
pub fn is_signed(fields: &[(String, String)], key: &[u8]) -> bool {
    let (signatures, others): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|(name, _)| name == SIGNATURE);
    let [(_, signature)] = signatures.as_slice() else { return false };
    let Some(bytes) = from_hex(signature) else { return false };
    mac(&others, key).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
}

/// None for a key that is empty: nothing is signed with nothing.
fn mac(fields: &[(String, String)], key: &[u8]) -> Option<Hmac<Sha256>> {
    if key.is_empty() {
        return None;
    }
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort();
    let pairs: Vec<String> = sorted.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(pairs.join("&").as_bytes());
    Some(mac)
}

fn plain(text: &str) -> String {
    text.replace('%', "%25").replace('&', "%26").replace('=', "%3D")
}

/// As an address writes it.
fn percent(text: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let sign = |byte: u8| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(sign).collect()
}

/// The fields of a form's body.
fn form(body: &[u8]) -> Vec<(String, String)> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let cut = |pair: &[u8]| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decoded(pair.get(..at).unwrap_or_default()), decoded(pair.get(at + 1..).unwrap_or_default()))
    };
    pairs.map(cut).collect()
}

fn decoded(bytes: &[u8]) -> String {
    let (mut plain, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = escaped.and_then(from_hex).and_then(|bytes| bytes.first().copied());
        plain.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|sign| sign.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &[u8] = b"a key of the gateway and of us";

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn told(transaction: &str, amount: &str, result: &str) -> Vec<(String, String)> {
        let pairs = [
            ("order", "a1"),
            ("transaction", transaction),
            ("amount", amount),
            ("currency", "504"),
            ("result", result),
        ];
        signed(fields(&pairs), KEY)
    }

    fn fact(transaction: &str, amount: &str, result: &str) -> Fact {
        Fact::read(&told(transaction, amount, result), KEY).unwrap()
    }

    #[test]
    fn the_signature_is_that_of_the_description() {
        // python3: hmac.new(b"key", b"a=1&b=x%26y%3Dz%25", "sha256").hexdigest()
        let signed = signed(fields(&[("b", "x&y=z%"), ("a", "1")]), b"key");
        assert_eq!(signed[2].1, "83a8347ce360ca3cd0a5b2c881c8e2f8453d358687ebcb89c1345174c3976765");
        assert!(is_signed(&signed, b"key"));
    }

    #[test]
    fn what_is_not_signed_by_the_gateway_is_not_believed() {
        let good = told("t1", "85.00", "paid");
        assert!(Fact::read(&good, KEY).is_ok());
        assert_eq!(Fact::read(&good, b"another"), Err(Unbelieved::Signature));
        assert_eq!(Fact::read(&good, b""), Err(Unbelieved::Signature));
        let mut changed = good.clone();
        changed[2].1 = "0.01".to_owned();
        assert_eq!(Fact::read(&changed, KEY), Err(Unbelieved::Signature));
        let mut more = good.clone();
        more.push(("order".to_owned(), "a2".to_owned()));
        assert_eq!(Fact::read(&more, KEY), Err(Unbelieved::Signature));
        let mut twice = good.clone();
        twice.push(good.last().unwrap().clone());
        assert_eq!(Fact::read(&twice, KEY), Err(Unbelieved::Signature));
        assert_eq!(Fact::read(&good[..5], KEY), Err(Unbelieved::Signature));
        assert_eq!(Fact::read(&told("t1", "85.00", "perhaps"), KEY), Err(Unbelieved::Field("result")));
        assert_eq!(Fact::read(&told("t1", "-85.00", "paid"), KEY), Err(Unbelieved::Field("amount")));
        assert_eq!(Fact::read(&told("", "85.00", "paid"), KEY), Err(Unbelieved::Field("transaction")));
    }

    #[test]
    fn a_gateway_that_tells_it_twice_is_heard_once() {
        let mut attempt = Attempt::of(Centimes(8_500));
        assert_eq!(attempt.tell(&fact("t1", "85.00", "paid"), true), Told::New(Outcome::Pays));
        assert_eq!(attempt.tell(&fact("t1", "85.00", "paid"), false), Told::Again);
        assert_eq!(attempt.tell(&fact("t1", "85.00", "declined"), false), Told::Contradicts);
        assert_eq!(attempt.tell(&fact("t2", "85.00", "paid"), false), Told::New(Outcome::GoesBack));
        assert_eq!(attempt.tell(&fact("t2", "85.00", "paid"), false), Told::Again);
    }

    #[test]
    fn a_refused_card_may_be_tried_again_and_another_amount_goes_back() {
        let mut attempt = Attempt::of(Centimes(8_500));
        assert_eq!(attempt.tell(&fact("t1", "85.00", "declined"), true), Told::New(Outcome::Declined));
        assert_eq!(attempt.tell(&fact("t2", "84.99", "paid"), true), Told::New(Outcome::GoesBack));
        assert_eq!(attempt.tell(&fact("t3", "85.00", "paid"), true), Told::New(Outcome::Pays));
        assert!(attempt.is_paid());
    }

    #[test]
    fn money_that_comes_when_the_order_is_given_up_goes_back() {
        let mut attempt = Attempt::of(Centimes(8_500));
        assert_eq!(attempt.tell(&fact("t1", "85.00", "paid"), false), Told::New(Outcome::GoesBack));
        assert!(!attempt.is_paid());
    }

    #[test]
    fn what_a_gateway_says_when_it_is_asked_is_believed_with_its_signature_only() {
        let body = |pairs: &[(&str, &str)], key: &[u8]| {
            let fields = signed(fields(pairs), key);
            let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
            pairs.join("&").into_bytes()
        };
        let none = [("order", "a1"), ("result", "none")];
        assert_eq!(Said::read(&body(&none, KEY), "a1", KEY), Ok(Said::Nothing));
        assert_eq!(Said::read(&body(&none, KEY), "a2", KEY), Err(Unbelieved::Field("order")));
        assert_eq!(Said::read(&body(&none, b"other"), "a1", KEY), Err(Unbelieved::Signature));
        assert_eq!(Said::read(b"<html>error</html>", "a1", KEY), Err(Unbelieved::Signature));
        let paid =
            [("order", "a1"), ("transaction", "t&1"), ("amount", "85.00"), ("currency", "504"), ("result", "paid")];
        let Ok(Said::Fact(fact)) = Said::read(&body(&paid, KEY), "a1", KEY) else { panic!("it is paid") };
        assert_eq!((fact.transaction.as_str(), fact.amount, fact.paid), ("t&1", Centimes(8_500), true));
        assert_eq!(decoded(b"a%2Bb+c%zz%4"), "a+b c%zz%4");
    }

    proptest! {
        #[test]
        fn in_whatever_order_a_gateway_tells_things_at_most_one_transaction_pays(
            facts in prop::collection::vec((0u8..5, 0i64..3, any::<bool>(), any::<bool>()), 0..30),
        ) {
            let mut attempt = Attempt::of(Centimes(1));
            for (number, amount, paid, open) in facts {
                let fact =
                    Fact { attempt: "a".into(), transaction: number.to_string(), amount: Centimes(amount), paid };
                let paid_before = attempt.is_paid();
                let told = attempt.tell(&fact, open);
                prop_assert!(!(paid_before && told == Told::New(Outcome::Pays)));
                prop_assert!(matches!(attempt.tell(&fact, open), Told::Again | Told::Contradicts | Told::TooMany));
            }
            let paying = attempt.transactions.iter().filter(|known| known.outcome == Outcome::Pays).count();
            prop_assert!(paying <= 1);
        }

        #[test]
        fn no_two_sets_of_fields_have_one_signature(name in "[a-c=&%]{0,4}", value in "[a-c=&%]{0,4}", cut in 0usize..8) {
            let text = format!("{name}={value}");
            let cut = cut.min(text.len());
            let one = signed(vec![(name.clone(), value.clone())], KEY);
            let (left, right) = text.split_at(cut);
            let other = (left.to_owned(), right.trim_start_matches('=').to_owned());
            if other != (name, value) {
                prop_assert_ne!(&signed(vec![other], KEY)[1].1, &one[1].1);
            }
        }
    }
}
