//! What is written one way is read that way, and nothing else is read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn item(hex: &str) -> Result<(), CborError> {
    let bytes = bytes(hex);
    let mut reader = Reader::new(&bytes);
    reader.item()?;
    reader.end()
}

#[test]
fn values_are_written_as_the_appendix_of_the_rfc_shows() {
    for (value, hex) in [
        (json!(0), "00"),
        (json!(23), "17"),
        (json!(24), "1818"),
        (json!(1_000), "1903e8"),
        (json!(1_000_000), "1a000f4240"),
        (json!(u64::MAX), "1bffffffffffffffff"),
        (json!(-1), "20"),
        (json!(-1_000), "3903e7"),
        (json!(i64::MIN), "3b7fffffffffffffff"),
        (json!(1.1), "fb3ff199999999999a"),
        (json!(1.0), "fb3ff0000000000000"),
        (json!(-0.0), "fb8000000000000000"),
        (json!(false), "f4"),
        (json!(true), "f5"),
        (json!(null), "f6"),
        (json!("IETF"), "6449455446"),
        (json!("\u{6c34}"), "63e6b0b4"),
        (json!([1, [2, 3], [4, 5]]), "8301820203820405"),
        (json!({"a": 1, "b": [2, 3]}), "a26161016162820203"),
        (json!({"aa": 1, "b": 2}), "a261620262616101"),
        (json!({}), "a0"),
        (json!([]), "80"),
    ] {
        let written = encode_json(&value).unwrap();
        assert_eq!(written, bytes(hex), "{value}");
        assert_eq!(decode_json(&written).unwrap().to_string(), value.to_string());
    }
}

#[test]
fn whatever_is_written_otherwise_is_refused() {
    let form = |what| Err(CborError::Form { what });
    for (hex, refused) in [
        ("1800", form("a number")),
        ("190017", form("a number")),
        ("1a0000ffff", form("a number")),
        ("1b00000000ffffffff", form("a number")),
        ("5801aa", form("a number")),
        ("9800", form("a number")),
        ("9f01ff", form("a length")),
        ("5f41aaff", form("a length")),
        ("bf6161f6ff", form("a length")),
        ("1c", form("a length")),
        ("c000", form("a tag")),
        ("f7", form("a number with a fraction or a mark")),
        ("f820", form("a number with a fraction or a mark")),
        ("f93c00", form("a number with a fraction or a mark")),
        ("fa3fc00000", form("a number with a fraction or a mark")),
        ("fb7ff8000000000000", form("a number")),
        ("fb7ff0000000000000", form("a number")),
        ("61ff", form("a text")),
        ("a2616200616100", form("the order of keys")),
        ("a2616100616100", form("the order of keys")),
        ("a262616100616200", form("the order of keys")),
        ("a180f6", Err(CborError::Expected { expected: "a key (a whole number or a text)" })),
        ("", Err(CborError::Short)),
        ("62aa", Err(CborError::Short)),
        ("8201", Err(CborError::Short)),
        ("bbffffffffffffffff", Err(CborError::Short)),
        ("9bffffffffffffffff", Err(CborError::Short)),
        ("5bffffffffffffffff", Err(CborError::Short)),
        ("0000", Err(CborError::Trailing)),
    ] {
        assert_eq!(item(hex), refused, "{hex}");
    }
}

#[test]
fn depth_is_bounded_without_recursion() {
    let deep = [vec![0x81; 1 << 20], vec![0]].concat();
    assert_eq!(Reader::new(&deep).item(), Err(CborError::Deep));
    let allowed = [vec![0x81; tiwizi_model::limits::FED_CBOR_DEPTH_MAX], vec![0]].concat();
    assert_eq!(Reader::new(&allowed).item(), Ok(allowed.as_slice()));
    let mut value = Value::Null;
    for _ in 0..=tiwizi_model::limits::JSON_DEPTH_MAX {
        value = json!([value]);
    }
    assert_eq!(encode_json(&value), Err(CborError::Deep));
    assert_eq!(decode_json(&allowed), Err(CborError::Deep));
}

#[test]
fn json_has_no_bytes_and_no_numbers_for_keys() {
    assert_eq!(decode_json(&bytes("41aa")), Err(CborError::Expected { expected: "a value of JSON" }));
    assert_eq!(decode_json(&bytes("a10000")), Err(CborError::Expected { expected: "a text as a key" }));
    assert_eq!(decode_json(&bytes("3bffffffffffffffff")), Err(CborError::Many { what: "a number" }));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_ء-ي]{0,30}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn json_comes_back_as_it_went(value in any_json()) {
        let written = encode_json(&value).unwrap();
        let read = decode_json(&written).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(encode_json(&read).unwrap(), written);
    }

    #[test]
    fn what_is_read_is_written_to_the_same_bytes(noise in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(value) = decode_json(&noise) {
            prop_assert_eq!(encode_json(&value).unwrap(), noise);
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_is_another_value(value in any_json(), at in any::<usize>(), bit in 0_u8..8) {
        let written = encode_json(&value).unwrap();
        let mut changed = written.clone();
        let at = at % changed.len();
        changed[at] ^= 1 << bit;
        if let Ok(other) = decode_json(&changed) {
            prop_assert_eq!(encode_json(&other).unwrap(), changed);
        }
    }
}
