//! The session in the browser: actions in, requests carried out, the page drawn anew.

use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use gloo_timers::callback::Timeout;

use crate::engine::codec;
use crate::engine::protocol::BUILD;
use crate::session::{self, Action, Boot, Copied, Request, State, Store, Theme, Timer, WorkerNews};

use super::platform::worker::{Worker, WorkerEvent};
use super::platform::{address, screen, storage};

/// The way up for every component: the same for the life of the page.
#[derive(Clone)]
pub struct Dispatch(Rc<Inner>);

impl PartialEq for Dispatch {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    state: RefCell<State>,
    worker: RefCell<Option<Worker>>,
    /// Which worker is the present one: what an ended one still had to say is not listened to.
    generation: Cell<u32>,
    timers: RefCell<BTreeMap<Timer, Timeout>>,
    queue: RefCell<VecDeque<Action>>,
    is_busy: Cell<bool>,
    redraw: RefCell<Option<Box<dyn Fn()>>>,
}

impl Dispatch {
    /// The page opens.
    pub fn open() -> Self {
        let (hash, query) = address::parts();
        let theme = match storage::read(storage::THEME).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        screen::show_theme(theme);
        let (state, requests) = session::open(Boot {
            build: BUILD.to_owned(),
            hash,
            query,
            base: address::noted(),
            draft: storage::read(storage::DRAFT),
            kept: storage::read(storage::KEPT),
            theme,
            layout: screen::layout(),
        });
        let dispatch = Dispatch(Rc::new(Inner {
            state: RefCell::new(state),
            worker: RefCell::new(None),
            generation: Cell::new(0),
            timers: RefCell::default(),
            queue: RefCell::default(),
            is_busy: Cell::new(false),
            redraw: RefCell::new(None),
        }));
        for request in requests {
            dispatch.carry_out(request);
        }
        dispatch
    }

    /// What is called after each change.
    pub fn on_change(&self, redraw: impl Fn() + 'static) {
        *self.0.redraw.borrow_mut() = Some(Box::new(redraw));
    }

    /// The state. Not to be held over an action.
    pub fn state(&self) -> Ref<'_, State> {
        self.0.state.borrow()
    }

    /// Something happened.
    pub fn send(&self, action: Action) {
        self.0.queue.borrow_mut().push_back(action);
        if self.0.is_busy.replace(true) {
            return;
        }
        loop {
            let Some(action) = self.0.queue.borrow_mut().pop_front() else { break };
            let requests = session::update(&mut self.0.state.borrow_mut(), action);
            for request in requests {
                self.carry_out(request);
            }
        }
        self.0.is_busy.set(false);
        if let Some(redraw) = &*self.0.redraw.borrow() {
            redraw();
        }
    }

    fn carry_out(&self, request: Request) {
        match request {
            Request::StartWorker => self.start_worker(),
            Request::EndWorker => {
                self.0.generation.set(self.0.generation.get() + 1);
                // Not while it is calling us: its closures would be dropped under their own feet.
                let ended = self.0.worker.borrow_mut().take();
                Timeout::new(0, move || drop(ended)).forget();
            }
            Request::Post(message) => {
                if let Some(worker) = &*self.0.worker.borrow() {
                    worker.send(&codec::encode(&message));
                }
            }
            Request::Later(timer, millis) => {
                let this = self.clone();
                let timeout = Timeout::new(millis, move || this.send(Action::TimeUp(timer)));
                self.0.timers.borrow_mut().insert(timer, timeout);
            }
            Request::Keep(place, text) => {
                let name = match place {
                    Store::Draft => storage::DRAFT,
                    Store::Kept => storage::KEPT,
                    Store::Theme => storage::THEME,
                };
                storage::write(name, &text);
            }
            Request::SetAddress { hash, base } => address::replace(&hash, &base),
            Request::CopyAddress(hash) => {
                let this = self.clone();
                address::copy(address::with_hash(&hash), move |went_well| {
                    this.send(Action::Copied(if went_well { Copied::Yes } else { Copied::No }));
                });
            }
        }
    }

    fn start_worker(&self) {
        let generation = self.0.generation.get() + 1;
        self.0.generation.set(generation);
        let this = self.clone();
        let spawned = Worker::spawn(move |event| {
            if this.0.generation.get() == generation
                && let Some(news) = heard(event)
            {
                this.send(Action::Worker(news));
            }
        });
        match spawned {
            Ok(worker) => *self.0.worker.borrow_mut() = Some(worker),
            Err(why) => {
                let this = self.clone();
                Timeout::new(0, move || this.send(Action::Worker(WorkerNews::Failed(why)))).forget();
            }
        }
    }
}

fn heard(event: WorkerEvent) -> Option<WorkerNews> {
    Some(match event {
        WorkerEvent::Ready => WorkerNews::Ready,
        // A message that cannot be read is of another build: `Hello` tells.
        WorkerEvent::Message(bytes) => WorkerNews::Said(Box::new(codec::decode(&bytes)?)),
        WorkerEvent::Failed(why) => WorkerNews::Failed(why),
    })
}
