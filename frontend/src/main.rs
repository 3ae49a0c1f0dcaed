//! The browser's entry point. Trunk compiles it for `wasm32`; everything that it starts lives in `app`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    app::start();
}
