//! A team from outside.
