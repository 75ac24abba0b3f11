package io.opnmanager.tunnel.benchmarks.report;

import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Results.Document;
import io.opnmanager.tunnel.benchmarks.measure.Results.Measured;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of one experiment: below each figure a line for each contender, from its smallest to
 * its largest sample, each sample a small mark, the median a bar across. SVG without a font or a
 * colour that a dark page would swallow.
 */
final class Plot {

    private static final int WIDTH = 820;
    private static final int LEFT = 190;
    private static final int RIGHT = 110;
    private static final int TITLE = 30;
    private static final int LINE = 22;
    private static final String OURS = "#2a78d6";
    private static final String OTHERS = "#8a8f98";

    private final StringBuilder svg = new StringBuilder();
    private int y;

    private Plot() {}

    /** The picture, or nothing when nothing was measured. */
    static String of(Document document) {
        return new Plot().draw(document);
    }

    private String draw(Document document) {
        for (Measured measured : document.measured()) {
            figure(measured);
        }
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="sans-serif" font-size="12" fill="#767b84">
        <title>%s</title>
        %s</svg>
        """
                .formatted(WIDTH, y + 10, escaped(document.question()), svg);
    }

    private void figure(Measured measured) {
        y += TITLE;
        text(8, y, "start", measured.figure().title() + ", " + measured.figure().unit(), true);
        double most =
                measured.samples().values().stream()
                        .flatMap(List::stream)
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(1);
        for (Map.Entry<String, List<Double>> entry : measured.samples().entrySet()) {
            y += LINE;
            contender(entry.getKey(), entry.getValue(), most > 0 ? most : 1);
        }
    }

    private void contender(String name, List<Double> samples, double most) {
        String colour = name.equals(Figure.OURS) ? OURS : OTHERS;
        Statistics statistics = Statistics.of(samples);
        int middle = y - 4;
        text(LEFT - 10, y, "end", name, false);
        line(LEFT, middle, WIDTH - RIGHT, middle, "#767b84", 0.25, 1);
        line(x(statistics.least(), most), middle, x(statistics.most(), most), middle, colour, 1, 3);
        samples.stream()
                .distinct()
                .limit(200)
                .forEach(sample ->
                        line(
                                x(sample, most),
                                middle - 4,
                                x(sample, most),
                                middle + 4,
                                colour,
                                0.6,
                                1));
        double median = x(statistics.median(), most);
        line(median, middle - 8, median, middle + 8, colour, 1, 3);
        text(WIDTH - RIGHT + 12, y, "start", Numbers.of(statistics.median()), false);
    }

    private static double x(double value, double most) {
        return LEFT + Math.max(0, value) / most * (WIDTH - RIGHT - LEFT);
    }

    private void line(
            double x1, double y1, double x2, double y2, String colour, double opacity, int width) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-opacity=\"%.2f\" stroke-width=\"%d\"/>%n",
                        x1,
                        y1,
                        x2,
                        y2,
                        colour,
                        opacity,
                        width));
    }

    private void text(double x, double at, String anchor, String words, boolean bold) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\"%s>%s</text>%n",
                        x,
                        at,
                        anchor,
                        bold ? " font-weight=\"bold\"" : "",
                        escaped(words)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
