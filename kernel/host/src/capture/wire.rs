//! The file of a capture.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::limits;

/// The form of the file that this kernel writes and reads.
const FORMAT: u32 = 1;

/// A capture as it lies in its file. Every text in it is blanked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    pub(crate) format: u32,
    /// Whose call it was.
    pub plugin: String,
    /// The version of the bundle that ran.
    pub version: String,
    /// The SHA-256 of that bundle.
    pub bundle: String,
    /// The request that the call belonged to.
    pub request: String,
    /// When it began, in milliseconds since 1970.
    pub at: i64,
    /// What was called: `http-handler.handle`.
    pub export: String,
    /// How the call ended.
    pub failure: String,
    /// Whether the last host calls are missing because there was no room for them.
    pub cut: bool,
    pub(crate) seed: String,
    pub(crate) cpu_ms: u64,
    pub(crate) memory_bytes: usize,
    pub(crate) table_elements: usize,
    pub(crate) arguments: Value,
    pub(crate) calls: Vec<CapturedCall>,
}

/// One host call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapturedCall {
    pub(crate) name: String,
    pub(crate) arguments: Value,
    /// None when the call ended the guest.
    pub(crate) answer: Option<Value>,
}

/// Why a file is no capture.
#[derive(Debug, thiserror::Error)]
pub enum CaptureReadError {
    /// Too many bytes.
    #[error("it has more than {} bytes", limits::CAPTURE_FILE_BYTES_MAX)]
    Large,
    /// Not the form of a capture.
    #[error("it does not have the form of a capture")]
    Form(#[source] serde_json::Error),
    /// Written by another kernel.
    #[error("it has the form {found}; this kernel reads {FORMAT}")]
    Other {
        /// What it says.
        found: u32,
    },
}

impl Capture {
    pub(crate) const FORMAT: u32 = FORMAT;

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no capture that this kernel reads.
    pub fn read(bytes: &[u8]) -> Result<Self, CaptureReadError> {
        if bytes.len() > limits::CAPTURE_FILE_BYTES_MAX {
            return Err(CaptureReadError::Large);
        }
        let capture: Self = serde_json::from_slice(bytes).map_err(CaptureReadError::Form)?;
        if capture.format == FORMAT { Ok(capture) } else { Err(CaptureReadError::Other { found: capture.format }) }
    }
}
