package io.opnmanager.tunnel.benchmarks.guard;

import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Enrolled firewalls whose checks are held, with nothing but HTTP: no agent runs. */
final class HeldPolls implements AutoCloseable {

    private static final int ED25519_BYTES = 32;
    private static final int LONGEST = 15;

    /** A firewall and its own connection. */
    private record Box(long id, OperatorClient client) {}

    private final List<Box> boxes = new ArrayList<>();
    private final List<CompletableFuture<Answer>> held = new ArrayList<>();

    /** Enrols so many. */
    HeldPolls(Site site, int count) throws Exception {
        OperatorClient operator = site.operator();
        try (OperatorClient anybody =
                OperatorClient.anonymous(
                        site.broker().uri(), site.broker().certificates().clientContext())) {
            for (int box = 0; box < count; box++) {
                long id = operator.createFirewall("held-" + box, "https://localhost:443");
                Answer enrolled =
                        anybody.call(
                                "POST",
                                "/api/enroll",
                                OperatorClient.object()
                                        .put("enrolment_token", operator.enrolmentToken(id))
                                        .put("hostname", "held-" + box)
                                        .put("agent_version", "0")
                                        .put("platform", "linux")
                                        .put("ssh_public_key", publicKey()));
                if (!enrolled.isSuccess()) {
                    throw new IOException("enrolment was refused: " + enrolled.text());
                }
                boxes.add(
                        new Box(
                                id,
                                OperatorClient.bearer(
                                        site.broker().uri(),
                                        site.broker().certificates().clientContext(),
                                        enrolled.body().path("agent_token").asText())));
            }
        }
    }

    /** As OpenSSH writes it. */
    private static String publicKey() throws GeneralSecurityException, IOException {
        byte[] encoded =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
        byte[] key = Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
        byte[] name = "ssh-ed25519".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(name.length);
            out.write(name);
            out.writeInt(key.length);
            out.write(key);
        }
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** One more check of each, which the broker holds. */
    void holdOneMoreEach() {
        for (Box box : boxes) {
            held.add(
                    box.client()
                            .callLater(
                                    "POST",
                                    "/api/quickconnect_check",
                                    OperatorClient.object()
                                            .put("firewall_id", box.id())
                                            .put("wait", LONGEST),
                                    Map.of()));
        }
    }

    /**
     * How many are held now.
     *
     * @throws IOException when one was refused
     */
    long holding() throws IOException {
        long count = 0;
        for (CompletableFuture<Answer> one : held) {
            if (!one.isDone()) {
                count++;
            } else if (!one.join().isSuccess()) {
                throw new IOException("a check was refused: " + one.join().text());
            }
        }
        return count;
    }

    int asked() {
        return held.size();
    }

    @Override
    public void close() {
        boxes.forEach(box -> box.client().close());
    }
}
