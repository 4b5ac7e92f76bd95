//! A case as it stands in its file.

use serde_json::Value;

use crate::broker::{Plugins, Version};

/// A script of steps, and what the recorded broker did.
#[derive(Clone, Debug)]
pub struct Case {
    /// Equals the file's name.
    pub name: String,
    /// What it is about: `acknowledge`, `topic`, …
    pub area: String,
    /// Whose answers they are.
    pub version: Version,
    /// Which plugins the broker had.
    pub plugins: Plugins,
    /// The steps, as written.
    pub steps: Vec<Value>,
    /// The outcome of each step.
    pub observed: Vec<Value>,
    /// The state after the last step.
    pub state: Value,
}

impl Case {
    /// Reads a case. The error says what is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let text_of = |key: &str| {
            value[key].as_str().map(str::to_owned).ok_or_else(|| format!("the case has no text `{key}`"))
        };
        let list_of = |value: &Value, key: &str| {
            value.as_array().cloned().ok_or_else(|| format!("the case has no list `{key}`"))
        };
        let broker = text_of("broker")?;
        let version = broker
            .strip_prefix("RabbitMQ ")
            .and_then(Version::parse)
            .ok_or_else(|| format!("`{broker}` is no version that is known"))?;
        Ok(Self {
            name: text_of("name")?,
            area: text_of("area")?,
            version,
            plugins: if value["plugins"] == "none" { Plugins::None } else { Plugins::Shipped },
            steps: list_of(&value["steps"], "steps")?,
            observed: list_of(&value["observed"]["steps"], "observed.steps")?,
            state: value["observed"]["final"].clone(),
        })
    }
}
