//! Warren: a RabbitMQ playground. `src/ARCHITECTURE.md` is the map.

pub mod text;

pub mod amqp;
pub mod broker;
pub mod script;
