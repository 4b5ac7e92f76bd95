//! Line icons, drawn in the colour of the text. They are decoration: the word stands beside them or in a label.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they show what they say")]
pub enum IconName {
    Play,
    Pause,
    StepBack,
    StepForward,
    Start,
    End,
    NextProblem,
    Stop,
    Link,
    Reset,
    Sun,
    Moon,
    System,
    Keys,
    Close,
    Chevron,
    Check,
    Cross,
    Script,
    Scene,
    Output,
    Queues,
    Message,
    Routing,
    Checks,
    Clients,
    Out,
    Fit,
    Table,
    Docs,
    Outline,
}

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which.
    pub name: IconName,
}

/// An icon of the size of the text.
#[component]
pub fn Icon(props: &Props) -> Html {
    let (path, filled) = match props.name {
        IconName::Play => ("M5 3.2v9.6L13 8z", true),
        IconName::Pause => ("M4.5 3h2.4v10H4.5zM9.1 3h2.4v10H9.1z", true),
        IconName::StepBack => ("M11 3.5 5.5 8l5.500 4.5zM3.500 3.500h1.600v9H3.500z", true),
        IconName::StepForward => ("M5 3.500 10.500 8 5 12.500zM10.900 3.500h1.600v9h-1.600z", true),
        IconName::Start => ("M3 3v10M13 3.500 8.500 8l4.500 4.500M8.500 3.500 4 8l4.500 4.500", false),
        IconName::End => ("M13 3v10M3 3.500 7.500 8 3 12.500M7.500 3.500 12 8l-4.500 4.500", false),
        IconName::NextProblem => ("M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.600v.2", false),
        IconName::Stop => ("M4 4h8v8H4z", true),
        IconName::Link => (
            "M6.800 9.200a2.600 2.600 0 0 0 3.700 0l2.200-2.200a2.600 2.600 0 0 0-3.700-3.700l-.9.9M9.200 6.800a2.600 2.600 0 0 0-3.700 0L3.300 9a2.600 2.600 0 0 0 3.700 3.700l.9-.9",
            false,
        ),
        IconName::Reset => ("M3 3.500v3.200h3.200M3.300 6.700A5.200 5.200 0 1 1 2.800 9.200", false),
        IconName::Sun => (
            "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM8 1.200v1.600M8 13.200v1.600M1.200 8h1.600M13.200 8h1.600M3.200 3.200l1.100 1.100M11.700 11.700l1.100 1.100M12.800 3.200l-1.100 1.100M4.300 11.700l-1.100 1.100",
            false,
        ),
        IconName::Moon => ("M13 9.600A5.600 5.600 0 0 1 6.400 3a5.600 5.600 0 1 0 6.600 6.600z", false),
        IconName::System => ("M2 3h12v8H2zM5.500 13.500h5M8 11v2.500", false),
        IconName::Keys => {
            ("M1.500 4h13v8h-13zM4 6.500h.2M6.600 6.500h.2M9.200 6.500h.2M11.800 6.500h.2M5 9.500h6", false)
        }
        IconName::Close => ("M4 4l8 8M12 4l-8 8", false),
        IconName::Chevron => ("M4 6l4 4 4-4", false),
        IconName::Check => ("M3 8.500 6.500 12 13 4.500", false),
        IconName::Cross => ("M4 4l8 8M12 4l-8 8", false),
        IconName::Script => ("M5.500 4.500 2 8l3.500 3.500M10.500 4.500 14 8l-3.500 3.500", false),
        IconName::Scene => (
            "M2 4.500h3.500v3H2zM10.500 2.500H14v3h-3.500zM10.500 10.500H14v3h-3.500zM5.500 6h2.500V4h2.500M8 6v6h2.500",
            false,
        ),
        IconName::Output => ("M2.500 4l3.500 4-3.500 4M8 12h5.500", false),
        IconName::Queues => ("M2 4.500h12v7H2zM6 4.500v7M10 4.500v7", false),
        IconName::Message => ("M2 4h12v8.500H2zM2.500 4.500 8 9l5.500-4.500", false),
        IconName::Routing => {
            ("M2 8h4l4-4h4M6 8l4 4h4M12 2.500 14 4l-2 1.500M12 10.500l2 1.500-2 1.500", false)
        }
        IconName::Checks => {
            ("M2.500 4.500 4 6l2.500-3M2.500 11 4 12.500 6.500 9.500M9 4.500h5M9 11h5", false)
        }
        IconName::Clients => (
            "M8 2.500a2.600 2.600 0 1 0 0 5.200 2.600 2.600 0 0 0 0-5.200zM3 13.500c.6-2.600 2.500-4 5-4s4.400 1.400 5 4",
            false,
        ),
        IconName::Out => ("M9 2.500h4.500V7M13.500 2.500 7.500 8.500M11.500 9.500v4h-9v-9h4", false),
        IconName::Fit => ("M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10", false),
        IconName::Docs => (
            "M8 4.500C6.500 3.300 4.500 3 2.500 3v9.500c2 0 4 .3 5.500 1.500 1.500-1.200 3.500-1.500 5.500-1.500V3c-2 0-4 .3-5.500 1.500zM8 4.500V14",
            false,
        ),
        IconName::Outline => {
            ("M2.500 3.500h.2M5 3.500h8.500M5 8h.2M7.500 8h6M5 12.500h.2M7.500 12.500h6", false)
        }
        IconName::Table => ("M2 3h12v10H2zM2 6.500h12M2 9.800h12M6 3v10", false),
    };
    html! {
        <svg class={classes!("icon", filled.then_some("icon--filled"))} viewBox="0 0 16 16" aria-hidden="true">
            <path d={path} />
        </svg>
    }
}
