//! What the tests of the ports share: properties of the page that are, for a while, not what the browser made them, its own
//! language, and its events.

use std::{cell::RefCell, panic, rc::Rc, sync::Once};

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::session::ports::Wake;

/// A property that stands in for the browser's own until this is dropped, or a test fails.
pub(crate) struct Stub(Rc<Own>);

/// What the browser has there.
struct Own {
    target: Object,
    name: &'static str,
    descriptor: JsValue,
}

static RESTORE: Once = Once::new();

thread_local! {
    static STUBS: RefCell<Vec<Rc<Own>>> = RefCell::default();
}

impl Stub {
    /// The property has this value.
    pub(crate) fn value(target: &JsValue, name: &'static str, value: &JsValue) -> Self {
        Self::define(target, name, "value", value)
    }

    /// The property throws whenever somebody looks.
    pub(crate) fn forbidden(target: &JsValue, name: &'static str) -> Self {
        Self::define(target, name, "get", &js("", "throw new DOMException('', 'SecurityError')"))
    }

    fn define(target: &JsValue, name: &'static str, key: &str, value: &JsValue) -> Self {
        let stub = Object::new();
        Reflect::set(&stub, &key.into(), value).expect("an object");
        Self::described(target, name, &stub)
    }

    /// The property is as this descriptor says.
    pub(crate) fn described(target: &JsValue, name: &'static str, stub: &Object) -> Self {
        RESTORE.call_once(restore_when_a_test_fails);
        let target = target.unchecked_ref::<Object>().clone();
        let descriptor = Reflect::get_own_property_descriptor(&target, &name.into()).expect("an object");
        Reflect::set(stub, &"configurable".into(), &JsValue::TRUE).expect("an object");
        Object::define_property(&target, &name.into(), stub);
        let own = Rc::new(Own { target, name, descriptor });
        STUBS.with_borrow_mut(|stubs| stubs.push(Rc::clone(&own)));
        Self(own)
    }
}

/// A panic drops nothing here, and the next test wants the browser as it is.
fn restore_when_a_test_fails() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        for own in STUBS.take().iter().rev() {
            own.put_back();
        }
        hook(info);
    }));
}

impl Drop for Stub {
    fn drop(&mut self) {
        STUBS.with_borrow_mut(|stubs| stubs.retain(|own| !Rc::ptr_eq(own, &self.0)));
        self.0.put_back();
    }
}

impl Own {
    fn put_back(&self) {
        if self.descriptor.is_undefined() {
            // The browser's own stands on the prototype.
            Reflect::delete_property(&self.target, &self.name.into()).expect("a stub can be removed");
        } else {
            Object::define_property(&self.target, &self.name.into(), self.descriptor.unchecked_ref());
        }
    }
}

/// A function in the page's own language.
pub(crate) fn js(args: &str, body: &str) -> Function {
    Function::new_with_args(args, body)
}

/// What such a function gives.
pub(crate) fn run(body: &str) -> JsValue {
    js("", body).call0(&JsValue::UNDEFINED).expect("it does not throw")
}

/// A field of an object.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object")
}

/// Tells a target of an event, an expression of the page's language. A browser that finds a listener whose closure is gone
/// says so to nobody but the window.
pub(crate) fn dispatch(target: &EventTarget, event: &str) {
    let dispatch = js(
        "target",
        &format!(
            "let thrown;
            const note = (event) => {{ thrown = event.message; }};
            window.addEventListener('error', note);
            target.dispatchEvent({event});
            window.removeEventListener('error', note);
            return thrown;"
        ),
    );
    let thrown = dispatch.call1(&JsValue::UNDEFINED, target).expect("an event that is under way nowhere else");
    assert_eq!(thrown, JsValue::UNDEFINED);
}

/// The wakes that somebody was told.
#[derive(Default)]
pub(crate) struct Heard(Rc<RefCell<Vec<Wake>>>);

impl Heard {
    /// The one who is told.
    pub(crate) fn by(&self) -> impl Fn(Wake) + use<> {
        let heard = Rc::clone(&self.0);
        move |wake| heard.borrow_mut().push(wake)
    }

    pub(crate) fn all(&self) -> Vec<Wake> {
        self.0.borrow().clone()
    }
}
