use std::{net::IpAddr, time::Duration};

use anyhow::{Context as _, ensure};
use reqwest::{Client, redirect::Policy};
use sessionkeep_types::routes;

use crate::config::Settings;

/// Longer than a server that is well takes; shorter than a container's own limit.
const PATIENCE: Duration = Duration::from_secs(2);

/// `sessionkeep healthcheck`: whether the server that listens at `BIND_ADDR` is ready. For containers, which have no curl.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let mut address = settings.bind_addr;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            IpAddr::from([127, 0, 0, 1])
        } else {
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
        });
    }
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy().build()?;
    let answer = client.get(format!("http://{address}{}", routes::READYZ)).send().await;
    let status = answer.with_context(|| format!("no server answers at {address}"))?.status();
    ensure!(status.is_success(), "the server at {address} is not ready ({status})");
    Ok(())
}
