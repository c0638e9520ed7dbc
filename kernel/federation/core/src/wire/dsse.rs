//! Envelopes (DSSE v1): bytes with their type and signatures over both, so that a signature of one kind of document is none of another.
//!
//! What is signed are the bytes that came, never what was read out of them. As a file an envelope is JSON, within other forms it is
//! CBOR; both have one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tiwizi_model::{PublicKey, limits};

use super::cbor::{CborError, Reader, Writer};
use super::key::{SigningKey, VerifyingKey};

/// A document with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What kind of document it is.
    pub payload_type: String,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// In the order in which they were added.
    pub signatures: Vec<EnvelopeSignature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// The key that is said to have made it: a hint and no proof.
    pub keyid: String,
    /// The signature.
    pub sig: [u8; 64],
}

/// Why an envelope is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Too many bytes or signatures.
    #[error(
        "an envelope has {} bytes and {} signatures at most",
        limits::FED_ENVELOPE_BYTES_MAX,
        limits::FED_SIGNATURES_MAX
    )]
    Long,
    /// Not the form.
    #[error("not the one way of writing an envelope")]
    Form,
    /// Not the form within another one.
    #[error("not the form of an envelope")]
    Cbor(#[from] CborError),
    /// Another kind of document.
    #[error("a document of type {expected:?} was expected, not {found:?}")]
    Type {
        /// What it should be.
        expected: &'static str,
        /// What it says it is.
        found: String,
    },
    /// No signature of that key.
    #[error("the document is not signed by {key}")]
    Unsigned {
        /// Who should have signed it.
        key: PublicKey,
    },
}

impl Envelope {
    /// Signs a document.
    #[must_use]
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &SigningKey) -> Self {
        let mut envelope = Self { payload_type: payload_type.to_owned(), payload, signatures: Vec::new() };
        envelope.add(key);
        envelope
    }

    /// Adds a signature; a second one of the same key changes nothing.
    pub fn add(&mut self, key: &SigningKey) {
        // A name alone is no signature: somebody else may have put it there.
        if !self.is_signed_by(&key.verifying()) {
            let (keyid, sig) = (key.verifying().to_string(), key.sign(&self.signed_bytes()));
            self.signatures.push(EnvelopeSignature { keyid, sig });
        }
    }

    /// What signatures are over: the pre-authentication encoding.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let kind = &self.payload_type;
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }

    /// Whether that key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let (keyid, message) = (key.to_string(), self.signed_bytes());
        self.signatures.iter().any(|signature| signature.keyid == keyid && key.verify(&message, &signature.sig))
    }

    /// The document, when it is of that type and that key signed it.
    ///
    /// # Errors
    /// When either is not so.
    pub fn verify(&self, payload_type: &'static str, key: &VerifyingKey) -> Result<&[u8], EnvelopeError> {
        let payload = self.unverified(payload_type)?;
        if self.is_signed_by(key) { Ok(payload) } else { Err(EnvelopeError::Unsigned { key: key.public() }) }
    }

    /// The document of that type, whoever signed it: to find out in it whose signature to ask for.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn unverified(&self, payload_type: &'static str) -> Result<&[u8], EnvelopeError> {
        if self.payload_type == payload_type {
            return Ok(&self.payload);
        }
        let found = self.payload_type.chars().take(limits::ECHO_CHARS_MAX).collect();
        Err(EnvelopeError::Type { expected: payload_type, found })
    }

    /// The text of its file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signatures: Vec<String> = self
            .signatures
            .iter()
            .map(|signature| {
                let (keyid, sig) = (Value::from(signature.keyid.as_str()), STANDARD.encode(signature.sig));
                format!("{{\"keyid\":{keyid},\"sig\":\"{sig}\"}}")
            })
            .collect();
        let (kind, payload) = (Value::from(self.payload_type.as_str()), STANDARD.encode(&self.payload));
        let signatures = signatures.join(",");
        format!("{{\"payload\":\"{payload}\",\"payloadType\":{kind},\"signatures\":[{signatures}]}}\n")
    }

    /// Reads the file of an envelope. It has one spelling: that of `to_json`.
    ///
    /// # Errors
    /// When the text is too long or written in another way.
    pub fn from_json(text: &str) -> Result<Self, EnvelopeError> {
        // Base64 is longer by a third, and the rest is small.
        if text.len() > limits::FED_ENVELOPE_BYTES_MAX.saturating_mul(2) {
            return Err(EnvelopeError::Long);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| EnvelopeError::Form)?;
        let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let bytes = |value: &Value, name: &str| word(value, name).and_then(|text| STANDARD.decode(text).ok());
        let mut signatures = Vec::new();
        for signature in value.get("signatures").and_then(Value::as_array).ok_or(EnvelopeError::Form)? {
            let sig = bytes(signature, "sig").and_then(|sig| sig.try_into().ok()).ok_or(EnvelopeError::Form)?;
            let keyid = word(signature, "keyid").ok_or(EnvelopeError::Form)?;
            signatures.push(EnvelopeSignature { keyid, sig });
        }
        let payload = bytes(&value, "payload").ok_or(EnvelopeError::Form)?;
        let envelope =
            Self { payload_type: word(&value, "payloadType").ok_or(EnvelopeError::Form)?, payload, signatures };
        if envelope.to_json() != text {
            return Err(EnvelopeError::Form);
        }
        envelope.bounded()
    }

    fn bounded(self) -> Result<Self, EnvelopeError> {
        let few = self.signatures.len() <= limits::FED_SIGNATURES_MAX;
        let short = self.payload.len() <= limits::FED_ENVELOPE_BYTES_MAX;
        if few && short { Ok(self) } else { Err(EnvelopeError::Long) }
    }

    /// Writes it as a part of something larger.
    pub fn write(&self, writer: &mut Writer) {
        writer.array(3).text(&self.payload_type).bytes(&self.payload).array(self.signatures.len());
        for signature in &self.signatures {
            writer.array(2).text(&signature.keyid).bytes(&signature.sig);
        }
    }

    /// Reads it as a part of something larger.
    ///
    /// # Errors
    /// When none stands here in its one form.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, CborError> {
        reader.tuple(3)?;
        let payload_type = reader.text(limits::FED_SCHEMA_BYTES_MAX)?.to_owned();
        let payload = reader.bytes(limits::FED_ENVELOPE_BYTES_MAX)?.to_vec();
        let length = reader.array(limits::FED_SIGNATURES_MAX)?;
        let mut signatures = Vec::with_capacity(length);
        for _ in 0..length {
            reader.tuple(2)?;
            let keyid = reader.text(limits::FED_SCHEMA_BYTES_MAX)?.to_owned();
            signatures.push(EnvelopeSignature { keyid, sig: reader.exactly()? });
        }
        Ok(Self { payload_type, payload, signatures })
    }

    /// Its bytes within other forms.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads these bytes.
    ///
    /// # Errors
    /// When they are too many or not the one way of writing an envelope.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > limits::FED_ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::Long);
        }
        let mut reader = Reader::new(bytes);
        let envelope = Self::read(&mut reader)?;
        reader.end()?;
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "application/vnd.tiwizi.test+cbor";

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&[number; 32])
    }

    #[test]
    fn the_signed_bytes_are_those_of_the_specification() {
        let envelope = Envelope::sign("http://example.com/HelloWorld", b"hello world".to_vec(), &key(1));
        assert_eq!(envelope.signed_bytes(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn a_document_is_taken_with_its_type_and_its_signature_only() {
        let envelope = Envelope::sign(TYPE, b"document".to_vec(), &key(1));
        assert_eq!(envelope.verify(TYPE, &key(1).verifying()), Ok(b"document".as_slice()));
        let unsigned = |number| Err(EnvelopeError::Unsigned { key: key(number).verifying().public() });
        assert_eq!(envelope.verify(TYPE, &key(2).verifying()), unsigned(2));
        let expected = "application/vnd.tiwizi.other+cbor";
        let found = TYPE.to_owned();
        assert_eq!(envelope.verify(expected, &key(1).verifying()), Err(EnvelopeError::Type { expected, found }));
        let changed = Envelope { payload: b"Document".to_vec(), ..envelope.clone() };
        assert_eq!(changed.verify(TYPE, &key(1).verifying()), unsigned(1));
        // Bytes that move between type and document are another message.
        let moved = Envelope { payload_type: format!("{TYPE} 8"), ..envelope.clone() };
        assert!(!moved.is_signed_by(&key(1).verifying()));
        // A name on another key's signature is a hint and no more.
        let mut claimed = Envelope::sign(TYPE, b"document".to_vec(), &key(2));
        claimed.signatures[0].keyid = key(1).verifying().to_string();
        assert_eq!(claimed.verify(TYPE, &key(1).verifying()), unsigned(1));
        claimed.add(&key(1));
        assert!(claimed.is_signed_by(&key(1).verifying()), "nor does it keep the key from signing");
    }

    #[test]
    fn both_parties_sign_one_document_once_each() {
        let mut envelope = Envelope::sign(TYPE, b"document".to_vec(), &key(1));
        envelope.add(&key(2));
        envelope.add(&key(1));
        assert_eq!(envelope.signatures.len(), 2);
        assert!(envelope.is_signed_by(&key(1).verifying()) && envelope.is_signed_by(&key(2).verifying()));
    }

    #[test]
    fn a_file_has_one_spelling() {
        let envelope = Envelope::sign(TYPE, vec![0, 255, 3], &key(1));
        let text = envelope.to_json();
        assert_eq!(Envelope::from_json(&text), Ok(envelope.clone()));
        assert_eq!(Envelope::decode(&envelope.encode()), Ok(envelope));
        for wrong in [
            text.replace(':', ": "),
            text.trim_end().to_owned(),
            text.replace("\"signatures\":[", "\"more\":1,\"signatures\":["),
            text.replace("AP8D", "AP8D\\n"),
            text.replace("\"keyid\":\"", "\"keyid\":\"\\u0061"),
            text.replace("\"sig\":\"", "\"sig\":\"AAAA"),
            "[]".to_owned(),
        ] {
            assert_ne!(wrong, text);
            assert_eq!(Envelope::from_json(&wrong), Err(EnvelopeError::Form), "{wrong}");
        }
    }

    #[test]
    fn more_signatures_than_anybody_needs_are_refused() {
        let mut envelope = Envelope::sign(TYPE, Vec::new(), &key(1));
        for number in 2..=u8::try_from(limits::FED_SIGNATURES_MAX).unwrap() + 1 {
            envelope.add(&key(number));
        }
        assert_eq!(Envelope::from_json(&envelope.to_json()), Err(EnvelopeError::Long));
        let many = CborError::Many { what: "the values of an array" };
        assert_eq!(Envelope::decode(&envelope.encode()), Err(EnvelopeError::Cbor(many)));
        assert_eq!(Envelope::decode(&vec![0; limits::FED_ENVELOPE_BYTES_MAX + 1]), Err(EnvelopeError::Long));
    }
}
