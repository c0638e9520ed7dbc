//! Credentials over a real register: issued, verified, taken back, replaced keys, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::CREDENTIAL_UNTIL_MS_MAX;
use tiwizi_model::{InstanceId, Instant, Jurisdiction};
use tiwizi_records::Unit;
use tiwizi_storage::instance::InstanceRow;

use super::*;
use crate::extract::{ReplaceReason, replace_signing_key, signing_keys};
use crate::testing::Register;

const INSTANCE_KEY: [u8; 32] = [7; 32];

fn issuer() -> Issuer {
    let row = InstanceRow {
        id: InstanceId(uuid::Uuid::from_u128(1)),
        name: "المديرية".into(),
        jurisdiction: Jurisdiction::Nation,
        created_at: Instant(1),
        key: INSTANCE_KEY.to_vec(),
    };
    Issuer::new(&row, "https://registre.test")
}

fn claims() -> Value {
    json!({
        "subject": { "name": "Fadma Ouali" },
        "achievement": {
            "id": "/modules/accounts", "name": "Tenir les comptes", "description": "Un module.",
            "criteria": { "narrative": "Réussir le test." }, "achievementType": "Course", "inLanguage": "fr",
        },
    })
}

fn order(claims: Value) -> Result<Order, ClaimsError> {
    Ok(Order { plugin: "training".parse().unwrap(), claims: Claims::of(claims)?, province: None })
}

async fn issued(register: &Register, claims: Value) -> Result<Issued, CredentialError> {
    let mut unit = Unit::new(register.records.clone(), Caller::public().through("training".parse().unwrap()));
    let issued = issue(&mut unit, &issuer(), order(claims)?).await?;
    unit.commit(None).await.unwrap();
    Ok(issued)
}

async fn revoked(register: &Register, plugin: &str, code: Code, reason: &str) -> Result<(), CredentialError> {
    let mut unit = Unit::new(register.records.clone(), Caller::public().through(plugin.parse().unwrap()));
    revoke(&mut unit, &plugin.parse().unwrap(), code, reason).await?;
    unit.commit(None).await.unwrap();
    Ok(())
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn state(finding: &Finding) -> Option<State> {
    match finding {
        Finding::Issued(held) => Some(held.state),
        Finding::Unknown => None,
    }
}

#[tokio::test]
async fn a_credential_says_what_open_badges_ask_and_keeps_no_name() {
    let register = Register::new().await;
    let issued = issued(&register, claims()).await.unwrap();
    let (header, payload) = (part(&issued.token, 0), part(&issued.token, 1));
    let key = &signing_keys(&register.records).await.unwrap()[0];
    assert_eq!(header, json!({ "alg": "EdDSA", "typ": "JWT", "kid": format!("did:web:registre.test#{}", key.id) }));
    assert_eq!(payload["@context"][0], "https://www.w3.org/ns/credentials/v2");
    assert_eq!((&payload["iss"], &payload["jti"]), (&payload["issuer"]["id"], &payload["id"]));
    assert_eq!(payload["id"], format!("https://registre.test/verify/credential/{}", issued.code));
    let subject = &payload["credentialSubject"];
    assert_eq!(subject["achievement"]["id"], "https://registre.test/p/training/modules/accounts");
    assert_eq!(subject["identifier"][0]["identityHash"], "Fadma Ouali");
    let kept = register.all(&register.names.credential).await;
    assert!(!kept[0].to_string().contains("Fadma"), "{}", kept[0]);
}

#[tokio::test]
async fn what_is_hashed_is_salted_anew_each_time() {
    let register = Register::new().await;
    let mut claims = claims();
    claims["subject"] = json!({ "hashed": { "type": "emailAddress", "value": "fadma@example.org" } });
    let mut seen = Vec::new();
    for _ in 0..2 {
        let token = issued(&register, claims.clone()).await.unwrap().token;
        let identifier = part(&token, 1)["credentialSubject"]["identifier"][0].clone();
        assert!(identifier["identityHash"].as_str().unwrap().starts_with("sha256$"), "{identifier}");
        seen.push(identifier["identityHash"].clone());
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn one_that_was_changed_or_taken_back_no_longer_holds() {
    let register = Register::new().await;
    let (records, issued) = (&register.records, issued(&register, claims()).await.unwrap());
    assert_eq!(state(&verify(records, &issued.token).await.unwrap()), Some(State::Valid));
    assert_eq!(state(&find(records, &issued.code.to_string()).await.unwrap()), Some(State::Valid));
    let forged = issued.token.replacen('.', ".e", 1);
    let mut payload = part(&issued.token, 1);
    payload["name"] = "Directrice".into();
    let (header, rest) = issued.token.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    let changed = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(payload.to_string()));
    for token in [forged.as_str(), changed.as_str(), "", "a.b.c", header] {
        assert_eq!(verify(records, token).await.unwrap(), Finding::Unknown, "{token}");
    }
    assert!(matches!(
        revoked(&register, "market", issued.code, "not ours").await,
        Err(CredentialError::Missing { .. })
    ));
    assert!(matches!(revoked(&register, "training", issued.code, " ").await, Err(CredentialError::Reason)));
    revoked(&register, "training", issued.code, "a mistake").await.unwrap();
    revoked(&register, "training", issued.code, "another word").await.unwrap();
    let found = verify(records, &issued.token).await.unwrap();
    assert!(matches!(state(&found), Some(State::Revoked { .. })), "{found:?}");
    assert_eq!(register.all(&register.names.credential).await[0]["reason"], "a mistake");
    assert_eq!(find(records, &"0".repeat(32)).await.unwrap(), Finding::Unknown);
}

#[tokio::test]
async fn keys_that_were_replaced_stay_published_and_those_in_wrong_hands_do_not() {
    let register = Register::new().await;
    let (records, first) = (&register.records, issued(&register, claims()).await.unwrap());
    replace_signing_key(records, &INSTANCE_KEY, ReplaceReason::Routine).await.unwrap();
    let second = issued(&register, claims()).await.unwrap();
    let keys = signing_keys(records).await.unwrap();
    let document = did_document(&issuer(), &keys);
    let names: Vec<&Value> =
        document["verificationMethod"].as_array().unwrap().iter().map(|method| &method["id"]).collect();
    assert_eq!(names, [&part(&second.token, 0)["kid"], &part(&first.token, 0)["kid"]]);
    register.clock.advance_ms(1_000);
    replace_signing_key(records, &INSTANCE_KEY, ReplaceReason::Compromised).await.unwrap();
    let keys = signing_keys(records).await.unwrap();
    let set = key_set(&issuer(), &keys);
    let names: Vec<&str> = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(!names.contains(&part(&second.token, 0)["kid"].as_str().unwrap()), "{names:?}");
    // The register had it before, so it still holds for whoever asks the register.
    assert_eq!(state(&verify(records, &second.token).await.unwrap()), Some(State::Valid));
}

#[tokio::test]
async fn claims_that_open_badges_or_the_law_do_not_allow_are_refused_with_their_place() {
    let register = Register::new().await;
    let cases = [
        ("/subject/name", json!("Fadma JB123456"), "identity card"),
        ("/subject", json!({}), "a name or something hashed"),
        ("/subject", json!({ "hashed": { "type": "userName", "value": "AB 123456" } }), "identity card"),
        ("/subject", json!({ "hashed": { "type": "nationalIdentityNumber", "value": "x" } }), "emailAddress"),
        ("/subject", json!({ "name": "F", "id": "did:x:y" }), "unknown field"),
        ("/achievement/id", json!("javascript:alert(1)"), "/achievement/id"),
        ("/achievement/id", json!("//elsewhere.example"), "/achievement/id"),
        ("/achievement/name", json!("  "), "/achievement/name"),
        ("/achievement/criteria", json!({}), "a narrative or an id"),
        ("/achievement/achievementType", json!("Knighthood"), "no type of achievement"),
        ("/achievement/inLanguage", json!("en"), "seven languages"),
        ("/achievement/image", json!("x"), "image"),
    ];
    for (at, value, said) in cases {
        let mut claims = claims();
        let (parent, field) = at.rsplit_once('/').unwrap();
        claims.pointer_mut(parent).unwrap()[field] = value;
        let refused = issued(&register, claims).await.unwrap_err();
        assert!(matches!(&refused, CredentialError::Claims(_)), "{at}: {refused:?}");
        assert!(refused.to_string().contains(said), "{at}: {refused}");
    }
    for (until, said) in [(1, "is over"), (CREDENTIAL_UNTIL_MS_MAX + 1, "before the year 10000")] {
        let mut claims = claims();
        claims["validUntil"] = json!(until);
        let refused = issued(&register, claims).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{refused}");
    }
    assert!(register.all(&register.names.credential).await.is_empty());
    let mut last = claims();
    last["validUntil"] = json!(CREDENTIAL_UNTIL_MS_MAX);
    let token = issued(&register, last).await.unwrap().token;
    assert_eq!(part(&token, 1)["validUntil"], "9999-12-31T23:59:59.999Z");
}
