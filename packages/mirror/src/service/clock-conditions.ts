import type { Precondition } from '../decide/steps.js'
import { clockCondition } from '../decide/switchover.js'
import { askTakerClock } from '../roles/taker-time.js'
import type { MirrorParts } from './parts.js'
import type { ReplicaSide } from './replica-side.js'
import type { RoleRequest } from './role-request.js'

/** The own clock beside that of the provider; none where no last permit is waited for. */
export async function clockConditions(
  { time, config }: MirrorParts,
  { provider }: Pick<ReplicaSide, 'provider'>,
  { drained }: RoleRequest,
  signal: AbortSignal,
): Promise<readonly Precondition[]> {
  if (drained) return []
  return [clockCondition(await askTakerClock({ clock: provider.clock, time, skewMs: config.skewMs }, signal))]
}
