import type { ReactiveController, ReactiveControllerHost } from 'lit';

const HIDDEN_FOR = 10_000;
const RETRY_FIRST = 1_000;
const RETRY_LAST = 15_000;

/**
 * A stream of events, for as long as its host is on the page. A browser has six connections a host over HTTP/1.1, for
 * all tabs together, and each stream holds one: hence one stream a page, and none for a tab that nobody looks at. It
 * catches up when it is looked at again.
 */
export class Feed<T> implements ReactiveController {
    private source: EventSource | undefined;
    private retry: ReturnType<typeof setTimeout> | undefined;
    private hidden: ReturnType<typeof setTimeout> | undefined;
    private wait = RETRY_FIRST;
    private wanted = false;
    /** Whether events arrive right now. */
    flowing = false;

    /**
     * @param caughtUp called whenever the stream begins anew: what happened before it has to be read
     * @param unseen goes on although nobody looks, because the page acts on what it hears
     */
    constructor(
        private readonly host: ReactiveControllerHost,
        private readonly path: () => string | undefined,
        private readonly heard: (item: T) => void,
        private readonly caughtUp: () => void,
        private readonly unseen = false,
    ) {
        host.addController(this);
    }

    hostConnected(): void {
        this.wanted = true;
        document.addEventListener('visibilitychange', this.looked);
        this.open();
    }

    hostDisconnected(): void {
        this.wanted = false;
        document.removeEventListener('visibilitychange', this.looked);
        clearTimeout(this.hidden);
        this.close();
    }

    /** After the path has become another one. */
    restart(): void {
        this.close();
        this.open();
    }

    private readonly looked = (): void => {
        clearTimeout(this.hidden);
        if (this.resting) {
            this.hidden = setTimeout(() => this.close(), HIDDEN_FOR);
        } else if (this.source === undefined) {
            this.open();
        }
    };

    private get resting(): boolean {
        return document.hidden && !this.unseen;
    }

    private open(): void {
        const path = this.path();
        if (!this.wanted || this.resting || path === undefined || this.source !== undefined) {
            return;
        }
        const source = new EventSource(path);
        this.source = source;
        source.onopen = () => {
            this.wait = RETRY_FIRST;
            this.flow(true);
            this.caughtUp();
        };
        source.onmessage = (event: MessageEvent<string>) => this.heard(JSON.parse(event.data) as T);
        source.onerror = () => {
            this.flow(false);
            // CONNECTING: the browser tries again by itself. CLOSED: refused, and it is left to us.
            if (source.readyState === EventSource.CLOSED && this.source === source) {
                this.close();
                this.retry = setTimeout(() => {
                    this.caughtUp();
                    this.open();
                }, this.wait);
                this.wait = Math.min(this.wait * 2, RETRY_LAST);
            }
        };
    }

    private close(): void {
        clearTimeout(this.retry);
        this.source?.close();
        this.source = undefined;
        this.flow(false);
    }

    private flow(flowing: boolean): void {
        if (this.flowing !== flowing) {
            this.flowing = flowing;
            this.host.requestUpdate();
        }
    }
}
