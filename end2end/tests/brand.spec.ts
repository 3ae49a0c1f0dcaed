// Whose product it is: what the server wrote into the document is still there when the browser has taken over.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, test as base } from '../fixtures/index.ts';
import { barriers } from '../fixtures/barriers.ts';
import { open } from '../pages/hydrated.ts';

const NAME = 'Acme & "Söhne"';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><style>rect{fill:#ffd600}</style><rect width="8" height="8"/>
  <script>document.title = 'canary'; parent.postMessage('canary', '*')</script></svg>`;

const test = base.extend<{ logo: string }>({
  logo: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sessionkeep-brand-'));
    await writeFile(path.join(folder, 'logo.svg'), SVG);
    await use(path.join(folder, 'logo.svg'));
    await rm(folder, { recursive: true });
  },
  settings: async ({ logo }, use) =>
    use({ BRAND_NAME: NAME, BRAND_LOGO: logo, BRAND_ACCENT: '#ffd600', SUPPORT_URL: 'mailto:help@example.com', TERMS_URL: '/terms' }),
});

test('name, logo and links outlive the way from page to page', async ({ page, signIn, person, account }) => {
  await open(page, '/sign-in');
  await expect(page).toHaveTitle(`Sign in · ${NAME}`);
  const brand = page.getByRole('banner').getByRole('link', { name: NAME });
  await expect(brand).toHaveAttribute('href', '/account');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(page).toHaveTitle(`Create your account · ${NAME}`);
  await expect(page.getByRole('contentinfo').getByRole('link')).toHaveText(['Help', 'Terms', 'Why was I signed out?', 'Connection check']);
  await signIn.signIn(person);
  await account.shows(person);
  await expect(page).toHaveTitle(`Profile · ${NAME}`);
  const logo = brand.locator('img');
  await expect(logo).toHaveAttribute('src', /^\/brand\/logo-[0-9a-f]{16}\.svg$/);
  expect(await logo.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
});

test('the forms say where help is, and what is accepted', async ({ page }) => {
  await open(page, '/sign-up');
  await expect(page.getByRole('main').getByText('By creating an account, you accept: Terms')).toBeVisible();
  await open(page, '/sign-in');
  await expect(page.getByRole('main').getByRole('link', { name: 'Get help' })).toHaveAttribute('href', 'mailto:help@example.com');
});

test('a logo that is opened by itself runs nothing', async ({ page, watch }) => {
  watch.expect(/Blocked script execution|sandboxed/);
  const icon = (await (await page.request.get('/sign-in')).text()).match(/\/brand\/logo-[0-9a-f]+\.svg/)?.[0] ?? '';
  await page.goto(icon);
  expect(await page.locator('svg').count()).toBe(1);
  expect(await page.evaluate(() => document.title)).toBe('');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`yellow is legible in ${colorScheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    for (const address of ['/sign-up', '/signed-out', '/sign-in']) {
      await open(page, address);
      expect(await barriers(page)).toEqual([]);
    }
    const accent = await page.evaluate(() => getComputedStyle(document.querySelector('main a:not(.button)')!).color);
    expect(accent).toBe(colorScheme === 'dark' ? 'rgb(255, 214, 0)' : 'rgb(131, 109, 6)');
  });
}
