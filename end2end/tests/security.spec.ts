import { expect, test } from '../fixtures/index.ts';

test('Security shows the age of the password, the time of this session and the number of devices', async ({ signIn, security, person }) => {
  await signIn.signIn(person);
  await security.open();
  await expect(security.value('Password')).toHaveText('Not changed since the account was created');
  await expect(security.value('This session')).toHaveText(/^Signed in (today|yesterday) · Expires \d{1,2} \w{3}( \d{4})? if unused$/);
  // The sign-up signed in, too.
  await expect(security.value('Devices')).toHaveText('Signed in on 2 devices');
});

test('a session whose cookie ends with the browser says so, on Security and in the details of its device', async ({ page, signIn, security, devices, person }) => {
  await signIn.open();
  await signIn.remember.uncheck();
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account');
  await security.open();
  await expect(security.value('This session')).toHaveText(/^Signed in today · Expires \d{1,2} \w{3}( \d{4})? if unused\. This browser normally forgets it when closed\.$/);
  await devices.open();
  await devices.thisDevice.getByRole('button', { name: /^Details/ }).click();
  await expect(devices.thisDevice).toContainText(/\d{1,2} \w{3}( \d{4})? if unused\. The browser normally forgets it when closed\./);
});

test('Security leads to the pages that change it or explain it', async ({ signIn, security, person }) => {
  await signIn.signIn(person);
  await security.open();
  for (const [name, path] of [
    ['Change password', '/account/password'],
    ['Review devices', '/account/devices'],
    ['Connection check', '/connection'],
    ['Why was I signed out?', '/signed-out'],
  ] as const) {
    await expect(security.link(name)).toHaveAttribute('href', path);
  }
});

for (const lost of ['/api/sessions*', '/api/me*']) test(`what ${lost} does not answer is said, and can be asked for again`, async ({ page, signIn, security, person }) => {
  await signIn.signIn(person);
  await page.route(lost, (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await security.open();
  await expect(page.getByRole('alert')).toHaveText('Too many attempts. Try again later.');
  await expect(security.value(lost === '/api/me*' ? 'Password' : 'Devices')).toHaveText('Not loaded');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(security.value('Password')).toHaveText('Not changed since the account was created');
  await expect(security.value('Devices')).toHaveText('Signed in on 2 devices');
});
