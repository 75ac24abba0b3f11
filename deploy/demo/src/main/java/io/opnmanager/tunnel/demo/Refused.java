package io.opnmanager.tunnel.demo;

/** The broker answered with a problem document. */
public final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    Refused(String what, Answer answer) {
        super(
                what
                        + ": "
                        + answer.status()
                        + " "
                        + answer.code()
                        + " "
                        + answer.body().path("detail").asText(""));
        this.status = answer.status();
        this.code = answer.code();
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The stable code. */
    public String code() {
        return code;
    }
}
