// Beats for one window, in a thread whose timers go on when the window is hidden.
'use strict';
var timer;
onmessage = function (start) {
  clearInterval(timer);
  timer = setInterval(function () {
    fetch('/.opnmanager/presence', { method: 'POST', body: start.data, credentials: 'same-origin', cache: 'no-store' }).then(
      function (answer) {
        if (answer.status === 403 || answer.status === 410) {
          clearInterval(timer);
          postMessage('over');
        }
      },
      function () {}
    );
  }, BEAT_MILLISECONDS);
};
