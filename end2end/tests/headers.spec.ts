import type { APIResponse } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';

const PAGES = [
  '/', '/sign-in', '/sign-up', '/signed-out', '/account', '/account/sessions', '/account/activity', '/account/password',
  '/account/delete', '/nowhere',
];

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

function policy(answer: APIResponse): Map<string, string> {
  const text = answer.headers()['content-security-policy'] ?? '';
  const directives = text.split(';').map((directive) => directive.trim()).filter(Boolean);
  return new Map(directives.map((directive) => {
    const [name = '', ...values] = directive.split(/\s+/);
    return [name, values.join(' ')];
  }));
}

test('every page has the security headers and a policy with a nonce of its own', async ({ request }) => {
  const nonces = new Set<string>();
  for (const path of PAGES) {
    const answer = await request.get(path);
    expect(answer.headers(), path).toMatchObject({ ...ALWAYS, 'cache-control': 'no-store' });
    expect(answer.headers()['set-cookie'], path).toBeUndefined();
    const directives = policy(answer);
    const script = /^'self' 'nonce-([\w+/=-]{16,})' 'wasm-unsafe-eval'$/.exec(directives.get('script-src') ?? '');
    expect(script, `${path}: ${directives.get('script-src')}`).not.toBeNull();
    nonces.add(script?.[1] ?? '');
    directives.delete('script-src');
    expect(Object.fromEntries(directives), path).toMatchObject({
      'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'self'", 'frame-ancestors': "'none'",
    });
    expect([...directives.values()].filter((value) => value !== "'self'" && value !== "'none'"), path).toEqual([]);
  }
  expect(nonces.size).toBe(PAGES.length);
});

test('the API has the security headers and a policy that allows nothing', async ({ request }) => {
  for (const path of ['/api/me', '/api/nowhere', '/healthz']) {
    const answer = await request.get(path);
    expect(answer.headers(), path).toMatchObject({ ...ALWAYS, 'cache-control': 'no-store' });
    expect(Object.fromEntries(policy(answer)), path).toEqual({ 'default-src': "'none'", 'frame-ancestors': "'none'" });
  }
});

test('hashed files may be kept for ever', async ({ page, request }) => {
  await page.goto('/');
  const urls = await page.evaluate(() => [...document.querySelectorAll('link[href*="/assets/"]')].map((link) => (link as HTMLLinkElement).href));
  expect(urls.length).toBeGreaterThanOrEqual(3);
  for (const url of urls) {
    const answer = await request.get(url);
    expect(answer.status(), url).toBe(200);
    expect(answer.headers()['cache-control'], url).toMatch(/max-age=31536000.*immutable/);
    if (new URL(url, 'http://localhost').pathname.endsWith('.wasm')) expect(answer.headers()['content-type']).toBe('application/wasm');
  }
});
