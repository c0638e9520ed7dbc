//! A component's bytes, looked at before anything is compiled.
//!
//! Only WebAssembly components pass. A file that was compiled elsewhere is machine code that the kernel would run unchecked,
//! so it is refused by its first bytes, like everything else that is no component.

use std::collections::BTreeSet;

use bytes::Bytes;
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};

use tiwizi_model::limits;

use crate::bundle::{Bundle, BundleError, COMPONENT};
use crate::compile::CompileError;
use crate::text::escaped;
use crate::version::{ContractVersion, VersionError, Words};

/// The interfaces of the kernel, version 1.
const KERNEL: [&str; 18] = [
    "types",
    "context",
    "store",
    "kv",
    "blobs",
    "config",
    "i18n",
    "secrets",
    "http-out",
    "registry",
    "milestones",
    "calls",
    "notify",
    "telemetry",
    "events",
    "jobs",
    "documents",
    "credentials",
];

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

/// What the C libraries below the interpreters of JavaScript and Python import besides, whether a program uses it or not. Nothing is behind
/// these: see `guest/nothing.rs`.
const NOTHING: [&str; 9] = [
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
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
    /// It is built to keep whoever reads it busy.
    #[error("component.wasm has {what}; {most} are allowed")]
    Crowded {
        /// Of what it has too much.
        what: &'static str,
        /// What is allowed.
        most: u64,
    },
    /// It breaks the rules of WebAssembly.
    #[error("component.wasm is not valid")]
    Invalid {
        /// Where and how.
        #[source]
        source: wasmparser::BinaryReaderError,
    },
    /// It was built for another version of the plugin contract, or does not say for which.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// It asks for something that no plugin is given.
    #[error("component.wasm imports {import}, which the kernel does not offer to plugins")]
    Import {
        /// The import's name.
        import: String,
    },
    /// It could not be compiled within the bounds.
    #[error("component.wasm could not be compiled")]
    Compile {
        /// Why.
        #[source]
        source: CompileError,
    },
    /// Its imports or exports have other types than those of this kernel.
    #[error("component.wasm does not fit this kernel's interfaces")]
    World {
        /// What does not fit.
        #[source]
        source: wasmtime::Error,
    },
}

/// Checks that the bytes are a valid component, built for the manifest's version of the contract, that imports nothing outside the
/// lists above.
///
/// # Errors
/// When they are not, naming the versions or the import.
pub(crate) fn check(bytes: &[u8], manifest: ContractVersion) -> Result<(), ComponentError> {
    let length = bytes.len() as u64;
    if length > limits::COMPONENT_BYTES_MAX {
        return Err(ComponentError::Large { bytes: length });
    }
    if !Parser::is_component(bytes) {
        return Err(ComponentError::Kind);
    }
    let Surface { words, foreign } = surface(bytes)?;
    // What was built for another version may well import what is not known here: the version says more.
    words.judge(manifest)?;
    if let Some(import) = foreign {
        return Err(ComponentError::Import { import: escaped(import, limits::ECHO_CHARS_MAX) });
    }
    Validator::new_with_features(features())
        .validate_all(bytes)
        .map(drop)
        .map_err(|source| ComponentError::Invalid { source })
}

/// WebAssembly 2.0 and components; threads, garbage collection and other later proposals stay out.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2 | WasmFeatures::EXTENDED_CONST | WasmFeatures::COMPONENT_MODEL
}

/// What a component shows of itself.
#[derive(Default)]
struct Surface<'a> {
    words: Words<'a>,
    /// The first import that the kernel does not offer.
    foreign: Option<&'a str>,
}

/// One walk over the sections of a component and everything inside it, before anything is validated: it counts, and looks. Imports count
/// only at its own edge; the version may stand in a module inside.
fn surface(bytes: &[u8]) -> Result<Surface<'_>, ComponentError> {
    let invalid = |source| ComponentError::Invalid { source };
    let mut surface = Surface::default();
    let (mut depth, mut parts, mut items) = (0_usize, 0_usize, 0_u64);
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(invalid)?;
        items = items.saturating_add(count(&payload).into());
        if items > limits::COMPONENT_ITEMS_MAX {
            return Err(ComponentError::Crowded { what: "too many definitions", most: limits::COMPONENT_ITEMS_MAX });
        }
        match payload {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    return Err(ComponentError::Kind);
                }
                depth = depth.saturating_add(1);
                parts = parts.saturating_add(1);
                if depth > limits::COMPONENT_DEPTH_MAX {
                    let most = limits::COMPONENT_DEPTH_MAX as u64;
                    return Err(ComponentError::Crowded { what: "components too deep within each other", most });
                }
                if parts > limits::COMPONENT_PARTS_MAX {
                    let most = limits::COMPONENT_PARTS_MAX as u64;
                    return Err(ComponentError::Crowded { what: "too many modules and components inside", most });
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) => surface.words.hear(section.name(), section.data()),
            Payload::ComponentImportSection(imports) if depth == 1 && surface.foreign.is_none() => {
                for import in imports {
                    let name = import.map_err(invalid)?.name.name;
                    if !is_offered(name) {
                        surface.foreign = Some(name);
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(surface)
}

/// How many things a section defines.
fn count(payload: &Payload<'_>) -> u32 {
    match payload {
        Payload::TypeSection(section) => section.count(),
        Payload::ImportSection(section) => section.count(),
        Payload::FunctionSection(section) => section.count(),
        Payload::TableSection(section) => section.count(),
        Payload::GlobalSection(section) => section.count(),
        Payload::ExportSection(section) => section.count(),
        Payload::ElementSection(section) => section.count(),
        Payload::DataSection(section) => section.count(),
        Payload::InstanceSection(section) => section.count(),
        Payload::CoreTypeSection(section) => section.count(),
        Payload::ComponentInstanceSection(section) => section.count(),
        Payload::ComponentAliasSection(section) => section.count(),
        Payload::ComponentTypeSection(section) => section.count(),
        Payload::ComponentCanonicalSection(section) => section.count(),
        Payload::ComponentImportSection(section) => section.count(),
        Payload::ComponentExportSection(section) => section.count(),
        _ => 0,
    }
}

/// What a component uses of the kernel, and what it offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interfaces {
    /// The kernel's interfaces that it imports: `store`.
    pub imports: BTreeSet<String>,
    /// The interfaces that it exports: `http-handler`.
    pub exports: BTreeSet<String>,
}

/// Reads the names from a bundle's component, and looks at nothing else of it.
///
/// # Errors
/// When the bundle or its component cannot be read.
pub fn interfaces(bundle: &Bytes) -> Result<Interfaces, InterfacesError> {
    let bundle = Bundle::read(bundle).map_err(InterfacesError::Bundle)?;
    let (_, component) = bundle.files.get(COMPONENT).ok_or(InterfacesError::Missing)?;
    let invalid = |source| InterfacesError::Component(ComponentError::Invalid { source });
    let (mut found, mut depth) = (Interfaces::default(), 0_usize);
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(invalid)? {
            Payload::Version { .. } => depth = depth.saturating_add(1),
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    found.imports.extend(of_kernel(import.map_err(invalid)?.name.name));
                }
            }
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    found.exports.extend(of_kernel(export.map_err(invalid)?.name.name));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Why the interfaces of a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InterfacesError {
    /// The bundle is none.
    #[error("the bundle is refused")]
    Bundle(#[source] BundleError),
    /// It holds no component.
    #[error("the bundle holds no component")]
    Missing,
    /// The component is none.
    #[error("the component cannot be read")]
    Component(#[source] ComponentError),
}

fn of_kernel(name: &str) -> Option<String> {
    let (interface, _) = name.split_once('@')?;
    interface.strip_prefix("tiwizi:plugin/").map(str::to_owned)
}

fn is_offered(import: &str) -> bool {
    let Some((interface, version)) = import.split_once('@') else { return false };
    match interface.strip_prefix("tiwizi:plugin/") {
        Some(name) => version.starts_with("1.0.") && KERNEL.contains(&name),
        None => is_behind_nothing(import) || (version.starts_with("0.2.") && WASI.contains(&interface)),
    }
}

/// Whether an import is one of those behind which there is nothing.
pub(crate) fn is_behind_nothing(import: &str) -> bool {
    import
        .split_once('@')
        .is_some_and(|(interface, version)| version.starts_with("0.2.") && NOTHING.contains(&interface))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = r#"(@custom "tiwizi:api-version" "1.0")"#;

    fn check(bytes: &[u8]) -> Result<(), ComponentError> {
        super::check(bytes, "1.0".parse().unwrap())
    }

    fn component(body: &str) -> Vec<u8> {
        wat::parse_str(format!("(component {VERSION} {body})")).unwrap()
    }

    fn importing(name: &str) -> Vec<u8> {
        component(&format!(r#"(import "{name}" (instance))"#))
    }

    #[test]
    fn p01_what_is_outside_the_list_is_refused_by_name() {
        let refused = [
            "wasi:filesystem/types@0.3.0",
            "wasi:sockets/tls@0.2.0",
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
        for name in [
            "wasi:io/streams@0.2.6",
            "wasi:random/random@0.2.0",
            "wasi:filesystem/types@0.2.12",
            "tiwizi:plugin/store@1.0.0",
        ] {
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
        let threads = component("(core module (memory 1 1 shared))");
        assert!(matches!(check(&threads), Err(ComponentError::Invalid { .. })));
        let memories = component("(core module (memory 1) (memory 1))");
        assert!(matches!(check(&memories), Err(ComponentError::Invalid { .. })));
    }

    #[test]
    fn the_version_is_found_wherever_it_stands() {
        let inside = [
            format!("(component (core module {VERSION}))"),
            format!("(component (component (core module {VERSION})) (core module))"),
            format!("(component (core module) {VERSION})"),
        ];
        for text in inside {
            check(&wat::parse_str(&text).unwrap()).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    #[test]
    fn a_version_that_is_missing_or_doubled_is_refused() {
        let refused = [
            ("(component)".to_owned(), VersionError::Missing),
            (format!("(component (core module {VERSION}) (core module {VERSION}))"), VersionError::Twice),
        ];
        for (text, expected) in refused {
            match check(&wat::parse_str(&text).unwrap()) {
                Err(ComponentError::Version(error)) => assert_eq!(error, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_version_is_judged_before_the_imports() {
        let text =
            r#"(component (@custom "tiwizi:api-version" "2.0") (import "tiwizi:plugin/later@2.0.0" (instance)))"#;
        let outcome = check(&wat::parse_str(text).unwrap());
        assert!(matches!(outcome, Err(ComponentError::Version(VersionError::Unspoken { .. }))), "{outcome:?}");
    }

    /// P18: what nests too deeply is refused by the count, before anything is validated.
    #[test]
    fn p18_components_deep_within_each_other_are_refused() {
        // By hand: each begins as a component does, then says that the rest is the inside of another.
        let mut bytes = wat::parse_str("(component)").unwrap();
        let empty = bytes.clone();
        for _ in 0..1_000 {
            let mut length = Vec::new();
            let mut left = bytes.len();
            while left >= 0x80 {
                length.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
                left >>= 7;
            }
            length.push(u8::try_from(left).unwrap());
            bytes = [&empty[..], &[4], &length, &bytes].concat();
        }
        assert!(matches!(check(&bytes), Err(ComponentError::Crowded { .. })), "{:?}", check(&bytes));
    }

    /// P18: forty records that each hold the one before twice would be a type of 2^40 parts.
    #[test]
    fn p18_a_type_that_doubles_again_and_again_is_refused() {
        let mut text = format!("(component {VERSION} (type $t0 (record (field \"a\" u8))) ");
        for number in 1..40 {
            let before = number - 1;
            text += &format!("(type $t{number} (record (field \"a\" $t{before}) (field \"b\" $t{before})))");
        }
        let bytes = wat::parse_str(text + ")").unwrap();
        assert!(matches!(check(&bytes), Err(ComponentError::Invalid { .. })), "{:?}", check(&bytes));
    }

    #[test]
    fn p18_crowds_of_modules_and_of_definitions_are_refused() {
        let modules = format!("(component {})", "(core module)".repeat(limits::COMPONENT_PARTS_MAX));
        let crowded = check(&wat::parse_str(modules).unwrap());
        assert!(matches!(crowded, Err(ComponentError::Crowded { .. })), "{crowded:?}");
        let mut functions = wasm_encoder::FunctionSection::new();
        for _ in 0..=limits::COMPONENT_ITEMS_MAX {
            functions.function(0);
        }
        let mut module = wasm_encoder::Module::new();
        module.section(&functions);
        let mut component = wasm_encoder::Component::new();
        component.section(&wasm_encoder::ModuleSection(&module));
        let crowded = check(&component.finish());
        assert!(matches!(crowded, Err(ComponentError::Crowded { .. })), "{crowded:?}");
    }

    /// P17: a component that is too large is refused before it is parsed.
    #[test]
    fn p17_a_component_that_is_too_large_is_refused_unread() {
        let bytes = vec![0; usize::try_from(limits::COMPONENT_BYTES_MAX).unwrap() + 1];
        assert!(matches!(check(&bytes), Err(ComponentError::Large { .. })));
    }
}
