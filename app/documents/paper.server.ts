/**
 * Paper: a tagged PDF, so that a screen reader finds its headings, tables and pictures in reading order. Everything drawn is
 * either text of a structure element or an artifact. Sizes are points; the page is US Letter.
 */
import PDFDocument from "pdfkit";
import regular from "./fonts/inter-regular.otf?inline";
import semibold from "./fonts/inter-semibold.otf?inline";

export const PAGE = { width: 612, height: 792, margin: 48, foot: 44 } as const;
export const CONTENT_WIDTH = PAGE.width - 2 * PAGE.margin;

export const COLORS = { ink: "#15211f", soft: "#4d5c5b", accent: "#0b5f6e", line: "#c3cdcc", tint: "#e8f2f3", bar: "#0b5f6e", ghost: "#ccd8d7" } as const;

export interface TextStyle {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly size?: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly align?: "left" | "right" | "center";
}

/** What holds what: the document, a table, a row. */
export type Element = PDFKit.PDFStructureElement;

interface PaperOptions {
  readonly title: string;
  readonly author: string;
  /** BCP 47. */
  readonly lang: string;
  /** Written into the file; the same bill gives the same bytes. */
  readonly createdAt: Date;
}

const bytesOf = (dataUrl: string): Buffer => Buffer.from(dataUrl.slice(dataUrl.indexOf(",") + 1), "base64");

/** A decoded font is large; an isolate makes it once. */
let fonts: { readonly regular: Buffer; readonly semibold: Buffer } | null = null;

const TEXT = { lineGap: 1.5, features: ["kern", "tnum"] } as const;

export class Paper {
  readonly root: Element;
  /** Where the next thing goes. */
  y: number = PAGE.margin;
  readonly #doc: PDFKit.PDFDocument;
  readonly #chunks: Uint8Array[] = [];
  readonly #done: Promise<void>;

  constructor({ title, author, lang, createdAt }: PaperOptions) {
    fonts ??= { regular: bytesOf(regular), semibold: bytesOf(semibold) };
    this.#doc = new PDFDocument({
      size: [PAGE.width, PAGE.height], margin: 0, bufferPages: true, autoFirstPage: false, font: fonts.regular as never,
      pdfVersion: "1.7", subset: "PDF/UA" as never, tagged: true, displayTitle: true, lang,
      info: { Title: title, Author: author, Creator: "Meterline", Producer: "Meterline", CreationDate: createdAt },
    });
    this.#done = new Promise((resolve, reject) => {
      this.#doc.on("data", (chunk: Uint8Array) => void this.#chunks.push(chunk));
      this.#doc.on("end", resolve);
      this.#doc.on("error", reject);
    });
    this.#doc.registerFont("regular", fonts.regular);
    this.#doc.registerFont("semibold", fonts.semibold);
    this.#doc.font("regular");
    this.#doc.addPage();
    this.root = this.#doc.struct("Document");
    this.#doc.addStructure(this.root);
  }

  /** An element in another, for what comes inside. */
  element(parent: Element, type: string, options: { readonly alt?: string; readonly scope?: "Row" | "Column"; readonly bbox?: [number, number, number, number] } = {}): Element {
    const element = this.#doc.struct(type as never, options as never);
    parent.add(element);
    return element;
  }

  /** Text as an element of its own at `y` (here by default). @returns its height */
  text(parent: Element, type: string, text: string, style: TextStyle = {}, options: Parameters<Paper["element"]>[2] = {}): number {
    const { x = PAGE.margin, y = this.y, width = CONTENT_WIDTH, color = COLORS.ink, align = "left" } = style;
    const element = this.element(parent, type, options);
    element.add(() => void this.#style(style).fillColor(color).text(text, x, y, { ...TEXT, width, align } as never));
    element.end();
    return this.height(text, { ...style, width });
  }

  height(text: string, style: TextStyle): number {
    return this.#style(style).heightOfString(text, { ...TEXT, width: style.width ?? CONTENT_WIDTH } as never);
  }

  /** Moves to a new page unless this much fits. */
  need(height: number): void {
    if (this.y + height > PAGE.height - PAGE.foot - PAGE.margin / 2) this.newPage();
  }

  newPage(): void {
    this.#doc.addPage();
    this.y = PAGE.margin;
  }

  /** Lines, boxes and bars: seen, and nothing to read. */
  draw(shape: (doc: PDFKit.PDFDocument) => void): void {
    this.#doc.markContent("Artifact", { type: "Layout" } as never);
    shape(this.#doc.save());
    this.#doc.restore().endMarkedContent();
  }

  /** A picture: `alt` says all of it. What `shape` writes is part of the picture. */
  figure(parent: Element, alt: string, bbox: [number, number, number, number], shape: (doc: PDFKit.PDFDocument, label: (text: string, style: TextStyle) => void) => void): void {
    const figure = this.element(parent, "Figure", { alt, bbox });
    figure.add(() => {
      this.#doc.save();
      shape(this.#doc, (text, style) => void this.#style(style).fillColor(style.color ?? COLORS.soft).text(text, style.x ?? 0, style.y ?? 0, { ...TEXT, width: style.width, align: style.align, lineBreak: false } as never));
      this.#doc.restore();
    });
    figure.end();
  }

  rule(y: number = this.y, color: string = COLORS.line): void {
    this.draw((doc) => doc.moveTo(PAGE.margin, y).lineTo(PAGE.width - PAGE.margin, y).lineWidth(0.75).strokeColor(color).stroke());
  }

  /** Writes the foot of every page and closes the file. */
  async finish(foot: (page: number, pages: number) => string): Promise<Uint8Array> {
    this.root.end();
    const { count } = this.#doc.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.#doc.switchToPage(page);
      this.#doc.markContent("Artifact", { type: "Pagination" } as never);
      this.#style({ size: 8 }).fillColor(COLORS.soft).text(foot(page + 1, count), PAGE.margin, PAGE.height - PAGE.foot, { ...TEXT, width: CONTENT_WIDTH, align: "center" } as never);
      this.#doc.endMarkedContent();
    }
    this.#doc.end();
    await this.#done;
    return Buffer.concat(this.#chunks);
  }

  #style({ size = 9.5, bold = false }: TextStyle): PDFKit.PDFDocument {
    return this.#doc.font(bold ? "semibold" : "regular").fontSize(size);
  }
}
