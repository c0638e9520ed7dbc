//! The examples of RFC 9421 (appendix B, and 2.4 for what belongs to a request) and of RFC 9530.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sfv::{Dictionary, InnerList, ListEntry, Parser};
use sha2::Sha256;

use super::super::base::base;
use super::super::message::Message;
use super::*;

const REQUEST_DIGEST: &str =
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
const RESPONSE_DIGEST: &str =
    "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:";

/// `test-request`.
fn request() -> Request {
    let lines = [
        ("Host", "example.com"),
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Digest", REQUEST_DIGEST),
        ("Content-Length", "18"),
    ];
    Request {
        method: "POST".to_owned(),
        authority: "example.com".to_owned(),
        path: "/foo".to_owned(),
        query: Some("param=Value&Pet=dog".to_owned()),
        lines: Lines::read(lines).unwrap(),
        body: BodyDigest::of(b"{\"hello\": \"world\"}"),
    }
}

/// `test-response`.
fn response() -> Response {
    let lines = [
        ("Date", "Tue, 20 Apr 2021 02:07:56 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Digest", RESPONSE_DIGEST),
        ("Content-Length", "23"),
    ];
    Response { status: 200, lines: Lines::read(lines).unwrap(), body: BodyDigest::of(b"{\"message\": \"good dog\"}") }
}

/// What the header `Signature-Input` says under one name.
fn covered(input: &str) -> InnerList {
    let mut fields: Dictionary = Parser::new(input).parse().unwrap();
    match fields.pop() {
        Some((_, ListEntry::InnerList(covered))) => covered,
        other => panic!("{other:?}"),
    }
}

/// The base of a signature over `test-request`.
fn of_request(input: &str) -> String {
    base(&covered(input), Message::Request(&request())).unwrap()
}

/// The last line of a base: what the header says, without its name.
fn last(input: &str) -> String {
    format!("\"@signature-params\": {}", input.split_once('=').unwrap().1)
}

#[test]
fn b_2_1_the_base_of_a_minimal_signature() {
    let input = r#"sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#;
    assert_eq!(of_request(input), last(input));
}

#[test]
fn b_2_2_the_base_of_selected_components() {
    let input = r#"sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#;
    let expected = format!(
        "\"@authority\": example.com\n\"content-digest\": {REQUEST_DIGEST}\n\"@query-param\";name=\"Pet\": dog\n{}",
        last(input)
    );
    assert_eq!(of_request(input), expected);
}

#[test]
fn b_2_3_the_base_of_full_coverage() {
    let input = r#"sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#;
    let expected = format!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@query\": ?param=Value&Pet=dog\n\
         \"@authority\": example.com\n\"content-type\": application/json\n\"content-digest\": {REQUEST_DIGEST}\n\
         \"content-length\": 18\n{}",
        last(input)
    );
    assert_eq!(of_request(input), expected);
}

#[test]
fn b_2_4_the_base_of_a_response() {
    let input = r#"sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256""#;
    let expected = format!(
        "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": {RESPONSE_DIGEST}\n\
         \"content-length\": 23\n{}",
        last(input)
    );
    let (response, request) = (response(), request());
    let message = Message::Response { response: &response, request: &request };
    assert_eq!(base(&covered(input), message).unwrap(), expected);
}

#[test]
fn b_2_5_the_base_that_was_signed_with_a_shared_secret() {
    let secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    let input = r#"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#;
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(secret).unwrap()).unwrap();
    mac.update(of_request(input).as_bytes());
    let expected = STANDARD.decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=").unwrap();
    assert_eq!(mac.finalize().into_bytes().to_vec(), expected);
}

/// `test-key-ed25519` (B.1.4): the last 32 bytes of the two keys.
fn test_key() -> (SigningKey, [u8; 32]) {
    let secret = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF").unwrap();
    let public = STANDARD.decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=").unwrap();
    (SigningKey::from_seed(secret.last_chunk().unwrap()), *public.last_chunk().unwrap())
}

#[test]
fn b_1_4_the_two_halves_of_the_key_belong_together() {
    let (secret, public) = test_key();
    assert_eq!(secret.verifying().to_bytes(), public);
}

#[test]
fn b_2_6_the_signature_with_ed25519_is_made_and_believed() {
    let input = r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
    let expected = format!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\
         \"content-type\": application/json\n\"content-length\": 18\n{}",
        last(input)
    );
    assert_eq!(of_request(input), expected);
    let signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    let signature: [u8; 64] = STANDARD.decode(signature).unwrap().try_into().unwrap();
    let (secret, _) = test_key();
    assert!(secret.verifying().verify(expected.as_bytes(), &signature));
    assert_eq!(secret.sign(expected.as_bytes()), signature);
}

/// 2.4: parts of the request in the signature of its answer. The signature of the request is another one than there: only its place counts.
#[test]
fn a_response_names_parts_of_its_request() {
    let mut request = request();
    request.lines.push("Signature-Input", "sig1=(\"@method\");created=1618884475;keyid=\"k\"").unwrap();
    request.lines.push("Signature", "other=:AAAA:, sig1=:LAH8BjcfcOcLojiuOBFWn0P5keD3xAOuJRGziCLuD8r5:").unwrap();
    let lines = Lines::read([("Content-Type", "application/json"), ("Content-Length", "62")]).unwrap();
    let response = Response { status: 503, lines, body: BodyDigest::of(b"") };
    let input = r#"reqres=("@status" "content-length" "content-type" "signature";req;key="sig1" "@authority";req "@method";req);created=1618884479;keyid="test-key-ecc-p256""#;
    let message = Message::Response { response: &response, request: &request };
    let expected = format!(
        "\"@status\": 503\n\"content-length\": 62\n\"content-type\": application/json\n\
         \"signature\";req;key=\"sig1\": :LAH8BjcfcOcLojiuOBFWn0P5keD3xAOuJRGziCLuD8r5:\n\
         \"@authority\";req: example.com\n\"@method\";req: POST\n{}",
        last(input)
    );
    assert_eq!(base(&covered(input), message).unwrap(), expected);
}

/// RFC 9530, appendix B.1: the digest of a small JSON body.
#[test]
fn a_digest_is_written_as_the_standard_writes_it() {
    let digest = BodyDigest::of(b"{\"hello\": \"world\"}\n");
    assert_eq!(digest.header(), "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
    let mut pieces = Digesting::default();
    pieces.update(b"{\"hello\": ");
    pieces.update(b"\"world\"}\n");
    assert_eq!(pieces.finish(), digest);
    let check = |value: &str| digest.check(&Lines::read([("content-digest", value)]).unwrap());
    assert_eq!(check("sha-512=:AAAA:, sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"), Ok(()));
    assert_eq!(check("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDk=:"), Err(SignatureError::DigestMismatch));
    assert_eq!(check("sha-256=RK"), Err(SignatureError::DigestMismatch));
    assert_eq!(check("sha-512=:AAAA:"), Err(SignatureError::DigestMissing));
    assert_eq!(check("sha-256=:"), Err(SignatureError::Field { field: "content-digest" }));
    assert_eq!(digest.check(&Lines::default()), Err(SignatureError::DigestMissing));
}
