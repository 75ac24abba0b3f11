package io.opnmanager.tunnel.tunnelctl.command;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time as people write it: {@code 90s}, {@code 30m}, {@code 8h}, {@code 7d}. */
final class Lifetime implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
        if (!text.matches("[1-9]\\d{0,8}[smhd]")) {
            throw new TypeConversionException(
                    "wanted for example 90s, 30m, 8h or 7d, found " + text);
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
