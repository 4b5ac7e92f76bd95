//! What a tree can say about itself: one file for each thing that is checked.
//!
//! `walk` asks those that look at one statement or expression and what stands around it; `foresee` those that look at
//! the whole script, gathered in `model`.
//!
//! Names that a script never declares are warnings, not errors: a 404 is a lesson too. Errors are what no program can
//! be made of.

mod ack_before_work;
mod ack_on_other_channel;
mod ack_with_no_ack;
mod argument_of_other_type;
mod auto_delete_unused;
mod bind_to_default;
mod confirm_and_tx;
mod connection_per_message;
mod dead_letter_cycle;
mod dead_letter_to_itself;
mod dead_letters_nowhere;
mod declared;
mod discarded_reject;
mod double_ack;
mod exclusive_shared;
mod foresee;
mod glob_key;
mod idle_publisher;
mod key_on_fanout;
mod late_prefetch;
mod message_field;
mod missing_match;
mod model;
mod never_acks;
mod no_message;
mod option_as_name;
mod overflow_without_limit;
mod prefetch_with_no_ack;
mod priority_without_maximum;
mod redeclared_differently;
mod redundant_binding;
mod reply_consumer_acks;
mod reply_without_correlation;
mod requeue_loop;
mod reserved_name;
mod rewrite;
mod scope;
mod shared_queue;
mod short_ttl_behind_long;
mod slow_ack;
mod text_with_number;
mod too_many;
mod transient_in_durable;
mod unbound_exchange;
mod unbound_key;
mod unhandled_return;
mod unknown_client;
mod unknown_name;
mod unknown_variable;
mod unlimited_consumers;
mod wait_in_handler;
mod wait_without_confirm;
mod walk;
mod wildcard_on_direct;

pub use foresee::foresee;
pub use walk::check;
