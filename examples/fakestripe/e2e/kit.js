// What the tests share: a fakestripe of their own, its official client, a shop
// that takes webhooks and customers, and a browser.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');

export const key = 'sk_test_e2e';
export const secret = 'whsec_e2e';

// limit is how long a test may take, in milliseconds, on a machine that is busy.
export const limit = { timeout: 60_000 };

let program = process.env.FAKESTRIPE; // a built program, where there is one

// build builds the command once a process. "go run" would do, but leaves its child
// behind when it is ended.
function build() {
  if (program) return program;
  const dir = mkdtempSync(path.join(os.tmpdir(), 'fakestripe-e2e-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  program = path.join(dir, 'fakestripe');
  execFileSync('go', ['build', '-buildvcs=false', '-o', program, './examples/fakestripe/cmd/fakestripe'], { cwd: root, stdio: 'inherit' });
  return program;
}

// fakestripe starts a server on a free port, in virtual time unless told otherwise,
// and ends it with the test.
export async function fakestripe(t, ...flags) {
  const child = spawn(build(), ['-addr', '127.0.0.1:0', '-clock', 'virtual', '-seed', '7', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let errors = '';
  child.stderr.on('data', (chunk) => { errors += chunk; });
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    if (/level=ERROR|panic|goroutine/.test(errors)) throw new Error(`fakestripe wrote: ${errors}`);
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /fakestripe: (http:\S+),/.exec(text);
      if (found) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`fakestripe ended with ${code}: ${errors}`)));
  });
  return new Server(url);
}

// Server is a running fakestripe.
class Server {
  constructor(url) {
    this.url = url;
    this.stripe = this.client();
  }

  // client returns the official client, which tries nothing again unless told to.
  client(options = {}, apiKey = key) {
    const { hostname, port } = new URL(this.url);
    return new Stripe(apiKey, { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...options });
  }

  // control asks for something that is fakestripe's own.
  async control(what, params = {}) {
    const response = await fetch(`${this.url}/__${what}`, { method: 'POST', body: new URLSearchParams(params), signal: AbortSignal.timeout(30_000) });
    const body = await response.json();
    if (!response.ok) throw new Error(body.error.message);
    return body;
  }

  // advance moves the time, and waits until all webhooks that are due have been posted.
  async advance(seconds) {
    await this.control('clock/advance', { seconds });
    return this.idle();
  }

  idle() { return this.control('clock/idle'); }

  async now() { return (await (await fetch(`${this.url}/__clock`)).json()).now; }

  // act plays the customer of an intent.
  act(intent, outcome = 'complete') { return this.control('act', { intent, outcome }); }

  // types returns the types of all events, oldest first.
  async types() {
    const list = await this.stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10000 });
    return list.map((event) => event.type).reverse();
  }
}

// scope is for what lives as long as a suite: what a test's context is for a test.
export function scope(after) {
  const jobs = [];
  after(async () => {
    for (const job of jobs.reverse()) await job();
  });
  return { after: (job) => jobs.push(job) };
}

// listen starts an HTTP server that ends with the test.
export async function listen(t, handler) {
  const server = http.createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${server.address().port}`;
}

// shop is a merchant's site: it keeps what webhooks bring, as they were posted, and
// which of its pages customers open.
export async function shop(t) {
  const s = { posts: [], visits: [], fail: 0 };
  s.url = await listen(t, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'POST') {
      s.posts.push({ body: Buffer.concat(chunks), signature: request.headers['stripe-signature'], type: request.headers['content-type'] });
      response.writeHead(s.fail > 0 ? 500 : 200).end();
      s.fail = Math.max(0, s.fail - 1);
      return;
    }
    s.visits.push(request.url);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>The shop</h1>');
  });
  s.events = () => s.posts.map((post) => JSON.parse(post.body));
  s.types = () => s.events().map((event) => event.type);
  return s;
}

// bounded waits for something ten seconds at most: the end of a browser that hangs is
// not worth more. Chromium ends with this process.
export async function bounded(promise) {
  let timer;
  await Promise.race([promise, new Promise((resolve) => { timer = setTimeout(resolve, 10_000); })]);
  clearTimeout(timer);
}

// chromium is Debian's, or the one that CHROMIUM names.
export const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

// browser starts Chromium for the tests of a file.
export async function browser(t) {
  if (!existsSync(chromium)) throw new Error(`no Chromium at ${chromium}: install Debian's package chromium, or name one in CHROMIUM`);
  const { chromium: driver } = await import('playwright-core');
  const b = await driver.launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  t.after(() => bounded(b.close()));
  return b;
}

// shots is where screenshots go.
export function shots() {
  const dir = process.env.SHOTS ?? path.join(os.tmpdir(), 'fakestripe-shots');
  mkdirSync(dir, { recursive: true });
  return dir;
}

// rejected returns the error of a promise that has to fail.
export async function rejected(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`it did not fail: ${JSON.stringify(value)}`);
}

// shirt returns the parameters of a session that sells a T-shirt.
export const shirt = (home, more = {}) => ({
  mode: 'payment',
  success_url: `${home}/thanks?session_id={CHECKOUT_SESSION_ID}`,
  cancel_url: `${home}/cart`,
  line_items: [{ price_data: { currency: 'eur', unit_amount: 1099, product_data: { name: 'T-shirt' } }, quantity: 1 }],
  ...more,
});
