// The live log in a window of its own.
const KEPT = 25;
let count = 0;
const state = document.getElementById("stream");
const source = new EventSource(window.location.origin + "/api/diagnostics/firewall/stream_log");
source.onopen = () => { state.textContent = "live"; };
source.onerror = () => { state.textContent = "connecting again"; };
source.onmessage = (event) => {
  const line = JSON.parse(event.data);
  const log = document.getElementById("log");
  const row = log.insertRow(0);
  row.insertCell().textContent = line.time.slice(11, 19);
  const badge = document.createElement("span");
  badge.className = "badge " + line.action;
  badge.textContent = line.action;
  row.insertCell().append(badge);
  for (const text of [line.interface, line.source, line.protocol + " " + line.port]) row.insertCell().textContent = text;
  if (log.rows.length > KEPT) log.deleteRow(KEPT);
  document.getElementById("count").textContent = String(++count);
};
document.getElementById("close").addEventListener("click", () => window.close());
