//! One's own profile: who one is here, and how the pages look and speak.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use sessionkeep_types::{Role, UpdateProfileRequest, User};

use crate::{
    appearance::{self, Theme},
    components::{AccountPage, Disc, FieldError, FieldState, FormAlert, LanguageSwitch, LoadAlert, Me, focus, moment},
    trouble, validate, when, words,
};

/// The profile. The server renders it without any data, and so does the browser until the session is there: the page is the
/// same for everybody, and nothing moves when the data comes.
#[component]
pub(crate) fn Profile() -> impl IntoView {
    let words = &words::here().profile;
    let me = Me::here();
    let email = move || match me.of_user(|user| user.email.clone()) {
        Some(email) => view! { <span class="breakable">{email}</span> }.into_any(),
        None => waiting(),
    };
    let known = Memo::new(move |_| me.user());
    let identity = move || match known.get() {
        Some(user) => view! { <Identity user=user /> }.into_any(),
        None => view! {
            <span class="disc large skeleton" aria-hidden="true"></span>
            <div class="identity-text">
                <span class="skeleton skeleton-line" aria-hidden="true"></span>
                <span class="skeleton skeleton-line" aria-hidden="true"></span>
            </div>
        }
        .into_any(),
    };
    view! {
        <AccountPage title=words.title>
            <p class="visually-hidden" role="status">
                {move || {
                    (known.with(Option::is_none) && me.loading().failure().is_none())
                        .then_some(words::here().common.checking_session)
                }}
            </p>
            <LoadAlert loading=me.loading() reload=move |()| me.load() />
            <div class="identity">{identity}</div>
            <div class="card settings" aria-busy=move || me.loading().is_under_way().then_some("true")>
                <Name />
                <div class="setting">
                    <p class="setting-name">{words.email}</p>
                    <div class="setting-value">{email}</div>
                </div>
                <div class="setting">
                    <p class="setting-name">{words.language}</p>
                    <div class="setting-value">
                        <LanguageSwitch />
                    </div>
                </div>
                <div class="setting scripted">
                    <p class="setting-name" id="theme">
                        {words.theme}
                    </p>
                    <div class="setting-value">
                        <ThemeSwitch />
                    </div>
                </div>
            </div>
        </AccountPage>
    }
}

/// Where something stands that has not come yet.
fn waiting() -> AnyView {
    view! { <span class="skeleton skeleton-line" aria-hidden="true"></span> }.into_any()
}

#[component]
fn Identity(
    /// Who.
    user: User,
) -> impl IntoView {
    let words = words::here();
    let since = moment(&user.created_at).map(|then| when::month(then, &words.times));
    let name = user.display_name.clone();
    view! {
        <Disc user=user.clone() large=true />
        <div class="identity-text">
            <p class="identity-name">
                {match name {
                    // A name that turns the direction of writing turns nothing around it.
                    Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
                    None => view! { <span class="breakable">{user.email.clone()}</span> }.into_any(),
                }}
                {(user.role == Role::Admin)
                    .then(|| {
                        view! {
                            " "
                            <span class="badge">{words.profile.administrator}</span>
                        }
                    })}
            </p>
            <p class="meta">{since.map(|month| (words.profile.member_since)(&month))}</p>
        </div>
    }
}

/// The name, which is edited where it stands.
#[component]
fn Name() -> impl IntoView {
    let words = &words::here().profile;
    let common = &words::here().common;
    let me = Me::here();
    let (editing, busy, said) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<&'static str>));
    let alert = RwSignal::new(None::<String>);
    let (field, came_back) = (FieldState::new(), StoredValue::new(false));
    let edit = NodeRef::<html::Button>::new();
    let name = move || me.of_user(|user| user.display_name.clone());
    Effect::new(move |_| {
        if let Some(input) = field.node.get() {
            input.set_value(&untrack(name).flatten().unwrap_or_default());
            field.focus();
            input.select();
        }
    });
    Effect::new(move |_| focus(edit.get().filter(|_| came_back.get_value())));
    let close = move || {
        came_back.set_value(true);
        editing.set(false);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(api) = me.session().signed_in() else { return };
        if busy.get_untracked() {
            return;
        }
        let new = field.value().trim().to_owned();
        field.judge(validate::display_name(&new));
        if FieldState::focus_first_wrong(&[field]) {
            return;
        }
        busy.set(true);
        alert.set(None);
        let profile = UpdateProfileRequest { display_name: Some(new).filter(|name| !name.is_empty()) };
        spawn_local(async move {
            let answer = api.rename(&profile).await;
            // Only a signal that is gone gives its value back.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(user) => {
                    said.set(Some(if user.display_name.is_some() { words.name_saved } else { words.name_removed }));
                    me.is_now(user);
                    close();
                }
                Err(error) => {
                    // What was typed stays.
                    field.judge(error.field("displayName"));
                    if !FieldState::focus_first_wrong(&[field]) {
                        alert.set(Some(trouble::said(&error)));
                    }
                }
            }
        });
    };
    let shown = move || match name() {
        None => waiting(),
        Some(None) => view! { <span class="empty">{words.no_name}</span> }.into_any(),
        Some(Some(name)) => view! { <bdi class="breakable">{name}</bdi> }.into_any(),
    };
    let is_known = Memo::new(move |_| name().is_some());
    let has_name = Memo::new(move |_| name().flatten().is_some());
    let resting = move || {
        view! {
            <p class="setting-name">{words.name}</p>
            <div class="setting-value">{shown}</div>
            <button
                type="button"
                class="button secondary small"
                node_ref=edit
                class:coming=move || !is_known.get()
                aria-label=move || {
                    if has_name.get() { words.edit_name } else { words.add_name }
                }
                on:click=move |_| {
                    said.set(None);
                    field.judge(None::<String>);
                    alert.set(None);
                    editing.set(true);
                }
            >
                {move || if has_name.get() { common.edit } else { words.add_name }}
            </button>
        }
    };
    let form = move || {
        view! {
            <form
                class="setting-form"
                method="post"
                novalidate
                on:submit=submit
                on:keydown=move |event| {
                    if event.key() == "Escape" && !busy.get_untracked() {
                        close();
                    }
                }
            >
                <div class="field">
                    <label for="displayName">{words.name}</label>
                    <input
                        node_ref=field.node
                        id="displayName"
                        name="displayName"
                        type="text"
                        autocomplete="name"
                        autocapitalize="words"
                        spellcheck="false"
                        enterkeyhint="done"
                        aria-invalid=move || field.error.get().is_some().then_some("true")
                        aria-describedby=move || {
                            if field.error.get().is_some() {
                                "displayName-error displayName-hint"
                            } else {
                                "displayName-hint"
                            }
                        }
                        on:input=move |_| field.error.set(None)
                    />
                    <FieldError id="displayName" error=field.error />
                    <p class="hint" id="displayName-hint">
                        {words.name_hint}
                    </p>
                </div>
                <FormAlert message=alert />
                <div class="actions">
                    <button type="submit" class="button small" aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { common.saving } else { common.save }}
                    </button>
                    <button
                        type="button"
                        class="button secondary small"
                        on:click=move |_| {
                            if !busy.get_untracked() {
                                close();
                            }
                        }
                    >
                        {common.cancel}
                    </button>
                </div>
            </form>
        }
    };
    view! {
        <div class="setting">
            {move || if editing.get() { form().into_any() } else { resting().into_any() }}
            <p class="setting-said" role="status">
                {move || said.get()}
            </p>
        </div>
    }
}

/// Light or dark, at once and for every page of this browser.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let words = &words::here().profile;
    let chosen = RwSignal::new(Theme::System);
    // The server does not say, so that the page is the same for everybody.
    Effect::new(move |_| chosen.set(appearance::theme()));
    let options = Theme::ALL.map(|theme| {
        let name = match theme {
            Theme::System => words.theme_system,
            Theme::Light => words.theme_light,
            Theme::Dark => words.theme_dark,
        };
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    value=theme.name()
                    prop:checked=move || chosen.get() == theme
                    on:change=move |_| {
                        chosen.set(theme);
                        appearance::choose(theme);
                    }
                />
                <span>{name}</span>
            </label>
        }
    });
    view! {
        <div class="segments" role="radiogroup" aria-labelledby="theme">
            {options.collect_view()}
        </div>
    }
}
