// What extensions, translators and proxies do to a page before the program takes it over. Each case is a real extension.
import { test as base, expect } from '../fixtures/index.ts';
import { withExtension } from '../fixtures/extension.ts';
import { type Person, somebody } from '../fixtures/person.ts';
import type { AccountPage } from '../pages/account.ts';
import type { SignInPage } from '../pages/sign-in.ts';
import type { SignUpPage } from '../pages/sign-up.ts';

interface Case {
  readonly what: string;
  /** Whether the page cannot be taken over as it is. */
  readonly anew: boolean;
  /** Its content script. */
  readonly script: string;
}

const INPUTS = "document.querySelectorAll('input')";
const ALL = (what: 'TEXT' | 'COMMENT'): string =>
  `const walker = document.createTreeWalker(document, NodeFilter.SHOW_${what});
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);`;
const BESIDE_INPUTS = `for (const input of ${INPUTS}) input.after(document.createElement('x-y'));`;

const CASES: readonly Case[] = [
  { what: 'an element after each field, and again whenever the page changes', anew: true, script: `
      const add = () => {
        for (const input of ${INPUTS}) {
          if (input.nextElementSibling?.localName !== 'x-y') input.after(document.createElement('x-y'));
        }
      };
      add();
      new MutationObserver(add).observe(document, { childList: true, subtree: true });` },
  { what: 'an element at the start of the body', anew: false, script: "document.body.prepend(document.createElement('x-y'));" },
  { what: 'an element before each field', anew: true, script: `for (const input of ${INPUTS}) input.before(document.createElement('x-y'));` },
  { what: 'an element around each field', anew: true, script: `
      for (const input of ${INPUTS}) {
        const around = document.createElement('mark');
        input.replaceWith(around);
        around.append(input);
      }` },
  { what: 'an element around each text', anew: true, script: `${ALL('TEXT')}
      for (const node of nodes.filter((node) => document.body.contains(node) && node.parentElement.localName !== 'noscript')) {
        const around = document.createElement('font');
        node.replaceWith(around);
        around.append(document.createElement('font'));
        around.firstChild.append(node);
      }` },
  { what: 'the comments removed', anew: true, script: `${ALL('COMMENT')}
      for (const node of nodes) node.remove();` },
  { what: 'other attributes', anew: false, script: `
      document.body.className = 'changed';
      for (const element of document.querySelectorAll('html, body, main, form, input, a, button')) {
        element.setAttribute('data-changed', '');
        element.setAttribute('style', '--changed: 1');
        element.setAttribute('spellcheck', 'true');
      }` },
];

const test = base.extend<{ script: string }>({
  script: ['', { option: true }],
  context: async ({ script, baseURL }, use) => withExtension(script, baseURL ?? '', use),
});

async function signsUpAndInAndReloads(signUp: SignUpPage, signIn: SignInPage, account: AccountPage, person: Person): Promise<void> {
  await signUp.open();
  await signUp.fill(person);
  await signUp.submit.click();
  await account.shows(person);
  await account.leave();
  await expect(signIn.notice).toHaveText('You’re signed out.');
  await signIn.signIn(person);
  await account.shows(person);
  await account.page.reload();
  await account.shows(person);
  await account.load();
  await expect(account.page.locator('html[data-extension]')).toHaveCount(1);
}

// A browser of its own, and five documents.
test.beforeEach(() => test.slow());

for (const { what, anew, script } of CASES) {
  test.describe(what, () => {
    test.use({ script });

    test('signing up, signing in and a reload work', async ({ watch, page, signUp, signIn, account }) => {
      // The extension's own changes of attributes.
      watch.expect(/style-src/);
      // The program comes when the extension has done its work.
      await page.route(/\.wasm/, async (route) => {
        await page.locator('html[data-extension]').waitFor({ state: 'attached' });
        await route.continue();
      });
      await page.goto('/sign-in');
      await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
      await expect(page.locator('html[data-anew]')).toHaveCount(anew ? 1 : 0);
      await signsUpAndInAndReloads(signUp, signIn, account, somebody());
    });
  });
}

test.describe('an element after each field, and the program', () => {
  test.use({ script: BESIDE_INPUTS });

  for (const late of [0, 300, 1000]) {
    test(`${late} ms late: signing up, signing in and a reload work`, async ({ page, signUp, signIn, account }) => {
      await page.route(/\.wasm/, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, late));
        await route.continue();
      });
      await signsUpAndInAndReloads(signUp, signIn, account, somebody());
    });
  }
});
