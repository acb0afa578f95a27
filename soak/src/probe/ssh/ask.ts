import type { TimeSource } from '@montana/foundation'
import { redactAddresses } from '../../digest/redact-ip.js'
import { parseJson } from '../../files/load-json.js'
import { ProbeError } from '../probe-error.js'
import { type ProbeDocument, probeSchema } from '../unit-schema.js'
import { runSsh } from './run.js'
import type { SshTarget } from './target.js'

export interface SshProbe {
  readonly document: ProbeDocument
  /** From the start of ssh to the answer, ms: the sample was taken in between. */
  readonly roundTripMs: number
}

/** Asks the node side, `montana soak probe`. Throws {@link ProbeError}, and whatever the signal was aborted with. */
export async function askOverSsh(
  target: SshTarget,
  window: number | undefined,
  time: TimeSource,
  signal: AbortSignal,
): Promise<SshProbe> {
  const words = window === undefined ? 'probe' : `probe --window ${window}`
  const { text, firstByteMs } = await runSsh(target, words, time, signal)
  const parsed = probeSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new ProbeError('PROBE_INVALID', 'the answer over ssh is not that of a probe')
  return { document: parsed.data, roundTripMs: firstByteMs }
}

const CODE_FORM = /^[A-Z][A-Z0-9_]{0,63}$/

/** Why the node did not answer, as its own host tells; that may be of another version, and what is recorded is published. */
export function toldFault({ error }: ProbeDocument): ProbeError {
  const code = CODE_FORM.test(error?.code ?? '') ? (error?.code ?? '') : 'STATUS_INVALID'
  return new ProbeError(code, redactAddresses(error?.text ?? 'the probe brought no status'))
}
