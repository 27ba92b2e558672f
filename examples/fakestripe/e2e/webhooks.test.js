import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Stripe from 'stripe';
import { fakestripe, limit, rejected, secret, shop } from './kit.js';

const paid = { amount: 1099, currency: 'eur', payment_method: 'pm_card_visa', allowed_payment_method_types: ['card'], confirm: true };

describe('webhooks', () => {
  test('constructEvent takes what is forwarded', limit, async (t) => {
    const site = await shop(t);
    const server = await fakestripe(t, '-forward', site.url, '-secret', secret, '-api-version', '2026-10-28.endive');
    const { stripe } = server;
    const intent = await stripe.paymentIntents.create(paid);
    await server.idle();
    const now = await server.now();
    assert.deepEqual(site.types().sort(), ['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded']);
    for (const { body, signature, type } of site.posts) {
      assert.match(type, /^application\/json/);
      const event = stripe.webhooks.constructEvent(body, signature, secret, 300, undefined, now * 1000);
      assert.equal(event.api_version, '2026-10-28.endive');
      const id = event.data.object.object === 'charge' ? event.data.object.payment_intent : event.data.object.id;
      assert.equal(id, intent.id);
      const kept = await stripe.events.retrieve(event.id);
      assert.equal(kept.type, event.type);
      assert.deepEqual(kept.data, event.data, 'it is what GET /v1/events shows');
      assert.match(event.request.id, /^req_/);
    }
    const { body, signature } = site.posts[0];
    const bad = (...args) => {
      try {
        stripe.webhooks.constructEvent(...args);
      } catch (error) {
        return error;
      }
      return null;
    };
    const { StripeSignatureVerificationError } = Stripe.errors;
    assert.ok(bad(body, signature, 'whsec_other', 300, undefined, now * 1000) instanceof StripeSignatureVerificationError);
    assert.ok(bad(`${body} `, signature, secret, 300, undefined, now * 1000) instanceof StripeSignatureVerificationError);
    assert.ok(bad(body, signature, secret, 300, undefined, (now + 301) * 1000) instanceof StripeSignatureVerificationError);
    assert.ok(await stripe.webhooks.constructEventAsync(body.toString(), signature, secret, 300, undefined, now * 1000));
  });

  test('in real time nothing has to be told', limit, async (t) => {
    const site = await shop(t);
    const server = await fakestripe(t, '-clock', 'real', '-forward', site.url, '-secret', secret);
    await server.stripe.customers.create({ name: 'Jenny' });
    await server.idle();
    const [{ body, signature }] = site.posts;
    assert.equal(server.stripe.webhooks.constructEvent(body, signature, secret).type, 'customer.created');
  });

  test('an endpoint has its own secret, version, and choice of events', limit, async (t) => {
    const site = await shop(t);
    const server = await fakestripe(t);
    const { stripe } = server;
    const endpoint = await stripe.webhookEndpoints.create({ url: site.url, enabled_events: ['payment_intent.succeeded'], api_version: '2022-11-15' });
    assert.match(endpoint.secret, /^whsec_/);
    assert.equal((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret, undefined);
    await stripe.paymentIntents.create(paid);
    await server.idle();
    assert.deepEqual(site.types(), ['payment_intent.succeeded']);
    const [{ body, signature }] = site.posts;
    const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret, 300, undefined, (await server.now()) * 1000);
    assert.equal(event.api_version, '2022-11-15');
    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    await stripe.paymentIntents.create(paid);
    await server.idle();
    assert.equal(site.posts.length, 1);
    assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
    assert.equal((await rejected(stripe.webhookEndpoints.retrieve(endpoint.id))).code, 'resource_missing');
  });

  test('a delivery is tried again until it is answered', limit, async (t) => {
    const site = await shop(t);
    const server = await fakestripe(t, '-forward', site.url, '-secret', secret);
    site.fail = 2;
    await server.stripe.customers.create();
    await server.idle();
    assert.equal(site.posts.length, 1);
    assert.equal((await server.stripe.events.list({ delivery_success: false })).data.length, 1);
    await server.advance(86400);
    assert.equal(site.posts.length, 3);
    assert.equal(new Set(site.events().map((event) => event.id)).size, 1);
    assert.equal(new Set(site.posts.map((post) => post.signature)).size, 3, 'each try is signed anew');
    await server.advance(86400 * 3);
    assert.equal(site.posts.length, 3);
    assert.equal((await server.stripe.events.list({ delivery_success: true })).data[0].pending_webhooks, 0);
  });

  test('an update says what was before', limit, async (t) => {
    const server = await fakestripe(t);
    const customer = await server.stripe.customers.create({ name: 'Jenny', metadata: { a: '1' } });
    await server.stripe.customers.update(customer.id, { name: 'Jenny Rosen' });
    const [event] = (await server.stripe.events.list({ types: ['customer.updated'] })).data;
    assert.deepEqual(event.data.previous_attributes, { name: 'Jenny' });
    assert.equal(event.data.object.name, 'Jenny Rosen');
  });
});
