package io.opnmanager.tunnel.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Three digits that mean something, thousands apart, no powers of ten. */
final class Numbers {

    private static final MathContext DIGITS = new MathContext(3, RoundingMode.HALF_UP);

    private Numbers() {}

    static String of(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded =
                Math.abs(value) >= 1_000
                        ? BigDecimal.valueOf(value).setScale(0, RoundingMode.HALF_UP)
                        : BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
        String plain = rounded.toPlainString();
        return Math.abs(value) >= 10_000 ? plain.replaceAll("(?<=\\d)(?=(\\d{3})+$)", ",") : plain;
    }
}
