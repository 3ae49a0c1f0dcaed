/** Where WebDriver has each command that the tests need. The names are Marionette's. */
export const ROUTES = {
  Navigate: 'POST /url',
  Refresh: 'POST /refresh',
  Back: 'POST /back',
  FindElement: 'POST /element',
  ElementClick: 'POST /element/{id}/click',
  ElementClear: 'POST /element/{id}/clear',
  ElementSendKeys: 'POST /element/{id}/value',
  ExecuteScript: 'POST /execute/sync',
  GetWindowHandle: 'GET /window',
  GetWindowHandles: 'GET /window/handles',
  NewWindow: 'POST /window/new',
  SwitchToWindow: 'POST /window',
  CloseWindow: 'DELETE /window',
  GetCookies: 'GET /cookie',
} as const;

/** Sends a command to a browser and returns what it answers. */
export type Send = (command: keyof typeof ROUTES, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** A running browser. */
export interface Engine {
  /** Gives it to a test, with one tab and no cookies. */
  lend(use: (send: Send) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** What an answer holds for an element: its key is fixed by the standard. */
interface Found {
  readonly 'element-6066-11e4-a52e-4f735466cecf': string;
}

/** One tab, whose commands it goes to first. */
export class Tab {
  private constructor(
    private readonly send: Send,
    private readonly handle: string,
    private readonly origin: string,
  ) {}

  /** The tab that a test starts with. */
  static async first(send: Send, origin: string): Promise<Tab> {
    return new Tab(send, String(await send('GetWindowHandle')), origin);
  }

  /** Another one of the same browser. */
  async another(): Promise<Tab> {
    const { handle } = (await this.send('NewWindow', { type: 'tab' })) as { handle: string };
    return new Tab(this.send, handle, this.origin);
  }

  async goto(path: string): Promise<void> {
    await this.#here();
    await this.send('Navigate', { url: this.origin + path });
  }

  async reload(): Promise<void> {
    await this.#here();
    await this.send('Refresh');
  }

  async back(): Promise<void> {
    await this.#here();
    await this.send('Back');
  }

  async click(xpath: string): Promise<void> {
    await this.send('ElementClick', { id: await this.#find(xpath) });
  }

  async fill(xpath: string, text: string): Promise<void> {
    const id = await this.#find(xpath);
    await this.send('ElementClear', { id });
    await this.send('ElementSendKeys', { id, text });
  }

  /** The value of an expression. */
  async value(expression: string): Promise<unknown> {
    await this.#here();
    return this.send('ExecuteScript', { script: `return ${expression}`, args: [] });
  }

  /** A cookie, HttpOnly or not, that the browser sends to the current address. */
  async cookie(name: string): Promise<string | undefined> {
    await this.#here();
    const cookies = (await this.send('GetCookies')) as readonly { name: string; value: string }[];
    return cookies.find((cookie) => cookie.name === name)?.value;
  }

  async #here(): Promise<void> {
    await this.send('SwitchToWindow', { handle: this.handle });
  }

  async #find(xpath: string): Promise<string> {
    await this.#here();
    const found = (await this.send('FindElement', { using: 'xpath', value: xpath })) as Found;
    return found['element-6066-11e4-a52e-4f735466cecf'];
  }
}
