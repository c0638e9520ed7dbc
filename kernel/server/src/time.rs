//! Moments as the API writes them.

use tiwizi_model::Instant;

/// `2026-05-01T12:00:00.000Z`.
pub(crate) fn rfc3339(instant: Instant) -> String {
    instant.rfc3339()
}
