//! A time, in words that depend on when they are read.

use leptos::prelude::*;

use crate::{
    wall_clock,
    when::{self, Moment},
    words,
};

/// The person's clock, as it stood when the page last got something to show.
#[derive(Clone, Copy)]
pub(crate) struct Clock(RwSignal<i64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Looks at it again.
    pub(crate) fn read(self) {
        self.0.try_set(wall_clock::now());
    }

    /// Reactive.
    pub(crate) fn now(self) -> Moment {
        at(self.0.get())
    }
}

/// A time of the contract, unless it is none.
pub(crate) fn moment(time: &str) -> Option<Moment> {
    when::parse(time).map(at)
}

fn at(unix: i64) -> Moment {
    Moment { unix, ahead: wall_clock::ahead_of_utc(unix) }
}

/// As what a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// How long ago it was.
    #[default]
    Ago,
    /// Its day, in few letters.
    Day,
    /// Its time of day.
    Time,
    /// Its day and its time of day.
    Full,
}

/// A time in words. What is no time is shown as it is. Reactive.
pub(crate) fn in_words(time: &str, clock: Clock, shape: Shape) -> String {
    let times = &words::here().times;
    match (moment(time), shape) {
        (None, _) => time.to_owned(),
        (Some(then), Shape::Ago) => when::ago(clock.now(), then, times),
        (Some(then), Shape::Day) => when::short_date(clock.now(), then, times),
        (Some(then), Shape::Time) => when::time(then),
        (Some(then), Shape::Full) => when::date_and_time(then, times),
    }
}

/// A time. Its tooltip has the full date and time.
#[component]
pub(crate) fn When(
    /// As the contract writes it.
    #[prop(into)]
    time: Signal<String>,
    /// The clock that it is read on.
    clock: Clock,
    /// As what it is shown.
    #[prop(optional)]
    shape: Shape,
) -> impl IntoView {
    let exact = move || moment(&time.get()).map(|then| when::date_and_time(then, &words::here().times));
    view! {
        <time datetime=move || time.get() title=exact>
            {move || time.with(|time| in_words(time, clock, shape))}
        </time>
    }
}
