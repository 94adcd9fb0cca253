// Sends events with a real SDK: node send.js SDK URL COUNT. Each event is named by its number, event-0 and so on.
// SDKs are set up as their guides say, but for shorter pauses between their own attempts.
const [sdk, url, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const { hostname, port } = new URL(url);
const numbers = [...Array(count).keys()];
const errors = [];
const failed = (e) => e && errors.push(String(e.message ?? e));

// Flushing says nothing of what is being tried again; the event's own callback does.
const allTracked = (analytics) => Promise.all(numbers.map((n) => new Promise((done) =>
  analytics.track({ userId: `u-${n % 3}`, event: `event-${n}` }, (e) => { failed(e); done(); }))));

const senders = {
  async segment() {
    const { Analytics } = require('@segment/analytics-node');
    const analytics = new Analytics({ writeKey: 'wk', host: url, maxRetries: 5 });
    analytics.on('error', failed);
    for (const n of numbers) analytics.track({ userId: `u-${n % 3}`, event: `event-${n}`, properties: { n } });
    await analytics.closeAndFlush();
  },
  async 'analytics-node'() {
    const Analytics = require('analytics-node');
    await allTracked(new Analytics('wk', { host: url, flushInterval: 100, errorHandler: failed }));
  },
  async rudder(gzip = true) {
    const Rudder = require('@rudderstack/rudder-sdk-node');
    await allTracked(new Rudder('wk', { dataPlaneUrl: url, flushAt: 10, flushInterval: 100, gzip, errorHandler: failed }));
  },
  async 'rudder-plain'() { await senders.rudder(false); },
  async jitsu() {
    const { jitsuAnalytics } = require('@jitsu/js');
    const analytics = jitsuAnalytics({ host: url, writeKey: 'k:s' });
    for (const n of numbers) await analytics.track(`event-${n}`, { n });
  },
  async posthog() {
    const { PostHog } = require('posthog-node');
    const client = new PostHog('phc', { host: url, flushAt: 10, fetchRetryDelay: 100 });
    client.on('error', failed);
    for (const n of numbers) client.capture({ distinctId: `u-${n % 3}`, event: `event-${n}`, properties: { n } });
    await client.shutdown(20000);
  },
  async snowplow(method = 'post') {
    const { newTracker, buildStructEvent } = require('@snowplow/node-tracker');
    await new Promise((done) => {
      let left = count;
      const tracker = newTracker({ namespace: 'sp', appId: 'app', encodeBase64: false }, {
        endpoint: hostname, port: Number(port), protocol: 'http', eventMethod: method, bufferSize: method === 'post' ? 5 : 1,
        onRequestSuccess: (events) => { left -= events.length; if (left <= 0) done(); },
        onRequestFailure: (data) => { if (!data.willRetry) { failed(data.message ?? data.status); done(); } else setTimeout(() => tracker.flush(), 100); },
      });
      tracker.setUserId('u');
      for (const n of numbers) tracker.track(buildStructEvent({ category: 'c', action: `event-${n}` }));
      tracker.flush();
    });
  },
  async 'snowplow-get'() { await senders.snowplow('get'); },
  async mixpanel() {
    const mixpanel = require('mixpanel').init('tok', { host: hostname, port: Number(port), protocol: 'http' });
    await Promise.all(numbers.map((n) => new Promise((done) =>
      mixpanel.track(`event-${n}`, { distinct_id: `u-${n % 3}`, n }, (e) => { failed(e); done(); }))));
  },
  async 'mixpanel-batch'() {
    const mixpanel = require('mixpanel').init('tok', { host: hostname, port: Number(port), protocol: 'http' });
    const events = numbers.map((n) => ({ event: `event-${n}`, properties: { distinct_id: `u-${n % 3}`, n } }));
    await new Promise((done) => mixpanel.track_batch(events, (e) => { (e ?? []).forEach(failed); done(); }));
  },
  async amplitude() {
    const amplitude = require('@amplitude/analytics-node');
    await amplitude.init('apikey', { serverUrl: `${url}/2/httpapi`, flushIntervalMillis: 100, flushQueueSize: 10 }).promise;
    const sent = numbers.map((n) => amplitude.track(`event-${n}`, { n }, { user_id: `u-${n % 3}` }).promise);
    for (const r of await Promise.all(sent)) if (r.code !== 200) failed(r.message);
  },
};

senders[sdk]().then(() => {
  if (errors.length > 0) console.error(`${sdk} said: ${errors.join('; ')}`);
  process.exit(errors.length > 0 ? 1 : 0);
}, (e) => { console.error(e); process.exit(1); });
