use js_sys::Array;
use password_rules::{PasswordRules, Person, normalise};
use sessionkeep_types::limits::PASSWORD_MIN_LENGTH;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Listens until the page goes away.
pub(crate) fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answering = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        send(&answering, &answer(&event.data().unchecked_into()));
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    send(&scope, &JsValue::NULL);
}

/// Of a page that is gone nobody needs to know.
fn send(scope: &DedicatedWorkerGlobalScope, message: &JsValue) {
    let _gone = scope.post_message(message);
}

fn answer(asked: &Array) -> JsValue {
    let text = |index| asked.get(index).as_string().unwrap_or_default();
    let (email, name, service) = (text(1), text(2), text(3));
    let (email, name) = (email.trim(), name.trim());
    let person = Person { email, display_name: Some(name).filter(|name| !name.is_empty()), service: &service };
    // The page asks about passwords that are long enough if all their characters are counted.
    let rules = PasswordRules { min_length: PASSWORD_MIN_LENGTH };
    let estimate = rules.estimate(&normalise(&text(0)), person);
    let advice = estimate.advice.map_or(JsValue::NULL, |advice| f64::from(advice as u8).into());
    Array::of2(&f64::from(estimate.strength as u8).into(), &advice).into()
}
