/** Types of bootstrap.mjs, which has to run in a Node that knows no TypeScript. */
export const ROOT: string;
export function run(entry: string, args: string[], options?: { ownGroup?: boolean }): void;
export function isInstalled(
  lock: { packages: Record<string, { version?: string; optional?: boolean; devOptional?: boolean }> },
  installed: { packages: Record<string, { version?: string }> },
): boolean;
export function isNewEnough(version: string): boolean;
