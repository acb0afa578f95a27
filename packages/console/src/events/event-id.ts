/**
 * An id says that its reader has every kept event up to a number, of one process: `RUN-NUMBER`. Another process has other
 * events under the same numbers.
 */
export function eventId(run: string, seen: number): string {
  return `${run}-${seen}`
}

/** Number up to which a reader that comes back has everything; 0 where its id is of another process, or none. */
export function seenBy(run: string, count: number, id: string | undefined): number {
  const [, of, digits] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id ?? '') ?? []
  const seen = of === run ? Number(digits) : 0
  return seen <= count ? seen : 0
}
