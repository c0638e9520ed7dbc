//! The one place of the kernel with `unsafe`: turning bytes that wasmtime wrote back into a component.
//!
//! A compiled component is machine code, and wasmtime cannot tell good machine code from bad. So the caller must show that the bytes
//! come from [`wasmtime::Engine::precompile_component`] of this very kernel. [`Code`] is made by `compile` alone, of what the compiler's process
//! of this program wrote into a pipe that nobody else holds. [`Sealed`] is the proof of it: it is made by
//! [`Seal::open`] alone, after the keyed hash over the bytes was found right, and it owns the bytes, so that what was checked is
//! what is loaded. For the same reason the bytes are read once and not mapped from the file, where they could still change.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compile::Code;

/// The bytes of the keyed hash that stands before the code.
const MAC_BYTES: usize = 32;

/// The block of SHA-256, to which HMAC fills a shorter key up with zeros.
const BLOCK_BYTES: usize = 64;

/// The key under which this instance seals what it compiled.
#[derive(Clone)]
pub(crate) struct Seal {
    key: [u8; BLOCK_BYTES],
}

/// Bytes of a compiled component that bear this instance's seal.
pub(crate) struct Sealed {
    bytes: Vec<u8>,
}

impl Seal {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        for (byte, of_key) in block.iter_mut().zip(key) {
            *byte = of_key;
        }
        Self { key: block }
    }

    /// The code with its seal before it. `name` is sealed too, so that one file cannot stand in for another.
    pub(crate) fn close(&self, name: &str, code: &Code) -> Vec<u8> {
        self.close_bytes(name, code.bytes())
    }

    fn close_bytes(&self, name: &str, code: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(code.len().saturating_add(MAC_BYTES));
        sealed.extend_from_slice(&self.mac(name, code).finalize().into_bytes());
        sealed.extend_from_slice(code);
        sealed
    }

    /// The code, if the seal is right.
    pub(crate) fn open(&self, name: &str, sealed: Vec<u8>) -> Option<Sealed> {
        let (mac, code) = sealed.split_at_checked(MAC_BYTES)?;
        self.mac(name, code).verify_slice(mac).ok()?;
        Some(Sealed { bytes: sealed })
    }

    fn mac(&self, name: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&self.key.into());
        mac.update(&(name.len() as u64).to_be_bytes());
        mac.update(name.as_bytes());
        mac.update(code);
        mac
    }
}

impl Sealed {
    /// Loads the component.
    ///
    /// # Errors
    /// When another version or configuration of wasmtime wrote it.
    #[expect(unsafe_code, reason = "wasmtime can only trust such bytes; see the module's text for why they can be")]
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        let code = self.bytes.get(MAC_BYTES..).unwrap_or_default();
        // SAFETY: `Component::deserialize` demands bytes that `precompile_component` or `Component::serialize` wrote.
        // `Sealed` exists only if the keyed hash was right, the key never leaves this process and its own file (mode 0600),
        // and `Seal::close` takes `Code`, the output of `precompile_component`, alone. `deserialize` itself compares the
        // version and the configuration.
        unsafe { Component::deserialize(engine, code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flipped_bit_anywhere_breaks_the_seal() {
        let seal = Seal::new([7; 32]);
        let sealed = seal.close_bytes("a", b"machine code");
        assert!(seal.open("a", sealed.clone()).is_some());
        for position in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[position] ^= 1;
            assert!(seal.open("a", flipped).is_none(), "{position}");
        }
    }

    #[test]
    fn a_seal_holds_for_one_name_and_one_key() {
        let sealed = Seal::new([7; 32]).close_bytes("a", b"machine code");
        assert!(Seal::new([7; 32]).open("b", sealed.clone()).is_none());
        assert!(Seal::new([8; 32]).open("a", sealed).is_none());
        assert!(Seal::new([7; 32]).open("a", b"short".to_vec()).is_none());
    }
}
