import type { EnrolmentToken, Firewall } from '../api/model';

/** One way to bring an agent onto a box: what to have, and what to paste. Nothing here that is not in the repository. */
export interface Way {
    key: string;
    label: string;
    needs: string;
    steps: { title: string; text: string }[];
    note?: string;
}

const USUAL_TARGET = 'https://localhost:443';
const FOLDER = '/opt/opnmanager';

/** Switches for an agent whose page is not at the usual place; it dials nothing that they do not name. */
function switches(target: string): string {
    if (target === USUAL_TARGET) {
        return '';
    }
    const url = new URL(target);
    const port = url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80';
    return ` -Dagent.web-target=${target} -Dagent.targets=${url.hostname}:${port}`;
}

export function ways(firewall: Firewall, token: EnrolmentToken, broker: string): Way[] {
    const target = firewall.web_target;
    const options = switches(target);
    const secret = token.enrolment_token;
    const enroll = `enroll --broker ${broker} --token - <<'TOKEN'\n${secret}\nTOKEN`;
    const own = 'A broker whose certificate is from your own authority: add --ca-file FILE after --broker.';
    return [
        {
            key: 'linux',
            label: 'Linux',
            needs: `Debian, Ubuntu or any Linux with a Java 25. The folders of agent and quickconnect-agent (target/quarkus-app of the build) copied to ${FOLDER}/agent and ${FOLDER}/quickconnect-agent.`,
            steps: [
                {
                    title: 'A user and a folder of its own',
                    text: `useradd --system --home-dir /var/lib/opnmanager-agent --shell /usr/sbin/nologin opnmanager-agent
install -d -m 0700 -o opnmanager-agent -g opnmanager-agent /var/lib/opnmanager-agent`,
                },
                {
                    title: 'Enrol; the token goes in by standard input, where no list of processes shows it',
                    text: `runuser -u opnmanager-agent -- java${options} -jar ${FOLDER}/agent/quarkus-run.jar ${enroll}`,
                },
                {
                    title: 'Run both, here as services until the next start of the machine',
                    text: `systemd-run --unit opnmanager-agent --uid opnmanager-agent -p Restart=always java${options} -jar ${FOLDER}/agent/quarkus-run.jar run
systemd-run --unit opnmanager-quickconnect --uid opnmanager-agent -p Restart=always java -jar ${FOLDER}/quickconnect-agent/quarkus-run.jar`,
                },
            ],
            note: own,
        },
        {
            key: 'container',
            label: 'Container',
            needs: `Docker or Podman, and the same two folders in ${FOLDER} on the host. The host’s network, because the agent dials 127.0.0.1.`,
            steps: [
                {
                    title: 'Enrol',
                    text: `docker run --rm -i --network host -v ${FOLDER}:${FOLDER}:ro -v opnmanager-agent:/var/lib/opnmanager-agent eclipse-temurin:25-jre java${options} -jar ${FOLDER}/agent/quarkus-run.jar ${enroll}`,
                },
                {
                    title: 'Run both',
                    text: `docker run -d --restart always --name opnmanager-agent --network host -v ${FOLDER}:${FOLDER}:ro -v opnmanager-agent:/var/lib/opnmanager-agent eclipse-temurin:25-jre java${options} -jar ${FOLDER}/agent/quarkus-run.jar run
docker run -d --restart always --name opnmanager-quickconnect --network host -v ${FOLDER}:${FOLDER}:ro -v opnmanager-agent:/var/lib/opnmanager-agent eclipse-temurin:25-jre java -jar ${FOLDER}/quickconnect-agent/quarkus-run.jar`,
                },
            ],
            note: own,
        },
        {
            key: 'freebsd',
            label: 'FreeBSD',
            needs: `A FreeBSD with a Java 25, and the two folders in ${FOLDER}. OPNsense and pfSense have no Java in their package list: choose “ssh and curl” there.`,
            steps: [
                {
                    title: 'A user and a folder of its own',
                    text: `pw useradd opnmanager-agent -d /var/db/opnmanager-agent -s /usr/sbin/nologin
install -d -m 0700 -o opnmanager-agent -g opnmanager-agent /var/db/opnmanager-agent`,
                },
                {
                    title: 'Enrol',
                    text: `su -m opnmanager-agent -c "java -Dagent.state-folder=/var/db/opnmanager-agent${options} -jar ${FOLDER}/agent/quarkus-run.jar enroll --broker ${broker} --token -" <<'TOKEN'\n${secret}\nTOKEN`,
                },
                {
                    title: 'Run both; daemon(8) starts them again when they end',
                    text: `daemon -r -u opnmanager-agent java -Dagent.state-folder=/var/db/opnmanager-agent -Dagent.socket=/var/db/opnmanager-agent/agent.sock${options} -jar ${FOLDER}/agent/quarkus-run.jar run
daemon -r -u opnmanager-agent java -Dquickconnect.state-folder=/var/db/opnmanager-agent -Dquickconnect.socket=/var/db/opnmanager-agent/agent.sock -Dquickconnect.health-file=/var/db/opnmanager-agent/quickconnect.health -jar ${FOLDER}/quickconnect-agent/quarkus-run.jar`,
                },
            ],
            note: own,
        },
        {
            key: 'stock',
            label: 'ssh and curl',
            needs: 'OPNsense, pfSense, or any box with ssh, curl and a shell. Nothing of ours is installed.',
            steps: [
                { title: 'Enrol, as root in /bin/sh', text: stockEnrolment(broker, secret, target) },
                { title: 'Serve: ask for work, open a line, report', text: stockLoop(broker, target) },
            ],
            note: 'A broker whose certificate is from your own authority: add cacert = "FILE" as a line to the file auth, and --cacert FILE to the first curl.',
        },
    ];
}

function stockEnrolment(broker: string, secret: string, target: string): string {
    return `umask 077; mkdir -p /var/db/opnmanager-agent && cd /var/db/opnmanager-agent
ssh-keygen -q -t ed25519 -N '' -f key
curl -fsS -H 'Content-Type: application/json' -d @- ${broker}/api/enroll > identity.json <<JSON
{"enrolment_token": "${secret}", "hostname": "$(hostname)", "agent_version": "curl", "platform": "$(uname -sr)",
 "ssh_public_key": "$(cat key.pub)", "web_target": "${target}"}
JSON
of() { sed -n "s/.*\\"$1\\":\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/p"; }
printf 'header = "Authorization: Bearer %s"\\n' "$(of agent_token < identity.json)" > auth
printf 'broker %s\\n' "$(sed -n 's/.*"ssh_host_keys":\\["\\([^"]*\\)".*/\\1/p' identity.json)" > known_hosts`;
}

function stockLoop(broker: string, target: string): string {
    const url = new URL(target);
    const host = url.hostname;
    const port = url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80';
    return `cat > serve.sh <<'SH'
cd /var/db/opnmanager-agent
of() { sed -n "s/.*\\"$1\\":\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/p"; }
call() { curl -fsS -K auth -H 'Content-Type: application/json' -d "$2" "${broker}/api/$1"; }
firewall=$(of firewall_id < identity.json)
while :; do
  if ! call quickconnect_check "{\\"firewall_id\\": $firewall, \\"wait\\": 15}" | grep -q '"has_requests":true'; then sleep 1; continue; fi
  work=$(call agent_checkin "{\\"firewall_id\\": $firewall}")
  for id in $(echo "$work" | sed 's/.*"kill":\\[//' | tr '{' '\\n' | of request_id); do
    call tunnel_status "{\\"request_id\\": $id, \\"status\\": \\"disconnected\\"}"
  done
  one=$(echo "$work" | sed -n 's/.*"pending_requests":\\[{\\([^}]*\\)}.*/\\1/p')
  [ -n "$one" ] || { sleep 1; continue; }
  id=$(echo "$one" | of request_id)
  ssh -N -o ExitOnForwardFailure=yes -o BatchMode=yes -o UserKnownHostsFile=known_hosts -o HostKeyAlias=broker \\
    -o ServerAliveInterval=10 -i key -R "$(echo "$one" | of tunnel_port):${host}:${port}" \\
    -p "$(echo "$one" | of ssh_port)" "fw-$firewall@$(echo "$one" | of ssh_host)" &
  call tunnel_status "{\\"request_id\\": $id, \\"status\\": \\"active\\", \\"tunnel_pid\\": $!}"
done
SH
nohup sh serve.sh > serve.log 2>&1 &`;
}
