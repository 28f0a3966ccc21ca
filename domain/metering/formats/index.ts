/** Files of head-ends and handhelds, in and out. */
export * from "./read.ts";
export * from "./reads-file.ts";
export { CSV_MAPPING, parseCsvMapping, type CheckedMapping, type CsvMapping } from "./csv-mapping.ts";
export { CHARSETS, TextPieces, type Charset } from "./decode.ts";
export { detect, HEAD_MAX, type Detected } from "./detect.ts";
export { lineAt, lineRuns, type LineRun } from "./line-runs.ts";
export { mvrsDownload, type DownloadMeter, type DownloadRegister, type ReadMethod } from "./mvrs-download.ts";
export { ReadingCollector, type ReadingBatch } from "./readings.ts";
export { Lines } from "./lines.ts";
