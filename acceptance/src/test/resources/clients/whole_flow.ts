/** The whole flow with the generated client. ClientsTest enrols the firewall between `make` and `flow`. */
import {
    AgentApi, Configuration, FirewallsApi, ProblemDocument, ProblemDocumentFromJSON, RequestsApi, ResponseError, Status, TokensApi,
    TunnelRequest, TunnelRequestFromJSON,
} from "opnmanager-tunnel";

declare const process: { argv: string[]; env: Record<string, string>; exit(code: number): never };
// Node's own, whose types would be one more package.
declare function require(name: string): any;

const basePath = process.env.BROKER;

function expect(good: boolean, what: unknown): void {
    if (!good) {
        throw new Error("not as expected: " + JSON.stringify(what));
    }
}

async function make(username: string, password: string, webTarget: string): Promise<void> {
    const tokens = new TokensApi(new Configuration({ basePath, username, password }));
    const token = (await tokens.create({ tokenAsk: { name: "typescript", lifetime: 3600 } })).token!;
    const firewalls = new FirewallsApi(new Configuration({ basePath, accessToken: token }));
    const firewall = await firewalls.create({ firewallAsk: { name: "typescript", webTarget, tags: ["client"] } });
    const enrolment = await firewalls.makeEnrolmentToken({ id: firewall.id! });
    console.log(token, firewall.id, enrolment.enrolmentToken);
}

async function* moves(requests: RequestsApi, id: number): AsyncGenerator<TunnelRequest> {
    const reader = (await requests.eventsRaw({ id })).raw.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += part.value;
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines.filter(line => line.startsWith("data:"))) {
            yield TunnelRequestFromJSON(JSON.parse(line.substring(5)));
        }
    }
}

function page(port: number): Promise<{ text: string; sha256: string }> {
    return new Promise((resolve, reject) => {
        // Whose certificate it is says the pin, which is compared below.
        const get = require("node:https").get({ host: "127.0.0.1", port, rejectUnauthorized: false }, (answer: any) => {
            const sha256 = answer.socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
            let text = "";
            answer.on("data", (data: unknown) => (text += data)).on("end", () => resolve({ text, sha256 }));
        });
        get.on("error", reject);
    });
}

async function refusal(call: Promise<unknown>): Promise<ProblemDocument> {
    try {
        await call;
    } catch (refused) {
        if (refused instanceof ResponseError) {
            return ProblemDocumentFromJSON(await refused.response.json());
        }
        throw refused;
    }
    throw new Error("it was not refused");
}

async function flow(accessToken: string, firewall: string, colleague: string): Promise<void> {
    const configuration = new Configuration({ basePath, accessToken });
    const requests = new RequestsApi(configuration);
    const ask = { idempotencyKey: "typescript-1", tunnelAsk: { firewallId: Number(firewall), reason: "the whole flow" } };
    const id = (await requests.open(ask)).id!;
    expect((await requests.open(ask)).id === id, "the same request");

    let active: TunnelRequest | undefined;
    for await (const move of moves(requests, id)) {
        if (move.status !== Status.Pending) {
            active = move;
            break;
        }
    }
    expect(active?.status === Status.Active, active);
    const shown = await page(active!.tunnelPort!);
    expect(shown.sha256 === active!.certificateSha256, shown);
    console.log("page:", shown.text);

    expect((await new AgentApi(configuration).tunnelHeartbeat({ heartbeat: { requestId: id } })).keepAlive === true, "kept alive");
    const shared = await requests.share({ id, sharedWith: { operators: [colleague] } });
    expect(shared.sharedWith?.[0] === colleague, shared);
    const listed = await requests.list({ firewallId: Number(firewall), live: true, page: 0, size: 1 });
    expect(listed.total === 1 && listed.items?.[0]?.id === id, listed);

    const unknown = await refusal(requests.open({ tunnelAsk: { firewallId: 999999, reason: "none such" } }));
    console.log("refused:", unknown.status, unknown.code);
    const missing = await refusal(requests.close({ id: 999999 }));
    console.log("refused:", missing.status, missing.code);

    await requests.close({ id });
    const ended = await requests.one({ id });
    console.log("ended:", ended.status, ended.endReason);
}

const [command, first, second, third] = process.argv.slice(2);
(command === "make" ? make : flow)(first, second, third).then(
    () => process.exit(0),
    why => {
        console.error(why);
        process.exit(1);
    });
