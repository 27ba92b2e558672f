// How the pages look: screenshots of each in light and dark, on a desk and on a phone,
// for people to look at, and what can be measured of them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { browser, fakestripe, limit, scope, secret, shirt, shop, shots } from './kit.js';

const good = '4242 4242 4242 4242', secure = '4000 0000 0000 3220', poor = '4000 0000 0000 9995';

// measure runs in the page. It returns what is wrong with it: text that is hard to read
// (WCAG AA), controls without a name, and what sticks out at the side.
function measure() {
  const wrong = [];
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const light = (color) => {
    const [r, g, b] = color.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !seen(e) || e.closest('script, style, :disabled, [aria-hidden=true], .unseen, .skip, option, datalist, svg')) continue;
    const style = getComputedStyle(e);
    const under = behind(e);
    const [a, b] = [light(over(rgba(style.color), under)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < least) wrong.push(`contrast ${ratio.toFixed(2)}: ${e.tagName.toLowerCase()}.${e.className} "${node.data.trim().slice(0, 40)}"`);
  }
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')) {
    const labels = e.labels ? [...e.labels].map((l) => l.textContent).join('') : '';
    if (!e.closest('[aria-hidden=true]') && !(labels + e.textContent + (e.getAttribute('aria-label') ?? '')).trim()) wrong.push(`no name: ${e.outerHTML.slice(0, 100)}`);
  }
  if (document.querySelectorAll('h1').length !== 1) wrong.push('it has no h1, or several');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) wrong.push(`id twice: ${id}`);
  if (document.documentElement.scrollWidth > innerWidth) {
    wrong.push(`${document.documentElement.scrollWidth} wide on ${innerWidth}: ${[...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre')).slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(' | ')}`);
  }
  if (innerWidth < 500) {
    for (const e of document.querySelectorAll('input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select')) {
      if (seen(e) && parseFloat(getComputedStyle(e).fontSize) < 16) wrong.push(`a phone zooms in on ${e.name}`);
    }
  }
  return wrong;
}

describe('looks', () => {
  const all = scope(after);
  const dir = shots();
  let chromium;
  before(async () => { chromium = await browser(all); });

  // look takes the four pictures of a page.
  async function look(page, name) {
    const wrong = [];
    for (const [colorScheme, width] of [['light', 1280], ['light', 390], ['dark', 390], ['dark', 1280]]) {
      await page.setViewportSize({ width, height: width > 500 ? 900 : 844 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const file = `${name}-${colorScheme}-${width}.png`;
      writeFileSync(path.join(dir, file), await page.screenshot({ fullPage: true, animations: 'disabled' }));
      for (const fault of await page.evaluate(measure)) wrong.push(`${file}: ${fault}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.equal([...new Set(wrong)].slice(0, 20).join('\n'), '');
  }

  async function visit(t, ...flags) {
    const own = scope((job) => t.after(job));
    const site = await shop(own);
    const server = await fakestripe(own, '-forward', site.url, '-secret', secret, ...flags);
    const page = await chromium.newPage();
    page.setDefaultTimeout(10_000);
    own.after(() => page.close());
    return { site, server, stripe: server.stripe, page };
  }
  const number = (page, digits) => page.getByRole('button', { name: digits }).click();

  test('the checkout page', limit, async (t) => {
    const { site, server, stripe, page } = await visit(t);
    const session = await stripe.checkout.sessions.create(shirt(site.url, { allowed_payment_method_types: ['card'] }));
    await page.goto(session.url);
    await look(page, 'pay');
    const pay = page.getByRole('button', { name: 'Pay €10.99' });
    await pay.click();
    await look(page, 'incomplete');
    await number(page, poor);
    await pay.click();
    await page.getByRole('alert').waitFor();
    await look(page, 'declined');
    await number(page, secure);
    await pay.click();
    await page.getByRole('heading', { name: 'Confirm it’s you' }).waitFor();
    await look(page, 'challenge');
    await page.getByRole('button', { name: 'Complete authentication' }).click();
    await page.waitForURL(`${site.url}/thanks?*`);
    await page.goto(session.url);
    await look(page, 'finished');
    const over = await stripe.checkout.sessions.create(shirt(site.url, { after_expiration: { recovery: { enabled: true } } }));
    await server.advance(90_000);
    await page.goto(`${server.url}/c/pay/${over.id}`);
    await look(page, 'expired');
    await page.goto(`${server.url}/c/pay/cs_test_nope`);
    await look(page, 'unknown');
  });

  test('a page that asks for everything', limit, async (t) => {
    const { site, stripe, page } = await visit(t);
    const long = 'An extraordinarily long name of a product that no one would ever print on a page, with a WordThatIsMuchTooLongToFitIntoAnyColumnWhatsoever';
    const session = await stripe.checkout.sessions.create(shirt(site.url, {
      payment_method_types: ['card', 'sepa_debit', 'ideal', 'klarna', 'bancontact'],
      line_items: [
        { price_data: { currency: 'eur', unit_amount: 123456, product_data: { name: long } }, quantity: 3 },
        { price_data: { currency: 'eur', unit_amount: 1099, product_data: { name: 'T-shirt' } }, quantity: 1 },
      ],
      allow_promotion_codes: true, phone_number_collection: { enabled: true }, billing_address_collection: 'required',
      shipping_address_collection: { allowed_countries: ['DE', 'FR', 'US'] }, consent_collection: { terms_of_service: 'required' },
      custom_fields: [
        { key: 'engraving', type: 'text', label: { type: 'custom', custom: 'Engraving' }, optional: true },
        { key: 'size', type: 'dropdown', label: { type: 'custom', custom: 'Size' }, dropdown: { options: [{ label: 'S', value: 's' }, { label: 'L', value: 'l' }] } },
      ],
    }), { apiVersion: '2026-08-26.dahlia' });
    await page.goto(session.url);
    await page.getByLabel('SEPA Direct Debit').check();
    await look(page, 'everything');
  });

  test('save a card, subscribe', limit, async (t) => {
    const { site, stripe, page } = await visit(t);
    const setup = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'eur', allowed_payment_method_types: ['card'], success_url: site.url });
    await page.goto(setup.url);
    await look(page, 'save');
    const price = await stripe.prices.create({ currency: 'usd', unit_amount: 1900, recurring: { interval: 'month' }, product_data: { name: 'Pro plan' } });
    const plan = await stripe.checkout.sessions.create({ mode: 'subscription', success_url: site.url, line_items: [{ price: price.id, quantity: 2 }] });
    await page.goto(plan.url);
    await look(page, 'subscribe');
  });

  test('the dashboard', limit, async (t) => {
    const { site, server, stripe, page } = await visit(t);
    await page.goto(server.url);
    await look(page, 'dashboard-empty');
    const customer = await stripe.customers.create({ name: 'Jenny Rosen', email: 'jenny@example.com' });
    const paid = (method, more) => stripe.paymentIntents.create({ amount: 1099, currency: 'eur', customer: customer.id, payment_method: method, confirm: true, return_url: site.url, ...more });
    const intent = await paid('pm_card_visa');
    await paid('pm_card_chargeDeclined').catch(() => {});
    const asked = await paid('pm_card_threeDSecure2Required');
    const held = await paid('pm_card_visa', { capture_method: 'manual' });
    await stripe.paymentIntents.capture((await paid('pm_card_mastercard', { capture_method: 'manual', amount: 200000 })).id);
    await stripe.setupIntents.create({ customer: customer.id, payment_method: 'pm_card_visa', confirm: true, return_url: site.url });
    await stripe.refunds.create({ payment_intent: intent.id, amount: 99 });
    await stripe.checkout.sessions.create(shirt(site.url));
    site.fail = 3;
    await stripe.customers.update(customer.id, { name: 'Jenny R.' });
    await server.idle();
    await page.goto(server.url);
    await look(page, 'dashboard');
    for (const [name, id] of [['held', held.id], ['asked', asked.id], ['paid', intent.id]]) {
      await page.goto(`${server.url}/objects/${id}`);
      await look(page, `dashboard-${name}`);
    }
    await page.goto(`${server.url}/events?type=customer.updated`);
    await page.locator('.log summary').first().click();
    await look(page, 'dashboard-events');
    await page.goto(`${server.url}/deliveries`);
    await look(page, 'dashboard-deliveries');
    await page.goto(`${server.url}/objects?kind=checkout.session`);
    await look(page, 'dashboard-sessions');
    await page.goto(asked.next_action.redirect_to_url.url);
    await look(page, 'action');
  });
});
