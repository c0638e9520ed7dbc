//! A guest's memory and tables. It is refused, not stopped: its own allocator then decides.

use std::sync::Arc;

use tiwizi_model::limits;
use wasmtime::ResourceLimiter;

use crate::watch::Watch;

/// Bounds of one store.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes_max: usize,
    memory_bytes: usize,
    table_elements_max: usize,
    table_elements: usize,
    refused: bool,
    /// Who is told at the end how much it was.
    watch: Option<Arc<Watch>>,
}

impl Limiter {
    pub(crate) fn new(memory_bytes_max: usize, table_elements_max: usize, watch: Option<Arc<Watch>>) -> Self {
        Self { memory_bytes_max, memory_bytes: 0, table_elements_max, table_elements: 0, refused: false, watch }
    }

    /// The memory that the guest holds; it never gives any back.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// Whether the guest was refused memory: a trap that follows is most likely its allocator giving up.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        let fits = total <= self.memory_bytes_max;
        if fits {
            self.memory_bytes = total;
        }
        self.refused |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        let fits = total <= self.table_elements_max;
        if fits {
            self.table_elements = total;
        }
        self.refused |= !fits;
        Ok(fits)
    }

    fn instances(&self) -> usize {
        limits::PLUGIN_CORE_INSTANCES_MAX as usize
    }

    fn tables(&self) -> usize {
        limits::PLUGIN_TABLES_MAX as usize
    }

    fn memories(&self) -> usize {
        limits::PLUGIN_MEMORIES_MAX as usize
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        let bytes = u64::try_from(self.memory_bytes).unwrap_or(u64::MAX);
        if let Some(watch) = &self.watch {
            watch.used(|used| used.memory_bytes_most = used.memory_bytes_most.max(bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p06_memories_share_one_bound() {
        let mut limiter = Limiter::new(100, 0, None);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.refused());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert!(limiter.refused());
    }

    #[test]
    fn p07_tables_share_one_bound() {
        let mut limiter = Limiter::new(0, limits::PLUGIN_TABLE_ELEMENTS_MAX, None);
        assert!(limiter.table_growing(0, limits::PLUGIN_TABLE_ELEMENTS_MAX, None).unwrap());
        assert!(!limiter.table_growing(0, 1, None).unwrap());
    }
}
