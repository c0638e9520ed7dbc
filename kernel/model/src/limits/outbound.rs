//! The bounds of requests to others.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Outgoing requests of one plugin that run at once.
pub const OUTBOUND_AT_ONCE_MAX: usize = 16;
/// The most that an administrator can give a plugin.
pub const OUTBOUND_AT_ONCE_CEILING: usize = 64;
/// Outgoing requests of one plugin call.
pub const OUTBOUND_CALLS_MAX: u32 = 32;
/// The most that an administrator can give a plugin.
pub const OUTBOUND_CALLS_CEILING: u32 = 128;
/// How long one outgoing request may take.
pub const OUTBOUND_WAIT_MS: u64 = 10_000;
/// The most that an administrator can give a plugin.
pub const OUTBOUND_WAIT_MS_CEILING: u64 = 30_000;
/// The answer to an outgoing request.
pub const OUTBOUND_BYTES_MAX: usize = 4 << 20;
/// The most that an administrator can give a plugin.
pub const OUTBOUND_BYTES_CEILING: usize = 32 << 20;
/// Redirects that one outgoing request follows.
pub const OUTBOUND_REDIRECTS_MAX: u8 = 5;
/// The header lines of an outgoing request, and of its answer.
pub const OUTBOUND_HEADERS_MAX: usize = 64;
/// The header of an outgoing request, and of its answer.
pub const OUTBOUND_HEADER_BYTES_MAX: usize = 32 << 10;
/// The addresses of one name that are tried.
pub const OUTBOUND_ADDRESSES_MAX: usize = 4;
/// How long a connection may take to be there, with its trust.
pub const OUTBOUND_CONNECT_MS: u64 = 20_000;
/// The connections to one other that are kept while nothing goes over them.
pub const OUTBOUND_IDLE_MAX: usize = 4;
/// How long they are kept.
pub const OUTBOUND_IDLE_MS: u64 = 50_000;
/// The others to whom connections are kept.
pub const OUTBOUND_ORIGINS_MAX: usize = 64;
}
