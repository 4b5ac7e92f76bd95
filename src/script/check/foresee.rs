//! What the broker will do with a script, as far as its text tells: checks that look at more than one statement.
//!
//! Asked only where nothing keeps the script from running, so that an error is not followed by what it causes.

use super::model::{Model, clients};
use super::{
    ack_before_work, ack_on_other_channel, argument_of_other_type, auto_delete_unused, bind_to_default,
    confirm_and_tx, connection_per_message, dead_letter_cycle, dead_letter_to_itself, dead_letters_nowhere,
    discarded_reject, double_ack, exclusive_shared, key_on_fanout, missing_match, overflow_without_limit,
    prefetch_with_no_ack, priority_without_maximum, redeclared_differently, redundant_binding,
    reply_consumer_acks, reply_without_correlation, requeue_loop, reserved_name, shared_queue,
    short_ttl_behind_long, slow_ack, transient_in_durable, unbound_exchange, unbound_key, unhandled_return,
    unlimited_consumers, wildcard_on_direct,
};
use crate::script::ast::Tree;
use crate::script::diagnostic::Diagnostic;

/// What the broker will likely do that is not meant. Of a tree without errors.
pub fn foresee(tree: &Tree, text: &str) -> Vec<Diagnostic> {
    let clients = clients(tree);
    let model = Model::of(tree, text, &clients);
    let mut out = Vec::new();
    if model.is_large() {
        return out;
    }
    for check in [
        ack_before_work::check,
        ack_on_other_channel::check,
        argument_of_other_type::check,
        auto_delete_unused::check,
        bind_to_default::check,
        confirm_and_tx::check,
        connection_per_message::check,
        dead_letter_cycle::check,
        dead_letter_to_itself::check,
        dead_letters_nowhere::check,
        discarded_reject::check,
        double_ack::check,
        exclusive_shared::check,
        key_on_fanout::check,
        missing_match::check,
        overflow_without_limit::check,
        prefetch_with_no_ack::check,
        priority_without_maximum::check,
        redeclared_differently::check,
        redundant_binding::check,
        reply_consumer_acks::check,
        reply_without_correlation::check,
        requeue_loop::check,
        reserved_name::check,
        shared_queue::check,
        short_ttl_behind_long::check,
        slow_ack::check,
        transient_in_durable::check,
        unbound_exchange::check,
        unbound_key::check,
        unhandled_return::check,
        unlimited_consumers::check,
        wildcard_on_direct::check,
    ] as [fn(&Model<'_>, &mut Vec<Diagnostic>); 33]
    {
        check(&model, &mut out);
    }
    out
}
