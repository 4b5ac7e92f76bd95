//! queue.declare, delete, purge, bind, unbind.

use crate::amqp::{FieldTable, FieldValue, Method, Name};

use super::arguments::{self, plain_name};
use super::binding::Destination;
use super::effect::{DropReason, Effect, MessageId, QueueId, Reply};
use super::exchange_declare::refuse_default;
use super::machine::{At, Broker};
use super::permissions::Access;
use super::queue::{QueueKind, QueueSpec};
use super::refusal::{Outcome, Refusal};
use super::reply_to;
use super::timers::Timer;

/// queue.declare, but for passive ones.
struct Declare {
    queue: Name,
    durable: bool,
    exclusive: bool,
    auto_delete: bool,
    arguments: FieldTable,
}

impl Broker {
    pub(super) fn queue_method(&mut self, at: At, method: Method) -> Outcome {
        match method {
            Method::QueueDeclare { queue, passive: true, .. } => self.queue_passive(at, &plain_name(&queue)),
            Method::QueueDeclare { queue, passive: false, durable, exclusive, auto_delete, arguments } => {
                let queue = plain_name(&queue);
                self.queue_declare(at, Declare { queue, durable, exclusive, auto_delete, arguments })
            }
            Method::QueueDelete { queue, if_unused, if_empty } => {
                self.queue_delete(at, &plain_name(&queue), if_unused, if_empty)
            }
            Method::QueuePurge { queue } => self.queue_purge(at, &queue),
            Method::QueueBind { queue, exchange, routing_key, arguments } => {
                self.queue_bind(at, &plain_name(&queue), &plain_name(&exchange), routing_key, arguments)
            }
            Method::QueueUnbind { queue, exchange, routing_key, arguments } => {
                self.queue_unbind(at, &plain_name(&queue), &plain_name(&exchange), routing_key, arguments)
            }
            _ => Ok(()),
        }
    }

    /// The empty name is the queue declared last on this channel.
    pub(super) fn queue_name_or_last(&self, at: At, queue: &Name) -> Outcome<Name> {
        if !queue.is_empty() {
            return Ok(queue.clone());
        }
        let last = self.channel(at.channel).last_queue.clone();
        last.ok_or_else(|| Refusal::not_found("no previously declared queue"))
    }

    pub(super) fn expect_queue(&self, at: At, queue: &str) -> Outcome<QueueId> {
        let vhost = self.vhost_of(at.connection);
        self.queue_named(vhost, queue).ok_or_else(|| {
            Refusal::not_found(format!("no queue '{queue}' in vhost '{}'", self.vhost(vhost).name))
        })
    }

    /// An exclusive queue is its connection's alone.
    pub(super) fn check_unlocked(&self, at: At, id: QueueId) -> Outcome {
        match self.queue(id).spec.owner {
            Some(owner) if owner != at.connection => Err(self.locked(id)),
            _ => Ok(()),
        }
    }

    fn locked(&self, id: QueueId) -> Refusal {
        Refusal::resource_locked(format!(
            "cannot obtain exclusive access to locked {}. It could be originally declared on another connection or \
             the exclusive property value does not match that of the original declaration.",
            self.queue_place(id)
        ))
    }

    pub(super) fn queue_place(&self, id: QueueId) -> String {
        let spec = &self.queue(id).spec;
        format!("queue '{}' in vhost '{}'", spec.name, self.vhost(spec.vhost).name)
    }

    fn declared(&mut self, at: At, id: QueueId) {
        let now = self.now;
        let queue = self.queue_mut(id);
        if queue.spec.kind == QueueKind::Classic {
            queue.last_used = now;
        }
        // RabbitMQ: a stream says what it counted last, and never how many consumers it has.
        let message_count = queue.stream.as_ref().map_or(queue.ready.len(), |stream| stream.counted(now));
        let queue = queue.spec.name.clone();
        let consumer_count =
            if self.queue(id).is_stream() { 0 } else { self.consumer_count(id) - self.waiting_count(id) };
        self.channel_mut(at.channel).last_queue = Some(queue.clone());
        self.reply(at, Reply::QueueDeclared { queue, message_count, consumer_count });
    }

    fn queue_passive(&mut self, at: At, queue: &Name) -> Outcome {
        if self.declare_reply_queue(at, queue) {
            return Ok(());
        }
        if self.profile.passive_needs_permission {
            self.check_any_access(at.connection, "queue", queue)?;
        }
        let id = self.expect_queue(at, queue)?;
        self.check_unlocked(at, id)?;
        self.declared(at, id);
        Ok(())
    }

    fn queue_declare(&mut self, at: At, mut declare: Declare) -> Outcome {
        if reply_to::is_address(&declare.queue) || *declare.queue == *reply_to::PSEUDO_QUEUE {
            if self.declare_reply_queue(at, &declare.queue) {
                return Ok(());
            }
            self.expect_queue(at, &declare.queue)?;
        }
        self.add_default_type(&mut declare);
        let vhost = self.vhost_of(at.connection);
        let server_named = declare.queue.is_empty();
        if server_named {
            declare.queue = self.generate_name(at.connection, "amq.gen-");
        } else if declare.queue.starts_with("amq.") {
            // RabbitMQ: before it looks whether there is such a queue, whosever it may be.
            return Err(Refusal::access_refused(format!(
                "queue name '{}' contains reserved prefix 'amq.*'",
                declare.queue
            )));
        }
        self.check_access(at.connection, Access::Configure, "queue", &declare.queue)?;
        if let Some(id) = self.queue_named(vhost, &declare.queue) {
            self.check_equivalent_queue(at, id, &declare)?;
            self.declared(at, id);
            return Ok(());
        }
        let kind = self.check_new_queue(at, &declare, server_named)?;
        let single_active =
            declare.arguments.get("x-single-active-consumer") == Some(&FieldValue::Bool(true));
        let id = self.add_queue(QueueSpec {
            vhost,
            name: declare.queue,
            kind,
            // RabbitMQ: an exclusive queue is never durable.
            durable: declare.durable && !declare.exclusive,
            owner: declare.exclusive.then_some(at.connection),
            auto_delete: declare.auto_delete,
            arguments: declare.arguments,
            single_active,
        });
        self.has_own_timeouts |= self.queue(id).settings.consumer_timeout.is_some();
        self.declared(at, id);
        Ok(())
    }

    /// RabbitMQ: the default type is meant for queues that it can be the type of.
    fn add_default_type(&self, declare: &mut Declare) {
        let lasting = declare.durable && !declare.exclusive && !declare.auto_delete;
        if let Some(kind) = self.config.default_queue_type.as_ref().filter(|_| lasting)
            && declare.arguments.get("x-queue-type").is_none()
        {
            declare.arguments.set("x-queue-type", FieldValue::Text(kind.clone()));
        }
    }

    /// RabbitMQ: first whose it is, then durable, auto_delete, arguments.
    fn check_equivalent_queue(&self, at: At, id: QueueId, declare: &Declare) -> Outcome {
        let spec = &self.queue(id).spec;
        let owner = declare.exclusive.then_some(at.connection);
        if spec.owner != owner {
            return Err(self.locked(id));
        }
        let place = self.queue_place(id);
        let durable = declare.durable && !declare.exclusive;
        for (what, received, current) in
            [("durable", durable, spec.durable), ("auto_delete", declare.auto_delete, spec.auto_delete)]
        {
            if received != current {
                return Err(Refusal::precondition_failed(format!(
                    "inequivalent arg '{what}' for {place}: received '{received}' but current is '{current}'"
                )));
            }
        }
        let says = |table: &FieldTable| table.get("x-queue-type").is_some();
        let both = !self.profile.injects_queue_type && says(&spec.arguments) && says(&declare.arguments);
        let current = if both { spec.arguments.clone() } else { self.with_queue_type(&spec.arguments) };
        // RabbitMQ: classic is what no type means, where the queue has none.
        let named = !self.profile.injects_queue_type && says(&current);
        let received =
            if named { declare.arguments.clone() } else { self.with_queue_type(&declare.arguments) };
        let keys: Vec<&str> = arguments::known(spec.kind)
            .iter()
            .copied()
            // RabbitMQ 4.3: `x-queue-mode` means nothing any more, but is compared as ever.
            .filter(|key| *key == "x-queue-mode" || self.profile.knows_argument(key))
            .collect();
        arguments::check_equivalent(&place, &keys, &self.profile, &received, &current)
    }

    /// Arguments with the queue type as this version keeps it: always written, or, for classic, never.
    fn with_queue_type(&self, given: &FieldTable) -> FieldTable {
        let mut table = given.clone();
        if self.profile.injects_queue_type {
            if table.get("x-queue-type").is_none() {
                table.set("x-queue-type", FieldValue::text("classic"));
            }
        } else if table.get("x-queue-type") == Some(&FieldValue::text("classic")) {
            table.remove("x-queue-type");
        }
        table
    }

    fn check_new_queue(&self, at: At, declare: &Declare, server_named: bool) -> Outcome<QueueKind> {
        let vhost = self.vhost_of(at.connection);
        let place = format!("queue '{}' in vhost '{}'", declare.queue, self.vhost(vhost).name);
        if !self.profile.queue_limit_after_arguments {
            self.check_queue_limit(at.connection, &declare.queue)?;
        }
        match declare.arguments.get("x-dead-letter-exchange") {
            None => {}
            Some(FieldValue::Text(exchange)) => {
                self.check_access(at.connection, Access::Read, "queue", &declare.queue)?;
                self.check_access(at.connection, Access::Write, "exchange", exchange)?;
            }
            Some(other) => {
                return Err(Refusal::precondition_failed(format!(
                    "invalid type '{}' for arg 'x-dead-letter-exchange' in {place}",
                    other.type_name()
                )));
            }
        }
        arguments::check_queue(&self.profile, &place, &declare.arguments)?;
        let kind = QueueKind::of(&declare.arguments);
        self.check_arguments_of_kind(&place, kind, &declare.arguments)?;
        if self.profile.refuses_master_locator && declare.arguments.get("x-queue-master-locator").is_some() {
            return Err(deprecated("queue_master_locator"));
        }
        if kind != QueueKind::Classic {
            check_replicated(&place, kind, declare, server_named)?;
        }
        if kind == QueueKind::Stream {
            arguments::check_stream_sizes(&self.profile, &declare.arguments)?;
        }
        if self.profile.queue_limit_after_arguments {
            self.check_queue_limit(at.connection, &declare.queue)?;
        }
        Ok(kind)
    }

    /// Arguments of another queue type. RabbitMQ: the first of those given is named.
    fn check_arguments_of_kind(&self, place: &str, kind: QueueKind, given: &FieldTable) -> Outcome {
        let own = arguments::known(kind);
        let kinds = [QueueKind::Classic, QueueKind::Quorum, QueueKind::Stream];
        for (key, _) in &given.0 {
            let key = &**key;
            let taken = match key {
                "x-queue-leader-locator" => {
                    kind == QueueKind::Classic && self.profile.classic_takes_leader_locator
                }
                // RabbitMQ 4.3: it means nothing any more, but in a stream it is refused as ever.
                "x-queue-mode" if kind == QueueKind::Stream => false,
                key => !self.profile.knows_argument(key),
            };
            let foreign = kinds.iter().any(|other| arguments::known(*other).contains(&key));
            if foreign && !own.contains(&key) && !taken {
                return Err(Refusal::precondition_failed(format!(
                    "invalid arg '{key}' for {place} of queue type {}",
                    kind.module()
                )));
            }
        }
        Ok(())
    }

    fn queue_delete(&mut self, at: At, queue: &Name, if_unused: bool, if_empty: bool) -> Outcome {
        let queue = self.queue_name_or_last(at, queue)?;
        self.check_access(at.connection, Access::Configure, "queue", &queue)?;
        let vhost = self.vhost_of(at.connection);
        let Some(id) = self.queue_named(vhost, &queue) else {
            self.reply(at, Reply::QueueDeleted { message_count: 0 });
            return Ok(());
        };
        self.check_unlocked(at, id)?;
        let place = self.queue_place(id);
        let state = self.queue(id);
        if state.is_stream() {
            // RabbitMQ: whatever is in it and whoever reads it; the count is always 0.
            self.delete_queue(id);
            self.reply(at, Reply::QueueDeleted { message_count: 0 });
            return Ok(());
        }
        if state.is_quorum() && (if_unused || if_empty) {
            let which = if if_unused { "if-unused" } else { "if-empty" };
            return Err(Refusal::not_implemented(format!(
                "cannot delete {place}. queue.delete operations with {which} flag set are not supported by quorum \
                 queues"
            )));
        }
        if if_empty && !state.ready.is_empty() {
            return Err(Refusal::precondition_failed(format!("{place} not empty")));
        }
        if if_unused && !state.consumers.is_empty() {
            return Err(Refusal::precondition_failed(format!("{place} in use")));
        }
        let message_count = self.delete_queue(id);
        self.reply(at, Reply::QueueDeleted { message_count });
        Ok(())
    }

    fn queue_purge(&mut self, at: At, queue: &Name) -> Outcome {
        let queue = self.queue_name_or_last(at, queue)?;
        self.check_access(at.connection, Access::Read, "queue", &queue)?;
        if self.is_volatile(&queue) {
            self.reply(at, Reply::QueuePurged { message_count: 0 });
            return Ok(());
        }
        let id = self.expect_queue(at, &queue)?;
        self.check_unlocked(at, id)?;
        if self.queue(id).is_stream() {
            return Err(Refusal::not_implemented(format!(
                "queue.purge not supported by stream queues {}",
                self.queue_place(id)
            )));
        }
        let message_count = self.purge(id);
        self.reply(at, Reply::QueuePurged { message_count });
        Ok(())
    }

    /// RabbitMQ: takes out what is ready, and dead-letters nothing.
    pub(super) fn purge(&mut self, id: QueueId) -> u32 {
        self.expire_heads(id);
        let queue = self.queue_mut(id);
        queue.was_purged = true;
        let mut purged: Vec<MessageId> = queue.ready.clear().iter().map(|entry| entry.message).collect();
        // RabbitMQ: what waits for its delayed retry is purged, too.
        purged.extend(queue.delayed.clear());
        for message in &purged {
            self.put(Effect::Dropped { message: *message, queue: id, reason: DropReason::Purged });
            self.confirm_early(id, *message);
            self.messages.release(*message);
        }
        let dead = if self.profile.purges_dead_letters { self.lose_dead_letters(id) } else { 0 };
        self.note_limits(id);
        self.arm(Timer::Head(id));
        purged.len() as u32 + dead
    }

    fn queue_bind(
        &mut self,
        at: At,
        queue: &Name,
        exchange: &Name,
        key: Name,
        arguments: FieldTable,
    ) -> Outcome {
        let (queue, key) = self.check_ends(at, queue, exchange, key)?;
        let vhost = self.vhost_of(at.connection);
        let source = self.expect_exchange(vhost, exchange)?;
        self.check_topic_access(at.connection, source, Access::Read, &key)?;
        let id = self.expect_queue(at, &queue)?;
        self.check_binding(source, Destination::Queue(id), &key, &arguments)?;
        self.check_unlocked(at, id)?;
        self.bind(source, Destination::Queue(id), key, arguments)?;
        self.reply(at, Reply::Done);
        Ok(())
    }

    /// What binding and unbinding ask first, and the names that are meant. RabbitMQ: no queue and no key is the last queue
    /// declared here, and its name as the key.
    fn check_ends(&self, at: At, queue: &Name, exchange: &Name, key: Name) -> Outcome<(Name, Name)> {
        let named = self.queue_name_or_last(at, queue)?;
        let key = if queue.is_empty() && key.is_empty() { named.clone() } else { key };
        self.check_access(at.connection, Access::Write, "queue", &named)?;
        if self.profile.volatile_reply_queues && reply_to::is_address(&named) {
            return Err(Refusal::access_refused(
                "cannot bind or unbind to a volatile (direct reply-to) queue",
            ));
        }
        refuse_default(exchange)?;
        self.check_access(at.connection, Access::Read, "exchange", exchange)?;
        Ok((named, key))
    }

    fn queue_unbind(
        &mut self,
        at: At,
        queue: &Name,
        exchange: &Name,
        key: Name,
        arguments: FieldTable,
    ) -> Outcome {
        let (queue, key) = self.check_ends(at, queue, exchange, key)?;
        let vhost = self.vhost_of(at.connection);
        let ends = (self.exchange_named(vhost, exchange), self.queue_named(vhost, &queue));
        if let (Some(source), Some(id)) = ends {
            let arguments = super::binding::sorted(arguments);
            let (known, spot) = self.find_binding(source, Destination::Queue(id), &key, &arguments);
            if let Some(binding) = known {
                self.check_unlocked(at, id)?;
                self.remove_found(binding, spot);
            }
        }
        self.reply(at, Reply::Done);
        Ok(())
    }

    /// RabbitMQ: a quorum queue's answer to a declare leaves out who waits to become the single active consumer.
    fn waiting_count(&self, id: QueueId) -> u32 {
        let queue = self.queue(id);
        if !queue.is_quorum() || !queue.spec.single_active {
            return 0;
        }
        (queue.consumers.all().len() as u32).saturating_sub(1)
    }

    /// The consumers a queue reports. RabbitMQ: a quorum queue counts whoever holds unacked messages of it.
    pub(super) fn consumer_count(&self, id: QueueId) -> u32 {
        let queue = self.queue(id);
        let standing = queue.consumers.all().len() as u32;
        if !queue.is_quorum() || queue.unacked == 0 {
            return standing;
        }
        let mut others = std::collections::BTreeSet::new();
        for (number, channel) in (0u32..).zip(&self.channels) {
            // RabbitMQ: what a transaction has settled is held until its commit.
            let in_transaction = channel.transaction.iter().flat_map(|transaction| transaction.held());
            for one in channel.unacked.iter().chain(in_transaction).filter(|one| one.queue == id) {
                let get = one.consumer == super::effect::ConsumerId::NONE;
                if get {
                    others.insert((number, one.tag, one.consumer));
                } else if !self.consumer(one.consumer).is_alive {
                    others.insert((number, 0, one.consumer));
                }
            }
        }
        standing + others.len() as u32
    }
}

/// RabbitMQ: a feature that is denied unless the configuration permits it.
fn deprecated(feature: &str) -> Refusal {
    Refusal::internal_error(format!(
        "Feature `{feature}` is deprecated.\nBy default, this feature is not permitted anymore.\nThe feature will be \
         removed from a future major RabbitMQ version, regardless of the configuration; actual version to be \
         determined.\nTo continue using this feature when it is not permitted by default, set the following parameter \
         in your configuration:\n    deprecated_features.permit.{feature} = true"
    ))
}

/// RabbitMQ: quorum queues and streams are durable and nobody's own.
fn check_replicated(place: &str, kind: QueueKind, declare: &Declare, server_named: bool) -> Outcome {
    if server_named {
        let module = kind.module();
        return Err(Refusal::precondition_failed(format!(
            "Cannot declare a server-named queue for type {module}"
        )));
    }
    let properties = [
        ("auto-delete", declare.auto_delete),
        ("exclusive-owner", declare.exclusive),
        ("non-durable", !declare.durable),
    ];
    match properties.into_iter().find(|(_, wrong)| *wrong) {
        Some((property, _)) => {
            Err(Refusal::precondition_failed(format!("invalid property '{property}' for {place}")))
        }
        None => Ok(()),
    }
}
