//! Every call into the browser, each behind a small safe type. The rest of `web` never meets a `JsValue`.

#[cfg(feature = "web")]
pub mod address;
#[cfg(feature = "web")]
pub mod canvas;
#[cfg(feature = "web")]
pub mod crash;
#[cfg(feature = "web")]
pub mod editor;
#[cfg(feature = "web")]
pub mod screen;
#[cfg(feature = "web")]
pub mod storage;
#[cfg(feature = "web")]
pub mod worker;
#[cfg(feature = "worker")]
pub mod worker_scope;
