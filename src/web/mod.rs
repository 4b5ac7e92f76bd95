//! The browser: the only folder that knows it, and Yew. `platform` holds every call into it.

pub mod platform;
