//! How the limits are written down: each is a constant and an entry of the list of them all.

/// A type that limits have.
pub(super) trait Amount {
    /// The limit as a plain number.
    fn plain(self) -> u64;
}

macro_rules! amounts {
    ($($type:ty)*) => {$(
        impl Amount for $type {
            fn plain(self) -> u64 {
                u64::try_from(self).unwrap_or(u64::MAX)
            }
        }
    )*};
}

amounts! { u8 u16 u32 usize i16 i32 i64 }

impl Amount for u64 {
    fn plain(self) -> u64 {
        self
    }
}

/// Defines the limits, and a list of them all with those of the parts that are used.
macro_rules! named {
    ($seen:vis all; $(use $part:ident;)* $($(#[$doc:meta])* pub const $name:ident: $type:ty = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: $type = $value;)*

        /// Every limit with its name.
        #[must_use]
        $seen fn all() -> Vec<(&'static str, u64)> {
            [vec![$((stringify!($name), Amount::plain($name))),*] $(, $part::all())*].concat()
        }
    };
}
pub(super) use named;
