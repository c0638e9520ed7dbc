//! JSON values as CBOR and back, without loss: what comes out is what went in, to the last digit.

use serde_json::{Map, Number, Value};
use tiwizi_model::limits;

use super::read::Token;
use super::{CborError, Reader, Writer};

/// The bytes of a JSON value.
///
/// # Errors
/// When it is nested deeper than a record may be.
pub fn encode_json(value: &Value) -> Result<Vec<u8>, CborError> {
    let mut writer = Writer::new();
    write(&mut writer, value, 0)?;
    Ok(writer.finish())
}

fn write(writer: &mut Writer, value: &Value, depth: usize) -> Result<(), CborError> {
    if depth > limits::JSON_DEPTH_MAX {
        return Err(CborError::Deep);
    }
    match value {
        Value::Null => drop(writer.null()),
        Value::Bool(truth) => drop(writer.truth(*truth)),
        Value::Number(number) => write_number(writer, number)?,
        Value::String(text) => drop(writer.text(text)),
        Value::Array(values) => {
            writer.array(values.len());
            for value in values {
                write(writer, value, depth.saturating_add(1))?;
            }
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            // The length stands before the letters, so a shorter key comes first.
            sorted.sort_by(|(one, _), (other, _)| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
            writer.map(sorted.len());
            for (name, value) in sorted {
                write(writer.text(name), value, depth.saturating_add(1))?;
            }
        }
    }
    Ok(())
}

fn write_number(writer: &mut Writer, number: &Number) -> Result<(), CborError> {
    if let Some(number) = number.as_u64() {
        writer.uint(number);
    } else if let Some(number) = number.as_i64() {
        writer.int(number);
    } else {
        let number = number.as_f64().filter(|number| number.is_finite());
        writer.float(number.ok_or(CborError::Form { what: "a number" })?);
    }
    Ok(())
}

/// A collection that is being filled.
enum Open {
    Array { left: u64, values: Vec<Value> },
    Object { left: u64, name: Option<String>, members: Map<String, Value> },
}

/// The JSON value of these bytes.
///
/// # Errors
/// When they are not written in the one way, hold what JSON has not (bytes), or are nested too deep.
pub fn decode_json(bytes: &[u8]) -> Result<Value, CborError> {
    // The form is held first and all through, so that what follows only has to build.
    let mut reader = Reader::new(bytes);
    reader.item()?;
    reader.end()?;
    let mut reader = Reader::new(bytes);
    let mut open: Vec<Open> = Vec::new();
    loop {
        let done = match reader.token()? {
            Token::Array(left) => opened(&mut open, Open::Array { left, values: Vec::new() })?,
            Token::Map(left) => opened(&mut open, Open::Object { left, name: None, members: Map::new() })?,
            token => Some(scalar(token)?),
        };
        let Some(mut value) = done else { continue };
        loop {
            let Some(last) = open.pop() else { return Ok(value) };
            match take(last, value)? {
                Open::Array { left: 0, values } => value = Value::Array(values),
                Open::Object { left: 0, name: None, members } => value = Value::Object(members),
                unfinished => {
                    open.push(unfinished);
                    break;
                }
            }
        }
    }
}

/// An empty collection is a value at once; another one is opened.
fn opened(open: &mut Vec<Open>, collection: Open) -> Result<Option<Value>, CborError> {
    match collection {
        Open::Array { left: 0, .. } => return Ok(Some(Value::Array(Vec::new()))),
        Open::Object { left: 0, .. } => return Ok(Some(Value::Object(Map::new()))),
        collection => open.push(collection),
    }
    if open.len() > limits::JSON_DEPTH_MAX { Err(CborError::Deep) } else { Ok(None) }
}

/// Puts a value into a collection: as a name, or as what the name before it has.
fn take(open: Open, value: Value) -> Result<Open, CborError> {
    match (open, value) {
        (Open::Array { left, mut values }, value) => {
            values.push(value);
            Ok(Open::Array { left: left.saturating_sub(1), values })
        }
        (Open::Object { left, name: None, members }, Value::String(name)) => {
            Ok(Open::Object { left, name: Some(name), members })
        }
        (Open::Object { name: None, .. }, _) => Err(CborError::Expected { expected: "a text as a key" }),
        (Open::Object { left, name: Some(name), mut members }, value) => {
            members.insert(name, value);
            Ok(Open::Object { left: left.saturating_sub(1), name: None, members })
        }
    }
}

fn scalar(token: Token<'_>) -> Result<Value, CborError> {
    let beyond = CborError::Many { what: "a number" };
    Ok(match token {
        Token::Unsigned(number) => Value::from(number),
        Token::Negative(complement) => Value::from(!i64::try_from(complement).map_err(|_| beyond)?),
        Token::Text(text) => Value::from(text),
        Token::Truth(truth) => Value::Bool(truth),
        Token::Null => Value::Null,
        Token::Float(number) => Value::Number(Number::from_f64(number).ok_or(CborError::Form { what: "a number" })?),
        Token::Bytes(_) | Token::Array(_) | Token::Map(_) => {
            return Err(CborError::Expected { expected: "a value of JSON" });
        }
    })
}
