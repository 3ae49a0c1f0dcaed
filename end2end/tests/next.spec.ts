import { expect, test } from '../fixtures/index.ts';

const ELSEWHERE = [
  '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/%5cevil.example', '/%2fevil.example',
  'https:evil.example', 'https://evil.example/', 'javascript:alert(1)', 'data:text/html,x', '/\t/evil.example', '@evil.example',
  '/..//evil.example', 'http://localhost@evil.example/',
];

test('who was sent away to sign in comes back', async ({ page, signIn, account, person }) => {
  await account.open();
  await expect(page).toHaveURL('/sign-in?next=/account');
  await expect(signIn.notice).toHaveText('Sign in to continue to Profile.');
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(page).toHaveURL('/account');
});

test('`next` leads to a page of our own', async ({ page, signIn, person }) => {
  await signIn.open('?next=/');
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(page).toHaveURL('/');
});

test('`next` leads to nobody else after signing in', async ({ page, signIn, person }) => {
  await signIn.open(`?next=${encodeURIComponent('//evil.example')}`);
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(page).toHaveURL('/account');
});

// XS-10
test('`next` leads to nobody else for a visitor who is signed in', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  for (const next of ELSEWHERE) {
    await test.step(next, async () => {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await expect(page).toHaveURL('/account');
      await account.shows(person);
    });
  }
});

test('a visitor who is signed in goes on from the forms to the account', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  for (const path of ['/sign-in', '/sign-up']) {
    await page.goto(path);
    await expect(page).toHaveURL('/account');
    await account.shows(person);
  }
});
