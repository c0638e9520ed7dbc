//! Can a component keep the compiler busy, and with it the instance?

use std::fs;
use std::time::Duration;

use anyhow::ensure;
use tiwizi_tests::{Instance, Setting};
use wasm_encoder::{
    BlockType, CodeSection, Component, Function, FunctionSection, Instruction, Module, ModuleSection, TypeSection,
    ValType,
};

use crate::workshop::Workshop;

/// Nested loops that each change local variables: between the ways into a loop the compiler must decide about every variable, and the
/// work grows by their product.
fn busy(locals: u32, loops: u32) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    for depth in 0..loops {
        function.instruction(&Instruction::Loop(BlockType::Empty));
        for step in 0..4_u32 {
            let local = (depth * 7_919 + step * 104_729) % locals;
            function.instruction(&Instruction::LocalGet(local));
            function.instruction(&Instruction::I32Const(1));
            function.instruction(&Instruction::I32Add);
            function.instruction(&Instruction::LocalSet((local * 31 + 7) % locals));
        }
    }
    for _ in 0..loops {
        function.instruction(&Instruction::I32Const(0));
        function.instruction(&Instruction::BrIf(0));
        function.instruction(&Instruction::End);
    }
    function.instruction(&Instruction::End);
    function
}

/// So many of them in a component.
fn bomb(function: &Function, times: u32) -> Vec<u8> {
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([], []);
    for _ in 0..times {
        functions.function(0);
        code.function(function);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}

/// P17: what takes too much memory or time to compile is refused, and the kernel answers all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p17_a_compile_bomb_is_refused_and_the_kernel_goes_on_answering() -> anyhow::Result<()> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    let bombs = [
        ("memory", bomb(&busy(20_000, 2_000), 1), "more memory than"),
        ("time", bomb(&busy(2_000, 500), 60), "s of processor time"),
    ];
    instance.serve()?;
    let (administrator, visitor) = (instance.administrator().await?, instance.visitor()?);
    for (name, component, reason) in bombs {
        let path = workshop.file(&format!("{name}.wasm"));
        fs::write(&path, component)?;
        let bundle = fs::read(workshop.bundle_of(name, &path, |_| ())?)?;
        let mut installing = Box::pin(administrator.upload("/api/v1/plugins", bundle));
        let mut answered = 0_u32;
        let refused = loop {
            tokio::select! {
                refused = &mut installing => break refused?,
                () = tokio::time::sleep(Duration::from_millis(20)) => {
                    visitor.get("/health/ready").await?.expect(200)?;
                    visitor.get("/fr").await?.expect(200)?;
                    answered += 1;
                }
            }
        };
        let refused = refused.expect(422)?;
        ensure!(refused.text.contains(reason), "{}", refused.text);
        ensure!(answered > 0, "nobody asked meanwhile");
        let plugins = administrator.get("/api/v1/plugins").await?.expect(200)?;
        ensure!(plugins.items().is_empty(), "{}", plugins.text);
    }
    Ok(())
}
