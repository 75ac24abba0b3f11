// Says what is typed into a WebSocket and shows what comes back.
const lines = document.getElementById("lines");
const socket = new WebSocket(origin.replace(/^http/, "ws") + "/api/terminal/socket");
const state = document.getElementById("socket");
const add = (text) => {
  const line = document.createElement("div");
  line.textContent = text;
  lines.append(line);
};
socket.onopen = () => { state.textContent = "open"; };
socket.onclose = () => { state.textContent = "closed"; };
socket.onmessage = (event) => add(event.data);
document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(document.getElementById("text").value);
  document.getElementById("text").value = "";
});
