import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A value that several parts of the page look at. */
export class Store<T> {
    private readonly watchers = new Set<() => void>();

    constructor(private current: T) {}

    get value(): T {
        return this.current;
    }

    set(value: T): void {
        this.current = value;
        for (const watcher of this.watchers) {
            watcher();
        }
    }

    watch(watcher: () => void): () => void {
        this.watchers.add(watcher);
        return () => this.watchers.delete(watcher);
    }
}

/** Renders its host again when a store's value changes. */
export class Watching implements ReactiveController {
    private end: (() => void) | undefined;

    constructor(
        private readonly host: ReactiveControllerHost,
        private readonly store: Store<unknown>,
    ) {
        host.addController(this);
    }

    hostConnected(): void {
        this.end = this.store.watch(() => this.host.requestUpdate());
    }

    hostDisconnected(): void {
        this.end?.();
    }
}
