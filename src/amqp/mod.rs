//! AMQP vocabulary.
