//! How the process that serves takes its memory from the system.
//!
//! It sets nothing that the system decides for other programs, and nothing that somebody could see but in how much memory the process holds.

/// Takes memory in small pages from now on. The allocator asks for huge ones, and then the first byte of two megabytes costs all of them:
/// a national register at rest held 55 MiB of zeros.
#[cfg(target_os = "linux")]
pub(crate) fn take_small_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::warn!(%error, "huge pages could not be switched off; the process will hold more memory than it uses");
    }
}

/// Other systems decide by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn take_small_pages() {}
