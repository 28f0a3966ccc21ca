/** A reader such as `head` that has seen enough is no fault: the command ends with this exit code. */
export function endWithReader(exit: number): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exit);
  });
}
