//! A time, in words that depend on when they are read.

use leptos::prelude::*;

use crate::{
    wall_clock,
    when::{self, Moment},
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

/// A time, with all of it for whoever asks. What is no time is shown as it is.
#[component]
pub(crate) fn When(
    /// As the contract writes it.
    time: String,
    /// The clock that it is read on.
    clock: Clock,
    /// The day, instead of how long ago it was.
    #[prop(optional)]
    date: bool,
) -> impl IntoView {
    let moment = moment(&time);
    let exact = moment.map(when::date_and_time);
    let raw = time.clone();
    let words = move || match moment {
        None => raw.clone(),
        Some(moment) if date => when::date(moment),
        Some(moment) => when::ago(clock.now(), moment),
    };
    view! {
        <time datetime=time title=exact>
            {words}
        </time>
    }
}
