//! Agreements between two instances: what may leave, in which form, until when, and who has signed it.
