//! One device in the list of those that are signed in.

use leptos::prelude::*;
use sessionkeep_types::Session as Device;

use super::{
    confirm::Confirm,
    moment::{Clock, When},
    proof::Proof,
};

/// A device, and the button that signs it out.
#[component]
pub(crate) fn DeviceRow(
    /// The session on it.
    device: Device,
    /// To tell how long ago it was used.
    clock: Clock,
    /// The current password, where signing it out takes that.
    proof: Proof,
    /// Signs it out.
    #[prop(into)]
    end: Callback<(Device, RwSignal<bool>)>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let (label, question) = if device.current {
        ("Sign out here", "Sign out on this device?".to_owned())
    } else {
        ("Sign out", format!("Sign out {}?", device.device))
    };
    let (name, ip) = (device.device.clone(), some(device.ip.clone()));
    let (is_current, used, begun, ends) =
        (device.current, device.last_used_at.clone(), device.created_at.clone(), device.expires_at.clone());
    view! {
        <li class="row">
            <div class="row-text">
                <p class="row-title" title=device.user_agent.clone()>
                    {name.clone()}
                    {is_current.then(|| view! { " " <span class="badge">"This device"</span> })}
                </p>
                <p class="hint">
                    "Last used " <When time=used clock=clock />
                    {ip.map(|ip| view! { " from " <span class="breakable">{ip}</span> })}
                </p>
                <p class="hint">
                    "Signed in since " <When time=begun clock=clock date=true />
                </p>
                <p class="hint">
                    "Ends " <When time=ends clock=clock date=true /> " unless used before"
                </p>
            </div>
            <Confirm
                label=label
                about=if is_current { String::new() } else { name }
                question=question
                busy_label="Signing out…"
                busy=busy
                proof=proof
                reason="It signed in after the device that you are using. Enter your current password to sign it out."
                field=format!("currentPassword-{}", device.id)
                action=move |()| end.run((device.clone(), busy))
            />
        </li>
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
