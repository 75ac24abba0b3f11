package io.opnmanager.tunnel.broker.access.browser;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** How the broker's own pages on hosts of sessions look: one card with a heading and some lines. */
final class Card {

    private static final String STYLE =
            """
            :root{color-scheme:light dark;--ground:#f4f6f8;--card:#fff;--ink:#1b2430;--quiet:#566273;--line:#dde3ea;--act:#0b5cad}
            @media (prefers-color-scheme:dark){:root{--ground:#11161c;--card:#1a212a;--ink:#e7edf4;--quiet:#9fadbd;--line:#2c3744;--act:#7db8f5}}
            *{box-sizing:border-box}
            body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
            main{max-width:34rem;margin:1.5rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
            h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.25}
            p{margin:0 0 .75rem}
            .quiet{color:var(--quiet)}
            a{display:inline-block;margin-top:.5rem;padding:.55rem 1rem;border:1px solid var(--act);border-radius:8px;color:var(--act);text-decoration:none;font-weight:600}
            a:hover,a:focus-visible{text-decoration:underline}
            """;

    private static final String REST =
            "style-src 'sha256-"
                    + sha256(STYLE)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Content-Security-Policy of a card that is text and a link. */
    static final String POLICY = "default-src 'none'; " + REST;

    /** That of a card which carries the presence script. */
    static final String POLICY_WITH_SCRIPT =
            "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " + REST;

    private Card() {}

    /**
     * A whole document.
     *
     * @param title heading and title
     * @param script an element for the head, or nothing
     * @param body elements below the heading
     */
    static String html(String title, String script, String body) {
        return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">%2$s
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%1$s</title>
        <style>%3$s</style>
        </head>
        <body>
        <main>
        <h1>%1$s</h1>
        %4$s
        </main>
        </body>
        </html>
        """
                .formatted(title, script, STYLE, body);
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
