import { open, shows, signIn, test } from './fixtures.ts';

test.use({ settings: { COOKIE_SECURE: 'always' } });

test('a browser that drops Secure cookies on http is told so, and not to change its settings', async ({ tab, person }) => {
  await signIn(tab, person);
  await shows(tab, '/account', 'Your browser doesn’t keep secure cookies on http.');
  await tab.reload();
  await shows(tab, '/sign-in', 'Your browser doesn’t keep secure cookies on http. Use https or another browser.');
  await tab.click('//main//a[normalize-space()="Why?"]');
  await shows(tab, '/signed-out', 'COOKIE_SECURE=never');
  await open(tab, '/connection');
  await shows(tab, '/connection', 'Use https or another browser');
});
