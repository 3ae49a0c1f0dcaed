// Starts Swagger UI on our own document, and does for whoever tries the API what a client of ours does: it sends the header
// that the cookie's routes ask for, and takes the access token of every answer over. The token lives in this page's memory alone.
'use strict';

// Swagger UI has a dark scheme of its own, which the page's colours rest on.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

const giveTokens = ['/api/auth/register', '/api/auth/login', '/api/auth/refresh', '/api/auth/password'];

// Swagger UI goes from its first heading to the third level.
const withHeading = () => ({
  wrapComponents: {
    InfoContainer: (Original, { React: { createElement, Fragment } }) => (props) =>
      createElement(
        Fragment,
        null,
        createElement(Original, props),
        createElement('h2', { className: 'visually-hidden' }, 'Operations'),
      ),
  },
});

// Swagger UI gives these no name that is heard.
const names = [
  ['.copy-to-clipboard button', 'Copy to clipboard'],
  ['.body-param__text', 'Request body'],
];
const name = () => {
  for (const [selector, label] of names) {
    for (const element of document.querySelectorAll(`${selector}:not([aria-label])`)) element.setAttribute('aria-label', label);
  }
};
new MutationObserver(name).observe(document.querySelector('main'), { childList: true, subtree: true });

const ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  plugins: [withHeading],
  // Nobody else is asked whether the document is valid.
  validatorUrl: null,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    request.headers['X-Requested-By'] ??= 'docs';
    return request;
  },
  responseInterceptor(response) {
    const { pathname } = new URL(response.url, location.origin);
    const token = response.ok && giveTokens.includes(pathname) ? response.body?.accessToken : undefined;
    if (token) ui.preauthorizeApiKey('accessToken', token);
    if (response.status === 204 && pathname === '/api/auth/logout') ui.authActions.logout(['accessToken']);
    return response;
  },
});
