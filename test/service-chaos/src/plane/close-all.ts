/** One after the other; what cannot be closed keeps nothing behind it open. Rejects with the first reason. */
export async function closeAll(closers: readonly (() => unknown)[]): Promise<void> {
  const reasons: unknown[] = []
  for (const close of closers) {
    try {
      await close()
    } catch (error) {
      reasons.push(error)
    }
  }
  if (reasons.length > 0) throw reasons[0]
}
