// `cargo xtask screenshots`: pictures of every state of the pages, `screenshots/<state>-<size>-<scheme>[-it|-brand].png`.
import path from 'node:path';

import { expect, test } from './fixtures/index.ts';
import { FIREFOX, IPHONE, SCENARIOS, landing } from './fixtures/states.ts';
import { stolen } from './fixtures/stolen.ts';
import { SignInPage } from './pages/sign-in.ts';

const SIZES = {
  small: { width: 320, height: 700 },
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1280, height: 800 },
} as const;

type Size = keyof typeof SIZES;
type Scheme = 'light' | 'dark';

const EVERY_LOOK = (Object.keys(SIZES) as Size[]).flatMap((size) => (['light', 'dark'] as const).map((scheme) => [size, scheme] as const));
const SOME_LOOKS = [['phone', 'light'], ['desktop', 'light'], ['phone', 'dark']] as const;

/** A brand that is hard to lay out: a name of 45 characters with a long word, a yellow accent, a wide logo. */
const BRAND = {
  BRAND_NAME: 'Donaudampfschifffahrtsgesellschaft Kundencafé',
  BRAND_ACCENT: '#ffd400',
  BRAND_LOGO: path.join(import.meta.dirname, 'fixtures', 'logo.svg'),
  SUPPORT_URL: 'mailto:help@example.com',
  TERMS_URL: '/terms',
  PRIVACY_URL: '/privacy',
};

interface Version {
  readonly suffix: string;
  readonly locale: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly scenarios: typeof SCENARIOS;
  readonly looks: readonly (readonly [Size, Scheme])[];
}

const VERSIONS: readonly Version[] = [
  { suffix: '', locale: 'en-GB', settings: {}, scenarios: SCENARIOS, looks: EVERY_LOOK },
  { suffix: '-it', locale: 'it-IT', settings: {}, scenarios: SCENARIOS, looks: SOME_LOOKS },
  {
    suffix: '-brand',
    locale: 'en-GB',
    settings: BRAND,
    scenarios: SCENARIOS.filter((scenario) => scenario !== landing),
    looks: SOME_LOOKS,
  },
];

for (const { suffix, locale, settings, scenarios, looks } of VERSIONS) {
  for (const [size, colorScheme] of looks) {
    for (const { name, javaScriptEnabled = true, run } of scenarios) {
      test.describe(`${size} ${colorScheme}${suffix}`, () => {
        test.use({ viewport: SIZES[size], colorScheme, locale, settings, javaScriptEnabled });

        test(name, async ({ server, watch, client, anotherBrowser, page, person }) => {
          await run({ server, watch, client, anotherBrowser, page, person }, async (state, visible) => {
            await expect(visible, state).toBeVisible();
            await page.screenshot({
              path: `screenshots/${state}-${size}-${colorScheme}${suffix}.png`,
              fullPage: true,
              animations: 'disabled',
            });
          });
        });
      });
    }
  }
}

// The picture of the README: four devices and a theft.
for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`README ${colorScheme}`, () => {
    test.use({ viewport: { width: 1120, height: 900 }, colorScheme });

    test('the picture', async ({ server, context, client, anotherBrowser, page, signIn, account, devices, person }) => {
      const ada = { ...person, email: 'ada@example.com' };
      expect((await client.register(ada)).status).toBe(201);
      await stolen({ server, context, client, signIn, account, person: ada });
      for (const userAgent of [FIREFOX, IPHONE]) await new SignInPage(await anotherBrowser({ userAgent })).signIn(ada);
      await devices.open();
      await devices.shows(4);
      await page.screenshot({ path: `../docs/screenshot-${colorScheme}.png`, animations: 'disabled' });
    });
  });
}
