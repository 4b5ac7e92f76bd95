//! What a tree can say about itself: one file for each thing that is checked.
//!
//! Names that a script never declares are warnings, not errors: a 404 is a lesson too. Errors are what no program can
//! be made of.

mod ack_with_no_ack;
mod declared;
mod glob_key;
mod idle_publisher;
mod late_prefetch;
mod message_field;
mod never_acks;
mod no_message;
mod option_as_name;
mod scope;
mod text_with_number;
mod too_many;
mod unknown_client;
mod unknown_name;
mod unknown_variable;
mod wait_in_handler;
mod wait_without_confirm;
mod walk;

pub use walk::check;
