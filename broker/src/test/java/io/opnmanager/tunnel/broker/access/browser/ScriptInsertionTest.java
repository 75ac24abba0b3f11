package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptInsertionTest {

    /** The document with a bar where the script goes, fed whole and byte by byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!doctype html>\n<html lang=\"en\">\n<head lang=en>|<title>x</title>",
                "<!DOCTYPE html><HTML><HEAD>|<body>",
                "<html><head\n data-x='a>b'>|",
                "<html data-x=\"<head>\"><head>|",
                "<!-- <head> --><head>|",
                "<!--><head>|",
                "<?xml version=\"1.0\"?><html><head/>|<body>",
                "<!doctype html><!--[if IE 8 ]><html class=\"ie\"><![endif]--><!--[if (gt IE 9)|!(IE)]><!--><html><!--<![endif]-->\n<head>|",
                "<html>|<body><p>no head</p>",
                "<html>\n|<header>not a head</header>",
                "|<p>only a fragment of a page",
                "   |text and nothing else",
                "<!doctype html>|<script>1</script><head>",
                "\u00ef\u00bb\u00bf<head>|x",
                "<html>|\u00e4\u00f6"
            })
    void stands_as_early_as_a_script_can(String marked) {
        // The bar in a condition is not the mark: the last one is.
        int mark = marked.lastIndexOf('|');
        byte[] document =
                (marked.substring(0, mark) + marked.substring(mark + 1))
                        .getBytes(StandardCharsets.ISO_8859_1);
        String wanted =
                marked.substring(0, mark) + ScriptInsertion.TAG + marked.substring(mark + 1);

        for (int step : new int[] {document.length, 1, 7}) {
            ScriptInsertion insertion = new ScriptInsertion(null);
            Buffer out = Buffer.buffer();
            for (int at = 0; at < document.length; at += step) {
                int end = Math.min(document.length, at + step);
                out.appendBuffer(insertion.next(Buffer.buffer(document).slice(at, end)));
            }
            out.appendBuffer(insertion.end());

            assertThat(out.toString("ISO-8859-1")).isEqualTo(wanted);
            assertThat(insertion.inserted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u00fe\u00ff\u0000<",
                "\u00ff\u00fe<\u0000",
                "\u0000<\u0000h",
                "<!-- unfinished",
                "<html"
            })
    void leaves_alone_what_has_no_place_for_it(String document) {
        ScriptInsertion insertion = new ScriptInsertion(null);
        Buffer out = Buffer.buffer();
        out.appendBuffer(
                insertion.next(Buffer.buffer(document.getBytes(StandardCharsets.ISO_8859_1))));
        out.appendBuffer(insertion.end());

        assertThat(out.toString("ISO-8859-1")).isEqualTo(document);
        assertThat(insertion.inserted()).isFalse();
    }

    @Test
    void is_not_looked_for_without_end() {
        ScriptInsertion insertion = new ScriptInsertion(null);
        Buffer first =
                insertion.next(Buffer.buffer("<!--" + " ".repeat(ScriptInsertion.LONGEST_LOOK)));

        assertThat(first.length()).isEqualTo(ScriptInsertion.LONGEST_LOOK + 4);
        assertThat(insertion.isSettled()).isTrue();
        assertThat(insertion.next(Buffer.buffer("--><head>")).toString()).isEqualTo("--><head>");
        assertThat(insertion.inserted()).isFalse();
    }
}
