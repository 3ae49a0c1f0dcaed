//! The sentences, by the page or the part of a page that shows them.

/// All of them.
pub struct Words {
    pub common: Common,
    pub frame: Frame,
    pub stopped: Stopped,
    pub link: Link,
    pub landing: Landing,
    pub sign_in: SignIn,
    pub sign_out: SignOut,
    pub sign_up: SignUp,
    pub fields: Fields,
    pub password: Password,
    pub strength: Strength,
    pub times: Times,
    pub profile: Profile,
    pub security: Security,
    pub devices: Devices,
    pub activity: Activity,
    pub events: Events,
    pub review: Review,
    pub data: Data,
    pub delete: Delete,
    pub notices: Notices,
    pub reasons: Reasons,
    pub connection: Connection,
    pub not_found: NotFound,
    pub errors: Errors,
}

/// What several pages say.
pub struct Common {
    pub save: &'static str,
    pub saving: &'static str,
    pub cancel: &'static str,
    pub edit: &'static str,
    pub change: &'static str,
    pub undo: &'static str,
    pub retry: &'static str,
    pub loading: &'static str,
    /// In the place of what could not be loaded.
    pub not_loaded: &'static str,
    pub show_more: &'static str,
    /// Read out while nothing is known of the session.
    pub checking_session: &'static str,
    pub optional: &'static str,
}

/// Around every page.
pub struct Frame {
    pub skip: &'static str,
    /// The navigation of the header, for those who hear it.
    pub account_nav: &'static str,
    pub sign_in: &'static str,
    pub create_account: &'static str,
    /// The button behind which the menu is: `Account menu of Ada`.
    pub menu_of: fn(&str) -> String,
    pub menu: &'static str,
    pub settings: &'static str,
    pub profile: &'static str,
    pub security: &'static str,
    pub devices: &'static str,
    pub activity: &'static str,
    pub data: &'static str,
    /// Beside Activity while a theft waits for an answer, for those who hear it.
    pub needs_attention: &'static str,
    pub sign_out: &'static str,
    pub why_signed_out: &'static str,
    pub check_connection: &'static str,
    pub language: &'static str,
    pub help: &'static str,
    pub privacy: &'static str,
    pub terms: &'static str,
    /// In the preview of a link, with the brand.
    pub about: fn(&str) -> String,
    /// On a page where scripts are off.
    pub needs_script: &'static str,
    /// In the place of a page of the account where scripts are off.
    pub page_needs_script: &'static str,
}

/// Where the program does not start, or stops.
pub struct Stopped {
    pub title: &'static str,
    pub text: &'static str,
    /// What works all the same.
    pub forms: &'static str,
    pub reload: &'static str,
}

/// The line at the top when something is wrong with the network or the cookies.
pub struct Link {
    pub offline: &'static str,
    /// Where no session is known.
    pub offline_only: &'static str,
    pub reconnecting: &'static str,
    /// Where no session is known.
    pub reconnecting_only: &'static str,
    /// With what the server says.
    pub obstacle: fn(&str) -> String,
    /// In the button, after a press.
    pub trying: &'static str,
    pub conflict: &'static str,
    /// After the sentence before, on a sign-in page.
    pub conflict_here: &'static str,
    pub sign_in_again: &'static str,
    pub cookies_dropped: &'static str,
    pub secure_cookies_dropped: &'static str,
}

pub struct Landing {
    /// Of the document, after the brand.
    pub tagline: &'static str,
    pub description: &'static str,
    pub heading: &'static str,
    pub lead: &'static str,
    pub open_account: &'static str,
    pub promises: &'static str,
    /// Title and sentence.
    pub cards: [(&'static str, &'static str); 4],
    /// What this site is.
    pub about: &'static str,
    /// After that, for a person who is signed out.
    pub try_it: &'static str,
    /// The example beside the heading.
    pub example: &'static str,
}

pub struct SignIn {
    pub title: &'static str,
    /// With the brand.
    pub heading: fn(&str) -> String,
    pub remember: &'static str,
    /// What happens otherwise.
    pub remember_hint: &'static str,
    pub submit: &'static str,
    pub busy: &'static str,
    pub new_here: &'static str,
    pub create: &'static str,
    /// Before the link to the operator's help.
    pub cannot: &'static str,
    pub get_help: &'static str,
    /// Where the operator names no help. With the brand.
    pub no_help: fn(&str) -> String,
    /// Before the form, when a page was asked for.
    pub to_continue: &'static str,
    /// With the name of the page: `Sign in to continue to Activity.`
    pub to_continue_to: fn(&str) -> String,
    pub not_ready: &'static str,
    /// After a form that came too often.
    pub busy_server: &'static str,
    pub why: &'static str,
}

pub struct SignOut {
    pub title: &'static str,
    pub text: &'static str,
    /// The way back.
    pub stay: &'static str,
}

pub struct SignUp {
    pub title: &'static str,
    /// Beside an email that has an account.
    pub sign_in_instead: &'static str,
    pub heading: fn(&str) -> String,
    pub submit: &'static str,
    pub busy: &'static str,
    /// Before the links to terms and privacy.
    pub accept: &'static str,
    pub have_account: &'static str,
    pub sign_in: &'static str,
}

/// The labels of fields, and what is wrong with what stands in them.
pub struct Fields {
    pub email: &'static str,
    pub display_name: &'static str,
    pub password: &'static str,
    pub current_password: &'static str,
    pub new_password: &'static str,
    pub email_missing: &'static str,
    pub email_long: &'static str,
    pub email_form: &'static str,
    pub email_taken: &'static str,
    pub password_missing: &'static str,
    pub password_choose: &'static str,
    /// Fewest, and how many there are.
    pub too_short: fn(usize, usize) -> String,
    /// Most, and how many there are.
    pub too_long: fn(usize, usize) -> String,
    /// With the character's code, such as `U+200B`.
    pub invisible: fn(&str) -> String,
    /// The same.
    pub undefined: fn(&str) -> String,
    pub in_emoji: &'static str,
    /// Most.
    pub marks: fn(usize) -> String,
    pub mark_first: &'static str,
    /// Fewest.
    pub at_least: fn(usize) -> String,
    pub uncounted: &'static str,
    pub wrong_current: &'static str,
    pub show: &'static str,
    pub hide: &'static str,
    /// After Show and Hide, for those who hear the button alone.
    pub of_field: fn(&str) -> String,
    pub caps_lock: &'static str,
}

/// Changing the password.
pub struct Password {
    pub title: &'static str,
    pub others_sign_out: &'static str,
    pub submit: &'static str,
    pub busy: &'static str,
    pub done: &'static str,
    pub done_details: &'static str,
    pub unclear: &'static str,
    pub to_devices: &'static str,
    pub to_security: &'static str,
}

/// Below a field for a new password.
pub struct Strength {
    /// Fewest.
    pub empty: fn(usize) -> String,
    /// How to choose one. `empty` ends with it.
    pub suggestion: &'static str,
    pub to_go: fn(usize) -> String,
    pub too_long: fn(usize) -> String,
    pub length: fn(usize) -> String,
    /// By the number that the worker gives (`password-rules/src/advice.rs`). The last is a suggestion, too.
    pub advice: [&'static str; 8],
    /// After the others of them, where the password is weak.
    pub add_words: &'static str,
    pub weak: &'static str,
    pub fair: &'static str,
    pub strong: &'static str,
}

pub struct Times {
    pub just_now: &'static str,
    pub minutes_ago: fn(i64) -> String,
    pub hours_ago: fn(i64) -> String,
    pub days_ago: fn(i64) -> String,
    /// In a sentence.
    pub today: &'static str,
    pub yesterday: &'static str,
    /// As a heading.
    pub today_heading: &'static str,
    pub yesterday_heading: &'static str,
    pub months: [&'static str; 12],
    /// Three letters or so.
    pub short_months: [&'static str; 12],
    /// Day, month, year.
    pub date: fn(i64, &str, i64) -> String,
    /// Day and short month.
    pub short_date: fn(i64, &str) -> String,
    /// Month and year.
    pub month: fn(&str, i64) -> String,
    /// A date and a time of day.
    pub at: fn(&str, &str) -> String,
    pub seconds: fn(i64) -> String,
    pub minutes: fn(i64) -> String,
    pub hours: fn(i64) -> String,
    pub days: fn(i64) -> String,
}

pub struct Profile {
    pub title: &'static str,
    pub member_since: fn(&str) -> String,
    pub administrator: &'static str,
    pub name: &'static str,
    pub no_name: &'static str,
    pub add_name: &'static str,
    pub edit_name: &'static str,
    pub name_saved: &'static str,
    pub name_removed: &'static str,
    pub name_hint: &'static str,
    pub email: &'static str,
    pub language: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
}

pub struct Security {
    pub title: &'static str,
    pub lead: &'static str,
    pub password: &'static str,
    pub password_changed: fn(&str) -> String,
    pub password_unchanged: &'static str,
    pub this_session: &'static str,
    /// When it began, and when it ends.
    pub session_dates: fn(&str, &str) -> String,
    /// The same of a session whose cookie the browser does not keep when it is closed.
    pub session_dates_unkept: fn(&str, &str) -> String,
    pub other_devices: &'static str,
    pub devices: fn(usize, bool) -> String,
    pub review_devices: &'static str,
    pub trouble: &'static str,
    pub trouble_text: &'static str,
    pub check_connection: &'static str,
    pub why_signed_out: &'static str,
}

pub struct Devices {
    pub title: &'static str,
    pub lead: &'static str,
    pub this_device: &'static str,
    /// Between a browser and a system: `Firefox on Windows`.
    pub on: &'static str,
    pub unknown_device: &'static str,
    pub others: fn(usize, bool) -> String,
    pub inactive: fn(usize) -> String,
    pub inactive_text: &'static str,
    pub active_now: &'static str,
    pub last_active: fn(&str) -> String,
    /// When a session of a group began.
    pub signed_in_at: fn(&str) -> String,
    /// A group of sessions on the same kind of device.
    pub sessions: fn(usize) -> String,
    pub details: &'static str,
    /// For those who hear the button alone, with the name of the device.
    pub details_of: fn(&str) -> String,
    pub signed_in: &'static str,
    pub last_used: &'static str,
    pub expires: &'static str,
    pub expires_unused: fn(&str) -> String,
    /// The same of a session whose cookie the browser does not keep when it is closed.
    pub expires_unkept: fn(&str) -> String,
    pub address: &'static str,
    pub unknown_address: &'static str,
    pub browser: &'static str,
    pub sign_out: &'static str,
    /// With the name of the device.
    pub sign_out_of: fn(&str) -> String,
    pub signing_out: &'static str,
    pub sign_out_others: &'static str,
    pub ask_one: fn(&str) -> String,
    /// How many, and whether there are more.
    pub ask_others: fn(usize, bool) -> String,
    pub newer_one: &'static str,
    pub newer_others: &'static str,
    /// While it can be taken back.
    pub leaving: fn(&str) -> String,
    pub signed_out: fn(&str) -> String,
    pub was_signed_out: fn(&str) -> String,
    pub kept: fn(&str) -> String,
    pub signed_out_others: fn(usize, bool) -> String,
    pub not_signed_out: fn(&str) -> String,
    pub undo_of: fn(&str) -> String,
    pub alone: &'static str,
    pub unfamiliar: &'static str,
    pub change_password: &'static str,
    /// After that.
    pub ends_others: &'static str,
    pub more_shown: fn(usize) -> String,
}

pub struct Activity {
    pub title: &'static str,
    pub lead: &'static str,
    pub filter: &'static str,
    pub all: &'static str,
    pub warnings: &'static str,
    pub sign_ins: &'static str,
    pub nothing: &'static str,
    /// With a filter.
    pub nothing_here: &'static str,
    pub unfamiliar: &'static str,
    pub change_password: &'static str,
    pub review_devices: &'static str,
    pub alert: &'static str,
    pub warning: &'static str,
    pub times: fn(usize) -> String,
    pub device_a: &'static str,
    pub device_b: &'static str,
    /// Before the place of a device that was signed out.
    pub device: &'static str,
    /// Before the place that it was done from.
    pub by_device: &'static str,
    /// With a place, where the event is about another one.
    pub from: fn(&str) -> String,
    pub unknown_place: &'static str,
    pub more: fn(usize) -> String,
    pub everything: &'static str,
}

/// What happened, and what it means where that is not plain.
pub struct Happened {
    pub title: &'static str,
    pub meaning: &'static str,
}

pub struct Events {
    pub registered: Happened,
    pub signed_in: Happened,
    pub sign_in_failed: Happened,
    pub sign_in_failed_often: Happened,
    /// Several of one kind in a row.
    pub wrong_passwords: fn(usize) -> String,
    pub signed_out: Happened,
    pub session_ended: Happened,
    pub session_ended_by_administrator: Happened,
    pub sessions_ended: Happened,
    pub sessions_ended_by_administrator: Happened,
    pub session_limit: Happened,
    pub password_changed: Happened,
    pub confirmation_failed: Happened,
    pub refresh_repeated: Happened,
    pub refresh_from_elsewhere: Happened,
    pub reused: Happened,
    pub clone: Happened,
    pub reuse_dismissed: Happened,
    pub exported: Happened,
    pub database_restored: Happened,
    pub role_changed: Happened,
    pub account_disabled: Happened,
    pub account_enabled: Happened,
    pub account_deleted: Happened,
    pub unknown: Happened,
}

/// The banner after a theft, and its question.
pub struct Review {
    pub title: &'static str,
    /// When, and where from: `On 29 Nov at 06:58 one session was used from A and B. We ended it.`
    pub text: fn(&str, &str, &str) -> String,
    /// The same where both are alike.
    pub text_alike: fn(&str, &str) -> String,
    /// The same where one of the two is not known.
    pub text_short: fn(&str) -> String,
    pub change_password: &'static str,
    pub to_activity: &'static str,
    pub it_was_me: &'static str,
    pub question: &'static str,
    pub explanation: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub dismissing: &'static str,
    pub dismissed: &'static str,
    pub password_reason: &'static str,
}

pub struct Data {
    pub title: &'static str,
    pub download: &'static str,
    pub download_text: &'static str,
    pub download_button: &'static str,
    pub downloading: &'static str,
    /// With the name of the file.
    pub downloaded: fn(&str) -> String,
    pub delete: &'static str,
    pub delete_text: &'static str,
    pub profile: &'static str,
    /// Before what a deletion takes away.
    pub lead: &'static str,
    /// How many, and whether there are more.
    pub sessions: fn(usize, bool) -> String,
    pub events: fn(usize, bool) -> String,
    /// After what a deletion takes away: what it does not.
    pub stays: &'static str,
    pub delete_button: &'static str,
}

pub struct Delete {
    pub title: &'static str,
    pub text: &'static str,
    pub administrator: &'static str,
    pub sure: &'static str,
    pub not_sure: &'static str,
    pub submit: &'static str,
    pub busy: &'static str,
    pub keep: &'static str,
    pub unclear: &'static str,
}

/// Above the sign-in form: why the person is there.
pub struct Notices {
    pub signed_out: &'static str,
    pub here_only: &'static str,
    pub in_another_tab: &'static str,
    pub cookie_lost: &'static str,
    pub cookies_blocked: &'static str,
    pub secure_cookies_blocked: &'static str,
    pub expired: &'static str,
    pub not_recognised: &'static str,
    pub account_deleted: &'static str,
    pub reused: &'static str,
    pub elsewhere: &'static str,
    pub password_changed: &'static str,
    pub administrator: &'static str,
    pub disabled: &'static str,
    pub limit: &'static str,
    pub unexplained: &'static str,
}

/// Why a session ended, in sixty words, and at length where there is more to say.
pub struct Reason {
    pub title: &'static str,
    pub text: &'static str,
    pub more: &'static str,
}

pub struct Reasons {
    pub title: &'static str,
    pub lead: &'static str,
    pub what_happened: &'static str,
    pub others: &'static str,
    pub sign_in: &'static str,
    pub change_password: &'static str,
    pub create_account: &'static str,
    pub review_devices: &'static str,
    pub check_connection: &'static str,
    pub reused: Reason,
    pub password_changed: Reason,
    pub elsewhere: Reason,
    pub limit: Reason,
    pub expired: Reason,
    pub cookie_lost: Reason,
    pub cookies_blocked: Reason,
    pub secure_cookies_blocked: Reason,
    pub not_recognised: Reason,
    pub administrator: Reason,
    pub disabled: Reason,
    pub deleted: Reason,
}

pub struct Connection {
    pub title: &'static str,
    pub lead: &'static str,
    pub checking: &'static str,
    pub all_good: &'static str,
    pub odd: &'static str,
    pub wrong: &'static str,
    pub again: &'static str,
    pub for_administrators: &'static str,
    pub fine_word: &'static str,
    pub odd_word: &'static str,
    pub wrong_word: &'static str,

    pub session: &'static str,
    pub session_none: &'static str,
    pub session_fine: &'static str,
    pub session_missing: &'static str,
    pub session_missing_do: &'static str,
    pub session_alone: &'static str,
    pub session_alone_do: &'static str,
    pub session_tabs: &'static str,
    pub session_tabs_do: &'static str,
    pub session_several: fn(usize) -> String,
    pub session_several_do: &'static str,
    pub session_unclear: fn(usize) -> String,
    pub session_unclear_do: &'static str,
    pub neighbour: &'static str,

    pub cookies: &'static str,
    pub cookies_fine: &'static str,
    pub cookies_lost: &'static str,
    pub cookies_lost_do: &'static str,
    /// Instead of that, and of `session_missing_do`, where the browser keeps `Secure` cookies on https only.
    pub cookies_secure_do: &'static str,
    pub cookies_changed: &'static str,
    pub cookies_changed_do: &'static str,
    pub cookies_repeated: fn(usize) -> String,
    pub cookies_repeated_do: &'static str,
    pub proxy_removes: &'static str,
    pub proxy_changes: &'static str,
    pub proxy_repeats: &'static str,

    pub site: &'static str,
    pub site_fine: &'static str,
    pub site_refused: fn(&str) -> String,
    pub site_refused_do: &'static str,
    pub site_origin: &'static str,
    pub site_bare: &'static str,
    pub site_bare_do: &'static str,
    pub site_headers: &'static str,

    pub clock: &'static str,
    pub clock_fine: &'static str,
    pub clock_ahead: fn(&str) -> String,
    pub clock_behind: fn(&str) -> String,
    pub clock_do: &'static str,
    pub clock_unreadable: &'static str,
    pub clock_unreadable_do: &'static str,

    pub address: &'static str,
    pub address_seen: fn(&str) -> String,
    pub address_unknown: &'static str,
    pub address_unknown_do: &'static str,
    pub address_proxies: &'static str,
}

pub struct NotFound {
    pub title: &'static str,
    pub lead: &'static str,
    pub home: &'static str,
    pub account: &'static str,
}

/// What a request came to, where it is not what was asked for.
pub struct Errors {
    pub no_answer: &'static str,
    pub not_sent: &'static str,
    pub garbled: &'static str,
    pub signed_out: &'static str,
    /// Beside a button that says for how long.
    pub too_many: &'static str,
    pub too_often: &'static str,
    pub too_often_minute: &'static str,
    /// With a time of the day.
    pub too_often_until: fn(&str) -> String,
    /// With the time that is left, as a clock shows it: `0:42`.
    pub too_often_for: fn(&str) -> String,
    /// In the button.
    pub try_again_in: fn(&str) -> String,
    pub try_again_now: &'static str,
    pub wrong_credentials: &'static str,
    pub password_required: &'static str,
    pub fields: &'static str,
    pub password_weak: &'static str,
    pub registration_closed: &'static str,
    pub forbidden: &'static str,
    pub last_admin: &'static str,
    pub not_found: &'static str,
    pub unavailable: &'static str,
    pub internal: &'static str,
    pub session_over: &'static str,
    pub other_site: &'static str,
    /// Of a code that this version does not know.
    pub unknown: &'static str,
}
