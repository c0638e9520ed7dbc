//! The one wasmtime engine of an instance: its configuration, and the clock by which guests are interrupted.
//!
//! Cranelift alone compiles, since interruption by epoch exists only there. Instances come from a pool, so that a call costs
//! no system calls for its memory in the common case. Features of WebAssembly that no guest of ours needs are off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tiwizi_model::limits;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::observe::Metering;

/// Memory that a free slot of the pool keeps, so that the next instance finds it warm.
const KEEP_RESIDENT_BYTES: usize = 2 << 20;
/// The same for tables.
const TABLE_KEEP_RESIDENT_BYTES: usize = 512 << 10;
/// Free slots that stay warm for the component that used them last; more are handed to others first, so that a rush does not
/// leave the process large.
const WARM_SLOTS_MAX: u32 = 16;
/// Memories that the pool holds for each instance: guests in JavaScript have one in a part of their own, which is empty.
const MEMORIES_EACH: u32 = 2;
/// The stack of a call: the guest's part, and what host functions may need above it.
const CALL_STACK_BYTES: usize = limits::PLUGIN_STACK_BYTES_MAX + (2 << 20);

/// Builds the engine with a pool for so many instances at once.
pub(crate) fn engine(instances_max: u32, metering: Metering) -> wasmtime::Result<Engine> {
    let mut config = config(metering);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances_max)));
    Engine::new(&config)
}

/// Builds the engine of the compiler's process: it compiles the same code, runs nothing and so reserves no memory for instances. One
/// thread compiles, so that the bounds of the process mean the same on every machine.
pub(crate) fn compiling_engine() -> wasmtime::Result<Engine> {
    let mut config = config(Metering::Off);
    config.parallel_compilation(false).allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config)
}

/// What compiled code depends on.
fn config(metering: Metering) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .wasm_memory64(false)
        // For the compiler's own code between the parts of one component. Modules with several memories are refused: `component.rs`.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(16))
        .epoch_interruption(true)
        .consume_fuel(metering == Metering::Instructions)
        .max_wasm_stack(limits::PLUGIN_STACK_BYTES_MAX)
        .async_stack_size(CALL_STACK_BYTES)
        .memory_init_cow(true);
    config
}

fn pool(instances_max: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances_max)
        .total_core_instances(instances_max.saturating_mul(4))
        .total_memories(instances_max.saturating_mul(MEMORIES_EACH))
        .total_tables(instances_max.saturating_mul(4))
        .total_stacks(instances_max)
        .max_core_instances_per_component(limits::PLUGIN_CORE_INSTANCES_MAX)
        .max_memories_per_component(limits::PLUGIN_MEMORIES_MAX)
        .max_tables_per_component(limits::PLUGIN_TABLES_MAX)
        .max_memory_size(limits::PLUGIN_MEMORY_BYTES_CEILING)
        .table_elements(limits::PLUGIN_TABLE_ELEMENTS_CEILING)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(TABLE_KEEP_RESIDENT_BYTES)
        .max_unused_warm_slots(WARM_SLOTS_MAX)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// The thread that moves the engine's epoch on. Without it a guest that loops would never be stopped, so every call looks
/// whether it still runs and starts it again if not.
pub(crate) struct Ticker {
    engine: wasmtime::EngineWeak,
    stopped: Arc<AtomicBool>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = spawn(engine.weak(), Arc::clone(&stopped))?;
        Ok(Self { engine: engine.weak(), stopped, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Starts the thread again if it has ended.
    pub(crate) fn ensure_running(&self) -> std::io::Result<()> {
        let mut thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if thread.as_ref().is_none_or(JoinHandle::is_finished) {
            tracing::error!("the clock that interrupts plugins had stopped; it is started again");
            *thread = Some(spawn(self.engine.clone(), Arc::clone(&self.stopped))?);
        }
        Ok(())
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn spawn(engine: wasmtime::EngineWeak, stopped: Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("plugin-ticker".to_owned()).spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(limits::EPOCH_TICK_MS));
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parts, one of which hands the other a text: each has its own memory, and the compiler writes what copies between them.
    const PARTS: &str = r#"(component
        (component $asked
            (core module $m
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
                (func (export "f") (param i32 i32)))
            (core instance $i (instantiate $m))
            (alias core export $i "memory" (core memory $memory))
            (alias core export $i "realloc" (core func $realloc))
            (alias core export $i "f" (core func $f))
            (func (export "f") (param "text" string) (canon lift (core func $f) (memory $memory) (realloc $realloc))))
        (component $asking
            (import "f" (func $f (param "text" string)))
            (core module $m (memory (export "memory") 1))
            (core instance $i (instantiate $m))
            (alias core export $i "memory" (core memory $memory))
            (core func $lowered (canon lower (func $f) (memory $memory)))
            (core module $n (import "" "f" (func (param i32 i32))))
            (core instance (instantiate $n (with "" (instance (export "f" (func $lowered)))))))
        (instance $there (instantiate $asked))
        (instance (instantiate $asking (with "f" (func $there "f")))))"#;

    #[test]
    fn the_parts_of_a_component_may_speak_to_each_other() {
        let engine = engine(1, Metering::Off).unwrap();
        let component = wasmtime::component::Component::new(&engine, wat::parse_str(PARTS).unwrap()).unwrap();
        let mut store = wasmtime::Store::new(&engine, ());
        store.set_epoch_deadline(1);
        wasmtime::component::Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    }

    #[test]
    fn both_engines_compile_the_same_code() {
        let component = wat::parse_str(r#"(component (core module (func (export "f"))))"#).unwrap();
        let (running, compiling) = (engine(1, Metering::Off).unwrap(), compiling_engine().unwrap());
        let compile = |engine: &Engine| engine.precompile_component(&component).unwrap();
        assert_eq!(compile(&running), compile(&compiling));
    }

    #[test]
    fn a_ticker_that_ended_is_started_again() {
        let engine = engine(1, Metering::Off).unwrap();
        let ticker = Ticker::start(&engine).unwrap();
        ticker.stopped.store(true, Ordering::Relaxed);
        ticker.thread.lock().unwrap().take().unwrap().join().unwrap();
        ticker.stopped.store(false, Ordering::Relaxed);
        ticker.ensure_running().unwrap();
        assert!(!ticker.thread.lock().unwrap().as_ref().unwrap().is_finished());
    }
}
