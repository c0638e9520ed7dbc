//! What leaves with an offer: everything of what moves, for the instance that takes it over and nobody else.

use crate::parcel::{MAGIC, PURPOSE, Parcel};
use crate::wire::{SealedError, VerifyingKey, seal};
use tiwizi_model::{Ambient, limits};
use zeroize::Zeroizing;

use super::PeerBytes;

/// How hard it is compressed.
const LEVEL: i32 = 3;

/// Why no parcel is made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is more than a parcel takes.
    #[error("what moves is larger than a parcel takes")]
    Long,
    /// It cannot be compressed.
    #[error("the parcel could not be compressed")]
    Compress(#[source] std::io::Error),
    /// It cannot be sealed.
    #[error("the parcel could not be sealed")]
    Seal(#[source] SealedError),
}

impl PeerBytes {
    /// A parcel, sealed for its receiver, whose signing key this is.
    ///
    /// # Errors
    /// When there is more than a parcel takes.
    pub fn parcel(parcel: &Parcel, key: &VerifyingKey, ambient: &Ambient) -> Result<Self, PackError> {
        let bytes = Zeroizing::new(parcel.encode());
        if bytes.len() > limits::FED_PARCEL_EXPANDED_BYTES_MAX {
            return Err(PackError::Long);
        }
        let packed = Zeroizing::new(zstd::bulk::compress(&bytes, LEVEL).map_err(PackError::Compress)?);
        let sealed = seal(&packed, key, PURPOSE, ambient).map_err(PackError::Seal)?;
        let bytes = [MAGIC.as_slice(), &sealed].concat();
        if bytes.len() > limits::FED_PARCEL_BYTES_MAX {
            return Err(PackError::Long);
        }
        Ok(Self { bytes, receiver: Some(parcel.to) })
    }
}
