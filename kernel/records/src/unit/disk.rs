//! What a plugin adds while the disk is nearly full: nothing. It is told so as soon as it tries; the commit looks again, because time has
//! passed. What it reads and deletes, and what the kernel writes through it, goes on.

use tiwizi_storage::NearlyFull;

use super::Unit;

impl Unit {
    /// Refuses what the calling plugin would add beside records.
    pub(super) fn demand_disk(&self) -> Result<(), NearlyFull> {
        if self.caller.is_kernel() { Ok(()) } else { self.records.demand_disk() }
    }
}

#[cfg(test)]
mod tests;
