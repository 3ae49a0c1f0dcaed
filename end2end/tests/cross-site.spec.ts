// CS-07: what a page of somebody else makes a browser send ends nothing, renews nothing and signs nobody in. From another site, where
// the cookie stays at home, and from another port of our own, to which `SameSite` means nothing.
import { refreshCookie } from '../fixtures/cookies.ts';
import { Elsewhere } from '../fixtures/elsewhere.ts';
import { expect, test } from '../fixtures/index.ts';

const ROUTES = ['/api/auth/refresh', '/api/auth/logout', '/api/auth/login'];

/** A page that tries everything that needs no leave of ours, and is ready when all of it was answered. */
function attack(target: string, login: string): string {
  const frames = ROUTES.flatMap((route, index) =>
    ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'].map((type, kind) => {
      const name = `frame-${index}-${kind}`;
      // As `text/plain` it is JSON, but for its type.
      const [left, right] = [login.slice(0, -2), login.slice(-2)];
      return `<iframe name="${name}"></iframe><form method="post" action="${target}${route}" target="${name}" enctype="${type}">
        <input name='${left}","x":"' value='${right}'></form>`;
    }),
  );
  return `<h1>Elsewhere</h1>${frames.join('')}<script>
    const routes = ${JSON.stringify(ROUTES)};
    const over = (element, start) => new Promise((resolve) => {
      element.addEventListener('load', resolve);
      element.addEventListener('error', resolve);
      start();
    });
    const all = async () => {
      for (const route of routes) {
        const address = ${JSON.stringify(target)} + route;
        for (const body of [undefined, ${JSON.stringify(login)}])
          await fetch(address, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).catch(() => {});
        await fetch(address, { method: 'POST', credentials: 'include', headers: { 'x-requested-by': 'x' } }).catch(() => {});
        navigator.sendBeacon(address, 'x');
        const picture = new Image();
        await over(picture, () => (picture.src = address));
        const frame = document.createElement('iframe');
        await over(frame, () => (frame.src = address, document.body.append(frame)));
      }
      for (const form of document.forms) await over(document.getElementsByName(form.target)[0], () => form.submit());
      document.title = 'done';
    };
    all();
  </script>`;
}

/** What the server has answered so far. */
function answered(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.includes('"answered"')).map((line) => JSON.parse(line));
  return lines.map(({ status, span }) => `${span.method} ${span.path} ${status}`).filter((line) => line.includes('/api/auth/'));
}

for (const whose of ['crossSite', 'sameSite'] as const) {
  test(`a page of somebody else changes nothing: ${whose}`, async ({ watch, server, context, client, page, signIn, account, person }) => {
    watch.expect(/a request to somebody else|chrome-error:|Failed to load resource|CORS policy|Refused to display|Content Security Policy/);
    const elsewhere = await Elsewhere.start();
    try {
      await signIn.signIn(person);
      const accessToken = await account.load();
      // Somebody else's, who would like to find this browser signed in to his own account.
      const mallory = { email: 'mallory@example.com', password: 'copper lantern by the quay' };
      expect((await client.register(mallory)).status).toBe(201);
      const before = await context.cookies();
      const answeredBefore = answered(server.log).length;
      elsewhere.serve('/attack', attack(server.origin, JSON.stringify(mallory)));
      await page.goto(`${elsewhere[whose]}/attack`);
      await expect(page).toHaveTitle('done');
      // All of it has arrived, and none of it was granted. With a header of ours the browser asks first, and hears no.
      await expect.poll(() => [...new Set(answered(server.log).slice(answeredBefore))].sort()).toEqual(
        ROUTES.flatMap((route) => [`GET ${route} 405`, `OPTIONS ${route} 405`, `POST ${route} 403`]).sort(),
      );
      expect(await context.cookies()).toEqual(before);
      expect((await client.me(accessToken)).status, 'the session lives').toBe(200);
      await account.open();
      await account.shows(person);
      expect((await refreshCookie(context))?.value).toBeTruthy();
    } finally {
      await elsewhere.stop();
    }
  });
}
