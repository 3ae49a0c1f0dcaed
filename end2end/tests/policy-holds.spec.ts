// XS-04, XS-08: a real script of our own origin tries what each directive forbids. One row an attempt. Where a directive only says
// what `default-src 'none'` says anyway, its row would hold without it: that it is there is looked at in headers.spec.ts.
import { Elsewhere } from '../fixtures/elsewhere.ts';
import { expect, test } from '../fixtures/index.ts';
import { injectAtStart } from '../fixtures/probe.ts';
import { open } from '../pages/hydrated.ts';

interface Tools {
  /** An origin of somebody else. */
  readonly foreign: string;
  /** Code that would show that it was run. */
  readonly mark: string;
  readonly add: (name: string, attributes: Readonly<Record<string, string>>, text?: string) => HTMLElement;
}
type Attempt = (tools: Tools) => unknown;

/** What is tried, which directive forbids it, and how it is tried. */
const ATTEMPTS: readonly (readonly [what: string, directive: string, how: Attempt])[] = [
  ['inline script', 'script-src-elem', ({ mark, add }) => add('script', {}, mark)],
  ['inline module', 'script-src-elem', ({ mark, add }) => add('script', { type: 'module' }, mark)],
  ['script with a guessed nonce', 'script-src-elem', ({ mark, add }) => add('script', { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }, mark)],
  ['foreign script', 'script-src-elem', ({ foreign, add }) => add('script', { src: `${foreign}/script` })],
  ['foreign module', 'script-src-elem', ({ foreign }) => import(`${foreign}/module`).catch(() => {})],
  // Attack 13: of our own origin, and no part of the pages.
  ['program of the API page', 'script-src-elem', ({ add }) => add('script', { src: '/api/docs/swagger-ui-bundle.js' })],
  ['own worker that is no asset', 'worker-src', () => new Worker('/api/docs/start.js')],
  ['data: script', 'script-src-elem', ({ mark, add }) => add('script', { src: `data:text/javascript,${mark}` })],
  ['blob: script', 'script-src-elem', ({ mark, add }) => add('script', { src: URL.createObjectURL(new Blob([mark], { type: 'text/javascript' })) })],
  ['javascript: address', 'script-src-elem', ({ mark, add }) => add('a', { href: `javascript:${mark}` }).click()],
  ['event handler', 'script-src-attr', ({ mark, add }) => add('img', { src: '/favicon.svg', onload: mark, onerror: mark })],
  ['eval', 'script-src', ({ mark }) => eval(mark)],
  ['Function', 'script-src', ({ mark }) => new Function(mark)()],
  ['text for setTimeout', 'script-src', ({ mark }) => setTimeout(mark)],
  ['data: worker', 'worker-src', () => new Worker(`data:text/javascript,postMessage(1)`)],
  ['blob: worker', 'worker-src', () => new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))],
  ['blob: shared worker', 'worker-src', () => new SharedWorker(URL.createObjectURL(new Blob(['postMessage(1)'])))],
  ['foreign style sheet', 'style-src-elem', ({ foreign, add }) => add('link', { rel: 'stylesheet', href: `${foreign}/css` })],
  ['inline style sheet', 'style-src-elem', ({ add }) => add('style', {}, 'body { color: red }')],
  ['style attribute', 'style-src-attr', ({ add }) => add('div', { style: 'color: red' })],
  ['fetch', 'connect-src', ({ foreign }) => fetch(`${foreign}/fetch`).catch(() => {})],
  ['XMLHttpRequest', 'connect-src', ({ foreign }) => {
    const request = new XMLHttpRequest();
    request.open('GET', `${foreign}/xhr`);
    request.send();
  }],
  ['beacon', 'connect-src', ({ foreign }) => navigator.sendBeacon(`${foreign}/beacon`, 'x')],
  ['WebSocket', 'connect-src', ({ foreign }) => new WebSocket(`${foreign.replace('http', 'ws')}/socket`)],
  ['EventSource', 'connect-src', ({ foreign }) => new EventSource(`${foreign}/events`)],
  ['foreign picture', 'img-src', ({ foreign, add }) => add('img', { src: `${foreign}/picture` })],
  ['data: picture', 'img-src', ({ add }) => add('img', { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })],
  ['foreign font', 'font-src', ({ foreign }) => new FontFace('x', `url(${foreign}/font)`).load().catch(() => {})],
  ['foreign sound', 'media-src', ({ foreign, add }) => add('audio', { src: `${foreign}/sound` })],
  ['own sound', 'media-src', ({ add }) => add('video', { src: '/favicon.svg' })],
  ['foreign object', 'object-src', ({ foreign, add }) => add('object', { data: `${foreign}/object` })],
  ['own embedded object', 'object-src', ({ add }) => add('embed', { src: '/favicon.svg' })],
  ['foreign frame', 'frame-src', ({ foreign, add }) => add('iframe', { src: `${foreign}/frame` })],
  ['own frame', 'frame-src', ({ add }) => add('iframe', { src: '/sign-in' })],
  ['data: frame', 'frame-src', ({ add }) => add('iframe', { src: 'data:text/html,x' })],
  // The browser looks at a manifest once, and may have done so just before, while the page still had its own: so several of them.
  ['foreign manifest', 'manifest-src', ({ foreign, add }) => {
    const offer = (number: number): void => {
      document.head.prepend(add('link', { rel: 'manifest', href: `${foreign}/manifest/${number}` }));
      if (number < 12) setTimeout(offer, 200, number + 1);
    };
    offer(1);
  }],
  ['what is fetched before it is needed', 'default-src', ({ foreign, add }) => add('link', { rel: 'prefetch', href: `${foreign}/prefetch` })],
  ['foreign base', 'base-uri', ({ foreign, mark }) => {
    const base = document.createElement('base');
    base.href = `${foreign}/base/`;
    document.head.prepend(base);
    if (document.baseURI.startsWith(foreign)) eval(mark);
    base.remove();
  }],
  // Last: where it succeeds, the page is gone.
  ['form to elsewhere', 'form-action', ({ foreign, add }) => (add('form', { action: `${foreign}/form`, method: 'post' }) as HTMLFormElement).submit()],
];

/** Runs in the page: one attempt after the other. What is heard of each stands in `window.heard`. */
async function probe(foreign: string, attempts: typeof ATTEMPTS): Promise<void> {
  const marks: string[] = [];
  const heard: Record<string, string> = {};
  Object.assign(window, { marks, heard });
  const add: Tools['add'] = (name, attributes, text = '') => {
    const element = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    element.textContent = text;
    document.body.append(element);
    return element;
  };
  // The page shall be all that it is, and is not to be disturbed before.
  const root = document.documentElement;
  const ready = (): boolean => 'hydrated' in root.dataset;
  await new Promise<void>((resolve) => {
    if (ready()) resolve();
    new MutationObserver(() => ready() && resolve()).observe(root, { attributes: true });
  });
  for (const [what, directive, how] of attempts) {
    await new Promise<void>((done) => {
      const over = (outcome: string): void => {
        document.removeEventListener('securitypolicyviolation', listen);
        heard[what] ??= outcome;
        done();
      };
      const listen = (event: SecurityPolicyViolationEvent): void => {
        if (event.effectiveDirective === directive) over(`${directive}, ${event.disposition}`);
      };
      document.addEventListener('securitypolicyviolation', listen);
      // For an event that does not come; one that comes is not waited for so long.
      setTimeout(over, 3000, 'nothing was forbidden');
      try {
        how({ foreign, add, mark: `marks.push(${JSON.stringify(what)})` });
      } catch {
        // As it should be.
      }
    });
  }
  Object.assign(window, { finished: true });
}

test('each directive stops what it is there to stop', async ({ watch, page }) => {
  test.slow();
  const elsewhere = await Elsewhere.start();
  try {
    // The browser says each of it on its console, and shows its own page in a frame that was not allowed.
    watch.expect(/Content Security Policy|chrome-error:|data:text\/html|Failed to (load|construct)/);
    watch.expect(new RegExp(`a request to somebody else: .*(${elsewhere.crossSite.slice('http://'.length)}|null|data:|blob:)`));
    const rows = ATTEMPTS.map(([what, directive, how]) => `[${JSON.stringify(what)}, ${JSON.stringify(directive)}, ${how}]`);
    await injectAtStart(page, `(${probe})(${JSON.stringify(elsewhere.crossSite)}, [${rows.join(',\n')}]);`);
    // The browser itself keeps pages from programs on this machine, which is where elsewhere is; the policy alone shall do it.
    await page.context().grantPermissions(['local-network-access']);
    await page.goto('/');
    const browser = await page.context().newCDPSession(page);
    const finished = async (): Promise<boolean> => {
      // Nobody installs the page here, so the browser has to be asked to look at its manifest.
      await browser.send('Page.getAppManifest').catch(() => {});
      return page.evaluate(() => 'finished' in window);
    };
    await expect.poll(finished, { timeout: 120_000, intervals: [100] }).toBe(true);
    const heard = await page.evaluate(() => (window as unknown as { heard: Record<string, string> }).heard);
    expect.soft(heard).toEqual(Object.fromEntries(ATTEMPTS.map(([what, directive]) => [what, `${directive}, enforce`])));
    expect.soft(await page.evaluate(() => (window as unknown as { marks: string[] }).marks), 'what was run').toEqual([]);
    expect.soft(elsewhere.asked, 'what left the page').toEqual([]);
  } finally {
    await elsewhere.stop();
  }
});

// DS-08
test('what is forbidden is reported to our own server', async ({ watch, server, page }) => {
  watch.expect(/Content Security Policy/);
  watch.expect(/a request to somebody else: http:\/\/evil.example/);
  await injectAtStart(page, "const picture = new Image(); picture.src = 'http://evil.example/canary?canary';");
  await open(page, '/sign-in?next=/account');
  await expect.poll(() => server.log).toMatch(/csp_violation.*img-src.*http:\/\/evil\.example.*\/sign-in/);
  expect(server.log).not.toContain('canary');
});

test('nobody shows our pages in a frame', async ({ watch, server, page }) => {
  const elsewhere = await Elsewhere.start();
  try {
    watch.expect(/a request to somebody else|chrome-error:|frame-ancestors|ERR_BLOCKED_BY_RESPONSE/);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    elsewhere.serve('/', `<h1>Elsewhere</h1><iframe src="${server.origin}/sign-in"></iframe>`);
    for (const origin of [elsewhere.crossSite, elsewhere.sameSite]) {
      complaints.length = 0;
      await page.goto(`${origin}/`);
      await expect(page.getByRole('heading', { name: 'Elsewhere' })).toBeVisible();
      await expect.poll(() => complaints.join()).toMatch(/frame-ancestors 'none'/);
      await expect(page.frameLocator('iframe').getByRole('heading', { name: 'Sign in' })).toHaveCount(0);
    }
  } finally {
    await elsewhere.stop();
  }
});
