import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { now } from '../api/clock';

/** Renders its host again every second while it is on the page, for countdowns and "40 s ago". */
export class Ticking implements ReactiveController {
    private timer: ReturnType<typeof setInterval> | undefined;

    constructor(
        private readonly host: ReactiveControllerHost,
        private readonly every = 1000,
    ) {
        host.addController(this);
    }

    /** The broker's time in milliseconds, as well as this page knows it. */
    get now(): number {
        return now();
    }

    hostConnected(): void {
        this.timer = setInterval(() => this.host.requestUpdate(), this.every);
    }

    hostDisconnected(): void {
        clearInterval(this.timer);
    }
}
