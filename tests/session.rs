//! The page's half without a screen: what it asks, what it shows, what it drops. The worker is played by hand here.

use warren::engine::protocol::{Answer, FromWorker, Help, HelpOn, Question, RunId, RunSpec, ToWorker, What};
use warren::inspect::view::{Moment, Output, Problem, Severity, Summary, Thing};
use warren::session::{
    Action, Boot, Layout, Notice, Panel, Request, Seek, State, Store, Timer, View, WorkerNews, WorkerState,
    open, update,
};
use warren::text::Span;

/// A page, and a worker that answers what it is told to.
struct Page {
    state: State,
    /// Everything asked for so far.
    log: Vec<Request>,
    /// Questions not answered yet.
    questions: Vec<Question>,
    steps: u64,
}

impl Page {
    fn open(boot: Boot) -> Self {
        let (state, log) = open(boot);
        Page { state, log, questions: Vec::new(), steps: 10 }
    }

    /// Opened, the first example run to its end, everything answered.
    fn ready() -> Self {
        let mut page = Page::open(Boot::default());
        page.act(Action::Worker(WorkerNews::Ready));
        page.check_and_run();
        page
    }

    fn act(&mut self, action: Action) -> Vec<Request> {
        let out = update(&mut self.state, action);
        for request in &out {
            if let Request::Post(ToWorker::Ask(question)) = request {
                self.questions.push(question.clone());
            }
        }
        self.log.extend(out.clone());
        out
    }

    fn say(&mut self, message: FromWorker) -> Vec<Request> {
        self.act(Action::Worker(WorkerNews::Said(Box::new(message))))
    }

    fn type_text(&mut self, text: &str) {
        self.act(Action::Type(text.to_owned()));
        self.act(Action::TimeUp(Timer::Typing));
    }

    /// The last run asked for.
    fn asked_run(&self) -> (RunId, RunSpec) {
        let runs = self.log.iter().rev().filter_map(|request| match request {
            Request::Post(ToWorker::Run { run, spec }) => Some((*run, spec.clone())),
            _ => None,
        });
        runs.into_iter().next().expect("a run was asked for")
    }

    fn check(&mut self, problems: Vec<Problem>) {
        let edit = self.state.edit;
        self.say(FromWorker::Problems { edit, problems });
    }

    fn progress(&mut self, run: RunId, done: bool) {
        let summary = Summary { steps: self.steps, time: self.steps * 1_000, done, ..Summary::default() };
        self.say(FromWorker::Progress { run, summary: Box::new(summary) });
    }

    /// No problem, run to the end, all panels answered.
    fn check_and_run(&mut self) {
        self.check(Vec::new());
        let (run, _) = self.asked_run();
        self.progress(run, true);
        self.answer_all();
    }

    fn answer_all(&mut self) {
        while !self.questions.is_empty() {
            self.answer_next();
        }
    }

    fn answer_next(&mut self) {
        let question = self.questions.remove(0);
        let answer = answer(&question, self.steps);
        self.say(FromWorker::Answer { id: question.id, run: question.run, step: question.step, answer });
    }

    fn asks(&self, what: &What) -> bool {
        self.questions.iter().any(|question| question.what == *what)
    }
}

fn answer(question: &Question, steps: u64) -> Answer {
    let moment = |step: u64| {
        Answer::Moment(Box::new(Moment { step, time: step * 1_000, ordinal: 0, events: Vec::new() }))
    };
    match &question.what {
        What::Moment => moment(question.step.min(steps)),
        What::At { time, .. } => moment((time / 1_000).min(steps)),
        What::Seek { .. } => moment(question.step),
        What::Output { .. } => Answer::Output(Output { total: 0, ..Output::default() }),
        What::Queues => Answer::Queues(Vec::new()),
        What::Clients => Answer::Clients(Vec::new()),
        What::Topology => Answer::Topology(Default::default()),
        What::Tile { .. } | What::Hash => Answer::Text(String::new()),
        What::Marks { .. } => Answer::Marks(None),
        What::Routing { .. } => Answer::Routing(Default::default()),
        What::Checks => Answer::Checks(Vec::new()),
        What::Findings => Answer::Findings(Vec::new()),
        What::Journey(_) => Answer::Journey(None),
    }
}

fn error() -> Problem {
    Problem {
        code: "unexpected".to_owned(),
        severity: Severity::Error,
        message: "expected a name".to_owned(),
        help: None,
        span: Span::new(0, 1),
        utf16: (0, 1),
        line_column: (1, 1),
        fix: None,
    }
}

#[test]
fn the_first_run_comes_by_itself() {
    let mut page = Page::open(Boot::default());
    assert_eq!(page.log[0], Request::StartWorker);
    assert!(page.state.example.is_some(), "a newcomer sees an example");
    page.act(Action::Worker(WorkerNews::Ready));
    page.check_and_run();
    let shown = page.state.runs.shown.as_ref().expect("a run is shown");
    assert_eq!(shown.spec.source, *page.state.text);
    assert_eq!(page.state.step(), 10, "the end of the run is shown: all that was printed");
    assert!(page.state.views.topology.is_some() && page.state.views.queues.is_some());
    assert!(!page.state.is_stale());
}

#[test]
fn the_run_follows_the_typing_after_a_pause() {
    let mut page = Page::ready();
    let out = page.act(Action::Type("queue a".to_owned()));
    assert!(out.contains(&Request::Later(Timer::Typing, 200)));
    assert!(!out.iter().any(|request| matches!(request, Request::Post(_))), "not at each key");
    page.act(Action::TimeUp(Timer::Typing));
    page.check_and_run();
    assert_eq!(page.asked_run().1.source, "queue a");
    assert!(!page.state.is_stale());
}

#[test]
fn the_last_good_run_stays_while_the_script_is_broken() {
    let mut page = Page::ready();
    let (run, _) = page.asked_run();
    page.type_text("queue");
    page.check(vec![error()]);
    assert!(page.state.is_stale() && page.state.is_broken());
    assert_eq!(page.state.runs.shown.as_ref().map(|shown| shown.run), Some(run));
    assert!(page.state.views.topology.is_some(), "nothing goes blank");
    // It can still be walked through.
    page.act(Action::Seek(Seek::Step(3)));
    page.answer_all();
    assert_eq!(page.state.step(), 3);
    // Mended to what it was: nothing has to be run.
    let text = page.state.runs.shown.as_ref().map(|shown| shown.spec.source.clone()).unwrap();
    page.type_text(&text);
    page.check(Vec::new());
    assert_eq!(page.asked_run().0, run);
    assert!(!page.state.is_stale() && !page.state.is_broken());
}

#[test]
fn problems_of_an_older_edit_are_dropped() {
    let mut page = Page::ready();
    page.type_text("queue a");
    let old = page.state.edit;
    page.type_text("queue b");
    page.say(FromWorker::Problems { edit: old, problems: vec![error()] });
    assert!(page.state.problems.is_empty());
}

#[test]
fn a_newer_question_of_a_panel_replaces_the_one_that_waits() {
    let mut page = Page::ready();
    page.act(Action::ShowPanel(Panel::Routing));
    page.answer_all();
    for key in ["k", "ke", "key"] {
        let mut ask = page.state.routing.clone();
        ask.exchange = Some("logs".to_owned());
        ask.key = key.to_owned();
        page.act(Action::AskRouting(ask));
    }
    let keys = |page: &Page| -> Vec<String> {
        let of = |question: &Question| match &question.what {
            What::Routing { key, .. } => Some(key.clone()),
            _ => None,
        };
        page.questions.iter().filter_map(of).collect()
    };
    assert_eq!(keys(&page), ["k"], "one under way");
    page.answer_next();
    assert_eq!(keys(&page), ["key"], "then the newest, none between");
    assert!(page.state.views.routing.is_none(), "the older answer is dropped");
    page.answer_all();
    assert_eq!(page.state.views.routing.as_ref().map(|view| view.key.clone()), Some("key".to_owned()));
}

#[test]
fn an_answer_about_a_moment_left_behind_is_dropped() {
    let mut page = Page::ready();
    page.act(Action::Seek(Seek::Step(3)));
    page.answer_next();
    assert_eq!(page.state.step(), 3);
    let question = page.questions.iter().find(|question| question.what == What::Queues).cloned().unwrap();
    // Another run comes on the screen before the answer.
    page.type_text("queue other");
    page.check(Vec::new());
    let (run, _) = page.asked_run();
    page.progress(run, true);
    let before = page.state.views.queues.clone().unwrap();
    page.say(FromWorker::Answer {
        id: question.id,
        run: question.run,
        step: question.step,
        answer: Answer::Queues(vec![]),
    });
    assert!(std::rc::Rc::ptr_eq(&before, page.state.views.queues.as_ref().unwrap()));
}

#[test]
fn dragging_goes_only_as_fast_as_the_panels_follow() {
    let mut page = Page::ready();
    for time in 1..=8 {
        page.act(Action::Seek(Seek::Time { time: time * 1_000, ordinal: 0 }));
    }
    let moments = |page: &Page| {
        page.questions.iter().filter(|question| matches!(question.what, What::At { .. })).count()
    };
    assert_eq!(moments(&page), 1);
    assert_eq!(page.state.clock(), 8_000, "the clock is where the hand is");
    page.answer_next();
    assert_eq!(page.state.step(), 1);
    assert_eq!(moments(&page), 0, "first the panels");
    assert!(page.asks(&What::Queues) && page.asks(&What::Topology));
    page.answer_all();
    assert_eq!(page.state.step(), 8, "then straight to the newest wish");
}

#[test]
fn a_new_run_opens_at_the_place_in_time_of_the_old_one() {
    let mut page = Page::ready();
    page.act(Action::Seek(Seek::Step(4)));
    page.answer_all();
    page.type_text("queue other");
    page.check_and_run();
    assert_eq!(page.state.step(), 4);
    page.act(Action::Seek(Seek::End));
    page.answer_all();
    page.steps = 20;
    page.type_text("queue longer");
    page.check_and_run();
    assert_eq!(page.state.step(), 20, "and at the end, if that was shown");
}

#[test]
fn a_worker_that_does_not_answer_is_ended_and_its_run_is_not_run_again() {
    let mut page = Page::ready();
    page.type_text("client c { while true { } }");
    page.check(Vec::new());
    for _ in 0..3 {
        page.act(Action::TimeUp(Timer::Ping));
    }
    assert!(page.log.contains(&Request::EndWorker));
    assert_eq!(page.state.worker, WorkerState::Starting);
    assert!(matches!(page.state.notice, Some(Notice::RunEnded(_))));
    // The next worker carries out what was on the screen, and leaves alone what ended the last one.
    let first = page.state.runs.shown.as_ref().map(|shown| shown.spec.source.clone()).unwrap();
    page.act(Action::Worker(WorkerNews::Ready));
    assert_eq!(page.asked_run().1.source, first);
    let (run, _) = page.asked_run();
    page.progress(run, true);
    page.answer_all();
    assert_eq!(page.asked_run().1.source, first);
    // Only if the person says so.
    page.act(Action::RunAgain);
    page.check(Vec::new());
    assert_eq!(page.asked_run().1.source, "client c { while true { } }");
}

#[test]
fn a_worker_that_answers_lives() {
    let mut page = Page::ready();
    for _ in 0..10 {
        let out = page.act(Action::TimeUp(Timer::Ping));
        assert!(out.contains(&Request::Later(Timer::Ping, 1_000)));
        if let Some(Request::Post(ToWorker::Ping(ping))) = out.first() {
            page.say(FromWorker::Pong(*ping));
        }
    }
    assert!(!page.log.contains(&Request::EndWorker));
}

#[test]
fn a_worker_that_never_starts_is_given_up() {
    let mut page = Page::open(Boot::default());
    for _ in 0..3 {
        page.act(Action::Worker(WorkerNews::Failed("404".to_owned())));
    }
    assert_eq!(page.state.worker, WorkerState::Dead);
    let starts = page.log.iter().filter(|request| **request == Request::StartWorker).count();
    assert_eq!(starts, 3);
    assert!(matches!(page.state.notice, Some(Notice::NoWorker(_))));
}

#[test]
fn a_long_run_is_shown_as_far_as_it_is_and_can_be_stopped() {
    let mut page = Page::ready();
    page.type_text("queue long");
    page.check(Vec::new());
    let (run, _) = page.asked_run();
    page.progress(run, false);
    page.answer_all();
    assert!(page.state.runs.is_running());
    assert_eq!(page.state.step(), 10);
    page.steps = 15;
    page.progress(run, false);
    page.answer_all();
    assert_eq!(page.state.step(), 15, "the end is followed");
    let out = page.act(Action::StopRun);
    assert!(out.contains(&Request::Post(ToWorker::Stop { run })));
}

#[test]
fn playing_goes_on_with_the_clock_and_stops_at_the_end() {
    let mut page = Page::ready();
    page.act(Action::SetSpeed(6));
    page.act(Action::TogglePlay);
    page.answer_all();
    assert_eq!(page.state.step(), 0, "from the start, as the end was shown");
    page.act(Action::Frame { elapsed: 4_500 });
    page.answer_all();
    assert_eq!(page.state.step(), 4);
    page.act(Action::Frame { elapsed: 50_000 });
    page.answer_all();
    assert_eq!((page.state.step(), page.state.playback.playing), (10, false));
}

#[test]
fn steps_add_up_before_the_worker_answers() {
    let mut page = Page::ready();
    for _ in 0..3 {
        page.act(Action::StepBy(-1));
    }
    page.answer_all();
    assert_eq!(page.state.step(), 7);
}

#[test]
fn what_is_not_seen_is_not_asked_for() {
    let mut page = Page::ready();
    page.act(Action::SetLayout(Layout::Phone));
    page.act(Action::ShowPanel(Panel::Output));
    page.answer_all();
    page.act(Action::Seek(Seek::Step(2)));
    page.answer_next();
    assert!(!page.asks(&What::Topology) && !page.asks(&What::Queues));
}

#[test]
fn a_text_that_is_replaced_is_put_aside() {
    let mut page = Page::ready();
    page.type_text("queue mine");
    page.check_and_run();
    page.act(Action::Reset);
    assert_eq!(page.state.kept.as_deref(), Some("queue mine"));
    assert!(page.log.contains(&Request::Keep(Store::Kept, "queue mine".to_owned())));
    page.act(Action::BringBack);
    assert_eq!(&*page.state.text, "queue mine");
}

#[test]
fn a_bad_link_leaves_the_rest_alive_and_the_draft_safe() {
    let boot =
        Boot { hash: "w1:AAAA-nonsense".to_owned(), draft: Some("queue mine".to_owned()), ..Boot::default() };
    let mut page = Page::open(boot);
    assert!(matches!(page.state.notice, Some(Notice::BadLink(_))));
    assert_eq!(&*page.state.text, "queue mine");
    page.act(Action::Worker(WorkerNews::Ready));
    page.check_and_run();
    assert!(page.state.runs.shown.is_some());
}

#[test]
fn the_address_reopens_the_page_as_it_was() {
    let mut page = Page::ready();
    page.type_text("queue mine");
    page.check_and_run();
    page.act(Action::Seek(Seek::Step(4)));
    page.act(Action::Select(Some(Thing::Queue("/".to_owned(), "mine".to_owned()))));
    page.act(Action::ShowPanel(Panel::Checks));
    page.answer_all();
    let out = page.act(Action::TimeUp(Timer::Address));
    let [Request::SetAddress { hash, .. }] = out.as_slice() else { panic!("{out:?}") };
    let mut again = Page::open(Boot { hash: hash.clone(), ..Boot::default() });
    again.act(Action::Worker(WorkerNews::Ready));
    again.check_and_run();
    assert_eq!(&*again.state.text, "queue mine");
    assert_eq!(again.state.step(), 4);
    assert_eq!(again.state.selection, page.state.selection);
    assert_eq!(again.state.panel, Panel::Checks);
}

#[test]
fn after_a_reload_the_draft_is_newer_than_the_address() {
    let mut page = Page::ready();
    page.type_text("queue mine");
    let out = page.act(Action::TimeUp(Timer::Address));
    let [Request::SetAddress { hash, base }] = out.as_slice() else { panic!("{out:?}") };
    let draft = Some("queue mine; queue more".to_owned());
    let boot = Boot { hash: hash.clone(), draft: draft.clone(), base: Some(base.clone()), ..Boot::default() };
    let mut reloaded = Page::open(boot);
    assert_eq!(&*reloaded.state.text, "queue mine; queue more");
    // The address had followed the typing; a reset still leads to what was opened, as before the reload.
    reloaded.act(Action::Reset);
    assert_eq!(reloaded.state.text, page.state.base);
    assert_eq!(reloaded.state.kept.as_deref(), Some("queue mine; queue more"));
    // Followed from elsewhere, the link is what is meant; the draft is put aside.
    let other = Page::open(Boot { hash: hash.clone(), draft, ..Boot::default() });
    assert_eq!(&*other.state.text, "queue mine");
    assert_eq!(other.state.kept.as_deref(), Some("queue mine; queue more"));
}

#[test]
fn an_embedded_page_writes_neither_its_address_nor_the_storage() {
    let boot = Boot { hash: "example=work-queues/crash&view=embed".to_owned(), ..Boot::default() };
    let mut page = Page::open(boot);
    assert_eq!(page.state.view, View::Embed);
    page.act(Action::Worker(WorkerNews::Ready));
    page.check_and_run();
    page.act(Action::Seek(Seek::Step(4)));
    page.act(Action::TimeUp(Timer::Address));
    page.type_text("queue other");
    page.act(Action::Reset);
    let writes = |request: &&Request| matches!(request, Request::SetAddress { .. } | Request::Keep(..));
    assert_eq!(page.log.iter().find(writes), None);
}

/// The worker lays the text out; an answer for an older text is dropped, as is one for a text with errors.
#[test]
fn a_text_is_laid_out() {
    let mut page = Page::ready();
    page.type_text("queue   a");
    let edit = page.state.edit;
    let out = page.act(Action::Format);
    let asked = Request::Post(ToWorker::Format { edit, text: "queue   a".to_owned() });
    assert!(out.contains(&asked), "{out:?}");
    page.say(FromWorker::Formatted { edit: edit - 1, text: Some("queue old\n".to_owned()) });
    page.say(FromWorker::Formatted { edit, text: None });
    assert_eq!(&*page.state.text, "queue   a");
    let out = page.say(FromWorker::Formatted { edit, text: Some("queue a\n".to_owned()) });
    assert_eq!(&*page.state.text, "queue a\n");
    assert!(out.contains(&Request::Keep(Store::Draft, "queue a\n".to_owned())), "{out:?}");
    assert!(out.contains(&Request::Post(ToWorker::Edit { edit: edit + 1, text: "queue a\n".to_owned() })));
}

/// The editor asks about the text as it is; an answer to an older question is dropped, one for an older text comes to nothing.
#[test]
fn a_place_is_asked_about() {
    let mut page = Page::ready();
    page.type_text("queue a");
    let out = page.act(Action::Help { id: 1, what: HelpOn::Completion, at: 3 });
    let text = "queue a".to_owned();
    let asked = Request::Post(ToWorker::Help { id: 1, text, at: 3, what: HelpOn::Completion });
    assert!(out.contains(&asked), "{out:?}");
    page.act(Action::Help { id: 2, what: HelpOn::Hover, at: 3 });
    let help = Some(Help { title: "queue NAME".to_owned(), ..Help::default() });
    page.say(FromWorker::Helped { id: 1, help: help.clone() });
    assert_eq!(page.state.helping.answer, None);
    page.say(FromWorker::Helped { id: 2, help: help.clone() });
    assert_eq!(page.state.helping.answer.as_deref(), Some(&(2, help.clone())));
    page.act(Action::Help { id: 3, what: HelpOn::Hover, at: 3 });
    page.type_text("queue b");
    page.say(FromWorker::Helped { id: 3, help: help.clone() });
    assert_eq!(page.state.helping.answer.as_deref(), Some(&(3, None)));
    // A worker that is gone answers nothing.
    page.act(Action::Help { id: 4, what: HelpOn::Hover, at: 3 });
    page.act(Action::Worker(WorkerNews::Failed("gone".to_owned())));
    assert_eq!(page.state.helping.answer.as_deref(), Some(&(4, None)));
}
