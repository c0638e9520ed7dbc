//! The child's side: reads a sheet, writes a document, within bounds that it sets for itself and cannot lift again.

use std::io::{self, Read, Write};

use bytes::Bytes;
use rustix::process::Resource;
use tiwizi_model::limits;

use super::wire::Sheet;
use crate::compile::{Ending, bound};

/// Sets the document that comes on `input` with `set` and writes it to `output`; what goes wrong is told on `complaint`. Returns the code
/// with which the process is to end. It bounds the memory and the processor time of the whole process: only a process that does
/// nothing else may call it.
pub fn run<Failed: ToString>(
    input: impl Read,
    output: impl Write,
    mut complaint: impl Write,
    set: impl FnOnce(&Sheet) -> Result<Vec<u8>, Failed>,
) -> u8 {
    let ending = match work(input, output, set) {
        Ok(()) => Ending::Done,
        Err((ending, message)) => {
            // Whoever reads this has gone when it cannot be written.
            drop(complaint.write_all(message.as_bytes()));
            ending
        }
    };
    ending.code()
}

fn work<Failed: ToString>(
    input: impl Read,
    mut output: impl Write,
    set: impl FnOnce(&Sheet) -> Result<Vec<u8>, Failed>,
) -> Result<(), (Ending, String)> {
    let broken = |error: io::Error| (Ending::Broken, error.to_string());
    bound(Resource::As, limits::DOCUMENT_MEMORY_BYTES_MAX, 0).map_err(broken)?;
    bound(Resource::Core, 0, 0).map_err(broken)?;
    bound(Resource::Cpu, limits::DOCUMENT_CPU_S, 1).map_err(broken)?;
    let mut bytes = Vec::new();
    input.take(limits::DOCUMENT_JOB_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(broken)?;
    let sheet = Sheet::read(Bytes::from(bytes)).ok_or_else(|| (Ending::Broken, "no sheet came".to_owned()))?;
    let document = set(&sheet).map_err(|failed| (Ending::Refused, failed.to_string()))?;
    output.write_all(&document).and_then(|()| output.flush()).map_err(broken)
}
