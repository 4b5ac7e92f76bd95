//! Warren: a RabbitMQ playground. `src/ARCHITECTURE.md` is the map.

pub mod amqp;
pub mod broker;
pub mod conformance;
pub mod engine;
pub mod inspect;
pub mod script;
pub mod session;
pub mod sim;
#[cfg(not(target_arch = "wasm32"))]
pub mod site;
pub mod text;

#[cfg(any(feature = "web", feature = "worker"))]
pub mod web;
