//! The forms that travel: each has one way of being written, and any other way is refused.
