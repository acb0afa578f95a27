import { afterEach, expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { tell } from '../../transport/test/memory.js'
import { CAPS, Isolation, type Phase, percentile } from './isolation.js'
import { stopAll } from './mesh-harness.js'
import { closeProxies } from './proxied-mesh.js'

/** Many short ones, in turn: what else the machine does hits both sides alike. */
const PHASES = 9
const PHASE_MS = 8_000
const P99_RATIO_MAX = 1.2
const MIB = 1024 * 1024

let isolation: Isolation | undefined

afterEach(async () => {
  await stopAll()
  await isolation?.close()
  await closeProxies()
})

const p99 = ({ rttsMs }: Phase) => percentile(rttsMs, 0.99)
const middle = (phases: readonly Phase[]) => percentile(phases.map(p99), 0.5)

it('a slow and a silent peer leave the p99 of the heartbeats of the others within 20 % of that without them', async () => {
  isolation = await Isolation.open()
  await isolation.run(5_000)
  const [control, harmed]: [Phase[], Phase[]] = [[], []]
  for (let phase = 0; phase < PHASES; phase++) {
    await isolation.heal()
    control.push(await isolation.run(PHASE_MS))
    isolation.harm()
    harmed.push(await isolation.run(PHASE_MS))
  }
  tell(`heartbeat p99, control: ${control.map((phase) => p99(phase).toFixed(2)).join(' ')} ms`)
  tell(`heartbeat p99, slow and silent peer: ${harmed.map((phase) => p99(phase).toFixed(2)).join(' ')} ms`)
  tellFigure(
    'r15-p99',
    100 * (middle(harmed) / middle(control) - 1),
    '64 kbit/s and silence; no slow disk or processor',
  )
  tellFigure('r15-queue', Math.max(...harmed.map(({ bytesMax }) => bytesMax)) / MIB, 'with a cap of half a MiB')
  for (const { messagesMax, bytesMax } of harmed) {
    expect(messagesMax).toBeLessThanOrEqual(CAPS.messages)
    expect(bytesMax).toBeLessThanOrEqual(CAPS.bytes)
  }
  expect(middle(harmed) / middle(control)).toBeLessThanOrEqual(P99_RATIO_MAX)
}, 600_000)
