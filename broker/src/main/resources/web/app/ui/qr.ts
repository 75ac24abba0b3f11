/*
 * QR codes (ISO/IEC 18004), as much as an address needs: bytes, error correction M, versions 1 to 20. Drawn here,
 * because the secret in it must not leave the browser.
 */

/** Table 9 of the standard, row M: error correction words of a block, and blocks, by version from 1. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

/** Rows of dark (true) and light modules, without the quiet zone of four modules that has to be around it. */
export function qr(text: string): boolean[][] {
    const data = new TextEncoder().encode(text);
    const version = versionFor(data.length);
    const words = interleave(encode(data, version), version);
    let best: Matrix | undefined;
    for (let mask = 0; mask < 8; mask++) {
        const matrix = new Matrix(version);
        matrix.place(words);
        matrix.mask(mask);
        matrix.format(mask);
        if (best === undefined || matrix.penalty() < best.penalty()) {
            best = matrix;
        }
    }
    return (best as Matrix).dark;
}

function at<T>(list: ArrayLike<T>, index: number): T {
    const found = list[index];
    if (found === undefined) {
        throw new RangeError(`nothing at ${index}`);
    }
    return found;
}

/** Modules that are left for words once all patterns are in. */
function rawModules(version: number): number {
    let modules = (16 * version + 128) * version + 64;
    if (version >= 2) {
        const aligned = Math.floor(version / 7) + 2;
        modules -= (25 * aligned - 10) * aligned - 55;
        if (version >= 7) {
            modules -= 36;
        }
    }
    return modules;
}

function dataWords(version: number): number {
    return Math.floor(rawModules(version) / 8) - at(CORRECTION, version - 1) * at(BLOCKS, version - 1);
}

function countBits(version: number): number {
    return version < 10 ? 8 : 16;
}

function versionFor(length: number): number {
    for (let version = 1; version <= CORRECTION.length; version++) {
        if (4 + countBits(version) + 8 * length <= 8 * dataWords(version)) {
            return version;
        }
    }
    throw new RangeError(`too long for a code: ${length} bytes`);
}

function encode(data: Uint8Array, version: number): number[] {
    const bits: number[] = [];
    const put = (value: number, width: number) => {
        for (let bit = width - 1; bit >= 0; bit--) {
            bits.push((value >>> bit) & 1);
        }
    };
    put(0b0100, 4);
    put(data.length, countBits(version));
    data.forEach((byte) => put(byte, 8));
    const room = 8 * dataWords(version);
    put(0, Math.min(4, room - bits.length));
    put(0, (8 - (bits.length % 8)) % 8);
    for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) {
        put(pad, 8);
    }
    return Array.from({ length: room / 8 }, (_, word) => bits.slice(8 * word, 8 * word + 8).reduce((sum, bit) => 2 * sum + bit, 0));
}

function interleave(data: number[], version: number): number[] {
    const blocks = at(BLOCKS, version - 1);
    const correction = at(CORRECTION, version - 1);
    const raw = Math.floor(rawModules(version) / 8);
    const short = Math.floor(raw / blocks) - correction;
    const longFrom = blocks - (raw % blocks);
    const divisor = generator(correction);
    const parts: number[][] = [];
    const checks: number[][] = [];
    for (let block = 0, from = 0; block < blocks; block++) {
        const part = data.slice(from, from + short + (block < longFrom ? 0 : 1));
        from += part.length;
        parts.push(part);
        checks.push(remainder(part, divisor));
    }
    const words: number[] = [];
    for (let index = 0; index <= short; index++) {
        for (const part of parts) {
            if (index < part.length) {
                words.push(at(part, index));
            }
        }
    }
    for (let index = 0; index < correction; index++) {
        for (const check of checks) {
            words.push(at(check, index));
        }
    }
    return words;
}

/** In GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(x: number, y: number): number {
    let product = 0;
    for (let bit = 7; bit >= 0; bit--) {
        product = (product << 1) ^ ((product >>> 7) * 0x11d);
        product ^= ((y >>> bit) & 1) * x;
    }
    return product;
}

function generator(degree: number): number[] {
    const result: number[] = Array.from({ length: degree }, (_, index) => (index === degree - 1 ? 1 : 0));
    let root = 1;
    for (let step = 0; step < degree; step++) {
        for (let index = 0; index < degree; index++) {
            result[index] = multiply(at(result, index), root) ^ (index + 1 < degree ? at(result, index + 1) : 0);
        }
        root = multiply(root, 2);
    }
    return result;
}

function remainder(data: number[], divisor: number[]): number[] {
    const result = divisor.map(() => 0);
    for (const word of data) {
        const factor = word ^ (result.shift() ?? 0);
        result.push(0);
        divisor.forEach((term, index) => (result[index] = at(result, index) ^ multiply(term, factor)));
    }
    return result;
}

class Matrix {
    readonly size: number;
    readonly dark: boolean[][];
    private readonly fixed: boolean[][];

    constructor(private readonly version: number) {
        this.size = 4 * version + 17;
        const blank = () => Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
        this.dark = blank();
        this.fixed = blank();
        this.patterns();
    }

    private set(x: number, y: number, dark: boolean): void {
        at(this.dark, y)[x] = dark;
        at(this.fixed, y)[x] = true;
    }

    private get(x: number, y: number): boolean {
        return at(at(this.dark, y), x);
    }

    private patterns(): void {
        for (let index = 0; index < this.size; index++) {
            this.set(6, index, index % 2 === 0);
            this.set(index, 6, index % 2 === 0);
        }
        for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]] as const) {
            for (let dy = -4; dy <= 4; dy++) {
                for (let dx = -4; dx <= 4; dx++) {
                    const far = Math.max(Math.abs(dx), Math.abs(dy));
                    if (x + dx >= 0 && x + dx < this.size && y + dy >= 0 && y + dy < this.size) {
                        this.set(x + dx, y + dy, far !== 2 && far !== 4);
                    }
                }
            }
        }
        const centres = this.alignment();
        const last = centres.length - 1;
        centres.forEach((x, column) =>
            centres.forEach((y, row) => {
                if ((column === 0 && (row === 0 || row === last)) || (column === last && row === 0)) {
                    return;
                }
                for (let dy = -2; dy <= 2; dy++) {
                    for (let dx = -2; dx <= 2; dx++) {
                        this.set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
                    }
                }
            }),
        );
        this.format(0);
        this.versionBits();
    }

    private alignment(): number[] {
        if (this.version === 1) {
            return [];
        }
        const count = Math.floor(this.version / 7) + 2;
        const step = Math.ceil((this.version * 4 + 4) / (count * 2 - 2)) * 2;
        const centres = [6];
        for (let position = this.size - 7; centres.length < count; position -= step) {
            centres.splice(1, 0, position);
        }
        return centres;
    }

    /** Error correction M is 00; both copies, and the module that is always dark. */
    format(mask: number): void {
        let rest = mask;
        for (let step = 0; step < 10; step++) {
            rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
        }
        const bits = ((mask << 10) | rest) ^ 0x5412;
        const bit = (index: number) => ((bits >>> index) & 1) === 1;
        for (let index = 0; index <= 5; index++) {
            this.set(8, index, bit(index));
        }
        this.set(8, 7, bit(6));
        this.set(8, 8, bit(7));
        this.set(7, 8, bit(8));
        for (let index = 9; index < 15; index++) {
            this.set(14 - index, 8, bit(index));
        }
        for (let index = 0; index < 8; index++) {
            this.set(this.size - 1 - index, 8, bit(index));
        }
        for (let index = 8; index < 15; index++) {
            this.set(8, this.size - 15 + index, bit(index));
        }
        this.set(8, this.size - 8, true);
    }

    private versionBits(): void {
        if (this.version < 7) {
            return;
        }
        let rest = this.version;
        for (let step = 0; step < 12; step++) {
            rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
        }
        const bits = (this.version << 12) | rest;
        for (let index = 0; index < 18; index++) {
            const dark = ((bits >>> index) & 1) === 1;
            const near = Math.floor(index / 3);
            const far = this.size - 11 + (index % 3);
            this.set(far, near, dark);
            this.set(near, far, dark);
        }
    }

    place(words: number[]): void {
        let bit = 0;
        for (let right = this.size - 1; right >= 1; right -= 2) {
            if (right === 6) {
                right = 5;
            }
            for (let step = 0; step < this.size; step++) {
                for (let side = 0; side < 2; side++) {
                    const x = right - side;
                    const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
                    if (!at(at(this.fixed, y), x) && bit < words.length * 8) {
                        at(this.dark, y)[x] = ((at(words, bit >>> 3) >>> (7 - (bit & 7))) & 1) === 1;
                        bit++;
                    }
                }
            }
        }
    }

    mask(mask: number): void {
        const inverts = [
            (x: number, y: number) => (x + y) % 2,
            (_: number, y: number) => y % 2,
            (x: number) => x % 3,
            (x: number, y: number) => (x + y) % 3,
            (x: number, y: number) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
            (x: number, y: number) => ((x * y) % 2) + ((x * y) % 3),
            (x: number, y: number) => (((x * y) % 2) + ((x * y) % 3)) % 2,
            (x: number, y: number) => (((x + y) % 2) + ((x * y) % 3)) % 2,
        ];
        const invert = at(inverts, mask);
        for (let y = 0; y < this.size; y++) {
            for (let x = 0; x < this.size; x++) {
                if (!at(at(this.fixed, y), x) && invert(x, y) === 0) {
                    at(this.dark, y)[x] = !this.get(x, y);
                }
            }
        }
    }

    /** Long runs, blocks, what looks like a finder, and an uneven share of dark (section 7.8.3). */
    penalty(): number {
        let points = 0;
        let darks = 0;
        for (const flip of [false, true]) {
            for (let line = 0; line < this.size; line++) {
                const row = Array.from({ length: this.size }, (_, index) => (flip ? this.get(line, index) : this.get(index, line)));
                const text = row.map((dark) => (dark ? '1' : '0')).join('');
                for (const run of text.match(/0{5,}|1{5,}/g) ?? []) {
                    points += run.length - 2;
                }
                points += 40 * (text.match(/(?=10111010000)|(?=00001011101)/g) ?? []).length;
                if (!flip) {
                    darks += row.filter(Boolean).length;
                }
            }
        }
        for (let y = 0; y + 1 < this.size; y++) {
            for (let x = 0; x + 1 < this.size; x++) {
                const dark = this.get(x, y);
                if (dark === this.get(x + 1, y) && dark === this.get(x, y + 1) && dark === this.get(x + 1, y + 1)) {
                    points += 3;
                }
            }
        }
        return points + 10 * Math.floor(Math.abs((darks * 20) / (this.size * this.size) - 10));
    }
}
