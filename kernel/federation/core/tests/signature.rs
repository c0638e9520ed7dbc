//! The golden vector of a signed request and its signed answer, and of a challenge: what another implementation must write, letter by letter.

#![cfg(test)]

use serde_json::Value;
use tiwizi_federation_core::signature::{
    Answer, BodyDigest, Lines, Nonce, Request, Response, Signer, Stamp, challenge_line, read_http_date, verify_request,
    verify_response,
};
use tiwizi_federation_core::wire::{Hash, NodeId, SigningKey};
use tiwizi_model::Instant;

fn vector() -> Value {
    serde_json::from_str(include_str!("vectors/signature.json")).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"))
}

fn key(vector: &Value, of: &str) -> SigningKey {
    let byte = vector.pointer(&format!("/{of}/seed_byte")).and_then(Value::as_u64).unwrap();
    SigningKey::from_seed(&[u8::try_from(byte).unwrap(); 32])
}

fn lines(value: &Value) -> Lines {
    let pairs = value.as_array().unwrap().iter().map(|pair| (text(pair, "/0"), text(pair, "/1")));
    Lines::read(pairs).unwrap()
}

fn request(vector: &Value) -> Request {
    Request {
        method: text(vector, "/request/method").to_owned(),
        authority: text(vector, "/request/authority").to_owned(),
        path: text(vector, "/request/path").to_owned(),
        query: Some(text(vector, "/request/query").to_owned()),
        lines: lines(&vector["request"]["lines"]),
        body: BodyDigest::of(text(vector, "/request/body").as_bytes()),
    }
}

fn signed(vector: &Value) -> Request {
    let key = key(vector, "office");
    let created = Instant(vector["request"]["created"].as_i64().unwrap() * 1_000);
    let stamp = Stamp { created, nonce: text(vector, "/request/nonce").parse().unwrap() };
    let signer = Signer { keyid: text(vector, "/office/keyid"), key: &key };
    signer.sign_request(request(vector), &stamp, &["tiwizi-protocol"]).unwrap()
}

/// The answer of that name to the request of the vector.
fn answered(vector: &Value, name: &str) -> Response {
    let (key, given) = (key(vector, "nation"), &vector[name]);
    let response = Response {
        status: u16::try_from(given["status"].as_u64().unwrap()).unwrap(),
        lines: lines(&given["lines"]),
        body: BodyDigest::of(text(given, "/body").as_bytes()),
    };
    let (request, now) = (signed(vector), read_http_date(text(given, "/date")).unwrap());
    let answer = Answer { response, request: &request, now };
    Signer { keyid: text(vector, "/nation/keyid"), key: &key }.sign_response(answer, &[]).unwrap()
}

fn node(byte: u8) -> NodeId {
    NodeId(Hash([byte; 32]))
}

#[test]
fn a_request_is_signed_as_the_vector_says() {
    let vector = vector();
    let request = signed(&vector);
    assert_eq!(request.lines, lines(&vector["request"]["signed"]), "{:#?}", request.lines);
    let own = [text(&vector, "/request/authority").to_owned()];
    let known = |_: &str| Some((node(1), key(&vector, "office").verifying()));
    assert_eq!(verify_request(&request, &own, known).unwrap().node, node(1));
}

#[test]
fn an_answer_and_a_challenge_are_signed_as_the_vector_says() {
    let vector = vector();
    let nonce: Nonce = text(&vector, "/challenge/nonce").parse().unwrap();
    let (name, value) = challenge_line(&nonce).unwrap();
    assert_eq!((name, value.as_str()), ("accept-signature", text(&vector, "/challenge/lines/0/1")));
    for (name, challenge) in [("response", None), ("challenge", Some(nonce))] {
        let response = answered(&vector, name);
        assert_eq!(response.lines, lines(&vector[name]["signed"]), "{:#?}", response.lines);
        let known = |_: &str| Some((node(2), key(&vector, "nation").verifying()));
        let told = verify_response(&response, &signed(&vector), &node(2), known).unwrap();
        assert_eq!(told.challenge, challenge);
    }
}
