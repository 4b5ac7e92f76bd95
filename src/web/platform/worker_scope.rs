//! The worker's own end: it hears messages, works in slices between them, and says so when it panics.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

/// What runs in a worker.
pub trait Host {
    /// Takes a message of the page.
    fn receive(&mut self, message: Vec<u8>, out: &Outbox);

    /// Does a slice of the work that is left, a few milliseconds of it. Returns whether there is more.
    fn work(&mut self, out: &Outbox) -> bool;
}

/// The way back to the page.
#[derive(Clone)]
pub struct Outbox {
    scope: DedicatedWorkerGlobalScope,
}

impl Outbox {
    /// Sends a message to the page.
    pub fn send(&self, message: &[u8]) {
        let message = Uint8Array::from(message);
        // It can fail only for what cannot be copied: bytes always can.
        let _ = self.scope.post_message_with_transfer(&message, &Array::of1(&message.buffer()));
    }
}

/// Hands the worker over to `host`, for good. To be called once, at the start of the worker's `main`.
pub fn run(host: impl Host + 'static) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    post_panics(scope.clone());

    let worker =
        Rc::new(Slices { host: RefCell::new(host), out: Outbox { scope: scope.clone() }, turn: Turn::new() });
    let on_turn = Closure::<dyn FnMut(MessageEvent)>::new({
        let worker = worker.clone();
        move |_| worker.slice()
    });
    worker.turn.on_turn(&on_turn);
    on_turn.forget();

    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(bytes) = event.data().dyn_ref::<Uint8Array>() {
            worker.host.borrow_mut().receive(bytes.to_vec(), &worker.out);
            worker.turn.ask();
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();

    // Null: ready.
    let _ = scope.post_message(&JsValue::NULL);
}

/// Milliseconds on a clock that only runs forward, to cut the slices by. It must never influence a result.
pub fn clock_ms() -> f64 {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |performance| performance.now())
}

/// After a panic the program cannot be entered again, so its message goes to the page before the trap does.
fn post_panics(scope: DedicatedWorkerGlobalScope) {
    std::panic::set_hook(Box::new(move |info| {
        let _ = scope.post_message(&info.to_string().into());
    }));
}

struct Slices<H> {
    host: RefCell<H>,
    out: Outbox,
    turn: Turn,
}

impl<H: Host> Slices<H> {
    fn slice(&self) {
        self.turn.taken();
        if self.host.borrow_mut().work(&self.out) {
            self.turn.ask();
        }
    }
}

/// A turn after all messages that have come meanwhile. By a channel: timers would wait 4 ms each time.
struct Turn {
    channel: Option<MessageChannel>,
    asked: Cell<bool>,
}

impl Turn {
    fn new() -> Turn {
        Turn { channel: MessageChannel::new().ok(), asked: Cell::new(false) }
    }

    fn on_turn(&self, closure: &Closure<dyn FnMut(MessageEvent)>) {
        if let Some(channel) = &self.channel {
            channel.port1().set_onmessage(Some(closure.as_ref().unchecked_ref()));
        }
    }

    fn ask(&self) {
        if let Some(channel) = &self.channel
            && !self.asked.replace(true)
        {
            let _ = channel.port2().post_message(&JsValue::NULL);
        }
    }

    fn taken(&self) {
        self.asked.set(false);
    }
}
