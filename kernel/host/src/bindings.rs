//! The code that wasmtime makes of `sdk/wit/v1`. Its types stop at `imports` and `answer`.

wasmtime::component::bindgen!({
    path: "../../sdk/wit/v1",
    world: "plugin",
    imports: {
        "tiwizi:plugin/store": async | trappable,
        "tiwizi:plugin/kv": async | trappable,
        "tiwizi:plugin/blobs": async | trappable,
        "tiwizi:plugin/config": async | trappable,
        "tiwizi:plugin/i18n": async | trappable,
        "tiwizi:plugin/secrets": async | trappable,
        "tiwizi:plugin/http-out": async | trappable,
        "tiwizi:plugin/registry": async | trappable,
        "tiwizi:plugin/milestones": async | trappable,
        "tiwizi:plugin/calls": async | trappable,
        "tiwizi:plugin/notify": async | trappable,
        "tiwizi:plugin/events": async | trappable,
        "tiwizi:plugin/jobs": async | trappable,
        "tiwizi:plugin/documents": async | trappable,
        "tiwizi:plugin/credentials": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    additional_derives: [serde::Serialize, serde::Deserialize],
});
