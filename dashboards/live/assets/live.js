'use strict';
// Tells when a newer run is published, and when ClickHouse or the program is away; nothing here is needed to read the page.
(() => {
  const run = document.body.dataset.run, away = 'away' in document.body.dataset, news = document.getElementById('news');
  const say = (text, reload) => {
    if (news.dataset.text === text) return;
    news.dataset.text = text;
    news.replaceChildren(text);
    if (reload) {
      const link = document.createElement('a');
      link.href = location.href;
      link.textContent = 'Show it';
      news.append(' ', link);
    }
  };
  const ask = async () => {
    try {
      const answer = await fetch('/state', { cache: 'no-store' });
      if (!answer.ok) return say('ClickHouse is away. The figures below are as they were; this page notices when it is back.');
      const now = await answer.text();
      if (away) return location.reload();
      if (run && now !== run) return say('A newer run has been published.', true);
      say('');
    } catch {
      say('The program behind this page has ended. The figures below are as they were; start funnelcloud again to go on.');
    }
  };
  setInterval(ask, away ? 3000 : 10000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
})();
