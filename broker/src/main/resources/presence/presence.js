// Says that this window is there, and says farewell when it goes. Put into every page of a session by the broker.
(function () {
  'use strict';
  if (window.top !== window || window.__opnmanagerPresence) {
    return; // the window that shows this frame says it for both
  }
  Object.defineProperty(window, '__opnmanagerPresence', { value: true });

  var home = '/.opnmanager/';
  var tab = '';
  var stop = function () {};

  function name() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (byte) {
      return ('0' + byte.toString(16)).slice(-2);
    }).join('');
  }

  function over() {
    stop();
    location.replace(home + 'ended');
  }

  function beat() {
    fetch(home + 'presence', { method: 'POST', body: tab, credentials: 'same-origin', cache: 'no-store' }).then(
      function (answer) {
        if (answer.status === 403 || answer.status === 410) {
          over();
        }
      },
      function () {} // the next beat tries again
    );
  }

  // Timers of a hidden window run once a minute; those of a worker do not.
  function keepBeating() {
    try {
      var worker = new Worker(home + 'presence-worker.js');
      worker.onmessage = over;
      worker.onerror = plainTimer;
      worker.postMessage(tab);
      stop = function () {
        worker.terminate();
      };
    } catch (refused) {
      plainTimer(); // the page's policy allows no workers
    }
  }

  function plainTimer() {
    stop();
    var timer = setInterval(beat, BEAT_MILLISECONDS);
    stop = function () {
      clearInterval(timer);
    };
  }

  function arrive() {
    tab = name(); // a new one each time: a beat that comes late must not bring a window back that has gone
    beat();
    keepBeating();
  }

  addEventListener('pagehide', function () {
    stop();
    navigator.sendBeacon(home + 'left', tab);
  });
  addEventListener('pageshow', function (event) {
    if (event.persisted) {
      arrive();
    }
  });
  arrive();
})();
