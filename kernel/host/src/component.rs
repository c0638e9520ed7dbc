//! A component's bytes, looked at before anything is compiled.
//!
//! Only WebAssembly components pass. A file that was compiled elsewhere is machine code that the kernel would run unchecked,
//! so it is refused by its first bytes, like everything else that is no component.

use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};

use tiwizi_model::limits;

use crate::text::escaped;

/// The interfaces of the kernel, version 1.
const KERNEL: [&str; 11] =
    ["types", "context", "store", "kv", "config", "i18n", "secrets", "http-out", "registry", "milestones", "telemetry"];

/// What the standard libraries of guest languages expect. Nothing behind these reaches a file, a socket or a variable of
/// the environment.
const WASI: [&str; 18] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// Why a component is refused.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// Too many bytes.
    #[error("component.wasm has {bytes} bytes; {} are allowed", limits::COMPONENT_BYTES_MAX)]
    Large {
        /// What came.
        bytes: u64,
    },
    /// A core module, a precompiled file or something else.
    #[error("component.wasm is no WebAssembly component; the kernel takes components only and compiles them itself")]
    Kind,
    /// It breaks the rules of WebAssembly.
    #[error("component.wasm is not valid")]
    Invalid {
        /// Where and how.
        #[source]
        source: wasmparser::BinaryReaderError,
    },
    /// It asks for something that no plugin is given.
    #[error("component.wasm imports {import}, which the kernel does not offer to plugins")]
    Import {
        /// The import's name.
        import: String,
    },
    /// The compiler does not take it.
    #[error("component.wasm could not be compiled")]
    Compile {
        /// What it said.
        #[source]
        source: wasmtime::Error,
    },
    /// Its imports or exports have other types than those of this kernel.
    #[error("component.wasm does not fit this kernel's interfaces")]
    World {
        /// What does not fit.
        #[source]
        source: wasmtime::Error,
    },
}

/// Checks that the bytes are a valid component that imports nothing outside the two lists above.
///
/// # Errors
/// When they are not, naming the import.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ComponentError> {
    let length = bytes.len() as u64;
    if length > limits::COMPONENT_BYTES_MAX {
        return Err(ComponentError::Large { bytes: length });
    }
    if !Parser::is_component(bytes) {
        return Err(ComponentError::Kind);
    }
    check_imports(bytes)?;
    Validator::new_with_features(features())
        .validate_all(bytes)
        .map(drop)
        .map_err(|source| ComponentError::Invalid { source })
}

/// WebAssembly 2.0 and components; threads, garbage collection and other later proposals stay out.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2 | WasmFeatures::EXTENDED_CONST | WasmFeatures::COMPONENT_MODEL
}

fn check_imports(bytes: &[u8]) -> Result<(), ComponentError> {
    let invalid = |source| ComponentError::Invalid { source };
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(invalid)? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    return Err(ComponentError::Kind);
                }
                depth = depth.saturating_add(1);
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    let name = import.map_err(invalid)?.name.name;
                    if !is_offered(name) {
                        return Err(ComponentError::Import { import: escaped(name, limits::ECHO_CHARS_MAX) });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_offered(import: &str) -> bool {
    let Some((interface, version)) = import.split_once('@') else { return false };
    match interface.strip_prefix("tiwizi:plugin/") {
        Some(name) => version.starts_with("1.0.") && KERNEL.contains(&name),
        None => version.starts_with("0.2.") && WASI.contains(&interface),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn importing(name: &str) -> Vec<u8> {
        wat::parse_str(format!(r#"(component (import "{name}" (instance)))"#)).unwrap()
    }

    #[test]
    fn what_is_outside_the_list_is_refused_by_name() {
        let refused = [
            "wasi:filesystem/types@0.2.0",
            "wasi:sockets/tcp@0.2.0",
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:cli/environment@0.3.0",
            "tiwizi:plugin/keys@1.0.0",
            "tiwizi:plugin/store@2.0.0",
            "evil:plugin/store@1.0.0",
            "store",
        ];
        for name in refused {
            let Err(ComponentError::Import { import }) = check(&importing(name)) else {
                panic!("{name} was accepted");
            };
            assert_eq!(import, name);
        }
    }

    #[test]
    fn what_is_on_the_list_passes() {
        for name in ["wasi:io/streams@0.2.6", "wasi:random/random@0.2.0", "tiwizi:plugin/store@1.0.0"] {
            check(&importing(name)).unwrap();
        }
    }

    #[test]
    fn only_components_are_taken() {
        let module = wat::parse_str("(module)").unwrap();
        for bytes in [&module[..], b"\x7fELF\x02\x01\x01 a precompiled file", b"", b"\0asm"] {
            assert!(matches!(check(bytes), Err(ComponentError::Kind)), "{bytes:?}");
        }
    }

    #[test]
    fn a_component_that_breaks_the_rules_is_refused() {
        let mut bytes = importing("wasi:io/streams@0.2.6");
        let last = bytes.len() - 1;
        bytes.truncate(last);
        assert!(matches!(check(&bytes), Err(ComponentError::Invalid { .. })));
        let threads = wat::parse_str("(component (core module (memory 1 1 shared)))").unwrap();
        assert!(matches!(check(&threads), Err(ComponentError::Invalid { .. })));
    }

    #[test]
    fn deep_nesting_is_refused_quickly() {
        let deep = format!("{}{}", "(component ".repeat(5_000), ")".repeat(5_000));
        if let Ok(bytes) = wat::parse_str(&deep) {
            assert!(check(&bytes).is_err());
        }
    }
}
