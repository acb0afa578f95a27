/** Looks at every turn of the event loop: what is awaited here comes within a millisecond as a rule. */
export async function untilSoon(isTrue: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise(setImmediate)
  }
}
