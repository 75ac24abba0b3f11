// The dashboard: figures and chart from one event stream, the rest asked for.
const KEPT = 90;
const points = [];
const canvas = document.getElementById("traffic");
const show = (id, text, unit) => {
  const place = document.getElementById(id);
  place.textContent = text;
  if (unit) {
    const small = document.createElement("small");
    small.textContent = " " + unit;
    place.append(small);
  }
};

fetch(origin + "/api/diagnostics/traffic/history").then((answer) => answer.json()).then((past) => {
  points.unshift(...past.map(([bitsIn, bitsOut]) => ({ in: bitsIn / 1e6, out: bitsOut / 1e6 })));
  points.splice(0, points.length - KEPT);
  draw();
});

listen("/api/diagnostics/traffic/stream/1", (event) => {
  const wan = event.interfaces.wan;
  points.push({ in: wan.in / 1e6, out: wan.out / 1e6 });
  if (points.length > KEPT) points.shift();
  show("in", (wan.in / 1e6).toFixed(1), "Mbit/s");
  show("out", (wan.out / 1e6).toFixed(1), "Mbit/s");
  show("states", event.states.toLocaleString("en"));
  show("cpu", event.cpu.toFixed(0), "%");
  show("memory", event.memory.toFixed(0), "%");
  const hours = Math.floor(event.uptime / 3600);
  show("uptime", Math.floor(hours / 24) + " d " + (hours % 24), "h");
  canvas.dataset.seconds = String(Number(canvas.dataset.seconds || 0) + 1);
  draw();
}, (state) => show("stream", state));

function draw() {
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const top = Math.max(10, ...points.map((point) => point.in)) * 1.15;
  const left = 30;
  const y = (value) => height - 18 - (value / top) * (height - 28);
  const x = (index) => left + ((KEPT - points.length + index) / (KEPT - 1)) * (width - left);
  pen.font = "11px system-ui";
  pen.strokeStyle = colour("--line");
  pen.fillStyle = colour("--quiet");
  for (let i = 0; i <= 4; i++) {
    const value = (top / 4) * i;
    pen.beginPath();
    pen.moveTo(left, y(value));
    pen.lineTo(width, y(value));
    pen.stroke();
    pen.fillText(value.toFixed(0), 0, y(value) + 4);
  }
  pen.fillText("90 s ago", left, height - 2);
  pen.fillText("now", width - 24, height - 2);
  for (const [key, name] of [["in", "--accent"], ["out", "--second"]]) {
    if (points.length < 2) continue;
    pen.beginPath();
    points.forEach((point, i) => {
      if (i === 0) return pen.moveTo(x(0), y(point[key]));
      const middle = (x(i - 1) + x(i)) / 2;
      pen.bezierCurveTo(middle, y(points[i - 1][key]), middle, y(point[key]), x(i), y(point[key]));
    });
    pen.lineWidth = 2;
    pen.strokeStyle = colour(name);
    pen.stroke();
    pen.lineTo(x(points.length - 1), y(0));
    pen.lineTo(x(0), y(0));
    pen.globalAlpha = 0.14;
    pen.fillStyle = colour(name);
    pen.fill();
    pen.globalAlpha = 1;
  }
}
window.addEventListener("resize", draw);

fetch(origin + "/api/routes/gateway/status").then((answer) => answer.json()).then((status) => {
  for (const gateway of status.items) {
    const row = document.getElementById("gateways").insertRow();
    cell(row, gateway.name);
    cell(row, gateway.address);
    cell(row, gateway.delay.toFixed(1) + " ms");
    cell(row, gateway.status, "badge");
  }
});

for (const service of ["configd", "dhcpd", "ntpd", "unbound", "wireguard"]) {
  const row = document.getElementById("services").insertRow();
  cell(row, service);
  cell(row, "running", "badge");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Restart";
  button.setAttribute("aria-label", "Restart " + service);
  button.addEventListener("click", async () => {
    const answer = await post("/api/core/service/restart?name=" + service);
    show("service-result", service + ": " + (answer.result === "ok" ? "restarted" : answer.result));
  });
  row.insertCell().append(button);
}
