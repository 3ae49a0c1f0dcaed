// Starts the program of a page, and shows the words of `#stopped` where it does not start or stops. In the head of every document,
// as a classic script, so that it does not wait for style sheets. `shell.rs` takes these comments out.
{
  const { js, wasm, integrity, again } = document.currentScript.dataset;
  const parsed = new Promise((done) => addEventListener('DOMContentLoaded', done));
  let leaving = false;
  // A link to a program of the device, or one that the person stops, leaves nothing.
  addEventListener('beforeunload', () => {
    leaving = true;
    setTimeout(() => (leaving = false), 5000);
  });

  // An extension may add a form with any address, or a field that is called `action`.
  const pathOf = (form) => {
    try {
      return new URL(form.getAttribute('action') ?? '', location.href).pathname;
    } catch {
      return '';
    }
  };

  // A form that the browser sends itself, once in ten seconds: a second sign-up would find the account that the first has made. The mark
  // says to the next page that its session may have begun just now.
  let sent = -Infinity;
  addEventListener('pageshow', () => (sent = -Infinity));
  const once = (event) => {
    if (event.defaultPrevented || !/^\/sign-(in|up)$/.test(pathOf(event.target))) return;
    if (event.timeStamp - sent < 10000) return event.preventDefault();
    sent = event.timeStamp;
    try {
      sessionStorage.setItem('sessionkeep.form-sent', Date.now());
    } catch {
      // Without storage the other tabs hear of it later.
    }
  };
  addEventListener('submit', once);

  // The forms of an account are sent by the program alone. One that is sent before waits for it, as long as nothing else is typed into it
  // and the page does not say that it is not working. A form that is sent after that gets these words again, with the focus.
  const isStopped = () => document.documentElement.hasAttribute('data-stopped');
  let waiting;
  const forget = () => {
    waiting?.button?.classList.remove('busy');
    waiting?.button?.removeAttribute('aria-disabled');
    waiting = undefined;
  };
  const waits = (event) => {
    const path = pathOf(event.target);
    if (event.defaultPrevented || !path.startsWith('/account/')) return;
    event.preventDefault();
    forget();
    if (isStopped()) return document.getElementById('stopped').focus();
    event.submitter?.classList.add('busy');
    event.submitter?.setAttribute('aria-disabled', 'true');
    waiting = { path, button: event.submitter };
  };
  addEventListener('submit', waits);
  for (const type of ['input', 'pagehide']) addEventListener(type, forget);

  // The alert about a reused session comes with the data of its person. Its room is kept until then.
  try {
    const room = sessionStorage.getItem('sessionkeep.review-room');
    const { style, dataset } = document.documentElement;
    if (room) {
      style.setProperty('--review-room', `${room}px`);
      dataset.reviewRoom = '';
    }
  } catch {
    // Without storage the page moves when the alert comes.
  }

  const show = (stopped) => {
    const words = document.getElementById('stopped');
    words.hidden = !stopped;
    words.querySelector('form').hidden = !location.pathname.startsWith('/account');
    document.documentElement.toggleAttribute('data-stopped', stopped);
    if (stopped) forget();
  };

  // A slow network: the words go away again when the program has come.
  const late = setTimeout(() => parsed.then(() => show(true)), 8000);

  // In an update the server may no longer have a file that the page names. The page that it has now names others. Once: what a reload did not
  // help is not reloaded. Not where something was typed, nor where the document was the answer to a form, nor to an error page of the browser.
  const reloads = async () => {
    const typed = ({ type, checked, defaultChecked, value, defaultValue }) =>
      type === 'checkbox' ? checked !== defaultChecked : value !== defaultValue;
    const [navigation] = performance.getEntriesByType('navigation');
    const may = () => !leaving && ![...document.querySelectorAll('input')].some(typed);
    if (again === undefined || navigation?.type !== 'navigate' || !may()) return false;
    const there = await fetch(location.href, { method: 'HEAD' }).then((answer) => answer.status < 500, () => false);
    if (!there || !may()) return false;
    location.reload();
    return true;
  };

  const fails = async (error) => {
    await parsed;
    if (leaving || (error instanceof TypeError && (await reloads()))) return;
    show(true);
  };

  const starts = async () => {
    const [{ default: init }, program] = await Promise.all([import(js), fetch(wasm, { integrity }), parsed]);
    await init({ module_or_path: program });
    clearTimeout(late);
    show(false);
    removeEventListener('submit', waits);
    for (const type of ['input', 'pagehide']) removeEventListener(type, forget);
    const form = waiting && [...document.forms].find((form) => pathOf(form) === waiting.path);
    forget();
    form?.requestSubmit();
  };

  // A panic, now or later. Nothing of what is left of the program keeps links and forms from doing what they do without it.
  const stops = (error) => {
    if (error?.name !== 'RuntimeError') return;
    addEventListener('submit', once, true);
    for (const type of ['click', 'submit']) addEventListener(type, (event) => event.stopImmediatePropagation(), true);
    parsed.then(() => show(true));
  };

  addEventListener('unhandledrejection', ({ reason }) => stops(reason));
  addEventListener(
    'error',
    ({ target, error }) => {
      if (target.rel === 'stylesheet' && target.href.startsWith(`${location.origin}/assets/`)) parsed.then(reloads);
      else stops(error);
    },
    true,
  );
  starts().catch((error) => {
    stops(error);
    return fails(error);
  });
}
