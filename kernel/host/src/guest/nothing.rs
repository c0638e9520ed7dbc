//! Files and sockets, behind which there is nothing.
//!
//! The C libraries below the interpreters of JavaScript and Python import WASI's files and sockets whether a program uses them or not,
//! and a component is made only when all its imports are there. So they are there, and each question is refused with its interface's own code:
//! no directory is open, no descriptor and no socket can ever be made, and no code of the host is reached that knows any. A guest's
//! library makes its usual error of it. Components that import none of them, as those in Rust, have none of them linked.

use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType, Type, Val};
use wasmtime_wasi::p2::bindings::io::{error, poll, streams};

use crate::component::is_behind_nothing;

/// What a file or a socket would be.
struct Nothing;

/// The codes by which WASI says that something is not allowed: of files, of sockets.
const REFUSALS: [&str; 2] = ["access", "access-denied"];

/// A linker that also has those of the interfaces that a component imports; nothing when it imports none.
pub(crate) fn link<State: 'static>(
    linker: &Linker<State>,
    component: &Component,
) -> wasmtime::Result<Option<Linker<State>>> {
    let engine = linker.engine();
    let mut with = None;
    for (name, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = import.ty else { continue };
        if !is_behind_nothing(name) {
            continue;
        }
        let mut instance = with.get_or_insert_with(|| linker.clone()).instance(name)?;
        for (name, export) in interface.exports(engine) {
            define(&mut instance, name, &export.ty)?;
        }
    }
    Ok(with)
}

fn define<State: 'static>(
    instance: &mut LinkerInstance<'_, State>,
    name: &str,
    item: &ComponentItem,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let asked = name.to_owned();
            instance.func_new(name, move |_, function, _, results| refuse(&asked, &function, results))
        }
        ComponentItem::Resource(_) => instance.resource(name, resource(name), |_, _| Ok(())),
        _ => Ok(()),
    }
}

/// Files and sockets speak of streams and what belongs to them: those are the real ones.
fn resource(name: &str) -> ResourceType {
    match name {
        "error" => ResourceType::host::<error::Error>(),
        "pollable" => ResourceType::host::<poll::Pollable>(),
        "input-stream" => ResourceType::host::<streams::InputStream>(),
        "output-stream" => ResourceType::host::<streams::OutputStream>(),
        _ => ResourceType::host::<Nothing>(),
    }
}

/// Answers that it may not be, in the words of the function's type; where the type has none, the call ends.
fn refuse(asked: &str, function: &ComponentFunc, results: &mut [Val]) -> wasmtime::Result<()> {
    for (result, wanted) in results.iter_mut().zip(function.results()) {
        *result =
            refusal(&wanted).ok_or_else(|| wasmtime::format_err!("{asked}: a plugin has no files and no sockets"))?;
    }
    Ok(())
}

fn refusal(wanted: &Type) -> Option<Val> {
    match wanted {
        Type::List(_) => Some(Val::List(Vec::new())),
        Type::Option(_) => Some(Val::Option(None)),
        Type::Result(result) => {
            let Some(Type::Enum(codes)) = result.err() else { return None };
            let code = codes.names().find(|code| REFUSALS.contains(code))?;
            Some(Val::Result(Err(Some(Box::new(Val::Enum(code.to_owned()))))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for its directories, for a socket and for the network, and answers with numbers.
    const CURIOUS: &str = r#"(component
        (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
            (export "descriptor" (type $descriptor (sub resource)))
            (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
        (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $tcp
            (export "tcp-socket" (type $socket (sub resource)))
            (type $codes (enum "unknown" "access-denied"))
            (export "error-code" (type $code (eq $codes)))
            (export "create-tcp-socket" (func (result (result (own $socket) (error $code)))))))
        (import "wasi:sockets/instance-network@0.2.0" (instance $net
            (export "network" (type $network (sub resource)))
            (export "instance-network" (func (result (own $network))))))
        (core module $libc
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        (core func $directories (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
        (core func $socket (canon lower (func $tcp "create-tcp-socket") (memory $memory)))
        (core func $network (canon lower (func $net "instance-network")))
        (core module $main
            (import "host" "directories" (func $directories (param i32)))
            (import "host" "socket" (func $socket (param i32)))
            (import "host" "network" (func $network (result i32)))
            (import "libc" "memory" (memory 1))
            (func (export "directories") (result i32)
                (call $directories (i32.const 0)) (i32.load (i32.const 4)))
            (func (export "socket") (result i32)
                (call $socket (i32.const 0))
                (i32.add (i32.mul (i32.load8_u (i32.const 0)) (i32.const 10)) (i32.load8_u (i32.const 4))))
            (func (export "network") (result i32) (call $network)))
        (core instance $main (instantiate $main
            (with "libc" (instance $libc))
            (with "host" (instance
                (export "directories" (func $directories))
                (export "socket" (func $socket))
                (export "network" (func $network))))))
        (alias core export $main "directories" (core func $has-directories))
        (alias core export $main "socket" (core func $has-socket))
        (alias core export $main "network" (core func $has-network))
        (func (export "directories") (result u32) (canon lift (core func $has-directories)))
        (func (export "socket") (result u32) (canon lift (core func $has-socket)))
        (func (export "network") (result u32) (canon lift (core func $has-network))))"#;

    fn ask(name: &str) -> wasmtime::Result<Val> {
        let engine = crate::engine::engine(1, crate::Metering::Off)?;
        let component = Component::new(&engine, wat::parse_str(CURIOUS).unwrap())?;
        let linker = link(&Linker::<()>::new(&engine), &component)?.unwrap();
        let mut store = wasmtime::Store::new(&engine, ());
        store.set_epoch_deadline(1);
        let instance = linker.instantiate(&mut store, &component)?;
        let mut results = [Val::Bool(false)];
        instance.get_func(&mut store, name).unwrap().call(&mut store, &[], &mut results)?;
        let [result] = results;
        Ok(result)
    }

    #[test]
    fn there_is_no_directory_no_socket_and_no_network() {
        assert_eq!(ask("directories").unwrap(), Val::U32(0));
        // An error, and of the codes the second: `access-denied`.
        assert_eq!(ask("socket").unwrap(), Val::U32(11));
        let ended = format!("{:?}", ask("network").unwrap_err());
        assert!(ended.contains("no files and no sockets"), "{ended}");
    }

    #[test]
    fn a_component_that_imports_none_of_them_has_none_linked() {
        let engine = crate::engine::engine(1, crate::Metering::Off).unwrap();
        let component = Component::new(&engine, wat::parse_str("(component)").unwrap()).unwrap();
        assert!(link(&Linker::<()>::new(&engine), &component).unwrap().is_none());
    }
}
