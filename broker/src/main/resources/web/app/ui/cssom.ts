import { nothing } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class Cssom extends Directive {
    constructor(info: PartInfo) {
        super(info);
        if (info.type !== PartType.ELEMENT) {
            throw new Error('cssom() stands inside a tag');
        }
    }

    override render(_properties: Record<string, string>): typeof nothing {
        return nothing;
    }

    override update(part: ElementPart, [properties]: [Record<string, string>]): typeof nothing {
        const style = (part.element as HTMLElement | SVGElement).style;
        for (const [name, value] of Object.entries(properties)) {
            style.setProperty(name, value);
        }
        return nothing;
    }
}

/** Style properties set through the object model: the page's policy refuses style attributes, lit's styleMap writes one. */
export const cssom = directive(Cssom);
