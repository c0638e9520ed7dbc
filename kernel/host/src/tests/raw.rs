//! Guests that no compiler would make: core modules written by hand that break the rules by which values cross the border.

use std::fmt::Write as _;

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{Language, PluginId};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem};

use super::house::{House, LOOP_MS};
use super::installs::changed;
use crate::{Answer, CallError, Grants, InstallError, Request};

const WORLD: &str = "package test:raw;
    world raw {
        import tiwizi:plugin/telemetry@1.0.0;
        import tiwizi:plugin/kv@1.0.0;
        export tiwizi:plugin/lifecycle@1.0.0;
        export tiwizi:plugin/http-handler@1.0.0;
    }";

/// Gives memory from a heap that only grows.
const REALLOC: &str = "
    (global.set $top (i32.and (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
    (local.set 4 (global.get $top))
    (global.set $top (i32.add (global.get $top) (local.get 3)))
    (local.get 4)";

/// Lets `$log` take a text from a place in memory.
fn log(level: i32, text: (u32, u32), fields: (u32, u32)) -> String {
    let ((text, bytes), (list, items)) = (text, fields);
    format!(
        "(call $log (i32.const {level}) (i32.const {text}) (i32.const {bytes}) (i32.const {list}) (i32.const {items}))"
    )
}

/// A guest: what it does when it is asked, and what it deviates in.
struct Guest<'a> {
    encoding: StringEncoding,
    /// Beside functions, memory and data.
    more: &'a str,
    /// Runs in `init`.
    init: &'a str,
    realloc: &'a str,
    /// Runs in `handle`; the address of the answer is 512.
    handle: &'a str,
    /// What `handle` returns.
    answer: u32,
}

impl Default for Guest<'_> {
    fn default() -> Self {
        Self { encoding: StringEncoding::UTF8, more: "", init: "", realloc: REALLOC, handle: "", answer: 512 }
    }
}

impl Guest<'_> {
    fn text(&self, others: &str) -> String {
        let Self { more, init, realloc, handle, answer, .. } = self;
        // At 512 stands the answer: a document with status 200 whose body is the six bytes at 1024.
        format!(
            r#"(module
            (import "tiwizi:plugin/telemetry@1.0.0" "log" (func $log (param i32 i32 i32 i32 i32)))
            (import "tiwizi:plugin/kv@1.0.0" "get" (func $get (param i32 i32 i32)))
            (import "tiwizi:plugin/kv@1.0.0" "set" (func $set (param i32 i32 i32 i32 i32 i64 i32)))
            (memory (export "memory") 2)
            (global $top (mut i32) (i32.const 65536))
            (data (i32.const 512) "\01\00\00\00\c8\00\00\00\00\04\00\00\06\00\00\00")
            (data (i32.const 1024) "\"fine\"")
            (data (i32.const 2048) "\ff\fe\80")
            (data (i32.const 2052) "\00\d8\00\d8")
            {more}
            (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32) {realloc})
            (func (export "tiwizi:plugin/lifecycle@1.0.0#init") (result i32) {init} (i32.const 0))
            (func (export "tiwizi:plugin/http-handler@1.0.0#handle")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
                {handle} (i32.const {answer}))
            {others})"#
        )
    }

    fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit/v1")).unwrap();
        let package = resolve.push_str("raw.wit", WORLD).unwrap();
        let world = resolve.select_world(&[package], Some("raw")).unwrap();
        let mut module = wat::parse_str(self.text(&others(&resolve, world))).unwrap();
        embed_component_metadata(&mut module, &resolve, world, self.encoding).unwrap();
        let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
        crate::version::stamped(component, "1.0")
    }

    async fn install(&self, house: &House, id: &str) -> Result<PluginId, InstallError> {
        let bundle = changed(Some(self.component()), |manifest| {
            manifest["id"] = json!(id);
            // Used up before the time by the clock is over, also on a busy machine.
            manifest["limits"]["cpu_ms"] = json!(LOOP_MS);
            // It exports nothing that these would need.
            for section in ["kinds", "hooks", "topics", "events", "jobs", "provides", "requires", "slots", "metrics"] {
                manifest.as_object_mut().unwrap().remove(section);
            }
        });
        house.host.install(bundle, Grants::All, &Caller::system()).await.map(|view| view.id)
    }

    /// Installs the guest and asks it once.
    async fn ask(&self, house: &House, id: &str) -> Result<Answer, CallError> {
        let id = self.install(house, id).await.unwrap();
        let request = Request::get("r1", "/some/path", Language::French);
        house.host.call(&id, Caller::public(), request).await.map(|answered| answered.answer)
    }
}

/// Every other function that must be exported, doing nothing: the address 0 holds zeroes, which is a good answer.
fn others(resolve: &Resolve, world: wit_parser::WorldId) -> String {
    let mut text = String::new();
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        for (name, function) in &resolve.interfaces[*id].functions {
            if matches!(name.as_str(), "init" | "handle") {
                continue;
            }
            let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
            let parameters: String = signature.params.iter().map(|kind| format!(" {}", core(*kind))).collect();
            let interface = resolve.name_world_key(key);
            write!(text, "(func (export \"{interface}#{name}\") (param{parameters}) (result i32) (i32.const 0))")
                .unwrap();
        }
    }
    text
}

fn core(kind: WasmType) -> &'static str {
    match kind {
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
    }
}

#[tokio::test]
async fn a_guest_written_by_hand_is_a_guest_like_any_other() {
    let house = House::with_chaos().await;
    let quiet = log(1, (1024, 6), (0, 0));
    let handle = format!(
        "{quiet} (call $set (i32.const 1024) (i32.const 6) (i32.const 1024) (i32.const 6) (i32.const 0) (i64.const 0) (i32.const 256))"
    );
    let answer = Guest { handle: &handle, ..Guest::default() }.ask(&house, "plain").await;
    assert!(matches!(&answer, Ok(Answer::Json { body, .. }) if *body == json!("fine")), "{answer:?}");
    // The same six bytes as a text in Latin letters, of one byte each.
    let compact = Guest { encoding: StringEncoding::CompactUTF16, ..Guest::default() }.ask(&house, "compact").await;
    assert!(matches!(&compact, Ok(Answer::Json { body, .. }) if *body == json!("fine")), "{compact:?}");
    // Six units of two bytes: the text goes on behind the quotation marks and is no JSON any more.
    let wide = Guest { encoding: StringEncoding::UTF16, ..Guest::default() }.ask(&house, "wide").await;
    assert!(matches!(wide, Err(CallError::Answer { .. })), "{wide:?}");
}

#[tokio::test]
async fn p13_values_that_break_the_rules_of_the_border_end_the_call() {
    let house = House::with_chaos().await;
    let cases = [
        ("bad-utf8", log(1, (2048, 3), (0, 0))),
        ("bad-level", log(99, (1024, 6), (0, 0))),
        ("negative-level", log(-1, (1024, 6), (0, 0))),
        ("text-beyond", log(1, (131_070, 6), (0, 0))),
        ("text-wraps", log(1, (u32::MAX - 2, 6), (0, 0))),
        ("text-endless", log(1, (1024, u32::MAX), (0, 0))),
        ("list-askew", log(1, (1024, 6), (1025, 1))),
        ("list-beyond", log(1, (1024, 6), (131_064, 1))),
        ("list-wraps", log(1, (1024, 6), (1024, 0x1000_0001))),
        ("list-endless", log(1, (1024, 6), (1024, u32::MAX))),
        ("return-askew", "(call $get (i32.const 1024) (i32.const 6) (i32.const 257))".to_owned()),
        ("return-beyond", "(call $get (i32.const 1024) (i32.const 6) (i32.const 131068))".to_owned()),
        (
            "bad-option",
            "(call $set (i32.const 1024) (i32.const 6) (i32.const 1024) (i32.const 6) (i32.const 7) (i64.const 0) (i32.const 256))"
                .to_owned(),
        ),
    ];
    for (id, handle) in &cases {
        let outcome = Guest { handle, ..Guest::default() }.ask(&house, id).await;
        assert!(matches!(outcome, Err(CallError::Trap { .. })), "{id}: {outcome:?}");
    }
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p13_texts_in_other_encodings_are_held_to_their_rules() {
    let house = House::with_chaos().await;
    let (wide, compact) = (StringEncoding::UTF16, StringEncoding::CompactUTF16);
    // The highest bit of a compact text's length says that it is UTF-16.
    let tagged = |units: u32| units | 0x8000_0000;
    let cases = [
        ("wide-surrogates", wide, log(1, (2052, 2), (0, 0))),
        ("wide-askew", wide, log(1, (1025, 2), (0, 0))),
        ("wide-beyond", wide, log(1, (131_070, 2), (0, 0))),
        ("wide-wraps", wide, log(1, (1024, 0x8000_0001), (0, 0))),
        ("compact-surrogates", compact, log(1, (2052, tagged(2)), (0, 0))),
        ("compact-askew", compact, log(1, (1025, 1), (0, 0))),
        ("compact-beyond", compact, log(1, (131_070, tagged(2)), (0, 0))),
        ("compact-endless", compact, log(1, (1024, tagged(0x7fff_ffff)), (0, 0))),
    ];
    for (id, encoding, handle) in &cases {
        let outcome = Guest { handle, encoding: *encoding, ..Guest::default() }.ask(&house, id).await;
        assert!(matches!(outcome, Err(CallError::Trap { .. })), "{id}: {outcome:?}");
    }
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p13_an_answer_that_breaks_the_rules_ends_the_call() {
    let house = House::with_chaos().await;
    let data = |bytes: &str| format!("(data (i32.const 768) \"{bytes}\")");
    let cases = [
        ("answer-askew", String::new(), 513),
        ("answer-beyond", String::new(), 131_060),
        ("answer-wraps", String::new(), u32::MAX - 3),
        ("bad-variant", data(r"\09\00\00\00\c8\00\00\00\00\04\00\00\06\00\00\00"), 768),
        ("body-beyond", data(r"\01\00\00\00\c8\00\00\00\f0\ff\ff\7f\06\00\00\00"), 768),
        ("body-endless", data(r"\01\00\00\00\c8\00\00\00\00\04\00\00\ff\ff\ff\ff"), 768),
        ("body-no-text", data(r"\01\00\00\00\c8\00\00\00\00\08\00\00\03\00\00\00"), 768),
    ];
    for (id, more, answer) in &cases {
        let outcome = Guest { more, answer: *answer, ..Guest::default() }.ask(&house, id).await;
        assert!(matches!(outcome, Err(CallError::Trap { .. })), "{id}: {outcome:?}");
    }
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p13_memory_given_for_arguments_is_checked() {
    let house = House::with_chaos().await;
    for (id, realloc) in [
        ("gives-askew", "(i32.const 1)"),
        ("gives-beyond", "(i32.const 131071)"),
        ("gives-wrapped", "(i32.const -1)"),
        ("gives-trap", "(unreachable)"),
    ] {
        let outcome = Guest { realloc, ..Guest::default() }.ask(&house, id).await;
        let fits = matches!(outcome, Err(CallError::Trap { .. }));
        // A text needs no alignment: a guest that is given one at an odd place may go on, in its own memory.
        assert!(fits || id == "gives-askew", "{id}: {outcome:?}");
    }
    let endless =
        Guest { realloc: "(loop $l (br $l)) (unreachable)", ..Guest::default() }.ask(&house, "gives-never").await;
    assert!(matches!(endless, Err(CallError::CpuTime { .. })), "{endless:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p12_a_guest_is_not_entered_while_it_is_entered() {
    let house = House::with_chaos().await;
    // The kernel asks for memory to hand an argument over; a guest that calls the kernel from there is stopped.
    let realloc = format!("{} {REALLOC}", log(1, (1024, 6), (0, 0)));
    let outcome = Guest { realloc: &realloc, ..Guest::default() }.ask(&house, "enters").await;
    assert!(matches!(&outcome, Err(CallError::Trap { reason }) if reason.contains("cannot leave")), "{outcome:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p12_calls_without_end_end_at_the_stack() {
    let house = House::with_chaos().await;
    let guest = Guest { more: "(func $deep (call $deep))", handle: "(call $deep)", ..Guest::default() };
    let outcome = guest.ask(&house, "deep").await;
    assert!(
        matches!(&outcome, Err(CallError::Trap { reason }) if reason.contains("call stack exhausted")),
        "{outcome:?}"
    );
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p07_tables_grow_to_their_limit_and_the_guest_is_told() {
    let house = House::with_chaos().await;
    let more = "(table $t 1 funcref)";
    // Grows by 1,000 until it is refused and traps unless that happened in time.
    let handle = "(local $n i32) (block $end (loop $l
        (br_if $end (i32.eq (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $n) (i32.const 200)))
        (unreachable)))
        (if (i32.ne (table.grow $t (ref.null func) (i32.const -1)) (i32.const -1)) (then (unreachable)))";
    let outcome = Guest { more, handle, ..Guest::default() }.ask(&house, "tables").await;
    assert!(matches!(outcome, Ok(Answer::Json { .. })), "{outcome:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p06_memory_grows_to_its_limit_and_the_guest_is_told() {
    let house = House::with_chaos().await;
    let pages = tiwizi_model::limits::PLUGIN_MEMORY_BYTES_MAX / 65_536;
    let handle = format!(
        "(if (i32.ne (memory.grow (i32.const {})) (i32.const 2)) (then (unreachable)))
         (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
         (if (i32.ne (memory.grow (i32.const 65535)) (i32.const -1)) (then (unreachable)))",
        pages - 2
    );
    let outcome = Guest { handle: &handle, ..Guest::default() }.ask(&house, "grows").await;
    assert!(matches!(outcome, Ok(Answer::Json { .. })), "{outcome:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p14_a_trap_in_init_or_at_the_start_leaves_nothing_installed() {
    let house = House::with_chaos().await;
    for (id, guest) in [
        ("init-traps", Guest { init: "(unreachable)", ..Guest::default() }),
        ("start-traps", Guest { more: "(func $s (unreachable)) (start $s)", ..Guest::default() }),
        (
            "init-calls",
            Guest {
                init: "(call $log (i32.const 9) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
                ..Guest::default()
            },
        ),
    ] {
        let outcome = guest.install(&house, id).await;
        assert!(matches!(outcome, Err(InstallError::Init(CallError::Trap { .. }))), "{id}: {outcome:?}");
        assert!(house.host.plugin(&id.parse().unwrap()).is_none());
    }
    house.assert_unhurt().await;
}
