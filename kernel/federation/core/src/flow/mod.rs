//! What is done with pages: cursors, verifying, applying in order, pace, retries, proposals, transfers, snapshots.
