//! The rules of a draft's way, and of two people who write at once.
