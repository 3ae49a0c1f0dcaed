//! What is kept of a person: to download, and to delete.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

use crate::{
    components::{AccountPage, Kept, KeptList, LoadAlert, Me},
    download, paths,
    session::Session,
    trouble, wall_clock, words,
};

/// The page of the data.
#[component]
pub(crate) fn Data() -> impl IntoView {
    let words = &words::here().data;
    let kept = Kept::new(Session::here());
    view! {
        <AccountPage title=words.title>
            <LoadAlert loading=kept.loading reload=move |()| kept.load() />
            <section class="card padded" aria-labelledby="download">
                <h2 id="download">{words.download}</h2>
                <p>{words.download_text}</p>
                <Download />
            </section>
            <section class="card padded danger-zone" aria-labelledby="delete">
                <h2 id="delete">{words.delete}</h2>
                <p>{words.delete_text}</p>
                <KeptList kept=kept />
                <div class="actions">
                    <A href=paths::DELETE_ACCOUNT attr:class="button danger-line">
                        {words.delete_button}
                    </A>
                </div>
            </section>
        </AccountPage>
    }
}

#[component]
fn Download() -> impl IntoView {
    let words = &words::here().data;
    let session = Me::here().session();
    let (busy, done, alert) = (RwSignal::new(false), RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let start = move |_| {
        let Some(api) = session.signed_in() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        done.set(None);
        alert.set(None);
        spawn_local(async move {
            let answer = api.export().await;
            // Only a signal that is gone gives its value back.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(file) => {
                    let name = download::file_name(wall_clock::now());
                    download::offer(&file, &name);
                    done.set(Some((words.downloaded)(&name)));
                }
                Err(error) => alert.set(Some(trouble::said(&error))),
            }
        });
    };
    view! {
        <div class="actions scripted">
            <button
                type="button"
                class="button secondary"
                aria-disabled=move || busy.get().then_some("true")
                on:click=start
            >
                {move || if busy.get() { words.downloading } else { words.download_button }}
            </button>
            <span class="hint" role="status">
                {move || done.get()}
            </span>
        </div>
        {move || {
            alert
                .get()
                .map(|alert| {
                    view! {
                        <p class="alert" role="alert">
                            {alert}
                        </p>
                    }
                })
        }}
    }
}
