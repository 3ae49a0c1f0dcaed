use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{Estimate, Strength, WORKER};

/// Where the document says that it is.
fn script() -> Option<String> {
    let meta = document().query_selector(&format!("meta[name={WORKER}]")).ok()??;
    meta.get_attribute("content")
}

/// `navigator.connection.saveData`, which not every browser has.
fn saves_data() -> bool {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    let connection = get(&window().navigator(), "connection");
    connection.is_object() && get(&connection, "saveData").is_truthy()
}

/// The worker of one field. It ends with the field.
#[derive(Clone, Copy)]
pub(crate) struct Estimator {
    state: StoredValue<Rc<RefCell<State>>, LocalStorage>,
    said: RwSignal<Option<Estimate>>,
}

#[derive(Default)]
struct State {
    worker: Option<Worker>,
    /// What is heard of it: dropped with the field.
    heard: Option<Heard>,
    /// Whether it listens and has nothing to do.
    idle: bool,
    /// What to ask next: only the last counts.
    waiting: Option<Array>,
}

struct Heard {
    _answers: Closure<dyn FnMut(MessageEvent)>,
    _failure: Closure<dyn FnMut(Event)>,
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            worker.terminate();
        }
    }
}

impl State {
    fn go_on(&mut self) {
        let (true, Some(worker)) = (self.idle, &self.worker) else { return };
        let Some(question) = self.waiting.take() else { return };
        // A worker that cannot be asked says nothing, and the field goes on without.
        self.idle = worker.post_message(&question).is_err();
    }
}

/// A number of the worker's, which is small and whole.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is out of range names no sentence")]
fn as_index(number: f64) -> usize {
    number as usize
}

impl Estimator {
    /// `said` gets what the worker says of the password that it was asked about last.
    pub(crate) fn new(said: RwSignal<Option<Estimate>>) -> Self {
        Self { state: StoredValue::new_local(Rc::default()), said }
    }

    /// Fetches the worker, once, unless the person asked the browser to load less.
    pub(crate) fn fetch(self) {
        let Some(state) = self.state.try_get_value() else { return };
        if state.borrow().heard.is_some() || saves_data() {
            return;
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let Some(Ok(worker)) = script().map(|url| Worker::new_with_options(&url, &options)) else { return };
        let said = self.said;
        let answered = {
            let state = Rc::downgrade(&state);
            Closure::new(move |event: MessageEvent| {
                let Some(state) = state.upgrade() else { return };
                let mut state = state.borrow_mut();
                // An answer about a password that stands there no more is of no use.
                if state.waiting.is_none()
                    && let Ok(answer) = event.data().dyn_into::<Array>()
                {
                    let strength = answer.get(0).as_f64().and_then(Strength::numbered);
                    let advice = answer.get(1).as_f64().map(as_index);
                    // Only a field that is gone gives it back.
                    let _gone = said.try_set(strength.map(|strength| Estimate { strength, advice }));
                }
                state.idle = true;
                state.go_on();
            })
        };
        // It cannot be had, or it broke: it says nothing any more.
        let failed = Closure::new(move |event: Event| {
            event.prevent_default();
            let _gone = said.try_set(None);
        });
        worker.set_onmessage(Some(answered.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        let mut state = state.borrow_mut();
        state.worker = Some(worker);
        state.heard = Some(Heard { _answers: answered, _failure: failed });
    }

    /// Asks about a password, of the person with this email address and this name, for the service of this name.
    pub(crate) fn ask(self, about: [&str; 4]) {
        let Some(state) = self.state.try_get_value() else { return };
        let mut state = state.borrow_mut();
        state.waiting = Some(about.into_iter().map(JsValue::from).collect());
        state.go_on();
    }
}
