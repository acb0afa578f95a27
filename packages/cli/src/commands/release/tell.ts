import type { Changed } from '@montana/release'
import type { CliContext } from '../../context.js'

/** What a change of release came to. */
export function tellChanged(context: CliContext, changed: Changed, asJson: boolean | undefined): void {
  if (asJson) return context.json(changed)
  const { isChanged, from, to, services, backup, mended } = changed
  if (mended) context.out(`the change from ${mended.from} to ${mended.to} that was cut off is mended (${mended.how})`)
  if (from === to) return context.out(isChanged ? `${to} is active` : `${to} is active already; nothing was changed`)
  if (backup !== null) context.out(`the store was copied to ${backup} before it was migrated`)
  const restarted = services.length === 0 ? 'no service was running' : `restarted ${services.join(', ')}`
  context.out(`${to} is active, ${restarted}; before: ${from}`)
}
