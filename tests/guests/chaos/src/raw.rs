//! Interfaces that the kit does not offer, called as a hostile plugin would, and memory read where nobody should.

#![cfg_attr(target_arch = "wasm32", expect(unsafe_code, reason = "a hostile plugin keeps no rule of its language"))]

mod wasi {
    wit_bindgen::generate!({
        inline: r"
            package chaos:raw;
            world raw {
                import wasi:clocks/monotonic-clock@0.2.0;
                import wasi:random/random@0.2.0;
            }
            package wasi:io@0.2.0 {
                interface poll {
                    resource pollable {
                        ready: func() -> bool;
                        block: func();
                    }
                    poll: func(in: list<borrow<pollable>>) -> list<u32>;
                }
            }
            package wasi:clocks@0.2.0 {
                interface monotonic-clock {
                    use wasi:io/poll@0.2.0.{pollable};
                    type instant = u64;
                    type duration = u64;
                    now: func() -> instant;
                    resolution: func() -> duration;
                    subscribe-instant: func(when: instant) -> pollable;
                    subscribe-duration: func(when: duration) -> pollable;
                }
            }
            package wasi:random@0.2.0 {
                interface random {
                    get-random-bytes: func(len: u64) -> list<u8>;
                    get-random-u64: func() -> u64;
                }
            }
        ",
        world: "chaos:raw/raw",
        generate_all,
    });
}

/// Takes handles of the host and gives none back.
pub(crate) fn take_handles(number: u32) {
    for _ in 0..number {
        std::mem::forget(wasi::wasi::clocks::monotonic_clock::subscribe_duration(1 << 60));
    }
}

pub(crate) fn random_bytes(number: u64) -> usize {
    wasi::wasi::random::random::get_random_bytes(number).len()
}

pub(crate) fn random_number() -> u64 {
    wasi::wasi::random::random::get_random_u64()
}

/// The steady clock, in nanoseconds.
pub(crate) fn steady() -> u64 {
    wasi::wasi::clocks::monotonic_clock::now()
}

/// A text that claims to be a gibibyte long.
#[cfg(target_arch = "wasm32")]
pub(crate) fn text_outside_memory() -> &'static str {
    // SAFETY: none. The kernel must check what it is handed; that is what the test is about.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(std::ptr::dangling(), 1 << 30)) }
}

/// A text that is no UTF-8.
#[cfg(target_arch = "wasm32")]
pub(crate) fn text_that_is_none() -> &'static str {
    // SAFETY: none. The kernel must check what it is handed; that is what the test is about.
    unsafe { std::str::from_utf8_unchecked(std::hint::black_box(&[0xff, 0xfe, 0x80])) }
}

/// How often eight bytes occur in the whole memory.
#[cfg(target_arch = "wasm32")]
pub(crate) fn occurrences(pattern: u64) -> usize {
    let bytes = core::arch::wasm32::memory_size(0) * 65_536;
    // SAFETY: the addresses lie in the linear memory, which always can be read.
    let at = |address: usize| unsafe { std::ptr::read_volatile(address as *const u64) };
    (8..bytes).step_by(8).filter(|address| at(*address) == pattern).count()
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn text_outside_memory() -> &'static str {
    ""
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn text_that_is_none() -> &'static str {
    ""
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn occurrences(_: u64) -> usize {
    0
}
