//! A blocking client connection to the real broker: what came in, in the words of a recorded case.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use amq_protocol::frame::{AMQPContentHeader, AMQPFrame, ProtocolVersion, parse_frame};
use amq_protocol::protocol::{AMQPClass, basic, channel, connection};
use amq_protocol::types::AMQPValue;
use serde_json::{Map, Value, json};
use warren::amqp::Method;
use warren::conformance::properties_to;

use crate::codec::{bytes, frames, properties_in};
use crate::reply::{hide_times, reply};

/// A channel that nothing but round trips uses; every connection has one.
const BARRIER: u16 = 2000;
/// A reply that takes longer than this will not come.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this long without a byte the broker is asked to write what it holds back.
const HELD_BACK: Duration = Duration::from_millis(8);

/// Asks the broker to do at once what it would do at its next tick.
pub trait Nudge {
    /// Does so.
    fn nudge(&mut self) -> Result<(), String>;
}

#[derive(Default)]
struct Channel {
    label: String,
    partial: Option<(Partial, Option<AMQPContentHeader>, Vec<u8>)>,
    reply: Option<Value>,
    closed: bool,
    confirming: bool,
    last_published: u64,
    unconfirmed: Vec<u64>,
}

/// A content that is still coming in.
enum Partial {
    Deliver(basic::Deliver),
    Return(basic::Return),
    Got(basic::GetOk),
}

/// A connection under its label.
pub struct Connection {
    stream: TcpStream,
    label: String,
    buffer: Vec<u8>,
    channels: BTreeMap<u16, Channel>,
    reply: Option<Value>,
    tune: Option<connection::Tune>,
    closed: bool,
    /// Channels on which a round trip is under way.
    asked: Vec<u16>,
    /// No byte will come from it any more.
    pub dead: bool,
    /// What came in: label and event.
    pub events: Vec<(String, Value)>,
}

impl Connection {
    /// Opens one. `None`: the broker refused, and the event says how.
    pub fn open(address: &str, label: &str, step: &Value, vhost: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(HELD_BACK))).map_err(text)?;
        let mut new = Self {
            stream,
            label: label.to_owned(),
            buffer: Vec::new(),
            channels: BTreeMap::new(),
            reply: None,
            tune: None,
            closed: false,
            asked: Vec::new(),
            dead: false,
            events: Vec::new(),
        };
        new.handshake(step, vhost)?;
        Ok(new)
    }

    fn handshake(&mut self, step: &Value, vhost: &str) -> Result<(), String> {
        let user = step["user"].as_str().unwrap_or("guest");
        let password = step["password"].as_str().unwrap_or(user);
        self.write(&AMQPFrame::ProtocolHeader(ProtocolVersion::amqp_0_9_1()))?;
        self.wait(|this| this.reply.is_some(), &mut Never)?;
        let mut capabilities = amq_protocol::types::FieldTable::default();
        for key in [
            "publisher_confirms",
            "basic.nack",
            "consumer_cancel_notify",
            "exchange_exchange_bindings",
            "authentication_failure_close",
            "connection.blocked",
        ] {
            let on = step["capabilities"][key].as_bool().unwrap_or(true);
            capabilities.insert(key.into(), AMQPValue::Boolean(on));
        }
        let mut client = amq_protocol::types::FieldTable::default();
        client.insert("capabilities".into(), AMQPValue::FieldTable(capabilities));
        self.method(
            0,
            connection::AMQPMethod::StartOk(connection::StartOk {
                client_properties: client,
                mechanism: "PLAIN".into(),
                response: format!("\0{user}\0{password}").into_bytes().into(),
                locale: "en_US".into(),
            }),
        )?;
        self.wait(|this| this.tune.is_some(), &mut Never)?;
        let Some(tune) = self.tune.take() else { return Ok(()) };
        self.reply = None;
        self.method(
            0,
            connection::AMQPMethod::TuneOk(connection::TuneOk {
                channel_max: tune.channel_max,
                frame_max: tune.frame_max,
                heartbeat: 0,
            }),
        )?;
        self.method(0, connection::AMQPMethod::Open(connection::Open { virtual_host: vhost.into() }))?;
        self.wait(|this| this.reply.is_some(), &mut Never)?;
        if !self.gone() {
            self.channels.insert(BARRIER, Channel::default());
            self.call(BARRIER, &Method::ChannelOpen, &mut Never)?;
        }
        Ok(())
    }

    /// The connection is closed, by whomever.
    pub fn gone(&self) -> bool {
        self.closed || self.dead
    }

    /// The port of our end: how the broker knows us.
    pub fn port(&self) -> Option<u16> {
        self.stream.local_addr().ok().map(|address| address.port())
    }

    /// A label for a channel number; what was there is forgotten.
    pub fn name_channel(&mut self, number: u16, label: &str) {
        self.channels.insert(number, Channel { label: label.to_owned(), ..Channel::default() });
    }

    /// Sends a method without waiting.
    pub fn send(&mut self, number: u16, method: &Method) -> Result<(), String> {
        if let Some(channel) = self.channels.get_mut(&number)
            && channel.confirming
            && matches!(method, Method::BasicPublish { .. })
        {
            channel.last_published += 1;
            channel.unconfirmed.push(channel.last_published);
        }
        let mut out = Vec::new();
        for frame in frames(number, method) {
            out.extend(bytes(&frame).map_err(text)?);
        }
        self.write_bytes(&out)
    }

    /// Sends a method and waits for its reply, or for a close.
    pub fn call(
        &mut self,
        number: u16,
        method: &Method,
        nudge: &mut impl Nudge,
    ) -> Result<Option<Value>, String> {
        if number == 0 {
            self.reply = None;
            self.send(0, method)?;
            self.wait(|this| this.reply.is_some(), nudge)?;
            return Ok(self.reply.take());
        }
        if let Some(channel) = self.channels.get_mut(&number) {
            channel.reply = None;
            channel.closed = false;
        }
        self.send(number, method)?;
        self.wait(|this| this.answered(number), nudge)?;
        let Some(channel) = self.channels.get_mut(&number) else { return Ok(None) };
        if matches!(method, Method::ConfirmSelect) && channel.reply.is_some() {
            channel.confirming = true;
        }
        if matches!(method, Method::ChannelClose) && channel.reply.is_some() {
            channel.closed = true;
        }
        Ok(channel.reply.take())
    }

    fn answered(&self, number: u16) -> bool {
        self.channels.get(&number).is_none_or(|channel| channel.closed || channel.reply.is_some())
    }

    /// Asks for a round trip on every open channel, `finish_round_trip` waits for it: what the broker had to say has come
    /// in then.
    pub fn start_round_trip(&mut self) -> Result<(), String> {
        self.asked.clear();
        if self.gone() {
            return Ok(());
        }
        let mut out = Vec::new();
        for (number, channel) in self.channels.iter_mut().filter(|(_, channel)| !channel.closed) {
            channel.reply = None;
            self.asked.push(*number);
            for frame in frames(*number, &Method::ChannelFlow { active: true }) {
                out.extend(bytes(&frame).map_err(text)?);
            }
        }
        self.write_bytes(&out)
    }

    /// Waits for what `start_round_trip` asked.
    pub fn finish_round_trip(&mut self, nudge: &mut impl Nudge) -> Result<(), String> {
        let asked = std::mem::take(&mut self.asked);
        self.wait(|this| asked.iter().all(|number| this.answered(*number)), nudge)
    }

    /// Publishes that are still not confirmed.
    pub fn has_unconfirmed(&self) -> bool {
        !self.gone()
            && self.channels.values().any(|channel| !channel.closed && !channel.unconfirmed.is_empty())
    }

    /// Drops the socket.
    pub fn abort(&mut self) {
        self.dead = true;
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }

    /// Waits until the other side has dropped the socket.
    pub fn wait_for_end(&mut self) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while !self.dead {
            self.read()?;
            if Instant::now() > until {
                return Err("the broker does not close the socket".to_owned());
            }
        }
        Ok(())
    }

    fn wait(&mut self, done: impl Fn(&Self) -> bool, nudge: &mut impl Nudge) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        loop {
            if self.closed && !self.dead {
                return self.wait_for_end();
            }
            if self.dead || done(self) {
                return Ok(());
            }
            if !self.read()? {
                nudge.nudge()?;
                if Instant::now() > until {
                    return Err(format!("{}: no reply", self.label));
                }
            }
        }
    }

    /// Reads what is there; false if nothing came for a while.
    fn read(&mut self) -> Result<bool, String> {
        let mut chunk = [0; 65536];
        match self.stream.read(&mut chunk) {
            Ok(0) => self.lost(),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                self.parse()?;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(false);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => self.lost(),
        }
        Ok(true)
    }

    fn lost(&mut self) {
        if !self.dead && !self.closed {
            self.events.push((self.label.clone(), json!({"type": "connection.lost"})));
        }
        self.dead = true;
    }

    fn parse(&mut self) -> Result<(), String> {
        /// Type, channel, size, and the end mark.
        const ENVELOPE: usize = 8;
        let mut from = 0;
        while let Some(size) = self.buffer.get(from + 3..from + 7) {
            let length = u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize + ENVELOPE;
            let Some(whole) = self.buffer.get(from..from + length) else { break };
            let (_, frame) = parse_frame(whole).map_err(|error| format!("a frame: {error:?}"))?;
            from += length;
            self.frame(frame)?;
        }
        self.buffer.drain(..from);
        Ok(())
    }

    fn frame(&mut self, frame: AMQPFrame) -> Result<(), String> {
        match frame {
            AMQPFrame::Method(0, AMQPClass::Connection(method)) => self.connection_method(method),
            AMQPFrame::Method(number, class) => self.channel_method(number, class),
            AMQPFrame::Header(number, header) => {
                if let Some((_, place, _)) = self.partial(number) {
                    *place = Some(header);
                }
                self.content(number);
                Ok(())
            }
            AMQPFrame::Body(number, part) => {
                if let Some((_, _, body)) = self.partial(number) {
                    body.extend(part);
                }
                self.content(number);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn partial(&mut self, number: u16) -> Option<&mut (Partial, Option<AMQPContentHeader>, Vec<u8>)> {
        self.channels.get_mut(&number)?.partial.as_mut()
    }

    fn connection_method(&mut self, method: connection::AMQPMethod) -> Result<(), String> {
        match method {
            connection::AMQPMethod::Close(close) => {
                self.events.push((
                    self.label.clone(),
                    json!({
                        "type": "connection.close", "code": close.reply_code, "text": close.reply_text.as_str(),
                        "class_id": close.class_id, "method_id": close.method_id,
                    }),
                ));
                self.closed = true;
                self.method(0, connection::AMQPMethod::CloseOk(connection::CloseOk {}))?;
            }
            connection::AMQPMethod::Tune(tune) => self.tune = Some(tune),
            connection::AMQPMethod::Blocked(_) | connection::AMQPMethod::Unblocked(_) => {}
            _ => self.reply = Some(json!({})),
        }
        Ok(())
    }

    fn channel_method(&mut self, number: u16, class: AMQPClass) -> Result<(), String> {
        let Some(channel) = self.channels.get_mut(&number) else { return Ok(()) };
        let label = channel.label.clone();
        match class {
            AMQPClass::Basic(basic::AMQPMethod::Deliver(method)) => {
                channel.partial = Some((Partial::Deliver(method), None, Vec::new()));
            }
            AMQPClass::Basic(basic::AMQPMethod::Return(method)) => {
                channel.partial = Some((Partial::Return(method), None, Vec::new()));
            }
            AMQPClass::Basic(basic::AMQPMethod::GetOk(method)) => {
                channel.partial = Some((Partial::Got(method), None, Vec::new()));
            }
            AMQPClass::Basic(basic::AMQPMethod::Ack(method)) => {
                self.confirmed(number, "confirm.ack", method.delivery_tag, method.multiple);
            }
            AMQPClass::Basic(basic::AMQPMethod::Nack(method)) => {
                self.confirmed(number, "confirm.nack", method.delivery_tag, method.multiple);
            }
            AMQPClass::Basic(basic::AMQPMethod::Cancel(method)) => {
                let event = json!({"type": "cancel", "consumer_tag": method.consumer_tag.as_str()});
                self.events.push((label, event));
            }
            AMQPClass::Channel(channel::AMQPMethod::Close(close)) => {
                channel.closed = true;
                self.events.push((
                    label,
                    json!({
                        "type": "channel.close", "code": close.reply_code, "text": close.reply_text.as_str(),
                        "class_id": close.class_id, "method_id": close.method_id,
                    }),
                ));
                self.send(number, &Method::ChannelCloseOk)?;
            }
            other => channel.reply = Some(reply(other)),
        }
        Ok(())
    }

    /// A confirm of several is written out.
    fn confirmed(&mut self, number: u16, kind: &str, tag: u64, multiple: bool) {
        let Some(channel) = self.channels.get_mut(&number) else { return };
        let (answered, rest): (Vec<u64>, Vec<u64>) =
            channel.unconfirmed.iter().partition(|open| **open == tag || (multiple && **open <= tag));
        channel.unconfirmed = rest;
        if answered.is_empty() {
            self.events.push((channel.label.clone(), json!({"type": "confirm.unexpected", "tag": tag})));
        }
        for tag in answered {
            self.events.push((channel.label.clone(), json!({"type": kind, "tag": tag})));
        }
    }

    /// A content that is complete becomes an event or a reply.
    fn content(&mut self, number: u16) {
        let Some(channel) = self.channels.get_mut(&number) else { return };
        let complete = matches!(&channel.partial,
            Some((_, Some(header), body)) if body.len() as u64 >= header.body_size);
        if !complete {
            return;
        }
        let Some((method, Some(header), body)) = channel.partial.take() else { return };
        let mut object = Map::new();
        object.insert("body".to_owned(), json!(String::from_utf8_lossy(&body)));
        if let Some(mut properties) = properties_to(&properties_in(&header.properties)) {
            hide_times(&mut properties);
            object.insert("properties".to_owned(), properties);
        }
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        match method {
            Partial::Deliver(deliver) => {
                put("type", json!("deliver"));
                put("consumer_tag", json!(deliver.consumer_tag.as_str()));
                put("delivery_tag", json!(deliver.delivery_tag));
                put("redelivered", json!(deliver.redelivered));
                put("exchange", json!(deliver.exchange.as_str()));
                put("routing_key", json!(deliver.routing_key.as_str()));
                self.events.push((channel.label.clone(), Value::Object(object)));
            }
            Partial::Return(returned) => {
                put("type", json!("return"));
                put("code", json!(returned.reply_code));
                put("text", json!(returned.reply_text.as_str()));
                put("exchange", json!(returned.exchange.as_str()));
                put("routing_key", json!(returned.routing_key.as_str()));
                self.events.push((channel.label.clone(), Value::Object(object)));
            }
            Partial::Got(got) => {
                put("message", json!(true));
                put("delivery_tag", json!(got.delivery_tag));
                put("redelivered", json!(got.redelivered));
                put("message_count", json!(got.message_count));
                put("exchange", json!(got.exchange.as_str()));
                put("routing_key", json!(got.routing_key.as_str()));
                channel.reply = Some(Value::Object(object));
            }
        }
    }

    fn method(&mut self, number: u16, method: connection::AMQPMethod) -> Result<(), String> {
        self.write(&AMQPFrame::Method(number, AMQPClass::Connection(method)))
    }

    fn write(&mut self, frame: &AMQPFrame) -> Result<(), String> {
        let out = bytes(frame).map_err(text)?;
        self.write_bytes(&out)
    }

    fn write_bytes(&mut self, out: &[u8]) -> Result<(), String> {
        if !self.dead && self.stream.write_all(out).is_err() && !self.closed {
            // What was said before the socket was dropped may still be there to read.
            while !self.dead && self.read()? {}
            self.lost();
        }
        Ok(())
    }
}

/// During the handshake nothing is held back.
struct Never;

impl Nudge for Never {
    fn nudge(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
