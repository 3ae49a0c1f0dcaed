//! The worker that judges new passwords while they are typed: a module of its own, because the lists that it judges by are
//! larger than the whole client, and few pages need them. It hears from its page alone and tells nobody else.
//!
//! The page sends `[password, e-mail address, display name]` and gets `[strength, advice]`: 0 is refused, 1 accepted, 2
//! strong. The first message, `null`, says that the worker listens.

#[cfg(target_arch = "wasm32")]
mod worker;

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
#[cfg(test)]
mod tests {
    use password_rules::Strength;

    /// What goes over the wire is written down in `app/src/strength`, too.
    #[test]
    fn strengths_are_numbered_from_the_weakest() {
        assert_eq!([Strength::Weak, Strength::Fair, Strength::Strong].map(|strength| strength as u8), [0, 1, 2]);
    }
}
