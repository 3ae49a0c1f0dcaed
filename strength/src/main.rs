//! The worker that estimates while a new password is typed how hard it is to guess: a module of its own, because few pages need
//! it. Its estimate is a hint; the server decides. It answers its page and sends nothing to any server.
//!
//! The page sends `[password, email address, display name, service's name]` and gets `[strength, advice]`: 0 is weak, 1 fair, 2
//! strong; the advice is a number too, or null. The first message, `null`, says that the worker listens.

#[cfg(target_arch = "wasm32")]
mod worker;

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
#[cfg(test)]
mod tests {
    use password_rules::{Advice, Strength};

    /// What goes over the wire is written down in `app/src/strength`, too.
    #[test]
    fn strengths_are_numbered_from_the_weakest() {
        assert_eq!([Strength::Weak, Strength::Fair, Strength::Strong].map(|strength| strength as u8), [0, 1, 2]);
    }

    #[test]
    fn advice_is_numbered_in_the_order_of_the_pages_sentences() {
        use Advice::{Common, Date, Keyboard, More, OwnData, Repeats, Sequence, Uncounted};
        let all = [Common, OwnData, Keyboard, Repeats, Sequence, Date, Uncounted, More];
        assert_eq!(all.map(|advice| advice as u8), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
