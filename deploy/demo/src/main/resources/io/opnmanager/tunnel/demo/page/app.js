// What every page does. Addresses are made of location.origin, as OPNsense's scripts make theirs.
const origin = window.location.origin;

/** A call that changes something: refused without the token. */
async function post(path) {
  const answer = await fetch(origin + path, { method: "POST", headers: { "X-CSRFToken": window.csrfToken } });
  return answer.ok ? answer.json() : { result: "refused " + answer.status };
}

/** An event stream that is given up when it has not begun within a second, three times. */
function listen(path, onEvent, onState, attempt = 1) {
  const source = new EventSource(origin + path);
  const late = setTimeout(() => {
    source.close();
    if (attempt < 3) listen(path, onEvent, onState, attempt + 1);
    else onState("no events");
  }, 1000);
  source.onopen = () => { clearTimeout(late); onState("live"); };
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => onState(source.readyState === EventSource.CLOSED ? "ended" : "connecting again");
}

function cell(row, text, className) {
  const td = row.insertCell();
  if (className) {
    const badge = document.createElement("span");
    badge.className = className;
    badge.textContent = text;
    td.append(badge);
  } else {
    td.textContent = text;
  }
  return td;
}

// A second window of the same firewall.
document.getElementById("live-log")?.addEventListener("click", () => {
  window.open(origin + "/ui/diagnostics/firewall/log", "_blank", "width=900,height=560");
});
