//! The examples that the page offers: the files of `www/examples`, in the order of this list.
//!
//! Each begins with comments that say `# title:`, `# group:` and `# look:`, one sentence on what to look for. A test
//! holds this list to the folder.

/// An example.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// Folder and stem of its file; what a link names.
    pub id: &'static str,
    /// The script.
    pub text: &'static str,
}

impl Example {
    /// Its name.
    pub fn title(&self) -> &'static str {
        self.header("# title:").unwrap_or(self.id)
    }

    /// The group it stands in.
    pub fn group(&self) -> &'static str {
        self.header("# group:").unwrap_or("Others")
    }

    /// What to look for.
    pub fn look(&self) -> &'static str {
        self.header("# look:").unwrap_or("")
    }

    fn header(&self, name: &str) -> Option<&'static str> {
        let mut comments = self.text.lines().take_while(|line| line.starts_with('#'));
        comments.find_map(|line| line.strip_prefix(name)).map(str::trim)
    }
}

macro_rules! examples {
    ($($id:literal)*) => {
        &[$(Example {
            id: $id,
            text: include_str!(concat!("../../www/examples/", $id, ".warren")),
        }),*]
    };
}

/// All of them. The first is what a newcomer sees.
pub const EXAMPLES: &[Example] = examples! {
    "work-queues/crash"
    "topics/logs"
};

/// Groups in order, each with its examples in order.
pub fn groups() -> Vec<(&'static str, Vec<&'static Example>)> {
    let mut groups: Vec<(&str, Vec<&Example>)> = Vec::new();
    for example in EXAMPLES {
        match groups.iter_mut().find(|(group, _)| *group == example.group()) {
            Some((_, examples)) => examples.push(example),
            None => groups.push((example.group(), vec![example])),
        }
    }
    groups
}

/// The example of that id.
pub(super) fn find(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}

/// Whether that text is an example as it is shipped.
pub(super) fn is_one(text: &str) -> bool {
    EXAMPLES.iter().any(|example| example.text == text)
}
